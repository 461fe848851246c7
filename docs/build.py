"""Write the generated pages of docs/ from the tables, the settings and the command parser, or check them.

`python docs/build.py` writes; `python docs/build.py --check` changes nothing and fails with a diff where a
page is stale, with the name where something is undocumented, and with the line where a link leads nowhere.
"""

from __future__ import annotations

import argparse
import ast
import csv
import dataclasses
import difflib
import importlib
import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "havenward"
TABLES = SOURCE / "tables"
DOCS = ROOT / "docs"
MARK = "<!-- Written by `make docs`; change the source named below, not this page. -->"
COLUMN_HEADER = ["name", "type", "unit", "required", "default", "description"]

# every table of columns: the file of a case that it describes, and what that file holds
FILES = {
    "case": ("case.toml", "What the crisis is called, when it starts, and how the case is treated."),
    "locations": (
        "locations.csv",
        "Places. A place may have several rows with different `published`: planned first, then actual.",
    ),
    "routes": ("routes.csv", "Links between two places; people can travel them both ways."),
    "events": (
        "events.csv",
        "What changes movement, and when. An uncertain date is written as the name of an assumption.",
    ),
    "assumptions": ("assumptions.toml", "Uncertain inputs, one `[[assumption]]` table each."),
    "observations": (
        "observations.csv",
        "Dated counts. Series are never joined and nothing is interpolated.",
    ),
    "attributes": ("attributes.csv", "Properties that the other tables have no column for."),
    "scenarios": ("scenarios.toml", "Named variations of the case, one `[[scenario]]` table each."),
    "stock": ("stock.csv", "Supplies that are in place or on their way."),
    "figures": (
        "figures.csv",
        "Quantities as reports state them; a person may accept, correct or reject each.",
    ),
    "reports": (
        "reports/*.txt",
        "Dated reports: header lines `key: value`, an empty line, then the text. The keys of the header:",
    ),
    "sources": ("sources.csv", "Where rows come from."),
}
# tables with the same header that describe no file of a case: they have pages of their own
OWN_PAGES = {"parameters"}


@dataclasses.dataclass(frozen=True)
class Page:
    """A generated page: where it lies, and how its text is made."""

    path: str
    compose: Callable[[], str]
    source: str


