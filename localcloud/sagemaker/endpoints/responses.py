"""The operations of models, endpoint configurations and endpoints."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.responses import SageMakerResponse

from localcloud.errors import ValidationException

_MAX_RESULTS = 100


class EndpointsResponse(SageMakerResponse):
    """Parses a request, calls the backend, answers."""

    def create_model(self) -> ActionResult:
        return ActionResult({"ModelArn": self._hosting.create_hosted_model(self._request()).arn})

    def describe_model(self) -> ActionResult:
        return ActionResult(self._hosting.hosted_model(self._get_param("ModelName")).describe())

    def delete_model(self) -> ActionResult:
        self._hosting.delete_hosted_model(self._get_param("ModelName"))
        return EmptyResult()

    def list_models(self) -> ActionResult:
        return self._page("Models", self._hosting._models.values(), "ModelName")

    def create_endpoint_config(self) -> ActionResult:
        config = self._hosting.create_config(self._request())
        return ActionResult({"EndpointConfigArn": config.arn})

    def describe_endpoint_config(self) -> ActionResult:
        return ActionResult(self._hosting.config(self._get_param("EndpointConfigName")).describe())

    def delete_endpoint_config(self) -> ActionResult:
        self._hosting.delete_config(self._get_param("EndpointConfigName"))
        return EmptyResult()

    def list_endpoint_configs(self) -> ActionResult:
        configs = self._hosting.endpoint_configs.values()
        return self._page("EndpointConfigs", configs, "EndpointConfigName")

    def create_endpoint(self) -> ActionResult:
        endpoint = self._hosting.create_hosted_endpoint(self._request())
        return ActionResult({"EndpointArn": endpoint.arn})

    def update_endpoint(self) -> ActionResult:
        endpoint = self._hosting.update_hosted_endpoint(self._request())
        return ActionResult({"EndpointArn": endpoint.arn})

    def describe_endpoint(self) -> ActionResult:
        return ActionResult(self._hosting.endpoint(self._get_param("EndpointName")).describe())

    def delete_endpoint(self) -> ActionResult:
        self._hosting.delete_hosted_endpoint(self._get_param("EndpointName"))
        return EmptyResult()

    def list_endpoints(self) -> ActionResult:
        return self._page("Endpoints", self._hosting.endpoints.values(), "EndpointName")

    def update_endpoint_weights_and_capacities(self) -> ActionResult:
        # moto changes numbers and no capacity; nothing here scales yet.
        raise NotImplementedError("capacities of an endpoint are not changed yet")

    @property
    def _hosting(self) -> Any:
        return self.sagemaker_backend

    def _request(self) -> dict[str, Any]:
        return dict(self._get_params())

    def _page(self, member: str, records: Any, name_member: str) -> ActionResult:
        """Filters, order (newest first, these operations' default) and pages of a listing."""
        summaries = [record.summary() for record in list(records)]
        contains = (self._get_param("NameContains") or "").lower()
        status = self._get_param("StatusEquals")
        kept = [
            summary
            for summary in summaries
            if contains in summary[name_member].lower()
            and status in (None, summary.get("EndpointStatus"))
        ]
        by_name = self._get_param("SortBy") == "Name"
        kept.sort(key=lambda summary: summary[name_member if by_name else "CreationTime"])
        if self._get_param("SortOrder") != "Ascending":
            kept.reverse()
        start = self._token()
        end = start + int(self._get_param("MaxResults") or _MAX_RESULTS)
        page: dict[str, Any] = {member: kept[start:end]}
        if end < len(kept):
            page["NextToken"] = str(end)
        return ActionResult(page)

    def _token(self) -> int:
        token = self._get_param("NextToken") or "0"
        if not token.isdigit():
            raise ValidationException(f"The NextToken '{token}' is not valid.")
        return int(token)
