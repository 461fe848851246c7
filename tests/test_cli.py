"""What can be typed works from files, says words to stderr and data to stdout, and ends with the right status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

import havenward
from havenward.case.write import write_case
from havenward.cli import DONE, USAGE, WRONG, build_parser, main
from worlds import START, city


@pytest.fixture(scope="module")
def case_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases") / "city"
    write_case(city(), folder)
    return folder


@pytest.fixture(scope="module")
def run_folder(case_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    words = [
        "forecast",
        str(case_folder),
        "--as-of",
        str(START),
        "--horizon",
        "40",
        "--members",
        "60",
        "--out",
        str(folder),
    ]
    assert main(words) == DONE
    return folder


def test_check_says_nothing_is_wrong(case_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(case_folder)]) == DONE
    said = capsys.readouterr()
    assert "error" not in said.out
    assert said.err.startswith("0 problems")


def test_check_names_every_problem(
    case_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    copytree(case_folder, broken)
    for name, old, new in (("locations.csv", "40000", "-40000"), ("routes.csv", "bridge", "brigde")):
        path = broken / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert main(["check", str(broken)]) == WRONG
    said = capsys.readouterr()
    assert "locations.csv row" in said.out
    assert "routes.csv row" in said.out
    assert "bridge" in said.out


def test_a_broken_case_is_not_forecast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", str(tmp_path), "--out", str(tmp_path / "run")]) == WRONG
    said = capsys.readouterr()
    assert said.out == ""
    assert "case.toml" in said.err
    assert not (tmp_path / "run").exists()


def test_forecast_and_brief_from_the_command_line(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    for audience in ("public", "partner", "team"):
        out = tmp_path / audience
        reason = [] if audience == "public" else ["--reason", "to plan the sites"]
        # all products once; the other audiences without what takes longest
        products = [] if audience == "public" else ["--products", "html,pdf,workbook,tables,archive"]
        command = ["brief", str(run_folder), "--out", str(out), "--audience", audience]
        assert main([*command, *reason, *products]) == DONE
        said = capsys.readouterr()
        folder, *files = [Path(line) for line in said.out.splitlines()]
        assert folder == out
        assert [path.name for path in files] == ["brief.html", "brief.pdf", "brief.xlsx", "brief.zip"]
        assert all(path.is_file() for path in files)
        assert {path.name for path in out.iterdir()} >= {"people.csv", "needs.csv"}
        written = sum(path.is_file() for path in out.rglob("*")) - 1  # the log is no product
        assert said.err.splitlines()[-1] == f"further files there: {written - 4}"


def test_products_can_be_chosen_on_the_command_line(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["brief", str(run_folder), "--out", str(out), "--products"]
    assert main([*command, "tables, forecast"]) == DONE
    assert {path.name for path in out.iterdir()} == {
        "people.csv", "needs.csv", "gaps.csv", "forecast.parquet", "release-log.csv",
    }  # fmt: skip
    capsys.readouterr()
    assert main([*command, "pdf,workbok"]) == WRONG
    assert "products: unknown product 'workbok'; expected html, pdf, workbook" in capsys.readouterr().err


def test_settings_from_the_command_line_change_the_run(
    case_folder: Path, run_folder: Path, tmp_path: Path
) -> None:
    """Each option starts from words and is seen in the result."""
    base = ["forecast", str(case_folder), "--as-of", str(START), "--horizon", "40", "--members", "60"]
    before = (run_folder / "members.parquet").read_bytes()
    for index, (extra, same) in enumerate(
        (
            (["--seed", "2"], False),
            (["--members", "61"], False),
            (["--horizon", "41"], False),
            (["--priors", "leave-one-out"], False),
            (["--workers", "1"], True),
        )
    ):
        out = tmp_path / str(index)
        assert main([*base, *extra, "--out", str(out)]) == DONE
        assert ((out / "members.parquet").read_bytes() == before) is same, extra


def test_new_makes_a_case_that_check_understands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"
    assert main(["new", str(folder)]) == DONE
    assert (folder / "case.toml").is_file()
    capsys.readouterr()
    assert main(["check", str(folder)]) == WRONG
    assert "no origin" in capsys.readouterr().out.replace("There is no", "no").lower()
    assert main(["new", str(folder)]) == WRONG


def test_doctor_finds_this_machine_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == DONE
    assert "MISSING" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["forcast"], ["forecast"], ["forecast", "x", "--as-of", "31/07/2016", "--out", "y"]]
)
def test_wrong_words_are_a_usage_error(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == USAGE
    assert "usage:" in capsys.readouterr().err


def test_no_words_show_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == USAGE
    assert "demo" in capsys.readouterr().err


def test_every_command_has_help_with_an_example() -> None:
    actions = build_parser()._subparsers
    assert actions is not None
    commands = actions._group_actions[0].choices
    assert isinstance(commands, dict)
    for name, parser in commands.items():
        assert f"example: havenward {name}" in parser.format_help(), name


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "havenward", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == havenward.__version__


def test_every_name_of_the_face_is_there() -> None:
    for name in havenward.__all__:
        assert getattr(havenward, name) is not None
    with pytest.raises(AttributeError):
        havenward.no_such_name  # noqa: B018


def test_score_prints_scores_and_says_what_they_are_worth(
    run_folder: Path, case_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", str(run_folder)]) == WRONG
    assert "no count after the origin date" in capsys.readouterr().err
    counted = tmp_path / "counted"
    copytree(case_folder, counted)
    header = "date,date_from,scope,location,origin,measure,persons,households,series,published,source"
    rows = [
        "2020-01-20,,location,camp-a,,stock,9000,,counts,2020-01-22,",
        "2020-01-20,,total,,,stock,40000,,counts,2020-01-22,",
    ]
    (counted / "observations.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    assert main(["score", str(run_folder), "--case", str(counted), "--format", "json"]) == DONE
    report = json.loads(capsys.readouterr().out)
    assert {(s["target"], s["location"]) for s in report["scores"]} == {
        ("stock", "camp-a"),
        ("stock", "total"),
        ("counted_displaced", "total"),
    }
    assert report["notes"][0].startswith("track C")


def test_a_brief_of_a_case_keeps_the_run_out_of_the_products(
    case_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "products"
    assert main(["brief", str(case_folder), "--as-of", str(START), "--out", str(out)]) == DONE
    assert (out / "brief.html").is_file()
    assert [path.name for path in out.rglob("*.parquet")] == ["forecast.parquet"]  # the public one
    assert not list(out.rglob("run.json"))
    assert (tmp_path / "products-run" / "run.json").is_file()
    assert "for the team only" in capsys.readouterr().err


def test_a_flee_case_from_import_to_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Import, check, run, score and write back a public Flee conflict; every output says that it is a hindcast."""
    cases = Path(__file__).parents[1].parent / "shared" / "flee-cases"
    if not cases.is_dir():
        pytest.skip("the public Flee cases are not here")
    case, run, brief = tmp_path / "mali", tmp_path / "run", tmp_path / "brief"
    settings = ["--settings", str(cases / "simsetting.yml")]
    assert main(["import", "flee", str(cases / "mali2012"), str(case), *settings]) == DONE
    assert "note: " in capsys.readouterr().err
    assert main(["check", str(case)]) == DONE
    assert main(["forecast", str(case), "--track", "C", "--out", str(run)]) == WRONG
    assert "track A" in capsys.readouterr().err
    assert main(["forecast", str(case), "--members", "4", "--out", str(run)]) == DONE
    capsys.readouterr()
    assert main(["score", str(run), "--format", "json"]) == DONE
    report = json.loads(capsys.readouterr().out)
    assert report["notes"][0].startswith("track A")
    # what Flee itself reaches on this case with these settings, measured with its own script
    assert report["flee_errors"]["error_rescaled"]["mean"] == pytest.approx(0.316, abs=0.01)
    assert main(["brief", str(run), "--out", str(brief)]) == DONE
    assert "Hindcast" in (brief / "brief.html").read_text(encoding="utf-8")
    assert "indcast" in (run / "model_card.md").read_text(encoding="utf-8")
    assert main(["export", "flee", str(case), str(tmp_path / "back")]) == DONE
    assert (tmp_path / "back" / "input_csv" / "routes.csv").is_file()
