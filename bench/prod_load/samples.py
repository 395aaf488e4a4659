"""One request of the load and what came of it, and which version an answer is of. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

OLD, NEW, WRONG, FAILED = "old", "new", "wrong", "failed"
# An answer is text with 9 digits of a 32-bit number; versions that are to be told apart differ by more.
RELATIVE_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Sample:
    """A request. Times are seconds since 1970."""

    record: int
    """Which of the records was sent."""
    due: float
    """When it was to be sent: its latency counts from then."""
    sent: float
    ended: float
    answer: str | None
    """The body, of a request that was answered with success."""
    error: str | None = None
    """What it was answered with otherwise, or why there was no answer."""

    @property
    def seconds(self) -> float:
        """Latency."""
        return self.ended - self.due

    def to_json(self) -> str:
        """As a line of the load's file."""
        return json.dumps(asdict(self))


def read(path: Path) -> list[Sample]:
    """What a load wrote, in the order in which the requests were due."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return sorted((Sample(**json.loads(line)) for line in lines), key=lambda sample: sample.due)


def judge(sample: Sample, old: Sequence[float], new: Sequence[float] | None) -> str:
    """OLD, NEW, WRONG or FAILED, by what each version predicts for each record.

    Nothing but one number within the tolerance is a version's answer.
    """
    if sample.answer is None:
        return FAILED
    try:
        value = float(sample.answer)
    except ValueError:
        return WRONG
    if _is(value, old[sample.record]):
        return OLD
    if new is not None and _is(value, new[sample.record]):
        return NEW
    return WRONG


def require_distinguishable(predictions: Mapping[str, Sequence[float]]) -> None:
    """Raises ValueError when two versions predict the same for a record: nobody could say whose answer
    that is."""
    names = sorted(predictions)
    for position, name in enumerate(names):
        for other in names[position + 1 :]:
            pairs = zip(predictions[name], predictions[other], strict=True)
            for record, (one, two) in enumerate(pairs):
                if abs(one - two) <= 10 * RELATIVE_TOLERANCE * max(abs(one), abs(two), 1.0):
                    raise ValueError(f"{name} and {other} both predict {one} for record {record}")


def _is(value: float, prediction: float) -> bool:
    return abs(value - prediction) <= RELATIVE_TOLERANCE * max(abs(prediction), 1.0)
