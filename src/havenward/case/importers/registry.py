"""Which kinds of sources there are: what each is in words, the function that reads it, and its token.

Every importer is a function `import_x(source, case, settings, online)` that gives an `Imported`:

- `source` is a path, or None where the user said `online` in its place;
- `case` is the case as its files stand (all versions of all rows), possibly without any location yet;
- `settings` are checked values: the keys of the module's `SETTINGS` and of `COMMON_SETTINGS`, with defaults
  filled in;
- `online` fetches from the source where the user said `online`, and is None otherwise.

Its module has a mapping `SETTINGS` from the names of its own settings to `Setting`; it may be empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, SettingsError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from havenward.case.importers.imported import Imported
    from havenward.records import Case

    Import = Callable[[Path | None, Case, Mapping[str, Any], Any], Imported]

ONLINE = "online"  # the word that stands in the place of a file


@dataclass(frozen=True)
class Setting:
    """One key of a settings file.

    Parameters
    ----------
    base
        `text`, `number`, `integer`, `date`, `flag`, `list` (of texts) or `table` (of texts by text).
    words
        What it decides, for the reference.
    default
        Its value where the file does not say.
    choices
        The only words that it may be; empty where any will do.
    """

    base: str
    words: str
    default: Any = ""
    choices: tuple[str, ...] = ()


# keys that every kind understands
COMMON_SETTINGS: Mapping[str, Setting] = {
    "source": Setting("text", "Name of the source in sources.csv; empty for the usual one of its kind."),
    "published": Setting(
        "date",
        "Day of publication, where the file does not say; a forecast sees the rows from then on.",
        None,
    ),
    "sheet": Setting("text", "Sheet of a workbook to read; empty for the one whose headings fit best."),
    "dates": Setting(
        "text",
        "How days such as 03/04/2024 are written, where the file leaves it open.",
        "",
        ("", "day first", "month first"),
    ),
    "places": Setting(
        "table", "Names or P-codes of the source, and the location of the case each one is.", {}
    ),
}


@dataclass(frozen=True)
class Importer:
    """One kind of source.

    Parameters
    ----------
    kind
        The word of the command.
    function
        Module and name of its importer, `module:name`.
    words
        What it is, for the help text.
    takes
        What SRC may be.
    token
        Environment variable that holds the user's token for `online`; empty where no token is needed.
    online
        SRC may be the word `online`.
    """

    kind: str
    function: str
    words: str
    takes: str
    token: str = ""
    online: bool = False

    def load(self) -> Import:
        """Load the function; heavy libraries come with it."""
        module, _, name = self.function.partition(":")
        function: Import = getattr(import_module(module), name)
        return function

    def settings(self) -> Mapping[str, Setting]:
        """Give every key that its settings file may have."""
        own: Mapping[str, Setting] = import_module(self.function.partition(":")[0]).SETTINGS
        return {**COMMON_SETTINGS, **own}


def need_file(source: Path | None) -> Path:
    """Give the file of a source that is never fetched; `online` is refused before its importer is called."""
    if source is None:
        message = "this kind of source is read from a file"
        raise TypeError(message)
    return source


_HERE = "havenward.case.importers"
IMPORTERS: Mapping[str, Importer] = {
    importer.kind: importer
    for importer in (
        Importer(
            "flee",
            f"{_HERE}.flee_case:import_flee",  # makes a new case, and is called in its own way
            "an input folder of Flee; makes a new case",
            "a folder with input_csv and source_data",
        ),
        Importer(
            "cod",
            f"{_HERE}.cod:import_cod",
            "administrative boundaries (COD-AB) or population (COD-PS)",
            "GeoPackage, shapefile (zipped or not) or GeoJSON; for population CSV or XLSX",
        ),
        Importer(
            "sites",
            f"{_HERE}.sites:import_sites",
            "a list of camps and sites",
            "CSV or XLSX",
        ),
        Importer(
            "osm",
            f"{_HERE}.osm:import_osm",
            "roads of an OpenStreetMap extract",
            "an .osm.pbf file",
        ),
        Importer(
            "acled",
            f"{_HERE}.acled:import_acled",
            "conflict events of ACLED",
            "an export as CSV, XLSX or JSON, or the word online",
            "ACLED_TOKEN",
            online=True,
        ),
        Importer(
            "dtm",
            f"{_HERE}.dtm:import_dtm",
            "displaced people counted by IOM DTM",
            "a round as XLSX or CSV, JSON of its interface, or the word online",
            "DTMAPI_SUBSCRIPTION_KEY",
            online=True,
        ),
        Importer(
            "unhcr",
            f"{_HERE}.unhcr:import_unhcr",
            "series of UNHCR's operational data portal",
            "CSV, XLSX or JSON, or the word online",
            online=True,
        ),
        Importer(
            "hapi",
            f"{_HERE}.hapi:import_hapi",
            "tables of the humanitarian interface of HDX (HAPI)",
            "CSV or JSON, or the word online",
            "HAPI_APP_IDENTIFIER",
            online=True,
        ),
        Importer(
            "hxl",
            f"{_HERE}.hxl:import_hxl",
            "any table with a row of HXL tags",
            "CSV or XLSX",
        ),
        Importer(
            "idmc",
            f"{_HERE}.idmc:import_idmc",
            "displacement updates of IDMC (IDU)",
            "CSV, XLSX or JSON, or the word online",
            "IDMC_CLIENT_ID",
            online=True,
        ),
        Importer(
            "hubverse",
            f"{_HERE}.hubverse:import_hubverse",
            "forecasts of others in hubverse format, to compare with",
            "CSV or Parquet",
        ),
    )
}


def find_importer(kind: str) -> Importer:
    """Find a kind of source by its word.

    Raises
    ------
    SettingsError
        There is no such kind.
    """
    if kind in IMPORTERS:
        return IMPORTERS[kind]
    close = nearest(kind, list(IMPORTERS))
    raise SettingsError(
        Problem(
            "havenward import",
            f"there is no kind '{kind}'",
            f"expected one of {', '.join(IMPORTERS)}",
            f"did you mean '{close}'?" if close else "choose the kind that your file is of",
            "import-kind",
        )
    )
