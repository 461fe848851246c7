"""Protects what scripts add to the pages of a case: keys, curves, the map, drafts; in headless Chromium, if there."""

import contextlib
import csv
import io
import shutil
import time
from pathlib import Path

import pytest

from workbench_worlds import Server, make_root

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.common.exceptions import NoSuchElementException  # noqa: E402 - only where it is installed

if not (shutil.which("chromium") and shutil.which("chromedriver")):
    pytest.skip("needs chromium and chromedriver", allow_module_level=True)

REPORT = "/cases/toy/reports/2016-07-20-times.txt"


@pytest.fixture(scope="module")
def driver():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1366,900"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    yield browser
    browser.quit()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path)


@pytest.fixture
def open_page(root: Path, driver):
    """Open pages of a server of its own; no page may complain in the console."""
    server = Server(root)

    def go(page: str):
        driver.get(server.address + page)
        return driver

    yield go
    # a refusal of ours is told by its status, which the browser notes as well
    told = ("status of 400", "status of 409")
    complaints = [
        line["message"]
        for line in driver.get_log("browser")
        if server.address in line["message"] and not any(one in line["message"] for one in told)
    ]
    driver.get("about:blank")
    server.end()
    assert not complaints


def press(driver, *keys: str) -> None:
    for key in keys:
        driver.switch_to.active_element.send_keys(key)


def until(found, seconds: float = 10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(NoSuchElementException):
            if value := found():
                return value
        time.sleep(0.03)
    pytest.fail("waited in vain")


def reviews(root: Path) -> dict[str, str]:
    text = (root / "toy" / "figures.csv").read_text(encoding="utf-8")
    return {row["figure"]: row["review"] for row in csv.DictReader(io.StringIO(text))}


def find(driver, where: str):
    return driver.find_element("css selector", where)


def test_figures_are_decided_on_by_keys_alone_and_taken_back(root: Path, open_page):
    driver = open_page(REPORT)
    until(lambda: find(driver, ".figure-card.chosen").get_attribute("id") == "fig-million")
    press(driver, "r")
    until(lambda: reviews(root)["million"] == "rejected")
    until(lambda: "rejected" in find(driver, "#fig-million").get_attribute("class"))
    press(driver, "u")
    until(lambda: reviews(root)["million"] == "open")
    press(driver, "k", "a")
    until(lambda: reviews(root)["half-million"] == "accepted")
    until(lambda: find(driver, ".figure-card.chosen").get_attribute("id") == "fig-million")
    press(driver, "c")
    field = until(
        lambda: (
            driver.switch_to.active_element if driver.switch_to.active_element.tag_name == "input" else None
        )
    )
    assert field.get_attribute("name") == "low"
    high = find(driver, "#f-million-high")
    high.clear()
    high.send_keys("a lot", webdriver.Keys.ENTER)
    until(lambda: "high is 'a lot'" in find(driver, "#f-million-high-wrong").text)
    assert reviews(root)["million"] == "open"
    high.clear()
    high.send_keys("900000", webdriver.Keys.ENTER)
    until(lambda: reviews(root)["million"] == "corrected")
    until(lambda: "900" in find(driver, "#fig-million [data-said=value]").text)


def test_what_another_tab_wrote_is_not_overwritten_and_what_was_typed_stays(root: Path, open_page):
    driver = open_page(REPORT)
    path = root / "toy" / "figures.csv"
    press(driver, "c")
    find(driver, "#f-million-location").send_keys(" of the West")
    path.write_text(
        path.read_text(encoding="utf-8").replace("minister,,,accepted", "minister,,,rejected"),
        encoding="utf-8",
    )
    find(driver, "#f-million-location").send_keys(webdriver.Keys.ENTER)
    until(lambda: "Nothing was written" in find(driver, "[data-trouble]").text)
    assert reviews(root) == {"half-million": "rejected", "million": ""}
    driver.refresh()
    assert find(driver, "#f-million-location").get_attribute("value") == "City of the West"


def test_the_curve_follows_the_numbers(root: Path, open_page):
    driver = open_page("/cases/toy/assumptions/operation_start")
    assert not driver.find_elements("css selector", ".curve.proposed")
    middle = find(driver, "#q-middle")
    middle.clear()
    middle.send_keys("70")
    until(lambda: driver.find_elements("css selector", ".curve.proposed"))
    middle.send_keys("000")
    until(lambda: "expected low below" in find(driver, "#q-wrong").text)
    find(driver, "form button[type=reset]").click()
    until(lambda: not driver.find_elements("css selector", ".curve.proposed"))
    assert "curve" not in (root / "toy" / "assumptions.toml").read_text(encoding="utf-8")


def test_a_place_is_moved_on_the_map_with_keys_and_saved(root: Path, open_page):
    driver = open_page("/cases/toy/places?edit=5")
    latitude = find(driver, "input[name=latitude]")
    before = latitude.get_attribute("value")
    find(driver, "#map").send_keys("+", "+", webdriver.Keys.ARROW_LEFT)
    box = find(driver, "#map svg").get_dom_attribute("viewBox").split()
    assert float(box[2]) < 760
    find(driver, "[data-place]").send_keys(webdriver.Keys.ENTER)
    press(driver, webdriver.Keys.ENTER)
    after = latitude.get_attribute("value")
    assert after != before
    driver.refresh()
    assert find(driver, "input[name=latitude]").get_attribute("value") == after, "a draft is kept"
    find(driver, "button[value=save]").click()
    until(lambda: after in (root / "toy" / "locations.csv").read_text(encoding="utf-8"))
    driver.get(driver.current_url.split("?")[0] + "?edit=5")
    assert find(driver, "input[name=latitude]").get_attribute("value") == after
    assert find(driver, "form[data-row-form]").get_attribute("data-unsaved") is None, (
        "what is saved is no draft"
    )


def test_a_place_is_put_where_a_person_points(open_page):
    driver = open_page("/cases/toy/places?edit=new")
    find(driver, "[data-place]").click()
    webdriver.ActionChains(driver).move_to_element_with_offset(
        find(driver, "#map svg"), 40, 30
    ).click().perform()
    latitude = until(lambda: find(driver, "input[name=latitude]").get_attribute("value"))
    assert 35.9 < float(latitude) < 36.4
    assert driver.find_elements("css selector", ".pin")
    assert "edit=new" in driver.current_url, "pointing led nowhere else"


def test_a_report_is_pasted_read_and_reviewed_without_a_pointer(root: Path, open_page):
    driver = open_page("/cases/toy/reports")
    find(driver, "#text").send_keys("Some 4,500 people fled to Camp A in the past week, the agency said.")
    driver.refresh()
    assert find(driver, "#text").get_attribute("value").startswith("Some 4,500"), "a draft is kept"
    find(driver, "[data-drop] button:not([type])").send_keys(webdriver.Keys.ENTER)
    until(lambda: find(driver, "#outlet-0"))
    find(driver, "#outlet-0").send_keys("Times")
    driver.execute_script("document.querySelector('#published-0').value = '2016-07-25'")
    find(driver, "#outlet-0").send_keys(webdriver.Keys.ENTER)
    link = until(lambda: find(driver, "a[href$='2016-07-25-times.txt']"), 60)
    assert find(driver, "#text").get_attribute("value") == "", "what was read is no draft"
    link.send_keys(webdriver.Keys.ENTER)
    until(lambda: find(driver, ".mark.open"))
    press(driver, "a")
    until(lambda: "accepted" in reviews(root).values() and find(driver, ".mark.accepted"))
