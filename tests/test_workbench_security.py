"""Protects the door of the workbench: every attack here is one that somebody could try from a page or a file."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from starlette.datastructures import UploadFile
from starlette.routing import Route

from havenward.errors import HavenwardError
from havenward.workbench import app as application
from havenward.workbench import security, uploads
from havenward.workbench.edits import change_rows, digest_of, save_text
from havenward.workbench.layout import bench_of, give_file, render
from havenward.workbench.security import Keys, own_path
from havenward.workbench.uploads import keep_uploads, safe_name
from havenward.workbench.workspace import NotFoundError, Workspace, is_name
from workbench_worlds import ORIGIN, form_token, make_root, open_browser

TOKEN = "a token that was told"  # noqa: S105 - made up for these tests
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_root(tmp_path_factory.mktemp("cases"))


@pytest.fixture(scope="module")
def client(root):
    with open_browser(root) as browser:
        yield browser


# -- names ---------------------------------------------------------------------------------------------------

BAD_NAMES = [
    "..", ".", "../toy", "..\\toy", "/etc", "C:\\x", "toy/../toy", "toy\\..\\toy", "toy\x00", "\x00", "", " ", "toy.",
    "toy ", "toy\n", "-toy", ".hidden", "con", "NUL.csv", "x" * 81, "a:b", "a*b", "a<b", "%2e%2e", "toy\u202e", "..%2ftoy",
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_no_name_leads_out_of_the_root(root: Path, name: str):
    workspace = Workspace(root / "toy")  # so that `../toy` would lead to something
    (root / "toy" / "toy").mkdir(exist_ok=True)
    (root / "toy" / "toy" / "case.toml").write_text("", encoding="utf-8")
    assert workspace.case_folder("toy")
    assert not is_name(name)
    for find in (
        lambda: workspace.case_folder(name),
        lambda: workspace.run_folder("toy", name),
        lambda: workspace.products_folder("toy", name),
        lambda: workspace.file_inside(root / "toy", name),
    ):
        with pytest.raises(NotFoundError):
            find()
    with pytest.raises(HavenwardError):
        workspace.new_case_folder(name)
    with pytest.raises(HavenwardError):
        workspace.new_run_folder("toy", name)


@pytest.mark.parametrize("name", ["runs", "Briefs", "JOBS", "history", "uploads"])
def test_our_own_folders_are_no_cases(root: Path, name: str):
    folder = root / name
    folder.mkdir(exist_ok=True)
    (folder / "case.toml").write_text("", encoding="utf-8")
    workspace = Workspace(root)
    assert workspace.list_cases() == ["toy"]
    with pytest.raises(NotFoundError):
        workspace.case_folder(name)
    with pytest.raises(HavenwardError):
        workspace.new_case_folder(name)
    (folder / "case.toml").unlink()


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/%252e%252e/app.py",
        "/static/..%5capp.py", "/static//etc/passwd", "/static/%00", "/jobs/..%2f..%2ftoy%2fcase.toml",
        "/jobs/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/jobs/%00", "/cases/..%2f..%2fetc", "/cases/%252e%252e", "//etc/passwd",
        "/cases/%5c..%5ctoy", "/cases/toy%00",
    ],
)  # fmt: skip
def test_no_address_leads_out_of_the_root(client, path: str):
    answer = client.get(path)
    assert answer.status_code == 404, answer.text[:200]
    assert "root:" not in answer.text
    assert "def make_app" not in answer.text


@pytest.mark.parametrize(
    "file", ["../x.csv", "reports/../../x.txt", "x.py", "/x.csv", "a/b/c.csv", "stock.csv\x00.csv"]
)
def test_only_files_of_a_case_are_edited(root: Path, file: str):
    (root / "x.csv").write_text("secret\n", encoding="utf-8")
    workspace = Workspace(root)
    with pytest.raises(NotFoundError):
        save_text(workspace, "toy", file, "", "absent")
    with pytest.raises(NotFoundError):
        digest_of(root / "toy", file)
    if file == "x.py":
        return
    with pytest.raises(NotFoundError):  # nor is anything shown of it as the other side of a conflict
        change_rows(workspace, "toy", file.removesuffix(".csv"), [], "wrong")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("place", ["toy", "linked", "toy/reports/linked.txt", "toy/deep"])
def test_links_that_lead_out_are_no_way_in(tmp_path: Path, place: str):
    outside = make_root(tmp_path / "outside", "secret") / "secret"
    root = make_root(tmp_path / "root", "other" if place == "toy" else "toy")
    (root / place).symlink_to(outside / "case.toml" if place.endswith(".txt") else outside)
    workspace = Workspace(root)
    case = "linked" if place == "linked" else "toy"
    with pytest.raises(NotFoundError):
        workspace.case_folder(case)
    if place in ("toy", "linked"):
        assert case not in workspace.list_cases()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_inside_the_root_are_followed(tmp_path: Path):
    root = make_root(tmp_path)
    (root / "again").symlink_to(root / "toy")
    assert Workspace(root).case_folder("again") == root / "again"


# -- who asks, and from where ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1:8001",
        "127.0.0.1.evil.example:8000",
        "",
        "localhost:8000@evil",
    ],
)
def test_a_host_that_is_not_ours_is_refused(client, host: str):
    """A page of somebody else whose name is made to lead to this machine (DNS rebinding) gets nothing."""
    for answer in (
        client.get("/", headers={"host": host}),
        client.get("/static/core.js", headers={"host": host}),
    ):
        assert answer.status_code == 400
        assert "set-cookie" not in answer.headers
        assert "--name" in answer.text


def test_two_hosts_are_none_of_ours(client):
    answer = client.get("/", headers=[("host", "127.0.0.1:8000"), ("host", "evil.example")])
    assert answer.status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST:8000", "[::1]:8000"])
def test_our_own_hosts_are_served(client, host: str):
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "http://127.0.0.1:8000.evil.example"},
        {"origin": "file://127.0.0.1:8000"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
    ],
    ids=str,
)
def test_posts_from_pages_of_others_are_refused(client, headers):
    token = form_token(client)
    job = bench_of_client(client).jobs.submit("read", "toy", {})
    answer = client.post(f"/jobs/{job}/cancel", data={"token": token}, headers=headers)
    assert answer.status_code == 403
    assert bench_of_client(client).jobs.get(job).state == "queued"
    good = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    client.post(f"/jobs/{job}/cancel", data={"token": token}, headers=good)
    assert bench_of_client(client).jobs.get(job).state == "cancelled"


def bench_of_client(client):
    return client.app.state.bench


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é" * 64], ids=ascii)
def test_a_form_without_the_secret_of_its_session_is_refused(client, token):
    job = bench_of_client(client).jobs.submit("read", "toy", {})
    answer = client.post(f"/jobs/{job}/cancel", data={} if token is None else {"token": token})
    assert answer.status_code == 403
    assert "reload the page" in answer.text
    assert bench_of_client(client).jobs.get(job).state == "queued"
    bench_of_client(client).jobs.cancel(job)


def test_the_secret_of_another_session_opens_nothing(client):
    other = bench_of_client(client).keys.form_token(Keys().new_session())
    assert client.post("/jobs/0/cancel", data={"token": other}).status_code == 403
    assert not Keys().is_form_token("", Keys().form_token(""))
    assert not Keys().is_form_token(Keys().new_session(), "\ud800")
    header = {"x-havenward-token": form_token(client)}
    assert client.post("/jobs/0/cancel", headers=header).status_code == 404  # it was let through: no such job


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"])
def test_other_methods_are_refused(client, method: str):
    answer = client.request(method, "/")
    assert answer.status_code == 405
    assert "use the buttons of the page" in answer.text


# -- the token ---------------------------------------------------------------------------------------------


@pytest.fixture
def locked(root, monkeypatch):
    monkeypatch.setattr(security, "SLOW_S", 0.0)
    with open_browser(root, token=TOKEN) as browser:
        browser.follow_redirects = False
        yield browser


def test_beyond_the_machine_nothing_is_shown_without_the_token(locked):
    for path in ("/", "/jobs", "/cases/toy", "/jobs/0/events", "/nothing"):
        answer = locked.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")
        assert "set-cookie" not in answer.headers
        assert "toy" not in answer.text
    assert locked.get("/login").status_code == 200
    assert locked.get("/static/style.css").status_code == 200


def test_scripts_and_forms_are_told_to_enter(locked):
    asked = locked.get("/jobs", headers={"accept": "application/json"})
    assert (asked.status_code, list(asked.json())) == (401, ["problems"])
    assert locked.post("/jobs/0/cancel", data={"token": "x"}).status_code == 401


def test_the_token_opens_the_door_and_leads_on(locked):
    assert locked.get("/cases/toy?tab=2").headers["location"] == "/login?next=%2Fcases%2Ftoy%3Ftab%3D2"
    page = locked.get("/login?next=%2Fjobs%3Fa%3D1")
    assert 'name="next" value="/jobs?a=1"' in page.text
    entered = locked.post("/login", data={"key": TOKEN, "next": "/jobs?a=1"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/jobs?a=1")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert locked.get("/jobs").status_code == 200


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "",
        "/a\r\nb: c",
        "/login?x",
    ],
)
def test_a_login_leads_nowhere_else(wanted: str):
    assert own_path(wanted) == "/"


@pytest.mark.parametrize("key", ["", "wrong", TOKEN + " ", TOKEN.upper(), "é"])
def test_a_wrong_token_opens_nothing(locked, key: str):
    answer = locked.post("/login", data={"key": key})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert locked.get("/").status_code == 303


def test_guesses_stand_in_one_line():
    """Many guesses at once take as long as one after another, and too many are sent away."""
    import asyncio

    async def guess():
        keys, slept = Keys(TOKEN), []
        real = asyncio.sleep

        async def counted(seconds):
            slept.append(seconds)
            await real(0)

        security.asyncio.sleep = counted
        try:
            found = await asyncio.gather(
                *(keys.try_token(f"guess {n}") for n in range(30)), keys.try_token(TOKEN)
            )
            later = await keys.try_token(TOKEN)
        finally:
            security.asyncio.sleep = real
        return found, later, slept

    found, later, slept = asyncio.run(guess())
    assert found.count(False) == security.MAX_WAITING
    assert found.count(None) == 31 - security.MAX_WAITING
    assert slept == [security.SLOW_S] * security.MAX_WAITING
    assert later is True


@pytest.mark.parametrize(
    "session",
    [
        "",
        "x",
        "0" * 32,
        "0" * 32 + "." + "0" * 64,
        "a.b.c",
        '"',
        "é",
        pytest.param(Keys("another token").new_session(), id="of another token"),
        pytest.param(Keys().new_session(), id="of another server"),
    ],
)
def test_a_forged_session_is_none(locked, session: str):
    header = f"havenward-session={session}".encode()
    assert locked.get("/", headers={b"cookie": header}).status_code == 303


def test_sessions_outlive_the_server_and_not_the_token():
    session = Keys(TOKEN).new_session()
    assert Keys(TOKEN).is_session(session)
    assert Keys(TOKEN).is_form_token(session, Keys(TOKEN).form_token(session))
    assert not Keys(TOKEN + "2").is_session(session)


# -- bodies --------------------------------------------------------------------------------------------------


def test_a_body_that_says_that_it_is_large_is_not_read(client):
    answer = client.post("/jobs/0/cancel", content=b"x", headers={"content-length": "1000001"})
    assert answer.status_code == 413
    assert "1 MB for forms" in answer.text
    assert client.post("/x/upload", content=b"", headers={"content-length": "25000001"}).status_code == 413
    assert client.post("/x", content=b"", headers={"content-length": "1_0"}).status_code == 400
    assert client.post("/x", content=b"", headers={"content-length": "-1"}).status_code == 400


def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(client):
    sent = []

    def chunks():
        for number in range(100):
            sent.append(number)
            yield b"token=" + b"x" * 100_000

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/jobs/0/cancel", content=chunks(), headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([("f", ("x.txt", b"x"))] * 300, 400),
        ([(f"n{number}", (None, b"x")) for number in range(6000)], 400),
        ([("big", (None, b"x" * 900_000))], 403),  # it fits, and has no token
    ],
    ids=["files", "fields", "one large field"],
)
def test_floods_of_parts_are_refused(client, parts, status):
    assert client.post("/jobs/0/cancel", files=parts).status_code == status


@pytest.mark.parametrize(
    "body",
    [b"", b"--x", b"--x\r\n\r\n", b"--x\r\ncontent-disposition: form-data\r\n\r\nx\r\n--x--", b"\x00" * 99],
)
def test_broken_forms_are_told_and_break_nothing(client, body: bytes):
    answer = client.post(
        "/jobs/0/cancel", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code in (400, 403)
    assert "Traceback" not in answer.text


# -- uploads -------------------------------------------------------------------------------------------------


def sent(name: str, data: bytes) -> UploadFile:
    return UploadFile(io.BytesIO(data), filename=name)


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


WORD = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
SHEET = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


@pytest.mark.parametrize(
    ("name", "data", "kept"),
    [
        ("report.txt", b"Words.", "report.txt"),
        ("report.exe", b"Words.", "report.exe.txt"),
        ("report.docx", b"Words.", "report.txt"),
        ("report.txt", b"%PDF-1.7 x\x00", "report.pdf"),
        ("table.csv", b"a,b\n", "table.csv"),
        ("page.php", b"\n<!DOCTYPE html><p>x", "page.php.html"),
        ("wide.txt", "\ufeffWords".encode("utf-16-le"), "wide.txt"),
        ("x.zip", packed(WORD), "x.docx"),
        ("x", packed(SHEET), "x.xlsx"),
        ("areas.zip", packed({"a.shp": b"x" * 99}), "areas.zip"),
        ("areas.db", b"SQLite format 3\x00" + b"\x00" * 52 + b"GPKG" + b"\x00" * 30, "areas.db.gpkg"),
        ("../../etc/passwd", b"x", "passwd.txt"),
        ("..\\..\\boot.ini", b"x", "boot.ini.txt"),
        ("/etc/cron.d/x\x00.txt", b"x", "x-.txt"),
        ("con.txt", b"x", "file-con.txt"),
        (".htaccess", b"x", "htaccess.txt"),
        ("a\r\nset-cookie: x.txt", b"x", "a-set-cookie- x.txt"),
        ("<img src=x>.csv", b"x", "img src-x-.csv"),
        ("\u202etxt.exe", b"x", "txt.exe.txt"),
        ("x" * 300 + ".txt", b"x", "x" * 72 + ".txt"),
        ("...", b"x", "file.txt"),
        ("تقرير.txt", b"x", "تقرير.txt"),
    ],
)
def test_files_are_kept_under_safe_names_by_what_they_are(tmp_path: Path, name: str, data: bytes, kept: str):
    folder = tmp_path / "uploads" / "one"
    assert keep_uploads([sent(name, data)], folder) == [folder / kept]
    assert (folder / kept).read_bytes() == data
    assert is_name(kept)
    assert [path.name for path in folder.iterdir()] == [kept]


def test_files_of_one_name_stay_apart(tmp_path: Path):
    paths = keep_uploads([sent("a.txt", b"1"), sent("A.txt", b"2"), sent("x/a.txt", b"3")], tmp_path / "u")
    assert [path.name for path in paths] == ["a.txt", "A-2.txt", "a-3.txt"]
    assert [path.read_bytes() for path in paths] == [b"1", b"2", b"3"]


def lying_archive() -> bytes:
    """Make an archive whose list says that its file has ten bytes, where it has ten million."""
    data = bytearray(packed({"a.txt": b"\0" * 10_000_000}))
    place = data.rindex(b"PK\x01\x02") + 24
    data[place : place + 4] = (10).to_bytes(4, "little")
    return bytes(data)


def overlapping_archive() -> bytes:
    """Make an archive that lists one file many times."""
    data = packed({"a.txt": bytes(range(256)) * 40})
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry, tail = data[start:end], bytearray(data[end:])
    tail[8:12] = (50).to_bytes(2, "little") * 2
    tail[12:16] = (50 * len(entry)).to_bytes(4, "little")
    return data[:start] + entry * 50 + bytes(tail)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda: packed({"a": b"\0" * 201_000_000}), "it unpacks to 201 MB"),
        (lambda: packed({f"a{n}": b"\0" * 3_000_000 for n in range(10)}), "times its size"),
        (lambda: packed({str(n): b"" for n in range(5001)}), "it holds 5,001 files"),
        (lying_archive, "it is broken"),
        (overlapping_archive, "lie over each other"),
        (lambda: packed({"../../a.txt": b"x"}), "would lie outside"),
        (lambda: packed({"/a.txt": b"x"}), "would lie outside"),
        (lambda: packed({"C:/a.txt": b"x"}), "would lie outside"),
        (lambda: packed(WORD)[:-9], "it is broken"),
        (lambda: packed(WORD).replace(b"<w:document/>", b"<w:dokument/>"), None),
        (lambda: packed(SHEET | {"xl/a.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'}), "defines words of its own"),
    ],
    ids=["large", "dense", "many files", "lies", "overlaps", "outside", "absolute", "drive", "cut off", "sound", "entities"],
)  # fmt: skip
def test_archives_that_would_do_harm_are_not_opened(tmp_path: Path, data, words):
    if words is None:  # the deflated text does not hold the words, so that nothing changed
        assert keep_uploads([sent("x.docx", data())], tmp_path / "u")
        return
    with pytest.raises(HavenwardError, match=words) as refused:
        keep_uploads([sent("good.txt", b"x"), sent("bomb.docx", data())], tmp_path / "u")
    assert [problem.slug for problem in refused.value.problems] == ["upload-archive"]
    assert not (tmp_path / "u").exists(), "all are kept, or none"


@pytest.mark.parametrize(
    ("files", "slugs"),
    [
        ([], ["upload-number"]),
        ([""], ["upload-number"]),
        ([sent("", b"")], ["upload-number"]),
        ([sent("a.txt", b"x")] * (uploads.MAX_FILES + 1), ["upload-number"]),
        ([sent("a.txt", b"")], ["upload-empty"]),
        ([sent("a.exe", b"MZ\x90\x00"), sent("b.so", b"\x7fELF\x02")], ["upload-kind", "upload-kind"]),
        ([sent("a.gz", b"\x1f\x8b\x08\x00")], ["upload-kind"]),
        ([sent("a.gpkg", b"SQLite format 3\x00" + b"\x00" * 99)], ["upload-kind"]),
        ([sent("a.png", b"\x89PNG\r\n\x1a\n")], ["upload-kind"]),
    ],
)
def test_what_is_no_file_of_ours_is_refused(tmp_path: Path, files, slugs):
    with pytest.raises(HavenwardError) as refused:
        keep_uploads(files, tmp_path / "u")
    assert [problem.slug for problem in refused.value.problems] == slugs
    assert not (tmp_path / "u").exists()


def test_a_file_over_the_limit_is_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 10)
    with pytest.raises(HavenwardError, match="too large"):
        keep_uploads([sent("a.txt", b"x" * 11)], tmp_path / "u")


def test_kinds_can_be_fewer(tmp_path: Path):
    with pytest.raises(HavenwardError, match=r"\.pdf, \.toml, \.tsv, \.txt, \.xml; save it"):
        keep_uploads([sent("a.zip", packed({"a.shp": b"x"}))], tmp_path / "u", kinds=uploads.REPORT_KINDS)


@pytest.mark.parametrize("name", ["a\r\nb.txt", 'a"; filename="b', "\u202ea", "💣.txt", "a" * 500])
def test_safe_names_are_names(name: str):
    assert is_name(safe_name(name))


# -- what comes back -----------------------------------------------------------------------------------------


def add_routes(client, *routes: Route) -> None:
    client.app.router.routes[:0] = routes


@pytest.mark.parametrize(
    "name", ['a"b.html', "a\r\nset-cookie: x=1", "../../x", "é\u202e", "a;b", "%0d%0aset-cookie:x"]
)
def test_the_name_of_a_download_stays_in_its_header(tmp_path: Path, name: str):
    file = tmp_path / "x.html"
    file.write_text(SCRIPT, encoding="utf-8")
    with open_browser(make_root(tmp_path / "cases")) as client:
        add_routes(client, Route("/file", lambda _: give_file(file, name=name)))
        answer = client.get("/file")
    assert answer.status_code == 200
    value = answer.headers["content-disposition"]
    assert value.startswith("attachment; filename")
    assert not {"\r", "\n"} & set(value)
    assert "x=1" not in answer.headers.get("set-cookie", "")
    assert answer.headers["content-security-policy"] == security.PRODUCT_POLICY
    assert "script-src" not in security.PRODUCT_POLICY  # so that `default-src 'none'` holds for scripts


def test_every_answer_carries_the_headers(client):
    def fault(_):
        message = "secret words of a fault"
        raise RuntimeError(message)

    add_routes(client, Route("/fault", fault))
    answers = [
        client.get(path)
        for path in ("/", "/jobs", "/static/core.js", "/nothing", "/fault", "/static/nothing.js")
    ] + [client.put("/"), client.post("/"), client.get("/", headers={"host": "evil"})]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 500, 404, 405, 405, 400]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy == security.POLICY
        assert "unsafe" not in policy
        assert "*" not in policy
        for name, value in security.HEADERS.items():
            assert answer.headers[name] == value
        assert "server" not in answer.headers
    fault_page = answers[4].text
    assert "secret words" not in fault_page
    assert "Traceback" not in fault_page
    assert "something went wrong on our side" in fault_page
    del client.app.router.routes[0]


def test_what_people_wrote_is_shown_as_text(tmp_path: Path):
    """Title, names, reports, cells and jobs that hold a script: every page of a case shows them as words."""
    from toy_case import TOY

    hostile = {
        "case.toml": TOY["case.toml"].replace('"Toy"', json.dumps(f"{SCRIPT}Toy")),
        "locations.csv": TOY["locations.csv"].replace("Camp A", f"Camp {SCRIPT}"),
        "sources.csv": TOY["sources.csv"].replace("Response plan", f"Plan {SCRIPT}").replace("https://example.org/plan", "javascript:alert(1)"),
        "reports/2016-07-20-times.txt": TOY["reports/2016-07-20-times.txt"].replace("Agencies prepare", f"Agencies {SCRIPT}") + f"{SCRIPT}<img src=x onerror=alert(1)>\n",
        "stock.csv": TOY["stock.csv"].replace("tents,camp-a", '"tents<svg onload=alert(1)>",camp-a'),
    }  # fmt: skip
    root = make_root(tmp_path, **hostile)
    asked = {
        "case": "toy",
        "report": "2016-07-20-times.txt",
        "table": "locations",
        "assumption": "operation_start",
    }
    with open_browser(root) as client:
        jobs = bench_of_client(client).jobs
        job = jobs.submit("read", "toy", {})
        problem = {
            "where": SCRIPT,
            "found": SCRIPT,
            "expected": SCRIPT,
            "repair": SCRIPT,
            "severity": "error",
        }
        with jobs._changed:
            jobs._queue.clear()
            jobs.get(job).what = SCRIPT
            jobs._end(jobs.get(job), "failed", {"problems": [problem]})
        seen = 0
        for route in client.app.routes:
            names = getattr(route, "param_convertors", {})
            if not isinstance(route, Route) or "GET" not in route.methods or route.path.endswith("/events"):
                continue
            if set(names) - asked.keys() - {"job"}:
                continue
            path = route.path
            for name in names:
                path = path.replace(f"{{{name}}}", job if name == "job" else asked[name])
            answer = client.get(path)
            assert answer.status_code in (200, 400, 404), path
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            seen += 1
            lower = answer.text.lower()
            for bad in ("<script>", "<img src=x", "<svg onload", 'href="javascript:', " style=", "onclick="):
                assert bad not in lower, f"{path} holds {bad}"
        assert seen >= 3
        assert "&lt;script&gt;alert(1)" in client.get(f"/jobs/{job}").text


def test_a_page_says_words_and_no_markup(client):
    add_routes(
        client,
        Route("/said", lambda request: render(request, "problems.html", problems=[], back=f'"{SCRIPT}')),
    )
    assert SCRIPT not in client.get("/said").text
    assert SCRIPT not in client.get(f"/?lang={SCRIPT}").text
    assert SCRIPT not in client.get("/", headers={"accept-language": SCRIPT}).text
    del client.app.router.routes[0]


def test_what_changes_something_has_a_route_of_its_own():
    with pytest.raises(ValueError, match="a route of its own"):
        application._guard_route(Route("/x", lambda _: None, methods=["GET", "POST"]))


def test_bench_is_reached_from_a_request_alone(client):
    found = []
    add_routes(
        client,
        Route(
            "/b",
            lambda request: (
                found.append(bench_of(request)) or render(request, "jobs.html", jobs=[], ended=())
            ),
        ),
    )
    client.get("/b")
    assert found == [bench_of_client(client)]
    del client.app.router.routes[0]
