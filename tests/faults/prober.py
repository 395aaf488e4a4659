"""Asks what is live for an answer, again and again, while faults happen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PAUSE_SECONDS = 0.5


class Prober:
    """Counts the answers of an endpoint, and keeps what went wrong."""

    def __init__(self, ask: Callable[[], float]) -> None:
        """`ask` invokes an endpoint once; raises when it is not answered."""
        self._ask = ask
        self.answers = 0
        self.failures: list[str] = []

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While it asks."""
        stop = threading.Event()
        thread = threading.Thread(target=self._run, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(PAUSE_SECONDS):
            try:
                self._ask()
            # Whatever it is, it is not an answer.
            except Exception as error:  # noqa: BLE001
                self.failures.append(f"{type(error).__name__}: {error}")
            else:
                self.answers += 1
