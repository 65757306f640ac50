"""How many threads the linear algebra of information uses."""

from __future__ import annotations

from collections.abc import Callable

from threadpoolctl import threadpool_limits


def in_one_thread[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Let a function do its linear algebra in one thread: the matrices of information are too small for more.

    On a busy machine several threads wait for each other most of the time (measured: 15 times slower).

    Parameters
    ----------
    function : callable
        Any.
    """
    return threadpool_limits.wrap(limits=1, user_api="blas")(function)
