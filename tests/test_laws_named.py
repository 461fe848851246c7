"""What the pages on laws and dangers claim is true at least so far: each test that they name exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ("docs/explanation/laws.md", "docs/explanation/threats.md")
_NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def names_in(file: str) -> set[str]:
    """Name the tests of a file."""
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_a_page_names_exists(page: str) -> None:
    """Breaks if a test is renamed or removed and the page still rests on it."""
    named = _NAMED.findall((ROOT / page).read_text(encoding="utf-8"))
    assert len(named) > 40
    gone = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / "tests" / file).exists() or name not in names_in(file)
    ]
    assert gone == []


@pytest.mark.parametrize("page", PAGES)
def test_every_row_names_a_test_or_says_that_nothing_holds(page: str) -> None:
    """Breaks if a promise is written down that no test holds, without saying so."""
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| **"):
            assert _NAMED.search(line) or any(cell.startswith("Nothing") for cell in cells), line


def test_no_test_of_laws_is_unnamed() -> None:
    """Breaks if a law is tested and the page does not say so; guards of the tests may stay unnamed."""
    named = set(_NAMED.findall((ROOT / "docs/explanation/laws.md").read_text(encoding="utf-8")))
    named |= set(_NAMED.findall((ROOT / "docs/explanation/threats.md").read_text(encoding="utf-8")))
    own = {
        (path.name, name)
        for path in sorted((ROOT / "tests").glob("test_laws_*.py"))
        if path.name != Path(__file__).name
        for name in names_in(path.name)
        if name.startswith("test_")
    }
    unnamed = {f"{file}::{name}" for file, name in own - named}
    guards = {one for one in unnamed if _is_guard(*one.split("::"))}
    assert sorted(unnamed - guards) == []


def _is_guard(file: str, name: str) -> bool:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    (test,) = (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == name)
    return (ast.get_docstring(test) or "").startswith("Guards")
