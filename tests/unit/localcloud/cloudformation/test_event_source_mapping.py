"""A stack's queue invokes the stack's function, as its mapping says."""

from __future__ import annotations

from typing import Any

from .conftest import TRUST, Cloud, queue

CODE = "def handler(event, context):\n    return None\n"


def resources(**mapping: Any) -> dict[str, Any]:
    return {
        "Queue": queue(VisibilityTimeout=60),
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"ZipFile": CODE},
                "Handler": "index.handler",
                "Runtime": "python3.13",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            },
        },
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                "FunctionName": {"Ref": "Function"},
                **mapping,
            },
        },
    }


def test_a_mapping_is_made_changed_and_deleted(cloud: Cloud) -> None:
    functions = cloud.client("lambda")
    outputs = {
        name: {"Value": {"Fn::GetAtt": ["Mapping", name]}}
        for name in ("Id", "EventSourceMappingArn")
    }
    cloud.create(
        "mapped",
        resources(
            BatchSize="5",
            FunctionResponseTypes=["ReportBatchItemFailures"],
            ScalingConfig={"MaximumConcurrency": "2"},
        ),
        sections={"Outputs": outputs},
    )
    uuid = cloud.physical_id("mapped", "Mapping")
    made = functions.get_event_source_mapping(UUID=uuid)
    assert cloud.outputs("mapped") == {
        "Id": uuid,
        "EventSourceMappingArn": made["EventSourceMappingArn"],
    }
    assert (made["BatchSize"], made["State"]) == (5, "Enabled")
    assert made["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert made["ScalingConfig"] == {"MaximumConcurrency": 2}

    cloud.update("mapped", resources(Enabled="false"))
    changed = functions.get_event_source_mapping(UUID=uuid)
    assert (changed["BatchSize"], changed["State"]) == (10, "Disabled")
    assert not {"FunctionResponseTypes", "ScalingConfig"} & set(changed)

    cloud.client("cloudformation").delete_stack(StackName="mapped")
    assert functions.list_event_source_mappings()["EventSourceMappings"] == []
