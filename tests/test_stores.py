"""Bytes under names: whole or not at all, in a folder or wherever fsspec reaches, and never outside."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from havenward.errors import RunError, SettingsError
from havenward.stores import open_store

pytest.importorskip("fsspec")


@pytest.fixture(params=["folder", "file-url", "growing", "memory", "chained"])
def store(request, tmp_path):
    import fsspec

    place = {
        "folder": tmp_path / "a b" / "store",
        "file-url": (tmp_path / "a b" / "store").as_uri(),
        "growing": f"local://{tmp_path}/store",  # by way of fsspec, which renames
        "memory": f"memory://{tmp_path.name}/store",
        "chained": f"simplecache::memory://{tmp_path.name}/store",
    }[request.param]
    yield pickle.loads(pickle.dumps(open_store(place)))  # noqa: S301 - as it travels
    fsspec.filesystem("memory").store.clear()


def test_what_is_written_is_read_listed_and_taken_away(store):
    assert store.names() == []
    store.write("chunk-000001.bin", b"one")
    store.write("a=2.bin", b"")
    store.write("chunk-000001.bin", b"another")
    assert store.read("chunk-000001.bin") == b"another"
    assert store.read("a=2.bin") == b""
    assert store.names() == ["a=2.bin", "chunk-000001.bin"]
    store.delete(["a=2.bin", "never-there"])
    assert store.names() == ["chunk-000001.bin"]
    with pytest.raises(FileNotFoundError):
        store.read("never-there")


@pytest.mark.parametrize(
    "name", ["", ".hidden", "..", "a/b", "a\\b", "a..b", "../a", "/etc/passwd", "a\n", "a:b"]
)
def test_no_name_leads_out_of_a_store(store, name):
    for use in (lambda: store.write(name, b"x"), lambda: store.read(name), lambda: store.delete([name])):
        with pytest.raises(ValueError, match="is no name in a store"):
            use()


def test_what_is_half_written_has_no_name(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    store.write("a", b"whole")

    def stop(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(RunError, match=r"a: cannot be written \(.*No space left"):
        store.write("a", b"new")
    monkeypatch.undo()
    assert store.read("a") == b"whole"
    assert [path.name for path in tmp_path.iterdir()] == ["a"], "and nothing is left behind"


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="cannot be written"):
        open_store(tmp_path / "file").write("a", b"x")
    with pytest.raises(RunError, match="cannot be read"):
        open_store(tmp_path / "file").names()


def test_a_password_never_stands_in_an_address():
    with pytest.raises(SettingsError) as caught:
        open_store("sftp://planner:secret@host/runs")
    assert "secret" not in str(caught.value)
    assert str(caught.value).startswith(
        "sftp://host/runs: the address of the store holds a password; expected "
    )


def test_a_kind_of_store_that_nobody_knows_is_told_at_once():
    with pytest.raises(SettingsError, match=r"nope://x: cannot be opened \(Protocol not known: nope\)"):
        open_store("nope://x")


def test_without_fsspec_a_url_is_refused_in_words(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(
        SettingsError, match=r"fsspec is not installed.*run: pip install 'havenward\[cluster\]'"
    ):
        open_store("s3://bucket/runs")


def test_a_folder_needs_no_fsspec(tmp_path):
    code = (
        "import sys; from havenward.stores import open_store; from pathlib import Path\n"
        f"s = open_store(Path({str(tmp_path)!r})); s.write('a', b'x'); s.read('a'); s.names()\n"
        "assert 'fsspec' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert Path(tmp_path, "a").read_bytes() == b"x"
