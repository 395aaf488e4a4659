"""Which version an endpoint serves now, followed from the endpoint to the registry."""

from __future__ import annotations

from typing import Any

from slipway_shared.codepipeline_job import JobFailure


def require_live(sagemaker: Any, endpoint_name: str, model_package_arn: str) -> str:
    """The live configuration's name, if every variant of the endpoint serves this version. Raises
    JobFailure when the endpoint is not in service, or serves something else."""
    endpoint = sagemaker.describe_endpoint(EndpointName=endpoint_name)
    status, config_name = endpoint["EndpointStatus"], endpoint["EndpointConfigName"]
    if status != "InService":
        raise JobFailure(f"endpoint {endpoint_name} is {status}, not InService")
    config = sagemaker.describe_endpoint_config(EndpointConfigName=config_name)
    for variant in config["ProductionVariants"]:
        model = sagemaker.describe_model(ModelName=variant["ModelName"])
        containers = model.get("Containers") or [model.get("PrimaryContainer") or {}]
        served = [container.get("ModelPackageName") for container in containers]
        if served != [model_package_arn]:
            shown = ", ".join(str(package) for package in served)
            raise JobFailure(
                f"endpoint {endpoint_name} serves {shown} (variant {variant['VariantName']} of"
                f" {config_name}), not {model_package_arn}"
            )
    return str(config_name)
