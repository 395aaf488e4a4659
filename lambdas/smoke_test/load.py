"""An open load: requests at fixed times, whether the ones before were answered or not.

Each request's latency counts from the time when it was to be sent. A closed load, which waits for
each answer, would send less just while an endpoint is slow, and measure it rarely then.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from load_report import Failure, Sample
from smoke_parameters import Load

# Requests under way at most; more wait, and that counts as latency. It carries the highest rate with
# answers of more than a second. A function may have 1,024 threads and as many open files
# (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
THREADS = 64
# After the last request's time, how long what is waiting may still begin.
DRAIN_SECONDS = 5.0

Send = Callable[[int], Failure | None]


def run_load(load: Load, send: Send) -> list[Sample]:
    """Send the load's requests, numbered from 0; `send` says what was wrong with one, if anything,
    and ends in a bounded time. What it raises is raised here, after the load."""
    # Threads are for this step alone: most calls of the function have none.
    from concurrent.futures import ThreadPoolExecutor, wait

    start = time.monotonic()

    def request(number: int) -> Sample:
        sent = time.monotonic() - start
        failure = send(number)
        return Sample(times[number], sent, time.monotonic() - start, failure)

    times = [number / load.requests_per_second for number in range(load.count)]
    pool = ThreadPoolExecutor(THREADS)
    try:
        futures = []
        for number, intended in enumerate(times):
            time.sleep(max(0.0, start + intended - time.monotonic()))
            futures.append(pool.submit(request, number))
        wait(futures, timeout=DRAIN_SECONDS)
        given_up = [future.cancel() for future in futures]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    ended = time.monotonic() - start
    never_sent = Failure(
        "not sent in time", f"{THREADS} requests were under way, and none of them was answered"
    )
    return [
        Sample(intended, None, ended, never_sent) if cancelled else future.result()
        for intended, future, cancelled in zip(times, futures, given_up, strict=True)
    ]
