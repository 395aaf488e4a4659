"""What stops a demonstration: a stage, and the reason that the stage itself gave."""

from __future__ import annotations


class StageFailed(Exception):
    """A stage failed; `reason` is in the words of whatever failed."""

    def __init__(self, stage: str, reason: str) -> None:
        super().__init__(f"{stage}: {reason}")
        self.stage = stage
        self.reason = reason
