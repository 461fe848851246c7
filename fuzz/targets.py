"""Which parsers are tried, and how each is asked to read a file."""

from __future__ import annotations

import asyncio
import shutil
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from harness import WORLDS, Target, copy_world

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# settings that lead an import to what the usual ones leave out, chosen by the size of the input
SETTINGS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "acled": ({}, {"dates": "day first"}),
    "cod": ({}, {"published": date(2024, 1, 1)}, {"add_areas": True}),
    "dtm": ({}, {"country_total": True}),
    "hapi": ({},),
    "hubverse": ({}, {"targets": {"people present": "stock"}}),
    "hxl": ({}, {"add_locations": True, "published": date(2024, 3, 1)}),
    "idmc": ({},),
    "osm": ({}, {"add_towns": True, "include_paths": True}),
    "sites": ({}, {"published": date(2024, 3, 1)}),
    "unhcr": ({}, {"counts": "present"}),
}


# -- reports -------------------------------------------------------------------------------------------


@cache
def _gazetteer() -> Any:  # noqa: ANN401 - the package is loaded late
    from havenward.case.load import load_case
    from havenward.reading.gazetteer import load_gazetteer

    return load_gazetteer((row.name, row.location, "") for row in load_case(WORLDS / "norland").locations)


def open_file(folder: Path, name: str, data: bytes) -> object:
    """Take the text out of a file."""
    from havenward.reading.documents import open_document

    path = folder / name
    path.write_bytes(data)
    document = open_document(path)
    document.text.encode("utf-8")  # it is kept as a file
    return document


def read_text(folder: Path, name: str, data: bytes) -> object:
    """Read a report and check that each figure stands where it says."""
    from havenward.reading.read import read_report

    document = open_file(folder, name, data)
    reading = read_report(document, _gazetteer())  # type: ignore[arg-type] - it is a document
    for figure in reading.figures:
        if reading.text[figure.start : figure.end] != figure.quantity_text:
            message = f"the span of {figure.quantity_text!r} is not where it stands"
            raise AssertionError(message)
    return reading


def read_stream(folder: Path, name: str, data: bytes) -> object:
    """Read the reports of a stream of lines."""
    from havenward.reading.bulk import list_reports, read_many

    path = folder / name
    path.write_bytes(data)
    return list(read_many(list_reports([path])))


# -- cases ---------------------------------------------------------------------------------------------


def read_case(folder: Path, name: str, data: bytes) -> object:
    """Check, load, look back, write and load again a case of which one file is changed."""
    from havenward.case.check import check_case
    from havenward.case.known import as_of
    from havenward.case.load import load_case
    from havenward.case.write import case_hash, write_case
    from havenward.errors import CaseError

    source = copy_world("toy", folder / "case", name, data)
    problems = check_case(source)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise CaseError(errors)
    case = load_case(source)
    as_of(case, case.start)
    write_case(case, folder / "again")
    if load_case(folder / "again") != case:
        message = "a case that was written and read again is another"
        raise AssertionError(message)
    return case_hash(case)


def read_workbook(folder: Path, name: str, data: bytes) -> object:
    """Check and load a case that is kept in a workbook."""
    from havenward.case.check import check_case
    from havenward.case.load import load_case
    from havenward.errors import CaseError

    path = folder / name
    path.write_bytes(data)
    problems = check_case(path)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise CaseError(errors)
    return load_case(path)


def read_ledger_file(folder: Path, name: str, data: bytes) -> object:
    """Import into a case whose ledger of imports is changed."""
    case = copy_world("norland", folder / "case", name, data)
    from havenward.case.importers.ledger import read_ledger
    from havenward.pipeline.imports import import_source

    read_ledger(case)
    return import_source("unhcr", WORLDS.parent / "seeds" / "unhcr" / "series.csv", case)


# -- imports -------------------------------------------------------------------------------------------


