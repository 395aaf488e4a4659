"""`python -m tools.faults_page DIRECTORY`: write docs/faults.md from the counts of a run of `make soak`."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "faults.md"
SURVIVED_BY_ITSELF = "by itself"
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "lambdas").glob("*/lambda_function.py"))

HEAD = """\
# Faults

What the loop survives. Written by `make soak` on {date}; {total} faults were put, {survived} survived.
`make test` puts a sample of them (`tests/faults`).

Survived means: staging and prod answered all the while, the right version was live in the end, nothing was
started or registered twice, and no event was lost: each was handled or, had it not been, would lie in the
stacks' dead-letter queues. *By itself* means without a person. Where a failure is the right answer it said
what happened, and the same run again (a retried stage, a new execution) succeeded.
"""
OF_FUNCTIONS = """\
## Each Lambda function, at each AWS call that it makes

The calls are those of good runs, recorded where the local cloud authorises them
(`localcloud/iam/authorization/gate.py`). At each of them, once: the call is *throttled*; the service answers
it with an error that is not to be retried (*raised*); the function's process is *killed* (SIGKILL), once so
that the service carries the call out and nobody hears of it, once so that it never gets there; the process
stops and is *hung* until the function's time is up. Lambda's waits between its retries are shortened.
"""
OF_OTHERS = """\
## Events, jobs, builds, the server

Every event of the project's rules is delivered twice, the last first, at once and ten seconds late. The
server is killed (SIGKILL) at random moments of the loop, all on one state directory: no process of it is
left, and the next start begins anew and says what it found. A full disk is a real one, of 60 MB.
"""


@dataclass(frozen=True)
class Counted:
    """What the files of a run counted, together."""

    put: Counter[tuple[str, str]] = field(default_factory=Counter)
    survived: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    calls: dict[str, set[str]] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)

    def add(self, counts: Mapping[str, Any]) -> None:
        """Take the rows of one file in."""
        for what, kind, count in counts["put"]:
            self.put[what, kind] += count
        for what, kind, how, count in counts["survived"]:
            self.survived[what, kind, how] += count
        for name, actions in counts["calls"].items():
            self.calls.setdefault(name, set()).update(actions)
        self.facts.update(counts["facts"])


def render(counted: Counted, date: str) -> str:
    """The page."""
    total, survived = sum(counted.put.values()), sum(counted.survived.values())
    parts = [
        HEAD.format(date=date, total=total, survived=survived),
        OF_FUNCTIONS,
        "\n".join(_functions(counted)) + "\n",
        OF_OTHERS,
        "\n".join(_others(counted)) + "\n",
        "\n".join(f"- {what}: {count}." for what, count in sorted(counted.facts.items())) + "\n",
    ]
    return "\n".join(parts)


def _functions(counted: Counted) -> Iterator[str]:
    yield "| function | fault | put | survived by itself | after it was run again | not survived |"
    yield "|---|---|---|---|---|---|"
    for what, kind in sorted(counted.put):
        if what in FUNCTIONS:
            yield _row(counted, what, kind)
    yield ""
    yield "| function | the AWS actions that it calls |"
    yield "|---|---|"
    for name, actions in sorted(counted.calls.items()):
        yield f"| `{name}` | {', '.join(f'`{action}`' for action in sorted(actions))} |"


def _row(counted: Counted, what: str, kind: str) -> str:
    put = counted.put[what, kind]
    alone = counted.survived[what, kind, SURVIVED_BY_ITSELF]
    again = sum(count for key, count in counted.survived.items() if key[:2] == (what, kind)) - alone
    return f"| `{what}` | {kind} | {put} | {alone} | {again} | {put - alone - again} |"


def _others(counted: Counted) -> Iterator[str]:
    yield "| what | fault | put | survived | how |"
    yield "|---|---|---|---|---|"
    for what, kind in sorted(counted.put):
        if what in FUNCTIONS:
            continue
        ends = {key[2]: count for key, count in counted.survived.items() if key[:2] == (what, kind)}
        how = "; ".join(sorted(ends)) or "not survived"
        yield f"| {what} | {kind} | {counted.put[what, kind]} | {sum(ends.values())} | {how} |"


NOT_TRIED = "## Not tried yet"


def not_tried(page: str) -> dict[str, set[str]]:
    """What a page says, by hand, that functions call since it was written: by function."""
    return functions_of(page.partition(NOT_TRIED)[2])


def functions_of(page: str) -> dict[str, set[str]]:
    """The functions that a page is about, each with the actions that it lists."""
    rows = re.findall(r"^\| `(\w+)` \| (`[a-z0-9-]+:.*`) \|$", page, re.MULTILINE)
    return {name: set(re.findall(r"`([^`]+)`", actions)) for name, actions in rows}


def main() -> int:
    """Write the page; 1 when something was not survived."""
    counted = Counted()
    for file in sorted(Path(sys.argv[1]).glob("*.json")):
        counted.add(json.loads(file.read_text(encoding="utf-8")))
    if not counted.put:
        sys.stderr.write(f"there are no counts in {sys.argv[1]}\n")
        return 1
    PAGE.write_text(render(counted, f"{datetime.now(UTC):%Y-%m-%d}"), encoding="utf-8")
    return int(sum(counted.put.values()) != sum(counted.survived.values()))


if __name__ == "__main__":
    sys.exit(main())
