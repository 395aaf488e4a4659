"""Bias of a data set's labels and of a model's predictions, as Clarify measures it.

    config = AnalysisConfig.parse(json.loads(Path("analysis_config.json").read_text()))
    analysis = analyze(chunks, config, predictions)
    violations = compare(analysis, baseline_analysis)
    registered = relax(analysis, 0.1)

`analysis` is the content of Clarify's `analysis.json`, which is also what it takes as a baseline.
"""

from .analysis import analyze
from .columns import column
from .comparison import compare
from .config import AnalysisConfig, Facet
from .names import POST_TRAINING, PRE_TRAINING
from .page import report_page
from .relax import relax

__all__ = [
    "POST_TRAINING",
    "PRE_TRAINING",
    "AnalysisConfig",
    "Facet",
    "analyze",
    "column",
    "compare",
    "relax",
    "report_page",
]
