"""A data set scored by the live version: handed over, stopped by the check, refused by who takes it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .deployed import Deployed, wait_for

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html"
    ),
]

SEXES = ("F", "I", "M")
WHOLE_WEIGHT = 3


@pytest.fixture(scope="module")
def live(deployed: Deployed, first_version: str) -> str:
    """The version that is to score: the latest approved one."""
    approved = [
        version["ModelPackageArn"]
        for version in deployed.versions()
        if version["ModelApprovalStatus"] == "Approved"
    ]
    if not approved:
        deployed.decide(first_version, "Approved")
    return str(approved[0] if approved else first_version)


@pytest.fixture(scope="module")
def features(data_file: Path) -> list[list[str]]:
    """The data set's rows as the model takes them: the measurements, then the sex, without the label."""
    with data_file.open(newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    return [[*row[1:-1], *(str(int(row[0] == sex)) for sex in SEXES)] for row in rows]


def put(deployed: Deployed, url: str, rows: list[list[str]]) -> str:
    """Put rows where the pipeline is to look for them; their address."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    body = "".join(",".join(row) + "\n" for row in rows)
    deployed.clients.s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
    return url


def start(deployed: Deployed, **parameters: str) -> str:
    """Start the batch-scoring pipeline, as a person does; the execution's ARN."""
    answer = deployed.clients.sagemaker.start_pipeline_execution(
        PipelineName=deployed.build["BatchScoringPipelineName"],
        PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
    )
    return str(answer["PipelineExecutionArn"])


def ended(deployed: Deployed, execution: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """The status of an execution that has ended, and its steps."""
    sagemaker = deployed.clients.sagemaker
    description = wait_for(
        lambda: sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution),
        lambda seen: seen["PipelineExecutionStatus"] not in ("Executing", "Stopping"),
        f"the end of {execution}",
    )
    return str(description["PipelineExecutionStatus"]), deployed.steps(execution)


def outputs(step: dict[str, Any], kind: str) -> dict[str, str]:
    """The output parameters of a Lambda or a Callback step."""
    return {each["Name"]: each["Value"] for each in step["Metadata"][kind]["OutputParameters"]}


def test_scores_are_handed_over_to_whoever_answers(
    deployed: Deployed, live: str, features: list[list[str]]
) -> None:
    put(deployed, deployed.build["BatchScoringInputUrl"], features)
    execution = start(deployed)
    status, steps = ended(deployed, execution)
    assert status == "Succeeded", {
        name: step.get("FailureReason") for name, step in steps.items() if "FailureReason" in step
    }
    assert outputs(steps["FindLiveVersion"], "Lambda")["ModelPackageArn"] == live
    assert outputs(steps["JudgeScores"], "Lambda") == {
        "Violations": "0",
        "Message": "no violation of the baseline",
        "Rows": str(len(features)),
    }
    assert outputs(steps["HandOverScores"], "Callback") == {
        "Accepted": "true",
        "Receiver": "answer_callback",
    }
    assert f"{len(features)} rows accepted" in deployed.function_log("AnswerCallback")
    assert not {"ScoresNotHandedOver", "ScoresRefused"} & set(steps)

    bucket = deployed.build["ArtifactBucketName"]
    prefix = f"AbaloneBatchScoring/{execution.rpartition('/')[2]}/scores/"
    s3 = deployed.clients.s3
    (found,) = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    assert found["Key"] == f"{prefix}abalone-to-score.csv.out"
    text = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read().decode()
    scores = list(csv.reader(text.splitlines()))
    assert [row[:-1] for row in scores] == features
    assert all(0 < float(row[-1]) < 40 for row in scores)


def test_shifted_data_are_scored_but_not_handed_over(
    deployed: Deployed, live: str, features: list[list[str]]
) -> None:
    shifted = [
        [f"{float(value) + 1:.4f}" if place == WHOLE_WEIGHT else value for place, value in row_of]
        for row_of in (list(enumerate(row)) for row in features)
    ]
    url = f"s3://{deployed.build['ArtifactBucketName']}/data/shifted.csv"
    status, steps = ended(deployed, start(deployed, InputDataUrl=put(deployed, url, shifted)))
    assert status == "Failed"
    message = steps["ScoresNotHandedOver"]["Metadata"]["Fail"]["ErrorMessage"]
    assert message.startswith(
        "The scores were not handed over: the data differs from the data-quality baseline of "
        f"{live}: whole_weight: baseline_drift_check: "
    )
    assert "/checks/data_quality/constraint_violations.json; the scores: s3://" in message
    assert steps["DataQualityCheck"]["StepStatus"] == "Succeeded"
    assert not {"HandOverScores", "CheckAnswer"} & set(steps)

    # Whoever knows better may let them through.
    execution = start(deployed, InputDataUrl=url, SkipDataQualityCheck="true")
    status, steps = ended(deployed, execution)
    assert status == "Succeeded"
    message = outputs(steps["JudgeScores"], "Lambda")["Message"]
    assert message == "the check was skipped (SkipDataQualityCheck)"


def test_rows_that_are_not_the_models_are_named(
    deployed: Deployed, live: str, features: list[list[str]]
) -> None:
    url = f"s3://{deployed.build['ArtifactBucketName']}/data/with-label.csv"
    rows = [["9", *row] for row in features[:20]]
    status, steps = ended(deployed, start(deployed, InputDataUrl=put(deployed, url, rows)))
    assert status == "Failed"
    failed = {
        name: step["FailureReason"] for name, step in steps.items() if "FailureReason" in step
    }
    assert set(failed) <= {"TransformInputData", "ArrangeScores"}, failed
    assert "HandOverScores" not in steps


@pytest.fixture
def nobody_answers(deployed: Deployed) -> Iterator[None]:
    """The queue without its reader."""
    functions = deployed.client("lambda")
    name = deployed.function("AnswerCallback")
    (mapping,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    yield
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


@pytest.mark.usefixtures("nobody_answers")
def test_a_person_may_take_the_readers_place_and_refuse(
    deployed: Deployed, live: str, features: list[list[str]]
) -> None:
    put(deployed, deployed.build["BatchScoringInputUrl"], features)
    execution = start(deployed)
    sqs = deployed.client("sqs")
    queue = deployed.build["HandOverQueueUrl"]
    (message,) = wait_for(
        lambda: sqs.receive_message(QueueUrl=queue).get("Messages", []), bool, "a message"
    )
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    told = json.loads(message["Body"])
    assert told["pipelineExecutionArn"] == execution
    assert told["arguments"]["ModelPackageArn"] == live
    assert told["arguments"]["Rows"] == len(features)
    deployed.clients.sagemaker.send_pipeline_execution_step_success(
        CallbackToken=told["token"],
        OutputParameters=[
            {"Name": "Accepted", "Value": "false"},
            {"Name": "Receiver", "Value": "alice"},
        ],
    )
    status, steps = ended(deployed, execution)
    assert status == "Failed"
    message = steps["ScoresRefused"]["Metadata"]["Fail"]["ErrorMessage"]
    assert message.startswith("alice did not accept the scores (Accepted is 'false', not 'true'): ")
    assert message.endswith(told["arguments"]["ScoresS3Uri"])
