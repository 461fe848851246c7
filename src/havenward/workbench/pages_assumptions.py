"""The pages of assumptions: what is taken to be true and why, what counts made of it, and its change."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from math import floor, log10
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from havenward.errors import CaseError, HavenwardError, Problem, SettingsError
from havenward.workbench.edits import digest_of, save_texts
from havenward.workbench.layout import bench_of, render, words_of
from havenward.workbench.looks import look_at
from havenward.workbench.rows import today
from havenward.workbench.workspace import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from starlette.requests import Request
    from starlette.responses import Response

    from havenward.distributions import Distribution
    from havenward.pipeline.case_pictures import Curve
    from havenward.records import Assumption, Case
    from havenward.words import Words
    from havenward.workbench.looks import Look
    from havenward.workbench.workspace import Workspace

FILE = "assumptions.toml"
BASES = ("case", "figures", "past crises", "convention")
LEVELS = (0.05, 0.5, 0.95)
TYPED = ("low", "middle", "high", "published", "reason", "source", "after", "source_title", "source_url")
_NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\Z")
_NAME = re.compile(r"[\w.-]{1,80}\Z")


class Learned(NamedTuple):
    """What members of the newest run drew: before counts, after them, and their weights."""

    run: str
    origin: date
    counts: int
    stamp: tuple[str, int]
    values: Mapping[str, tuple[np.ndarray, np.ndarray]]
    weights: np.ndarray


# -- the list ----------------------------------------------------------------------------------------------


def show_assumptions(request: Request) -> Response:
    """List every assumption with its range, by where it comes from."""
    case = request.path_params["case"]
    look, words = look_at(request, case), words_of(request)
    resolved, problems = resolve(look)
    learned = _learned(request, case, look)
    state = ("assumptions", today(), words.language, learned and learned.stamp)
    groups = look.work_out(state, lambda: _tell_groups(resolved, learned, words))
    return render(
        request,
        "assumptions.html",
        team_only=True,
        case=case,
        groups=groups,
        learned=learned,
        problems=[*problems, *(one for one in look.problems if one.where.startswith(FILE))],
    )


def _tell_groups(
    resolved: Mapping[str, Assumption], learned: Learned | None, words: Words
) -> list[dict[str, Any]]:
    groups = []
    for basis in BASES:
        rows = [_tell_row(one, learned, words) for one in resolved.values() if one.basis == basis]
        if rows:
            groups.append({"basis": basis, "rows": rows})
    return groups


def resolve(look: Look) -> tuple[dict[str, Assumption], list[Problem]]:
    """Give the distribution of every assumption as of today, and what stands in the way of some."""
    return look.work_out(("resolve", today()), lambda: resolve_case(look.case))


def resolve_case(case: Case) -> tuple[dict[str, Assumption], list[Problem]]:
    """Resolve the assumptions of a case.

    Where figures cannot be pooled the assumption stays without a distribution, and the problem says why.
    """
    from havenward.case.assumptions import resolve_assumptions
    from havenward.case.known import as_of

    try:
        known = as_of(case, date.fromisoformat(today()))
    except HavenwardError as error:
        return {}, list(error.problems)
    try:
        found, _ = resolve_assumptions(known, "time-ordered")
    except HavenwardError as error:
        problems = list(error.problems)
        pooled = [one for one in known.assumptions if one.pool_term]
        from dataclasses import replace

        bare = replace(known, assumptions=tuple(one for one in known.assumptions if not one.pool_term))
        found, _ = resolve_assumptions(bare, "time-ordered")
        return {one.name: one for one in sorted((*found, *pooled), key=lambda one: one.name)}, problems
    return {one.name: one for one in found}, []


def _learned(request: Request, case: str, look: Look) -> Learned | None:
    """Give what the newest run drew; None where there is no run that can be read."""
    workspace = bench_of(request).workspace
    name = next(iter(workspace.list_runs(case)), "")
    if not name:
        return None
    stamp = (name, (workspace.run_folder(case, name) / "run.json").stat().st_mtime_ns)
    return look.work_out(("learned", stamp), lambda: _read_learned(workspace, case, stamp))


def _read_learned(workspace: Workspace, case: str, stamp: tuple[str, int]) -> Learned | None:
    from havenward.runs import read_run

    try:
        run = read_run(workspace.run_folder(case, stamp[0]))
        table, weights = run.table("assumptions"), run.table("members_weights")
    except (HavenwardError, NotFoundError):
        return None
    parts = table.sort("name", "member").partition_by("name", as_dict=True)
    values = {
        str(key[0]): (part["value"].to_numpy(), part["prior"].to_numpy()) for key, part in parts.items()
    }
    counts = int(run.meta.get("learned", {}).get("counts", 0))
    shares = weights.sort("member")["weight"].to_numpy()
    return Learned(stamp[0], run.origin_date, counts, stamp, values, shares)


def _tell_row(one: Assumption, learned: Learned | None, words: Words) -> dict[str, Any]:
    from havenward.pipeline.case_pictures import draw_range, weighted

    curves, ranges = _curves(one, learned, words), {}
    for curve in curves:
        ranges[curve.key] = _say_range(weighted(curve, LEVELS), one, words)
    return {
        "name": one.name,
        "title": title_of(one.name, words),
        "place": one.name.partition(".")[2],
        "unit": words.say_unit(one.unit),
        "reason": one.reason,
        "published": "" if one.published.year < 1950 else words.say_short_date(one.published),
        "ranges": ranges,
        "picture": draw_range(curves, f"range-{re.sub(r'[^a-z0-9]+', '-', one.name.casefold())}",
                              words.join([f"{curve.title}: {ranges[curve.key]}" for curve in curves]))
        if curves else "",
    }  # fmt: skip


def _curves(one: Assumption, learned: Learned | None, words: Words) -> list[Curve]:
    import numpy as np

    from havenward.pipeline.case_pictures import Curve, curve_of

    curves = []
    if one.distribution is not None:
        curves.append(curve_of(one.distribution, words.say("web_prior"), "prior"))
    drawn = learned.values.get(one.name) if learned else None
    if learned and drawn is not None and learned.counts and not np.allclose(drawn[0], drawn[1]):
        values = drawn[0].astype(float)
        curves.append(Curve(words.say("web_posterior"), "posterior", values, learned.weights))
    return curves


def title_of(name: str, words: Words) -> str:
    """Name an assumption as a heading."""
    title = words.say_parameter(name)
    return title[:1].upper() + title[1:]


def say_value(value: float, one: Assumption, words: Words) -> str:
    """Write a value of an assumption in its unit; days after a date as a day."""
    if one.unit == "days after" and one.after is not None and abs(value) < 100_000:
        return words.say_short_date(one.after + timedelta(days=round(value)))
    if one.unit in ("share", "per day"):
        size = abs(value)
        return words.say_percent(
            value, 0 if size >= 0.1 or size == 0 else min(6, max(1, -floor(log10(size)) - 1))
        )
    if abs(value) >= 1000:
        return words.say_number(float(f"{value:.3g}"))
    return words.say_decimal(value)


def _say_range(values: Sequence[float], one: Assumption, words: Words) -> str:
    low, middle, high = (say_value(value, one, words) for value in values)
    if low == high:
        return middle
    return words.say("web_middle_range", low=low, middle=middle, high=high)


# -- one of them -----------------------------------------------------------------------------------------


def show_assumption(request: Request) -> Response:
    """Show one assumption: its curve, what it rests on, its versions, and the form that changes it."""
    case, name = request.path_params["case"], request.path_params["name"]
    typed = {
        key: request.query_params[key] for key in ("low", "middle", "high") if key in request.query_params
    }
    return _show_one(request, case, name, typed)


def _show_one(
    request: Request, case: str, name: str, typed: Mapping[str, str], refused: Sequence[Problem] = ()
) -> Response:
    look, words = look_at(request, case), words_of(request)
    resolved, problems = resolve(look)
    one = resolved.get(name)
    if one is None:
        raise NotFoundError
    learned = _learned(request, case, look)
    curves = _curves(one, learned, words)
    troubles = list(refused)
    drawn, meant = "", None
    if any(typed.get(key) for key in ("low", "middle", "high")):
        try:
            meant = _meant(typed, one)
        except SettingsError as error:
            troubles = troubles or list(error.problems)
    drawn = _draw(curves, one, words, meant.distribution if meant else None)
    folder = bench_of(request).workspace.case_folder(case)
    return render(
        request,
        "assumption.html",
        status=400 if refused else 200,
        team_only=True,
        case=case,
        one=one,
        title=title_of(one.name, words) + (f" ({place})" if (place := name.partition(".")[2]) else ""),
        unit=words.say_unit(one.unit),
        picture=drawn,
        meant=_tell_meant(meant, one, words) if meant else None,
        ranges=[(curve.title, curve.key, _say_range(_levels(curve), one, words)) for curve in curves],
        figures=[row for row in look.case.figures if row.figure in one.figures],
        sources=[row for row in look.case.sources if row.source in one.sources],
        known_sources=[(row.source, row.title) for row in look.case.sources],
        versions=[
            {"published": words.say_date(row.published), "reason": row.reason,
             "range": _say_version(row, words)}
            for row in look.case.assumptions if row.name == name
        ],
        uses=_learned_words(learned, words),
        typed=_filled(typed, one, curves),
        digest=digest_of(folder, FILE),
        problems=troubles,
        file_problems=problems,
    )  # fmt: skip


def _levels(curve: Curve) -> tuple[float, ...]:
    from havenward.pipeline.case_pictures import weighted

    return weighted(curve, LEVELS)


def _learned_words(learned: Learned | None, words: Words) -> str:
    if learned is None:
        return words.say("web_no_run")
    key = "web_learned" if learned.counts else "web_not_learned"
    return words.say(key, run=learned.run, n=learned.counts, origin=words.say_date(learned.origin))


def _say_version(row: Assumption, words: Words) -> str:
    from havenward.distributions import summary

    return (
        _say_range(summary(row.distribution, LEVELS), row, words)
        if row.distribution
        else words.say("web_pooled")
    )


def _filled(typed: Mapping[str, str], one: Assumption, curves: Sequence[Curve]) -> dict[str, str]:
    """Give what the form shows: what was typed, else the range as it is now."""
    now = _levels(curves[0]) if curves else (None, None, None)
    values = {
        key: "" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{float(f'{value:.3g}'):.0f}"
        for key, value in zip(("low", "middle", "high"), now, strict=True)
    }
    return {
        **values,
        "published": today(),
        "reason": "",
        "source": "",
        "after": one.after.isoformat() if one.after else "",
        **typed,
    }


def _draw(curves: Sequence[Curve], one: Assumption, words: Words, new: Distribution | None) -> Any:  # noqa: ANN401
    from havenward.pipeline.case_pictures import curve_of, draw_curves

    shown = [*curves, *([curve_of(new, words.say("web_proposed"), "proposed")] if new else [])]
    if not shown:
        return ""
    told = words.join([f"{curve.title}: {_say_range(_levels(curve), one, words)}" for curve in shown])
    title = words.say("web_curve", name=words.say_parameter(one.name))
    return draw_curves(shown, title, told, lambda value: say_value(value, one, words))


def show_curve(request: Request) -> Response:
    """Give the curve that three numbers mean, beside what holds now, as values for the page."""
    case, name = request.path_params["case"], request.path_params["name"]
    words = words_of(request)
    look = look_at(request, case)
    one = resolve(look)[0].get(name)
    if one is None:
        raise NotFoundError
    try:
        meant = _meant(request.query_params, one)
    except SettingsError as error:
        return JSONResponse({"problem": "; ".join(f"{p.found}; {p.expected}" for p in error.problems)})
    curves = _curves(one, _learned(request, case, look), words)
    picture = _draw(curves, one, words, meant.distribution)
    return JSONResponse({"picture": str(picture), **_tell_meant(meant, one, words)})


def _tell_meant(meant: Any, one: Assumption, words: Words) -> dict[str, str]:  # noqa: ANN401 - a Meant
    quantiles = _say_range(meant.quantiles, one, words)
    shape = words.phrases.get(f"web_shape_{meant.distribution.shape}", meant.distribution.shape)
    key = "web_meant" if meant.miss <= 0.05 else "web_meant_roughly"
    return {"words": words.say(key, shape=shape, quantiles=quantiles)}


def _meant(values: Mapping[str, Any], one: Assumption) -> Any:  # noqa: ANN401 - a Meant
    """Read three numbers as a person types them, and find what they mean."""
    from havenward.case.from_quantiles import fit_quantiles

    low, middle, high = (read_number(str(values.get(key, "")), key) for key in ("low", "middle", "high"))
    return fit_quantiles(low, middle, high, one.unit)


def read_number(text: str, name: str) -> float:
    """Read a number as people type it: blanks between groups, comma or point before decimals, per cent.

    Raises
    ------
    SettingsError
        It is no number.
    """
    bare = re.sub(r"[\s\u00a0\u202f_']", "", text)
    percent = bare.endswith("%")
    bare = bare.rstrip("%")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", bare):
        bare = bare.replace(",", "")
    if not _NUMBER.match(bare):
        raise SettingsError(
            Problem(name, f"found '{text[:40]}'", "expected a number", "write it in digits", "not-a-number")
        )
    value = float(bare.replace(",", "."))
    return value / 100 if percent else value


# -- changing it -------------------------------------------------------------------------------------------


def change_assumption(request: Request) -> Response:
    """Write a new version of an assumption, known from its day on; earlier forecasts stay as they were."""
    case, name = request.path_params["case"], request.path_params["name"]
    form = request.state.form
    typed = {key: str(form.get(key, "")).strip() for key in TYPED}
    look = look_at(request, case)
    one = resolve(look)[0].get(name)
    if one is None:
        raise NotFoundError
    try:
        _change(request, case, look, one, typed, str(form.get("digest", "")))
    except (CaseError, SettingsError) as error:
        return _show_one(request, case, name, typed, error.problems)
    target = f"/cases/{quote(case)}/assumptions/{quote(name)}?saved=assumption"
    return RedirectResponse(target, status_code=303)


def _change(
    request: Request, case: str, look: Look, one: Assumption, typed: Mapping[str, str], digest: str
) -> None:
    from havenward.case.importers.case_file import CaseFile

    problems = [
        Problem(key, "it is empty", "expected why, and on whose word", "fill it in", "value-missing")
        for key in ("reason", "source")
        if not typed[key]
    ]
    try:
        meant = _meant(typed, one)
    except SettingsError as error:
        problems = [*error.problems, *problems]
    if problems:
        raise SettingsError(problems)
    folder, published = bench_of(request).workspace.case_folder(case), _known_from(typed["published"])
    after = (
        date.fromisoformat(typed["after"]) if re.fullmatch(r"\d{4}-\d\d-\d\d", typed["after"]) else one.after
    )
    texts, expected = {}, {}
    known = {source.source for source in look.case.sources}
    key = typed["source"]
    if key not in known and typed["source_title"]:
        key = key if _NAME.fullmatch(key) else re.sub(r"[^\w.-]+", "-", key).strip("-")[:80] or "source"
        table = CaseFile(folder, "sources")
        table.add({"source": key, "title": typed["source_title"], "url": typed["source_url"],
                   "published": today()})  # fmt: skip
        texts["sources.csv"], expected["sources.csv"] = table.text(), digest_of(folder, "sources.csv")
    block = _write_block(one, meant.distribution, typed["reason"], key, after, published)
    texts[FILE] = put_block(_text_of(folder / FILE), block, one.name, published.isoformat())
    expected[FILE] = digest
    save_texts(bench_of(request).workspace, case, texts, expected)


def _known_from(text: str) -> date:
    """Read the day from which a version is known: today where none is said, for a past crisis an earlier one.

    Raises
    ------
    SettingsError
        It is no day, or one that has not come.
    """
    try:
        day = date.fromisoformat(text or today())
    except ValueError:
        day = date.max
    if day > date.fromisoformat(today()):
        raise SettingsError(
            Problem("published", f"found '{text[:40]}'", "expected a day that has come, as in 2016-08-31",
                    "choose the day on which it became known", "workbench-known-from")
        )  # fmt: skip
    return day


def _write_block(
    one: Assumption, distribution: Distribution, reason: str, source: str, after: date | None, published: date
) -> str:
    from dataclasses import replace

    from havenward.case.write import format_assumptions

    row = replace(
        one,
        published=published,
        distribution=distribution,
        reason=reason,
        sources=(source,),
        figures=(),
        after=after if one.unit == "days after" else None,
        pool_term="",
        pool_places=(),
        below="",
        basis="case",
    )
    return format_assumptions([row])


def put_block(text: str, block: str, name: str, published: str) -> str:
    """Put a version of an assumption into the text of a file; one of the same name and day gives way.

    Every other line stays as it is, comments too.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    starts = [n for n, line in enumerate(lines) if line.strip().startswith("[[assumption]]")]
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(lines)
        while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
            end -= 1  # comments below belong to what follows
        try:
            read = tomllib.loads("".join(lines[start:end]))["assumption"][0]
        except (tomllib.TOMLDecodeError, KeyError, IndexError):
            continue
        if read.get("name") == name and str(read.get("published")) == published:
            return "".join([*lines[:start], block.replace("\n", newline), *lines[end:]])
    gap = "" if not text.strip() else newline if text.endswith("\n") else newline * 2
    return text + gap + block.replace("\n", newline)


def _text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig") if path.is_file() else ""


routes = [
    Route("/cases/{case}/assumptions", show_assumptions, methods=["GET"]),
    Route("/cases/{case}/assumptions/{name}", show_assumption, methods=["GET"]),
    Route("/cases/{case}/assumptions/{name}/curve", show_curve, methods=["GET"]),
    Route("/cases/{case}/assumptions/{name}", change_assumption, methods=["POST"]),
]
