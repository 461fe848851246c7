"""Which files are handed over, and that none is unless every one passed the check for its audience."""

from __future__ import annotations

import gc
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.brief.cells import write_table
from havenward.brief.hxl import tags_for
from havenward.brief.release import hand_over, log_release
from havenward.brief.rows import (
    GAPS_COLUMNS,
    NEEDS_COLUMNS,
    PEOPLE_COLUMNS,
    gaps_rows,
    needs_rows,
    people_rows,
)
from havenward.errors import Problem, ReleaseError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from havenward.brief.content import Brief

ARCHIVE = "brief.zip"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can hold: the same brief, the same bytes
READABLE = 0o644 << 16
MADE_ON_UNIX = 3


def write_brief(
    brief: Brief, folder: Path, products: Sequence[str] = (), released: date | None = None
) -> tuple[Path, ...]:
    """Write the products of a brief, all or none.

    The files are written beside the folder, re-opened and searched for what the audience may not see, and
    only then put in place.

    ========= =============================================================================================
    product   files
    ========= =============================================================================================
    html      `brief.html`, the brief as one page that loads nothing
    pdf       `brief.pdf`, two pages of A4 and an annex, tagged
    workbook  `brief.xlsx`, with live formulas
    tables    `people.csv`, `needs.csv`, `gaps.csv`
    star      `powerbi/`, facts and dimensions as CSV
    geodata   `locations.gpkg` with its styles, `locations.geojson`
    forecast  `forecast.parquet`, with the columns of a hub
    plan      `planning-scenario.md`, a block for a contingency plan
    pictures  `pictures/`, every map and chart as SVG and PNG at print size, and a list with alternative texts
    dataset   `dataset.json` and `datapackage.json`, which describe the files written before them
    archive   `brief.zip`, which holds all of them
    ========= =============================================================================================

    Parameters
    ----------
    brief
        From `compose_brief`.
    folder
        Is made where it does not exist; files of these names are replaced.
    products
        Some of these, in any order; all where none is named.
    released
        The day that stands in the log of releases; without it no log is written.

    Returns
    -------
    paths
        The files, in the order of `FILES`; the log is none of them.

    Raises
    ------
    ReleaseError
        The folder holds a run or cannot be written to, a product is not known, or a file holds something
        that the audience may not see; nothing was put in place.
    """
    folder = Path(folder)
    chosen = _chosen(products)
    names: list[str] = []  # is filled when the files are written; the check reads it when all are there

    def note(part: Path) -> None:
        if released is not None:
            log_release(folder, brief, [part / name for name in names], released, into=part)

    with _no_collection(), hand_over(folder, names, brief.guard, note) as part:
        with ThreadPoolExecutor(1) as typesetter:
            drawn = [typesetter.submit(PRODUCTS[name], brief, part) for name in chosen if name in TYPESET]
            for product in chosen:
                if product not in (*TYPESET, *LAST):
                    PRODUCTS[product](brief, part)
        for one in drawn:
            one.result()
        for product in chosen:
            if product in LAST:
                PRODUCTS[product](brief, part)
        names += sorted(_files_in(part), key=_place_in_order)
    return tuple(folder / name for name in names)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let nobody look for rings of objects: there are none among a million cells, and it takes seconds."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _place_in_order(name: str) -> tuple[float, str]:
    """Give where a file stands among those that are written; pictures come before their description."""
    return (FILES.index(name) if name in FILES else FILES.index("datapackage.json") - 0.5), name


def check_products(products: Sequence[str]) -> None:
    """Refuse products that are not known.

    Raises
    ------
    ReleaseError
        With all of them.
    """
    unknown = [product for product in products if product not in PRODUCTS]
    if unknown:
        raise ReleaseError([_unknown_product(product) for product in unknown])


def _chosen(products: Sequence[str]) -> list[str]:
    """Give the products in the order in which they are written."""
    check_products(products)
    return [product for product in PRODUCTS if product in products or not products]


def _unknown_product(product: str) -> Problem:
    close = nearest(product, tuple(PRODUCTS))
    repair = f"did you mean '{close}'?" if close else "choose one of these"
    return Problem(
        "products",
        f"unknown product '{product}'",
        f"expected {', '.join(PRODUCTS)}",
        repair,
        "product-unknown",
    )


