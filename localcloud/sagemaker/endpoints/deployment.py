"""How an endpoint reaches its wanted configuration: start the new fleet, switch, end the old one.

The old fleet serves until the new one has passed its health check, and goes on serving when the new
one fails: the endpoint is then InService again with the *old* configuration and a FailureReason, as
on AWS (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html; that the
reason stays until the next update was observed). Requests that the old fleet has are answered before
it ends. Known difference: an update is all at once; canary and linear traffic, and alarms that roll
back, are refused by name in UpdateEndpoint; a change of capacity alone replaces the fleet as well.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from localcloud.cloud import current
from localcloud.sagemaker.endpoints import endpoint_events
from localcloud.sagemaker.endpoints.endpoint import Endpoint
from localcloud.sagemaker.endpoints.fleet import Fleet
from localcloud.sagemaker.endpoints.fleet_plan import FleetPlan
from localcloud.sagemaker.endpoints.fleet_start import HostingFailure, start_fleet

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.models import EndpointsBackend

logger = logging.getLogger(__name__)


class Deployments:
    """Runs the deployments of one region's endpoints, each in the background."""

    def __init__(self, backend: EndpointsBackend) -> None:
        self._backend = backend
        self._fleets: dict[str, Fleet] = {}

    @contextlib.contextmanager
    def serving(self, endpoint_name: str) -> Iterator[Fleet | None]:
        """The fleet that serves an endpoint now, if one does; it stays until the block ends."""
        with self._backend.hosting_lock:
            fleet = self._fleets.get(endpoint_name)
            if fleet is not None:
                fleet.enter()
        with fleet.leaving() if fleet is not None else contextlib.nullcontext():
            yield fleet

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
            fleet = self._start_fleet(endpoint, endpoint.live)
        except HostingFailure as failure:
            self._settle(endpoint, "Failed", str(failure))
        else:
            self._take_over(endpoint, endpoint.live, fleet)

    def _update(self, endpoint: Endpoint) -> None:
        wanted = endpoint.pending
        if wanted is None:
            raise RuntimeError(f"endpoint {endpoint.name} is updated to nothing")
        try:
            fleet = self._start_fleet(endpoint, wanted)
        except HostingFailure as failure:
            self._settle(endpoint, "InService", str(failure))
            return
        old = self._take_over(endpoint, wanted, fleet)
        if old is not None:
            old.stop()

    def _delete(self, endpoint: Endpoint) -> None:
        with self._backend.hosting_lock:
            fleet = self._fleets.pop(endpoint.name, None)
        try:
            if fleet is not None:
                fleet.stop()
        finally:
            with self._backend.hosting_lock:
                self._backend.endpoints.pop(endpoint.name, None)
            current().changes.announce()

    def _start_fleet(self, endpoint: Endpoint, plan: FleetPlan) -> Fleet:
        try:
            return start_fleet(self._backend, endpoint.name, plan)
        except HostingFailure:
            raise
        except Exception as error:
            if not current().stopping.is_set():
                logger.exception("endpoint %s", endpoint.name)
            raise HostingFailure(f"Request to service failed: {error!r}") from error

    def _take_over(self, endpoint: Endpoint, plan: FleetPlan, fleet: Fleet) -> Fleet | None:
        """Send the traffic to a fleet; the one that had it before."""
        with self._backend.hosting_lock:
            old = self._fleets.get(endpoint.name)
            self._fleets[endpoint.name] = fleet
            endpoint.live = plan
            # First: who sees the endpoint in service finds what else there is to know about it.
            self._backend.deployed(endpoint)
            self._set(endpoint, "InService", None)
        self._announce(endpoint)
        return old

    def _settle(self, endpoint: Endpoint, status: str, reason: str) -> None:
        with self._backend.hosting_lock:
            self._set(endpoint, status, reason)
        self._announce(endpoint)

    def _set(self, endpoint: Endpoint, status: str, reason: str | None) -> None:
        endpoint.pending = None
        endpoint.status = status
        endpoint.failure_reason = reason
        endpoint.modified = current().clock.now()

    def _announce(self, endpoint: Endpoint) -> None:
        current().changes.announce()
        endpoint_events.state_change(
            endpoint, account_id=self._backend.account_id, region=self._backend.region_name
        )
