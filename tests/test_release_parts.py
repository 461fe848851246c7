"""Protects what a release says of itself: every package listed, licensed, looked up, and the same each time."""

import hashlib
import json
from datetime import date
from email.message import EmailMessage

import polars as pl
import pytest

from release_scripts import ROOT, audit, commands, fingerprint, licences, locked, sbom, spdx, wheelhouse

PROJECT = """[project]
name = "havenward"
dependencies = ["one>=1"]
[project.optional-dependencies]
more = ["Other_Name[extra]>=2"]
"""
LOCK = f"""# a lock
hatchling==1.0 \\
    --hash=sha256:{"a" * 64}
    # via havenward (pyproject.toml:build)
one==1.5 ; python_full_version < '3.12' \\
    --hash=sha256:{"b" * 64} \\
    --hash=sha256:{"c" * 64}
    # via havenward (pyproject.toml)
other-name==2.0 \\
    --hash=sha256:{"d" * 64}
    # via
    #   havenward (pyproject.toml)
    #   one
third==3.0 \\
    --hash=sha256:{"e" * 64}
    # via other-name
"""
TODAY = date(2026, 11, 1)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "requirements.lock").write_text(LOCK, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    return tmp_path / "requirements.lock", tmp_path / "pyproject.toml"


# -- the lock ----------------------------------------------------------------------------------------------


def test_a_lock_is_read_with_hashes_askers_and_needs(files):
    build_only, one, other, third = locked.read_lock(*files)
    assert (one.name, one.version, one.marker) == ("one", "1.5", "python_full_version < '3.12'")
    assert one.hashes == ("b" * 64, "c" * 64)
    assert other.askers == ("havenward", "one")
    # other-name is asked for by an extra and by one, which everybody has: so everybody has it
    assert [each.need for each in (build_only, one, other, third)] == ["excluded", *["required"] * 3]


def test_what_only_an_extra_needs_is_optional(files):
    lock, project = files
    lock.write_text(LOCK.replace("    #   one\n", ""), encoding="utf-8")
    assert [one.need for one in locked.read_lock(lock, project)] == [
        "excluded", "required", "optional", "optional",
    ]  # fmt: skip


def test_a_package_without_a_hash_is_refused(files):
    lock, project = files
    lock.write_text("bare==1.0\n    # via one\n", encoding="utf-8")
    with pytest.raises(commands.ReleaseError, match="bare with a hash; renew it with `make lock`"):
        locked.read_lock(lock, project)


def test_our_lock_is_read_whole():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = locked.read_lock()
    assert sum(len(one.hashes) for one in packages) == text.count("--hash=sha256:")
    assert {one.name for one in packages if one.need == "excluded"} >= {"hatchling"}
    assert all(one.askers for one in packages)


def test_a_wheelhouse_asks_for_hashes_and_for_nothing_that_only_builds(files):
    lines = wheelhouse.write_requirements(locked.read_lock(*files)).splitlines()
    assert "hatchling" not in "\n".join(lines)
    assert lines[1] == "one==1.5 ; python_full_version < '3.12' \\"
    assert sum("--hash=sha256:" in line for line in lines) == 4


# -- licences ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "permissive"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("LGPL-2.1-or-later", False),
        ("GPL-2.0-only OR MIT", True),
        ("GPL-2.0-only AND MIT", False),
        ("MIT AND (GPL-2.0-only OR BSD-3-Clause)", True),
        ("(MIT OR GPL-2.0-only) AND MPL-2.0", False),
        ("GPL-2.0-only OR MIT AND MPL-2.0", False),  # AND binds first
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", True),
        ("GPL-3.0-or-later WITH LLVM-exception", False),
        ("", False),
        ("UNKNOWN", False),
        ("MIT OR", False),
        ("(MIT", False),
        ("MIT GPL-3.0-only", False),
        ("see the file LICENSE", False),
    ],
)
def test_expressions_are_weighed(expression, permissive):
    assert spdx.is_permissive(expression) is permissive


def row(package: str, licence: str = "MIT", reason: str = "", part: str = "", stated: str = "MIT"):
    return licences.Licence(package, part, "", stated, licence, reason)


