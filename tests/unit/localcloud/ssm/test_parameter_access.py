"""Parameters are authorised by their ARN, and tell who put them."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.local_server import ACCOUNT, REGION, LocalCloud

PARAMETERS = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"


def session(person: LocalCloud, name: str, *statements: dict[str, Any]) -> tuple[str, Any]:
    """A role's session that may do what is stated: its ARN, and its client."""
    role = person.make_role(name, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, *statements)
    made = person.client("sts").assume_role(RoleArn=role, RoleSessionName="tester")
    client = boto3.client(
        "ssm",
        region_name=REGION,
        endpoint_url=person.endpoint,
        aws_access_key_id=made["Credentials"]["AccessKeyId"],
        aws_secret_access_key=made["Credentials"]["SecretAccessKey"],
        aws_session_token=made["Credentials"]["SessionToken"],
    )
    return made["AssumedRoleUser"]["Arn"], client


def allow(action: str, resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


@pytest.mark.parametrize(
    ("name", "resource"),
    [("/team/a", "team/a"), ("plain", "plain")],
    ids=["path", "plain"],
)
def test_a_name_s_arn_has_one_slash(person: LocalCloud, name: str, resource: str) -> None:
    role = f"reads-{name.replace('/', '-')}"
    _, ssm = session(person, role, allow("ssm:*Parameter*", f"{PARAMETERS}/{resource}"))
    ssm.put_parameter(Name=name, Type="String", Value="v")
    arn = ssm.get_parameter(Name=name)["Parameter"]["ARN"]
    assert arn == f"{PARAMETERS}/{resource}"
    for selected in (name, f"{name}:1", arn, f"{arn}:1"):
        assert ssm.get_parameter(Name=selected)["Parameter"]["Value"] == "v"
    assert len(ssm.get_parameter_history(Name=name)["Parameters"]) == 1
    assert ssm.get_parameters(Names=[name])["InvalidParameters"] == []
    with pytest.raises(ClientError) as caught:
        ssm.get_parameters(Names=[name, "/other"])
    assert f"ssm:GetParameters on resource: {PARAMETERS}/other because" in str(caught.value)
    ssm.delete_parameter(Name=name)


def test_a_path_begins_with_a_slash(person: LocalCloud) -> None:
    with pytest.raises(ClientError, match="must be a fully qualified name"):
        person.client("ssm").put_parameter(Name="team/b", Type="String", Value="v")


def test_tags_are_of_the_parameter(person: LocalCloud) -> None:
    person.client("ssm").put_parameter(Name="/tagged/p", Type="String", Value="v")
    _, ssm = session(person, "tags", allow("ssm:*Tags*", f"{PARAMETERS}/tagged/*"))
    tag = {"Key": "k", "Value": "v"}
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId="/tagged/p", Tags=[tag])
    found = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/tagged/p")
    assert found["TagList"] == [tag]
    with pytest.raises(ClientError, match=f"resource: {PARAMETERS}/other because"):
        ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/other")


def test_describing_is_allowed_on_everything_only(person: LocalCloud) -> None:
    _, ssm = session(person, "describes-some", allow("ssm:*", f"{PARAMETERS}/*"))
    with pytest.raises(ClientError, match="ssm:DescribeParameters"):
        ssm.describe_parameters()


def test_who_put_it(person: LocalCloud) -> None:
    own, name = person.client("ssm"), "/who/p"
    arn, ssm = session(person, "puts", allow("ssm:*", "*"))
    own.put_parameter(Name=name, Type="SecureString", Value="1")
    ssm.put_parameter(Name=name, Value="2", Overwrite=True)
    only = [{"Key": "Name", "Values": [name]}]
    (described,) = own.describe_parameters(ParameterFilters=only)["Parameters"]
    assert (described["LastModifiedUser"], described["Version"]) == (arn, 2)
    assert described["ARN"] == f"{PARAMETERS}{name}"
    assert "Value" not in described
    history = own.get_parameter_history(Name=name, WithDecryption=True)["Parameters"]
    assert [(each["LastModifiedUser"], each["Value"]) for each in history] == [
        (f"arn:aws:sts::{ACCOUNT}:user/moto", "1"),
        (arn, "2"),
    ]


def test_pages_of_descriptions(person: LocalCloud) -> None:
    ssm = person.client("ssm")
    names = [f"/pages/{number:02}" for number in range(12)]
    for name in names:
        ssm.put_parameter(Name=name, Type="String", Value="v")
    filters = [{"Key": "Path", "Option": "Recursive", "Values": ["/pages"]}]
    pages = list(
        ssm.get_paginator("describe_parameters").paginate(
            ParameterFilters=filters, PaginationConfig={"PageSize": 5}
        )
    )
    assert [len(page["Parameters"]) for page in pages] == [5, 5, 2]
    assert [each["Name"] for page in pages for each in page["Parameters"]] == names
    with pytest.raises(ClientError, match="'maxResults' failed to satisfy constraint"):
        ssm.describe_parameters(MaxResults=51)


def test_policies_of_a_parameter_are_refused(person: LocalCloud) -> None:
    with pytest.raises(ClientError, match=r"unsupported by the local cloud: .* 'Policies'"):
        person.client("ssm").put_parameter(
            Name="/p", Type="String", Value="v", Tier="Advanced", Policies="[{}]"
        )
