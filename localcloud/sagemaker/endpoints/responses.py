"""The operations of models, endpoint configurations and endpoints."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.responses import SageMakerResponse

from localcloud.sagemaker.jobs import request_validation


class EndpointsResponse(SageMakerResponse):
    """Parses a request, calls the backend, answers."""

    def create_model(self) -> ActionResult:
        model = self._hosting.create_hosted_model(self._hosting_request())
        return ActionResult({"ModelArn": model.arn})

    def describe_model(self) -> ActionResult:
        return ActionResult(
            self._hosting.hosted_model(self._named("DescribeModel", "ModelName")).describe()
        )

    def delete_model(self) -> ActionResult:
        self._hosting.delete_hosted_model(self._named("DeleteModel", "ModelName"))
        return EmptyResult()

    def list_models(self) -> ActionResult:
        return ActionResult(self._hosting.models_page(self._hosting_request()))

    def create_endpoint_config(self) -> ActionResult:
        config = self._hosting.create_config(self._hosting_request())
        return ActionResult({"EndpointConfigArn": config.arn})

    def describe_endpoint_config(self) -> ActionResult:
        return ActionResult(
            self._hosting.config(
                self._named("DescribeEndpointConfig", "EndpointConfigName")
            ).describe()
        )

    def delete_endpoint_config(self) -> ActionResult:
        self._hosting.delete_config(self._named("DeleteEndpointConfig", "EndpointConfigName"))
        return EmptyResult()

    def list_endpoint_configs(self) -> ActionResult:
        return ActionResult(self._hosting.configs_page(self._hosting_request()))

    def create_endpoint(self) -> ActionResult:
        endpoint = self._hosting.create_hosted_endpoint(self._hosting_request())
        return ActionResult({"EndpointArn": endpoint.arn})

    def update_endpoint(self) -> ActionResult:
        endpoint = self._hosting.update_hosted_endpoint(self._hosting_request())
        return ActionResult({"EndpointArn": endpoint.arn})

    def update_endpoint_weights_and_capacities(self) -> ActionResult:
        endpoint = self._hosting.rescale_endpoint(self._hosting_request())
        return ActionResult({"EndpointArn": endpoint.arn})

    def describe_endpoint(self) -> ActionResult:
        return ActionResult(
            self._hosting.endpoint(self._named("DescribeEndpoint", "EndpointName")).describe()
        )

    def delete_endpoint(self) -> ActionResult:
        self._hosting.delete_hosted_endpoint(self._named("DeleteEndpoint", "EndpointName"))
        return EmptyResult()

    def list_endpoints(self) -> ActionResult:
        return ActionResult(self._hosting.endpoints_page(self._hosting_request()))

    @property
    def _hosting(self) -> Any:
        return self.sagemaker_backend

    def _hosting_request(self) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(self.body or "{}")
        return request

    def _named(self, operation: str, member: str) -> str:
        """The name that an operation is asked with."""
        request = self._hosting_request()
        request_validation.validate(operation, request)
        name: str = request[member]
        return name
