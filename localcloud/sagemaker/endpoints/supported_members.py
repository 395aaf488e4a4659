"""What requests about models and endpoints may say here; the rest is refused by name.

Known differences that are accepted because nothing of them can be seen from outside: instance type,
volume and its encryption (the laptop's), how long a model's download may take. Network isolation is
accepted too: the built-in algorithm's server calls nobody, but a model's own code is not kept from the
network and from its role's credentials, as it would be on AWS.
"""

from __future__ import annotations

from localcloud.sagemaker.jobs.supported_members import VPC, Members

_CONTAINER: Members = {
    "ContainerHostname": True,
    "Image": True,
    "Mode": {"SingleModel"},
    "ModelDataUrl": True,
    "Environment": True,
    "ModelPackageName": True,
}

MODEL: Members = {
    "ModelName": True,
    "PrimaryContainer": _CONTAINER,
    "Containers": _CONTAINER,
    "ExecutionRoleArn": True,
    "Tags": True,
    "EnableNetworkIsolation": True,
    "VpcConfig": VPC,
}

ENDPOINT_CONFIG: Members = {
    "EndpointConfigName": True,
    "ProductionVariants": {
        "VariantName": True,
        "ModelName": True,
        "InitialInstanceCount": True,
        "InstanceType": True,
        "InitialVariantWeight": True,
        "ServerlessConfig": {
            "MemorySizeInMB": True,
            "MaxConcurrency": True,
            "ProvisionedConcurrency": True,
        },
        "VolumeSizeInGB": True,
        "ModelDataDownloadTimeoutInSeconds": True,
        "ContainerStartupHealthCheckTimeoutInSeconds": True,
    },
    "DataCaptureConfig": True,
    "Tags": True,
    "KmsKeyId": True,
}

_DEPLOYMENT_CONFIG: Members = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": True,
            "WaitIntervalInSeconds": True,
            "CanarySize": {"Type": True, "Value": True},
            "LinearStepSize": {"Type": True, "Value": True},
        },
        "TerminationWaitInSeconds": True,
        "MaximumExecutionTimeoutInSeconds": True,
    },
    "RollingUpdatePolicy": {
        "MaximumBatchSize": {"Type": True, "Value": True},
        "WaitIntervalInSeconds": True,
        "MaximumExecutionTimeoutInSeconds": True,
        "RollbackMaximumBatchSize": {"Type": True, "Value": True},
    },
    "AutoRollbackConfiguration": {"Alarms": {"AlarmName": True}},
}

ENDPOINT: Members = {
    "EndpointName": True,
    "EndpointConfigName": True,
    "DeploymentConfig": _DEPLOYMENT_CONFIG,
    "Tags": True,
}

ENDPOINT_UPDATE: Members = {
    "EndpointName": True,
    "EndpointConfigName": True,
    "RetainAllVariantProperties": True,
    "ExcludeRetainedVariantProperties": True,
    "DeploymentConfig": _DEPLOYMENT_CONFIG,
    "RetainDeploymentConfig": True,
}

WEIGHTS_AND_CAPACITIES: Members = {
    "EndpointName": True,
    "DesiredWeightsAndCapacities": {
        "VariantName": True,
        "DesiredWeight": True,
        "DesiredInstanceCount": True,
    },
}
