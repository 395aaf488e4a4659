"""Transform steps against an in-memory SageMaker."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import ValidationException

from ..conftest import World
from ..definitions import checked, step, transform, transform_source

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html"
)
CACHE = {"Enabled": True, "ExpireAfter": "PT1H"}


def test_step_makes_a_job_and_its_description_can_be_referred_to(world: World) -> None:
    world.sagemaker.outcomes["Score"] = {"TransformJobStatus": "Completed"}
    uri = {"Get": "Steps.Score.TransformOutput.S3OutputPath"}
    execution = world.run(
        checked(
            step("Score", "Transform", Arguments=transform()),
            step("End", "Fail", Arguments={"ErrorMessage": uri}),
        )
    )
    (request,) = world.sagemaker.made("CreateTransformJob")
    assert request["TransformJobName"].startswith("pipelines-execution001-Score-")
    run = execution.steps["Score"]
    assert run.status == "Succeeded"
    assert run.metadata["TransformJob"]["Arn"].endswith(request["TransformJobName"].lower())
    assert execution.steps["End"].failure_reason == "s3://bucket/out"


def test_a_failed_job_fails_the_step(world: World) -> None:
    reason = "ClientError: See job logs for more information"
    world.sagemaker.outcomes["Score"] = {"TransformJobStatus": "Failed", "FailureReason": reason}
    execution = world.run(checked(step("Score", "Transform", Arguments=transform())))
    assert execution.steps["Score"].failure_reason == f"ClientError: {reason}"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html"
)
@pytest.mark.parametrize(
    ("changed", "hit"),
    [
        ({"TransformOutput": {"S3OutputPath": "s3://bucket/other"}}, True),
        ({"TransformResources": {"InstanceType": "ml.c5.xlarge", "InstanceCount": 2}}, True),
        ({"ModelName": "other"}, False),
        ({"Environment": {"A": "b"}}, False),
        ({"DataProcessing": {"JoinSource": "None"}}, False),
        ({"TransformInput": transform_source("s3://bucket/other")}, False),
    ],
)
def test_the_documented_attributes_decide_on_the_cache(
    world: World, changed: dict[str, Any], hit: bool
) -> None:
    world.sagemaker.outcomes["Score"] = {"TransformJobStatus": "Completed"}
    changed = {name: value for name, value in changed.items() if value}
    for arguments in (transform(), transform(**changed)):
        world.run(checked(step("Score", "Transform", Arguments=arguments, CacheConfig=CACHE)))
    assert len(world.sagemaker.made("CreateTransformJob")) == (1 if hit else 2)


def test_arguments_must_have_the_form_of_the_operation() -> None:
    with pytest.raises(ValidationException, match="Unknown Argument member 'Model'"):
        checked(step("Score", "Transform", Arguments=transform(Model="m")))
