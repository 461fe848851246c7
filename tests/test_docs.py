"""Protects the promises of the pages: they are up to date, lead somewhere, and their commands exist."""

import argparse
import importlib.util
import re
import shlex
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_up_to_date(build):
    assert not list(build.stale_pages())


def test_everything_is_documented(build):
    assert not list(build.undocumented())


def test_links_lead_somewhere(build):
    assert not list(build.broken_links())


def commands_of(page: Path) -> list[str]:
    """List the commands that the shell blocks of a page show."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    if page.name == "commands.md":  # shows how commands are built, not commands
        return []
    return [line.split("  #")[0].strip() for line in lines if line.startswith("havenward ")]


def refusal(parser: argparse.ArgumentParser, command: str, capsys) -> str:
    """Say why the parser refuses a command line; empty where it takes it."""
    try:
        parser.parse_args(shlex.split(command)[1:])
    except SystemExit as stop:
        return "" if stop.code == 0 else f"{command}\n{capsys.readouterr().err}"
    return ""


@pytest.mark.parametrize(
    ("page", "command"),
    [(page.relative_to(ROOT).as_posix(), command) for page in PAGES for command in commands_of(page)],
)
def test_commands_shown_are_commands(build, page: str, command: str, capsys):
    assert not refusal(build.command_parser(), command, capsys), page


def test_examples_in_help_are_commands(build, capsys):
    parser = build.command_parser()
    examples = [
        example
        for _, command in build.walk_commands(parser)
        for example in re.findall(r"havenward .*", command.epilog or "")
    ]
    assert examples
    assert not [refused for line in examples if (refused := refusal(parser, line, capsys))]


def test_every_decision_has_its_parts():
    for page in sorted((ROOT / "docs" / "decisions").glob("0*.md")):
        text = page.read_text(encoding="utf-8")
        for heading in ("## Context", "## Decision", "## Consequences"):
            assert heading in text, f"{page.name} lacks {heading}"


# -- the checks themselves see what they are for -----------------------------------------------------------


def test_a_stale_page_is_shown_as_a_diff(build, monkeypatch):
    page = build.Page("reference/files.md", lambda: "# Another text\n", "src/havenward/tables")
    monkeypatch.setattr(build, "PAGES", (page,))
    (problem,) = build.stale_pages()
    assert problem.startswith("docs/reference/files.md: stale; run `make docs`")
    assert "+# Another text" in problem


def test_a_dead_link_and_a_dead_heading_are_named(build, monkeypatch, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(
        "# One\n\n[b](b.md) [one](#one) [two](#two) `[no](link.md)`\n\n```\n[code](none.md)\n```\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "DOCS", tmp_path / "docs")
    assert list(build.broken_links()) == [
        "docs/a.md line 3: link to b.md, which does not exist",
        "docs/a.md line 3: link to #two, where no heading has that name",
    ]


def test_parser_pages_need_no_width_of_a_terminal(build):
    parser = argparse.ArgumentParser(prog="havenward", description="Says hello.")
    below = parser.add_subparsers()
    greet = below.add_parser("greet", description="Greets.", epilog="havenward greet you --out DIR")
    greet.add_argument("who", metavar="WHO", help="whom")
    greet.add_argument("--out", metavar="DIR", required=True, help="where")
    greet.add_argument("--times", metavar="N", type=int, default=2, help="how often (default %(default)s)")
    ((_, top), (name, command)) = build.walk_commands(parser)
    assert (top, name) == (parser, "greet")
    assert build.usage(name, command) == "havenward greet WHO --out DIR [options]"
    assert [build.expand_help(a, command) for a in build.shown_actions(command)] == [
        "whom",
        "where",
        "how often (default 2)",
    ]


def test_parameters_of_a_docstring_are_read(build):
    text = """One line.

    Parameters
    ----------
    a
        First text
        goes on.
    b, c
        Shared.

    Raises
    ------
    ValueError
        Never.
    """
    assert build.parameter_texts(text) == {"a": "First text goes on.", "b": "Shared.", "c": "Shared."}


def test_messages_are_found_in_calls_of_records_and_helpers(build, monkeypatch, tmp_path):
    (tmp_path / "a.py").write_text(
        "class Trouble:\n    found: str\n    slug: str\n"
        "def refuse(self, what, slug): ...\n"
        "Trouble('x', 'one')\nself.refuse('y', 'two')\nother(slug='three')\nother('z', 'four')\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "SOURCE", tmp_path)
    given, texts = build.message_slugs()
    assert given == {"one": "a.py line 5", "two": "a.py line 6", "three": "a.py line 7"}
    assert "four" in texts
