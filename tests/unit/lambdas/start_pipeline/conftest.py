"""The open check engine is importable, for files as it writes them."""

from __future__ import annotations

import sys
from pathlib import Path

REPOSITORY = str(Path(__file__).resolve().parents[4] / "pipeline_code")

if REPOSITORY not in sys.path:
    sys.path.insert(0, REPOSITORY)
