"""Protects how reports come in and how a person decides on their figures."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest

from havenward.case.load import load_case
from havenward.workbench.figure_words import cut_text, disagree, list_facts
from havenward.workbench.pages_reports import free_name
from toy_case import TOY
from workbench_worlds import form_token, make_root, open_browser, wait_for

REPORT = "/cases/toy/reports/2016-07-20-times.txt"
PLAIN = "Some 4,500 people fled to Camp A in the past week, the agency said, and more are expected."
FRENCH = (
    "Selon le ministère, au moins 500 000 personnes ont été déplacées par les combats dans la ville et les villages "
    "de la province, et les agences craignent que ce nombre ne soit plus élevé encore avec la reprise des combats."
)
HEAD = TOY["figures.csv"].splitlines()[0]
CLASH = f"""\
{HEAD}
half-million,2016-07-20-times.txt,43,57,"The minister of migration expects at least half a million people to flee the city.",half a million,500000,,,at_least,persons,people,expected_displaced,expected,City,,,,,,minister,flight,,
b,2016-07-20-times.txt,,,"Up to one million, the agency says.",one million,,400000,,up_to,persons,,expected_displaced,expected,City,,,,,,agency,flight,,
c,2016-07-20-times.txt,,,"Up to one million, the agency says.",one million,,,510000,exact,persons,,expected_displaced,expected,City,,,,,,agency,flight,,
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path)


@pytest.fixture
def client(root: Path):
    with open_browser(root) as browser:
        yield browser


def figures(root: Path) -> dict[str, dict[str, str]]:
    text = (root / "toy" / "figures.csv").read_text(encoding="utf-8")
    return {row["figure"]: row for row in csv.DictReader(io.StringIO(text))}


def decide(client, *, script: bool = True, digest: str = "", **fields: str):
    held = re.search(r'data-digest="(\w+)"', client.get(REPORT).text).group(1)
    return client.post(
        "/cases/toy/figures",
        data={"token": form_token(client), "digest": digest or held, **fields},
        headers={"accept": "application/json"} if script else {},
        follow_redirects=False,
    )


# -- figures ------------------------------------------------------------------------------------------------


def test_figures_are_marked_in_the_text(client):
    text = client.get(REPORT).text
    assert re.search(
        r'at least <a class="mark accepted" id="mark-half-million"[^>]*>half a million</a> people', text
    )
    assert 'id="fig-million"' in text, "a figure without a place in the text is listed all the same"


def test_a_decision_is_written_at_once_and_nothing_else_changes(root: Path, client):
    before = (root / "toy" / "figures.csv").read_text(encoding="utf-8")
    now = decide(client, figure="million", action="reject").json()
    assert now["review"] == "rejected"
    assert now["before"] == {"review": ""}
    after = (root / "toy" / "figures.csv").read_text(encoding="utf-8")
    assert after == before.replace("agency,,,\n", "agency,,,rejected\n")
    assert decide(client, figure="million", action="accept").json()["review"] == "accepted"


def test_a_correction_is_written_with_its_fields_and_can_be_taken_back(root: Path, client):
    answer = decide(client, figure="million", action="correct", high="900000", location="Old City").json()
    row = figures(root)["million"]
    assert (row["high"], row["location"], row["review"]) == ("900000", "Old City", "corrected")
    assert "900" in answer["said"]["value"]
    assert "Old City" in answer["said"]["where"]
    back = decide(client, figure="million", action="restore", **answer["before"])
    assert back.status_code == 200
    row = figures(root)["million"]
    assert (row["high"], row["location"], row["review"]) == ("1000000", "City", "open")


def test_a_wrong_correction_is_told_beside_its_field(root: Path, client):
    before = (root / "toy" / "figures.csv").read_bytes()
    answer = decide(client, figure="million", action="correct", high="a lot", term="cats")
    assert answer.status_code == 400
    assert answer.json()["beside"]["high"].startswith("high is 'a lot'; expected a number")
    assert "term is 'cats'" in answer.json()["beside"]["term"]
    page = decide(client, script=False, figure="million", action="correct", high="a lot")
    assert page.status_code == 400
    assert 'value="a lot"' in page.text
    assert (root / "toy" / "figures.csv").read_bytes() == before


def test_an_older_page_overwrites_nothing(root: Path, client):
    first = re.search(r'data-digest="(\w+)"', client.get(REPORT).text).group(1)
    assert decide(client, figure="million", action="accept").status_code == 200
    answer = decide(client, figure="million", action="reject", digest=first)
    assert answer.status_code == 409
    assert figures(root)["million"]["review"] == "accepted"


def test_without_scripts_a_form_does_the_same(root: Path, client):
    answer = decide(client, script=False, figure="million", action="accept")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{REPORT}?saved=fig-million#fig-million"
    assert figures(root)["million"]["review"] == "accepted"
    assert decide(client, figure="no-such", action="accept").status_code == 404
    assert decide(client, figure="million", action="burn").status_code == 404


def test_a_text_is_cut_whole_and_overlaps_are_marked_once(root: Path):
    case = load_case(root / "toy")
    text = case.reports[0].text
    figure = case.figures[0]
    pieces = cut_text(text, [figure, figure])
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.figure] == ["half a million"]


