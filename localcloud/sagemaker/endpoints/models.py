"""The part of the SageMaker backend that keeps models, endpoint configurations and endpoints.

Refusals and their texts are SageMaker's: what is missing, doubled or in the wrong state is a
`ValidationException` (the operations of botocore's model list only ResourceLimitExceeded).
"""

from __future__ import annotations

import re
import threading
from typing import Any

from moto.sagemaker.models import SageMakerModelBackend
from moto.utilities.utils import get_partition

from localcloud.cloud import current
from localcloud.errors import ValidationException, unsupported
from localcloud.sagemaker.containers import images
from localcloud.sagemaker.endpoints.deployment import Deployments
from localcloud.sagemaker.endpoints.records import (
    IN_PROGRESS,
    Endpoint,
    EndpointConfig,
    HostedModel,
)

# botocore's pattern for endpoint, configuration, variant and model names.
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


class EndpointsBackend(SageMakerModelBackend):
    """State of models and endpoints in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # moto's own dictionaries, so that its tagging operations find our records.
        self._models: dict[str, HostedModel] = {}
        self.endpoint_configs: dict[str, EndpointConfig] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self.hosting_lock = threading.RLock()
        self.deployments = Deployments(self)

    def arn_of(self, kind: str, name: str) -> str:
        """ARNs carry the name in lower case (observed in AWS's answers)."""
        partition = get_partition(self.region_name)
        return (
            f"arn:{partition}:sagemaker:{self.region_name}:{self.account_id}:{kind}/{name.lower()}"
        )

    # Models

    def create_hosted_model(self, request: dict[str, Any]) -> HostedModel:
        """CreateModel: one container, from an image and an artifact or from a model package."""
        name = self._require_name("modelName", request.get("ModelName"))
        arn = self.arn_of("model", name)
        model = HostedModel(name, arn, request, current().clock.now(), request.get("Tags") or [])
        if len(model.containers) != 1:
            raise unsupported("number of containers in a model", len(model.containers), [1])
        if request.get("VpcConfig"):
            raise unsupported("CreateModel member", "VpcConfig", ["no VPC"])
        if not request.get("ExecutionRoleArn"):
            raise ValidationException("1 validation error detected: ExecutionRoleArn is required")
        self.resolve_container(model.containers[0])
        with self.hosting_lock:
            if name in self._models:
                raise ValidationException(f'Cannot create already existing model "{arn}".')
            self._models[name] = model
        return model

    def resolve_container(self, container: dict[str, Any]) -> dict[str, Any]:
        """Image, artifact and environment of a container, looked up in its model package if it
        names one; refuses an image that nothing here can serve."""
        package_name = container.get("ModelPackageName")
        if package_name:
            package = self.describe_model_package(package_name)
            specification = package["InferenceSpecification"]["Containers"][0]
            environment = {
                **specification.get("Environment", {}),
                **container.get("Environment", {}),
            }
            resolved = {**specification, "Environment": environment}
        else:
            resolved = dict(container)
        if not resolved.get("Image"):
            raise ValidationException("Image or ModelPackageName must be given for a container")
        images.require_serving(resolved["Image"])
        return resolved

    def hosted_model(self, name: str) -> HostedModel:
        """The model, or SageMaker's words for its absence."""
        if name not in self._models:
            raise ValidationException(f'Could not find model "{self.arn_of("model", name)}".')
        return self._models[name]

    def delete_hosted_model(self, name: str) -> None:
        """DeleteModel: never refused for being in use, as on AWS."""
        self.hosted_model(name)
        del self._models[name]

    # Endpoint configurations

    def create_config(self, request: dict[str, Any]) -> EndpointConfig:
        """CreateEndpointConfig: instance-hosted production variants, with or without capture."""
        name = self._require_name("endpointConfigName", request.get("EndpointConfigName"))
        arn = self.arn_of("endpoint-config", name)
        for member in ("ShadowProductionVariants", "AsyncInferenceConfig", "ExplainerConfig"):
            if request.get(member):
                known = ["ProductionVariants", "DataCaptureConfig", "KmsKeyId", "Tags"]
                raise unsupported("CreateEndpointConfig member", member, known)
        for variant in request["ProductionVariants"]:
            self._require_name("variantName", variant.get("VariantName"))
            if variant.get("ServerlessConfig"):
                raise unsupported("production variant member", "ServerlessConfig", ["InstanceType"])
            self.hosted_model(variant["ModelName"])
        config = EndpointConfig(
            name, arn, request, current().clock.now(), request.get("Tags") or []
        )
        with self.hosting_lock:
            if name in self.endpoint_configs:
                raise ValidationException(
                    f'Cannot create already existing endpoint configuration "{arn}".'
                )
            self.endpoint_configs[name] = config
        return config

    def config(self, name: str) -> EndpointConfig:
        """The configuration, or SageMaker's words for its absence."""
        if name not in self.endpoint_configs:
            arn = self.arn_of("endpoint-config", name)
            raise ValidationException(f'Could not find endpoint configuration "{arn}".')
        return self.endpoint_configs[name]

    def delete_config(self, name: str) -> None:
        """DeleteEndpointConfig: never refused for being in use, as on AWS."""
        self.config(name)
        del self.endpoint_configs[name]

    # Endpoints

    def create_hosted_endpoint(self, request: dict[str, Any]) -> Endpoint:
        """CreateEndpoint: answers at once, the endpoint is Creating until it serves."""
        name = self._require_name("endpointName", request.get("EndpointName"))
        arn = self.arn_of("endpoint", name)
        config = self.config(request["EndpointConfigName"])
        now = current().clock.now()
        with self.hosting_lock:
            # Names differ in more than case (CreateEndpoint: "is case-insensitive").
            if any(known.lower() == name.lower() for known in self.endpoints):
                raise ValidationException(f'Cannot create already existing endpoint "{arn}".')
            endpoint = Endpoint(name, arn, config, now, now, tags=request.get("Tags") or [])
            endpoint.last_deployment_config = request.get("DeploymentConfig")
            self.endpoints[name] = endpoint
        self.deployments.create(endpoint)
        return endpoint

    def update_hosted_endpoint(self, request: dict[str, Any]) -> Endpoint:
        """UpdateEndpoint: all at once; traffic guardrails are refused by name."""
        endpoint = self.endpoint(request["EndpointName"])
        if request.get("DeploymentConfig") or request.get("RetainDeploymentConfig"):
            known = ["RetainAllVariantProperties", "ExcludeRetainedVariantProperties"]
            raise unsupported("UpdateEndpoint member", "DeploymentConfig", known)
        with self.hosting_lock:
            self._require_settled(endpoint)
            if endpoint.status == "Failed":
                # DeleteEndpoint is the only operation on a failed endpoint (API_DescribeEndpoint).
                raise ValidationException(f'Cannot update failed endpoint "{endpoint.arn}".')
            # Also refused when the current configuration was deleted (observed).
            self.config(endpoint.config.name)
            config = self.config(request["EndpointConfigName"])
            retain = bool(request.get("RetainAllVariantProperties"))
            excluded = {
                entry["VariantPropertyType"]
                for entry in request.get("ExcludeRetainedVariantProperties") or []
            }
            if not retain or "DesiredInstanceCount" in excluded:
                endpoint.instance_counts = {}
            endpoint.pending = config
            endpoint.status = "Updating"
            endpoint.failure_reason = None
            endpoint.modified = current().clock.now()
        self.deployments.update(endpoint)
        return endpoint

    def delete_hosted_endpoint(self, name: str) -> None:
        """DeleteEndpoint: model and configuration stay."""
        endpoint = self.endpoint(name)
        with self.hosting_lock:
            self._require_settled(endpoint)
            endpoint.status = "Deleting"
        self.deployments.delete(endpoint)

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint, or SageMaker's words for its absence."""
        if name not in self.endpoints:
            raise ValidationException(f'Could not find endpoint "{self.arn_of("endpoint", name)}".')
        return self.endpoints[name]

    def _require_settled(self, endpoint: Endpoint) -> None:
        if endpoint.status in IN_PROGRESS:
            raise ValidationException(f'Cannot update in-progress endpoint "{endpoint.arn}".')

    def _require_name(self, member: str, value: str | None) -> str:
        if not value or not _NAME.fullmatch(value):
            raise ValidationException(
                f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
                "constraint: Member must satisfy regular expression pattern: "
                "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
            )
        return value
