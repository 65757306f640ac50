"""How many threads the linear algebra of information uses."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from threadpoolctl import threadpool_limits


def in_one_thread[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Let a function do its linear algebra in one thread: the matrices of information are too small for more.

    On a busy machine several threads wait for each other most of the time (measured: 15 times slower).

    Parameters
    ----------
    function : callable
        Any.
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with threadpool_limits(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited
