"""Protects the tutorial: its raw files come from the generator, its steps work, and it shows what they print."""

import html
import importlib.util
import re
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TUTORIAL = ROOT / "docs" / "tutorial"
PAGE = TUTORIAL / "your-own-crisis.md"
RAW = TUTORIAL / "raw"


def load_script(path: Path):
    spec = importlib.util.spec_from_file_location(f"docs_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


examples = load_script(ROOT / "docs" / "examples.py")


# -- raw files -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    load_script(TUTORIAL / "make_raw.py").write_raw(folder)
    return folder


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def content_of(path: Path):
    """Give what a file says; packed files may be packed in another way by another version of a library."""
    match path.suffix:
        case ".xlsx" | ".docx":
            with zipfile.ZipFile(path) as archive:
                return {name: archive.read(name) for name in archive.namelist()}
        case ".gpkg":
            import pyogrio

            meta, _, shapes, columns = pyogrio.raw.read(path)
            return (
                meta["crs"],
                [str(name) for name in meta["fields"]],
                list(shapes),
                [list(c) for c in columns],
            )
        case ".pbf":
            import osmium

            return [
                (
                    item.id,
                    dict(item.tags),
                    [node.ref for node in item.nodes] if item.is_way() else str(item.location),
                )
                for item in osmium.FileProcessor(str(path))
            ]
        case ".pdf":
            import pypdf

            return [page.extract_text() for page in pypdf.PdfReader(path).pages]
        case _:
            return path.read_bytes()


def test_the_raw_files_are_those_of_the_generator(made: Path):
    assert files_of(made) == files_of(RAW)
    assert [name for name in files_of(made) if content_of(made / name) != content_of(RAW / name)] == []


def test_the_generator_makes_the_same_bytes_twice(made: Path, tmp_path: Path):
    load_script(TUTORIAL / "make_raw.py").write_raw(tmp_path)
    assert [
        name for name in files_of(made) if (made / name).read_bytes() != (tmp_path / name).read_bytes()
    ] == []


def test_the_raw_files_are_small():
    assert sum((RAW / name).stat().st_size for name in files_of(RAW)) < 400_000


# -- the page, followed word for word --------------------------------------------------------------------


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tutorial")
    return folder, examples.follow_page(PAGE, folder)


def test_every_step_works(followed):
    _, outcomes = followed
    failed = [f"line {one.step.line}: {one.printed}" for one in outcomes if one.status]
    assert not failed, failed
    assert len(outcomes) == len(examples.read_steps(PAGE.read_text(encoding="utf-8")))


def test_what_the_page_shows_is_what_is_printed(followed):
    """`python docs/examples.py docs/tutorial/your-own-crisis.md --write` renews the page; then read it again."""
    _, outcomes = followed
    shown = [one for one in outcomes if one.step.shown is not None]
    assert len(shown) > 12
    differ = [
        f"line {one.step.line}\n{one.printed}"
        for one in shown
        if not examples.same_text(one.step.shown, one.printed)
    ]
    assert not differ, "\n".join(differ)


def test_the_case_holds_nothing_that_may_not_be_passed_on(followed):
    folder, _ = followed
    texts = [path.read_text(encoding="utf-8") for path in (folder / "case").glob("*.csv")]
    assert not [
        word
        for word in ("Northern Column", "Military Forces", "invented event", "VLM1")
        for text in texts
        if word in text
    ]


def test_the_brief_is_french_public_and_whole(followed):
    folder, _ = followed
    page = (folder / "brief-april" / "brief.html").read_text(encoding="utf-8")
    assert '<html lang="fr"' in page
    words = re.sub(r"\s+", " ", html.unescape(page))
    assert "Ce qui a changé depuis la note du 31 mars 2025" in words
    assert "Aucun nombre de la note antérieure n'est comparable" not in words
    for place in ("Sorvat", "Ilmena", "Halme", "Brenik", "Aruna"):
        assert place in page
    assert (folder / "brief-april" / "brief.pdf").read_bytes().startswith(b"%PDF")


def test_the_march_forecast_knows_nothing_of_april(followed):
    folder, _ = followed
    kept = (folder / "run-march" / "case" / "observations.csv").read_text(encoding="utf-8")
    assert "5180" in kept
    assert "7310" not in kept


# -- how a page is followed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\nb\n", "a\nb\nc\n", False),
        ("a\n...\n", "a\nb\nc\n", True),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nd\n", "a\nb\nd\nc\n", False),
        ("b\n...\n", "a\nb\n", False),
        ("took 3 s\n", "took 41 s\n", True),
        ("took 3 km\n", "took 41 km\n", False),
    ],
)
def test_texts_are_compared(shown, printed, same):
    assert examples.same_text(shown, printed) is same


def test_steps_are_read_from_a_page(tmp_path: Path):
    text = (
        "Write it.\n\n```csv t.csv\na,b\n1,2\n```\n\n<!-- edit t.csv: a=1 -> b=3 -->\n\n```sh\ncat t.csv\n```\n\n"
        "```text\na,b\n1,3\n```\n\n```sh\nfalse\n```\n\nWords.\n\n```text\nno output of the block before\n```\n"
    )
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    steps = examples.read_steps(text)
    assert [step.kind for step in steps] == ["file", "edit", "sh", "sh"]
    assert [step.shown for step in steps] == [None, None, "a,b\n1,3\n", None]
    outcomes = examples.follow_page(page, tmp_path)
    assert examples.same_text(outcomes[2].step.shown, outcomes[2].printed)
    assert outcomes[3].status == 1


def test_an_edit_that_finds_nothing_is_an_error(tmp_path: Path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for change in ("a=9 -> b=3", "a=1 -> c=3"):
        with pytest.raises(ValueError, match="nothing to edit"):
            examples.edit_table(tmp_path / "t.csv", change)
