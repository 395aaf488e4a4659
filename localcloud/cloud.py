"""The running cloud: what every service of it shares (settings, time, processes, files)."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud import remains, safe_paths
from localcloud.changes import Changes
from localcloud.clock import Clock, SystemClock
from localcloud.processes import Processes
from localcloud.settings import Settings

logger = logging.getLogger(__name__)


class Cloud:
    """One running cloud. A process has one, as moto's backends are the process's own."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.changes = Changes(self.clock)
        self.processes = Processes()
        self.stopping = threading.Event()
        self._at_stop: list[Callable[[], None]] = []

    def directory(self, *parts: str) -> Path:
        """A directory for files under the state directory, made if it is not there (absolute).

        Raises UnsafePath for a part that is not the name of one folder.
        """
        names = [safe_paths.part(name) for name in parts]
        path = self.settings.state_dir.resolve().joinpath(*names)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def paced(self, seconds: float) -> float:
        """How long something that lasts `seconds` on AWS lasts here (see Settings.pace)."""
        return seconds / self.settings.pace

    def background(self, name: str, work: Callable[..., Any], *arguments: Any) -> threading.Thread:
        """Run `work` in a thread of its own; an exception that escapes it is logged, never lost."""

        def run() -> None:
            try:
                work(*arguments)
            except Exception:
                if not self.stopping.is_set():
                    logger.exception("background work failed: %s", name)
            finally:
                self.changes.announce()

        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        return thread

    def at_stop(self, work: Callable[[], None]) -> None:
        """Have `work` called when the cloud stops, before its processes are ended."""
        self._at_stop.append(work)

    def stop(self) -> None:
        """Stop what runs and end every child process."""
        self.stopping.set()
        self.changes.announce()
        for work in reversed(self._at_stop):
            try:
                work()
            except Exception:
                logger.exception("could not stop cleanly")
        self.processes.stop()


_current: Cloud | None = None


def current() -> Cloud:
    """The cloud that runs in this process; RuntimeError when none was started."""
    if _current is None:
        raise RuntimeError("no local cloud runs in this process: start one with localcloud.server")
    return _current


def start(settings: Settings, clock: Clock | None = None) -> Cloud:
    """Make the process's cloud, on an empty state directory."""
    global _current
    if _current is not None:
        raise RuntimeError("a local cloud already runs in this process")
    # State is for trying and testing and ends with the server; `cache` holds what is merely slow.
    for folder in remains.folders(settings.state_dir):
        shutil.rmtree(folder, ignore_errors=True)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    _current = Cloud(settings, clock)
    return _current


def stop() -> None:
    """Stop the process's cloud, if one runs."""
    global _current
    if _current is not None:
        _current.stop()
        _current = None
