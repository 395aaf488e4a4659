"""SimulatePrincipalPolicy, over roles and policies that IAM itself keeps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.errors import AwsError
from localcloud.iam.models import IAMBackend
from localcloud.iam.policy_simulation import simulate

PAGE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html"
TRUST = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"Service": "x"}}]})


def document(*statements: tuple[str, str, str]) -> str:
    listed = [
        {"Effect": effect, "Action": action, "Resource": resource}
        for effect, action, resource in statements
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": listed})


@pytest.fixture(scope="module")
def backend() -> IAMBackend:
    return IAMBackend("aws", "123456789012")


@pytest.fixture
def role(backend: IAMBackend, request: pytest.FixtureRequest) -> Any:
    return make_role(backend, request.node.name[:60])


def make_role(backend: IAMBackend, name: str, boundary: str | None = None) -> Any:
    return backend.create_role(name, TRUST, "/", boundary, "", [], 3600)


def decisions(backend: IAMBackend, role: Any, actions: list[str], **more: Any) -> dict[str, str]:
    answer = simulate(backend, {"PolicySourceArn": role.arn, "ActionNames": actions, **more})
    return {item["EvalActionName"]: item["EvalDecision"] for item in answer["EvaluationResults"]}


@pytest.mark.documented(PAGE)
def test_inline_and_attached_policies_are_evaluated(backend: IAMBackend, role: Any) -> None:
    backend.put_role_policy(role.name, "inline", document(("Allow", "s3:Get*", "arn:aws:s3:::b/*")))
    backend.attach_role_policy("arn:aws:iam::aws:policy/AmazonSageMakerReadOnly", role.name)
    resources = {"ResourceArns": ["arn:aws:s3:::b/*"]}
    assert decisions(backend, role, ["s3:GetObject", "s3:PutObject"], **resources) == {
        "s3:GetObject": "allowed",
        "s3:PutObject": "implicitDeny",
    }
    assert decisions(backend, role, ["sagemaker:ListModels", "sagemaker:CreateModel"]) == {
        "sagemaker:ListModels": "allowed",
        "sagemaker:CreateModel": "implicitDeny",
    }


@pytest.mark.documented(PAGE)
def test_an_explicit_deny_is_told_apart(backend: IAMBackend, role: Any) -> None:
    text = document(("Allow", "*", "*"), ("Deny", "s3:DeleteObject", "arn:aws:s3:::b/*"))
    backend.put_role_policy(role.name, "inline", text)
    resources = {"ResourceArns": ["arn:aws:s3:::b/k"]}
    assert decisions(backend, role, ["s3:DeleteObject"], **resources) == {
        "s3:DeleteObject": "explicitDeny"
    }


@pytest.mark.documented(PAGE)
def test_without_resources_a_narrow_allow_does_not_cover_all(
    backend: IAMBackend, role: Any
) -> None:
    backend.put_role_policy(role.name, "inline", document(("Allow", "s3:*", "arn:aws:s3:::b/*")))
    assert decisions(backend, role, ["s3:GetObject"]) == {"s3:GetObject": "implicitDeny"}


@pytest.mark.documented(PAGE)
def test_context_entries_decide_conditions(backend: IAMBackend, role: Any) -> None:
    condition = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    statement = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": "*",
        "Condition": condition,
    }
    backend.put_role_policy(
        role.name, "inline", json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    assert decisions(backend, role, ["iam:PassRole"]) == {"iam:PassRole": "implicitDeny"}
    entry = {
        "ContextKeyName": "iam:PassedToService",
        "ContextKeyValues": ["sagemaker.amazonaws.com"],
        "ContextKeyType": "string",
    }
    assert decisions(backend, role, ["iam:PassRole"], ContextEntries=[entry]) == {
        "iam:PassRole": "allowed"
    }


@pytest.mark.documented(PAGE)
def test_a_permissions_boundary_limits(backend: IAMBackend) -> None:
    boundary = backend.create_policy("only-s3", "/", document(("Allow", "s3:*", "*")), "", [])
    role = make_role(backend, "bounded", boundary.arn)
    backend.put_role_policy(role.name, "inline", document(("Allow", "*", "*")))
    answer = simulate(
        backend, {"PolicySourceArn": role.arn, "ActionNames": ["s3:GetObject", "sqs:SendMessage"]}
    )
    found = [
        (
            item["EvalDecision"],
            item["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"],
        )
        for item in answer["EvaluationResults"]
    ]
    assert found == [("allowed", True), ("implicitDeny", False)]


def test_an_unknown_role_is_no_such_entity(backend: IAMBackend) -> None:
    with pytest.raises(AwsError) as caught:
        simulate(
            backend,
            {"PolicySourceArn": "arn:aws:iam::123456789012:role/nobody", "ActionNames": ["s3:*"]},
        )
    assert caught.value.aws_code == "NoSuchEntity"


@pytest.mark.local_only("refused instead of ignored")
def test_a_resource_policy_is_refused_by_name(backend: IAMBackend, role: Any) -> None:
    with pytest.raises(AwsError, match="'ResourcePolicy'"):
        simulate(
            backend,
            {"PolicySourceArn": role.arn, "ActionNames": ["s3:*"], "ResourcePolicy": "{}"},
        )
