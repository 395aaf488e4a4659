"""The settings of each stage that the model deploy stack writes are those that deployments read."""

from __future__ import annotations

import importlib
import json
import re
from typing import Any

import jsonschema
import pytest

from .assemblies import Assemblies
from .configurations import CONFIGURATIONS, LONGEST_ENVIRONMENT, LONGEST_TAGS, PLACED
from .synthesis import ROOT, resources, template

STAGES = ("staging", "prod")
# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
MAX_PARAMETER = 4096
# The longest that CloudFormation may put in the place of each.
TOKENS = {
    "${AWS::Partition}": "aws-us-gov",
    "${AWS::AccountId}": "1" * 12,
    "${AWS::Region}": "ap-southeast-1",
}
BUCKET = "b" * 63
SCHEMA = json.loads((ROOT / "docs/manifest.schema.json").read_text())


def written(assembly: Assemblies, configuration: str, stage: str) -> str:
    """A stage's parameter as Systems Manager gets it, what it refers to as long as can be."""
    found = template(assembly(configuration), "Abalone-ModelDeploy")
    parameters = resources(found, "AWS::SSM::Parameter").values()
    (properties,) = (
        each["Properties"] for each in parameters if each["Properties"]["Name"].endswith(stage)
    )
    assert properties["Name"] == f"/slipway/abalone/stages/{stage}"
    # The others, of 8 KB, cost money and say so by their tier.
    assert properties["Type"] == "String"
    assert "Tier" not in properties
    text: str = properties["Value"]
    for token, value in TOKENS.items():
        text = text.replace(token, value)
    text = re.sub(r"\$\{Abalone-\w+:ExportsOutputRefCaptureBucket\w+\}", BUCKET, text)
    assert "${" not in text
    return text


