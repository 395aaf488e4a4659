"""Lambda's API: what it refuses, who may invoke, versions and aliases."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import clients

from .conftest import ROLE, Client, Function, package

INVOKE = "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"


@pytest.mark.documented(INVOKE)
def test_request_types_and_refusals(client: Client) -> None:
    function = Function(client, "kinds", "def handler(e, c): return 1\n")
    assert function.invoke(InvocationType="DryRun")["StatusCode"] == 204
    with pytest.raises(ClientError, match="Could not parse request body into json"):
        function.api.invoke(FunctionName="kinds", Payload=b"{")
    with pytest.raises(ClientError) as caught:
        function.api.invoke(FunctionName="no-such-function")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    arn = "arn:aws:lambda:us-east-1:123456789012:function:kinds"
    assert function.api.invoke(FunctionName=arn)["StatusCode"] == 200


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"Runtime": "nodejs22.x"}, "'nodejs22.x'; supported: python3.11, python3.12"),
        ({"Role": ROLE + "-nobody"}, "role defined for the function cannot be assumed by Lambda"),
        ({"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:l:1"]}, "'Layers'"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "reserved keys"),
        ({"Code": {"ZipFile": b"no archive"}}, "Could not unzip uploaded file"),
        ({"Code": {"S3Bucket": "nowhere", "S3Key": "k"}}, "S3 Error Code: NoSuchBucket"),
        ({"Timeout": 901}, "Member must have value less than or equal to 900"),
        (
            {"LoggingConfig": {"LogFormat": "Text", "ApplicationLogLevel": "INFO"}},
            "only supported for functions with LogFormat JSON",
        ),
    ],
)
def test_what_cannot_run_here_is_refused_by_name(
    client: Client, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ClientError) as caught:
        Function(client, "refused", "def handler(e, c): pass\n", **options)
    assert words in str(caught.value)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client("lambda").get_function(FunctionName="refused")


@pytest.mark.documented(
    "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"
)
def test_a_service_needs_a_statement_of_the_functions_policy(client: Client) -> None:
    function = Function(client, "permitted", "def handler(e, c): pass\n")
    rule = "arn:aws:events:us-east-1:123456789012:rule/"
    function.api.add_permission(
        FunctionName="permitted",
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=f"{rule}mine",
    )
    as_service = clients.service_client

    def invoke(principal: str, source: str) -> None:
        lambdas = as_service("lambda", "us-east-1", principal, source)
        lambdas.invoke(FunctionName="permitted", InvocationType="Event", Payload=b"{}")

    invoke("events.amazonaws.com", f"{rule}mine")
    for service, source in (
        ("events.amazonaws.com", f"{rule}other"),
        ("sns.amazonaws.com", f"{rule}mine"),
    ):
        with pytest.raises(ClientError, match=f"User: {service} is not authorized to perform"):
            invoke(service, source)


VERSIONS = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html"
ALIASES = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html"


@pytest.mark.documented(VERSIONS)
@pytest.mark.documented(ALIASES)
def test_versions_and_aliases_are_what_is_invoked(client: Client) -> None:
    function = Function(
        client, "versioned", "def handler(e, c): return c.function_version, 'old'\n"
    )
    api = function.api
    assert api.publish_version(FunctionName="versioned")["Version"] == "1"
    new = package(main="def handler(e, c): return c.function_version, 'new'\n")
    api.update_function_code(FunctionName="versioned", ZipFile=new, Publish=True)
    alias = {"FunctionName": "versioned", "Name": "live"}
    api.create_alias(**alias, FunctionVersion="1")
    assert function.invoke(Qualifier="live")["Payload"] == ["1", "old"]
    assert function.invoke(Qualifier="2")["Payload"] == ["2", "new"]
    assert function.result() == ["$LATEST", "new"]
    api.update_alias(**alias, Description="stays where it is")
    assert function.invoke(Qualifier="live")["Payload"] == ["1", "old"]
    api.update_alias(**alias, FunctionVersion="2")
    assert function.invoke(Qualifier="live")["Payload"] == ["2", "new"]
    with pytest.raises(ClientError, match="alias member 'RoutingConfig'; supported: "):
        api.update_alias(
            **alias, FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}}
        )
