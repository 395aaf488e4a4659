"""Records what Clarify's own open library computes of the data sets beside this file.

Run it in an environment of its own, since the library needs an old pandas:

    python3.11 -m venv smc && smc/bin/pip install smclarify==0.5 'pandas<3'
    smc/bin/python tests/unit/pipeline_code/checks/bias/record_smclarify.py

It writes `smclarify.json` beside itself; run it again whenever `data_sets` changes.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

RECORDED = HERE / "smclarify.json"


def main() -> None:
    """Write one entry for each data set: groups, metrics and values of both stages."""
    from data_sets import DATA_SETS

    # The library logs every metric that does not exist with its traceback.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    recorded = {name: _figures(data_set) for name, data_set in DATA_SETS.items()}
    RECORDED.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n")


def _figures(data_set: Any) -> dict[str, Any]:
    from smclarify.bias import report

    frame = _frame(data_set.rows)
    label = frame[data_set.label]
    group = frame[data_set.group_variable] if data_set.group_variable else None
    stages: dict[str, Any] = {}
    for stage in report.StageType:
        predicted = report.LabelColumn(
            data_set.predicted_label,
            frame[data_set.predicted_label],
            list(data_set.label_values),
        )
        stages[stage.value] = report.bias_report(
            frame.copy(),
            report.FacetColumn(data_set.facet, list(data_set.facet_values) or None),
            report.LabelColumn(data_set.label, label, list(data_set.label_values)),
            stage,
            predicted,
            group_variable=group,
        )
    written = report.label_value_or_threshold(label, list(data_set.label_values))
    return {"label_value_or_threshold": written, **stages}


def _frame(rows: list[dict[str, str]]) -> Any:
    """As Clarify reads them: a CSV file, its types inferred."""
    import pandas as pd

    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    return pd.read_csv(io.StringIO("\n".join(lines)))


if __name__ == "__main__":
    main()
