"""Lambda, EventBridge's own operations and IAM's simulation."""

from __future__ import annotations

import io
import json
import zipfile

from tests.contract.local import Local

FUNCTION = "contract-function"
# Succeeds as an action of CodePipeline, and answers whoever calls it otherwise.
TEXT = """
import boto3

def lambda_handler(event, context):
    job = event.get("CodePipeline.job")
    if job:
        boto3.client("codepipeline").put_job_success_result(jobId=job["id"])
    return event
"""


def perform(local: Local) -> None:
    """Make, call, change and read a function; match an event; simulate a policy."""
    functions = local.client("lambda")
    role = local.role("contract-function", "lambda")
    functions.create_function(
        FunctionName=FUNCTION,
        Runtime="python3.11",
        Role=role,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": package(TEXT)},
        Timeout=30,
    )
    functions.invoke(FunctionName=FUNCTION, Payload=b'{"a": 1}', LogType="Tail")
    functions.invoke(FunctionName=FUNCTION, Payload=b"{}", InvocationType="Event")
    functions.invoke(FunctionName=FUNCTION, InvocationType="DryRun")
    functions.update_function_configuration(FunctionName=FUNCTION, Timeout=20)
    functions.update_function_code(FunctionName=FUNCTION, ZipFile=package(TEXT))
    version = functions.publish_version(FunctionName=FUNCTION)["Version"]
    functions.create_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=version)
    functions.update_alias(FunctionName=FUNCTION, Name="live", Description="serves")
    functions.get_alias(FunctionName=FUNCTION, Name="live")
    functions.put_function_event_invoke_config(FunctionName=FUNCTION, MaximumRetryAttempts=1)
    functions.update_function_event_invoke_config(
        FunctionName=FUNCTION, MaximumEventAgeInSeconds=60
    )
    functions.create_function(
        FunctionName="contract-dropped",
        Runtime="python3.11",
        Role=role,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": package(TEXT)},
    )
    functions.delete_function(FunctionName="contract-dropped")

    map_queue(local)

    event = {
        "id": "1",
        "account": "123456789012",
        "source": "a",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail-type": "b",
        "detail": {},
    }
    events = local.client("events")
    events.create_event_bus(Name="contract-bus")
    events.update_event_bus(Name="contract-bus", Description="a bus")
    events.put_permission(
        EventBusName="contract-bus",
        Action="events:PutEvents",
        Principal="210987654321",
        StatementId="other",
    )
    events.remove_permission(EventBusName="contract-bus", StatementId="other")
    organizations = local.client("organizations")
    organizations.create_organization()
    organizations.create_account(AccountName="other", Email="other@example.com")
    local.client("events").test_event_pattern(
        EventPattern='{"source": ["a"]}', Event=json.dumps(event)
    )
    local.client("events").put_events(
        Entries=[{"Source": "a", "DetailType": "b", "Detail": "{}"}, {"Source": "a"}]
    )
    local.client("iam").simulate_principal_policy(
        PolicySourceArn=role, ActionNames=["s3:GetObject"], ResourceArns=["arn:aws:s3:::a/b"]
    )


def map_queue(local: Local) -> None:
    """Have a queue's messages invoke the function, and no longer."""
    functions = local.client("lambda")
    local.client("sqs").create_queue(QueueName="contract-mapped")
    uuid = functions.create_event_source_mapping(
        EventSourceArn="arn:aws:sqs:us-east-1:123456789012:contract-mapped",
        FunctionName=FUNCTION,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 2},
    )["UUID"]
    functions.get_event_source_mapping(UUID=uuid)
    functions.update_event_source_mapping(UUID=uuid, BatchSize=5)
    functions.list_event_source_mappings(FunctionName=FUNCTION)
    functions.delete_event_source_mapping(UUID=uuid)


def package(text: str) -> bytes:
    """A deployment package with one file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("lambda_function.py", text)
    return content.getvalue()
