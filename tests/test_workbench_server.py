"""Protects the workbench as people open it: where it listens, who is let in, and pages that say what to do."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.routing import Route

from havenward.cli import main
from havenward.errors import HavenwardError
from havenward.locks import hold
from havenward.workbench import serve as serving
from havenward.workbench.app import FAULTS
from havenward.workbench.assets import asset_route
from havenward.workbench.edits import ConflictError
from havenward.workbench.serve import is_local, serve
from workbench_worlds import ORIGIN, Server, form_token, make_root, open_browser

EVERYWHERE = "0.0.0.0"  # noqa: S104 - to see that it is refused without a name
HEAVY = ("numpy", "polars", "numba", "scipy", "shapely", "openpyxl", "xlsxwriter", "typst", "trafilatura")


@pytest.fixture
def client(tmp_path: Path):
    with open_browser(make_root(tmp_path)) as browser:
        yield browser


# -- the process -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(make_root(tmp_path_factory.mktemp("cases")))
    yield server
    server.end()


def test_it_listens_on_this_machine_alone_by_default(server: Server):
    import psutil

    listening = [
        one.laddr for one in psutil.Process(server.process.pid).net_connections() if one.status == "LISTEN"
    ]
    assert [address.ip for address in listening] == ["127.0.0.1"]
    assert server.address == f"http://127.0.0.1:{listening[0].port}"
    with server.browser() as browser:
        page = browser.get("/")
        assert page.status_code == 200
        assert "toy" in page.text
        assert "token" not in "".join(server.said)


def test_small_answers_are_sent_at_once():
    """Without TCP named, every answer waits 40 ms for an acknowledgement that the other side holds back."""
    listening = serving._listen("127.0.0.1", 0)
    assert listening.proto == socket.IPPROTO_TCP
    listening.close()


def test_a_folder_is_served_once(tmp_path: Path, capsys):
    root = make_root(tmp_path)
    with hold(root / "jobs" / ".lock", wait=False):
        assert main(["serve", str(root), "--port", "0"]) == 1
    assert "it is served already" in capsys.readouterr().err


def test_a_raw_line_gets_no_words_of_the_inside(server: Server):
    host, port = server.address.removeprefix("http://").split(":")
    for line in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ):
        with socket.create_connection((host, int(port)), timeout=10) as raw:
            raw.sendall(line)
            answer = raw.recv(2000)
        assert answer.startswith(b"HTTP/1.1 400")
        assert b"Traceback" not in answer


def test_the_first_page_waits_for_no_heavy_library():
    code = (
        "import importlib, sys, uvicorn, havenward.workbench.serve, havenward.workbench.app as app\n"
        "[importlib.import_module(f'havenward.workbench.pages_{page}') for page in app.PAGES]\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


# -- where and for whom ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), (EVERYWHERE, False), ("::", False),
     ("10.0.0.1", False), ("office", False), ("", False), ("127.0.0.1.evil.example", False)],
)  # fmt: skip
def test_only_loopback_is_this_machine(host: str, *, local: bool):
    assert is_local(host) is local


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"host": EVERYWHERE}, "add it with --name"),
        ({"host": "::"}, "add it with --name"),
        ({"token": "short"}, "expected at least 12"),
        ({"host": "192.0.2.1"}, "expected an address of this machine"),
        ({"port": 99999}, "a free port"),
    ],
)
def test_what_cannot_be_served_is_told_at_once(tmp_path: Path, options, words: str):
    asked = {"host": "127.0.0.1", "port": 0, "names": (), "token": ""} | options
    with pytest.raises(HavenwardError, match=words):
        serve(make_root(tmp_path), **asked, told=lambda _: pytest.fail("nothing is open yet"))


def test_a_case_and_a_folder_that_is_not_there_are_told_apart(tmp_path: Path, capsys):
    root = make_root(tmp_path)
    assert main(["serve", str(root / "toy")]) == 1
    assert f"name the folder that it lies in: {root}" in capsys.readouterr().err
    assert main(["serve", str(root / "nothing")]) == 1
    assert "there is no such folder" in capsys.readouterr().err


@pytest.fixture
def started(monkeypatch):
    """Catch the application that would be served, and do not serve it."""
    import uvicorn

    caught = []
    monkeypatch.setattr(
        uvicorn.Server,
        "run",
        lambda self, sockets: caught.append((self.config.app, sockets[0].getsockname())),
    )
    return caught


@pytest.mark.parametrize(
    ("options", "secret", "served", "refused"),
    [
        ({}, False, ["127.0.0.1", "localhost", "[::1]"], ["office"]),
        ({"host": "127.0.0.5"}, False, ["127.0.0.5", "localhost"], ["127.0.0.6"]),
        ({"token": "a chosen token"}, True, ["127.0.0.1"], []),
        ({"names": ("office",)}, True, ["office", "127.0.0.1"], ["evil.example"]),
        ({"host": EVERYWHERE, "names": ("office",)}, True, ["office", "localhost"], [EVERYWHERE]),
    ],
    ids=["default", "other loopback", "token", "name", "everywhere"],
)
def test_who_is_let_in_under_which_name(tmp_path: Path, started, options, secret, served, refused):
    told = []
    asked = {"host": "127.0.0.1", "port": 0, "names": (), "token": ""} | options
    serve(make_root(tmp_path), **asked, told=told.append)
    ((app, (_, port)),) = started
    assert any("token" in line for line in told) == (secret and "token" not in options)
    guard = app.user_middleware[0].kwargs
    assert bool(guard["keys"].token) is secret
    assert len(guard["keys"].token) >= 12 or not secret
    assert set(served) <= set(guard["hosts"])
    assert not set(refused) & set(guard["hosts"])
    assert guard["port"] == port
    app.state.bench.jobs.close()


def test_the_address_that_is_told_can_be_opened(tmp_path: Path, started):
    opened = []
    serve(
        make_root(tmp_path),
        host="127.0.0.1",
        port=0,
        names=(),
        token="",
        told=lambda _: None,
        opened=opened.append,
    )
    ((app, (_, port)),) = started
    assert opened == [f"http://127.0.0.1:{port}/"]
    app.state.bench.jobs.close()


def test_the_token_may_come_from_the_environment(tmp_path: Path, monkeypatch):
    given = {}
    monkeypatch.setattr(serving, "serve", lambda _, **asked: given.update(asked))
    monkeypatch.setenv("HAVENWARD_TOKEN", "from the environment")
    main(["serve", str(tmp_path)])
    assert given["token"] == "from the environment"  # noqa: S105
    assert given["opened"] is None
    main(["serve", str(tmp_path), "--token", "from the command line", "--open"])
    assert given["token"] == "from the command line"  # noqa: S105
    assert given["opened"] is not None


# -- pages that say what to do -----------------------------------------------------------------------------------


def fail_with(status: int):
    def fail(_):
        if status == 409:
            raise ConflictError(*("stock.csv", "digest", "a,b"))
        if status == 500:
            raise ZeroDivisionError
        raise HTTPException(status)

    return fail


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
@pytest.mark.parametrize("status", sorted({400, 409, *FAULTS}))
def test_every_fault_is_a_page_that_says_what_to_do(client, status: int, language: str):
    from havenward.workbench.app import _guard_route

    client.app.router.routes.insert(0, _guard_route(Route("/fail", fail_with(status), methods=["POST"])))
    headers = {"x-havenward-token": form_token(client), "accept-language": f"{language}-XX,de;q=0.5"}
    page = client.post("/fail", headers=headers)
    assert page.status_code == status
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page.text
    assert "Traceback" not in page.text
    main_part = page.text.partition("<main")[2]
    assert 'class="repair"' in main_part or status == 409
    told = client.post("/fail", headers=headers | {"accept": "application/json"})
    assert told.status_code == status
    assert set(told.json()) == ({"file", "digest", "now"} if status == 409 else {"problems"})


def test_a_page_of_a_fault_leads_back_to_its_form_and_nowhere_else(client):
    headers = {"x-havenward-token": form_token(client)}

    def back(referer: str) -> list[str]:
        page = client.post("/jobs/0/cancel", headers=headers | {"referer": referer})
        return re.findall(r'class="button" href="([^"]*)"', page.text)

    assert back(f"{ORIGIN}/jobs?lang=fr") == ["/jobs?lang=fr"]
    assert back("http://evil.example/jobs") == []
    assert back(f"{ORIGIN}//evil.example/") == ["/"]
    assert back("javascript:alert(1)") == []


def test_a_language_is_kept_once_it_is_chosen(client):
    assert 'lang="ar"' in client.get("/jobs?lang=ar").text
    assert 'lang="ar"' in client.get("/jobs").text
    assert 'lang="es"' in client.get("/jobs?lang=es", headers={"accept-language": "fr"}).text
    assert 'lang="es"' in client.get("/jobs?lang=xx").text


# -- what is kept by browsers --------------------------------------------------------------------------------------


def test_scripts_are_sent_again_only_when_they_changed(tmp_path: Path):
    (tmp_path / "a.js").write_text("1", encoding="utf-8")
    with open_browser(make_root(tmp_path / "cases")) as client:
        client.app.router.routes.insert(0, asset_route(tmp_path))
        first = client.get("/static/a.js")
        assert first.headers["cache-control"] == "no-cache"
        assert first.headers["content-type"].startswith("text/javascript")
        again = client.get("/static/a.js", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        (tmp_path / "a.js").write_text("22", encoding="utf-8")
        changed = client.get("/static/a.js", headers={"if-none-match": first.headers["etag"]})
        assert (changed.status_code, changed.text) == (200, "22")
        for name in ("b.js", "a.py", "", "../a.js", "cases", "a.js/", "A.JS"):
            assert client.get(f"/static/{name}").status_code == 404
        assert client.get("/jobs").headers["cache-control"] == "no-store"


def test_nothing_is_asked_of_other_servers():
    """Templates, scripts and styles load nothing from an address that is not our own."""
    loads = re.compile(
        r"""(?:src|action|srcset|poster)\s*=\s*["']?(?:https?:)?//|<link[^>]*//|url\(\s*["']?(?:https?:)?//|(?:from|import|fetch\(|EventSource\()\s*["'`](?:https?:)?//|@import"""
    )
    folder = Path(serving.__file__).parent
    for path in [*(folder / "templates").rglob("*"), *(folder / "static").rglob("*")]:
        if path.is_file():
            assert not loads.search(path.read_text(encoding="utf-8")), path.name
