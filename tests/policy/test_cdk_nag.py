"""cdk-nag's AwsSolutions rules, and the CDK's built-in template validation, which app.py leaves out,
find nothing that is not acknowledged, with a reason, in the code.

cdk-nag 3 is a validation plugin: it fails synth and writes validation-report.json. It makes no
annotations, so that a test of those, as one wrote for version 2, passes on anything; hence the planted
violations.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

import app as slipway
from infra import config
from infra.constructs.permissions import allow
from tests.infra.assemblies import Assemblies
from tests.infra.configurations import CONFIGURATIONS, FULL
from tests.infra.synthesis import context

Plant = Callable[[cdk.App], None]


def findings(outdir: Path, given: object, plant: Plant | None = None) -> set[tuple[str, str]]:
    """The rule and the construct of each finding, after a synth with the plugin."""
    app = cdk.App(
        context={**context(given), **slipway.FEATURES},
        outdir=str(outdir),
        analytics_reporting=False,
    )
    slipway.build(app, config.load(app.node.get_context("slipway")))
    if plant:
        plant(app)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError as error:
        assert str(error).startswith("ValidationFailed")
    report = json.loads((outdir / "validation-report.json").read_text())
    return {
        (violation["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }


def plant_bucket(app: cdk.App) -> None:
    s3.Bucket(cdk.Stack(app, "Planted"), "Bucket")


def plant_wildcard(app: cdk.App) -> None:
    role = app.node.find_child("Abalone-ModelBuild").node.find_child("SageMakerExecutionRole")
    assert isinstance(role, iam.Role)
    role.add_to_policy(
        iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::x/*"])
    )


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_nothing_is_found(tmp_path: Path, configuration: str) -> None:
    assert findings(tmp_path, CONFIGURATIONS[configuration]) == set()


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_each_acknowledgement_has_its_reason(assembly: Assemblies, configuration: str) -> None:
    """What `acknowledge` and `allow(..., because=…)` recorded with the construct is a sentence."""
    reasons = [
        reason
        for path in assembly(configuration).glob("*.metadata.json")
        for entries in json.loads(path.read_text()).values()
        for entry in (entries if isinstance(entries, list) else [])
        if entry.get("type") == "aws:cdk:acknowledged-rules"
        for reason in entry["data"].values()
    ]
    assert len(reasons) > 20
    assert [why for why in reasons if len(why) <= 20 or not why.endswith(".")] == []


def test_planted_violations_are_found_and_nothing_else(tmp_path: Path) -> None:
    def plant(app: cdk.App) -> None:
        plant_bucket(app)
        plant_wildcard(app)

    found = findings(tmp_path, FULL, plant)
    bucket = "Planted/Bucket/Resource"
    policy = "Abalone-ModelBuild/SageMakerExecutionRole/DefaultPolicy/Resource"
    assert found == {
        ("AwsSolutions-S1", bucket),
        ("AwsSolutions-S10", bucket),
        ("AwsSolutions-IAM5[Resource::arn:aws:s3:::x/*]", policy),
    }


def test_a_wildcard_without_a_reason_is_refused_where_it_is_written() -> None:
    stack = cdk.Stack()
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    with pytest.raises(TypeError, match="say why the resources of s3:GetObject"):
        allow(role, ["s3:GetObject"], ["arn:aws:s3:::bucket/*"])
