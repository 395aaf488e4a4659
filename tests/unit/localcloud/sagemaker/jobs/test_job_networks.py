"""Jobs and models in a VPC: its subnets and groups must be there, and the role may use them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import EVERYTHING, service_principal
from tests.unit.localcloud.sagemaker.service import Service, image

SKLEARN = "sagemaker-scikit-learn"


@pytest.fixture(scope="module")
def vpc(service: Service) -> dict[str, list[str]]:
    """The `VpcConfig` of a subnet and a security group."""
    ec2 = service.client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(VpcId=vpc_id, GroupName="g", Description="d")["GroupId"]
    return {"Subnets": [subnet], "SecurityGroupIds": [group]}


def processing(service: Service, name: str, vpc: Any, **members: Any) -> None:
    """CreateProcessingJob, of a job that does nothing."""
    service.sagemaker.create_processing_job(
        **{
            "ProcessingJobName": name,
            "RoleArn": service.role,
            "AppSpecification": {
                "ImageUri": image(SKLEARN),
                "ContainerEntrypoint": ["python3", "-c", "print('done')"],
            },
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                    "VolumeSizeInGB": 1,
                    "VolumeKmsKeyId": "a-key",
                }
            },
            "NetworkConfig": {"VpcConfig": vpc, "EnableInterContainerTrafficEncryption": True},
            **members,
        }
    )


def test_a_job_runs_and_tells_its_vpc(service: Service, vpc: dict[str, list[str]]) -> None:
    processing(service, "in-a-vpc", vpc)

    def job() -> dict[str, Any]:
        told: dict[str, Any] = service.sagemaker.describe_processing_job(
            ProcessingJobName="in-a-vpc"
        )
        return told

    current().changes.wait_until(lambda: job()["ProcessingJobStatus"] != "InProgress", 60)
    told = job()
    assert told["ProcessingJobStatus"] == "Completed", told
    assert told["NetworkConfig"]["VpcConfig"] == vpc


def test_a_model_tells_its_vpc(service: Service, vpc: dict[str, list[str]]) -> None:
    service.sagemaker.create_model(
        ModelName="in-a-vpc",
        ExecutionRoleArn=service.role,
        PrimaryContainer={"Image": image("sagemaker-xgboost")},
        VpcConfig=vpc,
    )
    assert service.sagemaker.describe_model(ModelName="in-a-vpc")["VpcConfig"] == vpc


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("Subnets", "subnet-0123456789abcdef0", "DescribeSubnets with InvalidSubnetID.NotFound: "),
        ("SecurityGroupIds", "sg-0123", "DescribeSecurityGroups with InvalidGroup.NotFound: "),
    ],
)
def test_what_is_not_there_is_refused(
    service: Service, vpc: dict[str, list[str]], member: str, value: str, message: str
) -> None:
    wrong = {**vpc, member: [value]}
    with pytest.raises(ClientError, match=message):
        processing(service, "nowhere", wrong)
    with pytest.raises(ClientError, match=message):
        service.sagemaker.create_training_job(
            TrainingJobName="nowhere",
            RoleArn=service.role,
            AlgorithmSpecification={
                "TrainingImage": image("sagemaker-xgboost"),
                "TrainingInputMode": "File",
            },
            OutputDataConfig={"S3OutputPath": service.uri("out")},
            ResourceConfig={
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            },
            StoppingCondition={"MaxRuntimeInSeconds": 60},
            HyperParameters={"num_round": "1", "objective": "reg:squarederror"},
            VpcConfig=wrong,
        )


@pytest.mark.parametrize("verb", ["DescribeSubnets", "CreateNetworkInterface"])
def test_the_role_must_be_allowed_to_use_the_network(
    service: Service, vpc: dict[str, list[str]], verb: str
) -> None:
    denied = {"Effect": "Deny", "Action": f"ec2:{verb}", "Resource": "*"}
    role = service.make_role(f"no-{verb}", service_principal("sagemaker"), EVERYTHING, denied)
    with pytest.raises(ClientError, match=f"EC2 answers {verb} with UnauthorizedOperation: "):
        processing(service, "not-allowed", vpc, RoleArn=role)