def test_packages_nobody_looked_at_are_named(files):
    packages = locked.read_lock(*files)
    rows = [row("one"), row("other-name"), row("hatchling"), row("gone")]
    assert list(licences.check_rows(packages, rows)) == [
        "lacks third; look at its licence and add a row (--draft begins one)",
        "gone: not in requirements.lock; remove its rows",
    ]


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "AGPL-3.0-only", "", "LGPL-2.1-only", "MPL-2.0"])
def test_what_is_not_permissive_needs_a_reason(files, licence):
    packages = locked.read_lock(*files)
    names = [one.name for one in packages]
    whole = [row(name) for name in names]
    found = list(licences.check_rows(packages, [*whole, row("one", licence, part="a library")]))
    shown = licence or "no licence"
    assert found == [f"one a library: {shown} is not permissive; replace it, or give a reason"]
    with_reason = row("one", licence, "It is a library of its own.", part="a library")
    assert not list(licences.check_rows(packages, [*whole, with_reason]))


def test_a_package_that_changed_its_licence_is_looked_at_again(monkeypatch, files):
    monkeypatch.setattr(licences, "read_stated", {"one": "BUSL-1.1", "other-name": None, "third": "MIT"}.get)
    rows = [row("one"), row("other-name"), row("third")]
    assert list(licences.check_stated(locked.read_lock(*files), rows)) == [
        "one: states 'BUSL-1.1', and 'MIT' when it was looked at; look again"
    ]


def test_what_a_package_states_is_its_expression_its_name_or_its_classifiers():
    described = EmailMessage()
    described["Classifier"] = "License :: OSI Approved :: MIT License"
    described["Classifier"] = "Topic :: Software Development"
    assert licences.find_stated(described) == "MIT License"
    described["License"] = "Permission is hereby granted to whoever obtains a copy of this, " * 2
    assert licences.find_stated(described) == "MIT License", "a text is no name"
    described.replace_header("License", "MIT")
    assert licences.find_stated(described) == "MIT"
    described["License-Expression"] = "MIT OR Apache-2.0"
    assert licences.find_stated(described) == "MIT OR Apache-2.0"


def test_our_licences_hold():
    packages, rows = locked.read_lock(), licences.read_licences()
    assert not list(licences.check_rows(packages, rows))
    assert rows == sorted(rows, key=lambda one: (one.package, one.part))


# -- the list of parts -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parts():
    return sbom.compose_sbom(1_700_000_000)


def every_component(listed):
    for one in listed.get("components", []):
        yield one
        yield from every_component(one)


def test_every_locked_package_is_listed_with_its_hashes_and_licence(parts):
    told = {(one["name"], one["version"]): one for one in parts["components"]}
    packages = locked.read_lock()
    assert set(told) == {(one.name, one.version) for one in packages}
    for one in packages:
        listed = told[one.name, one.version]
        assert {each["content"] for each in listed["hashes"]} == set(one.hashes)
        assert listed["scope"] == one.need
        assert listed["purl"] == f"pkg:pypi/{one.name}@{one.version}"
        assert listed["licenses"]


def test_what_wheels_hold_is_listed_inside_them(parts):
    told = {one["name"]: {part["name"] for part in every_component(one)} for one in parts["components"]}
    assert "GEOS" in told["shapely"]
    assert "libiconv" in told["lxml"]
    assert len(told["typst"]) > 50, "its Rust libraries"
    assert told["rich"] == set()


def test_references_are_unique_and_the_graph_is_closed(parts):
    references = [one["bom-ref"] for one in every_component(parts)]
    assert len(references) == len(set(references))
    ours = parts["metadata"]["component"]["bom-ref"]
    packages = {one["bom-ref"] for one in parts["components"]} | {ours}
    assert {one["ref"] for one in parts["dependencies"]} == packages
    assert {used for one in parts["dependencies"] for used in one["dependsOn"]} <= packages
    graph = {one["ref"].partition("@")[0]: one["dependsOn"] for one in parts["dependencies"]}
    assert any(one.startswith("pkg:pypi/numpy@") for one in graph["pkg:pypi/havenward"])
    assert any(one.startswith("pkg:pypi/llvmlite@") for one in graph["pkg:pypi/numba"])
    assert not any(one.startswith("pkg:pypi/hatchling@") for one in graph["pkg:pypi/havenward"])


