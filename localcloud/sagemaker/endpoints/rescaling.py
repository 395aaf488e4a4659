"""One UpdateEndpointWeightsAndCapacities: the fleet stays, only the difference comes or goes.

When scaling up fails the endpoint is RollingBack, then InService as it was
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html). Assumed: weights
change once every variant has its instances, so that a failure changes nothing; FailureReason says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.cloud import current
from localcloud.sagemaker.endpoints import progress
from localcloud.sagemaker.endpoints.endpoint import Endpoint
from localcloud.sagemaker.endpoints.fleet_start import HostingFailure

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.deployment import Deployments


class Rescaling:
    """One change of an endpoint's weights and capacities, from its request to its end."""

    def __init__(self, deployments: Deployments, endpoint: Endpoint) -> None:
        fleet = deployments.fleets.live(endpoint.name)
        if endpoint.pending is None or fleet is None:
            raise RuntimeError(f"endpoint {endpoint.name} cannot be rescaled")
        self._deployments = deployments
        self._endpoint = endpoint
        self._fleet = fleet
        self._plan = endpoint.pending
        self._progress = progress.Progress(current().clock.now())
        endpoint.progress = self._progress

    def run(self) -> None:
        """Bring the endpoint to its pending numbers, or back to those it has."""
        wanted = {name: each.instances for name, each in self._plan.capacities.items()}
        before = self._fleet.counts()
        for name, count in before.items():
            status = progress.scaling(count, wanted[name]) if wanted[name] != count else None
            progress.mark(self._progress.live, name, status, current().clock.now(), count)
        if wanted != before:
            self._deployments.report(self._endpoint)
        try:
            with self._deployments.as_hosting_failure(self._endpoint):
                for name, count in before.items():
                    if wanted[name] > count:
                        more = wanted[name] - count
                        self._fleet.variants[name].grow(more, current().stopping.is_set)
        except HostingFailure as failure:
            if not current().stopping.is_set():
                self._roll_back(before, str(failure))
            return
        with self._deployments.backend.hosting_lock:
            for name, capacity in self._plan.capacities.items():
                self._fleet.variants[name].weight = capacity.weight
        for name, count in before.items():
            self._fleet.variants[name].shrink(max(0, count - wanted[name]))
        self._deployments.take_over(self._endpoint, self._plan, self._fleet)

    def _roll_back(self, before: dict[str, int], reason: str) -> None:
        with self._deployments.backend.hosting_lock:
            self._endpoint.status = "RollingBack"
            self._endpoint.modified = current().clock.now()
        self._deployments.announce(self._endpoint)
        for name, count in self._fleet.counts().items():
            self._fleet.variants[name].shrink(count - before[name])
        self._deployments.settle(self._endpoint, "InService", reason)
