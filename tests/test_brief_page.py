"""The page in every language: its direction and order, the chain beside each number, and who can read it."""

import html
import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from composed_briefs import make
from havenward.brief.page import write_page
from havenward.settings import LANGUAGES
from havenward.words import ARABIC, Words
from toy_brief import toy_case, toy_run

AXE = (Path(__file__).parent / "axe.min.js", Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js")
# sections of the first pages in their order
ORDER = ("changes", "where", "when", "shortfalls", "needs", "scenarios", "signs", "unknown", "disputes", "skill",
         "limits", "method", "annex", "sites", "assumptions", "sources")  # fmt: skip


@pytest.fixture(scope="module")
def case():
    return toy_case()


@pytest.fixture(scope="module")
def run(tmp_path_factory, case):
    return toy_run(tmp_path_factory.mktemp("page") / "run", case)


@pytest.fixture(scope="module", params=LANGUAGES)
def brief(request, case, run):
    return make(case, run, language=request.param)


@pytest.fixture(scope="module")
def page(brief):
    return write_page(brief)


def test_the_page_has_its_language_and_direction(brief, page):
    direction = "rtl" if brief.language == "ar" else "ltr"
    assert f'<html lang="{brief.language}" dir="{direction}">' in page
    note = Words(brief.language).say("page_as_written")
    assert (note in html.unescape(page)) == (brief.language != "en")
    assert ('lang="en" dir="ltr"' in page.partition("<body>")[2]) == (brief.language != "en")


def test_sections_stand_in_their_order(page):
    at = [page.index(f'id="{name}"') for name in ORDER if f'id="{name}"' in page]
    assert len(at) >= len(ORDER) - 1
    assert at == sorted(at)


def test_headings_come_in_order_and_tables_have_heads(page):
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all("scope=" in head for head in re.findall(r"<th\b[^>]*>", page))
    assert '<a class="skip" href="#content">' in page
    assert 'id="content"' in page


def test_every_link_within_the_page_leads_somewhere(page):
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids


def test_each_number_has_a_chain_with_the_name_to_ask_for(brief, page):
    names = re.findall(r"havenward explain RUN ([^<]+)</code>", page)
    assert {"total", "received", "sites_over", "water"} <= set(names)
    assert {place.location for place in brief.places} <= set(names)
    assert "<script" not in page
    tile = page.partition('class="tile"')[2].partition('class="tile"')[0]
    assert any(row.mark in tile.partition("<details")[2] for row in brief.assumptions)


def test_a_chain_tells_no_more_than_the_brief(case, run):
    """It is read off the brief: an assumption that is not in it cannot stand beside a number."""
    brief = make(case, run)
    bare = write_page(replace(brief, assumptions=(), figures=(), disputes=(), lessons=()))
    for row in (*brief.assumptions, *brief.figures):
        assert f'href="#{row.mark}"' not in bare.partition("<details")[2].partition("</details>")[0]


def test_an_arabic_page_is_in_arabic(case, run):
    page = write_page(make(case, run, language="ar"))
    heads = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    assert heads
    assert all(ARABIC.search(head) for head in heads)
    # ranges are kept from turning round
    assert re.search("\u2066[\\d,<]+\u2009\u2013\u2009[\\d,]+\u2069", page)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_no_fault_at_aa(tmp_path, case, run, language):
    axe = next((path for path in AXE if path.exists()), None)
    browser, driver = (shutil.which(name) for name in ("chromium", "chromedriver"))
    if not (axe and browser and driver):
        pytest.skip("needs Chromium, its driver and axe-core")
    webdriver = pytest.importorskip("selenium.webdriver")
    path = tmp_path / "brief.html"
    path.write_text(write_page(make(case, run, language=language)), encoding="utf-8")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for option in ("--headless=new", "--no-sandbox", "--disable-gpu"):
        options.add_argument(option)
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(driver)) as chrome:
        chrome.get(path.as_uri())
        chrome.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
        chrome.execute_script(axe.read_text(encoding="utf-8"))
        faults = chrome.execute_async_script(
            "const done = arguments[0]; axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
            ".then(found => done(found.violations.map(one => [one.id, one.nodes[0].html])))"
        )
        loaded = chrome.execute_script("return performance.getEntriesByType('resource').length")
    assert faults == []
    assert loaded == 0
