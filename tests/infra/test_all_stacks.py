"""What holds for every resource of a kind, in all stacks."""

from __future__ import annotations

from typing import Any

from .assemblies import Assemblies, Template
from .configurations import LONGEST_TAGS, STACKS
from .synthesis import resources, template

FUNCTIONS = 9


def of_kind(templates: list[Template], kind: str) -> list[dict[str, Any]]:
    found = [resource for each in templates for resource in resources(each, kind).values()]
    assert found
    return [resource["Properties"] for resource in found]


def imports(value: Any) -> set[str]:
    """The exports that a part of a template takes values of."""
    if isinstance(value, dict):
        own = {str(value["Fn::ImportValue"])} if "Fn::ImportValue" in value else set()
        return own.union(*map(imports, value.values()))
    if isinstance(value, list):
        return set().union(*map(imports, value))
    return set()


def exports(found: Template) -> set[str]:
    outputs = found.get("Outputs", {}).values()
    return {output["Export"]["Name"] for output in outputs if "Export" in output}


def test_logs_are_kept_for_the_configured_time(
    all_stacks: list[Template], all_full_stacks: list[Template]
) -> None:
    for days, templates in ((90, all_stacks), (365, all_full_stacks)):
        groups = of_kind(templates, "AWS::Logs::LogGroup")
        assert {group["RetentionInDays"] for group in groups} == {days}
        # One for each function, one for the builds.
        assert len(groups) == FUNCTIONS + 1


def test_functions_log_as_json_to_their_own_group(all_stacks: list[Template]) -> None:
    functions = of_kind(all_stacks, "AWS::Lambda::Function")
    assert {function["LoggingConfig"]["LogFormat"] for function in functions} == {"JSON"}
    assert len({function["LoggingConfig"]["LogGroup"] for function in functions}) == FUNCTIONS


def test_every_rule_has_a_dead_letter_queue(all_stacks: list[Template]) -> None:
    for rule in of_kind(all_stacks, "AWS::Events::Rule"):
        for target in rule["Targets"]:
            assert target["DeadLetterConfig"]["Arn"] == "${UndeliveredEvents0A4241A7.Arn}"


def test_every_rule_may_write_to_its_dead_letter_queue(build: Template, deploy: Template) -> None:
    for found in (build, deploy):
        (policy,) = (
            policy
            for name, policy in resources(found, "AWS::SQS::QueuePolicy").items()
            if name.startswith("UndeliveredEvents")
        )
        sources = {
            statement["Condition"]["ArnEquals"]["aws:SourceArn"]
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Allow"
        }
        rules = resources(found, "AWS::Events::Rule")
        assert sources == {f"${{{rule}.Arn}}" for rule in rules}


def test_queues_are_encrypted_and_keep_events_for_two_weeks(all_stacks: list[Template]) -> None:
    for queue in of_kind(all_stacks, "AWS::SQS::Queue"):
        assert queue["SqsManagedSseEnabled"] is True
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 60 * 60


def test_buckets_are_private_and_encrypted(any_template: Template) -> None:
    for bucket in resources(any_template, "AWS::S3::Bucket").values():
        properties = bucket["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in ("AES256", "aws:kms")


def test_the_boundary_bounds_every_role(
    all_stacks: list[Template], all_full_stacks: list[Template]
) -> None:
    for role in of_kind(all_stacks, "AWS::IAM::Role"):
        assert "PermissionsBoundary" not in role
    for role in of_kind(all_full_stacks, "AWS::IAM::Role"):
        assert role["PermissionsBoundary"] == "arn:aws:iam::123456789012:policy/boundary"


def test_the_configured_tags_are_on_every_resource_that_takes_any(
    all_full_stacks: list[Template],
) -> None:
    tagged = [
        resource["Properties"]["Tags"]
        for found in all_full_stacks
        for resource in found["Resources"].values()
        if "Tags" in resource["Properties"]
    ]
    assert len(tagged) > 50
    for tags in tagged:
        pairs = tags.items() if isinstance(tags, dict) else [(t["Key"], t["Value"]) for t in tags]
        assert {("project", "abalone"), *LONGEST_TAGS.items()} <= set(pairs)


def test_services_take_roles_on_for_their_own_account_only(any_template: Template) -> None:
    """Lambda has no such condition: a function's role is in the function's own account anyway."""
    for role in resources(any_template, "AWS::IAM::Role").values():
        (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        service = statement["Principal"].get("Service")
        if service and service != "lambda.amazonaws.com":
            assert set(statement["Condition"]) == {"StringEquals"}
            assert set(statement["Condition"]["StringEquals"]) == {"aws:SourceAccount"}


def test_a_stack_imports_what_an_earlier_one_exports(
    assembly: Assemblies, row: tuple[str, str]
) -> None:
    """In the order of deployment; what another stack does not need is not exported."""
    configuration, stack = row
    found = {each: template(assembly(configuration), each) for each in STACKS}
    earlier = STACKS[: STACKS.index(stack)]
    available = set().union(*(exports(found[each]) for each in earlier))
    assert imports(found[stack]["Resources"]) <= available
    used = set().union(*(imports(each["Resources"]) for each in found.values()))
    assert exports(found[stack]) <= used
