"""Forecasts of others: checked, brought into the names of the case, and never taken for counts.

The files are constructed in the columns of hubverse model output.
"""

import io

import polars as pl
import pytest

from havenward.case.importers.merge import merge_into_case
from havenward.case.load import load_case
from havenward.case.write import write_case
from havenward.errors import CaseError
from source_worlds import NORLAND, OUTPUTS, PAGE, as_csv, bring, changed, news, output, put, renamed

NAME = "2024-01-31-team-model.csv"
SAID = """\
origin_date,scenario_id,target,horizon,target_end_date,location,output_type,output_type_id,value
2024-01-31,,stock,14,2024-02-14,corin,mean,,2300
2024-01-31,,stock,14,2024-02-14,corin,quantile,0.05,1000
2024-01-31,,stock,14,2024-02-14,corin,quantile,0.5,2000
2024-01-31,,stock,14,2024-02-14,corin,quantile,0.95,5000
2024-01-31,,stock,14,2024-02-14,total,quantile,0.5,9000
"""


def test_a_forecast_becomes_a_file_beside_the_case(tmp_path):
    imported = bring("hubverse", put(tmp_path, NAME, as_csv(OUTPUTS)))
    assert imported.files == (("forecasts_of_others/team-model.csv", SAID),)
    assert imported.observations == imported.events == imported.locations == ()
    assert imported.source.source == "forecast-team-model"


def test_parquet_says_the_same(tmp_path):
    frame = pl.DataFrame(OUTPUTS).with_columns(
        pl.col("origin_date", "target_end_date").str.to_date(), pl.col("value").cast(pl.Float64)
    )
    stream = io.BytesIO()
    frame.write_parquet(stream)
    path = put(tmp_path, "2024-01-31-team-model.parquet", stream.getvalue())
    assert bring("hubverse", path).files == (("forecasts_of_others/team-model.csv", SAID),)


def test_the_order_of_rows_changes_nothing(tmp_path):
    path = put(tmp_path, NAME, as_csv(list(reversed(OUTPUTS))))
    assert bring("hubverse", path).files[0][1] == SAID


def test_horizon_gives_the_day_where_the_file_does_not(tmp_path):
    rows = [{key: value for key, value in row.items() if key != "target_end_date"} for row in OUTPUTS]
    assert bring("hubverse", put(tmp_path, NAME, as_csv(rows))).files[0][1] == SAID


def test_targets_can_be_named(tmp_path):
    rows = [output("XN0201", "quantile", "0.5", 5, target="in camps")]
    path = put(tmp_path, NAME, as_csv(rows))
    assert ",in camps," in bring("hubverse", path).files[0][1]
    assert ",stock," in bring("hubverse", path, targets={"in camps": "stock"}).files[0][1]


def test_the_model_has_a_plain_name(tmp_path):
    path = put(tmp_path, NAME, as_csv(OUTPUTS))
    assert (
        bring("hubverse", path, model="../../Other Team: best!").files[0][0]
        == "forecasts_of_others/other-team-best.csv"
    )


def test_the_file_stands_in_the_case_and_changes_no_count(tmp_path):
    folder = tmp_path / "case"
    write_case(NORLAND, folder)
    for _ in range(2):
        imported = bring("hubverse", put(tmp_path, NAME, as_csv(OUTPUTS)), load_case(folder))
        merge_into_case(folder, imported)
        assert (folder / "forecasts_of_others" / "team-model.csv").read_text(encoding="utf-8") == SAID
    assert load_case(folder).observations == ()


def test_foreign_words_are_no_formulas(tmp_path):
    rows = [output("XN0201", "quantile", "0.5", 5, target="=HYPERLINK(1)", scenario_id="@x")]
    assert ",'@x,'=HYPERLINK(1)," in bring("hubverse", put(tmp_path, NAME, as_csv(rows))).files[0][1]


def test_a_horizon_out_of_all_reason_is_refused(tmp_path):
    rows = [output("XN0201", "quantile", "0.5", 5, target_end_date="", horizon="9" * 30)]
    with pytest.raises(CaseError, match="it lacks the origin date or the target end date"):
        bring("hubverse", put(tmp_path, NAME, as_csv(rows)))


def test_nothing_is_fetched_online():
    with pytest.raises(CaseError, match="nothing was given to read"):
        bring("hubverse", None, NORLAND)


