"""The library that the open engine's container lacks: which one, and where its wheels are kept."""

from __future__ import annotations

import re
from pathlib import Path

WHEELS = Path(__file__).resolve().parent / "wheels"
REQUIREMENT = "datasketches==5.2.0"
# The Pythons that a container may have: no page says which one the XGBoost container's is.
PYTHONS = ("310", "311", "312", "313")
PLATFORM = "manylinux2014_x86_64"


def found(directory: Path) -> list[Path]:
    """The wheels there are, in the order of their names."""
    return sorted(directory.glob("*.whl"))


def missing(directory: Path) -> list[str]:
    """The Pythons without a wheel."""
    name, _, version = REQUIREMENT.partition("==")
    names = [wheel.name for wheel in found(directory)]
    return [
        python
        for python in PYTHONS
        if not any(re.match(rf"{name}-{re.escape(version)}-cp{python}-", each) for each in names)
    ]
