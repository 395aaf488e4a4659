"""The model repository's package is importable as its own jobs import it: `pipelines`."""

from __future__ import annotations

import sys
from pathlib import Path

REPOSITORY = str(Path(__file__).resolve().parents[3] / "pipeline_code")

if REPOSITORY not in sys.path:
    sys.path.insert(0, REPOSITORY)