def main(arguments: list[str] | None = None) -> int:
    """Write or check; exit status 1 where a check finds something."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing; fail where something is stale")
    options = parser.parse_args(arguments)
    if options.check:
        problems = [*stale_pages(), *undocumented(), *broken_links()]
        for problem in problems:
            print(problem, file=sys.stderr)
        print(f"docs: {len(PAGES)} generated pages, {len(problems)} problems", file=sys.stderr)
        return 1 if problems else 0
    for page in PAGES:
        if (ROOT / page.source).exists():
            write_page(page)
        else:
            print(f"{page.path}: not written, {page.source} does not exist", file=sys.stderr)
    return 0


def write_page(page: Page) -> None:
    """Write one page whole."""
    path = DOCS / page.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page.compose(), encoding="utf-8", newline="\n")


# -- what is checked -------------------------------------------------------------------------------------


def stale_pages() -> Iterator[str]:
    """Give a diff for each page that is not what its source makes of it."""
    for page in PAGES:
        path = DOCS / page.path
        name = path.relative_to(ROOT).as_posix()
        if not (ROOT / page.source).exists():
            yield f"{name}: its source {page.source} does not exist"
            continue
        committed = path.read_text(encoding="utf-8") if path.exists() else ""
        made = page.compose()
        if committed != made:
            diff = difflib.unified_diff(
                committed.splitlines(),
                made.splitlines(),
                f"{name} (committed)",
                f"{name} (made now)",
                lineterm="",
            )
            yield "\n".join([f"{name}: stale; run `make docs`", *diff])


def undocumented() -> Iterator[str]:
    """Name each command, option, setting, column and message that no page explains."""
    yield from undescribed_columns()
    yield from undescribed_settings()
    if (SOURCE / "cli").exists():
        yield from undescribed_commands()
    if (TABLES / "messages.csv").exists():
        yield from undescribed_messages()


def undescribed_columns() -> Iterator[str]:
    """Name columns without a description, and tables of columns that reference/files.md leaves out."""
    for path in sorted(TABLES.glob("*.csv")):
        header, rows = read_table(path)
        if header != COLUMN_HEADER:
            continue
        if path.stem not in FILES.keys() | OWN_PAGES:
            yield f"docs/build.py: tables/{path.name} is missing from FILES"
        for row in rows:
            if not row["description"].strip():
                yield f"tables/{path.name}: column {row['name']} has no description"


def undescribed_settings() -> Iterator[str]:
    """Name settings that the docstring of their class does not explain."""
    for record in settings_records():
        described = parameter_texts(record.__doc__ or "")
        for field in dataclasses.fields(record):
            if not described.get(field.name):
                yield f"settings.py: {record.__name__}.{field.name} is not explained in its docstring"


def undescribed_commands() -> Iterator[str]:
    """Name commands without a description or an example, and options without help."""
    for name, parser in walk_commands(command_parser()):
        if not parser.description:
            yield f"havenward {name}: no description"
        if name and "havenward " not in (parser.epilog or "") and not has_subcommands(parser):
            yield f"havenward {name}: no example in its help"
        for action in shown_actions(parser):
            if not action.help:
                yield f"havenward {name}: {option_name(action)} has no help"


def undescribed_messages() -> Iterator[str]:
    """Name messages that the code gives and messages.csv lacks, and the other way round."""
    header, rows = read_table(TABLES / "messages.csv")
    listed = {row[header[0]] for row in rows}
    given, texts = message_slugs()
    for slug in sorted(given.keys() - listed):
        yield f"{given[slug]}: message '{slug}' is missing from tables/messages.csv"
    for slug in sorted(listed - texts):
        yield f"tables/messages.csv: no code gives '{slug}'"


def message_slugs() -> tuple[dict[str, str], set[str]]:
    """Read from the source where each message is given, and all texts that stand in it.

    A message is named wherever something is called that takes a `slug`: a record or a helper.
    """
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}
    nodes = [(path, node) for path, tree in trees.items() for node in ast.walk(tree)]
    places = dict(taker for _, node in nodes for taker in slug_takers(node))
    texts = {
        node.value for _, node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    given: dict[str, str] = {}
    for path, node in nodes:
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        values = [word.value for word in node.keywords if word.arg == "slug"]
        starred = any(isinstance(argument, ast.Starred) for argument in node.args)
        if called in places and not starred:
            values += node.args[places[called] : places[called] + 1]
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                given.setdefault(value.value, f"{path.relative_to(ROOT).as_posix()} line {node.lineno}")
    return given, texts


def slug_takers(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Give the name of a record or function that takes a slug, and at which place it does."""
    if isinstance(node, ast.ClassDef):
        names = [
            line.target.id
            for line in node.body
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
        ]
    elif isinstance(node, ast.FunctionDef):
        names = [argument.arg for argument in node.args.args if argument.arg not in {"self", "cls"}]
    else:
        return
    if "slug" in names:
        yield node.name, names.index("slug")


def broken_links() -> Iterator[str]:
    """Name each link between pages whose file or heading does not exist."""
    pages = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
    for page in pages:
        for number, line in prose_lines(page):
            for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", line):
                if re.match(r"[a-z]+:", target):
                    continue
                name, _, anchor = target.partition("#")
                file = (page.parent / name).resolve() if name else page
                where = f"{page.relative_to(ROOT).as_posix()} line {number}"
                if not file.exists():
                    yield f"{where}: link to {target}, which does not exist"
                elif anchor and file.suffix == ".md" and anchor not in anchors(file):
                    yield f"{where}: link to {target}, where no heading has that name"


def prose_lines(page: Path) -> Iterator[tuple[int, str]]:
    """Give the lines of a page with their numbers, code left out."""
    fenced = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, re.sub(r"`[^`]*`", lambda code: code[0].replace("[", "(").replace("]", ")"), line)


