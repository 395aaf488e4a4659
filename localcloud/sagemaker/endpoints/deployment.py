"""How an endpoint comes into service, changes and goes: the entry to its deployments.

The old fleet serves until the new one has passed its health check, and goes on serving when the new
one fails: the endpoint is then InService again with the *old* configuration and a FailureReason, as
on AWS (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html; that the
reason stays until the next update was observed). Requests that the old fleet has are answered before
it ends. Assumed: the endpoint is InService once the last baking period is over, the old fleet ends then.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from localcloud.cloud import current
from localcloud.sagemaker.endpoints import endpoint_events, progress
from localcloud.sagemaker.endpoints.deployment_config import Strategy
from localcloud.sagemaker.endpoints.endpoint import Endpoint
from localcloud.sagemaker.endpoints.fleet import Fleet
from localcloud.sagemaker.endpoints.fleet_plan import FleetPlan
from localcloud.sagemaker.endpoints.fleet_start import GivenUp, HostingFailure, start_fleet
from localcloud.sagemaker.endpoints.fleets import Fleets
from localcloud.sagemaker.endpoints.rescaling import Rescaling
from localcloud.sagemaker.endpoints.update import Update

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.models import EndpointsBackend

logger = logging.getLogger(__name__)


class Deployments:
    """Runs the deployments of one region's endpoints, each in the background."""

    def __init__(self, backend: EndpointsBackend) -> None:
        self.backend = backend
        self.fleets = Fleets(backend.hosting_lock)

    @contextlib.contextmanager
    def serving(self, endpoint_name: str) -> Iterator[Fleet | None]:
        """A fleet for one request, if one serves; it stays until the block ends."""
        with self.fleets.serving(endpoint_name) as fleet:
            yield fleet

    # What is asked of an endpoint

    def create(self, endpoint: Endpoint) -> None:
        """Bring a new endpoint into service, or to Failed."""
        self.announce(endpoint)
        current().background(f"create endpoint {endpoint.name}", self._create, endpoint)

    def update(self, endpoint: Endpoint, strategy: Strategy) -> None:
        """Bring an endpoint to its pending configuration, or back to the one it has."""
        self.announce(endpoint)
        update = Update(self, endpoint, strategy)
        current().background(f"update endpoint {endpoint.name}", update.run)

    def rescale(self, endpoint: Endpoint) -> None:
        """Give an endpoint's variants the pending weights and capacities."""
        self.announce(endpoint)
        rescaling = Rescaling(self, endpoint)
        current().background(f"rescale endpoint {endpoint.name}", rescaling.run)

    def delete(self, endpoint: Endpoint) -> None:
        """End what serves, then forget the endpoint."""
        self.announce(endpoint)
        current().background(f"delete endpoint {endpoint.name}", self._delete, endpoint)

    # What a deployment under way does

    def start_fleet(
        self,
        endpoint: Endpoint,
        plan: FleetPlan,
        instances: Mapping[str, int] | None = None,
        given_up: GivenUp = lambda: False,
    ) -> Fleet:
        """Start a fleet. Raises HostingFailure, for a defect of this program too."""
        with self.as_hosting_failure(endpoint):
            return start_fleet(self.backend, endpoint.name, plan, instances, given_up)

    @contextlib.contextmanager
    def as_hosting_failure(self, endpoint: Endpoint) -> Iterator[None]:
        """Whatever goes wrong in the block is a HostingFailure."""
        try:
            yield
        except HostingFailure:
            raise
        except Exception as error:
            if not current().stopping.is_set():
                logger.exception("endpoint %s", endpoint.name)
            raise HostingFailure(f"Request to service failed: {error!r}") from error

    def take_over(self, endpoint: Endpoint, plan: FleetPlan, fleet: Fleet) -> None:
        """Send the traffic to a fleet for good: the endpoint is in service with its plan."""
        with self.backend.hosting_lock:
            self.fleets.take_over(endpoint.name, fleet)
            endpoint.live = plan
            # First: who sees the endpoint in service finds what else there is to know about it.
            self.backend.deployed(endpoint)
            self._set(endpoint, "InService", None)
        self.announce(endpoint)

    def settle(self, endpoint: Endpoint, status: str, reason: str | None) -> None:
        """The deployment is over, and what was live still is."""
        with self.backend.hosting_lock:
            self._set(endpoint, status, reason)
        self.announce(endpoint)

    def announce(self, endpoint: Endpoint) -> None:
        """Tell of an endpoint's status."""
        current().changes.announce()
        endpoint_events.state_change(
            endpoint, account_id=self.backend.account_id, region=self.backend.region_name
        )

    def report(self, endpoint: Endpoint) -> None:
        """Tell of what happens to an endpoint's variants."""
        current().changes.announce()
        endpoint_events.deployment_state_change(
            endpoint, account_id=self.backend.account_id, region=self.backend.region_name
        )

    def _create(self, endpoint: Endpoint) -> None:
        now = current().clock.now()
        endpoint.progress = progress.Progress(now)
        for name, capacity in endpoint.live.capacities.items():
            status = progress.launching(capacity.instances)
            progress.mark(endpoint.progress.pending, name, status, now)
        try:
            fleet = self.start_fleet(endpoint, endpoint.live)
        except HostingFailure as failure:
            self.settle(endpoint, "Failed", str(failure))
        else:
            self.take_over(endpoint, endpoint.live, fleet)

    def _delete(self, endpoint: Endpoint) -> None:
        try:
            for fleet in self.fleets.remove(endpoint.name):
                fleet.stop()
        finally:
            with self.backend.hosting_lock:
                self.backend.endpoints.pop(endpoint.name, None)
            current().changes.announce()

    def _set(self, endpoint: Endpoint, status: str, reason: str | None) -> None:
        endpoint.pending = None
        endpoint.progress = None
        endpoint.status = status
        endpoint.failure_reason = reason
        endpoint.modified = current().clock.now()
