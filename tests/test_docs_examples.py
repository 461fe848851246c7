"""Protects the examples of all pages: each command and each block of Python runs, with the files that it names.

The tutorial that is followed word for word has a test of its own (test_tutorial.py). Here every page gets a folder
with the files that its commands name; runs are made with fewer members, so that all of it takes seconds.
"""

import importlib.util
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from constructed_imports import make_case, write_areas, write_text, write_workbook
from havenward.case.write import write_case
from havenward.cli import main
from osm_worlds import at_km, line_world
from source_worlds import (
    EVENTS,
    HAPI_EVENTS,
    NORLAND,
    OUTPUTS,
    REGISTERED,
    SITES,
    UPDATES,
    as_csv,
    put,
    put_workbook,
    with_rows,
)
from test_flee_import import write_folder
from toy_case import TOY

ROOT = Path(__file__).resolve().parents[1]
MEMBERS = "60"
BLOCK = re.compile(r"^```(?P<kind>\w*)[^\n]*\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)

# what does not run here, and why
SKIPPED = {
    r"make |pip install ": "sets up or runs the whole project, some of it over the network",
    r"dask |python -m dask|havenward .*--cluster (tcp|tls)": "needs machines; test_cluster.py starts some",
    r"(\S*/)?python3? |python3?\.\d+ |ssh-keygen |git |sha256sum |nice ": "for those who install or release; "
    "test_release_build.py and check_offline.py hold it",
    r"havenward demo": "takes a minute; test_demo_reading.py and the tests of its stages hold its parts",
    r"havenward serve|export HAVENWARD_TOKEN": "serves until somebody stops it; the tests of the workbench start it",
    r"havenward import \w+ online": "asks a service over the network",
}
# pages that show the form of commands and no commands, or that have a test of their own
APART = {
    "docs/reference/commands.md": "forms, not commands",
    "docs/tutorial/your-own-crisis.md": "test_tutorial.py follows it",
    "docs/howto/upgrade.md": "on cases and runs of the reader's own; test_kept.py opens older forms",
    "docs/howto/reading-desk.md": "its feeds are not here; test_desk.py and test_desk_questions.py hold it",
}


def blocks_of(page: str, *kinds: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [match["body"] for match in BLOCK.finditer(text) if match["kind"] in kinds]


def commands_of(page: str) -> list[str]:
    text = "\n".join(blocks_of(page, "sh", "bash", "console", "shell")).replace("\\\n", " ")
    lines = [line.split("  #")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def reason_to_skip(command: str) -> str:
    return next((why for pattern, why in SKIPPED.items() if re.match(pattern, command)), "")


def all_pages() -> list[str]:
    found = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    return [page.relative_to(ROOT).as_posix() for page in found]


PAGES = [
    page
    for page in all_pages()
    if page not in APART and (commands_of(page) or blocks_of(page, "python", "pycon", "py"))
]


# -- the files that pages name ---------------------------------------------------------------------------


def mosul_world(folder: Path) -> None:
    """Give the bundled case and two runs of it."""
    shutil.copytree(ROOT / "cases" / "mosul-2016", folder / "cases" / "mosul-2016")
    for day, name in (("2016-07-31", "july"), ("2016-10-16", "eve")):
        asked = ["forecast", "cases/mosul-2016", "--as-of", day, "--members", MEMBERS, "--horizon", "60"]
        assert main([*asked, "--out", f"runs/{name}"]) == 0


def needs_world(folder: Path) -> None:
    mosul_world(folder)
    mine, costs = (
        next(block for block in blocks_of("docs/howto/needs.md", "", "csv") if block.startswith(start))
        for start in ("indicator,quantity", "indicator,unit,")
    )
    write_text(folder / "mine.csv", mine)
    write_text(folder / "costs.csv", costs)


def first_brief_world(folder: Path) -> None:
    """Give what the demo leaves behind, and the copy that the reader changes."""
    case = ROOT / "cases" / "mosul-2016"
    for name in ("cases/mosul-2016", "out/demo/case", "out/changed"):
        shutil.copytree(case, folder / name)


def bundled_world(folder: Path) -> None:
    for case in (ROOT / "cases").iterdir():
        if case.is_dir():
            shutil.copytree(case, folder / "cases" / case.name)


def reports_world(folder: Path) -> None:
    text = (ROOT / "cases" / "mosul-2016" / "reports" / "2016-07-18-reuters.txt").read_text(encoding="utf-8")
    (folder / "reports").mkdir()
    write_text(folder / "report.txt", text)
    write_text(folder / "reports" / "one.txt", text)
    (folder / "new").mkdir()
    raw = ROOT / "docs" / "tutorial" / "raw" / "reports" / "2025-03-24-aid-alliance.pdf"
    shutil.copyfile(raw, folder / "new" / raw.name)
    make_case(folder / "cases" / "my-city")


def boundaries_world(folder: Path) -> None:
    import shapely

    make_case(folder / "my-case")
    names = ["Left Bank", "Makhmur", "Al-Hamdaniya"]
    columns = {
        "adm2_name": names,
        "adm2_pcode": ["IQ1501", "IQ1502", "IQ1503"],
        "adm1_name": ["Ninewa"] * 3,
        "adm1_pcode": ["IQ15"] * 3,
    }
    shapes = [shapely.box(43 + 0.3 * n, 36, 43.3 + 0.3 * n, 36.7) for n in range(3)]
    write_areas(folder / "irq_adm.gpkg", columns, shapes)
    rows = [
        ["ADM2_EN", "ADM2_PCODE", "T_TL"],
        *zip(names, columns["adm2_pcode"], (9000, 7000, 5000), strict=True),
    ]
    write_workbook(folder / "irq_admpop_2016.xlsx", {"adm2": rows})
    head = [
        "Site name",
        "Latitude",
        "Longitude",
        "Capacity",
        "Current population",
        "Opening date",
        "Last update",
    ]
    row = ["Hasansham U3", 36.31, 43.55, 9000, 120, "2016-06-20", "2016-06-25"]
    write_workbook(folder / "camps.xlsx", {"Sites": [head, row]})
    tagged = [
        ["Site", "Day", "IDPs"],
        ["#loc+name", "#date", "#affected+idps"],
        ["Khazer M1", "2016-06-25", 4100],
    ]
    write_workbook(folder / "round-12.xlsx", {"Round": tagged})
    page = "docs/howto/import-boundaries-and-sites.md"
    write_text(folder / "areas.toml", next(b for b in blocks_of(page, "toml") if "areas =" in b))


def roads_world(folder: Path) -> None:
    line_world(folder / "country-latest.osm.pbf")
    places = (at_km("west", 2, "origin", source=""), at_km("east", 38, "camp", source=""))
    write_case(with_rows(locations=places, routes=()), folder / "my-case")
    page = "docs/howto/import-roads.md"
    settings = next(b for b in blocks_of(page, "toml") if "roads.toml" in b)
    here = settings.replace('"Name in OpenStreetMap" = "location"', '"Town" = "west"')
    write_text(folder / "roads.toml", here)


def counts_world(folder: Path) -> None:
    write_case(NORLAND, folder / "my-case")
    put(folder, "acled-export.csv", as_csv(EVENTS))
    put_workbook(
        folder, "dtm-round-12.xlsx", {"Sites": [list(SITES[0]), *(list(row.values()) for row in SITES)]}
    )
    put(folder, "dorn-camp.csv", as_csv(REGISTERED))
    put(folder, "hapi-conflict-events.csv", as_csv(HAPI_EVENTS))
    put(folder, "idu.csv", as_csv(UPDATES))
    put(folder, "2024-01-31-team-model.csv", as_csv(OUTPUTS))
    page = "docs/howto/import-events-and-counts.md"
    write_text(folder / "dtm.toml", next(b for b in blocks_of(page, "toml") if "[places]" in b))


def flee_world(folder: Path) -> None:
    write_folder(folder / "mali2012")


def fill_my_case(folder: Path) -> None:
    """Fill the case that was just made, as the page tells the reader to."""
    for name, text in TOY.items():
        if name == "stock.csv":  # its rows have no unit, which a brief refuses
            continue
        write_text(folder / "my-case" / name, text)


WORLDS = {
    "docs/howto/follow-a-number.md": mosul_world,
    "docs/howto/import-a-flee-case.md": flee_world,
    "docs/howto/import-boundaries-and-sites.md": boundaries_world,
    "docs/howto/import-events-and-counts.md": counts_world,
    "docs/howto/import-roads.md": roads_world,
    "docs/howto/languages.md": mosul_world,
    "docs/howto/needs.md": needs_world,
    "docs/howto/read-reports.md": reports_world,
    "docs/tutorial/first-brief.md": first_brief_world,
}
# what the reader does after a command, before the next one
AFTER = {("docs/howto/your-own-case.md", "havenward new my-case"): fill_my_case}


def run_command(command: str, folder: Path) -> int:
    """Run a command of a page as a shell would: with names for patterns, and fewer members."""
    words: list[str] = []
    for word in shlex.split(command):
        found = (
            sorted(path.relative_to(folder).as_posix() for path in folder.glob(word)) if "*" in word else []
        )
        words += found or [word]
    if words[1] == "forecast" and "--members" in words:
        words[words.index("--members") + 1] = MEMBERS
    elif words[1] == "forecast":
        words += ["--members", MEMBERS]
    elif words[1] == "check":
        words += ["--quick"]
    elif words[1] == "brief" and "--products" not in words:
        words += ["--products", "html,plan"]  # the tests of briefs make all of them
    return main(words[1:])


@pytest.mark.parametrize("page", PAGES)
def test_examples_of_a_page_run(page: str, tmp_path: Path, monkeypatch, capsys):
    commands = [command for command in commands_of(page) if not reason_to_skip(command)]
    programs = blocks_of(page, "python", "pycon", "py")
    if not commands and not programs:
        pytest.skip("; ".join(sorted({reason_to_skip(command) for command in commands_of(page)})))
    monkeypatch.chdir(tmp_path)
    WORLDS.get(page, bundled_world)(tmp_path)
    capsys.readouterr()
    for command in commands:
        assert command.startswith("havenward "), f"{page}: '{command}' is no command that this test knows"
        status = run_command(command, tmp_path)
        assert status == 0, f"{page}: {command}\n{''.join(capsys.readouterr())}"
        AFTER.get((page, command), lambda _: None)(tmp_path)
    for program in programs:
        exec(compile(program, page, "exec"), {"__name__": "example"})  # noqa: S102 - what our own page shows


def test_a_page_that_errs_is_noticed(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run_command("havenward check no-such-case", tmp_path) == 1
    assert "no-such-case" in "".join(capsys.readouterr())


def test_what_is_skipped_is_still_on_a_page():
    """A reason that no page needs any more goes."""
    shown = [command for page in all_pages() if page not in APART for command in commands_of(page)]
    assert not [pattern for pattern in SKIPPED if not any(re.match(pattern, command) for command in shown)]


def test_every_page_can_be_reached_from_the_way_in():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\]\((\w[^)#]*\.md)", index))
    for folder in ("tutorial", "howto", "explanation", "reference"):
        for page in (ROOT / "docs" / folder).glob("*.md"):
            assert page.relative_to(ROOT / "docs").as_posix() in named


# -- the site --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    spec = importlib.util.spec_from_file_location("docs_build_site", ROOT / "docs" / "build_site.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    out = tmp_path_factory.mktemp("site") / "site"
    assert module.main(["--out", str(out)]) == 0
    return out


def test_the_site_needs_no_network_and_no_script(site: Path):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        if page.is_relative_to(site / "tutorial" / "raw" / "reports"):  # raw files of the tutorial
            continue
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not re.findall(r"""(?:src=|<link[^>]+href=)["'](?:https?:)?//[^"']+""", text)
    assert not re.findall(r"url\(|@import", (site / "site.css").read_text(encoding="utf-8"))


def test_links_of_the_site_lead_somewhere(site: Path):
    wrong = []
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"""(?:href|src)="([^"]+)\"""", text):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            there = (page.parent / name).resolve() if name else page
            known = there.is_file() and (
                not anchor or there.suffix != ".html" or f'id="{anchor}"' in there.read_text(encoding="utf-8")
            )
            if not known:
                wrong.append(f"{page.name}: {target}")
    assert not wrong


@pytest.mark.usefixtures("site")
def test_the_site_spares_folders_of_others(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(SystemExit, match="holds other files"):
        sys.modules["docs_build_site"].build_site(tmp_path)
    assert (tmp_path / "mine.txt").is_file()
