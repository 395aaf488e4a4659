"""What holds for every resource of a kind, in both stacks."""

from __future__ import annotations

from typing import Any

import pytest

from .synthesis import resources


@pytest.fixture(scope="session")
def everything(
    full_build: dict[str, Any], full_deploy: dict[str, Any]
) -> list[tuple[str, dict[str, Any]]]:
    return [*full_build["Resources"].items(), *full_deploy["Resources"].items()]


def of_kind(build: dict[str, Any], deploy: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    both = [*resources(build, kind).values(), *resources(deploy, kind).values()]
    assert both
    return [resource["Properties"] for resource in both]


def test_logs_are_kept_for_the_configured_time(
    build: dict[str, Any],
    deploy: dict[str, Any],
    full_build: dict[str, Any],
    full_deploy: dict[str, Any],
) -> None:
    for days, pair in ((90, (build, deploy)), (365, (full_build, full_deploy))):
        groups = of_kind(*pair, "AWS::Logs::LogGroup")
        assert {group["RetentionInDays"] for group in groups} == {days}
        # One for each function, one for the builds.
        assert len(groups) == 9


def test_functions_log_as_json_to_their_own_group(
    build: dict[str, Any], deploy: dict[str, Any]
) -> None:
    functions = of_kind(build, deploy, "AWS::Lambda::Function")
    assert {function["LoggingConfig"]["LogFormat"] for function in functions} == {"JSON"}
    assert len({function["LoggingConfig"]["LogGroup"] for function in functions}) == 8


def test_every_rule_has_a_dead_letter_queue(build: dict[str, Any], deploy: dict[str, Any]) -> None:
    for rule in of_kind(build, deploy, "AWS::Events::Rule"):
        for target in rule["Targets"]:
            assert target["DeadLetterConfig"]["Arn"] == "${UndeliveredEvents0A4241A7.Arn}"


def test_every_rule_may_write_to_its_dead_letter_queue(
    build: dict[str, Any], deploy: dict[str, Any]
) -> None:
    for template in (build, deploy):
        (policy,) = (
            policy
            for name, policy in resources(template, "AWS::SQS::QueuePolicy").items()
            if name.startswith("UndeliveredEvents")
        )
        sources = {
            statement["Condition"]["ArnEquals"]["aws:SourceArn"]
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Allow"
        }
        rules = resources(template, "AWS::Events::Rule")
        assert sources == {f"${{{rule}.Arn}}" for rule in rules}


def test_queues_are_encrypted_and_keep_events_for_two_weeks(
    build: dict[str, Any], deploy: dict[str, Any]
) -> None:
    for queue in of_kind(build, deploy, "AWS::SQS::Queue"):
        assert queue["SqsManagedSseEnabled"] is True
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 60 * 60


def test_the_boundary_bounds_every_role(
    build: dict[str, Any],
    deploy: dict[str, Any],
    full_build: dict[str, Any],
    full_deploy: dict[str, Any],
) -> None:
    for role in of_kind(build, deploy, "AWS::IAM::Role"):
        assert "PermissionsBoundary" not in role
    for role in of_kind(full_build, full_deploy, "AWS::IAM::Role"):
        assert role["PermissionsBoundary"] == "arn:aws:iam::123456789012:policy/boundary"


def test_the_configured_tags_are_on_every_resource_that_takes_any(
    everything: list[tuple[str, dict[str, Any]]],
) -> None:
    tagged = [
        resource["Properties"]["Tags"]
        for _, resource in everything
        if "Tags" in resource["Properties"]
    ]
    assert len(tagged) > 30
    for tags in tagged:
        pairs = tags.items() if isinstance(tags, dict) else [(t["Key"], t["Value"]) for t in tags]
        assert {("project", "abalone"), ("cost-center", "42")} <= set(pairs)


def test_services_take_roles_on_for_this_account_only(
    build: dict[str, Any], deploy: dict[str, Any]
) -> None:
    """Lambda has no such condition: a function's role is in the function's own account anyway."""
    for role in of_kind(build, deploy, "AWS::IAM::Role"):
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        service = statement["Principal"].get("Service")
        if service and service != "lambda.amazonaws.com":
            expected = {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}
            assert statement["Condition"] == expected


def test_the_deploy_stack_imports_what_the_build_stack_exports(
    build: dict[str, Any], deploy: dict[str, Any]
) -> None:
    exported = {
        output["Export"]["Name"] for output in build["Outputs"].values() if "Export" in output
    }
    imported: set[str] = set()

    def visit(value: Any) -> None:
        if isinstance(value, dict):
            imported.update([value["Fn::ImportValue"]] if "Fn::ImportValue" in value else [])
            for each in value.values():
                visit(each)
        elif isinstance(value, list):
            for each in value:
                visit(each)

    visit(deploy["Resources"])
    assert imported == exported
