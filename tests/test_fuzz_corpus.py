"""Every input that a parser once did not stand, and every sound one that inputs are made from, is stood today."""

import logging
import sys
import tempfile
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("resource")  # what the harness measures with is not there on Windows
FUZZ = Path(__file__).parents[1] / "fuzz"
sys.path.insert(0, str(FUZZ))

from harness import CORPUS, SEEDS, WORLDS, guarded, list_corpus, list_seeds, try_input  # noqa: E402
from mutate import mutate  # noqa: E402
from targets import TARGETS  # noqa: E402

CLOCK = ("slow", "memory")  # what hangs on the machine is measured when inputs are made, and not here
MOST_BYTES = 1_500_000


def findings(name, tmp_path, inputs, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    logging.disable(logging.CRITICAL)
    told = []
    try:
        with guarded(tmp_path) as seen:
            for what, file, data in inputs:
                outcome = try_input(TARGETS[name], tmp_path / "input", file, data, seen, twice=True)
                told += [
                    f"{what}: {one.key}\n{one.told}" for one in outcome.findings if one.kind not in CLOCK
                ]
    finally:
        logging.disable(logging.NOTSET)
    return told


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_stays_repaired(name, tmp_path, monkeypatch):
    inputs = [("seed", *one) for one in list_seeds(TARGETS[name])] + list_corpus(TARGETS[name])
    assert inputs, "there is nothing to make inputs from"
    assert not findings(name, tmp_path, inputs, monkeypatch)


@pytest.mark.parametrize("name", TARGETS)
def test_some_new_inputs_are_stood(name, tmp_path, monkeypatch):
    rng, seeds = Random(name), list_seeds(TARGETS[name])  # noqa: S311 - nothing is kept secret
    inputs = []
    for number in range(12):
        file, data = rng.choice(seeds)
        inputs.append(
            (f"new {number}", file, mutate(rng, file, data, [other for kind, other in seeds if kind == file]))
        )
    assert not findings(name, tmp_path, inputs, monkeypatch)


def test_a_target_that_breaks_is_found_out(tmp_path, monkeypatch):
    """The harness itself: an exception, an act outside and a difference are each told."""
    import itertools
    import socket
    from dataclasses import replace

    numbers = itertools.count()
    acts = {
        "exception": lambda *_: 1 // 0,
        "guard": lambda *_: (tmp_path.parent / "outside.txt").write_text("x"),
        "guard ": lambda *_: socket.create_connection(("127.0.0.1", 9)),
        "unlike": lambda *_: next(numbers),
    }
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with guarded(tmp_path) as seen:
        for kind, act in acts.items():
            target = replace(TARGETS["text"], run=act)
            outcome = try_input(target, tmp_path / "input", "a.txt", b"", seen, twice=True)
            assert [one.kind for one in outcome.findings] == [kind.strip()]
    assert not (tmp_path.parent / "outside.txt").exists()


def test_what_is_kept_is_small():
    kept = [path for folder in (CORPUS, SEEDS, WORLDS) for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in kept) < MOST_BYTES
    assert {path.name for path in CORPUS.iterdir()} <= set(TARGETS)
