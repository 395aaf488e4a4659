"""Where the stand-ins for AWS's analyzer and Clarify find the analysis that they run.

It is the model repository's open check engine, `pipelines.checks`: one implementation, two uses, and
the one thing outside of itself that the local cloud imports. It lies beside the local cloud, in
`pipeline_code/`, and is imported only in the container's own process.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

_MODEL_REPOSITORY = Path(__file__).resolve().parents[3] / "pipeline_code"
_PACKAGE = "pipelines.checks"

OUTPUT = Path("/opt/ml/output")


def module(name: str) -> ModuleType:
    """A module of the check engine, by its name within the package."""
    path = str(_MODEL_REPOSITORY)
    if path not in sys.path:
        sys.path.insert(0, path)
    return importlib.import_module(f"{_PACKAGE}.{name}")


def leave_message(text: str) -> None:
    """Leave what SageMaker shows as the job's ExitMessage, and print it for the job's log."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "message").write_text(text)
    sys.stdout.write(f"{text}\n")


def verdict(violations: int | None) -> str:
    """The ExitMessage of a check that was made: its first word is what the caller goes by."""
    if violations:
        return f"CompletedWithViolations: Job completed successfully with {violations} violations."
    return "Completed: Job completed successfully with no violations."