def run_import(kind: str, folder: Path, name: str, data: bytes) -> object:
    """Import a file into a case; refused, it leaves the case as it was, and taken, a case that loads."""
    from havenward.case.importers.merge import merge_into_case, open_case
    from havenward.case.importers.registry import find_importer
    from havenward.case.load import load_case
    from havenward.errors import HavenwardError

    case_folder = folder / "case"
    shutil.copytree(WORLDS / "norland", case_folder)
    path = folder / name
    path.write_bytes(data)
    importer = find_importer(kind)
    settings = {key: setting.default for key, setting in importer.settings().items()}
    variants = SETTINGS[kind]
    settings |= {key: value for key, value in variants[len(data) % len(variants)].items() if key in settings}
    before = _contents(case_folder)
    try:
        imported = importer.load()(path, open_case(case_folder).case, settings, None)
        changes = merge_into_case(case_folder, imported)
    except HavenwardError:
        if _contents(case_folder) != before:
            message = "a refused import has changed the case"
            raise AssertionError(message) from None
        raise
    try:
        load_case(case_folder)
    except HavenwardError as error:
        message = f"the case does not load after the import: {error}"
        raise AssertionError(message) from error
    return changes, imported.notes, imported.unplaced


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_settings(folder: Path, name: str, data: bytes) -> object:
    """Read a settings file of an import."""
    from havenward.case.importers.registry import find_importer
    from havenward.case.importers.settings_file import read_settings_file

    path = folder / name
    path.write_bytes(data)
    return [read_settings_file(path, find_importer(kind).settings(), kind) for kind in ("osm",)]


def read_answer(folder: Path, name: str, data: bytes) -> object:  # noqa: ARG001 - nothing is written
    """Import what a service answers; the name of the file says which."""
    import httpx

    from havenward.case.importers.online import SERVICES, Online
    from havenward.case.importers.registry import find_importer
    from havenward.case.load import load_case

    kind = name.partition("-")[0].partition(".")[0]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=data))
    now = iter(range(10**9))
    online = Online(
        {service.variable: "a" for service in SERVICES.values() if service.variable},
        transport, sleep=lambda _: None, clock=lambda: float(next(now)), max_pages=3,
    )  # fmt: skip
    importer = find_importer(kind)
    settings = {key: setting.default for key, setting in importer.settings().items()}
    return importer.load()(None, load_case(WORLDS / "norland"), settings, online).notes


def import_flee_folder(folder: Path, name: str, data: bytes) -> object:
    """Make a case of an input folder of Flee of which one file is changed."""
    from havenward.case.importers.flee_case import import_flee
    from havenward.case.load import load_case
    from havenward.errors import HavenwardError

    source = copy_world("flee", folder / "flee", name, data)
    notes = import_flee(source, folder / "case")
    try:
        load_case(folder / "case")
    except HavenwardError as error:
        message = f"the case does not load after the import: {error}"
        raise AssertionError(message) from error
    return notes


# -- needs, runs, the workbench --------------------------------------------------------------------------


def read_needs_table(folder: Path, name: str, data: bytes) -> object:
    """Read a user's own standards, or costs."""
    from havenward.needs.costs import read_costs
    from havenward.needs.standards import by_indicator, read_own

    path = folder / name
    path.write_bytes(data)
    if name.startswith("costs"):
        return read_costs(path, [row for rows in by_indicator().values() for row in rows])
    return read_own(path)


def read_run_folder(folder: Path, name: str, data: bytes) -> object:
    """Open a run folder of which one file is changed, and read all that is in it."""
    from havenward.case.load import load_case
    from havenward.forecast.posterior import read_chances
    from havenward.runs import TABLES, read_run

    run = read_run(copy_world("run", folder / "run", name, data))
    sizes = [run.table(table).shape for table in TABLES]
    chances = read_chances(run.folder, int(run.meta["seed"]))
    load_case(run.case_folder)
    return sizes, chances.seed, run.origin_date, run.first_date, run.last_date


