"""How many faults were put, and how each ended: counted by the tests, written to docs/faults.md.

Each file of a run leaves its rows in the directory that FAULTS_COUNTS names; `python -m tools.faults_page`
makes the page of them. Without the variable nothing is written.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tools.faults_page import SURVIVED_BY_ITSELF

VARIABLE = "FAULTS_COUNTS"


@dataclass
class Counts:
    """The counts of one file of tests."""

    name: str
    put: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Faults that happened, by what was hit and of which kind."""
    survived: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """The same, by how the loop came to the right end as well."""
    calls: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By function, the AWS actions at which faults were put."""
    facts: dict[str, int] = field(default_factory=dict)

    def happened(self, what: str, kind: str, count: int = 1) -> None:
        """So many faults were put."""
        self.put[what, kind] += count

    def ended(self, what: str, kind: str, how: str = SURVIVED_BY_ITSELF, count: int = 1) -> None:
        """So many of them were survived."""
        self.survived[what, kind, how] += count

    def survived_one(self, what: str, kind: str, how: str) -> None:
        """A fault was put, and it ended well."""
        self.happened(what, kind)
        self.ended(what, kind, how)

    def write(self) -> None:
        """Leave the rows where the page is made of them."""
        directory = os.environ.get(VARIABLE)
        if not directory or not self.put:
            return
        content = {
            "put": [[*key, count] for key, count in sorted(self.put.items())],
            "survived": [[*key, count] for key, count in sorted(self.survived.items())],
            "calls": {name: sorted(actions) for name, actions in sorted(self.calls.items())},
            "facts": self.facts,
        }
        (Path(directory) / f"{self.name}.json").write_text(json.dumps(content, indent=1))
