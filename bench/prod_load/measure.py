"""Every scenario once, on a cloud of their own."""

from __future__ import annotations

from pathlib import Path

from bench.prod_load.outcome import Outcome
from bench.prod_load.scenarios import SCENARIOS
from bench.prod_load.site import opened


def measure(scratch: Path, port: int, region: str) -> list[Outcome]:
    """The outcomes, in the order of the tables."""
    with opened(scratch, port, region) as site:
        return [outcome for scenario in SCENARIOS.values() for outcome in scenario(site)]
