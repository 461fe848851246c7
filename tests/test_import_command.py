"""Protects the import command: what it says and where, its settings file, its kinds, and damaged files."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from constructed_imports import (
    make_case,
    read_source,
    snapshot,
    write_newer,
    write_text,
    write_workbook,
    write_zip,
)
from havenward.case.importers.registry import COMMON_SETTINGS, IMPORTERS, find_importer
from havenward.case.importers.settings_file import read_settings_file
from havenward.errors import CaseError, SettingsError
from havenward.pipeline.imports import import_source

LIST = "Site name,Capacity,Individuals,Last update\nKhazir M1,12000,900,2016-08-01\nDebaga,5000,,2016-08-01\n"


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "havenward", "import", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_tells_what_it_did_and_names_the_case(tmp_path):
    folder = make_case(tmp_path / "case")
    path = write_text(tmp_path / "camps.csv", LIST)
    settings = write_text(tmp_path / "s.toml", 'add = false\n[places]\n"Khazir M1" = "camp-a"\n')
    done = run("sites", path, folder, "--settings", settings)
    assert (done.returncode, done.stdout) == (0, f"{folder}\n")
    assert done.stderr.splitlines() == [
        "note: camps.csv: taken as published on 2016-08-01, the latest day in it",
        "note: camps.csv: capacity differs; this list is seen from 2016-08-01 on, and the case before: camp-a: 10,000 in the case, 12,000 here",
        "note: camps.csv: places found: 1 by the settings file",
        "note: sources.csv: 1 added",
        "note: locations.csv: 1 added",
        "note: observations.csv: 1 added",
        "note: attributes.csv: 1 added",
        "1 place of the source found no location in the case; rows left out:",
        "  Debaga, 1 row",
        'to place them, write "name in the source" = "location" below [places] in a file: --settings FILE',
    ]
    before = snapshot(folder)
    assert run("sites", path, folder, "--settings", settings).returncode == 0
    assert snapshot(folder) == before


def test_what_cannot_be_imported_changes_nothing(tmp_path):
    folder = make_case(tmp_path / "case")
    before = snapshot(folder)
    done = run("cod", "online", folder)
    assert done.returncode == 1
    assert done.stderr == (
        "havenward import: SRC is 'online', but cod is read from files only; expected GeoPackage, shapefile (zipped or not) or GeoJSON; for population CSV or XLSX; download the file first and name it\n"
    )
    done = run("sites", tmp_path / "nowhere.csv", folder)
    assert done.returncode == 1
    assert done.stderr == (
        "nowhere.csv: the file cannot be read (No such file or directory); expected a file that may be read; check the path, and that the file is not open elsewhere\n"
    )
    assert snapshot(folder) == before
    assert run("camps", "a.csv", folder).returncode == 2


def test_a_case_whose_settings_are_not_filled_in_is_refused(tmp_path):
    folder = make_case(tmp_path / "case", **{"case.toml": 'title = "Toy"\n'})
    with pytest.raises(CaseError, match=r"case\.toml"):
        import_source("sites", write_text(tmp_path / "camps.csv", LIST), folder)


def test_a_new_case_with_its_settings_filled_in_can_take_sites(tmp_path):
    import datetime as dt

    from havenward.case.new import new_case

    folder = new_case(tmp_path / "new", title="T", crisis="t", country="IRQ", start=dt.date(2016, 6, 1))
    report = import_source("sites", write_text(tmp_path / "camps.csv", LIST), folder)
    assert "locations.csv: 2 added" in report.changes
    text = (folder / "locations.csv").read_text()
    assert text.count("\n") == 3


def test_settings_are_checked_all_at_once(tmp_path):
    path = write_text(
        tmp_path / "bad.toml", 'sheets = "x"\ndates = "both"\npublished = "2016-08-01"\n[places]\na = 1\n'
    )
    with pytest.raises(SettingsError) as error:
        read_settings_file(path, find_importer("sites").settings(), "sites")
    known = "source, published, sheet, dates, places, kind, group, add, series, title, publisher"
    assert str(error.value).splitlines() == [
        f"bad.toml: unknown key 'sheets'; expected keys among {known}; did you mean 'sheet'?",
        'bad.toml: dates is \'both\'; expected "day first" or "month first"; correct the value, or remove the line for the usual one',
        "bad.toml: published is '2016-08-01'; expected a day written 2024-05-13, without quotes; correct the value, or remove the line for the usual one",
        "bad.toml: places is '{'a': 1}'; expected a table of lines \"name in the source\" = \"location\"; correct the value, or remove the line for the usual one",
    ]
    odd = write_text(tmp_path / "odd.toml", 'source = "a,b"\n')
    with pytest.raises(SettingsError) as error:
        read_settings_file(odd, find_importer("sites").settings(), "sites")
    assert str(error.value) == (
        "odd.toml: source is 'a,b'; expected a short name without commas, quotes or line breaks; choose a plain name, such as camps-2024"
    )
    broken = write_text(tmp_path / "broken.toml", "sheet = \n")
    with pytest.raises(SettingsError, match=r"broken\.toml: the file is no TOML"):
        read_settings_file(broken, find_importer("sites").settings(), "sites")


@pytest.mark.parametrize("kind", [kind for kind in IMPORTERS if kind != "flee"])
def test_every_kind_can_be_loaded_and_its_defaults_are_allowed(kind):
    importer = IMPORTERS[kind]
    assert callable(importer.load())
    settings = importer.settings()
    assert set(COMMON_SETTINGS) <= set(settings)
    for name, setting in settings.items():
        assert setting.words.endswith("."), name
        assert not setting.choices or setting.default in setting.choices, name


def test_an_unknown_kind_is_refused():
    with pytest.raises(SettingsError) as error:
        find_importer("site")
    assert str(error.value) == (
        f"havenward import: there is no kind 'site'; expected one of {', '.join(IMPORTERS)}; did you mean 'sites'?"
    )


def damaged(rng: random.Random, data: bytes) -> bytes:
    """Cut a file, overwrite some of it, or both."""
    if rng.random() < 0.5:
        data = data[: rng.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 30)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


@pytest.mark.parametrize("form", ["csv", "xlsx", "zip", "json", "gpkg", "geojson"])
def test_damaged_files_are_read_or_refused_and_nothing_else(tmp_path, form):
    """Sixty seeded ways to damage each kind of file: an answer or a message, never another error."""
    folder = make_case(tmp_path / "case")
    path = tmp_path / f"a.{form}"
    if form == "xlsx":
        write_workbook(path, {"S": [line.split(",") for line in LIST.splitlines()]})
    elif form == "zip":
        write_zip(path, {"camps.csv": LIST.encode() * 20})
    elif form == "json":
        write_text(path, '[{"site name": "A", "capacity": 5, "last update": "2016-08-01"}]')
    elif form in {"gpkg", "geojson"}:
        write_newer(path)
    else:
        write_text(path, LIST)
    data, rng = path.read_bytes(), random.Random(f"damage {form}")  # noqa: S311 - no secret
    kind = "cod" if form in {"gpkg", "geojson"} else "sites"
    refused: list[str] = []
    for _ in range(60):
        Path(path).write_bytes(damaged(rng, data))
        try:
            read_source(kind, path, folder)
        except CaseError as error:
            refused += [problem.slug for problem in error.problems]
    assert refused
    assert all(slug.startswith("import-") for slug in refused)


def test_the_page_names_every_setting():
    page = Path(__file__).parents[1] / "docs" / "howto" / "import-boundaries-and-sites.md"
    text = page.read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith(("| cod", "| sites", "| hxl"))]
    for kind in ("cod", "sites", "hxl"):
        named = " ".join(line.split("|")[2] for line in table if kind in line.split("|")[1])
        own = set(find_importer(kind).settings()) - set(COMMON_SETTINGS)
        assert own == {word.strip(" `") for word in named.replace(",", " ").split()}, kind
    assert all(f"`{name}`" in text or f"`[{name}]`" in text for name in COMMON_SETTINGS)
