"""Explainability: what each feature contributes to a tree model's predictions, and its drift.

    booster = load_model(Path("model.tar.gz"))
    analysis = analyze(features, list(features.columns), booster)
    violations = compare(analysis, baseline_analysis)

`analysis` is the content of Clarify's `analysis.json`, which is also what it takes as a baseline.
"""

from .analysis import LOCAL_VALUES_FILE, analyze
from .comparison import THRESHOLD, compare
from .model import load_model, predict
from .page import report_page

__all__ = [
    "LOCAL_VALUES_FILE",
    "THRESHOLD",
    "analyze",
    "compare",
    "load_model",
    "predict",
    "report_page",
]
