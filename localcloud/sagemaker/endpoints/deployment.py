"""How an endpoint reaches its wanted configuration: start the new fleet, switch, end the old one.

The old fleet serves until the new one has passed its health check, and goes on serving when the new
one fails: the endpoint is then InService again with the *old* configuration and a FailureReason, as
on AWS (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html; that the
reason stays until the next update was observed). Known difference: an update is all at once; canary
and linear traffic, and alarms that roll back, are refused by name in UpdateEndpoint.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.sagemaker.endpoints import endpoint_events
from localcloud.sagemaker.endpoints.hosting import Fleet, HostingFailure
from localcloud.sagemaker.endpoints.records import Endpoint, EndpointConfig

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.models import EndpointsBackend

logger = logging.getLogger(__name__)


class Deployments:
    """Runs the deployments of one region's endpoints, each in the background."""

    def __init__(self, backend: EndpointsBackend) -> None:
        self._backend = backend
        self._fleets: dict[str, Fleet] = {}

    def fleet(self, endpoint_name: str) -> Fleet | None:
        """The fleet that serves an endpoint now, if one does."""
        return self._fleets.get(endpoint_name)

    def create(self, endpoint: Endpoint) -> None:
        """Bring a new endpoint into service, or to Failed."""
        self._announce(endpoint)
        current().background(f"create endpoint {endpoint.name}", self._create, endpoint)

    def update(self, endpoint: Endpoint) -> None:
        """Bring an endpoint to its pending configuration, or back to the one it has."""
        self._announce(endpoint)
        current().background(f"update endpoint {endpoint.name}", self._update, endpoint)

    def delete(self, endpoint: Endpoint) -> None:
        """End what serves, then forget the endpoint."""
        self._announce(endpoint)
        current().background(f"delete endpoint {endpoint.name}", self._delete, endpoint)

    def _create(self, endpoint: Endpoint) -> None:
        try:
            self._fleets[endpoint.name] = self._start_fleet(endpoint, endpoint.config)
        except HostingFailure as failure:
            self._settle(endpoint, "Failed", str(failure))
        else:
            self._settle(endpoint, "InService", None)

    def _update(self, endpoint: Endpoint) -> None:
        wanted = endpoint.pending
        if wanted is None:
            raise RuntimeError(f"endpoint {endpoint.name} is updated to nothing")
        try:
            fleet = self._start_fleet(endpoint, wanted)
        except HostingFailure as failure:
            self._settle(endpoint, "InService", str(failure))
            return
        old = self._fleets.get(endpoint.name)
        self._fleets[endpoint.name] = fleet
        endpoint.config = wanted
        self._settle(endpoint, "InService", None)
        if old is not None:
            old.stop()

    def _delete(self, endpoint: Endpoint) -> None:
        fleet = self._fleets.pop(endpoint.name, None)
        if fleet is not None:
            fleet.stop()
        with self._backend.hosting_lock:
            self._backend.endpoints.pop(endpoint.name, None)
        current().changes.announce()

    def _start_fleet(self, endpoint: Endpoint, config: EndpointConfig) -> Fleet:
        try:
            return Fleet.start(self._backend, endpoint, config)
        except AwsError as error:
            # A model or package that went away between the request and its work.
            raise HostingFailure(error.message) from error
        except HostingFailure:
            raise
        except Exception as error:
            logger.exception("endpoint %s", endpoint.name)
            raise HostingFailure(f"Request to service failed: {error!r}") from error

    def _settle(self, endpoint: Endpoint, status: str, reason: str | None) -> None:
        with self._backend.hosting_lock:
            endpoint.pending = None
            endpoint.status = status
            endpoint.failure_reason = reason
            endpoint.modified = current().clock.now()
        self._announce(endpoint)

    def _announce(self, endpoint: Endpoint) -> None:
        current().changes.announce()
        endpoint_events.state_change(
            endpoint, account_id=self._backend.account_id, region=self._backend.region_name
        )
