"""The events that AWS publishes, one per file of `events/`, each with the address of its page.

`kind` says how much a sample can prove: `documented` stands on a page of AWS's, `recorded` in a public
repository, `reconstructed` was made here from another sample (its `note` says how).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parent / "events"
KINDS = ("documented", "recorded", "reconstructed")


@dataclass(frozen=True)
class Sample:
    """One published event."""

    name: str
    page: str
    kind: str
    event: dict[str, Any]

    @property
    def detail_type(self) -> str:
        """Its `detail-type`."""
        return str(self.event["detail-type"])


def _read(path: Path) -> Sample:
    content = json.loads(path.read_text())
    assert content["kind"] in KINDS, path
    assert content["page"].startswith("https://"), path
    return Sample(path.stem, content["page"], content["kind"], content["event"])


SAMPLES = [_read(path) for path in sorted(DIRECTORY.glob("*.json"))]


def of(detail_type: str) -> list[Sample]:
    """The samples of one kind of event."""
    return [sample for sample in SAMPLES if sample.detail_type == detail_type]
