"""The templates in other regions and partitions.

Without a region, as they are synthesized, they leave region and partition to CloudFormation; with one the
CDK writes both out.
"""

from __future__ import annotations

import re
from typing import Any

import aws_cdk as cdk
import pytest

import app as slipway
from infra import config

from .assemblies import Assemblies, Template
from .configurations import CONFIGURATIONS, STACKS
from .synthesis import context, template

ACCOUNT = "123456789012"
PARTITIONS = {"eu-central-1": "aws", "us-gov-west-1": "aws-us-gov", "cn-north-1": "aws-cn"}
# Services are principals under the same names in every partition:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
PRINCIPAL = re.compile(r"(?<![\w.-])(?:sagemaker\.application-autoscaling|[a-z]+)\.amazonaws\.com")
# What the bootstrap's parameter and policies name is the CDK's own affair.
PARTS = ("Resources", "Outputs")


def texts(value: Any) -> list[str]:
    """Every string in a value, keys apart."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


def fixed(found: Template, given: list[str]) -> list[str]:
    """The strings that fix a partition or a domain of AWS's, the configuration's own ones apart."""
    arns = [re.escape(text) for text in given if text.startswith("arn:")]
    known = re.compile("|".join([PRINCIPAL.pattern, *arns]))
    return [
        text
        for text in texts({part: found[part] for part in PARTS})
        if re.search(r"arn:aws|amazonaws", known.sub("", text))
    ]


# With a region the CDK writes both out: test_each_region_gets_its_own_arns.
OF_NO_REGION = [name for name, slipway in CONFIGURATIONS.items() if "region" not in slipway]


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("configuration", OF_NO_REGION)
def test_no_template_fixes_a_partition(
    assembly: Assemblies, configuration: str, stack: str
) -> None:
    found = template(assembly(configuration), stack)
    assert fixed(found, texts(CONFIGURATIONS[configuration])) == []


def test_a_planted_partition_is_found() -> None:
    arn = {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "Bucket"}]]}
    url = {"Fn::Sub": "https://sqs.${AWS::Region}.amazonaws.com/x"}
    planted = {"Resources": {"A": {"Properties": {"Arn": arn, "Url": url}}}, "Outputs": {}}
    assert fixed(planted, []) == ["arn:aws:s3:::", "https://sqs.${AWS::Region}.amazonaws.com/x"]


@pytest.fixture(scope="module")
def of_regions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Template]]:
    """All templates of each region, synthesized for it."""
    outdir = tmp_path_factory.mktemp("regions")
    app = cdk.App(
        context={**context(CONFIGURATIONS["default"]), **slipway.FEATURES},
        outdir=str(outdir),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
    )
    settings = config.load(app.node.get_context(config.CONTEXT_KEY))
    for region in PARTITIONS:
        environment = cdk.Environment(account=ACCOUNT, region=region)
        slipway.build(cdk.Stage(app, region, env=environment), settings)
    app.synth()
    return {
        region: [
            template(path.parent, path.name.removesuffix(".template.json"))
            for path in sorted((outdir / f"assembly-{region}").glob("*.template.json"))
        ]
        for region in PARTITIONS
    }


@pytest.mark.parametrize("region", PARTITIONS)
def test_each_region_gets_its_own_arns(of_regions: dict[str, list[Template]], region: str) -> None:
    templates = of_regions[region]
    assert len(templates) == len(STACKS)
    for found in templates:
        found_texts = texts({part: found[part] for part in PARTS})
        partitions = {
            name for text in found_texts for name in re.findall(r"arn:(aws[a-z-]*):", text)
        }
        assert partitions == {PARTITIONS[region]}
        regions = {
            name
            for text in found_texts
            for name in re.findall(r"\b[a-z]{2}(?:-[a-z]+)?-[a-z]+-\d\b", text)
        }
        assert regions == {region}
        # In an address, the domain would have to be the partition's: there is none but in the names of
        # services.
        assert [text for text in found_texts if "amazonaws" in PRINCIPAL.sub("", text)] == []
