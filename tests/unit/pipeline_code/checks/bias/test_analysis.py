"""What an analysis takes for labels, predictions and groups, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pipelines.checks import bias
from pipelines.checks.errors import CheckError

FRAME = pd.DataFrame(
    {
        "label": ["1", "0", "1.0", "0", "1", "0"],
        "sex": ["F", "F", "F", "M", "M", "M"],
        "x": ["0.5", "1.5", "2.5", "3.5", "4.5", "5.5"],
    }
)
PREDICTIONS = [0.9, 0.4, 0.7, 0.6, 0.5, 0.1]


def _config(**changes: Any) -> bias.AnalysisConfig:
    content: dict[str, Any] = {
        "dataset_type": "text/csv",
        "label": "label",
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "sex", "value_or_threshold": ["F"]}],
        "methods": {"post_training_bias": {"methods": ["DPPL", "AD"]}},
        **changes,
    }
    return bias.AnalysisConfig.parse(content)


PRE = {"methods": {"pre_training_bias": {"methods": ["CI"]}}}


def _values(analysis: dict[str, Any], stage: str = "post_training_bias_metrics") -> dict[str, Any]:
    (groups,) = analysis[stage]["facets"].values()
    return {metric["name"]: metric["value"] for metric in groups[0]["metrics"]}


def test_probabilities_above_the_threshold_are_ones() -> None:
    for predictions in (PREDICTIONS, np.array(PREDICTIONS, dtype=np.float32)):
        found = _values(bias.analyze(FRAME, _config(), predictions))
        # Above 0.5: two of three women, one of three men.
        assert found == pytest.approx({"DPPL": 1 / 3 - 2 / 3, "AD": 1 / 3 - 1.0})
    strict = _config(probability_threshold=0.65)
    assert _values(bias.analyze(FRAME, strict, PREDICTIONS))["DPPL"] == pytest.approx(-2 / 3)


def test_labels_and_their_column_serve_as_predictions() -> None:
    labels = [1, 0, 1, 1, 0, 0]
    expected = bias.analyze(FRAME, _config(), PREDICTIONS)
    assert bias.analyze(FRAME, _config(), labels) == expected
    frame = FRAME.assign(answer=[str(label) for label in labels])
    assert bias.analyze(frame, _config(predicted_label=3)) == expected


def test_chunks_are_one_data_set() -> None:
    whole = bias.analyze(FRAME, _config(), PREDICTIONS)
    assert bias.analyze(iter([FRAME[:2], FRAME[2:]]), _config(), PREDICTIONS) == whole


def test_the_file_has_clarifys_form() -> None:
    analysis = bias.analyze(FRAME, _config(**PRE))
    assert analysis == {
        "version": "1.0",
        "pre_training_bias_metrics": {
            "label": "label",
            "facets": {
                "sex": [
                    {
                        "value_or_threshold": "F",
                        "metrics": [
                            {"name": "CI", "description": "Class Imbalance (CI)", "value": 0.0}
                        ],
                    }
                ]
            },
            "label_value_or_threshold": "1",
        },
    }


def test_columns_are_found_by_index() -> None:
    by_name = bias.analyze(FRAME, _config(**PRE))
    facet = [{"name_or_index": 1, "value_or_threshold": ["F"]}]
    assert bias.analyze(FRAME, _config(label=0, facet=facet, **PRE)) == by_name


def test_a_model_gets_neither_label_nor_excluded_columns() -> None:
    frame = FRAME.assign(answer="1")
    config = _config(predicted_label="answer", excluded_columns=["sex"])
    assert config.feature_columns(frame) == ["x"]
    assert config.label_column(frame) == "label"


def test_labels_0_and_1_are_classes_in_a_short_file_too() -> None:
    # Clarify's rule alone would take them for continuous, and find nothing above 1.
    measured = bias.analyze(FRAME, _config(**PRE))["pre_training_bias_metrics"]
    assert measured["label_value_or_threshold"] == "1"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"label": "target"}, "no column 'target' for the label; they have label, sex, x"),
        ({"label": 7}, "the label is column 7, but the data have 3 columns"),
        ({"facet": [{"name_or_index": "age"}]}, "no column 'age' for the facet"),
        ({"label_values_or_threshold": [2]}, "no row has a positive label: label_values_or_thr"),
        ({"label_values_or_threshold": [0, 1]}, "every row has a positive label"),
        (
            {"facet": [{"name_or_index": "sex", "value_or_threshold": ["X"]}]},
            "no row is in the sensitive group of the facet 'sex': value_or_threshold is ['X'], "
            "the values are F, M",
        ),
        (
            {"facet": [{"name_or_index": "x", "value_or_threshold": [9]}]},
            "no row is in the sensitive group of the facet 'x'",
        ),
        ({"facet": [{"name_or_index": "x"}]}, "the facet 'x' is continuous: give its value_or"),
        (
            {"facet": [{"name_or_index": "x", "value_or_threshold": ["old"]}]},
            "so it needs a number as threshold, not 'old'",
        ),
    ],
)
def test_a_configuration_that_does_not_fit_the_data(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(CheckError) as raised:
        bias.analyze(FRAME, _config(**changes), PREDICTIONS)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("frame", "predictions", "said"),
    [
        (FRAME.assign(label="1"), PREDICTIONS, "all 6 labels ('label') are 1"),
        (FRAME.assign(sex="F"), PREDICTIONS, "all 6 rows have F in the facet 'sex'"),
        (FRAME[:0], [], "the data have no rows"),
        (FRAME, [1, 0], "there are 2 predictions for 6 rows"),
        (FRAME, np.ones((6, 3)), "the predictions have the shape (6, 3)"),
        (FRAME, None, "post_training_bias needs predictions"),
        (FRAME, [0.1] * 6, "the model predicts the positive outcome for no row"),
        (FRAME, [2.5, -1, 0, 0, 0, 0], "neither labels nor probabilities (0 to 1): they go from"),
        (FRAME, ["yes"] * 6, "the prediction 'yes' is no number"),
        (
            FRAME.assign(sex=["F", "", "F", "M", None, "M"]),
            PREDICTIONS,
            "2 of 6 rows have no facet ('sex')",
        ),
    ],
)
def test_data_that_have_no_bias_to_measure(frame: Any, predictions: Any, said: str) -> None:
    with pytest.raises(CheckError) as raised:
        bias.analyze(frame, _config(), predictions)
    assert said in str(raised.value)


def test_a_metric_that_does_not_exist_says_why() -> None:
    methods = {"post_training_bias": {"methods": ["CDDPL", "FT", "GE"]}}
    frame = FRAME.assign(town=["a", "b", "a", "b", "a", "b"])
    analysis = bias.analyze(frame, _config(methods=methods), PREDICTIONS)
    metrics = analysis["post_training_bias_metrics"]["facets"]["sex"][0]["metrics"]
    assert [(each["name"], each.get("error")) for each in metrics] == [
        ("CDDPL", "the analysis configuration has no group_variable"),
        ("FT", "the flip test needs numbers, which 'town' does not have in all rows"),
        ("GE", None),
    ]
