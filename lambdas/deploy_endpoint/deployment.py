"""One deployment, call by call: a look at the endpoint, at most one change, and the end when it is there.

`deployment_plan` decides, `changes` asks AWS; what this module adds is what comes after: scaling, the
record, what old versions left, and on a failure putting back what was removed for the update.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Any

import preconditions
from deployment_plan import Goal, Step, minutes, next_step
from deployment_request import DeploymentRequest
from endpoint_api import EndpointApi
from endpoint_resources import VARIANT_NAME, endpoint_resources
from guardrails import patience_seconds
from progress import DELETE, NOTHING, Endpoint, Progress
from slipway_shared.clients import client
from slipway_shared.codepipeline_job import Continued, JobFailure, Succeeded
from slipway_shared.deployment_records import FAILED, ROLLED_BACK, SUCCEEDED
from slipway_shared.service_errors import is_transient
from slipway_shared.stage_settings import Serverless
from stage_clients import StageClients

logger = logging.getLogger(__name__)

# How often scaling may have to be put until it is described as it was put.
SCALING_SECONDS = 5 * 60


class _Failed(JobFailure):
    """The deployment ended otherwise than it should, as `deployment_plan` says."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.words)
        self.outcome = step.outcome


class Deployment:
    """The deployment of one version to one stage."""

    def __init__(self, request: DeploymentRequest) -> None:
        self._request, self._settings = request, request.settings
        self._resources = endpoint_resources(request.package, request.settings)
        self._clients = StageClients(request.settings, request.execution_id)
        self._endpoint: Endpoint | None = None

    def advance(self, progress: Progress) -> Succeeded | Continued:
        """The next step. Raises JobFailure when it cannot or did not succeed, and transient errors as
        they are."""
        try:
            return self._advance(progress)
        except JobFailure as failure:
            outcome = failure.outcome if isinstance(failure, _Failed) else FAILED
            raise self._failure(progress, outcome, str(failure)) from failure
        except Exception as error:
            waited = time.time() - progress.started_at
            if is_transient(error) and waited < 2 * patience_seconds(self._settings):
                raise
            from refusals import explain

            words = explain(error, self._settings)
            if progress.requested == NOTHING:
                words += f"; {preconditions.UNTOUCHED}"
            raise self._failure(progress, FAILED, words) from error

    def _advance(self, progress: Progress) -> Succeeded | Continued:
        if progress.requested in (NOTHING, DELETE):
            preconditions.require_current(client("s3"), self._request)
            preconditions.require_deployable(self._request)
        api = EndpointApi(self._clients.sagemaker, self._settings.endpoint_name)
        self._endpoint = endpoint = api.describe()
        step = next_step(endpoint, self._goal(progress), progress, time.time())
        if step.do == "fail":
            raise _Failed(replace(step, words=step.words + self._about_reading(step)))
        if step.do == "arrive":
            step = self._with_scaling(step)
        elif step.do != "wait":
            from changes import Changes

            changes = Changes(self._request, self._resources, self._clients, api)
            step = changes.make(step, endpoint)
        if step.do == "arrive":
            return self._success(step)
        return Continued(step.progress.to_token(), f"{self._request.what}: {step.words}")

    def _about_reading(self, step: Step) -> str:
        from refusals import NOT_DOWNLOADED, reading_the_model

        return f": {reading_the_model(self._settings)}" if NOT_DOWNLOADED in step.words else ""

    def _goal(self, progress: Progress) -> Goal:
        capture = self._settings.data_capture
        return Goal(
            self._config_name(progress),
            # Nothing says what is shown of a capture of 0 %.
            None if capture and capture.percentage == 0 else capture is not None,
            patience_seconds(self._settings),
        )

    def _config_name(self, progress: Progress) -> str:
        """What SageMaker was asked for is what is waited for, even if the version was changed since."""
        return progress.config_name or self._resources.config_name

    def _with_scaling(self, step: Step) -> Step:
        """Bring scaling where it should be, and see in the next call that it is there."""
        if isinstance(self._settings.hosting, Serverless):
            return step
        from scaling import Scaling, is_as_wanted, wanted_scaling

        now, progress = time.time(), step.progress
        scaling = Scaling(self._clients.autoscaling, self._settings.endpoint_name)
        wanted = wanted_scaling(self._settings.auto_scaling, progress.removed_scaling or [])
        found = next(iter(scaling.registered([VARIANT_NAME])), None)
        if is_as_wanted(found, wanted):
            return step
        if progress.scaling_at and now - progress.scaling_at >= SCALING_SECONDS:
            words = f"{step.words}, but its scaling is {found}, wanted {wanted}"
            raise _Failed(replace(step, do="fail", words=words))
        if wanted is None:
            scaling.remove(VARIANT_NAME)
            words = f"{step.words}; its scaling is removed"
        else:
            scaling.put(wanted)
            words = f"{step.words}; its scaling is set to {wanted['min']} to {wanted['max']}"
        progress = replace(progress, scaling_at=progress.scaling_at or now)
        return replace(step, do="wait", words=words, progress=progress)

    def _success(self, step: Step) -> Succeeded:
        from outcomes import previous_version
        from pruning import prune

        progress, now = step.progress, time.time()
        guardrail = progress.guardrail or "none, nothing had to be updated"
        words = (
            f"{self._request.what}: {step.words}{self._capacity()} after"
            f" {minutes(now - progress.started_at)}. Guardrail: {guardrail}."
        )
        self._record(progress, SUCCEEDED, words, now=now)
        variables = {
            "EndpointName": self._settings.endpoint_name,
            "EndpointConfigName": self._config_name(progress),
            "ModelPackageArn": self._request.package.arn,
            "Guardrail": guardrail,
        }
        previous = previous_version(self._request, progress)
        if previous is not None:
            variables["PreviousModelPackageVersion"] = str(previous)
        pruned = prune(self._request, progress, self._clients)
        return Succeeded(f"{words} {pruned}".rstrip(), variables)

    def _capacity(self) -> str:
        variants = (self._endpoint or {}).get("ProductionVariants") or []
        counts = [
            each["CurrentInstanceCount"] for each in variants if each.get("CurrentInstanceCount")
        ]
        scaling = self._settings.auto_scaling
        bounds = f" (scaled {scaling.min_capacity} to {scaling.max_capacity})" if scaling else ""
        return f" with {sum(counts)} instance(s){bounds}" if counts else ""

    def _failure(self, progress: Progress, outcome: str, words: str) -> JobFailure:
        """The failure to raise, once what was removed is back and what happened is recorded."""
        words += self._put_scaling_back(progress)
        alarms: list[dict[str, str]] = []
        if outcome == ROLLED_BACK:
            alarms, said = self._alarms_since(progress)
            words += said
        if progress.requested != NOTHING:
            try:
                self._record(progress, outcome, words, alarms=alarms, now=time.time())
            except Exception as error:
                logger.exception("no record")
                words += f". The record of this could not be written: {error}"
        return JobFailure(f"{self._request.what}: {words}")

    def _put_scaling_back(self, progress: Progress) -> str:
        if not progress.removed_scaling or self._endpoint is None:
            return ""
        from scaling import Scaling

        names = ", ".join(scaled["variant"] for scaled in progress.removed_scaling)
        try:
            scaling = Scaling(self._clients.autoscaling, self._settings.endpoint_name)
            for scaled in progress.removed_scaling:
                scaling.put(scaled)
        except Exception as error:
            logger.exception("scaling is not back")
            return f". Its scaling, removed for the update, could not be put back: {error}"
        return f". Scaling of {names}, removed for the update, is back"

    def _alarms_since(self, progress: Progress) -> tuple[list[dict[str, str]], str]:
        """The alarms that may have brought the update back, and what is to be said of them."""
        from alarms import as_record, changed_since, describe_alarms, latency_alarm_name, said

        own = latency_alarm_name(self._config_name(progress))
        try:
            found = describe_alarms(
                self._clients.cloudwatch, [*self._settings.update.alarm_names, own]
            )
        except Exception as error:
            logger.exception("no alarms")
            return [], f". Its alarms could not be read: {error}"
        alarms = changed_since(found, progress.requested_at)
        if not alarms:
            return [], ". None of its alarms changed since the update began"
        records = [as_record(alarm) for alarm in alarms]
        return records, "; " + "; ".join(said(alarm) for alarm in alarms)

    def _record(self, progress: Progress, outcome: str, words: str, **seen: Any) -> None:
        from outcomes import record

        record(
            self._request,
            progress,
            outcome,
            words,
            config_name=self._config_name(progress),
            endpoint=self._endpoint,
            **seen,
        )
