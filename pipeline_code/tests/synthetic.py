"""A small data set in the form of the Abalone data, made from a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def rows(count: int = 240, seed: int = 7) -> list[str]:
    """CSV rows: older animals are larger and heavier, infants are young, and there is noise."""
    random = np.random.default_rng(seed)
    lines = []
    for rings in random.integers(3, 20, size=count):
        length = 0.75 * (1 - np.exp(-rings / 6)) + random.normal(0, 0.02)
        weight = 2.2 * length**3 + abs(random.normal(0, 0.02))
        sizes = [length, 0.8 * length, 0.28 * length]
        weights = [weight, 0.43 * weight, 0.22 * weight, 0.28 * weight]
        sex = "I" if rings < 7 else random.choice(["F", "M"])
        numbers = ",".join(f"{abs(value):.4f}" for value in [*sizes, *weights])
        lines.append(f"{sex},{numbers},{rings}")
    return lines


def write_data(base_dir: Path, lines: list[str], name: str = "abalone.csv") -> Path:
    """Put the rows where the preprocess job finds its input."""
    path = base_dir / "processing" / "input" / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path
