"""Model quality: a model's predictions against labels, as Model Monitor measures it.

    statistics = analyze(chunks, "Regression", inference_attribute="_c0",
                         ground_truth_attribute="_c1")
    constraints = relax(suggest_constraints(statistics, "Regression"), 0.05)
    violations = compare(statistics_of_new_data, constraints)

`statistics` and `constraints` are the contents of Model Monitor's `statistics.json` and
`constraints.json`
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html).
"""

from .analysis import METRICS_KEYS, analyze
from .comparison import compare
from .constraints import CONSTRAINTS_KEYS, relax, suggest_constraints
from .page import report_page

__all__ = [
    "CONSTRAINTS_KEYS",
    "METRICS_KEYS",
    "analyze",
    "compare",
    "relax",
    "report_page",
    "suggest_constraints",
]
