"""A data file that cannot be trained on ends in one sentence, where a person looks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .deployed import Deployed, reason_of

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PipelineExecutionStep.html"
    ),
]

GOOD = "M,0.455,0.365,0.095,0.514,0.2245,0.101,0.15,15"
WITHOUT_LABEL = "F,0.53,0.42,0.135,0.677,0.2565,0.1415,0.21,"
UNKNOWN_SEX = "X,0.53,0.42,0.135,0.677,0.2565,0.1415,0.21,9"
SHORT = "F,0.53,0.42,0.135,0.677"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty"]),
        (f"{GOOD}\n{SHORT}\n", ["row 2", "5", "9"]),
        (f"{GOOD}\n{UNKNOWN_SEX}\n", ["row 2", "'X'", "F, I, M"]),
        (f"{GOOD}\n{WITHOUT_LABEL}\n", ["row 2", "rings"]),
    ],
    ids=["empty", "wrong number of columns", "unknown sex", "missing label"],
)
def test_data_that_cannot_be_trained_on(
    deployed: Deployed, first_version: str, text: str, words: list[str]
) -> None:
    registered = len(deployed.versions())
    bucket = deployed.build["ArtifactBucketName"]
    key = f"bad/{abs(hash(text))}.csv"
    deployed.clients.s3.put_object(Bucket=bucket, Key=key, Body=text.encode())

    execution = deployed.run_pipeline(InputDataUrl=f"s3://{bucket}/{key}")

    assert execution["PipelineExecutionStatus"] == "Failed"
    steps = deployed.steps(execution["PipelineExecutionArn"])
    assert list(steps) == ["PreprocessAbaloneData"]
    reason = steps["PreprocessAbaloneData"]["FailureReason"]
    for word in words:
        assert word in reason, reason
    assert "Traceback" not in reason
    assert len(deployed.versions()) == registered


def test_data_that_are_not_there(deployed: Deployed, first_version: str) -> None:
    url = f"s3://{deployed.build['ArtifactBucketName']}/nowhere/abalone.csv"
    execution = deployed.run_pipeline(InputDataUrl=url)
    steps = deployed.steps(execution["PipelineExecutionArn"])
    reason = steps["PreprocessAbaloneData"]["FailureReason"]
    assert "no s3 objects found" in reason.lower()
    assert url in reason


def test_model_that_misses_the_threshold_is_not_registered(
    deployed: Deployed, first_version: str
) -> None:
    registered = len(deployed.versions())
    execution = deployed.run_pipeline(MseThreshold="0.5")
    assert execution["PipelineExecutionStatus"] == "Failed"
    steps = deployed.steps(execution["PipelineExecutionArn"])
    message = steps["AbaloneModelNotGoodEnough"]["Metadata"]["Fail"]["ErrorMessage"]
    assert message.startswith("The model was not registered: its MSE on the test data is ")
    assert "the threshold (MseThreshold) is 0.5; " in message
    assert "RegisterAbaloneModel" not in steps
    assert len(deployed.versions()) == registered


def test_codepipelines_action_says_what_the_step_said(
    deployed: Deployed, first_version: str, tmp_path: Path, data_file: Path
) -> None:
    bucket, _, key = deployed.build["InputDataUrl"].removeprefix("s3://").partition("/")
    s3, codepipeline = deployed.clients.s3, deployed.clients.codepipeline
    s3.put_object(Bucket=bucket, Key=key, Body=f"{GOOD}\n{UNKNOWN_SEX}\n".encode())
    try:
        execution = codepipeline.start_pipeline_execution(name=deployed.build["CodePipelineName"])
        reason = reason_of(lambda: deployed.follow_build(execution["pipelineExecutionId"]))
    finally:
        s3.upload_file(str(data_file), bucket, key)
    assert reason.startswith("Train/Train: Step PreprocessAbaloneData: ")
    assert "row 2" in reason
