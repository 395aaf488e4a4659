"""Which image URIs have a stand-in, and how the others are refused."""

from __future__ import annotations

import pytest

from localcloud.errors import AwsError
from localcloud.sagemaker.containers import images
from localcloud.sagemaker.containers.container import Command, Function
from localcloud.sagemaker.containers.frameworks import SCIKIT_LEARN, XGBOOST

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
SCIKIT_LEARN_URI = f"{REGISTRY}/sagemaker-scikit-learn:1.9-0-cpu-py3"
XGBOOST_URI = f"{REGISTRY}/sagemaker-xgboost:3.2-0"

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/ecr-us-east-1.html"
)


def test_image_is_found_by_repository_in_any_region() -> None:
    assert images.resolve(SCIKIT_LEARN_URI).framework is SCIKIT_LEARN
    other = "746614075791.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:3.2-0"
    assert images.resolve(other).framework is XGBOOST


def test_images_of_the_sdk_are_known() -> None:
    from sagemaker.core import image_uris

    for framework, version in (("sklearn", "1.9-0"), ("xgboost", "3.2-0")):
        uri = image_uris.retrieve(
            framework, "us-east-1", version=version, py_version="py3", instance_type="ml.m5.large"
        )
        assert images.resolve(uri).example_tag in uri


@pytest.mark.local_only("AWS pulls any image")
@pytest.mark.parametrize(
    "uri",
    [
        f"{REGISTRY}/sagemaker-tensorflow:2.1",
        f"{REGISTRY}/sagemaker-xgboost-extra:3.2-0",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-own:latest",
        "not an image",
    ],
)
def test_unknown_image_is_refused_with_its_name_and_the_known_ones(uri: str) -> None:
    with pytest.raises(AwsError) as refusal:
        images.resolve(uri)
    assert refusal.value.aws_code == "ValidationException"
    assert uri in str(refusal.value)
    assert "sagemaker-scikit-learn:" in str(refusal.value)
    assert "sagemaker-xgboost:" in str(refusal.value)


@pytest.mark.local_only("the library here is the one that is installed")
@pytest.mark.parametrize(
    "tag",
    [
        "sagemaker-xgboost:1.7-1",
        "sagemaker-xgboost:3.20-1",
        "sagemaker-xgboost:latest",
        "sagemaker-xgboost",
        "sagemaker-scikit-learn:1.2-1-cpu-py3",
    ],
)
def test_other_version_is_refused_by_name(tag: str) -> None:
    with pytest.raises(AwsError, match="as installed here") as refusal:
        images.resolve(f"{REGISTRY}/{tag}")
    assert tag in str(refusal.value)


@pytest.mark.local_only("the library here is the one that is installed")
def test_older_scikit_learn_will_do_only_for_a_training_job_with_a_program_of_its_own() -> None:
    older = f"{REGISTRY}/sagemaker-scikit-learn:1.2-1-cpu-py3"
    assert images.require_training(older, own_program=True).repository == "sagemaker-scikit-learn"
    assert images.is_older(older)
    assert not images.is_older(SCIKIT_LEARN_URI)
    for refused in (
        lambda: images.require_training(older),
        lambda: images.require_processing(older),
        lambda: images.require_serving(older),
        lambda: images.require_training(older.replace("1.2", "9.2"), own_program=True),
        lambda: images.require_training(f"{REGISTRY}/sagemaker-xgboost:1.7-1", own_program=True),
    ):
        with pytest.raises(AwsError, match="as installed here"):
            refused()


def test_model_is_served_by_the_algorithm_or_with_the_named_module() -> None:
    xgboost, scikit_learn = images.resolve(XGBOOST_URI), images.resolve(SCIKIT_LEARN_URI)
    algorithm = xgboost.serving({"SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"})
    assert isinstance(algorithm, Function)
    assert algorithm.target.endswith("xgboost_algorithm:main")
    for image, environment, framework in (
        (xgboost, {"SAGEMAKER_PROGRAM": "inference.py"}, "xgboost"),
        (xgboost, {"SAGEMAKER_PROGRAM": ""}, "xgboost"),
        (scikit_learn, {}, "scikit-learn"),
    ):
        module = image.serving(environment)
        assert isinstance(module, Function)
        assert module.target.endswith("script_mode:main")
        assert module.arguments == (framework,)


def test_processing_entrypoint_and_arguments_are_run_as_given() -> None:
    image = images.require_processing(SCIKIT_LEARN_URI)
    program = image.processing(["python3", "/opt/ml/x.py"], ["--a", "1"])
    assert program == Command(("python3", "/opt/ml/x.py", "--a", "1"))


def test_training_runs_the_algorithm_or_the_named_script() -> None:
    image = images.require_training(XGBOOST_URI)
    algorithm = image.training({"num_round": "1"})
    script = image.training({"sagemaker_program": "train.py"})
    assert isinstance(algorithm, Function)
    assert isinstance(script, Function)
    assert algorithm.target.endswith("xgboost_algorithm.train:main")
    assert script.target.endswith("training_toolkit:main")


@pytest.mark.local_only("what a stand-in lacks is refused")
@pytest.mark.parametrize("name", ["_kfold", "_num_cv_round", "use_dask_gpu_training"])
def test_hyperparameter_that_is_not_implemented_is_refused_by_name(name: str) -> None:
    with pytest.raises(AwsError, match=name):
        images.resolve(XGBOOST_URI).training({"num_round": "1", name: "true"})


@pytest.mark.local_only("what a stand-in lacks is refused")
def test_uses_that_an_image_lacks_are_refused_by_name() -> None:
    with pytest.raises(AwsError, match="serving with the container image"):
        images.require_serving(f"{REGISTRY}/sagemaker-clarify-processing:1.0")
    with pytest.raises(AwsError, match="and no script"):
        images.resolve(SCIKIT_LEARN_URI).training({})
    with pytest.raises(AwsError, match="no ContainerEntrypoint"):
        images.resolve(SCIKIT_LEARN_URI).processing([], [])


def test_metric_definitions_are_as_many_as_a_job_may_have() -> None:
    definitions = images.resolve(XGBOOST_URI).metric_definitions
    assert {"validation:rmse", "train:rmse"} <= {entry["Name"] for entry in definitions}
    assert len(definitions) <= 40
