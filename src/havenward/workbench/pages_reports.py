"""The pages of reports: taken in, read, and every figure decided on beside the words it stands in."""

from __future__ import annotations

import re
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from havenward.errors import CaseError, HavenwardError, Problem, SettingsError
from havenward.workbench.edits import change_rows, digest_of
from havenward.workbench.figure_words import cut_text, list_facts, say_figure
from havenward.workbench.layout import bench_of, render, words_of
from havenward.workbench.looks import look_at
from havenward.workbench.rows import make_fields, read_rows, today
from havenward.workbench.workspace import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from havenward.records import Case
    from havenward.words import Words
    from havenward.workbench.rows import Field

FILE = "figures.csv"
REVIEWS = ("open", "accepted", "corrected", "rejected")
DONE = {"accept": "accepted", "correct": "corrected", "reject": "rejected", "reopen": "open"}
# what a person may correct; where it stands in the text is not for correction
CORRECTED = (
    "low", "high", "point", "quantifier", "unit", "group", "term", "temporality", "location", "origin",
    "destination", "date_from", "date_to", "source_attribution", "fact_group",
)  # fmt: skip
HEADER = ("title", "published", "outlet", "url", "kind")
# terms of people who cannot leave, or who are armed: their reports are for the team
TEAM_TERMS = ("trapped", "at_risk_population", "forces", "fighters")
MAX_PASTED = 1_000_000
_UPLOAD = re.compile(r"[0-9a-f]{8,64}\Z")


class Taken(NamedTuple):
    """A report that waits to be read: what its header says, and what stands in the way."""

    number: int
    name: str
    header: Mapping[str, str]
    start: str
    problems: tuple[str, ...]
    refused: bool


# -- the list ----------------------------------------------------------------------------------------------


def show_reports(request: Request) -> Response:
    """List the reports of a case, the latest first, and take in new ones."""
    return _show_list(request)


def _show_list(request: Request, problems: Sequence[Problem] = (), text: str = "") -> Response:
    case = request.path_params["case"]
    look = look_at(request, case)
    by_report: dict[str, dict[str, int]] = {}
    for figure in look.case.figures:
        counts = by_report.setdefault(figure.report, dict.fromkeys(REVIEWS, 0))
        counts[figure.review] = counts.get(figure.review, 0) + 1
    rows = [
        {"report": report, "counts": by_report.get(report.report),
         "day": words_of(request).say_short_date(report.published)}
        for report in sorted(look.case.reports, key=lambda one: (one.published, one.report), reverse=True)
    ]  # fmt: skip
    groups = list_facts(look.case)
    return render(
        request,
        "reports.html",
        status=400 if problems else 200,
        case=case,
        rows=rows,
        open_figures=sum(counts["open"] for counts in by_report.values()),
        disputes=sum(group["differ"] and not group["settled"] for group in groups),
        groups=len(groups),
        problems=[*problems, *(one for one in look.problems if one.where.startswith(("reports/", FILE)))],
        pasted=text,
        busy=[job for job in bench_of(request).jobs.list(case)
              if job.kind == "read" and job.state in ("queued", "running")],
    )  # fmt: skip


def take_reports(request: Request) -> Response:
    """Take files and pasted text; ask for date and outlet where they do not say them, else read them."""
    from havenward.workbench.uploads import REPORT_KINDS, keep_uploads

    form, workspace = request.state.form, bench_of(request).workspace
    workspace.case_folder(request.path_params["case"])
    text = str(form.get("text", ""))[:MAX_PASTED]
    folder = workspace.new_uploads_folder()
    files = [one for one in form.getlist("files") if not isinstance(one, str) and one.filename]
    try:
        if files or not text.strip():
            keep_uploads(files, folder, kinds=REPORT_KINDS)
        if text.strip():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "pasted.txt").write_text(text, encoding="utf-8", newline="\n")
    except SettingsError as error:
        return _show_list(request, error.problems, text)
    said = {key: str(form.get(key, "")).strip() for key in HEADER}
    taken = _look_through(request, folder, dict.fromkeys(range(len(_files(folder))), said))
    if any(one.problems for one in taken):
        return _ask(request, folder.name, taken)
    return _read(request, folder, taken)


