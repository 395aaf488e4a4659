"""What the five checks look at in the Abalone data, and in the models trained on it.

Whose rows are compared with whose, and what a positive outcome is, is for whoever knows the data to
say: the facet is the sex, and an abalone of more than ten rings counts as old.
"""

from __future__ import annotations

from typing import Any

from pipelines.checks.settings import CheckSettings, ModelQualitySettings

# The columns that preprocess.py writes. It runs alone in its container, so a test compares the two.
LABEL = "rings"
MODEL_COLUMNS = [
    LABEL,
    "length",
    "diameter",
    "height",
    "whole_weight",
    "shucked_weight",
    "viscera_weight",
    "shell_weight",
    "sex_F",
    "sex_I",
    "sex_M",
]

POSITIVE_ABOVE = 10.0  # rings
FACET = "sex_F"
FACET_VALUE = 1  # the column is 0 or 1

_DATA: dict[str, Any] = {
    "dataset_type": "text/csv",
    "headers": MODEL_COLUMNS,
    "label": LABEL,
}
_BIAS: dict[str, Any] = {
    **_DATA,
    "label_values_or_threshold": [POSITIVE_ABOVE],
    "facet": [{"name_or_index": FACET, "value_or_threshold": [FACET_VALUE]}],
}
CHECK_SETTINGS = CheckSettings(
    # The transform job writes the label, then the prediction, without a header.
    model_quality=ModelQualitySettings(
        problem_type="Regression", ground_truth_attribute="_c0", inference_attribute="_c1"
    ),
    data_bias={**_BIAS, "methods": {"pre_training_bias": {"methods": "all"}}},
    model_bias={**_BIAS, "methods": {"post_training_bias": {"methods": "all"}}},
    explainability={
        **_DATA,
        "methods": {
            # Clarify's sampling; the open engine's values are exact and need none of it.
            "shap": {"num_samples": 50, "agg_method": "mean_abs", "seed": 20, "use_logit": False}
        },
    },
)
