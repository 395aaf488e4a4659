"""What is asked of AWS to bring an endpoint where it should be, with everything that is checked first.

Nothing is changed that cannot serve before all that can be known about the update is known: what is
refused in here leaves the endpoint as it was.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from alarms import (
    Checked,
    check,
    describe_alarms,
    latency_alarm,
    latency_alarm_name,
    require_present,
)
from deployment_plan import Step
from deployment_request import DeploymentRequest
from endpoint_api import EndpointApi, EndpointBusy
from endpoint_resources import VARIANT_NAME, EndpointResources
from guardrails import (
    capacity,
    guardrail,
    properties_to_replace,
    require_possible_hosting,
    why_none,
)
from latency import LEAST_SAMPLES, latency_before
from model_artifacts import require_model_artifacts
from progress import CREATE, DELETE, UPDATE, Endpoint, modified
from scaling import Scaling, in_the_way, require_rememberable
from slipway_shared.clients import client
from slipway_shared.stage_settings import Instances
from stage_clients import StageClients

# PutJobSuccessResult's continuation token holds 2048 characters in all.
MAX_WORDS = 500


class Changes:
    """The changes that one deployment may ask for."""

    def __init__(
        self,
        request: DeploymentRequest,
        resources: EndpointResources,
        clients: StageClients,
        api: EndpointApi,
    ) -> None:
        self._request, self._settings = request, request.settings
        self._resources, self._clients, self._api = resources, clients, api

    def make(self, step: Step, endpoint: Endpoint | None) -> Step:
        """Do what a step says (`create`, `update` or `delete`); the step with what is to be remembered
        of it, or one that waits. Raises JobFailure, and what AWS raises."""
        require_model_artifacts(client("s3"), self._request.package)
        try:
            if step.do == "create":
                return self._create(step)
            if step.do == "update" and endpoint is not None:
                return self._update(step, endpoint)
            self._api.delete()
            return replace(step, progress=step.progress.asked_for(DELETE, None, time.time()))
        except EndpointBusy as busy:
            return replace(step, do="wait", words=f"waiting: {busy}")

    def _create(self, step: Step) -> Step:
        settings, config_name = self._settings, self._resources.config_name
        reason = why_none(settings, self._request.package, None, None)
        config = None
        if reason is None and isinstance(settings.hosting, Instances):
            names = settings.update.alarm_names
            found = describe_alarms(self._clients.cloudwatch, names)
            require_present(names, found, settings.target.account_id)
            # Nothing can be rolled back to: SageMaker keeps it for later.
            config = guardrail(settings, settings.hosting.initial_instance_count, names)
        self._api.ensure_resources(self._resources)
        self._api.create(self._resources, config.deployment_config if config else None)
        progress = step.progress.asked_for(
            CREATE, config_name, time.time(), guardrail="none, this is the first creation"
        )
        return replace(step, progress=progress)

    def _update(self, step: Step, endpoint: Endpoint) -> Step:
        settings, resources, progress = self._settings, self._resources, step.progress
        live_config = self._api.live_config(endpoint)
        require_possible_hosting(settings, endpoint, live_config)
        reason = why_none(settings, self._request.package, endpoint, live_config)
        replaced = properties_to_replace(endpoint, live_config)
        # What is not known to be refused is checked before scaling is touched.
        checked, alarm, words = self._watch(endpoint) if reason is None else (Checked(()), None, "")
        config, guarded_by = None, f"none, {reason}"
        if reason is None:
            names = [*checked.named, *([alarm["AlarmName"]] if alarm else [])]
            guarded = guardrail(settings, capacity(settings, endpoint, replaced), names)
            config, guarded_by = guarded.deployment_config, f"{guarded.words}; {words}"
        self._api.ensure_resources(resources)
        waiting = self._without_scaling(step, endpoint, live_config)
        if waiting is not None:
            return waiting
        if alarm:
            self._clients.cloudwatch.put_metric_alarm(**alarm)
        self._api.update(resources, replaced, config)
        progress = progress.asked_for(
            UPDATE,
            resources.config_name,
            time.time(),
            endpoint=endpoint,
            guardrail=guarded_by[:MAX_WORDS],
        )
        return replace(step, words=f"{step.words}, {guarded_by}", progress=progress)

    def _watch(self, endpoint: Endpoint) -> tuple[Checked, dict[str, Any] | None, str]:
        """The stage's alarms, the update's own, and what is to be said of them. Raises JobFailure,
        and EndpointBusy while an earlier attempt's own alarm is still on."""
        settings, cloudwatch = self._settings, self._clients.cloudwatch
        names = settings.update.alarm_names
        own = latency_alarm_name(self._resources.config_name)
        found = describe_alarms(cloudwatch, [*names, own])
        require_present(names, found, settings.target.account_id)
        checked = check(names, found, self._request.manifest.reason)
        words = []
        if checked.left_out:
            words.append(
                f"left out because the live version has them in ALARM: {', '.join(checked.left_out)}"
            )
        alarm, about = self._latency_alarm(endpoint)
        words.append(about)
        if alarm and own in found and found[own]["StateValue"] == "ALARM":
            # Its fleet is gone, so that it has no data and will be OK in some minutes.
            raise EndpointBusy(f"{own} is still in ALARM from the attempt before")
        return checked, alarm, "; ".join(words)

    def _latency_alarm(self, endpoint: Endpoint) -> tuple[dict[str, Any] | None, str]:
        """PutMetricAlarm's members, and what is to be said of it or of there being none."""
        settings, ratio = self._settings, self._settings.update.latency_ratio
        if ratio is None:
            return None, "latency is compared with none"
        live = endpoint["EndpointConfigName"]
        before = latency_before(
            self._clients.cloudwatch,
            settings.endpoint_name,
            live,
            modified(endpoint),
            time.time(),
        )
        if before is None or before.samples < LEAST_SAMPLES:
            samples = before.samples if before else 0
            return None, (
                f"latency is not compared, as the live version answered {samples} requests in 3 hours"
                f" ({LEAST_SAMPLES} are needed)"
            )
        threshold = before.p90_microseconds * ratio
        words = f"p90 of {live}, {before.p90_microseconds / 1000:.4g} ms, times {ratio:g}"
        alarm = latency_alarm(
            self._resources.config_name,
            settings.endpoint_name,
            VARIANT_NAME,
            threshold,
            f"The p90 of ModelLatency exceeds the {words}",
            self._resources.tags,
        )
        return alarm, f"latency bound {threshold / 1000:.4g} ms ({words})"

    def _without_scaling(
        self, step: Step, endpoint: Endpoint, live_config: Mapping[str, Any] | None
    ) -> Step | None:
        """Take scaling out of the update's way, in two calls: what is removed is in the token first, so
        that it can be put back whatever happens. None when nothing is in the way."""
        variants = [each["VariantName"] for each in endpoint.get("ProductionVariants") or []]
        if not variants:
            return None
        scaling = Scaling(self._clients.autoscaling, self._settings.endpoint_name)
        blocking = in_the_way(scaling.registered(variants), live_config, self._resources.config)
        if not blocking:
            return None
        names = ", ".join(scaled["variant"] for scaled in blocking)
        if step.progress.removed_scaling is None:
            for scaled in blocking:
                scaling.require_no_schedule(scaled["variant"])
            require_rememberable(blocking)
            words = f"scaling of {names} has to be deregistered, as the instance type changes"
            progress = replace(step.progress, removed_scaling=blocking)
            return replace(step, do="wait", words=words, progress=progress)
        for scaled in blocking:
            scaling.remove(scaled["variant"])
        return replace(step, do="wait", words=f"scaling of {names} is deregistered for the update")