def confirm_reports(request: Request) -> Response:
    """Take what a person said about reports that did not say it themselves."""
    form, workspace = request.state.form, bench_of(request).workspace
    upload = str(form.get("upload", ""))
    folder = workspace.root / "uploads" / upload
    if not _UPLOAD.fullmatch(upload) or not folder.is_dir():
        raise NotFoundError
    count = len(_files(folder))
    said = {n: {key: str(form.get(f"{key}-{n}", "")).strip() for key in HEADER} for n in range(count)}
    left_out = {n for n in range(count) if form.get(f"skip-{n}")}
    taken = [one for one in _look_through(request, folder, said) if one.number not in left_out]
    if any(one.problems and not one.refused for one in taken):
        return _ask(request, upload, taken, left_out)
    taken = [one for one in taken if not one.refused]
    if not taken:
        shutil.rmtree(folder, ignore_errors=True)
        return RedirectResponse(f"/cases/{quote(request.path_params['case'])}/reports", status_code=303)
    return _read(request, folder, taken)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != ".")


def _look_through(request: Request, folder: Path, said: Mapping[int, Mapping[str, str]]) -> list[Taken]:
    """Look into each file: what its header says and the person adds, and what is still lacking."""
    from havenward.pipeline.bench import look_at_report

    words = words_of(request)
    held = {
        _bare(report.text): report.report
        for report in look_at(request, request.path_params["case"]).case.reports
    }
    found = []
    for number, path in enumerate(_files(folder)):
        mine = {key: value for key, value in said.get(number, {}).items() if value}
        try:
            seen = look_at_report(path)
        except CaseError as error:
            problems = tuple(f"{p.found}; {p.expected}. {p.repair}" for p in error.problems)
            found.append(
                Taken(number, path.name, {**dict.fromkeys(HEADER, ""), **mine}, "", problems, refused=True)
            )
            continue
        header = {key: mine.get(key) or seen[key] for key in HEADER}
        problems_, refused = [], False
        if seen["language"] != "English":
            problems_.append(words.say("web_report_language", language=seen["language"]))
            refused = True
        elif _bare(seen["text"]) in held:
            problems_.append(words.say("web_report_held", report=held[_bare(seen["text"])]))
            refused = True
        else:
            problems_ += _lacking(header, words)
        found.append(Taken(number, path.name, header, seen["text"][:600], tuple(problems_), refused))
    return found


def _lacking(header: Mapping[str, str], words: Words) -> list[str]:
    problems = []
    try:
        if date.fromisoformat(header["published"]) > date.fromisoformat(today()):
            problems.append(words.say("web_report_future"))
    except ValueError:
        problems.append(words.say("web_report_no_date"))
    if not header["outlet"]:
        problems.append(words.say("web_report_no_outlet"))
    return problems


def _bare(text: str) -> str:
    return " ".join(text.split())


def _ask(request: Request, upload: str, taken: Sequence[Taken], left_out: Iterable[int] = ()) -> Response:
    return render(
        request,
        "reports_ask.html",
        case=request.path_params["case"],
        upload=upload,
        taken=taken,
        left_out=set(left_out),
    )


def _read(request: Request, folder: Path, taken: Sequence[Taken]) -> Response:
    """Give every report its header as text, and have them read."""
    from havenward.case.write import format_report
    from havenward.pipeline.bench import look_at_report
    from havenward.records import Report

    case = request.path_params["case"]
    names = {report.report for report in look_at(request, case).case.reports}
    ready = folder / "ready"
    ready.mkdir(exist_ok=True)
    files = _files(folder)
    paths = []
    for one in taken:
        seen = look_at_report(files[one.number])
        day = date.fromisoformat(one.header["published"])
        name = free_name(day, one.header["outlet"], names)
        names.add(name)
        kind = one.header["kind"] if one.header["kind"] in ("original", "paraphrase") else "original"
        lines = {key: " ".join(one.header[key].split()) for key in ("title", "outlet", "url")}
        report = Report(
            name, lines["title"] or one.name, lines["outlet"], day, lines["url"], kind, "", seen["text"]
        )
        path = ready / name
        path.write_text(format_report(report), encoding="utf-8", newline="\n")
        paths.append(str(path))
    bench_of(request).jobs.submit("read", case, {"files": paths})
    return RedirectResponse(f"/cases/{quote(case)}/reports?saved=report", status_code=303)


