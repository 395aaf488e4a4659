"""Both pipelines in other regions and partitions, with nothing given but what has no default, and with
the SDK's validation of the role on, as a build has it: images and ARNs are the SDK's and the caller's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from definitions import all_steps
from offline_aws import ACCOUNT, OfflineAws
from pipelines.abalone import pipeline as training
from pipelines.batch_scoring import pipeline as scoring
from pipelines.check_steps import native

from tests.infra.assemblies import Assemblies
from tests.infra.configurations import CONFIGURATIONS
from tests.infra.synthesis import resources, template

# Partition and domain of each region:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
REGIONS = {
    "eu-central-1": ("aws", "amazonaws.com"),
    "us-gov-west-1": ("aws-us-gov", "amazonaws.com"),
    "cn-north-1": ("aws-cn", "amazonaws.com.cn"),
}
# For GovCloud the SDK (3.27.0) knows Clarify's image, but not that of Model Monitor's analyzer.
WITHOUT_NATIVE = {"us-gov-west-1"}
FRAMEWORKS = {"sagemaker-scikit-learn", "sagemaker-xgboost"}
ANALYZER, CLARIFY = "sagemaker-model-monitor-analyzer", "sagemaker-clarify-processing"
IMAGES = {
    ("training", "native"): {*FRAMEWORKS, ANALYZER, CLARIFY},
    ("training", "open"): FRAMEWORKS,
    # It transforms with the version's own container.
    ("scoring", "native"): {"sagemaker-scikit-learn", ANALYZER},
    ("scoring", "open"): FRAMEWORKS,
}
CASES = [
    (region, name, engine)
    for region in REGIONS
    for name in ("training", "scoring")
    for engine in ("native", "open")
    if not (engine == "native" and region in WITHOUT_NATIVE)
]
# The SDK's about its own deprecated parts.
pytestmark = pytest.mark.filterwarnings("ignore")
Upsert = Callable[..., tuple[OfflineAws, dict[str, Any]]]


def role(region: str) -> str:
    """The role that a build has, and passes on."""
    return f"arn:{REGIONS[region][0]}:iam::{ACCOUNT}:role/Build"


def outside(region: str) -> dict[str, str]:
    """What the batch-scoring pipeline cannot be without, as the stack puts it out there."""
    partition, domain = REGIONS[region]
    function = f"arn:{partition}:lambda:{region}:{ACCOUNT}:function:"
    return {
        "find_live_version_function_arn": f"{function}find-live-version",
        "judge_scores_function_arn": f"{function}judge-scores",
        "hand_over_queue_url": f"https://sqs.{region}.{domain}/{ACCOUNT}/scores",
    }


@pytest.fixture
def upserted(monkeypatch: pytest.MonkeyPatch) -> Upsert:
    """Build a pipeline in a region and upsert it: AWS, and the definition that reached it."""

    def upsert(
        region: str, name: str, denied: frozenset[str] = frozenset(), **arguments: Any
    ) -> tuple[OfflineAws, dict[str, Any]]:
        aws = OfflineAws(region, bucket=None)
        aws.denied_to_role = set(denied)
        monkeypatch.setattr(boto3, "Session", lambda **_: aws.boto_session)
        if name == "training":
            pipeline = training.get_pipeline(region, **arguments)
        else:
            pipeline = scoring.get_pipeline(region, **outside(region), **arguments)
        pipeline.upsert(role_arn=role(region))
        definition: dict[str, Any] = json.loads(aws.pipelines[pipeline.name])
        return aws, definition

    return upsert


def texts(value: Any) -> Iterator[str]:
    """Every string in a value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def elsewhere(definition: dict[str, Any], region: str) -> list[str]:
    """The ARNs, images and addresses in a definition that are not of the region and its partition."""
    partition, domain = REGIONS[region]
    image = rf"\d{{12}}\.dkr\.ecr\.{region}\.{re.escape(domain)}/sagemaker-[a-z-]+(:[\w.-]+)?"
    arn = rf"arn:{partition}:(iam::|[a-z]+:{region}:){ACCOUNT}:\S+"
    address = rf"https://[a-z]+\.{region}\.{re.escape(domain)}/\S*"
    return [
        text
        for text in texts(definition)
        if ("arn:" in text or ".dkr." in text or "amazonaws" in text)
        and not any(re.fullmatch(form, text) for form in (image, arn, address))
    ]


