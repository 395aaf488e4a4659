"""Get the library that travels with the open check engine: `python -m pipelines.checks.get_wheels`.

A wheel for each Python that the job's container may have, into `pipelines/checks/wheels`, by pip and
from wherever pip is configured to get packages. The build runs it; nothing of it is committed.
"""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .wheels import PLATFORM, REQUIREMENT, WHEELS, missing


def download(python: str, directory: Path) -> str | None:
    """Get the wheel for one Python, `310` or the like; what pip says if it cannot."""
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary=:all:", "--implementation", "cp"),
        *("--python-version", f"{python[0]}.{python[1:]}", "--platform", PLATFORM),
        *("--dest", str(directory), REQUIREMENT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"Python {python}: {done.stderr.strip()}"


def main(directory: Path = WHEELS) -> int:
    """Get what is missing; gives the exit code."""
    wanted = missing(directory)
    directory.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        failures = [text for text in pool.map(lambda tag: download(tag, directory), wanted) if text]
    sys.stderr.write("".join(f"{text}\n" for text in failures))
    sys.stdout.write(f"{REQUIREMENT}: {len(wanted) - len(failures)} wheels into {directory}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