ODD = {
    "a renamed column": (lambda: as_csv(renamed(OUTPUTS, output_type_id="tau")), {}, [
            "2024-01-31-team-model.csv: columns are missing among 'origin_date', 'scenario_id', 'target', 'horizon', 'target_end_date', 'location', 'output_type', 'tau', 'value'; expected a column for output_type_id (quantile); rename the heading: 'output_type' is near to 'output_type_id'",
        ],
    ),
    "an unknown output type": (lambda: as_csv(changed(OUTPUTS, 0, output_type="quantiles")), {}, [
            "2024-01-31-team-model.csv row 2: output_type is 'quantiles'; expected one of mean, median, quantile, cdf, pmf, sample; correct the word",
        ],
    ),
    "a level that is a percentage": (lambda: as_csv(changed(OUTPUTS, 0, output_type_id="5")), {}, [
            "2024-01-31-team-model.csv row 2: the quantile level is '5'; expected a level above 0 and below 1; correct the level",
        ],
    ),
    "quantiles that cross": (lambda: as_csv(changed(OUTPUTS, 1, value="6000")), {}, [
            "2024-01-31-team-model.csv row 4: quantile 0.95 is 5,000, below 6,000 at 0.5; expected values that rise with the level; correct the values, or sort them",
        ],
    ),
    "rows that stand twice": (lambda: as_csv([*OUTPUTS, OUTPUTS[0]]), {}, [
            "2024-01-31-team-model.csv row 7: row 2 gives the same output already; expected each output once; remove one of the two rows",
        ],
    ),
    "a value that is no number": (lambda: as_csv(changed(OUTPUTS, 0, value="many")), {}, [
            "2024-01-31-team-model.csv row 2: value is 'many'; expected a number; correct the value",
        ],
    ),
    "a value without end": (lambda: as_csv(changed(OUTPUTS, 0, value="inf")), {}, [
            "2024-01-31-team-model.csv row 2: value is 'inf'; expected a number; correct the value",
        ],
    ),
    "days that can be read in two ways": (
        lambda: as_csv([{**row, "target_end_date": "03/04/2024"} for row in OUTPUTS]), {}, [
            "2024-01-31-team-model.csv: column 'target_end_date': '03/04/2024' can be read day first or month first, and no other row says which; expected one way to write days, or a setting that says which it is; write dates = \"day first\" or dates = \"month first\" into a settings file",
        ],
    ),
    "a row without a day": (lambda: as_csv(changed(OUTPUTS, 0, target_end_date="", horizon="")), {}, [
            "2024-01-31-team-model.csv row 2: it lacks the origin date or the target end date; expected both days, or an origin date and a horizon in days; complete the row",
        ],
    ),
    "letters of another encoding": (
        lambda: as_csv(changed(OUTPUTS, 3, scenario_id="é")).encode("cp1252"), {}, [
            "2024-01-31-team-model.csv: the file is not UTF-8 and was read as Windows-1252; look whether names with accents came out right",
        ],
    ),
    "a place that the case does not have": (lambda: as_csv(changed(OUTPUTS, 3, location="Elsewhere")), {}, [
            "unplaced: Elsewhere Elsewhere, 1 rows, ()",
        ],
    ),
    "no place of the case at all": (lambda: as_csv([{**row, "location": "Elsewhere"} for row in OUTPUTS[:4]]), {}, [
            "2024-01-31-team-model.csv: none of its places is a location of the case; expected forecasts for places of the case; say in [places] of a settings file which is which",
        ],
    ),
    "a target of their own": (lambda: as_csv(changed(OUTPUTS, 3, target="tents")), {}, [
            "Targets without a counterpart among ours are kept as they are: tents. [targets] of a settings file can say which is which.",
        ],
    ),
    "no rows": (lambda: as_csv(OUTPUTS).splitlines()[0], {}, [
            "2024-01-31-team-model.csv: there is no row below the headings; expected rows of data; download or save it again, or name another sheet",
        ],
    ),
    "a download that was cut off": (lambda: as_csv(OUTPUTS)[:-12], {}, [
            "2024-01-31-team-model.csv row 6: the last row has 7 of 9 cells, as if the file was cut off; expected whole rows; download it again, or complete the row",
        ],
    ),
    "an error page": (lambda: PAGE, {}, [
            "2024-01-31-team-model.csv: this is a web page ('Sign in'); expected a table; download it again: the address may need a login, or the service may be down",
        ],
    ),
}  # fmt: skip


def odd_news(folder, what):
    make, changes, _ = ODD[what]
    return news("hubverse", put(folder, NAME, as_csv(OUTPUTS)), put(folder / "odd", NAME, make()), **changes)


@pytest.mark.parametrize("what", ODD)
def test_odd_inputs_are_answered_with_what_to_do(tmp_path, what):
    assert odd_news(tmp_path, what) == ODD[what][2]


def test_a_broken_parquet_file(tmp_path):
    with pytest.raises(CaseError) as caught:
        bring("hubverse", put(tmp_path, "model.parquet", b"PAR1 and no more"))
    assert str(caught.value) == (
        "model.parquet: it is no whole Parquet file; expected a model-output file; download it again; it may be cut off"
    )
