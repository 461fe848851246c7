"""Protects releases: the same commit gives the same bytes, and whoever changes a file afterwards is found out."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from release_scripts import ROOT, build, commands, signing, verify

ReleaseError = commands.ReleaseError

needs_keys = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")
needs_git = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")

PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "havenward"
version = "9.9"
requires-python = ">=3.11"
[tool.hatch.build.targets.wheel]
packages = ["havenward"]
"""
# a build step that lets its surroundings show, as a careless one would
LEAK = """import os
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Leak(BuildHookInterface):
    def initialize(self, version, build_data):
        with open(os.path.join(self.root, "havenward", "built.py"), "w") as file:
            file.write(f"ZONE = {os.environ['TZ']!r}")
"""


def git(folder: Path, *words: str) -> None:
    named = ["-c", "user.name=tests", "-c", "user.email=tests@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *named, *words], cwd=folder, check=True, capture_output=True)


def make_repository(folder: Path, project: str = PROJECT, **more: str) -> Path:
    """Make a repository of one small package, with the locks and licences of ours."""
    (folder / "havenward").mkdir(parents=True)
    (folder / "havenward" / "__init__.py").write_text('"""A small package."""\n', encoding="utf-8")
    (folder / "pyproject.toml").write_text(project, encoding="utf-8")
    for name, text in more.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    for name in build.SAME:
        if name != "pyproject.toml":
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "One")
    return folder


def make_key(folder: Path, name: str) -> Path:
    key = folder / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)],
        check=True,
        capture_output=True,
    )
    return key


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> tuple[Path, Path, Path]:
    """Give a signed release, who may sign, and the key."""
    folder = tmp_path_factory.mktemp("release")
    repository = make_repository(folder / "repository")
    key = make_key(folder, "key")
    signers = folder / "allowed_signers"
    line = (
        f'maintainer namespaces="{signing.NAMESPACE}" {key.with_suffix(".pub").read_text(encoding="utf-8")}'
    )
    signers.write_text(line, encoding="utf-8")
    build.make_release("HEAD", folder / "out", key, repository)
    return folder / "out", signers, key


@pytest.fixture
def release(kept, tmp_path) -> tuple[Path, Path, Path]:
    """Give a copy of the release that a test may spoil."""
    folder, signers, key = kept
    return Path(shutil.copytree(folder, tmp_path / "release")), signers, key


def told(capsys) -> dict[str, str]:
    """Give what verify said of each thing that it checked."""
    lines = capsys.readouterr().out.splitlines()
    return {line[13:].partition(":")[0]: line[:11].strip() for line in lines}


def check(release, *more: str) -> int:
    folder, signers, _ = release
    return verify.main([str(folder), "--signers", str(signers), *more])


def rewrite_sums(folder: Path) -> None:
    (folder / build.SUMS).unlink()
    signature = folder / f"{build.SUMS}.sig"
    signature.rename(folder.parent / "kept.sig")
    build.write_sums(folder)
    (folder.parent / "kept.sig").rename(signature)


@needs_git
@needs_keys
def test_a_release_is_whole_and_passes(release, capsys):
    folder, _, _ = release
    names = {path.name for path in folder.iterdir()}
    assert {"SHA256SUMS", "SHA256SUMS.sig", "provenance.json", "sbom.cdx.json", *build.LOCKS} <= names
    assert {"havenward-9.9-py3-none-any.whl", "havenward-9.9.tar.gz"} <= names
    assert check(release) == 0
    assert told(capsys) == dict.fromkeys(("signature", "sums", "wheel", "provenance", "parts"), "ok") | {
        "rebuild": "not checked"
    }
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert [line.split("  ")[1] for line in lines] == sorted(names - verify.UNSUMMED)


@needs_git
@needs_keys
@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("havenward-9.9.tar.gz", {"sums"}),
        ("havenward-9.9-py3-none-any.whl", {"sums", "parts"}),
        ("sbom.cdx.json", {"sums"}),
        ("provenance.json", {"sums"}),
        ("requirements.lock", {"sums", "provenance"}),
    ],
)
def test_a_changed_file_is_found(release, name, bad, capsys):
    path = release[0] / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert check(release) == 1
    assert {what for what, state in told(capsys).items() if state == "BAD"} == bad


@needs_git
@needs_keys
def test_new_sums_for_a_changed_file_break_the_signature(release, capsys):
    """Whoever changes a file can make its sum, but not the signature under the sums."""
    path = release[0] / "havenward-9.9.tar.gz"
    path.write_bytes(path.read_bytes() + b"\0")
    rewrite_sums(release[0])
    assert check(release) == 1
    assert {what for what, state in told(capsys).items() if state == "BAD"} == {"signature", "provenance"}


