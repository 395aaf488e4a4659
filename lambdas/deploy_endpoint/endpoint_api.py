"""The calls that bring an endpoint where it should be, with SageMaker's refusals told apart.

SageMaker refuses with `ValidationException` whatever the cause; the texts matched here are observed
ones (public issue reports of `Cannot create already existing …`, `Cannot update in-progress
endpoint`, `Could not find endpoint`), not documented ones.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from endpoint_resources import EndpointResources, same_config, same_model
from slipway_shared.codepipeline_job import JobFailure
from slipway_shared.service_errors import message_of, says

logger = logging.getLogger(__name__)

EXISTS = "Cannot create already existing"
BUSY = "in-progress endpoint"
NO_ENDPOINT = "Could not find endpoint"
NO_CONFIG = "Could not find endpoint configuration"


class EndpointBusy(Exception):
    """Another deployment was quicker, or a name is not known everywhere yet: look again later."""


class EndpointApi:
    """SageMaker hosting, for one endpoint."""

    def __init__(self, sagemaker: Any, endpoint_name: str) -> None:
        self._sagemaker = sagemaker
        self._error: type[Exception] = sagemaker.exceptions.ClientError
        self._name = endpoint_name

    def describe(self) -> Mapping[str, Any] | None:
        """The endpoint; None when there is none."""
        try:
            response: Mapping[str, Any] = self._sagemaker.describe_endpoint(EndpointName=self._name)
        except self._error as error:
            if says(error, NO_ENDPOINT):
                return None
            raise
        return response

    def live_config(self, endpoint: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The configuration that is live; None when it was deleted."""
        name = endpoint["EndpointConfigName"]
        try:
            return self._describe_config(name)
        except self._error as error:
            if not says(error, NO_CONFIG):
                raise
            logger.warning("live configuration %s is gone, capacity is kept: %s", name, error)
            return None

    def ensure_resources(self, resources: EndpointResources) -> None:
        """Make the model and the configuration, or find the same ones. Raises JobFailure for ones
        of the same name that differ."""
        model, config = resources.model, resources.config
        tags = {"Tags": list(resources.tags)} if resources.tags else {}
        self._create_or_find(
            f"model {model['ModelName']}",
            lambda: self._sagemaker.create_model(**model, **tags),
            lambda: same_model(model, self._sagemaker.describe_model(ModelName=model["ModelName"])),
        )
        self._create_or_find(
            f"endpoint configuration {resources.config_name}",
            lambda: self._sagemaker.create_endpoint_config(**config, **tags),
            lambda: same_config(config, self._describe_config(resources.config_name)),
        )

    def create(
        self, resources: EndpointResources, deployment_config: Mapping[str, Any] | None
    ) -> None:
        """CreateEndpoint. Raises EndpointBusy when it exists by now."""
        request: dict[str, Any] = {"Tags": list(resources.tags)} if resources.tags else {}
        if deployment_config:
            request["DeploymentConfig"] = deployment_config
        self._ask(
            lambda: self._sagemaker.create_endpoint(
                EndpointName=self._name, EndpointConfigName=resources.config_name, **request
            ),
            resources.config_name,
        )

    def update(
        self,
        resources: EndpointResources,
        replaced: Sequence[str],
        deployment_config: Mapping[str, Any] | None,
    ) -> None:
        """UpdateEndpoint, keeping all variant properties but those replaced. Raises EndpointBusy, and
        JobFailure when the live configuration was deleted, without which SageMaker cannot update."""
        request = {"DeploymentConfig": deployment_config} if deployment_config else {}
        self._ask(
            lambda: self._sagemaker.update_endpoint(
                EndpointName=self._name,
                EndpointConfigName=resources.config_name,
                RetainAllVariantProperties=True,
                ExcludeRetainedVariantProperties=[
                    {"VariantPropertyType": name} for name in replaced
                ],
                **request,
            ),
            resources.config_name,
        )

    def delete(self) -> None:
        """DeleteEndpoint. Raises EndpointBusy when something else is going on with it."""
        self._ask(lambda: self._sagemaker.delete_endpoint(EndpointName=self._name), "")

    def _ask(self, call: Callable[[], object], wanted_config: str) -> None:
        try:
            call()
        except self._error as error:
            if says(error, NO_CONFIG):
                # The wanted one was made a moment ago and may not be known everywhere yet
                # (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html).
                if says(error, f"/{wanted_config}"):
                    raise EndpointBusy(message_of(error)) from error
                raise JobFailure(
                    f"endpoint {self._name} cannot be updated, because the configuration that is live"
                    f" was deleted ({message_of(error)}); make it again under that name, or delete"
                    f" the endpoint"
                ) from error
            if any(says(error, text) for text in (EXISTS, BUSY, NO_ENDPOINT)):
                raise EndpointBusy(message_of(error)) from error
            raise

    def _create_or_find(
        self, what: str, create: Callable[[], object], is_same: Callable[[], bool]
    ) -> None:
        try:
            create()
            logger.info("created %s", what)
        except self._error as error:
            if not says(error, EXISTS):
                raise
            if not is_same():
                raise JobFailure(
                    f"{what} exists and is not what this deployment would make; the endpoint was not"
                    f" touched: delete it if nothing uses it"
                ) from error

    def _describe_config(self, name: str) -> Mapping[str, Any]:
        response: Mapping[str, Any] = self._sagemaker.describe_endpoint_config(
            EndpointConfigName=name
        )
        return response
