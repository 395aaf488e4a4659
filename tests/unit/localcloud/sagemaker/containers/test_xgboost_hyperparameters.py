"""The built-in algorithm's checks of hyperparameters and channels, in the container's words."""

from __future__ import annotations

import pytest

from localcloud.sagemaker.containers.xgboost_algorithm import channels, hyperparameters
from localcloud.sagemaker.containers.xgboost_algorithm.errors import AlgorithmError, UserError

pytestmark = pytest.mark.documented("https://github.com/aws/sagemaker-xgboost-container")

REGRESSION = {"num_round": "5", "objective": "reg:squarederror"}


def test_values_are_parsed_and_aliases_replaced() -> None:
    given = {
        **REGRESSION,
        "learning_rate": "0.2",
        "max_depth": "5",
        "eval_metric": "rmse,mae",
        "tree_method": "hist",
        "monotone_constraints": "(1, -1, 0)",
        "interaction_constraints": "[[1, 2], [3]]",
    }
    assert hyperparameters.validate(given) == {
        "num_round": 5,
        "objective": "reg:squarederror",
        "eta": 0.2,
        "max_depth": 5,
        "eval_metric": ["rmse", "mae"],
        "tree_method": "hist",
        "monotone_constraints": (1, -1, 0),
        "interaction_constraints": [[1, 2], [3]],
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Missing required hyperparameter: num_round"),
        ({**REGRESSION, "depth": "5"}, "Extraneous hyperparameter found: depth"),
        (
            {**REGRESSION, "max_depth": "five"},
            "Hyperparameter max_depth: could not parse value (caused by ValueError)",
        ),
        ({"num_round": "0"}, "Hyperparameter num_round: 0 is not in [1, +inf)"),
        ({**REGRESSION, "eta": "1.5"}, "Hyperparameter eta: 1.5 is not in [0, 1]"),
        ({**REGRESSION, "subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
        (
            {**REGRESSION, "booster": "tree"},
            "Hyperparameter booster: tree is not in ['gbtree', 'gblinear', 'dart']",
        ),
        (
            {**REGRESSION, "updater": "grow_colmaker,grow_histmaker"},
            "Only one tree grow plugin can be selected.",
        ),
        (
            {**REGRESSION, "booster": "gblinear", "updater": "prune"},
            "Linear updater should be one of these options: 'shotgun', 'coord_descent'.",
        ),
        ({**REGRESSION, "updater": "fast"}, "Hyperparameter updater: value ['fast'] not in range"),
        (
            {"num_round": "1", "objective": "multi:softmax"},
            "Require input for parameter 'num_class' for multi-classification",
        ),
        (
            {**REGRESSION, "eval_metric": "auc"},
            "Metric 'auc' can only be applied for classification and ranking problems.",
        ),
        ({**REGRESSION, "eval_metric": "rmse@2"}, "Metric 'rmse@2' is not supported."),
        (
            {**REGRESSION, "eval_metric": "error@x"},
            "Threshold value 't' in 'error@t' expects float input.",
        ),
        (
            {**REGRESSION, "monotone_constraints": "(1,)"},
            "monotone_constraints can be used only when the tree_method",
        ),
    ],
)
def test_wrong_hyperparameter_is_refused_in_the_containers_words(
    given: dict[str, str], message: str
) -> None:
    with pytest.raises(UserError) as error:
        hyperparameters.validate(given)
    assert str(error.value).startswith(message)


def test_metric_without_objective_fails_as_the_container_does() -> None:
    with pytest.raises(AlgorithmError, match=r"^'objective'$"):
        hyperparameters.validate({"num_round": "1", "eval_metric": "rmse"})


CSV = {"ContentType": "text/csv", "TrainingInputMode": "File"}


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"validation": CSV}, "Missing required channel: train"),
        ({"train": CSV, "test": CSV}, "Extraneous channel found: test"),
        (
            {"train": {**CSV, "ContentType": "text/plain"}},
            "Channel configuration for 'train' channel is not supported:",
        ),
    ],
)
def test_wrong_channel_is_refused_in_the_containers_words(
    configuration: dict[str, dict[str, str]], message: str
) -> None:
    with pytest.raises(UserError) as error:
        channels.validate(configuration)
    assert str(error.value).startswith(message)


def test_channel_without_content_type_is_libsvm() -> None:
    validated = channels.validate({"train": {"TrainingInputMode": "File"}})
    assert channels.data_format(validated["train"]["ContentType"]) == "libsvm"