@pytest.fixture(params=CONFIGURATIONS)
def configuration(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The shared package's reader."""
    monkeypatch.syspath_prepend(str(ROOT / "lambdas/shared"))
    return importlib.import_module("slipway_shared.stage_settings_json")


@pytest.mark.parametrize("stage", STAGES)
def test_they_are_read_and_as_published(
    assembly: Assemblies, configuration: str, stage: str, shared: Any
) -> None:
    text = written(assembly, configuration, stage)
    settings = shared.parse_stage_settings("here", stage, json.loads(text))
    assert settings.endpoint_name == f"abalone-{stage}"
    schema = {**SCHEMA["$defs"]["stage"], "$defs": SCHEMA["$defs"]}
    jsonschema.validate(json.loads(text), schema, jsonschema.Draft202012Validator)
    assert len(text) <= MAX_PARAMETER


@pytest.mark.parametrize("stage", STAGES)
def test_they_name_what_the_stages_stack_makes(
    assembly: Assemblies, configuration: str, stage: str
) -> None:
    settings = json.loads(written(assembly, configuration, stage))
    found = template(assembly(configuration), f"Abalone-{stage.capitalize()}")
    roles = {
        re.sub(r"\$\{AWS::Region\}", TOKENS["${AWS::Region}"], each["Properties"]["RoleName"])
        for each in resources(found, "AWS::IAM::Role").values()
        if "RoleName" in each["Properties"]
    }
    named = {settings["target"]["roleArn"], settings["executionRoleArn"]}
    assert {arn.rpartition("/")[2] for arn in named} == roles
    assert {arn.split(":")[4] for arn in named} == {settings["target"]["accountId"]}
    alarms = [
        alarm["Properties"]["AlarmName"]
        for alarm in resources(found, "AWS::CloudWatch::Alarm").values()
    ]
    # Nothing rolls an update of a serverless endpoint back; people are told all the same.
    assert settings["update"].get("alarmNames", alarms) == alarms
    assert ("alarmNames" in settings["update"]) == (configuration != "serverless")


def test_the_least_configuration(assembly: Assemblies, shared: Any) -> None:
    staging, prod = (
        shared.parse_stage_settings("here", stage, json.loads(written(assembly, "default", stage)))
        for stage in STAGES
    )
    assert (staging.update.type, prod.update.type) == ("ALL_AT_ONCE", "CANARY")
    assert (prod.update.step_percent, prod.update.wait_seconds) == (10, 300)
    for settings in (staging, prod):
        assert settings.hosting.instance_type == "ml.m5.large"
        assert settings.hosting.initial_instance_count == 1
        assert settings.data_capture.percentage == 100
        assert settings.data_capture.destination_s3_uri == f"s3://{BUCKET}/"
        assert (settings.auto_scaling, settings.vpc, settings.kms_key_id) == (None, None, None)
        assert settings.keep_versions == 3
        assert settings.update.latency_ratio == 2
        assert settings.tags == {"project": "abalone"}


def test_every_field_of_a_stage_gets_there(assembly: Assemblies) -> None:
    given = CONFIGURATIONS["full"]["stages"]["prod"]
    settings = json.loads(written(assembly, "full", "prod"))
    assert settings["instances"] == {
        "instanceType": given["instance_type"],
        "initialInstanceCount": given["initial_instance_count"],
    }
    assert settings["autoScaling"] == {
        "minCapacity": given["autoscaling"]["min_instance_count"],
        "maxCapacity": given["autoscaling"]["max_instance_count"],
        "invocationsPerInstance": given["autoscaling"]["invocations_per_instance"],
        "scaleInCooldownSeconds": given["autoscaling"]["scale_in_cooldown_seconds"],
        "scaleOutCooldownSeconds": given["autoscaling"]["scale_out_cooldown_seconds"],
    }
    assert settings["dataCapture"] == {
        "percentage": given["data_capture_percentage"],
        "destinationS3Uri": f"s3://{BUCKET}/",
        "kmsKeyId": given["kms_key_arn"],
    }
    alarms = settings["update"].pop("alarmNames")
    assert len(alarms) == 4
    assert settings["update"] == {
        "type": "LINEAR",
        "stepPercent": given["update"]["step_percent"],
        "waitSeconds": given["update"]["wait_seconds"],
        "finalBakeSeconds": given["update"]["final_bake_seconds"],
        "latencyRatio": given["alarms"]["latency_ratio"],
    }
    assert settings["vpc"] == {
        "subnetIds": PLACED["subnet_ids"],
        "securityGroupIds": PLACED["security_group_ids"],
    }
    assert settings["networkIsolation"] is True
    assert settings["kmsKeyId"] == given["kms_key_arn"]
    assert settings["containerEnvironment"] == LONGEST_ENVIRONMENT
    assert settings["startupHealthCheckSeconds"] == given["startup_health_check_seconds"]
    assert settings["modelDataDownloadSeconds"] == given["model_data_download_seconds"]
    assert settings["keepVersions"] == given["keep_versions"]
    assert settings["tags"] == {"project": "abalone", **LONGEST_TAGS}
    # Nothing is captured, so nothing says where.
    assert "dataCapture" not in json.loads(written(assembly, "full", "staging"))


def test_a_serverless_stage(assembly: Assemblies) -> None:
    settings = json.loads(written(assembly, "serverless", "prod"))
    given = {"memorySizeMb": 6144, "maxConcurrency": 200, "provisionedConcurrency": 10}
    assert settings["serverless"] == given
    assert settings["update"] == {"type": "ALL_AT_ONCE", "waitSeconds": 0, "finalBakeSeconds": 0}
    assert not {"instances", "dataCapture", "autoScaling", "vpc", "kmsKeyId"} & set(settings)


def test_the_longest_configuration_fits_into_a_parameter(assembly: Assemblies) -> None:
    """`full` has the longest tags and variables; what it has not is added."""
    text = written(assembly, "full", "prod")
    project = 32 - len("abalone")
    # In the endpoint's name, both roles, the external id, the four alarms, and the tag.
    names = project * 9
    subnets = (16 - len(PLACED["subnet_ids"])) * len('"subnet-0a1b2c3d4e5f60718",')
    groups = (5 - len(PLACED["security_group_ids"])) * len('"sg-0a1b2c3d4e5f60718",')
    instance_type = len("ml..") + 32 - len("ml.m6i.32xlarge")
    regions_and_partitions = 2 * (3 * len("ap-southeast-1") + len("aws-us-gov"))
    keys = 2 * (64 - 36)
    worst = len(text) + names + subnets + groups + instance_type + regions_and_partitions + keys
    assert worst <= MAX_PARAMETER
