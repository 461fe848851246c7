"""A case that is written and read again is the same case, and its hash tells content and nothing else."""

import shutil
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from case_builders import cases
from havenward.case.check import check_case
from havenward.case.draft import read_draft
from havenward.case.load import load_case
from havenward.case.new import new_case
from havenward.case.write import case_hash, write_case
from havenward.distributions import Distribution
from havenward.errors import CaseError
from toy_case import TOY, write_files


@pytest.fixture
def toy(tmp_path):
    return load_case(write_files(tmp_path / "toy", TOY))


def test_reading_what_was_written_gives_the_same_case(toy, tmp_path):
    write_case(toy, tmp_path / "again")
    again = load_case(tmp_path / "again")
    assert again == toy
    assert [row.row for row in again.locations] == [row.row for row in toy.locations]
    assert case_hash(again) == case_hash(toy)
    assert check_case(tmp_path / "again") == []


def test_writing_twice_gives_the_same_bytes(toy, tmp_path):
    for name in ("one", "two"):
        write_case(toy, tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) == 12
    for path in files:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()


@given(cases)
def test_any_case_survives_writing_and_reading(tmp_path_factory, case):
    folder = tmp_path_factory.mktemp("case")
    write_case(case, folder)
    # rows alone are compared: random cases need not be sound as a whole
    again = read_draft(folder).case
    assert again == replace(case, reports=tuple(sorted(case.reports, key=lambda row: row.report)))
    shutil.rmtree(folder)


HARD_TEXTS = st.text(
    st.one_of(st.sampled_from('",;\t\n=#[]{}\\\x7f\u2028\u00a0%'), st.characters(exclude_categories=("Cs",))),
    max_size=30,
)


@given(HARD_TEXTS, HARD_TEXTS)
def test_texts_of_any_kind_survive(tmp_path_factory, title, reason):
    """Spaces at the ends and the kinds of line breaks are what reading evens out."""

    def even(text):
        return text.replace("\0", "").strip().replace("\r\n", "\n").replace("\r", "\n") or "x"

    folder = tmp_path_factory.mktemp("case")
    case = load_case(write_files(folder / "toy", TOY))
    case = replace(
        case,
        title=even(title),
        sources=(replace(case.sources[0], title=even(title)), *case.sources[1:]),
        assumptions=(replace(case.assumptions[0], reason=even(reason)), *case.assumptions[1:]),
    )
    write_case(case, folder / "again")
    assert load_case(folder / "again") == case
    shutil.rmtree(folder)


@given(st.floats(0, 1e12), st.floats(1e-300, 1e300))
def test_numbers_survive_to_the_last_bit(tmp_path_factory, quantity, sigma):
    folder = tmp_path_factory.mktemp("case")
    case = load_case(write_files(folder / "toy", TOY))
    curve = Distribution("lognormal", {"median": 5.0, "sigma": sigma}, floor=0.25)
    case = replace(
        case,
        stock=(replace(case.stock[0], quantity=quantity),),
        scenarios=(
            replace(
                case.scenarios[0],
                assumptions=(replace(case.scenarios[0].assumptions[0], distribution=curve),),
            ),
        ),
    )
    write_case(case, folder / "again")
    assert load_case(folder / "again") == case
    shutil.rmtree(folder)


# -- the hash ------------------------------------------------------------------------------------------


def test_the_hash_does_not_depend_on_the_order_of_rows_or_the_folder(toy, tmp_path):
    turned = replace(
        toy,
        folder=tmp_path,
        **{
            item.name: getattr(toy, item.name)[::-1]
            for item in fields(toy)
            if isinstance(getattr(toy, item.name), tuple)
        },
    )
    assert turned != toy
    assert case_hash(turned) == case_hash(toy)


def test_the_hash_tells_every_change(toy):
    changed = [
        replace(toy, title="Other"),
        replace(toy, known=date(2017, 1, 1)),
        replace(toy, stock=toy.stock[1:]),
        replace(toy, stock=(replace(toy.stock[0], quantity=501.0), *toy.stock[1:])),
        replace(toy, reports=(replace(toy.reports[0], text="Other."),)),
        replace(
            toy,
            assumptions=(replace(toy.assumptions[0], distribution=Distribution("fixed", {"value": 1.0})),),
        ),
        replace(toy, scenarios=(replace(toy.scenarios[0], events=()),)),
    ]
    assert len({case_hash(case) for case in (toy, *changed)}) == len(changed) + 1