# -- facts --------------------------------------------------------------------------------------------------


def test_figures_of_one_fact_stand_side_by_side_and_one_is_accepted(tmp_path: Path):
    root = make_root(tmp_path, **{"figures.csv": CLASH})
    a, b, c = load_case(root / "toy").figures
    assert disagree(a, b)
    assert disagree(b, c)
    assert not disagree(a, c)
    with open_browser(root) as client:
        page = client.get("/cases/toy/facts").text
        assert page.count('<li class="side open"') == 3
        assert "they differ" in page
        digest = re.search(r'name="digest" value="(\w+)"', page).group(1)
        fields = {
            "token": form_token(client),
            "digest": digest,
            "group": "flight",
            "keep": "half-million",
            "others": "keep",
        }
        assert client.post("/cases/toy/facts", data=fields, follow_redirects=False).status_code == 303
        assert [row["review"] for row in figures(root).values()] == ["accepted", "", ""]
        assert list_facts(load_case(root / "toy"))[0]["settled"]
        assert client.post("/cases/toy/facts", data=fields).status_code == 409, (
            "an older page settles nothing"
        )
        digest = re.search(r'name="digest" value="(\w+)"', client.get("/cases/toy/facts").text).group(1)
        fields |= {"digest": digest, "keep": "b", "others": "reject"}
        client.post("/cases/toy/facts", data=fields)
        assert [row["review"] for row in figures(root).values()] == ["rejected", "accepted", "rejected"]
        assert client.post("/cases/toy/facts", data=fields | {"group": "other"}).status_code == 404


# -- taking reports in --------------------------------------------------------------------------------------


def upload(client, text: str = "", files=(), **fields: str):
    return client.post(
        "/cases/toy/reports/upload",
        data={"token": form_token(client), "text": text, **fields},
        files=[("files", file) for file in files] or {"none": ("", b"")},
        follow_redirects=False,
    )


def test_date_and_outlet_are_asked_for_where_they_are_lacking(root: Path, client):
    page = upload(client, PLAIN)
    assert page.status_code == 200
    assert "Its date of publication is not known" in page.text
    assert "Who published it is not known" in page.text
    assert "4,500 people fled" in page.text
    name = re.search(r'name="upload" value="(\w+)"', page.text).group(1)
    fields = {
        "token": form_token(client),
        "upload": name,
        "published-0": "2016-07-25",
        "outlet-0": "Example Times",
    }
    answer = client.post("/cases/toy/reports/confirm", data=fields, follow_redirects=False)
    assert answer.headers["location"] == "/cases/toy/reports?saved=report"
    ready = list((root / "uploads" / name / "ready").iterdir())
    assert [path.name for path in ready] == ["2016-07-25-example-times.txt"]
    assert "published: 2016-07-25" in ready[0].read_text(encoding="utf-8")
    fields["upload"] = "../toy"
    assert client.post("/cases/toy/reports/confirm", data=fields).status_code == 404


def test_other_languages_are_refused_in_a_sentence_and_held_texts_are_known(client):
    page = upload(client, FRENCH, published="2016-07-25", outlet="Le Temps")
    assert "The text is in French; reports are read in English only." in page.text
    held = TOY["reports/2016-07-20-times.txt"].partition("\n\n")[2]
    page = upload(client, held, published="2016-07-25", outlet="Times")
    assert "The case holds this text already, as 2016-07-20-times.txt." in page.text
    assert not client.get("/jobs/none/state").is_success
    assert "nothing" in upload(client).text or "none was sent" in upload(client).text


def test_what_is_no_report_is_refused(client):
    answer = upload(client, files=[("picture.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "text/plain")])
    assert answer.status_code == 400
    assert "picture.txt" in answer.text


def test_a_report_is_read_and_its_figures_wait_for_review(tmp_path: Path):
    root = make_root(tmp_path)
    html = f"<!doctype html><html><head><title>More flee</title></head><body><p>{PLAIN}</p></body></html>"
    with open_browser(root, workers=1) as client:
        answer = upload(
            client, files=[("a.html", html.encode(), "text/html")], published="2016-07-25", outlet="Times"
        )
        assert answer.status_code == 303
        job = re.search(r'data-follow="(\w+)"', client.get("/cases/toy/reports").text).group(1)
        job = f"/jobs/{job}"
        wait_for(lambda: client.get(f"{job}/state").json()["state"] in ("done", "failed", "broken"))
        assert client.get(f"{job}/state").json()["state"] == "done"
        page = client.get("/cases/toy/reports/2016-07-25-times.txt").text
        assert re.search(r'class="mark open"[^>]*>4,500</a> people', page)
    read = [row for row in figures(root).values() if row["report"] == "2016-07-25-times.txt"]
    assert read
    assert {row["review"] for row in read} == {"open"}
    assert figures(root)["half-million"]["review"] == "accepted", "what a person decided stays"


def test_reports_are_named_by_day_and_outlet():
    day = date(2016, 7, 31)
    assert free_name(day, "Al-Monitor & Co.", ()) == "2016-07-31-al-monitor-co.txt"
    assert free_name(day, "الجزيرة", ()) == "2016-07-31-report.txt"
    assert free_name(day, "AFP", ["2016-07-31-afp.txt"]) == "2016-07-31-afp-2.txt"