def anchors(page: Path) -> set[str]:
    """Name the headings of a page as links write them."""
    headings = [line.lstrip("#").strip() for _, line in prose_lines(page) if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# -- the pages -------------------------------------------------------------------------------------------


def compose_files() -> str:
    """Compose reference/files.md: every column of every file of a case."""
    lines = [
        "# Files of a case",
        "",
        MARK,
        "",
        "Source: `src/havenward/tables/*.csv`. The same tables drive the checks of `havenward check`.",
        "",
        "A case is a folder. Text is UTF-8; a table has one header row and opens in a spreadsheet. Dates are",
        "`YYYY-MM-DD`. Rows carry their date of publication, `published`: a forecast sees only what was",
        "published by its origin date, and of several versions of a row the latest one that it can see.",
        "",
        "| type | what may stand there |",
        "|---|---|",
        "| key | a short name that nothing else in the file has: letters, digits, `.`, `_` and `-` |",
        "| text, list, flag | words; words in brackets; `true` or `false` |",
        "| date | `YYYY-MM-DD` |",
        "| number, integer | in the interval given; `]0` means above 0, `[0` means 0 or above |",
        "| a, b or c | one of these words |",
        "| location, group | a key in `locations.csv`; a group named there |",
        "| source, report | a key in `sources.csv`; a file of `reports/` |",
        "| assumption | a name in `assumptions.toml` |",
        "| country | ISO 3166-1 alpha-3 code |",
    ]
    for stem, (name, purpose) in FILES.items():
        header, rows = read_table(TABLES / f"{stem}.csv")
        if header != COLUMN_HEADER:
            continue
        lines += ["", f"## {name}", "", purpose, "", *markdown_table(
            ["name", "type", "unit", "required", "default", "meaning"],
            ([f"`{row['name']}`", type_words(row["type"]), row["unit"], row["required"],
              f"`{row['default']}`" if row["default"] else "", row["description"]] for row in rows),
        )]  # fmt: skip
    return "\n".join(lines) + "\n"


def type_words(text: str) -> str:
    """Write a type as people read it: `choice:a|b` becomes `a`, `b`."""
    kind, _, choices = text.partition(":")
    if kind == "choice":
        return ", ".join(f"`{choice}`" for choice in choices.split("|"))
    return re.sub(r"([\[\]])(.*),(.*)([\[\]])", r" \1\2, \3\4", text)


def compose_assumptions() -> str:
    """Compose reference/assumptions.md: every parameter that a rule set reads."""
    rows = read_table(TABLES / "parameters.csv")[1]
    defaults = default_assumptions()
    cells = (
        [
            f"`{row['name']}`",
            type_words(row["type"]),
            row["unit"],
            row["description"],
            defaults.get(row["name"], ""),
        ]
        for row in rows
    )
    lines = [
        "# Assumptions that the rule sets read",
        "",
        MARK,
        "",
        "Source: `src/havenward/tables/parameters.csv` and `conventions.toml`.",
        "",
        "An entry in `assumptions.toml` replaces the default of the parameter with that name. Where a",
        "parameter may differ between places, `parameter.place` replaces it at that place or group alone.",
        "[Files of a case](files.md#assumptionstoml) says how an entry is written.",
        "Where the last column is empty, the default is made from past crises, or the case must give one.",
        "",
        *markdown_table(["name", "type", "unit", "meaning", "default"], cells),
    ]
    return "\n".join(lines) + "\n"


def default_assumptions() -> dict[str, str]:
    """Write the default of each parameter that has one: shape, parameters and reason."""
    path = TABLES / "conventions.toml"
    if not path.exists():
        return {}
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("assumption", [])
    about = {"name", "published", "distribution", "unit", "reason", "sources", "figures", "components"}
    return {
        entry["name"]: "{}({}). {}".format(
            entry["distribution"],
            ", ".join(f"{key} {value}" for key, value in entry.items() if key not in about),
            entry.get("reason", ""),
        )
        for entry in entries
    }


def compose_settings() -> str:
    """Compose reference/settings.md: every setting with its default and meaning."""
    lines = [
        "# Settings",
        "",
        MARK,
        "",
        "Source: `src/havenward/settings.py`. A command option sets the setting of the same name, and",
        "[case.toml](files.md#casetoml) what belongs to the case. Values are checked before work begins.",
    ]
    for record in settings_records():
        summary = (record.__doc__ or "").strip().splitlines()[0]
        described = parameter_texts(record.__doc__ or "")
        lines += ["", f"## {record.__name__}", "", summary, "", *markdown_table(
            ["setting", "type", "default", "meaning"],
            ([f"`{field.name}`", str(field.type), default_text(field), described.get(field.name, "")]
             for field in dataclasses.fields(record)),
        )]  # fmt: skip
    return "\n".join(lines) + "\n"


def default_text(field: dataclasses.Field[Any]) -> str:
    """Write the default of a setting; `required` where there is none."""
    if field.default is dataclasses.MISSING:
        return "required" if field.default_factory is dataclasses.MISSING else "empty"
    return f"`{field.default}`" if field.default != "" else "empty"


def settings_records() -> list[type[Any]]:
    """List the classes of settings in the order of the module."""
    module = importlib.import_module("havenward.settings")
    classes = [value for value in vars(module).values() if isinstance(value, type)]
    return [c for c in classes if dataclasses.is_dataclass(c) and c.__module__ == module.__name__]


def parameter_texts(docstring: str) -> dict[str, str]:
    """Read the Parameters section of a numpydoc docstring: name to text; `a, b` gives both the text."""
    section = re.search(
        r"^\s*Parameters\n\s*-+\n(.*?)(?=^\s*\w+\n\s*-{3,}\n|\Z)", docstring, re.DOTALL | re.MULTILINE
    )
    texts: dict[str, str] = {}
    names: list[str] = []
    margin = None
    for line in section[1].splitlines() if section else []:
        indent = len(line) - len(line.lstrip())
        margin = indent if margin is None and line.strip() else margin
        if line.strip() and indent == margin:
            names = [name.strip() for name in line.split(":")[0].split(",")]
        for name in names if line.strip() and indent != margin else []:
            texts[name] = f"{texts.get(name, '')} {line.strip()}".strip()
    return texts


def compose_commands() -> str:
    """Compose reference/commands.md: every command with its options and example."""
    lines = [
        "# Commands",
        "",
        MARK,
        "",
        "Source: `src/havenward/cli/`. Data go to the place named or to standard output, words and",
        "progress to standard error. Exit status: 0 done, 1 data or settings wrong, 2 the command misspelt.",
    ]
    for name, parser in walk_commands(command_parser()):
        lines += ["", f"## havenward {name}".rstrip(), "", sentence(parser)]
        lines += ["", "```sh", usage(name, parser), "```"]
        actions = list(shown_actions(parser))
        if actions:
            lines += ["", *markdown_table(
                ["argument", "default", "meaning"],
                ([f"`{option_name(action)}`", action_default(action), expand_help(action, parser)]
                 for action in actions),
            )]  # fmt: skip
        if parser.epilog:
            lines += ["", "```text", expand(parser.epilog, parser), "```"]
    return "\n".join(lines) + "\n"


def command_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    parser: argparse.ArgumentParser = importlib.import_module("havenward.cli").build_parser()
    return parser


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """List the commands below a parser."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:  # noqa: SLF001 - argparse offers no other way to list what a parser knows
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            found.update(action.choices)
    return found


def has_subcommands(parser: argparse.ArgumentParser) -> bool:
    """Tell whether a parser only leads to others."""
    return bool(subcommands(parser))


def walk_commands(
    parser: argparse.ArgumentParser, name: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Give the parser and all below it, with their names."""
    yield name, parser
    for word, child in subcommands(parser).items():
        yield from walk_commands(child, f"{name} {word}".strip())


def shown_actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Give the arguments of a command that its help shows; --help itself is left out."""
    for action in parser._actions:  # noqa: SLF001
        hidden = action.help == argparse.SUPPRESS or isinstance(action, argparse._HelpAction)  # noqa: SLF001
        if not hidden and not isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            yield action


def option_name(action: argparse.Action) -> str:
    """Write an argument as people type it: `--members N`, `CASE...`."""
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices is not None and action.metavar is None:
        metavar = "|".join(str(choice) for choice in action.choices)
    more = "..." if action.nargs in {"+", "*"} else ""
    if not action.option_strings:
        return metavar + more
    return action.option_strings[-1] + ("" if action.nargs == 0 else f" {metavar}{more}")


def action_default(action: argparse.Action) -> str:
    """Write the default of an argument; `required` where it must be given."""
    if action.required:
        return "required"
    if action.default is None or action.default == argparse.SUPPRESS or action.nargs == 0:
        return ""
    return f"`{action.default}`"


def usage(name: str, parser: argparse.ArgumentParser) -> str:
    """Write the shortest use of a command on one line."""
    actions = list(shown_actions(parser))
    needed = [option_name(a) for a in actions if a.required and not a.option_strings]
    needed += [option_name(a) for a in actions if a.required and a.option_strings]
    optional = [f"[{option_name(a)}]" for a in actions if not a.required and not a.option_strings]
    rest = ["[options]"] if any(a.option_strings and not a.required for a in actions) else []
    command = ["COMMAND"] if has_subcommands(parser) else []
    return " ".join(["havenward", *name.split(), *needed, *optional, *rest, *command])


def expand_help(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    """Fill in the %-words of a help text as argparse does."""
    words = {**vars(action), "prog": parser.prog}
    return (action.help or "") % words


def sentence(parser: argparse.ArgumentParser) -> str:
    """Write what a command does as a sentence."""
    text = expand(parser.description or "", parser)
    return text[:1].upper() + text[1:].rstrip(".") + "."


def expand(text: str, parser: argparse.ArgumentParser) -> str:
    """Fill in the name of the program."""
    return text.replace("%(prog)s", parser.prog).replace("%%", "%").strip()


def compose_messages() -> str:
    """Compose messages.md: every message with its cause and remedy."""
    header, rows = read_table(TABLES / "messages.csv")
    lines = [
        "# Messages",
        "",
        MARK,
        "",
        "Source: `src/havenward/tables/messages.csv`.",
        "",
        "A message says where, what was found, what is expected and how to repair it:",
        "`file row: found; expected; repair`. Rows are counted as in a spreadsheet: the header is row 1.",
        "Messages are sorted by name; names also stand in the code that gives them.",
    ]
    slug, *others = header
    for row in sorted(rows, key=lambda row: row[slug]):
        lines += ["", f"## {row[slug]}"]
        for name in others:
            if row[name].strip():
                lines += ["", f"**{name.replace('_', ' ').capitalize()}.** {escape(row[name])}"]
    return "\n".join(lines) + "\n"


# -- small parts -----------------------------------------------------------------------------------------


def read_table(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Read a table of the package: header and rows."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [{key: value or "" for key, value in row.items()} for row in reader]
        return list(reader.fieldnames or []), rows


def markdown_table(header: list[str], rows: Iterable[list[str]]) -> list[str]:
    """Write a table; line breaks and bars in cells are made safe."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    return [*lines, *(f"| {' | '.join(escape(cell) for cell in row)} |" for row in rows)]


def escape(text: str) -> str:
    """Keep a cell on one line and its bars from ending it."""
    return " ".join(text.split()).replace("|", r"\|")


PAGES = (
    Page("reference/files.md", compose_files, "src/havenward/tables"),
    Page("reference/assumptions.md", compose_assumptions, "src/havenward/tables/parameters.csv"),
    Page("reference/settings.md", compose_settings, "src/havenward/settings.py"),
    Page("reference/commands.md", compose_commands, "src/havenward/cli/"),
    Page("messages.md", compose_messages, "src/havenward/tables/messages.csv"),
)

if __name__ == "__main__":
    sys.exit(main())
