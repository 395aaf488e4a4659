"""analysis_config.json: what it may say, and what is refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from pipelines.checks.bias import POST_TRAINING, PRE_TRAINING, AnalysisConfig, Facet
from pipelines.checks.errors import CheckError

# As the SageMaker SDK writes it for a ClarifyCheckStep's model bias.
WRITTEN: dict[str, Any] = {
    "dataset_type": "text/csv",
    "label": 0,
    "label_values_or_threshold": [15.0],
    "facet": [{"name_or_index": 8, "value_or_threshold": [0.5]}],
    "methods": {
        "post_training_bias": {"methods": "all"},
        "report": {"name": "report", "title": "Analysis Report"},
    },
    "predictor": {
        "instance_type": "ml.m5.large",
        "initial_instance_count": 1,
        "accept_type": "text/csv",
        "content_type": "text/csv",
    },
}


def test_what_the_sdk_writes() -> None:
    assert AnalysisConfig.parse(WRITTEN) == AnalysisConfig(
        label=0,
        label_values=(15.0,),
        facets=(Facet(8, (0.5,)),),
        pre_training=(),
        post_training=tuple(POST_TRAINING),
    )


def test_metrics_keep_their_order_and_a_threshold_may_stand_alone() -> None:
    config = AnalysisConfig.parse(
        {
            "version": "1.0",
            "label": "y",
            "label_values_or_threshold": 0.5,
            "facet": [
                {"name_or_index": "sex"},
                {"name_or_index": "age", "value_or_threshold": 0},
                {"name_or_index": "town", "value_or_threshold": []},
            ],
            "group_variable": "region",
            "excluded_columns": ["id", 3],
            "probability_threshold": 0.7,
            "methods": {"pre_training_bias": {"methods": ["KS", "CI"]}},
        }
    )
    assert config.pre_training == ("CI", "KS")
    assert config.label_values == (0.5,)
    assert config.facets == (Facet("sex"), Facet("age", (0,)), Facet("town"))
    assert config.group_variable == "region"
    assert config.excluded_columns == ("id", 3)
    assert config.probability_threshold == 0.7


def test_all_documented_metrics_are_known() -> None:
    assert set(PRE_TRAINING) == {"CI", "DPL", "KL", "JS", "LP", "TVD", "KS", "CDDL"}
    assert set(POST_TRAINING) == {
        *("DPPL", "DI", "DCA", "DCR", "SD", "RD", "DAR", "DRR", "AD", "TE", "CDDPL", "FT", "GE"),
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": 0}, "the unknown key 'labels'"),
        ({"facet_dataset_uri": "s3://b/k"}, "'facet_dataset_uri', which is not supported here"),
        ({"version": "2.0"}, "version is '2.0', not '1.0'"),
        ({"dataset_type": "application/x-parquet"}, "only 'text/csv' is read here"),
        ({"label": None}, "'label' is None, not a column's name or zero-based index"),
        ({"label": True}, "'label' is True"),
        ({"label_values_or_threshold": []}, "'label_values_or_threshold' is empty"),
        ({"label_values_or_threshold": [None]}, "has None, which is neither a number nor a text"),
        ({"facet": []}, "'facet' is [], not a list with at least one facet"),
        ({"facet": {"name_or_index": 1}}, "not a list with at least one facet"),
        ({"facet": [{"name": "sex"}]}, "not an object with 'name_or_index'"),
        ({"facet": [{"name_or_index": 1, "value": 2}]}, "the facet 1 has the unknown key 'value'"),
        ({"probability_threshold": 1.5}, "probability_threshold is 1.5, not a number from 0 to 1"),
        ({"methods": {"bias": {}}}, "'methods' has the unknown method 'bias'"),
        ({"methods": {"report": {}}}, "neither of pre_training_bias, post_training_bias"),
        ({"methods": ["all"]}, "not an object with bias methods"),
        (
            {"methods": {"pre_training_bias": {"methods": ["CI", "DPPL"]}}},
            "'pre_training_bias' has no metric 'DPPL'; it has CDDL, CI, DPL",
        ),
        (
            {"methods": {"pre_training_bias": {"methods": "CI"}}},
            "needs 'methods': \"all\" or a list of metrics, not 'CI'",
        ),
    ],
)
def test_what_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(CheckError) as raised:
        AnalysisConfig.parse(WRITTEN | changes)
    assert said in str(raised.value)


@pytest.mark.parametrize("key", ["label", "label_values_or_threshold", "facet", "methods"])
def test_what_is_needed(key: str) -> None:
    content = {name: value for name, value in WRITTEN.items() if name != key}
    with pytest.raises(CheckError, match=f"the analysis configuration has no '{key}'"):
        AnalysisConfig.parse(content)
