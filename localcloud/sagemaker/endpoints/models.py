"""The part of the SageMaker backend that keeps endpoint configurations and endpoints.

Refusals and their texts are SageMaker's: what is missing, doubled or in the wrong state is a
`ValidationException` (the operations of botocore's model list only ResourceLimitExceeded).
"""

from __future__ import annotations

from typing import Any

from localcloud.application_autoscaling import endpoint_hooks
from localcloud.cloud import current
from localcloud.errors import ValidationException, unsupported
from localcloud.sagemaker.endpoints import (
    deployment_config,
    endpoint_events,
    fleet_plan,
    serverless_config,
    supported_members,
)
from localcloud.sagemaker.endpoints.deployment import Deployments
from localcloud.sagemaker.endpoints.endpoint import IN_PROGRESS, Endpoint
from localcloud.sagemaker.endpoints.fleet_plan import FleetPlan
from localcloud.sagemaker.endpoints.hosted_models import HostedModelsBackend
from localcloud.sagemaker.endpoints.records import EndpointConfig, HostedModel
from localcloud.sagemaker.jobs import listing, request_validation
from localcloud.sagemaker.jobs.supported_members import require_supported


class EndpointsBackend(HostedModelsBackend):
    """State of endpoints in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # moto's own dictionaries, so that its other operations find our records.
        self.endpoint_configs: dict[str, EndpointConfig] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self.deployments = Deployments(self)

    # Endpoint configurations

    def create_config(self, request: dict[str, Any]) -> EndpointConfig:
        """CreateEndpointConfig: production variants on instances, or a serverless one."""
        request_validation.validate("CreateEndpointConfig", request)
        require_supported("CreateEndpointConfig", request, supported_members.ENDPOINT_CONFIG)
        name = request["EndpointConfigName"]
        arn = self.arn_of("endpoint-config", name)
        names = [variant["VariantName"] for variant in request["ProductionVariants"]]
        for variant in request["ProductionVariants"]:
            is_hosted = variant.get("InstanceType") or serverless_config.of(variant)
            if not is_hosted or names.count(variant["VariantName"]) > 1:
                raise ValidationException(
                    f"Production variant {variant['VariantName']} must have a name of its own and an "
                    "InstanceType or a ServerlessConfig."
                )
            if not variant.get("ModelName"):
                raise unsupported("production variant without", "ModelName", ["ModelName"])
            self.hosted_model(variant["ModelName"])
        serverless_config.require_valid(request, lambda name: self.hosted_model(name).request)
        config = EndpointConfig(
            name, arn, request, current().clock.now(), request.get("Tags") or []
        )
        with self.hosting_lock:
            if name in self.endpoint_configs:
                raise ValidationException(
                    f'Cannot create already existing endpoint configuration "{arn}".'
                )
            self.endpoint_configs[name] = config
        current().changes.announce()
        endpoint_events.config_state_change(
            config, account_id=self.account_id, region=self.region_name
        )
        return config

    def config(self, name: str) -> EndpointConfig:
        """The configuration, or SageMaker's words for its absence."""
        if name not in self.endpoint_configs:
            arn = self.arn_of("endpoint-config", name)
            raise ValidationException(f'Could not find endpoint configuration "{arn}".')
        return self.endpoint_configs[name]

    def delete_config(self, name: str) -> None:
        """DeleteEndpointConfig: never refused for being in use, as on AWS."""
        with self.hosting_lock:
            self.config(name)
            del self.endpoint_configs[name]
        current().changes.announce()

    def configs_page(self, request: dict[str, Any]) -> dict[str, Any]:
        """ListEndpointConfigs."""
        request_validation.validate("ListEndpointConfigs", request)
        configs = [config.summary() for config in list(self.endpoint_configs.values())]
        return listing.page(
            configs,
            request,
            answer="EndpointConfigs",
            name="EndpointConfigName",
            newest_first=True,
        )

    # Endpoints

    def create_hosted_endpoint(self, request: dict[str, Any]) -> Endpoint:
        """CreateEndpoint: answers at once, the endpoint is Creating until it serves."""
        request_validation.validate("CreateEndpoint", request)
        require_supported("CreateEndpoint", request, supported_members.ENDPOINT)
        # It is for later updates (RetainDeploymentConfig), but refused now if it cannot be.
        deployment_config.read(request.get("DeploymentConfig"))
        name = request["EndpointName"]
        arn = self.arn_of("endpoint", name)
        now = current().clock.now()
        with self.hosting_lock:
            # Names differ in more than case (CreateEndpoint: "is case-insensitive").
            if any(known.lower() == name.lower() for known in self.endpoints):
                raise ValidationException(f'Cannot create already existing endpoint "{arn}".')
            plan = fleet_plan.initial(self.config(request["EndpointConfigName"]))
            endpoint = Endpoint(name, arn, plan, now, now, tags=request.get("Tags") or [])
            endpoint.last_deployment_config = request.get("DeploymentConfig")
            self.endpoints[name] = endpoint
        self.deployments.create(endpoint)
        return endpoint

    def update_hosted_endpoint(self, request: dict[str, Any]) -> Endpoint:
        """UpdateEndpoint: answers at once, the endpoint is Updating until it has been replaced.

        Assumed: a DeploymentConfig that is given counts whatever RetainDeploymentConfig says, and an
        update without either leaves the last one in its place.
        """
        request_validation.validate("UpdateEndpoint", request)
        require_supported("UpdateEndpoint", request, supported_members.ENDPOINT_UPDATE)
        endpoint = self.endpoint(request["EndpointName"])
        with self.hosting_lock:
            self._require_updatable(endpoint)
            # Also refused when the current configuration was deleted (observed).
            self.config(endpoint.config.name)
            wanted = self.config(request["EndpointConfigName"])
            serverless_config.require_update(endpoint.config.variants, wanted.variants)
            endpoint_hooks.require_update(
                self.account_id, self.region_name, endpoint.name, endpoint.config, wanted
            )
            excluded = request.get("ExcludeRetainedVariantProperties") or []
            plan = fleet_plan.updated(
                endpoint.live,
                wanted,
                retain=bool(request.get("RetainAllVariantProperties")),
                excluded={entry["VariantPropertyType"] for entry in excluded},
            )
            how = request.get("DeploymentConfig")
            if how is None and request.get("RetainDeploymentConfig"):
                how = endpoint.last_deployment_config
            strategy = deployment_config.for_update(how, endpoint.live, plan)
            if endpoint.status == "UpdateRollbackFailed":
                strategy = deployment_config.UNGUARDED
            endpoint.last_deployment_config = how or endpoint.last_deployment_config
            self._begin_update(endpoint, plan)
        self.deployments.update(endpoint, strategy)
        return endpoint

    def rescale_endpoint(self, request: dict[str, Any]) -> Endpoint:
        """UpdateEndpointWeightsAndCapacities: the same configuration with other numbers."""
        operation = "UpdateEndpointWeightsAndCapacities"
        request_validation.validate(operation, request)
        require_supported(operation, request, supported_members.WEIGHTS_AND_CAPACITIES)
        endpoint = self.endpoint(request["EndpointName"])
        with self.hosting_lock:
            self._require_updatable(endpoint)
            if endpoint.status == "UpdateRollbackFailed":
                # Its fleets are of two configurations (assumed).
                raise ValidationException(f'Cannot rescale endpoint "{endpoint.arn}": update it.')
            plan = fleet_plan.rescaled(endpoint.live, request["DesiredWeightsAndCapacities"])
            self._begin_update(endpoint, plan)
        self.deployments.rescale(endpoint)
        return endpoint

    def delete_hosted_endpoint(self, name: str) -> None:
        """DeleteEndpoint: model and configuration stay."""
        endpoint = self.endpoint(name)
        with self.hosting_lock:
            self._require_settled(endpoint)
            endpoint_hooks.release(self.account_id, self.region_name, name)
            endpoint.status = "Deleting"
            endpoint.modified = current().clock.now()
        self.deployments.delete(endpoint)

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint, or SageMaker's words for its absence."""
        if name not in self.endpoints:
            raise ValidationException(f'Could not find endpoint "{self.arn_of("endpoint", name)}".')
        return self.endpoints[name]

    def deployed(self, endpoint: Endpoint) -> None:
        """An endpoint has begun to serve what is live: for whoever keeps account of it."""

    def endpoints_page(self, request: dict[str, Any]) -> dict[str, Any]:
        """ListEndpoints."""
        request_validation.validate("ListEndpoints", request)
        endpoints = [endpoint.summary() for endpoint in list(self.endpoints.values())]
        return listing.page(
            endpoints, request, answer="Endpoints", name="EndpointName", newest_first=True
        )

    def _get_resource_from_arn(self, arn: str) -> Any:
        """What ListTags, AddTags and DeleteTags look at: ARNs carry names in lower case."""
        every: list[HostedModel | EndpointConfig | Endpoint] = [
            *self._models.values(),
            *self.endpoint_configs.values(),
            *self.endpoints.values(),
        ]
        known = {record.arn: record for record in every}
        return known[arn] if arn in known else super()._get_resource_from_arn(arn)

    def _begin_update(self, endpoint: Endpoint, plan: FleetPlan) -> None:
        endpoint.pending = plan
        endpoint.status = "Updating"
        endpoint.failure_reason = None
        endpoint.modified = current().clock.now()

    def _require_updatable(self, endpoint: Endpoint) -> None:
        self._require_settled(endpoint)
        if endpoint.status == "Failed":
            # DeleteEndpoint is the only operation on a failed endpoint (API_DescribeEndpoint).
            raise ValidationException(f'Cannot update failed endpoint "{endpoint.arn}".')

    def _require_settled(self, endpoint: Endpoint) -> None:
        if endpoint.status in IN_PROGRESS:
            raise ValidationException(f'Cannot update in-progress endpoint "{endpoint.arn}".')