@needs_git
@needs_keys
def test_a_file_beside_the_release_is_found(release, capsys):
    (release[0] / "havenward-9.9.1-py3-none-any.whl").write_bytes(b"a newer one")
    assert check(release) == 1
    assert told(capsys)["sums"] == "BAD"


@needs_git
@needs_keys
def test_another_key_or_purpose_does_not_count(release, tmp_path, capsys):
    folder, _, key = release
    stranger = make_key(tmp_path, "stranger")
    signing.sign_file(folder / build.SUMS, stranger)
    assert check(release) == 1
    assert told(capsys)["signature"] == "BAD"
    (folder / f"{build.SUMS}.sig").unlink()
    words = ["ssh-keygen", "-Y", "sign", "-q", "-n", "file", "-f", str(key), str(folder / build.SUMS)]
    subprocess.run(words, check=True, capture_output=True)
    assert check(release) == 1
    assert told(capsys)["signature"] == "BAD"
    (folder / f"{build.SUMS}.sig").unlink()
    assert check(release) == 1
    assert told(capsys)["signature"] == "BAD"


@needs_git
@needs_keys
def test_a_file_slipped_into_the_wheel_is_found(release, capsys):
    """Even with new sums: the wheel lists its own files."""
    folder, signers, key = release
    with zipfile.ZipFile(folder / "havenward-9.9-py3-none-any.whl", "a") as wheel:
        wheel.writestr("havenward/extra.py", "print('hello')")
    (folder / build.SUMS).unlink()
    (folder / f"{build.SUMS}.sig").unlink()
    build.write_sums(folder)
    signing.sign_file(folder / build.SUMS, key)
    assert verify.main([str(folder), "--signers", str(signers)]) == 1
    assert told(capsys)["wheel"] == "BAD"


@needs_git
@needs_keys
def test_sums_name_files_of_this_folder_only(release, capsys):
    path = release[0] / build.SUMS
    path.write_text(f"{'0' * 64}  ../key\n", encoding="utf-8")
    assert check(release) == 1
    assert told(capsys)["sums"] == "BAD"


@needs_git
@needs_keys
def test_unsigned_must_be_asked_for(release, capsys):
    with pytest.raises(SystemExit) as stop:
        verify.main([str(release[0])])
    assert stop.value.code == 2
    capsys.readouterr()
    (release[0] / f"{build.SUMS}.sig").unlink()
    assert verify.main([str(release[0]), "--unsigned"]) == 0
    assert told(capsys)["signature"] == "not checked"


@needs_git
@needs_keys
def test_provenance_names_commit_and_tools_but_no_machine_or_person(release):
    text = (release[0] / build.PROVENANCE).read_text(encoding="utf-8")
    stated = json.loads(text)
    definition = stated["predicate"]["buildDefinition"]
    assert len(definition["externalParameters"]["commit"]) == 40
    used = {one["name"] for one in definition["resolvedDependencies"]}
    assert {"havenward", "hatchling", *build.LOCKS} <= used
    for private in (str(Path.home()), str(release[0].parent), "tests@example.org"):
        assert private not in text


@needs_git
def test_a_build_that_shows_its_surroundings_is_refused(tmp_path):
    project = f"{PROJECT}artifacts = ['havenward/built.py']\n[tool.hatch.build.targets.wheel.hooks.custom]\npath = 'leak.py'\n"
    repository = make_repository(tmp_path / "repository", project, leak=LEAK)
    with pytest.raises(
        ReleaseError, match=r"two builds of the same commit differ, first in havenward/built\.py"
    ):
        build.make_release("HEAD", tmp_path / "out", repository=repository)
    assert [path.name for path in tmp_path.iterdir()] == ["repository"], "nothing is left behind"


@needs_git
def test_only_what_is_committed_is_released(tmp_path):
    repository = make_repository(tmp_path / "repository")
    (repository / "havenward" / "secret.py").write_text("TOKEN = 1", encoding="utf-8")
    build.make_release("HEAD", tmp_path / "out", repository=repository)
    with zipfile.ZipFile(tmp_path / "out" / "havenward-9.9-py3-none-any.whl") as wheel:
        assert "havenward/__init__.py" in wheel.namelist()
        assert "havenward/secret.py" not in wheel.namelist()
    with pytest.raises(ReleaseError, match="out is not empty"):
        build.make_release("HEAD", tmp_path / "out", repository=repository)
    lock = repository / "requirements.lock"
    lock.write_text(f"{lock.read_text(encoding='utf-8')}# later\n", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"requirements\.lock: not as in the commit"):
        build.make_release("HEAD", tmp_path / "other", repository=repository)
