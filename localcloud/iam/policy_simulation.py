"""SimulatePrincipalPolicy: what a user's or role's policies decide about actions on resources.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
The policies are really evaluated, their conditions with the given context entries only (on AWS too).
Differences: one result per action and resource, never truncated; the positions of matched statements
are left out; no service control policies. Not taken: resource policies and exclusions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.iam.models import IAMBackend

from localcloud.errors import AwsError
from localcloud.iam.policy_evaluation import Decision, Evaluation, Policy, Request, evaluate
from localcloud.iam.principal_policies import identity_policies, permissions_boundary

REFUSED = ("ResourcePolicy", "ResourceOwner", "ResourceHandlingOption", "PolicyExclusionList")


def simulate(backend: IAMBackend, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a request with these parameters (in the API's names)."""
    for name in REFUSED:
        if parameters.get(name):
            raise AwsError(
                "InvalidInput",
                f"unsupported by the local cloud: SimulatePrincipalPolicy parameter {name!r}",
            )
    for name in ("PolicySourceArn", "ActionNames"):
        if not parameters.get(name):
            raise AwsError("ValidationError", f"{name} must not be null")
    source = str(parameters["PolicySourceArn"])
    policies = identity_policies(backend, source)
    policies += _parsed(parameters, "PolicyInputList")
    given = _parsed(parameters, "PermissionsBoundaryPolicyInputList")
    boundary = permissions_boundary(backend, source)
    boundaries = given or ([boundary] if boundary else [])
    context = {
        _key_of(entry): [str(value) for value in entry.get("ContextKeyValues", [])]
        for entry in parameters.get("ContextEntries") or []
    }
    results = [
        _result(Request(action, resource, context), policies, boundaries)
        for action in parameters["ActionNames"]
        for resource in parameters.get("ResourceArns") or ["*"]
    ]
    return {"EvaluationResults": results, "IsTruncated": False}


def _parsed(parameters: Mapping[str, Any], name: str) -> list[Policy]:
    """The policies of a request; InvalidInput for a text that is none."""
    try:
        return [Policy.parse(text) for text in parameters.get(name) or []]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AwsError("InvalidInput", f"{name} has a text that is no policy: {error}") from error


def _key_of(entry: Mapping[str, Any]) -> str:
    if not entry.get("ContextKeyName"):
        raise AwsError("InvalidInput", "an entry of ContextEntries has no ContextKeyName")
    return str(entry["ContextKeyName"])


def _result(
    request: Request, policies: Iterable[Policy], boundaries: list[Policy]
) -> dict[str, Any]:
    evaluation = evaluate(policies, request)
    decision = evaluation.decision
    result: dict[str, Any] = {}
    if boundaries:
        bound = evaluate(boundaries, request)
        result["PermissionsBoundaryDecisionDetail"] = {
            "AllowedByPermissionsBoundary": bound.decision is Decision.ALLOWED
        }
        if bound.decision is Decision.EXPLICIT_DENY:
            decision = Decision.EXPLICIT_DENY
        elif bound.decision is Decision.IMPLICIT_DENY and decision is Decision.ALLOWED:
            decision = Decision.IMPLICIT_DENY
    matched, missing = _matched(evaluation), evaluation.missing
    return {
        "EvalActionName": request.action,
        "EvalResourceName": request.resource,
        "EvalDecision": decision.value,
        "MatchedStatements": matched,
        "MissingContextValues": missing,
        "ResourceSpecificResults": [
            {
                "EvalResourceName": request.resource,
                "EvalResourceDecision": decision.value,
                "MatchedStatements": matched,
                "MissingContextValues": missing,
                **result,
            }
        ],
        **result,
    }


def _matched(evaluation: Evaluation) -> list[dict[str, str]]:
    return [
        {"SourcePolicyId": policy.source_id, "SourcePolicyType": policy.source_type}
        for policy, _ in evaluation.matched
    ]
