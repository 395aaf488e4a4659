"""Starting and ending the local cloud as a process of its own, and how clients find it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from demo.errors import StageFailed

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
DEFAULT_STATE = Path(".slipway")
# Five minutes of watching a canary, and the minutes that an alarm counts in, are ten seconds and two.
PACE = 30.0


class LocalCloud:
    """One local cloud, from `start` to `stop`."""

    def __init__(self, port: int, state: Path = DEFAULT_STATE, pace: float = PACE) -> None:
        self.endpoint_url = f"http://localhost:{port}"
        self.state = state
        self.log = state / "localcloud.log"
        self._port = port
        self._pace = pace
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Start it and wait until it serves; returns the line with which it says so.

        Raises StageFailed with its own words when it does not start (the port is taken, say).
        """
        command = [sys.executable, "-m", "localcloud", "--port", str(self._port)]
        self.state.mkdir(parents=True, exist_ok=True)
        # It stops when its standard input closes: even a killed demonstration leaves nothing running.
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    *command,
                    "--region",
                    REGION,
                    "--state-dir",
                    str(self.state),
                    "--pace",
                    str(self._pace),
                    "--stop-at-end-of-input",
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            self._process.wait()
            problem = self.log.read_text().strip()
            raise StageFailed("start the local cloud", problem or "it ended at once")
        return line

    def stop(self) -> None:
        """End it and everything it runs; does nothing when it does not run."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int:
        """The server's process id. Raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError("the local cloud does not run")
        return self._process.pid

    def exports(self) -> dict[str, str]:
        """The environment variables that point aws, boto3, git and cdk at this cloud."""
        remote = f"https://git-codecommit.{REGION}.amazonaws.com/v1/repos/"
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "localcloud",
            "AWS_SECRET_ACCESS_KEY": "localcloud",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.endpoint_url}/v1/repos/.insteadOf",
            "GIT_CONFIG_VALUE_0": remote,
        }

    def environment(self) -> dict[str, str]:
        """This process's environment, pointed at the cloud and at nothing else of AWS."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**kept, **self.exports()}
