"""One UpdateEndpoint: its steps one after the other, and the way back.

The steps are `traffic_plan`'s. Whatever goes wrong before the last baking period is over gives all
traffic back to the old fleet; only a rolling update has to start a part of that again, and when this
fails the endpoint is UpdateRollbackFailed and serves "with a mix of the old and new endpoint
configurations" (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html).
Assumed: an update out of this state is all at once; a rollback is not watched by alarms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.cloud import current
from localcloud.sagemaker.endpoints import progress, traffic_plan
from localcloud.sagemaker.endpoints.deployment_config import Strategy
from localcloud.sagemaker.endpoints.endpoint import Endpoint
from localcloud.sagemaker.endpoints.fleet import Fleet
from localcloud.sagemaker.endpoints.fleet_start import HostingFailure
from localcloud.sagemaker.endpoints.rollback_alarms import Watch
from localcloud.sagemaker.endpoints.traffic_plan import Activate, Bake, Counts, Launch, Terminate

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.deployment import Deployments


class _CutShort(HostingFailure):
    """The watch has a reason to roll back, or the server stops."""


class Update:
    """One update of one endpoint, from its request to its end."""

    def __init__(self, deployments: Deployments, endpoint: Endpoint, strategy: Strategy) -> None:
        if endpoint.pending is None:
            raise RuntimeError(f"endpoint {endpoint.name} is updated to nothing")
        blue = deployments.fleets.live(endpoint.name)
        if blue is None:
            raise RuntimeError(f"endpoint {endpoint.name} is updated and nothing serves")
        self._deployments = deployments
        self._fleets = deployments.fleets
        self._endpoint = endpoint
        self._strategy = strategy
        self._new, self._old = endpoint.pending, endpoint.live
        self._blue: Fleet = blue
        self._green: Fleet | None = None
        # Of a rolling update that could not be rolled back.
        self._mixed_in = deployments.fleets.shifted(endpoint.name)
        self._active = dict.fromkeys(self._new.capacities, 0)
        self._part = ""
        self._progress = progress.Progress(current().clock.now())
        endpoint.progress = self._progress
        for name, count in blue.counts().items():
            progress.mark(self._progress.live, name, None, self._progress.started, count)

    def run(self) -> None:
        """Bring the endpoint to its pending configuration, or back to the live one."""
        watch = self._watch()
        *steps, last = traffic_plan.steps(
            self._strategy, self._old.capacities, self._new.capacities
        )
        try:
            with self._deployments.as_hosting_failure(self._endpoint):
                self._require_going_on(watch)
                for step in steps:
                    self._perform(step, watch)
        except HostingFailure as failure:
            if not current().stopping.is_set():
                self._roll_back(watch.reason or str(failure))
        else:
            self._finish(last)

    def _watch(self) -> Watch:
        """Of the alarms, as the role of the new configuration's first model (which role: assumed)."""
        backend = self._deployments.backend
        model = backend.models_by_name().get(self._new.config.variants[0]["ModelName"])
        return Watch(
            # Without its model the update fails soon enough.
            self._strategy.alarms if model is not None else (),
            backend.region_name,
            str(model.request["ExecutionRoleArn"]) if model is not None else "",
            self._strategy.timeout_seconds,
        )

    def _perform(self, step: traffic_plan.Step, watch: Watch) -> None:
        if isinstance(step, Launch):
            self._launch(step.instances, watch)
        elif isinstance(step, Activate):
            self._activate(step)
            self._require_going_on(watch)
        elif isinstance(step, Bake):
            for name, count in self._active.items():
                status = progress.baking(step.seconds, step.setting, self._part, count)
                self._mark_pending(name, status)
            self._report()
            if not watch.bake(step.seconds):
                raise _CutShort
        else:
            self._mark_ending(step)
            left = self._blue.counts()
            for name, count in step.instances.items():
                self._blue.variants[name].shrink(count)
                now = current().clock.now()
                progress.mark(self._progress.live, name, None, now, left[name] - count)

    def _launch(self, instances: Counts, watch: Watch) -> None:
        for name, count in instances.items():
            self._mark_pending(name, progress.launching(count))
        self._report()
        if self._green is None:
            self._green = self._deployments.start_fleet(
                self._endpoint, self._new, instances, watch.is_over
            )
            for variant in self._green.variants.values():
                variant.activate(0)
        else:
            for name, count in instances.items():
                self._green.variants[name].grow(count, watch.is_over)
        self._require_going_on(watch)

    def _activate(self, step: Activate) -> None:
        self._part, self._active = step.part, dict(step.green)
        for name, count in step.green.items():
            status = progress.activating(step.part, count)
            progress.mark(self._progress.pending, name, status, current().clock.now(), count)
        self._report()
        green = self._started()
        with self._deployments.backend.hosting_lock:
            for name, count in step.green.items():
                green.variants[name].activate(count)
            for name, count in step.blue.items():
                self._blue.variants[name].activate(count)
            self._fleets.shift(self._endpoint.name, green, step.share)

    def _mark_ending(self, step: Terminate) -> None:
        for name, count in step.instances.items():
            progress.mark(
                self._progress.live, name, progress.terminating(count), current().clock.now()
            )
        self._report()

    def _finish(self, last: traffic_plan.Step) -> None:
        if isinstance(last, Terminate):
            self._mark_ending(last)
        green = self._started()
        for variant in green.variants.values():
            # Those as well that a later change of capacity brings.
            variant.activate(None)
        self._deployments.take_over(self._endpoint, self._new, green)
        for fleet in (self._blue, self._mixed_in):
            if fleet is not None:
                fleet.stop()

    def _roll_back(self, reason: str) -> None:
        green = self._green
        if green is None:
            self._settle(reason)
            return
        wanted = {name: each.instances for name, each in self._old.capacities.items()}
        try:
            for batch in traffic_plan.rollback_batches(self._strategy, wanted, self._blue.counts()):
                self._restore(batch, wanted, green)
        except HostingFailure as failure:
            text = f"{reason} The rollback failed as well: {failure}"
            self._deployments.settle(self._endpoint, "UpdateRollbackFailed", text)
            return
        with self._deployments.backend.hosting_lock:
            for variant in self._blue.variants.values():
                variant.activate(None)
            self._fleets.shift_back(self._endpoint.name)
        for name, count in green.counts().items():
            now = current().clock.now()
            progress.mark(self._progress.pending, name, progress.terminating(count), now, 0)
        self._report()
        self._settle(reason)
        green.stop()

    def _restore(self, batch: Counts, wanted: Counts, green: Fleet) -> None:
        """Start instances of blue again, give them traffic, and end as much of green."""
        name = self._endpoint.name
        with self._deployments.as_hosting_failure(self._endpoint):
            for variant, count in batch.items():
                status = progress.launching(count)
                progress.mark(self._progress.live, variant, status, current().clock.now())
                self._report()
                self._blue.variants[variant].grow(count, current().stopping.is_set)
        have = self._blue.counts()
        for variant, count in have.items():
            progress.mark(self._progress.live, variant, None, current().clock.now(), count)
        share = 1 - traffic_plan.share(have, self._old.capacities)
        with self._deployments.backend.hosting_lock:
            for each in self._blue.variants.values():
                each.activate(None)
            self._fleets.shift(name, green, share)
        if share > 0:
            for variant, count in green.counts().items():
                kept = -(-count * (wanted[variant] - have[variant]) // wanted[variant])
                green.variants[variant].shrink(count - max(1, kept))

    def _settle(self, reason: str) -> None:
        status = "InService" if self._mixed_in is None else "UpdateRollbackFailed"
        self._deployments.settle(self._endpoint, status, reason)

    def _started(self) -> Fleet:
        if self._green is None:
            raise RuntimeError("no fleet was started")
        return self._green

    def _require_going_on(self, watch: Watch) -> None:
        if watch.look():
            raise _CutShort

    def _mark_pending(self, name: str, status: tuple[str, str]) -> None:
        progress.mark(self._progress.pending, name, status, current().clock.now())

    def _report(self) -> None:
        if self._strategy.is_guarded:
            self._deployments.report(self._endpoint)
