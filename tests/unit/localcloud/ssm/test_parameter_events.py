"""Every change of a parameter is an event, whoever makes it, and a rule on it matches."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import ACCOUNT, REGION, LocalCloud

from .conftest import Events


def told(events: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The details, in the order of the changes: delivery has none."""
    order = ["Create", "Update", "Delete"]
    return sorted(
        (event["detail"] for event in events), key=lambda each: order.index(each["operation"])
    )


def test_the_life_of_a_parameter(person: LocalCloud, watched: tuple[str, Events]) -> None:
    prefix, events = watched
    ssm, name = person.client("ssm"), f"{prefix}/p"
    ssm.put_parameter(Name=name, Type="String", Value="1", Description="a number")
    ssm.put_parameter(Name=name, Value="2", Overwrite=True)
    ssm.delete_parameter(Name=name)
    seen = events(3)
    same = {"name": name, "type": "String", "description": "a number"}
    assert told(seen) == [{"operation": each, **same} for each in ("Create", "Update", "Delete")]
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}"
    assert {tuple(event["resources"]) for event in seen} == {(arn,)}
    assert {event["source"] for event in seen} == {"aws.ssm"}


def test_deleting_several(person: LocalCloud, watched: tuple[str, Events]) -> None:
    prefix, events = watched
    ssm = person.client("ssm")
    for name in ("a", "b"):
        ssm.put_parameter(Name=f"{prefix}/{name}", Type="StringList", Value="1,2")
    answer = ssm.delete_parameters(Names=[f"{prefix}/{name}" for name in ("a", "b", "none")])
    assert answer["InvalidParameters"] == [f"{prefix}/none"]
    deleted = [each for each in told(events(4)) if each["operation"] == "Delete"]
    assert sorted(each["name"] for each in deleted) == [f"{prefix}/a", f"{prefix}/b"]
    assert all("description" not in each for each in deleted)


def test_a_refused_change_is_no_event(person: LocalCloud, watched: tuple[str, Events]) -> None:
    prefix, events = watched
    ssm, name = person.client("ssm"), f"{prefix}/p"
    put: dict[str, Any] = {"Name": name, "Type": "String", "AllowedPattern": r"\d+"}
    with pytest.raises(ClientError) as caught:
        ssm.put_parameter(Value="one", **put)
    assert caught.value.response["Error"]["Code"] == "ParameterPatternMismatchException"
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.delete_parameter(Name=name)
    ssm.put_parameter(Value="1", **put)
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Value="2", **put)
    with pytest.raises(ssm.exceptions.ParameterPatternMismatchException):
        ssm.put_parameter(Name=name, Value="two", Overwrite=True)
    ssm.delete_parameter(Name=name)
    assert [each["operation"] for each in told(events(2))] == ["Create", "Delete"]


def test_a_stack_s_parameter(person: LocalCloud, watched: tuple[str, Events]) -> None:
    prefix, events = watched
    cloudformation, ssm = person.client("cloudformation"), person.client("ssm")

    def template(**properties: Any) -> str:
        made = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": f"{prefix}/p", **properties}}
        return json.dumps({"Resources": {"Parameter": made}})

    def wait(status: str) -> None:
        def reached() -> bool:
            stacks = cloudformation.list_stacks()["StackSummaries"]
            return any((each["StackName"], each["StackStatus"]) == ("p", status) for each in stacks)

        assert current().changes.wait_until(reached, 20), status

    first = template(Type="String", Value="1", Description="first", Tags={"a": "1", "b": "1"})
    cloudformation.create_stack(StackName="p", TemplateBody=first)
    wait("CREATE_COMPLETE")
    second = template(Type="String", Value="2", Description="second", Tags={"b": "2"})
    cloudformation.update_stack(StackName="p", TemplateBody=second)
    wait("UPDATE_COMPLETE")
    assert ssm.get_parameter(Name=f"{prefix}/p")["Parameter"]["Value"] == "2"
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=f"{prefix}/p")
    kept = {tag["Key"]: tag["Value"] for tag in tags["TagList"] if ":" not in tag["Key"]}
    assert kept == {"b": "2"}
    cloudformation.delete_stack(StackName="p")
    wait("DELETE_COMPLETE")
    assert [(each["operation"], each["description"]) for each in told(events(3))] == [
        ("Create", "first"),
        ("Update", "second"),
        ("Delete", "second"),
    ]
