"""What carries data keeps its logical id and its names, and outlives its stack.

CloudFormation knows a resource by its logical id. With another id, or another value of a property that
cannot be changed in place, it makes a new, empty one, and the project goes on with that.
https://docs.aws.amazon.com/cdk/v2/guide/best-practices.html
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import pytest

from .assemblies import Template
from .configurations import CONFIGURATIONS


@dataclass(frozen=True)
class Stateful:
    """A resource with data: where it is, what it holds, and what its type makes anew for a change of."""

    stack: str
    logical_id: str
    type: str
    holds: str
    names: dict[str, Any] = field(default_factory=dict)
    without: frozenset[str] = frozenset()  # the configurations that have none
    # A bucket that another account reads has a name: that is another bucket than the one without.
    in_accounts: dict[str, Any] = field(default_factory=dict)

    def names_in(self, configuration: str) -> dict[str, Any]:
        return self.names | (self.in_accounts if configuration == "accounts" else {})


# Change these only together with a plan for the data.
STATEFUL = [
    Stateful(
        "Abalone-ModelBuild",
        "ArtifactBucket7410C9EF",
        "AWS::S3::Bucket",
        "training data, models and baselines",
        {"BucketName": None},
        in_accounts={"BucketName": "abalone-modelbuildldartifactbucket99cfd170f99e3225d6a3"},
    ),
    Stateful(
        "Abalone-ModelBuild",
        "Repository22E53BBD",
        "AWS::CodeCommit::Repository",
        "every commit that was pushed",
        # Not replaced for another name, but no longer where people push to.
        {"RepositoryName": "abalone-model-build"},
        without=frozenset({"connection"}),
    ),
    Stateful(
        "Abalone-ModelBuild",
        "ModelPackageGroup",
        "AWS::SageMaker::ModelPackageGroup",
        "every version, who approved it, and the baselines that checks compare with",
        {"ModelPackageGroupName": "AbalonePackageGroup"},
    ),
    Stateful(
        "Abalone-ModelDeploy",
        "ManifestBucket46C412A5",
        "AWS::S3::Bucket",
        "what is deployed, and the history of what was",
        {"BucketName": None},
    ),
    Stateful(
        "Abalone-Staging",
        "CaptureBucket66D28918",
        "AWS::S3::Bucket",
        "what the endpoint captured",
        {"BucketName": None},
        without=frozenset({"serverless", "full"}),
        in_accounts={"BucketName": "abalone-stagingingcapturebucketf883eb5cd2e734c37aee"},
    ),
    Stateful(
        "Abalone-Prod",
        "CaptureBucket66D28918",
        "AWS::S3::Bucket",
        "what the endpoint captured",
        {"BucketName": None},
        without=frozenset({"serverless"}),
        in_accounts={"BucketName": "abalone-prodrodcapturebucket685287354c8f689aa69e"},
    ),
]
# Everything else is made anew without a loss; a new kind is to be thought about here.
STATELESS_TYPES = {
    "AWS::CloudWatch::Alarm",
    "AWS::CodeBuild::Project",
    "AWS::CodePipeline::Pipeline",
    "AWS::Events::EventBusPolicy",
    "AWS::Events::Rule",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::S3::BucketPolicy",
    "AWS::SSM::Parameter",
    "AWS::Scheduler::Schedule",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
}


def losses(template: Template, stack: str, configuration: str) -> list[str]:
    """What a deployment of the template would lose or leave unguarded, a sentence each."""
    found = []
    resources = template["Resources"]
    here = [known for known in STATEFUL if known.stack == stack]
    for known in here:
        if configuration in known.without:
            continue
        name, names = known.logical_id, known.names_in(configuration)
        resource = resources.get(name)
        if resource is None or resource["Type"] != known.type:
            found.append(
                f"{name} ({known.type}) is not in {stack} under this logical id: CloudFormation would "
                f"make a new, empty one in its place, without {known.holds}"
            )
            continue
        given = {key: resource["Properties"].get(key) for key in names}
        if given != names:
            found.append(
                f"{name} ({known.type}) has {given} instead of {names}: CloudFormation would "
                f"replace it, or people would not find it, and with it {known.holds}"
            )
        if {resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")} != {"Retain"}:
            found.append(
                f"{name} ({known.type}) is not retained: `cdk destroy` or a replacement would delete "
                f"{known.holds}"
            )
    for name, resource in resources.items():
        if (
            name not in {known.logical_id for known in here}
            and resource["Type"] not in STATELESS_TYPES
        ):
            found.append(
                f"{name} ({resource['Type']}) is new: list it as stateful, with what it holds, or its "
                "type as stateless"
            )
    return found


def test_nothing_that_carries_data_is_lost(any_template: Template, row: tuple[str, str]) -> None:
    configuration, stack = row
    assert losses(any_template, stack, configuration) == []


def test_what_is_stateless_is_not_retained(any_template: Template, row: tuple[str, str]) -> None:
    """`cdk destroy` leaves what is documented, and nothing else."""
    _, stack = row
    kept = [
        name
        for name, resource in any_template["Resources"].items()
        if "Retain" in (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
    ]
    assert set(kept) <= {known.logical_id for known in STATEFUL if known.stack == stack}


def test_configurations_without_something_are_known() -> None:
    for known in STATEFUL:
        assert known.without <= set(CONFIGURATIONS)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("rename", "would make a new, empty one in its place, without every commit"),
        ("delete", "would make a new, empty one in its place, without every commit"),
        ("other name", "has {'RepositoryName': 'other'} instead of"),
        ("unguard", "is not retained: `cdk destroy` or a replacement would delete every commit"),
    ],
)
def test_a_change_of_the_repository_says_what_would_be_lost(
    build: Template, change: str, words: str
) -> None:
    name = "Repository22E53BBD"
    changed = copy.deepcopy(build)
    resources = changed["Resources"]
    if change == "rename":
        resources["Repository00000000"] = resources.pop(name)
    elif change == "delete":
        del resources[name]
    elif change == "other name":
        resources[name]["Properties"]["RepositoryName"] = "other"
    else:
        del resources[name]["UpdateReplacePolicy"]
    found = losses(changed, "Abalone-ModelBuild", "default")
    assert found[0].startswith(f"{name} (AWS::CodeCommit::Repository) ")
    assert words in found[0]
    assert len(found) == (2 if change == "rename" else 1)


def test_a_new_kind_of_resource_is_to_be_thought_about(build: Template) -> None:
    changed = copy.deepcopy(build)
    changed["Resources"]["Table"] = {"Type": "AWS::DynamoDB::Table", "Properties": {}}
    (found,) = losses(changed, "Abalone-ModelBuild", "default")
    assert found.startswith("Table (AWS::DynamoDB::Table) is new: ")
