"""Starting the load beside whatever is to be watched, and ending it with every request answered."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.prod_load import samples
from bench.prod_load.samples import Sample
from bench.prod_load.timetable import Timetable

ROOT = Path(__file__).resolve().parents[2]
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
# Whatever happens, the load ends by itself.
MOST_SECONDS = 240
START_SECONDS = 30.0
POLL_SECONDS = 0.05


class Load:
    """Requests at a rate, from the block's beginning to its end: `with Load(…) as load: …`."""

    def __init__(
        self,
        directory: Path,
        environment: Mapping[str, str],
        endpoint_url: str | None,
        region: str,
        endpoint_name: str,
        records: Sequence[str],
        rate: float,
    ) -> None:
        table = Timetable.of(rate)
        directory.mkdir(parents=True)
        self._plan, self._log = directory / "plan.json", directory / "locust.log"
        self._samples = directory / "samples.jsonl"
        self._environment, self._users = dict(environment), table.users
        self._patience = table.turn_seconds
        plan = {
            "endpoint_url": endpoint_url,
            "region": region,
            "endpoint_name": endpoint_name,
            "records": list(records),
            "rate": table.rate,
            "users": table.users,
            "samples": str(self._samples),
        }
        self._plan.write_text(json.dumps(plan), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Load:
        """Start it; the first request is answered, well or not, when this returns."""
        command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless"]
        command += ["--users", str(self._users), "--spawn-rate", str(self._users)]
        command += [
            "--run-time",
            f"{MOST_SECONDS}s",
            "--stop-timeout",
            f"{2 * self._patience:.0f}s",
        ]
        command += ["--exit-code-on-error", "0", "--only-summary", "--skip-log-setup"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={
                    **self._environment,
                    "PROD_LOAD_PLAN": str(self._plan),
                    "PYTHONPATH": str(ROOT),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.wait_for(1, START_SECONDS)
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Send nothing more, wait for the answers to what is under way."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(3 * self._patience)
        except subprocess.TimeoutExpired:
            self._kill()
            raise

    def wait_for(self, count: int, seconds: float) -> None:
        """Until so many requests more than now have ended. Raises RuntimeError when they do not."""
        wanted = self._ended() + count
        deadline = time.monotonic() + seconds
        while self._ended() < wanted:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"the load ended by itself:\n{self._log.read_text()[-2000:]}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{count} requests did not end in {seconds:g} s")
            time.sleep(POLL_SECONDS)

    def samples(self) -> list[Sample]:
        """Every request, once the load has ended. Raises RuntimeError for an error of the load's own."""
        log = self._log.read_text(encoding="utf-8")
        if "Traceback" in log:
            raise RuntimeError(f"the load failed:\n{log[-2000:]}")
        return samples.read(self._samples)

    def _ended(self) -> int:
        try:
            return self._samples.read_bytes().count(b"\n")
        except FileNotFoundError:
            return 0

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
