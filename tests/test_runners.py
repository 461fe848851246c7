"""Whoever does the pieces, the results and their order are the same, and little is taken ahead."""

import threading
from itertools import count, islice

import pytest

from cluster_worlds import Counting, fail_at_three, square
from havenward.cluster import is_here, open_runner, sees_folder
from havenward.runners import Processes, Threads

HANDS = [Threads(1), Threads(3), Processes(1), Processes(2)]


@pytest.mark.parametrize("hands", HANDS, ids=str)
def test_results_come_in_the_order_of_the_pieces(hands):
    assert list(hands.share(square, range(25))) == [number * number for number in range(25)]
    assert list(hands.share(square, [])) == []
    assert list(hands.share(square, [3])) == [9]


@pytest.mark.parametrize("hands", HANDS, ids=str)
def test_an_endless_stream_is_taken_from_as_needed(hands):
    assert list(islice(hands.share(square, count()), 5)) == [0, 1, 4, 9, 16]


@pytest.mark.parametrize("hands", HANDS, ids=str)
def test_what_work_raises_comes_in_its_place(hands):
    results = hands.share(fail_at_three, range(10))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_threads_share_the_work_and_processes_keep_their_own():
    work = Counting()
    assert list(Threads(1).share(work, range(3))) == [1, 2, 3]
    assert work.done == 3
    assert min(Processes(2).share(work, range(6))) == 4, "each process begins with what was sent"


def test_threads_work_at_the_same_time():
    meet = threading.Barrier(2, timeout=30)
    assert len(list(Threads(2).share(lambda _: meet.wait(), range(2)))) == 2


def test_without_a_cluster_the_work_stays_here(tmp_path):
    with open_runner("", 3) as threads, open_runner("", 2, Processes) as processes:
        assert threads == Threads(3)
        assert processes == Processes(2)
        for hands in (threads, processes):
            assert is_here(hands)
            assert sees_folder(hands, tmp_path)
    assert not list(tmp_path.iterdir())
