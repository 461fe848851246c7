"""Commands that make, check and convert cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from havenward.cli.words import DONE, USAGE, WRONG, add_command, read_date, say, show_progress

if TYPE_CHECKING:
    import argparse

    from havenward.cli.words import Commands
    from havenward.pipeline.advice import Advice, Checked

MAX_UNPLACED = 20  # places that the import lists; the rest is counted


def add_new(commands: Commands) -> None:
    """Describe `havenward new`."""
    parser = add_command(
        commands,
        "new",
        "make a case to fill in: a commented folder with a workbook, empty or with the places around a town",
        "havenward new cases/goma --place Goma --country COD --within 150km",
        _run_new,
    )
    parser.add_argument(
        "folder", type=Path, nargs="?", metavar="DIR", help="folder to make; must be new or empty"
    )
    parser.add_argument(
        "--workbook",
        type=Path,
        metavar="FILE",
        help="make only a workbook (.xlsx) to fill in, in place of DIR",
    )
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="FILE", help="workbook that DIR is made from"
    )
    parser.add_argument(
        "--place",
        metavar="NAME",
        help="draft this place and the settlements around it, to be confirmed by you; NAME may be "
        '"Goma, Nord Kivu"',
    )
    parser.add_argument("--country", metavar="ISO3", default="", help="country of the place")
    parser.add_argument(
        "--within", metavar="DISTANCE", default="100km", help="how far around, such as 150km or 93mi"
    )
    parser.add_argument(
        "--at-most", type=int, metavar="N", default=30, help="settlements to draft, the largest ones"
    )


def _run_new(chosen: argparse.Namespace) -> int:
    from havenward.case.new import case_from_workbook, new_case, write_template
    from havenward.case.places_near import draft_places, read_distance

    wrong = _new_usage(chosen)
    if wrong:
        say(f"havenward new: {wrong}")
        return USAGE
    if chosen.source is not None:
        print(case_from_workbook(chosen.folder, chosen.source))
        return DONE
    places = None
    if chosen.place:
        places = draft_places(chosen.place, chosen.country, read_distance(chosen.within), chosen.at_most)
        say(f"drafted from GeoNames (CC BY 4.0): {places.centre.said} as origin")
        said = f"and {len(places.others)} settlements within {places.within_km:,.0f} km as towns"
        say(said + (f"; {places.left_out:,} smaller ones were left out" if places.left_out else ""))
        say("none is used before you confirm it: choose its kind, and fill in published")
    if chosen.workbook is not None:
        made = write_template(chosen.workbook, places)
    else:
        made = new_case(chosen.folder, places=places)
    say(f"made; fill it in and then: havenward check {made}")
    print(made)
    return DONE


def _new_usage(chosen: argparse.Namespace) -> str:
    """Say which options do not go together; empty where all do."""
    if (chosen.folder is None) == (chosen.workbook is None):
        return "name either DIR or --workbook FILE"
    if chosen.source is not None and (chosen.workbook or chosen.place):
        return "--from makes DIR of a workbook; leave --workbook and --place out"
    return "--country needs --place" if chosen.country and not chosen.place else ""


def add_check(commands: Commands) -> None:
    """Describe `havenward check`."""
    parser = add_command(
        commands,
        "check",
        "name every problem in a case, and say what to do next",
        "havenward check cases/my-city --as-of 2016-10-16",
        _run_check,
    )
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder or workbook")
    parser.add_argument(
        "--as-of",
        type=read_date,
        metavar="DATE",
        help="origin date of the forecast that you prepare (empty: chosen from the case, and told)",
    )
    parser.add_argument(
        "--run",
        dest="run_folder",
        type=Path,
        metavar="RUN",
        help="read off this run what moves the forecast, in place of a try",
    )
    parser.add_argument("--quick", action="store_true", help="do not try what moves the forecast")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="for people or machines")


def _run_check(chosen: argparse.Namespace) -> int:
    from datetime import date

    from havenward.pipeline.advice import check_and_advise

    checked = check_and_advise(
        chosen.case,
        date.today(),  # noqa: DTZ011 - the planner's own day
        day=chosen.as_of,
        run=chosen.run_folder,
        quick=chosen.quick,
    )
    errors = [problem for problem in checked.problems if problem.severity == "error"]
    if chosen.format == "json":
        print(_check_as_json(checked))
        return WRONG if errors else DONE
    for problem in checked.problems:
        print(problem if problem.severity == "error" else f"warning: {problem}")
    if checked.advice is not None:
        _print_advice(checked.advice)
    say(f"{len(errors)} problems, {len(checked.problems) - len(errors)} warnings")
    if errors:
        say("repair these first; then check says what moves the forecast most")
    return WRONG if errors else DONE


def _print_advice(advice: Advice) -> None:
    from havenward.pipeline.advice import BASIS_WORDS

    if advice.steps:
        print(f"\nTo look at, for a forecast from {advice.day}:")
        for step in advice.steps:
            print(f"- {step}")
    if advice.bases:
        total = sum(advice.bases.values())
        parts = [f"{count} {BASIS_WORDS[basis]}" for basis, count in sorted(advice.bases.items())]
        print(f"\nOf {total} assumptions: {'; '.join(parts)}.")
    if not advice.influences:
        said = (
            advice.outcome if advice.outcome.startswith("not") else f"nothing stands out ({advice.outcome})"
        )
        print(f"\nWhat moves the forecast most: {said}.")
        return
    print(f"\nWhat moves the forecast most ({advice.outcome}):")
    for number, one in enumerate(advice.influences, start=1):
        effect = f"{round_people(one.low)} people where it is drawn low, {round_people(one.high)} where high"
        print(f"{number}. {one.name}: {one.words}; {BASIS_WORDS[one.basis]}; {effect}; {one.how}")


def round_people(people: float) -> str:
    """Write a number of people with two digits that count: a quick try tells no more."""
    return f"{float(f'{people:.2g}'):,.0f}"


def _check_as_json(checked: Checked) -> str:
    import json
    from dataclasses import asdict

    advice = checked.advice
    told = None if advice is None else {**asdict(advice), "day": advice.day.isoformat()}
    problems = [asdict(problem) for problem in checked.problems]
    return json.dumps({"problems": problems, "advice": told}, ensure_ascii=False, indent=2)


def add_import(commands: Commands) -> None:
    """Describe `havenward import`."""
    from havenward.case.importers.registry import IMPORTERS

    parser = add_command(
        commands,
        "import",
        "take in what another tool or office has: boundaries, roads, camps, counts, events",
        "havenward import sites camps.xlsx cases/my-city",
        _run_import,
    )
    kinds = "; ".join(f"{kind}: {importer.words}" for kind, importer in IMPORTERS.items())
    parser.add_argument("format", choices=tuple(IMPORTERS), help=f"what SRC is. {kinds}")
    parser.add_argument(
        "src",
        type=Path,
        metavar="SRC",
        help="a file (for flee a folder), or the word online where the source can be fetched with your token",
    )
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder; for flee a new or empty one")
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="settings in TOML, such as sheet, published and [places]; for flee a settings file of Flee "
        "(empty: SRC/simsetting.yml)",
    )


def _run_import(chosen: argparse.Namespace) -> int:
    from havenward.pipeline.imports import import_source

    with show_progress() as progress:
        report = import_source(chosen.format, chosen.src, chosen.case, chosen.settings, progress)
    for note in (*report.notes, *report.changes):
        say(f"note: {note}")
    if report.unplaced:
        many = "1 place" if len(report.unplaced) == 1 else f"{len(report.unplaced)} places"
        say(f"{many} of the source found no location in the case; rows left out:")
        for place in report.unplaced[:MAX_UNPLACED]:
            code = f" ({place.pcode})" if place.pcode else ""
            likely = f"; perhaps {', '.join(place.suggestions)}" if place.suggestions else ""
            rows = "1 row" if place.rows == 1 else f"{place.rows} rows"
            say(f"  {place.name or 'without a name'}{code}, {rows}{likely}")
        if len(report.unplaced) > MAX_UNPLACED:
            say(f"  and {len(report.unplaced) - MAX_UNPLACED} more")
        say(
            'to place them, write "name in the source" = "location" below [places] in a file: --settings FILE'
        )
    print(chosen.case)
    return DONE


def add_export(commands: Commands) -> None:
    """Describe `havenward export`."""
    parser = add_command(
        commands,
        "export",
        "write a case in another form: one workbook, or the input folder of another tool",
        "havenward export workbook cases/my-city my-city.xlsx",
        _run_export,
    )
    parser.add_argument(
        "format", choices=("flee", "workbook"), help="flee: an input folder of Flee; workbook: one .xlsx file"
    )
    parser.add_argument("case", type=Path, metavar="CASE", help="case; for flee one made by import")
    parser.add_argument("out", type=Path, metavar="DIR|FILE", help="folder or file to make")


def _run_export(chosen: argparse.Namespace) -> int:
    from havenward.case.load import load_case

    if chosen.format == "workbook":
        from havenward.case.new import workbook_from_case

        print(workbook_from_case(chosen.case, chosen.out))
        return DONE
    from havenward.case.importers.flee_write import export_flee

    for path in export_flee(load_case(chosen.case), chosen.out):
        print(path)
    return DONE
