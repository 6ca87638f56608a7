"""Have the next piece ready while the last one is worked on.

Label Studio takes as long over a batch as we do over the next: side by side they take
the longer of the two times and not their sum.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["ahead"]

T = TypeVar("T")
U = TypeVar("U")


def ahead(items: Iterable[T], make: Callable[[T], U]) -> Generator[U, None, None]:
    """Yield what `make` gives of each item, in order, one made ahead of its turn.

    An error is raised when its item's turn comes. No more than one piece waits, so that
    memory stays flat; `items` are drawn in the other thread too.

    >>> list(ahead([1, 2, 3], lambda n: n * n))
    [1, 4, 9]
    """
    left = iter(items)
    end = object()

    def step() -> U | object:
        item = next(left, end)
        return end if item is end else make(item)  # type: ignore[arg-type]

    with ThreadPoolExecutor(max_workers=1) as worker:
        waiting: Future[U | object] = worker.submit(step)
        while (made := waiting.result()) is not end:
            waiting = worker.submit(step)
            yield made  # type: ignore[misc]
            # What was handed out is let go before the next is waited for.
            del made
