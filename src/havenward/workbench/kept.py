"""How what was worked out before is held: the least used forgotten first, one thing worked out once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Value = TypeVar("Value")


class Kept:
    """Values by their keys, for many threads.

    Parameters
    ----------
    most
        So many values are held.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._working: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, work_out: Callable[[], Value]) -> Value:
        """Give what belongs to a key, worked out where it is not held; who asks meanwhile waits for it."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                found: Value = self._values[key]
                return found
            own = self._working.setdefault(key, threading.Lock())
        with own:
            with self._lock:
                if key in self._values:
                    held: Value = self._values[key]
                    return held
            try:
                value = work_out()
                with self._lock:  # before the next who asks could find neither the value nor the work
                    self._values[key] = value
                    while len(self._values) > self._most:
                        self._values.popitem(last=False)
            finally:
                with self._lock:
                    self._working.pop(key, None)
            return value
