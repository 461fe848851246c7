"""What goes into a case comes out of it: workbooks and back, imports twice, reports in any order."""

from __future__ import annotations

import random
import re
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from constructed_imports import import_into, make_case, write_text
from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.case.new import case_from_workbook, workbook_from_case
from havenward.case.write import write_case
from havenward.pipeline import read_files, read_report
from havenward.records import Case
from law_worlds import START, contents, crises, differing, later_rows, tried
from small_reports import REPORTS, SEPARATOR


@st.composite
def whole_cases(draw: st.DrawFn) -> Case:
    """Draw a case with several versions of rows in every table."""
    return draw(later_rows(draw(crises(counted_weeks=True))))


@given(whole_cases())
@tried(4)
def test_a_folder_made_a_workbook_and_a_folder_again_has_the_same_bytes(case: Case) -> None:
    """Breaks if a date, a code, a version or an order is lost on the way through a spreadsheet."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_case(case, folder / "one")
        workbook_from_case(folder / "one", folder / "case.xlsx")
        case_from_workbook(folder / "two", folder / "case.xlsx")
        assert differing(contents(folder / "one"), contents(folder / "two")) == []


@given(whole_cases(), st.integers(0, 60), st.integers(0, 60))
@tried(25)
def test_what_was_known_grows_with_the_day_and_survives_its_file(case: Case, one: int, other: int) -> None:
    """Breaks if a snapshot holds more than its day knew, or reading it back asks for more.

    A later day never knows fewer places, ways or counts; a snapshot narrowed to a later day is itself.
    """
    early, late = sorted((START + timedelta(days=n)) for n in (one, other))
    known, more = as_of(case, early), as_of(case, late)
    assert {p.location for p in known.locations} <= {p.location for p in more.locations}
    for table in ("locations", "routes", "events", "observations", "stock", "reports", "assumptions"):
        assert all(row.published <= early for row in getattr(known, table)), table
    assert as_of(known, late) is known
    with tempfile.TemporaryDirectory() as scratch:
        write_case(known, Path(scratch) / "kept")
        assert load_case(Path(scratch) / "kept") == known


places = st.sampled_from(
    ["Camp A", "Camp B", "Debaga", "Khazir M1", "Hasansham U3", "\u0645\u062e\u064a\u0645", "Host Town"]
)
numbers = st.one_of(
    st.just(""), st.integers(0, 60_000).map(str), st.integers(1_000, 60_000).map("{:,}".format)
)


@given(
    st.lists(st.tuples(places, numbers, numbers), min_size=1, max_size=6, unique_by=lambda row: row[0]),
    st.integers(0, 2),
    st.randoms(use_true_random=False),
)
@tried(12)
def test_a_list_of_sites_imported_twice_or_in_another_order_is_the_same(
    rows: list[tuple[str, str, str]], delimiter: int, order: random.Random
) -> None:
    """Breaks if an import cannot tell its own rows from new ones, or where a row stands decides what it is."""
    mark = ",;\t"[delimiter]
    told = [[name, places_, people, "2016-08-01"] for name, places_, people in rows]

    def listed(some: list[list[str]]) -> str:
        cells = [["Site name", "Capacity", "Individuals", "Last update"], *some]
        return "\n".join(mark.join(f'"{cell}"' for cell in row) for row in cells) + "\n"

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        once, turned = (make_case(folder / name) for name in ("once", "turned"))
        path = write_text(folder / "sites.csv", listed(told))
        import_into("sites", path, once)
        before = contents(once)
        import_into("sites", path, once)
        assert differing(before, contents(once)) == []
        order.shuffle(told)
        write_text(path, listed(told))
        import_into("sites", path, turned)
        for name in ("locations.csv", "observations.csv"):
            mine, theirs = (sorted((at / name).read_text("utf-8").splitlines() if (at / name).exists() else [])
                            for at in (once, turned))  # fmt: skip
            assert mine == theirs, name


TEXTS = [re.sub(r"\{([^|}]*)\|[^}]*\}", r"\1", text).strip() for text in REPORTS.split(SEPARATOR)]


@given(
    st.lists(st.sampled_from(TEXTS), min_size=2, max_size=3, unique=True), st.randoms(use_true_random=False)
)
@tried(4)
def test_a_report_reads_alike_alone_among_others_and_in_any_order(
    texts: list[str], order: random.Random
) -> None:
    """Breaks if one report leaves something behind for the next; and every span is the text that it claims."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = []
        for number, text in enumerate(texts):
            path = Path(scratch) / f"report-{number}.txt"
            path.write_text(f"title: T\npublished: 2016-05-04\n\n{text}\n", encoding="utf-8")
            paths.append(path)
        turned = list(paths)
        order.shuffle(turned)
        told = []
        for some in (paths, turned):
            read = {document.name: reading for document, reading in read_files(some, workers=1) if document}
            told.append({name: repr(reading) for name, reading in sorted(read.items())})
        assert told[0] == told[1]
        for path in paths:
            alone = read_report(path)
            assert repr(alone) == told[0][path.name]
            for figure in alone.figures:
                assert figure.start is not None
                body = path.read_text(encoding="utf-8").partition("\n\n")[2]
                assert figure.quantity_text in body