def read_journal(folder: Path, name: str, data: bytes) -> object:
    """Open a folder of the workbench of which one journal is changed."""
    from pathlib import Path as RealPath

    from havenward.workbench.edits import list_changes, recover
    from havenward.workbench.jobs import Jobs
    from havenward.workbench.workspace import Workspace

    root = copy_world("bench", folder / "bench", name, data)
    workspace = Workspace(RealPath(root))
    recover(workspace)
    found: list[object] = [list_changes(workspace, "toy")]
    jobs = Jobs(workspace, 0)
    try:
        found += [(job.id, job.kind, job.state) for job in jobs.list()]
    finally:
        jobs.close()
    return found


def look_at_upload(folder: Path, name: str, data: bytes) -> object:
    """Tell what an uploaded file is."""
    from havenward.workbench.uploads import kind_of, safe_name

    path = folder / "part"
    path.write_bytes(data)
    return kind_of(path, name), safe_name(name + data[:80].decode("utf-8", "replace"))


_BENCH: dict[str, Any] = {}  # the workbench is made once and asked often


def ask_workbench(folder: Path, name: str, data: bytes) -> object:
    """Send a form, an upload or a question to a page of the workbench; the name is its address."""
    import httpx

    from havenward.workbench.app import make_app

    if _BENCH.get("asked", 40) >= 40 or _BENCH["folder"] != folder:
        if "loop" in _BENCH:
            _BENCH["loop"].close()
        _BENCH.update(folder=folder, asked=0, loop=asyncio.new_event_loop())
    shutil.copytree(WORLDS / "toy", folder / "bench" / "toy")
    (folder / "bench" / "jobs").mkdir()
    if _BENCH["asked"] == 0:
        _BENCH["app"] = make_app(folder / "bench", workers=0)
    _BENCH["asked"] += 1
    app, loop = _BENCH["app"], _BENCH["loop"]
    keys = app.state.bench.keys
    session = keys.new_session()
    method, _, path = name.removesuffix(".form").partition("/")
    mark = data[2:].partition(b"\r\n")[0][:60] if data.startswith(b"--") else b""
    kind = (
        f"multipart/form-data; boundary={mark.decode('latin-1')}"
        if mark
        else "application/x-www-form-urlencoded"
    )
    headers = {
        "content-type": "".join(sign if " " <= sign < "\x7f" else "x" for sign in kind), "origin": "http://127.0.0.1:8000",
        "cookie": f"havenward-session={session}", "x-havenward-token": keys.form_token(session),
    }  # fmt: skip

    async def ask() -> int:
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            if method == "POST":
                answer = await client.post(f"/{path}", content=data, headers=headers)
            else:
                answer = await client.get(
                    f"/{path}", params=httpx.QueryParams(data.decode("latin-1")), headers=headers
                )
            return answer.status_code

    status = loop.run_until_complete(ask())
    if status >= 500:
        message = f"status {status}"
        raise AssertionError(message)
    return status


TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target("text", "reports as text: encodings, headers, the grammar of figures", read_text),
        Target("stream", "reports as JSON lines", read_stream),
        Target("html", "reports as web pages", open_file),
        Target("pdf", "reports as PDF", open_file),
        Target("docx", "reports as Word files", open_file),
        Target("case", "every file of a case folder", read_case, world="toy"),
        Target("workbook", "a case in a workbook", read_workbook),
        Target("ledger", "the ledger of imports", read_ledger_file),
        Target("settings", "settings files of imports", read_settings),
        *(
            Target(kind, f"import {kind}", partial(run_import, kind))
            for kind in ("acled", "cod", "dtm", "hapi", "hubverse", "hxl", "idmc", "osm", "sites", "unhcr")
        ),
        Target("online", "answers of services", read_answer),
        Target("flee", "input folders of Flee", import_flee_folder, world="flee"),
        Target("needs", "own standards and costs", read_needs_table),
        Target("run", "run folders", read_run_folder, world="run"),
        Target("journal", "journals of the workbench", read_journal, world="bench"),
        Target("upload", "what an uploaded file is", look_at_upload),
        Target("web", "forms, uploads and questions to the workbench", ask_workbench, alike=False),
    )
}