@pytest.mark.parametrize(("region", "name", "engine"), CASES)
def test_everything_is_of_the_region_and_its_partition(
    upserted: Upsert, region: str, name: str, engine: str
) -> None:
    aws, definition = upserted(region, name, check_engine=engine)
    assert elsewhere(definition, region) == []
    images = {text for text in texts(definition) if ".dkr.ecr." in text}
    kinds = {re.split(r"[/:]", image)[1] for image in images}
    assert kinds == IMAGES[name, engine]
    # The role was really looked at: whom it trusts, and for jobs what it may do.
    assert {each["RoleName"] for each in aws.called("GetRole")} == {"Build"}
    simulated = {each["PolicySourceArn"] for each in aws.called("SimulatePrincipalPolicy")}
    assert simulated == ({role(region)} if name == "training" else set())


@pytest.mark.parametrize("region", REGIONS)
def test_what_is_left_out_is_the_callers_and_the_regions(upserted: Upsert, region: str) -> None:
    _, definition = upserted(region, "training")
    assert elsewhere(definition, region) == []
    steps = all_steps(definition)
    assert steps["TrainAbaloneModel"]["Arguments"]["RoleArn"] == role(region)
    defaults = {each["Name"]: each["DefaultValue"] for each in definition["Parameters"]}
    assert defaults["InputDataUrl"] == f"s3://sagemaker-{region}-{ACCOUNT}/data/abalone.csv"
    kind = "Processing" if region in WITHOUT_NATIVE else "QualityCheck"
    assert steps["DataQualityCheck"]["Type"] == kind


@pytest.mark.parametrize("name", ["training", "scoring"])
def test_the_native_engine_is_refused_in_a_region_without_its_containers(
    upserted: Upsert, name: str
) -> None:
    with pytest.raises(ValueError, match="check_engine") as refused:
        upserted("us-gov-west-1", name, check_engine="native")
    assert str(refused.value) == (
        "check_engine is 'native', and the SageMaker SDK knows no container of Model Monitor in "
        "us-gov-west-1; 'open' makes the checks there"
    )


def test_which_regions_lack_a_container_is_the_sdks_knowledge() -> None:
    assert {region for region in REGIONS if native.lacking(region)} == WITHOUT_NATIVE
    assert native.lacking("xx-nowhere-1") == ("Model Monitor", "Clarify")


def test_a_role_that_lacks_a_permission_is_refused_there_too(upserted: Upsert) -> None:
    denied = frozenset({"ecr:GetAuthorizationToken"})
    with pytest.raises(Exception, match="Missing permissions: ecr:GetAuthorizationToken"):
        upserted("cn-north-1", "training", denied)


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_the_role_of_each_configuration_passes_the_validation(
    upserted: Upsert, assembly: Assemblies, configuration: str
) -> None:
    """The SDK simulates without naming resources, so that only what is allowed on all of them counts."""
    loaded = template(assembly(configuration), "Abalone-ModelBuild")
    allowed = {
        action
        for name, policy in resources(loaded, "AWS::IAM::Policy").items()
        if name.startswith("SageMakerExecutionRole")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Resource"] == "*" and "Condition" not in statement
        for action in statement["Action"]
    }
    aws, _ = upserted("eu-central-1", "training")
    asked = {name for each in aws.called("SimulatePrincipalPolicy") for name in each["ActionNames"]}
    assert len(asked) > 5
    assert asked - allowed == set()


@pytest.mark.parametrize(
    "planted",
    [
        "arn:aws:iam::123456789012:role/Build",
        "arn:aws-cn:lambda:cn-northwest-1:123456789012:function:f",
        "450853457545.dkr.ecr.cn-north-1.amazonaws.com/sagemaker-xgboost:3.2-0",
        "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:3.2-0",
        "https://sqs.cn-north-1.amazonaws.com/123456789012/scores",
    ],
)
def test_what_is_of_another_region_or_partition_is_found(planted: str) -> None:
    assert elsewhere({"Steps": [{"Arguments": [planted]}]}, "cn-north-1") == [planted]
