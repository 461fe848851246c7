"""Every message has a name with a cause and a remedy, and no name is left without a message."""

import ast
import csv
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "havenward"
TABLE = SOURCE / "tables" / "messages.csv"


def parameters(node):
    """Name what a record or function takes, in order."""
    if isinstance(node, ast.ClassDef):
        return [line.target.id for line in node.body if isinstance(line, ast.AnnAssign)]
    if isinstance(node, ast.FunctionDef):
        return [word.arg for word in node.args.args if word.arg not in {"self", "cls"}]
    return []


def slugs_of_code():
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    takers = {node.name: parameters(node).index("slug") for node in nodes if "slug" in parameters(node)}
    slugs = set()
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        at = takers.get(getattr(call.func, "id", getattr(call.func, "attr", "")))
        given = [word.value for word in call.keywords if word.arg == "slug"]
        if at is not None and not any(isinstance(argument, ast.Starred) for argument in call.args):
            given += call.args[at : at + 1]
        slugs |= {value.value for value in given if isinstance(value, ast.Constant)}
    return slugs


def read_table():
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_table_lists_the_messages_of_the_code_and_no_others():
    listed = [row["slug"] for row in read_table()]
    assert listed == sorted(set(listed))
    assert set(listed) == slugs_of_code()


def test_every_message_has_a_cause_and_a_remedy_in_whole_sentences():
    for row in read_table():
        for column in ("cause", "remedy"):
            assert row[column].endswith("."), row
            assert row[column][0].isupper() or row[column][0] == "`", row
