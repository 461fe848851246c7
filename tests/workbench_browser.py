"""A browser at the desk: Chromium without a screen, what it asked for, what it complained of, and files to drop."""

import io
import json
import shutil
import time
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
AXE = Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js"
# success criteria of levels A and AA; the names are those of axe-core
LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
PATIENCE_S = 60.0
DOCX_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
DOCX_LINKS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="word/document.xml"/></Relationships>'
)


def write_docx(path: Path, paragraphs: list[str]) -> Path:
    """Write the smallest Word file that holds some paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", DOCX_TYPES)
        archive.writestr("_rels/.rels", DOCX_LINKS)
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
        )
    path.write_bytes(packed.getvalue())
    return path


def skip_without_browser() -> None:
    """Skip a test where there is no Chromium to look with."""
    pytest.importorskip("selenium")
    for needed in (CHROMIUM, DRIVER):
        if not needed.is_file() or shutil.which(str(needed)) is None:
            pytest.skip(f"{needed.name} is not here")


class Desk:
    """One browser at a server: it types, presses, waits, and keeps account of what went on."""

    def __init__(self, address: str, downloads: Path, *, width: int = 1366, height: int = 900) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         f"--window-size={width},{height}"):  # fmt: skip
            options.add_argument(argument)
        options.add_experimental_option(
            "prefs", {"intl.accept_languages": "en", "download.default_directory": str(downloads)}
        )
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.address, self.downloads = address, downloads
        self.driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        self.driver.set_script_timeout(PATIENCE_S)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.sizes: dict[str, int] = {}

    # -- going and waiting ---------------------------------------------------------------------------------

    def go(self, path: str) -> None:
        """Open a page of the server."""
        self.note()
        self.driver.get(f"{self.address}{path}")
        self.weigh()

    @property
    def path(self) -> str:
        """Where the browser is, with what the address asks for."""
        parts = urlsplit(self.driver.current_url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def wait(self, found, *, seconds: float = PATIENCE_S):
        """Wait until something is so, and give it; pages may change while it is looked for."""
        from selenium.common.exceptions import JavascriptException, WebDriverException

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if value := found():
                    return value
            except (WebDriverException, JavascriptException):
                pass  # the page was leaving
            time.sleep(0.05)
        pytest.fail(f"waited in vain at {self.path}: {self.text('main')[:1500]}")

    def wait_for(self, selector: str):
        return self.wait(lambda: self.all(selector))[0]

    def arrive(self, wanted: str) -> None:
        """Wait until a job has led to a page: its path, or the beginning of its address with what it asks for."""

        def there() -> bool:
            here = self.path if "?" in wanted else self.path.partition("?")[0]
            come = here.startswith(wanted) if "?" in wanted else here == wanted
            return come and self.run("return document.readyState") == "complete"

        self.wait(there)
        self.weigh()

    # -- looking -----------------------------------------------------------------------------------------------

    def all(self, selector: str) -> list:
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str):
        return self.driver.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def run(self, script: str, *values):
        return self.driver.execute_script(script, *values)

    # -- doing -------------------------------------------------------------------------------------------------

    def fill(self, selector: str, value: str) -> None:
        """Write into a field as a person does; what stood there goes. Dates are put in whole."""
        field = self.one(selector)
        if field.get_attribute("type") == "date":
            self.run(
                "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))",
                field, value,
            )  # fmt: skip
            return
        field.clear()
        field.send_keys(value)

    def choose(self, selector: str, value: str) -> None:
        from selenium.webdriver.support.ui import Select

        Select(self.one(selector)).select_by_value(value)

    def press(self, selector: str) -> None:
        """Press a button or link, wherever on the page it is."""
        self.note()
        element = self.wait_for(selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def leave_by(self, selector: str) -> None:
        """Press what leads to another page, and wait until that one stands."""
        self.run("window.leaving = true")
        self.press(selector)
        self.wait(lambda: self.run("return !window.leaving && document.readyState === 'complete'"))
        self.weigh()

    def keys(self, *keys: str) -> None:
        """Press keys one after another, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains

        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def tab_to(self, selector: str, *, most: int = 200) -> None:
        """Go to something by the Tab key alone."""
        from selenium.webdriver.common.keys import Keys

        for _ in range(most):
            if self.run("return document.activeElement.matches(arguments[0])", selector):
                return
            self.keys(Keys.TAB)
        pytest.fail(f"the Tab key never came to {selector} at {self.path}")

    def tell_scheme(self, scheme: str) -> None:
        """Say whether the person likes it light or dark; nothing moves, so that what is looked at stands."""
        wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wishes.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    # -- keeping account -----------------------------------------------------------------------------------------

    def weigh(self) -> None:
        """Note how much the page and all that it fetched come to, in bytes, unpacked."""
        total = self.run(
            "return ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))"
            ".reduce((sum, one) => sum + (one.decodedBodySize || 0), 0)"
        )
        path = urlsplit(self.driver.current_url).path
        self.sizes[path] = max(self.sizes.get(path, 0), total)

    def note(self) -> None:
        """Take down what was asked for, and what the browser complained of, since the last time."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked.append(message["params"]["request"]["url"])
        self.complaints += [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if entry["level"] in ("SEVERE", "WARNING")
        ]

    def find_barriers(self) -> list[str]:
        """Give what axe-core finds against people with impairments on the page as it stands."""
        self.run(AXE.read_text(encoding="utf-8"))
        return self.driver.execute_async_script(
            "const [levels, done] = arguments;"
            "axe.run(document, {runOnly: levels, resultTypes: ['violations']}).then((found) => done(found.violations"
            ".map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' ')}`)))",
            list(LEVELS),
        )

    def close(self) -> None:
        self.driver.quit()
