"""Each rule of the templates matches the published events that it is for, and no other."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.events.event_pattern import matches
from tests.contract.samples import SAMPLES

PATTERNS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html"
# Each rule, by its logical id without the hash, and the samples that it is for.
RULES = {
    "PipelineMainBranchUpdatedRule": {
        "codecommit-repository-state-change-created",
        "codecommit-repository-state-change-updated-merge",
        "codecommit-repository-state-change-updated-push-reconstructed",
    },
    "RequestDeploymentModelPackageStateChangedRule": {
        "sagemaker-model-package-state-change-approved",
        "sagemaker-model-package-state-change-approved-reconstructed",
        # A change of the life cycle of an approved version: the function finds nothing to do.
        "sagemaker-model-package-state-change-lifecycle",
        "sagemaker-model-package-state-change-rejected",
    },
    "PipelineManifestWrittenRule": {"s3-object-created-eventbridge"},
    "RequestDeploymentParameterChangedRule": {
        "ssm-parameter-store-change-create",
        "ssm-parameter-store-change-delete",
        "ssm-parameter-store-change-update",
    },
    "NotificationsAlarmRule": {
        "cloudwatch-alarm-state-change-composite-suppressed",
        "cloudwatch-alarm-state-change-metric",
        "cloudwatch-alarm-state-change-metric-math",
        "cloudwatch-alarm-state-change-model-monitor-drift",
    },
    "NotificationsModelBuildFailedRule": {"codepipeline-pipeline-execution-failed"},
    "NotificationsModelDeployFailedRule": {"codepipeline-pipeline-execution-failed"},
}
# The members by which a rule names its own repository, bucket, group, pipeline. Every sample is
# given the rule's own names, so that only what happened can tell it from another.
NAMES = (
    ("resources",),
    ("detail", "bucket", "name"),
    ("detail", "object", "key"),
    ("detail", "referenceName"),
    ("detail", "ModelPackageGroupName"),
    ("detail", "name"),
    ("detail", "alarmName"),
)


def patterns(templates: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each rule's name and pattern; an intrinsic function is a text that stands for its value."""
    for template in templates.values():
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Events::Rule":
                yield (
                    re.sub(r"[0-9A-F]{8}$", "", logical_id),
                    resolved(resource["Properties"]["EventPattern"]),
                )


def resolved(value: Any) -> Any:
    """The pattern with a text in the place of each intrinsic function."""
    if isinstance(value, list):
        return [resolved(item) for item in value]
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref")):
            return json.dumps(value, sort_keys=True)
        return {name: resolved(item) for name, item in value.items()}
    return value


def renamed(event: dict[str, Any], pattern: dict[str, Any]) -> dict[str, Any]:
    """The event of something that has the rule's names."""
    made = copy.deepcopy(event)
    for *path, last in NAMES:
        wanted: Any = pattern
        target: Any = made
        for name in path:
            wanted, target = wanted.get(name, {}), target.get(name, {})
        if last in wanted and last in target:
            target[last] = wanted[last] if last == "resources" else wanted[last][0]
    return made


@pytest.mark.documented(PATTERNS)
def test_every_rule_is_listed_with_its_samples(templates: dict[str, dict[str, Any]]) -> None:
    assert {name for name, _ in patterns(templates)} == set(RULES)


@pytest.mark.documented(PATTERNS)
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_matches_its_samples_and_no_other(
    templates: dict[str, dict[str, Any]], rule: str
) -> None:
    pattern = dict(patterns(templates))[rule]
    matched = {
        sample.name for sample in SAMPLES if matches(pattern, renamed(sample.event, pattern))
    }
    assert matched == RULES[rule]


@pytest.mark.documented(PATTERNS)
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_does_not_match_what_bears_another_name(
    templates: dict[str, dict[str, Any]], rule: str
) -> None:
    pattern = dict(patterns(templates))[rule]
    assert not any(matches(pattern, sample.event) for sample in SAMPLES)