def _files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# -- one function per product: heavy libraries are imported when one needs them ---------------------------


def _write_html(brief: Brief, part: Path) -> None:
    from havenward.brief.page import write_page

    (part / "brief.html").write_text(write_page(brief), encoding="utf-8", newline="\n")


def _write_pdf(brief: Brief, part: Path) -> None:
    from havenward.brief.pdf import write_pdf

    write_pdf(brief, part / "brief.pdf")


def _write_workbook(brief: Brief, part: Path) -> None:
    from havenward.brief.workbook import write_workbook

    write_workbook(brief, part / "brief.xlsx")


def _write_tables(brief: Brief, part: Path) -> None:
    tables = (
        ("people.csv", PEOPLE_COLUMNS, people_rows(brief)),
        ("needs.csv", NEEDS_COLUMNS, needs_rows(brief)),
        ("gaps.csv", GAPS_COLUMNS, gaps_rows(brief)),
    )
    for name, columns, rows in tables:
        tags = tags_for(columns, people=name == "people.csv") if brief.hxl else ()
        write_table(part / name, columns, rows, tags)


def _write_star(brief: Brief, part: Path) -> None:
    from havenward.brief.star import FOLDER, write_star

    write_star(brief, part / FOLDER)


def _write_geodata(brief: Brief, part: Path) -> None:
    from havenward.brief.geodata import write_geojson, write_geopackage

    write_geopackage(brief, part / "locations.gpkg")
    write_geojson(brief, part / "locations.geojson")


def _write_forecast(brief: Brief, part: Path) -> None:
    from havenward.brief.hubverse import write_forecast

    write_forecast(brief, part / "forecast.parquet")


def _write_plan(brief: Brief, part: Path) -> None:
    from havenward.brief.plan_block import write_plan_block

    write_plan_block(brief, part / "planning-scenario.md")


def _write_pictures(brief: Brief, part: Path) -> None:
    from havenward.brief.pictures import write_pictures

    folder = part / "pictures"
    folder.mkdir()
    write_pictures(brief, folder)


def _write_dataset(brief: Brief, part: Path) -> None:
    from havenward.brief.dataset import write_descriptions

    write_descriptions(brief, part, sorted(_files_in(part)))


def _write_archive(_: Brief, part: Path) -> None:
    names = sorted(_files_in(part))
    write_archive(part / ARCHIVE, ((name, (part / name).read_bytes()) for name in names))


def write_archive(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write a ZIP whose bytes depend on names and contents only."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in files:
            about = zipfile.ZipInfo(name, LONG_AGO)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.create_system = MADE_ON_UNIX
            about.external_attr = READABLE
            archive.writestr(about, content)


# The description counts and hashes what was written before it; the archive holds everything.
PRODUCTS: dict[str, Callable[[Brief, Path], None]] = {
    "html": _write_html,
    "pdf": _write_pdf,
    "workbook": _write_workbook,
    "tables": _write_tables,
    "star": _write_star,
    "geodata": _write_geodata,
    "forecast": _write_forecast,
    "plan": _write_plan,
    "pictures": _write_pictures,
    "dataset": _write_dataset,
    "archive": _write_archive,
}
TYPESET = ("pdf", "pictures")  # by a compiled library, while the others are written
LAST = ("dataset", "archive")
FILES = (
    "brief.html",
    "brief.pdf",
    "brief.xlsx",
    "gaps.csv",
    "needs.csv",
    "people.csv",
    "powerbi/dim_date.csv",
    "powerbi/dim_scenario.csv",
    "powerbi/dim_site.csv",
    "powerbi/dim_standard.csv",
    "powerbi/fact_gaps.csv",
    "powerbi/fact_needs.csv",
    "powerbi/fact_people.csv",
    "locations.geojson",
    "locations.gpkg",
    "forecast.parquet",
    "planning-scenario.md",
    "datapackage.json",
    "dataset.json",
    ARCHIVE,
)  # of every brief; pictures come on top, as many as there are places to draw