# -- where it is written -------------------------------------------------------------------------------


def test_writing_over_a_case_empties_tables_that_it_lacks(toy, tmp_path):
    write_case(toy, tmp_path / "case")
    smaller = replace(toy, stock=(), scenarios=())
    write_case(smaller, tmp_path / "case")
    assert load_case(tmp_path / "case") == smaller


def test_reports_of_another_case_are_never_mixed_in(toy, tmp_path):
    write_files(tmp_path / "case", {"reports/strange.txt": "x"})
    with pytest.raises(CaseError) as raised:
        write_case(toy, tmp_path / "case")
    assert str(raised.value) == (
        f"{tmp_path / 'case' / 'reports'}: strange.txt is not in the case that is written; "
        "expected a folder of this case; write to a new folder, or remove the file first"
    )
    assert not (tmp_path / "case" / "case.toml").exists()


def test_a_place_that_cannot_be_written_is_told(toy, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(CaseError) as raised:
        write_case(toy, tmp_path / "file")
    assert raised.value.problems[0].slug == "case-not-written"


# -- new cases -----------------------------------------------------------------------------------------


def test_a_new_case_says_politely_what_is_missing(tmp_path):
    folder = new_case(tmp_path / "new")
    assert [str(problem) for problem in check_case(folder)] == [
        "case.toml: title is empty; expected a text; fill it in",
        "case.toml: crisis is empty; expected a short name; fill it in",
        "case.toml: country is empty; expected a country code of three capital letters (ISO 3166-1 alpha-3); fill it in",
        "case.toml: key 'start' is missing; expected a date written YYYY-MM-DD; add it",
        (
            "locations.csv: there is no origin; expected at least one location of kind origin; "
            "add the places that people may leave"
        ),
        (
            "locations.csv: there is no place that receives people; expected at least one location of kind camp or host; "
            "add the places where people may go"
        ),
    ]


def test_a_new_case_can_be_filled_in(tmp_path, toy):
    folder = new_case(tmp_path / "new", title="Toy", crisis="toy", country="IRQ", start=date(2016, 6, 1))
    names = ("sources.csv", "locations.csv", "routes.csv", "figures.csv", "reports/2016-07-20-times.txt")
    write_files(folder, {name: TOY[name] for name in names})
    for name in ("assumptions.toml", "scenarios.toml"):
        assert (folder / name).exists()
    case = load_case(folder)
    assert (case.title, case.locations) == ("Toy", toy.locations)


def test_the_examples_in_a_new_case_are_right(tmp_path):
    folder = new_case(
        tmp_path / "new", title='A "quoted" name', crisis="toy", country="IRQ", start=date(2016, 6, 1)
    )
    head, _, examples = (
        (folder / "assumptions.toml").read_text(encoding="utf-8").partition("# [[assumption]]")
    )
    examples = "\n".join(line.removeprefix("# ") for line in ("# [[assumption]]" + examples).splitlines())
    (folder / "assumptions.toml").write_text(head + examples, encoding="utf-8")
    files = {name: TOY[name] for name in ("locations.csv", "routes.csv", "sources.csv", "figures.csv")}
    files["figures.csv"] = files["figures.csv"].replace(",City,", ",Mosul,")
    files["sources.csv"] += "ministry-2016,Statement,,,,\n"
    files["reports/2016-07-20-times.txt"] = TOY["reports/2016-07-20-times.txt"]
    files["events.csv"] = "date,kind,published\noperation_start,operation_starts,2016-07-31\n"
    case = load_case(write_files(folder, files))
    assert case.title == 'A "quoted" name'
    assert [row.name for row in case.assumptions] == [
        "population_at_risk",
        "displaced_total",
        "operation_start",
    ]


def test_a_new_case_never_overwrites(tmp_path):
    (tmp_path / "x").write_text("x", encoding="utf-8")
    with pytest.raises(CaseError) as raised:
        new_case(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path}: the folder is not empty; expected a new or empty folder; name another folder, so that nothing is lost"
    )