def test_the_same_release_has_the_same_list(parts):
    again = sbom.compose_sbom(1_700_000_000)
    assert sbom.write_sbom(again) == sbom.write_sbom(parts)
    later = sbom.compose_sbom(1_700_000_001)
    assert later["serialNumber"] != parts["serialNumber"]
    assert parts["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"


# -- the audit ---------------------------------------------------------------------------------------------


def advisory(name: str = "PYSEC-1", package: str = "One", **affected) -> dict:
    return {
        "id": name,
        "modified": "2026-10-20T00:00:00Z",
        "summary": "It falls over.",
        "affected": [{"package": {"ecosystem": "PyPI", "name": package}, **affected}],
    }


def events(*pairs: tuple[str, str]) -> dict:
    return {"ranges": [{"type": "ECOSYSTEM", "events": [{kind: version} for kind, version in pairs]}]}


@pytest.mark.parametrize(
    ("affected", "reached"),
    [
        (events(("introduced", "0")), True),
        (events(("introduced", "0"), ("fixed", "1.5")), False),
        (events(("introduced", "0"), ("fixed", "1.5.1")), True),
        (events(("introduced", "1.6")), False),
        (events(("introduced", "0"), ("last_affected", "1.5")), True),
        (events(("introduced", "0"), ("last_affected", "1.4.9")), False),
        (events(("introduced", "0"), ("fixed", "1.2"), ("introduced", "1.4"), ("fixed", "1.10")), True),
        (events(("fixed", "1.10"), ("introduced", "1.4"), ("fixed", "1.2"), ("introduced", "0")), True),
        (events(("introduced", "0"), ("fixed", "1.2"), ("introduced", "1.10")), False),
        ({"versions": ["1.4", "1.5.0"]}, True),  # 1.5.0 is 1.5
        ({"versions": ["1.4", "not a version"]}, False),
        ({"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}, False),
    ],
)
def test_ranges_of_advisories(affected, reached):
    assert audit.is_affected(affected, "1.5") is reached


def run_audit(files, capsys, *words: str) -> tuple[int, str]:
    accepted = files[0].with_name("accepted.csv")
    if not accepted.exists():
        accepted.write_text("advisory,package,until,reason\n", encoding="utf-8")
    given = ["--lock", str(files[0]), "--accepted", str(accepted), "--today", TODAY.isoformat(), *words]
    return audit.main(given), capsys.readouterr().out


def dump(files, *advisories: dict):
    path = files[0].with_name("dump.json")
    path.write_text(json.dumps(advisories), encoding="utf-8")
    return str(path)


def test_an_advisory_that_reaches_us_is_told_with_its_repair(files, capsys):
    path = dump(files, advisory(**events(("introduced", "0"), ("fixed", "1.6"))))
    status, said = run_audit(files, capsys, "--advisories", path)
    assert status == 1
    assert "REACHES one 1.5: PYSEC-1; repaired in 1.6. It falls over." in said
    assert "1 to act on, 0 accepted" in said


def test_names_are_compared_as_the_index_does_and_other_worlds_are_left_out(files, capsys):
    mine = advisory("A", "other.Name", **events(("introduced", "0")))
    theirs = advisory("B", "third", **events(("introduced", "0")))
    theirs["affected"][0]["package"]["ecosystem"] = "npm"
    taken_back = advisory("C", "third", **events(("introduced", "0"))) | {"withdrawn": "2026-01-01T00:00:00Z"}
    status, said = run_audit(files, capsys, "--advisories", dump(files, mine, theirs, taken_back))
    assert status == 1
    assert "REACHES other-name 2.0: A;" in said
    assert "third" not in said


def test_the_same_advisory_under_two_names_is_one(files, capsys):
    first = advisory("PYSEC-1", **events(("introduced", "0"))) | {"aliases": ["CVE-1"]}
    second = advisory("GHSA-1", **events(("introduced", "0"), ("fixed", "1.6"))) | {"aliases": ["CVE-1"]}
    _, said = run_audit(files, capsys, "--advisories", dump(files, first, second))
    assert "1 to act on" in said
    assert "GHSA-1, CVE-1, PYSEC-1; repaired in 1.6" in said


def test_what_is_accepted_counts_again_after_its_last_day(files, capsys):
    path = dump(files, advisory(**events(("introduced", "0"))) | {"aliases": ["CVE-1"]})
    accepted = files[0].with_name("accepted.csv")
    accepted.write_text(
        "advisory,package,until,reason\nCVE-1,one,2026-11-01,Never called.\n", encoding="utf-8"
    )
    status, said = run_audit(files, capsys, "--advisories", path)
    assert (status, "accepted one 1.5" in said) == (0, True)
    accepted.write_text(
        "advisory,package,until,reason\nCVE-1,one,2026-10-31,Never called.\n", encoding="utf-8"
    )
    assert run_audit(files, capsys, "--advisories", path)[0] == 1
    accepted.write_text("advisory,package,until,reason\nCVE-1,one,2026-12-31,\n", encoding="utf-8")
    assert run_audit(files, capsys, "--advisories", path)[0] == 1


def test_nothing_asked_is_said_and_counts_when_strict(files, capsys, monkeypatch):
    monkeypatch.setattr(audit.shutil, "which", lambda _: None)
    monkeypatch.setattr(audit.sys, "executable", str(files[0]))
    status, said = run_audit(files, capsys)
    assert status == 0
    assert said.startswith("audit: not checked: pip-audit is not installed")
    assert run_audit(files, capsys, "--strict")[0] == 1
    # a dump of something else proves nothing either
    status, said = run_audit(files, capsys, "--advisories", dump(files), "--strict")
    assert (status, "holds no advisory about packages of PyPI" in said) == (1, True)


def test_an_old_dump_does_not_pass_a_release(files, capsys):
    old = advisory("OLD", "unknown", **events(("introduced", "0"))) | {"modified": "2026-09-01T00:00:00Z"}
    path = dump(files, old)
    assert run_audit(files, capsys, "--advisories", path)[0] == 0
    status, said = run_audit(files, capsys, "--advisories", path, "--strict")
    assert (status, "61 days ago; get a newer dump" in said) == (1, True)


def test_packages_a_service_skipped_were_not_checked(files):
    packages = locked.read_lock(*files)
    whole = [{"name": one.name, "version": one.version, "vulns": []} for one in packages]
    assert audit.read_answer(packages, whole) == []
    assert audit.read_answer(packages, [one for one in whole if one["name"] != "one"]) == [], "its marker"
    with pytest.raises(audit.NotCheckedError, match="does not know third"):
        audit.read_answer(packages, whole[:3])
    with pytest.raises(audit.NotCheckedError, match="does not know third"):
        audit.read_answer(packages, [*whole[:3], {"name": "third", "skip_reason": "not found"}])
    whole[1]["vulns"] = [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.6"], "description": "x"}]
    (found,) = audit.read_answer(packages, whole)
    assert (found.package, found.names, found.repaired) == ("one", ("PYSEC-1", "CVE-1"), ("1.6",))


# -- fingerprints ------------------------------------------------------------------------------------------


def test_a_fingerprint_sees_values_and_not_how_they_are_packed(tmp_path):
    table = pl.DataFrame(
        {"member": [0, 1], "day": [date(2016, 1, 1), None], "place": ["a", "b"], "value": [0.5, 2.0]}
    )
    paths = [tmp_path / f"{name}.parquet" for name in ("one", "packed", "narrow", "other", "renamed")]
    table.write_parquet(paths[0], compression="zstd")
    table.write_parquet(paths[1], compression="uncompressed")
    table.with_columns(pl.col("member").cast(pl.Int16), pl.col("place").cast(pl.Categorical)).write_parquet(
        paths[2]
    )
    table.with_columns(pl.col("value") + 2**-40).write_parquet(paths[3])
    table.rename({"member": "run"}).write_parquet(paths[4])
    first, *others = (fingerprint.hash_values(path) for path in paths)
    assert [other == first for other in others] == [True, True, False, False]
    assert hashlib.sha256(paths[0].read_bytes()).digest() != hashlib.sha256(paths[1].read_bytes()).digest()
