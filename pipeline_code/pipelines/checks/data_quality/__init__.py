"""Data quality: the columns of a data set against a baseline, as Model Monitor checks them.

    statistics = analyze(read_chunks(files, form))
    constraints = suggest_constraints(statistics)
    violations = compare(statistics_of_new_data, statistics, constraints)

`statistics` and `constraints` are the contents of Model Monitor's `statistics.json` and
`constraints.json`
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html).

Data that does not fit in one process is analyzed in parts: a `DataSet` for each, then `merge`.
"""

from .analysis import DataSet, analyze, merge
from .comparison import compare
from .constraints import suggest_constraints
from .page import report_page

__all__ = ["DataSet", "analyze", "compare", "merge", "report_page", "suggest_constraints"]