def free_name(day: date, outlet: str, taken: Iterable[str]) -> str:
    """Name a report by its day and outlet, as the reports of a case are named."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", outlet).encode("ascii", "ignore").decode("ascii").casefold()
    stem = f"{day}-{re.sub(r'[^a-z0-9]+', '-', plain).strip('-')[:30] or 'report'}"
    names, number, name = set(taken), 1, f"{stem}.txt"
    while name in names:
        number += 1
        name = f"{stem}-{number}.txt"
    return name


def read_again(request: Request) -> Response:
    """Have all reports of the case read again; what a person decided stays."""
    case = request.path_params["case"]
    bench_of(request).workspace.case_folder(case)
    bench_of(request).jobs.submit("read", case, {})
    return RedirectResponse(f"/cases/{quote(case)}/reports", status_code=303)


# -- one report ----------------------------------------------------------------------------------------------


def show_report(request: Request) -> Response:
    """Show a report with its figures marked, and each figure with its fields."""
    return _show_report(request)


def _show_report(
    request: Request, name: str = "", typed: Mapping[str, str] | None = None, refused: Sequence[Problem] = ()
) -> Response:
    case, words = request.path_params["case"], words_of(request)
    look = look_at(request, case)
    wanted = request.path_params.get("report") or next(
        (row.report for row in look.case.figures if row.figure == name), ""
    )
    reports = sorted(look.case.reports, key=lambda one: (one.published, one.report))
    report = next((one for one in reports if one.report == wanted), None)
    if report is None:
        raise NotFoundError
    folder = bench_of(request).workspace.case_folder(case)
    table = read_rows(folder, "figures", look.problems)
    texts = {row.get("figure"): row for row in table.rows}
    figures = sorted(
        (row for row in look.case.figures if row.report == report.report),
        key=lambda row: (row.start if row.start is not None else 1 << 30, row.figure),
    )
    shown = []
    for figure in figures:
        cells = dict(texts[figure.figure].cells) if figure.figure in texts else {}
        mine = typed if figure.figure == name and typed else {}
        problems = refused if figure.figure == name else ()
        fields, others = _fields({**cells, **mine}, words, look.case, problems)
        shown.append({"figure": figure, "fields": fields, "problems": others, "open": bool(problems),
                      "said": say_figure(figure, words), "group": figure.fact_group})  # fmt: skip
    at = reports.index(report)
    return render(
        request,
        "report.html",
        status=400 if refused else 200,
        team_only=any(figure.term in TEAM_TERMS for figure in figures),
        case=case,
        report=report,
        day=words.say_date(report.published),
        pieces=cut_text(report.text, figures),
        figures=shown,
        digest=table.digest,
        previous=reports[at - 1].report if at else "",
        following=reports[at + 1].report if at + 1 < len(reports) else "",
        left=sum(figure.review == "open" for figure in figures),
    )


def _fields(
    cells: Mapping[str, str], words: Words, case: Case, problems: Sequence[Problem]
) -> tuple[list[Field], list[Problem]]:
    del case
    return make_fields("figures", cells, words, {}, problems, CORRECTED)


def review_figure(request: Request) -> Response:
    """Write the decision on a figure; nothing is written where the file changed meanwhile."""
    case, form = request.path_params["case"], request.state.form
    name, action = str(form.get("figure", "")), str(form.get("action", ""))
    folder = bench_of(request).workspace.case_folder(case)
    table = read_rows(folder, "figures")
    row = next((one for one in table.rows if one.get("figure") == name), None)
    if row is None or action not in {*DONE, "restore"}:
        raise NotFoundError
    cells: dict[str, str] = {}
    if action in ("correct", "restore"):
        cells = {key: str(form[key]).strip()[:2000] for key in CORRECTED if key in form}
    review = str(form.get("review", "")) if action == "restore" else DONE[action]
    cells["review"] = review if review in REVIEWS else "open"
    before = {key: row.get(key) for key in (*cells, "review")}
    cells = {key: value for key, value in cells.items() if value != row.get(key) or key == "review"}
    back = f"/cases/{quote(case)}/reports/{quote(row.get('report'))}"
    try:
        digest = change_rows(
            bench_of(request).workspace, case, "figures", [(row.row, cells)], str(form.get("digest", ""))
        )
    except CaseError as error:
        if _wants_json(request):
            return JSONResponse(_tell_wrong(request, error, row.row), status_code=400)
        return _show_report(request, name, cells, error.problems)
    if not _wants_json(request):
        return RedirectResponse(f"{back}?saved=fig-{quote(name)}#fig-{quote(name)}", status_code=303)
    figure = next(one for one in look_at(request, case).case.figures if one.figure == name)
    words = words_of(request)
    return JSONResponse(
        {"digest": digest, "review": figure.review, "state": words.say(f"web_review_{figure.review}"),
         "said": say_figure(figure, words), "before": before}
    )  # fmt: skip


def _tell_wrong(request: Request, error: HavenwardError, row: int) -> dict[str, Any]:
    fields, others = make_fields("figures", {}, words_of(request), {}, error.problems, CORRECTED)
    del row
    return {
        "beside": {field.name: field.problem for field in fields if field.problem},
        "problems": [str(problem) for problem in others],
    }


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


# -- facts -----------------------------------------------------------------------------------------------


def show_facts(request: Request) -> Response:
    """Show what several reports say of one fact, side by side, disagreements first."""
    case, words = request.path_params["case"], words_of(request)
    look = look_at(request, case)
    days = {report.report: report.published for report in look.case.reports}
    groups = list_facts(look.case)
    for group in groups:
        group["figures"] = [
            {"figure": one, "said": say_figure(one, words), "report": one.report,
             "day": words.say_short_date(days[one.report]) if one.report in days else ""}
            for one in sorted(group["figures"], key=lambda one: (days.get(one.report, date.min), one.figure))
        ]  # fmt: skip
    only = request.query_params.get("show", "differ")
    folder = bench_of(request).workspace.case_folder(case)
    return render(
        request,
        "facts.html",
        team_only=any(one["figure"].term in TEAM_TERMS for group in groups for one in group["figures"]),
        case=case,
        groups=[group for group in groups if only == "all" or group["differ"]],
        total=len(groups),
        differing=sum(group["differ"] and not group["settled"] for group in groups),
        only=only,
        digest=digest_of(folder, FILE),
    )


def settle_fact(request: Request) -> Response:
    """Accept one figure of a fact; the others stay as said, or are not used where a person wants so."""
    case, form = request.path_params["case"], request.state.form
    group, keep, others = (str(form.get(key, "")) for key in ("group", "keep", "others"))
    folder = bench_of(request).workspace.case_folder(case)
    rows = [row for row in read_rows(folder, "figures").rows if row.get("fact_group") == group and group]
    if not any(row.get("figure") == keep for row in rows):
        raise NotFoundError
    changes: list[tuple[int | None, dict[str, str] | None]] = []
    for row in rows:
        if row.get("figure") == keep:
            changes.append((row.row, {"review": "accepted"}))
        elif others == "reject":
            changes.append((row.row, {"review": "rejected"}))
        elif row.get("review") == "accepted":
            changes.append((row.row, {"review": "open"}))  # another one was taken before
    change_rows(bench_of(request).workspace, case, "figures", changes, str(form.get("digest", "")))
    show = "all" if form.get("show") == "all" else "differ"
    return RedirectResponse(
        f"/cases/{quote(case)}/facts?show={show}&saved=fact#fact-{quote(group)}", status_code=303
    )


routes = [
    Route("/cases/{case}/reports", show_reports, methods=["GET"]),
    Route("/cases/{case}/reports/upload", take_reports, methods=["POST"]),
    Route("/cases/{case}/reports/confirm", confirm_reports, methods=["POST"]),
    Route("/cases/{case}/reports/again", read_again, methods=["POST"]),
    Route("/cases/{case}/reports/{report}", show_report, methods=["GET"]),
    Route("/cases/{case}/figures", review_figure, methods=["POST"]),
    Route("/cases/{case}/facts", show_facts, methods=["GET"]),
    Route("/cases/{case}/facts", settle_fact, methods=["POST"]),
]
