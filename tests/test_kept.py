"""Protects the promise that runs and cases of every earlier form open for ever, as they lie, with every command.

`tests/kept/` holds run folders that earlier versions wrote (`run-schema-N`, by the first version of each form)
and a case folder as the first version read it. They are never renewed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from havenward.case.check import check_case
from havenward.case.load import load_case
from havenward.cli import main
from havenward.errors import CaseError, RunError, SettingsError
from havenward.migrations import LACKING, RUN_SCHEMAS, list_lacking, migrate_meta
from havenward.records import SCHEMA_VERSION
from havenward.runs import TABLES, read_run

KEPT = Path(__file__).parent / "kept"
RUNS = sorted(path.name for path in KEPT.glob("run-schema-*"))


def digest(folder: Path) -> str:
    told = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            told.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return told.hexdigest()


@pytest.fixture
def kept(request: pytest.FixtureRequest, tmp_path: Path):
    """Give a copy of a kept run; after the test it must be as it was."""
    folder = tmp_path / "run"
    shutil.copytree(KEPT / request.param, folder)
    before = digest(folder)
    yield folder
    assert digest(folder) == before, "a run folder was changed in place"


every_run = pytest.mark.parametrize("kept", RUNS, indirect=True)


def test_every_form_of_a_run_is_kept_and_says_what_it_lacks():
    assert (
        [int(name.rpartition("-")[2]) for name in RUNS]
        == sorted(RUN_SCHEMAS)
        == list(range(1, SCHEMA_VERSION + 1))
    )
    assert set(LACKING) == set(RUN_SCHEMAS) - {1}
    for name in RUNS:
        run = read_run(KEPT / name)
        assert run.meta["schema"] == int(name.rpartition("-")[2])
        assert len(run.lacking) == SCHEMA_VERSION - run.meta["schema"]
        for table in TABLES:
            assert run.table(table).height
    assert "no what-if" in read_run(KEPT / "run-schema-2").lacking[0]
    assert list_lacking({"schema": SCHEMA_VERSION}) == ()


def test_what_an_old_run_lacks_is_put_in_in_memory():
    meta = json.loads((KEPT / "run-schema-1" / "run.json").read_text(encoding="utf-8"))
    assert "learned" not in meta
    moved = migrate_meta(KEPT / "run-schema-1", meta)
    assert moved == {**meta, "schema": 1, "learned": {}, "sites_from_counts": []}
    second = json.loads((KEPT / "run-schema-2" / "run.json").read_text(encoding="utf-8"))
    assert second["schema"] == 1  # what it states; it is told by what it holds
    assert migrate_meta(KEPT / "run-schema-2", second) == {**second, "schema": 2}


@every_run
def test_needs_of_an_old_run(kept: Path, tmp_path: Path):
    assert main(["needs", str(kept), "--out", str(tmp_path / "needs")]) == 0
    page = (tmp_path / "needs" / "README.md").read_text(encoding="utf-8")
    unit = (
        "stock.csv row 2: 'tents' has no unit, as in every run of this age, and is set off against nothing."
    )
    assert (unit in page) == (read_run(kept).meta["schema"] < 2)


@every_run
def test_a_brief_of_an_old_run(kept: Path, tmp_path: Path):
    words = [
        "brief",
        str(kept),
        "--out",
        str(tmp_path / "brief"),
        "--language",
        "fr",
        "--products",
        "html,tables",
    ]
    assert main(words) == 0
    assert "<html" in (tmp_path / "brief" / "brief.html").read_text(encoding="utf-8")


@every_run
def test_an_old_run_is_explained_scored_and_compared(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["explain", str(kept), "total"]) == 0
    later = tmp_path / "later"
    shutil.copytree(KEPT / "case-first-form", later)
    with (later / "observations.csv").open("a", encoding="utf-8") as stream:
        stream.write("2016-11-17,,location,camp-a,,stock,7200,,dtm,2016-11-19,counts\n")
    assert main(["score", str(kept), "--case", str(later)]) == 0
    assert "camp-a" in capsys.readouterr().out
    assert main(["compare", str(kept), str(KEPT / RUNS[-1])]) == 0


@every_run
def test_what_if_plays_members_again_or_says_that_they_were_not_kept(kept: Path):
    from havenward.distributions import Distribution
    from havenward.pipeline.whatif import Otherwise, what_if

    run = read_run(kept)
    otherwise = Otherwise(assumptions={"household_size": Distribution("fixed", {"value": 5.0})})
    names = {row.name for row in load_case(run.case_folder).assumptions}
    assert "household_size" not in names
    with pytest.raises(SettingsError) as told:
        what_if(run, otherwise, members=4)
    expected = "whatif-chances" if run.meta["schema"] < 3 else "whatif-unknown"
    assert [problem.slug for problem in told.value.problems] == [expected]


def test_the_message_about_a_run_of_which_no_what_if_can_be_asked():
    from havenward.distributions import Distribution
    from havenward.pipeline.whatif import Otherwise, what_if

    run = read_run(KEPT / "run-schema-2")
    with pytest.raises(SettingsError) as told:
        what_if(run, Otherwise(assumptions={"x": Distribution("fixed", {"value": 5.0})}))
    assert str(told.value) == (
        f"{run.folder}: the run was made before a run kept what its members have learned; expected a run of "
        "which the same members can be played again; run the forecast again with this version"
    )


def test_a_run_of_a_newer_version_is_refused_before_anything_else_in_it_is_judged(tmp_path: Path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_text(f'{{"schema": {SCHEMA_VERSION + 1}, "form": "other"}}', encoding="utf-8")
    with pytest.raises(RunError) as told:
        read_run(folder)
    assert str(told.value) == (
        f"{folder / 'run.json'}: schema {SCHEMA_VERSION + 1}; expected at most {SCHEMA_VERSION}; use a newer version "
        "of Havenward"
    )


def test_files_that_are_not_ours_stay_in_a_run(tmp_path: Path):
    folder = tmp_path / "run"
    shutil.copytree(KEPT / "run-schema-2", folder)
    (folder / "note of ours.txt").write_text("keep", encoding="utf-8")
    read_run(folder)
    assert main(["needs", str(folder), "--out", str(tmp_path / "needs")]) == 0
    assert (folder / "note of ours.txt").read_text(encoding="utf-8") == "keep"


# -- cases -------------------------------------------------------------------------------------------------


def test_a_case_of_the_first_form_opens_as_it_lies():
    before = digest(KEPT / "case-first-form")
    case = load_case(KEPT / "case-first-form")
    assert [row.unit for row in case.stock] == ["", ""]
    assert not [problem for problem in check_case(KEPT / "case-first-form") if problem.severity == "error"]
    assert digest(KEPT / "case-first-form") == before


def test_reading_into_a_case_of_the_first_form_keeps_what_a_person_decided(tmp_path: Path):
    folder = tmp_path / "case"
    shutil.copytree(KEPT / "case-first-form", folder)
    assert main(["read", "--case", str(folder), "--workers", "1"]) == 0
    kept = {row.figure: row.review for row in load_case(folder).figures}
    assert kept["half-million"] == "accepted"


def test_a_case_may_state_its_form_and_a_newer_one_is_refused_with_one_message(tmp_path: Path):
    folder = tmp_path / "case"
    shutil.copytree(KEPT / "case-first-form", folder)
    toml = folder / "case.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(f"schema = 1\n{text}", encoding="utf-8")
    assert load_case(folder) == load_case(KEPT / "case-first-form")
    toml.write_text(f'schema = 2\nmood = "calm"\n{text}', encoding="utf-8")
    (folder / "routes.csv").write_text("from,to,distance_km,mode,published,source,toll\n", encoding="utf-8")
    with pytest.raises(CaseError) as told:
        load_case(folder)
    assert str(told.value) == (
        "case.toml: schema 2: the case was written by a newer version of Havenward; expected at most 1; use a newer "
        "version of Havenward"
    )
    toml.write_text(f'schema = "new"\n{text}', encoding="utf-8")
    with pytest.raises(CaseError) as told:
        load_case(folder)
    assert (
        str(told.value) == "case.toml: schema is 'new'; expected a whole number from 1 to 1; remove the key"
    )
