"""Bias of a data set's labels and of a model's predictions, as Clarify measures it.

    config = AnalysisConfig.parse(json.loads(Path("analysis_config.json").read_text()))
    analysis = analyze(frame, config, predictions)
    violations = compare(analysis, baseline_analysis)

`analysis` is the content of Clarify's `analysis.json`, which is also what it takes as a baseline.
"""

from .analysis import analyze
from .columns import column
from .comparison import compare
from .config import AnalysisConfig, Facet
from .names import POST_TRAINING, PRE_TRAINING
from .page import report_page

__all__ = [
    "POST_TRAINING",
    "PRE_TRAINING",
    "AnalysisConfig",
    "Facet",
    "analyze",
    "column",
    "compare",
    "report_page",
]
