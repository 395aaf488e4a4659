"""What the warm parents have imported: one per framework, the second forked from the first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Framework:
    """A set of imported modules. With a `base` it starts as a fork of that framework's parent, so
    that what both have is imported once and lies in memory once."""

    name: str
    modules: tuple[str, ...]
    base: Framework | None = None


SCIKIT_LEARN = Framework(
    "scikit-learn",
    (
        "numpy",
        "pandas",
        "sklearn.compose",
        "sklearn.ensemble",
        "sklearn.impute",
        "sklearn.linear_model",
        "sklearn.metrics",
        "sklearn.model_selection",
        "sklearn.pipeline",
        "sklearn.preprocessing",
        "joblib",
        "boto3",
        "argparse",
        "logging",
        "pickle",
        "tarfile",
        "multiprocessing",
    ),
)
# The image has matplotlib too; what draws a report's SVG takes as long to import as to draw.
XGBOOST = Framework(
    "xgboost",
    ("xgboost", "matplotlib.figure", "matplotlib.backends.backend_svg"),
    base=SCIKIT_LEARN,
)
