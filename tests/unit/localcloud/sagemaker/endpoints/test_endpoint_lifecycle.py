"""An endpoint from its creation to its deletion, as clients see it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.sagemaker.artifacts import archive

from .conftest import VARIANT, Hosting

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html"
)


def test_it_is_created_serves_and_is_deleted(hosting: Hosting) -> None:
    config = hosting.config(hosting.model("one"))
    arn = hosting.sagemaker.create_endpoint(
        EndpointName="Life-Cycle", EndpointConfigName=config, Tags=[{"Key": "a", "Value": "b"}]
    )["EndpointArn"]
    assert arn == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/life-cycle"
    first = hosting.describe("Life-Cycle")
    assert (first["EndpointStatus"], first["EndpointArn"]) == ("Creating", arn)
    described = hosting.settled("Life-Cycle")
    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == config
    (variant,) = described["ProductionVariants"]
    assert variant == {
        "VariantName": VARIANT,
        "CurrentWeight": 1.0,
        "DesiredWeight": 1.0,
        "CurrentInstanceCount": 1,
        "DesiredInstanceCount": 1,
    }
    assert not {"FailureReason", "PendingDeploymentSummary"} & described.keys()
    assert hosting.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    answer = hosting.runtime.invoke_endpoint(
        EndpointName="Life-Cycle", Body="1,2", ContentType="text/csv"
    )
    assert float(answer["Body"].read()) == pytest.approx(1, abs=0.05)
    assert answer["InvokedProductionVariant"] == VARIANT
    hosting.sagemaker.delete_endpoint(EndpointName="Life-Cycle")
    waiter = hosting.sagemaker.get_waiter("endpoint_deleted")
    waiter.wait(EndpointName="Life-Cycle", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    # Model and configuration stay.
    hosting.sagemaker.describe_endpoint_config(EndpointConfigName=config)
    events = hosting.service.events(arn, lambda detail: detail["EndpointStatus"] == "DELETING")
    statuses = {event["detail"]["EndpointStatus"] for event in events}
    assert statuses == {"CREATING", "IN_SERVICE", "DELETING"}
    (live,) = [each for each in events if each["detail"]["EndpointStatus"] == "IN_SERVICE"]
    assert live["detail-type"] == "SageMaker Endpoint State Change"
    assert live["detail"]["EndpointName"] == "Life-Cycle"
    assert live["detail"]["EndpointConfigName"] == config
    assert live["detail"]["ProductionVariants"] == [variant]
    assert live["detail"]["Tags"] == {"a": "b"}
    assert live["detail"]["CreationTime"] == int(described["CreationTime"].timestamp() * 1000)


def failed(hosting: Hosting, artifact: str) -> str:
    """The reason for which an endpoint of an artifact fails."""
    name = f"failing-{artifact.rpartition('/')[2]}"
    config = hosting.config(hosting.model(artifact))
    if artifact == "gone":
        hosting.service.s3.delete_object(Bucket=hosting.service.bucket, Key="gone/model.tar.gz")
    hosting.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
    described = hosting.settled(name)
    assert described["EndpointStatus"] == "Failed"
    assert "ProductionVariants" not in described
    with pytest.raises(ClientError, match="is not in service: Failed"):
        hosting.ask(name)
    return str(described["FailureReason"])


def test_an_artifact_that_went_away_fails_the_endpoint(hosting: Hosting) -> None:
    url = hosting.artifacts["gone"] = hosting.service.put("gone/model.tar.gz", archive(a=b""))
    assert failed(hosting, "gone").startswith(
        f'Failed to download model data for container "container_1" from URL: "{url}". Please ensure '
        "that there is an object located at the URL and that the role passed to CreateModel has "
        "permissions to download the object."
    )


def test_an_artifact_that_is_no_archive_fails_the_endpoint(hosting: Hosting) -> None:
    assert failed(hosting, "no-archive").startswith(
        'Failed to extract model data archive for container "container_1" from URL: '
    )


def test_a_model_that_does_not_load_fails_the_health_check(hosting: Hosting) -> None:
    assert failed(hosting, "broken") == (
        f"The primary container for production variant {VARIANT} did not pass the ping health "
        "check. Please check CloudWatch logs for this endpoint."
    )
    lines = hosting.service.log("/aws/sagemaker/Endpoints/failing-broken", VARIANT)
    assert any("xgboost-model is not an XGBoost model" in line for line in lines)


def test_nothing_is_left_on_the_disk(hosting: Hosting) -> None:
    name = hosting.endpoint(hosting.config(hosting.model()))
    assert list(current().directory("sagemaker", "artifacts").iterdir()) == []
    before = len(list(current().directory("sagemaker", "endpoints").iterdir()))
    hosting.sagemaker.delete_endpoint(EndpointName=name)

    def gone() -> bool:
        return len(list(current().directory("sagemaker", "endpoints").iterdir())) == before - 1

    assert current().changes.wait_until(gone, 20)


def test_lists_are_newest_first_and_filtered(hosting: Hosting) -> None:
    config = hosting.config(hosting.model())
    names = [hosting.endpoint(config) for _ in range(2)]
    listed = hosting.sagemaker.list_endpoints(StatusEquals="InService")["Endpoints"]
    assert [each["EndpointName"] for each in listed][:2] == names[::-1]
    (one,) = hosting.sagemaker.list_endpoints(NameContains=names[0].upper())["Endpoints"]
    assert one["EndpointName"] == names[0]
    configs = hosting.sagemaker.list_endpoint_configs(MaxResults=1)
    assert configs["EndpointConfigs"][0]["EndpointConfigName"] == config
    assert "NextToken" in configs
    assert hosting.sagemaker.list_models(NameContains="model-", MaxResults=2)["Models"]
