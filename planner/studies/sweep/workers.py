"""Where chunks run: here, in threads, or on a dask cluster; results come as they finish."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from typing import Any

from planner.errors import one
from planner.extras import needed
from planner.studies.sweep import engine

# Chunks in flight for each worker: enough to keep it busy, few enough that memory stays flat.
_AHEAD = 2
# How often a chunk is given to another worker when the one that had it is lost.
_RETRIES = 10
_PATIENCE = "10s"

# A pure function of the sweep and a chunk's number: its columns, or the file that holds them.
Work = Callable[[engine.Task, int], Any]
Finished = Iterator[tuple[int, Any]]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def finished(
    found: engine.Task,
    numbers: Iterable[int],
    jobs: int = 1,
    scheduler: str | None = None,
    work: Work = engine.chunk,
) -> Finished:
    """The given chunks, in whatever order they finish."""
    if scheduler is not None:
        yield from _cluster(found, numbers, scheduler, work)
    elif jobs > 1:
        pool = ThreadPoolExecutor(jobs, thread_name_prefix="sweep")
        try:
            yield from _in_flight(pool, work, found, numbers, _AHEAD * jobs)
        finally:
            pool.shutdown(cancel_futures=True)
    else:
        for number in numbers:
            yield number, work(found, number)


def _cluster(found: engine.Task, numbers: Iterable[int], address: str, work: Work) -> Finished:
    """Chunks on the workers of a dask scheduler; those of a lost worker run again on another."""
    distributed = needed("distributed", "cluster", "--scheduler")
    try:
        client = distributed.Client(address, timeout=_PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise one("--scheduler", address, f"cannot be reached: {error}") from None
    with client:
        threads = sum(client.nthreads().values())
        # A result of the cluster rather than data placed on it: made again where the worker that holds it is lost.
        sent = client.submit(_received, found, pure=False, retries=_RETRIES)
        executor = client.get_executor(pure=False, retries=_RETRIES)
        try:
            yield from _in_flight(executor, work, sent, numbers, _AHEAD * max(threads, 1))
        except ModuleNotFoundError as error:
            message = f"a worker has no module '{error.name}': install the planner there with the extras used here"
            raise one("--scheduler", address, message) from None
        except (distributed.KilledWorker, CancelledError, OSError) as error:
            message = f"the cluster was lost ({type(error).__name__}); what is finished is kept: run the same again"
            raise one("--scheduler", address, message) from None


def _received(found: engine.Task) -> engine.Task:
    return found


def _in_flight(pool: Executor, work: Work, found: Any, numbers: Iterable[int], most: int) -> Finished:
    running: dict[Future[Any], int] = {}
    try:
        for number in numbers:
            running[pool.submit(work, found, number)] = number
            if len(running) >= most:
                yield from _done(running)
        while running:
            yield from _done(running)
    finally:
        for future in running:
            future.cancel()


def _done(running: dict[Future[Any], int]) -> Finished:
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        yield running.pop(future), future.result()
