"""Script mode's arguments and variables, as the training toolkit documents them."""

from __future__ import annotations

import json

import pytest

from localcloud.sagemaker.containers import layout, training_toolkit

pytestmark = pytest.mark.documented(
    "https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md"
)

SETTINGS = {"sagemaker_program": "train.py", "epochs": 5, "n": "a b", "layers": [1, 2]}


def test_hyperparameters_become_arguments() -> None:
    assert training_toolkit.command_arguments(SETTINGS) == [
        "--epochs", "5", "--layers", "[1,2]", "-n", "a b",
    ]  # fmt: skip


def test_hyperparameters_are_decoded_where_they_are_json() -> None:
    assert training_toolkit.decode('"train.py"') == "train.py"
    assert training_toolkit.decode("train.py") == "train.py"
    assert training_toolkit.decode("5") == 5


def test_variables_name_directories_channels_and_hyperparameters() -> None:
    resources = layout.resource_config("ml.m5.large")
    variables = training_toolkit.environment(SETTINGS, {"train": {}}, resources, ["--epochs", "5"])
    assert variables["SM_MODEL_DIR"] == "/opt/ml/model"
    assert variables["SM_OUTPUT_DATA_DIR"] == "/opt/ml/output/data"
    assert variables["SM_CHANNEL_TRAIN"] == "/opt/ml/input/data/train"
    assert json.loads(variables["SM_CHANNELS"]) == ["train"]
    assert variables["SM_HP_EPOCHS"] == "5"
    assert json.loads(variables["SM_HPS"]) == {"epochs": 5, "n": "a b", "layers": [1, 2]}
    assert json.loads(variables["SM_HOSTS"]) == ["algo-1"]
    assert variables["SM_CURRENT_HOST"] == "algo-1"
    assert json.loads(variables["SM_USER_ARGS"]) == ["--epochs", "5"]
