"""The part of the CloudWatch backend that keeps alarms: their states, what follows of a change, history."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError
from moto.cloudwatch.models import CloudWatchBackend as MotoBackend
from moto.cloudwatch.utils import make_arn_for_alarm

from localcloud.cloud import current
from localcloud.cloudwatch import alarm_request, evaluator, notifications
from localcloud.cloudwatch.actions import action
from localcloud.cloudwatch.alarm import Alarm, HistoryItem, State
from localcloud.cloudwatch.alarm_evaluation import ALARM, EXTRA_PERIODS, INSUFFICIENT_DATA, OK
from localcloud.cloudwatch.exceptions import AlarmNotFound, CloudWatchError, invalid
from localcloud.cloudwatch.notifications import StateChange
from localcloud.errors import AwsError
from localcloud.events.bus import emit

logger = logging.getLogger(__name__)

STATES = (INSUFFICIENT_DATA, ALARM, OK)


class AlarmsBackend(MotoBackend):
    """Alarms of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # moto's own dictionary, so that its other operations find our records.
        self.alarms: dict[str, Alarm] = {}
        self._lock = threading.RLock()

    def put_alarm(self, request: Mapping[str, Any]) -> None:
        """PutMetricAlarm: makes an alarm, or gives one another configuration and leaves its state."""
        alarm_request.check(request)
        name, now = request["AlarmName"], current().clock.now()
        enabled = request.get("ActionsEnabled")
        kept = {
            each: value
            for each, value in request.items()
            if value is not None and each not in ("ActionsEnabled", "Tags")
        }
        with self._lock:
            alarm = self.alarms.get(name)
            verb = "created" if alarm is None else "updated"
            if alarm is None:
                arn = make_arn_for_alarm(self.region_name, self.account_id, name)
                alarm = Alarm(
                    name,
                    arn,
                    self.account_id,
                    self.region_name,
                    kept,
                    now,
                    Alarm.initial_state(now),
                    now,
                    str(uuid4()),
                )
                if request.get("Tags"):
                    self.tagger.tag_resource(arn, request["Tags"])
            alarm.request, alarm.configured, alarm.evaluated_end = kept, now, None
            alarm.actions_enabled = True if enabled is None else bool(enabled)
            data = {"type": "Create" if verb == "created" else "Update"}
            alarm.remember(HistoryItem(now, "ConfigurationUpdate", f'Alarm "{name}" {verb}', data))
            self.alarms[name] = alarm
            self.alarms_changed()
        evaluator.wake()

    def delete_alarms(self, alarm_names: list[str]) -> None:
        """DeleteAlarms: all of them, or none if one is not there."""
        with self._lock:
            missing = [name for name in alarm_names if name not in self.alarms]
            if missing:
                raise AlarmNotFound(missing)
            for name in alarm_names:
                alarm = self.alarms.pop(name, None)
                if alarm is not None:
                    self.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
            self.alarms_changed()
        current().changes.announce()

    def set_alarm_state(
        self, alarm_name: str, reason: str, reason_data: str | None, state_value: str
    ) -> None:
        """SetAlarmState: until the next evaluation."""
        if reason_data is not None:
            try:
                json.loads(reason_data)
            except ValueError:
                raise CloudWatchError(
                    "InvalidFormat", "StateReasonData is not valid JSON."
                ) from None
        if state_value not in STATES:
            raise invalid(
                f"1 validation error detected: Value '{state_value}' at 'stateValue' failed to "
                f"satisfy constraint: Member must satisfy enum value set: [{', '.join(STATES)}]"
            )
        alarm = self.alarms.get(alarm_name)
        if alarm is None:
            raise AlarmNotFound([alarm_name])
        self.transition(alarm, state_value, reason, reason_data)

    def transition(self, alarm: Alarm, value: str, reason: str, data: str | None) -> None:
        """Put an alarm into a state; what follows of it is done in the background."""
        now = current().clock.now()
        with self._lock:
            if self.alarms.get(alarm.name) is not alarm:
                return
            old, new = alarm.state, State(value, reason, data, now)
            alarm.state = new
            if value == old.value:
                return
            alarm.transitioned = now
            summary = f"Alarm updated from {old.value} to {value}"
            states = {"oldState": _of_history(old), "newState": _of_history(new)}
            alarm.remember(HistoryItem(now, "StateUpdate", summary, states))
            arns = alarm.actions_of(value) if alarm.actions_enabled else []
        change = StateChange(alarm, old, new)
        current().background(f"alarm {alarm.name}", self._tell, change, arns)

    def lasts(self, alarm: Alarm) -> None:
        """An alarm was evaluated and stays as it is: some actions are performed again."""
        if not alarm.actions_enabled:
            return
        arns = [arn for arn in alarm.actions_of(alarm.state.value) if action.kind_of(arn).repeats]
        if arns:
            change = StateChange(alarm, alarm.state, alarm.state)
            current().background(f"alarm {alarm.name}", self._act, change, arns)

    def alarms_like(self, request: Mapping[str, Any]) -> list[Alarm]:
        """The metric alarms that DescribeAlarms asks for, by name."""
        if "MetricAlarm" not in (request.get("AlarmTypes") or ["MetricAlarm"]):
            return []
        names, prefix = request.get("AlarmNames"), request.get("AlarmNamePrefix") or ""
        if names and prefix:
            raise invalid("AlarmNames and AlarmNamePrefix must not be specified together.")
        action_prefix = request.get("ActionPrefix") or ""
        state = request.get("StateValue")
        found = [
            alarm
            for alarm in list(self.alarms.values())
            if (not names or alarm.name in names)
            and alarm.name.startswith(prefix)
            and (not state or alarm.state.value == state)
            and (not action_prefix or _acts(alarm, action_prefix))
        ]
        return sorted(found, key=lambda alarm: alarm.name)

    def history(self, name: str | None) -> list[tuple[Alarm, HistoryItem]]:
        """What happened to an alarm, or to all."""
        return [
            (alarm, item)
            for alarm in list(self.alarms.values())
            if name in (None, alarm.name)
            for item in list(alarm.history)
        ]

    def _tell(self, change: StateChange, arns: Sequence[str]) -> None:
        emit(
            "aws.cloudwatch",
            "CloudWatch Alarm State Change",
            notifications.detail(change),
            resources=[change.alarm.alarm_arn],
            account_id=self.account_id,
            region=self.region_name,
        )
        self._act(change, arns)

    def _act(self, change: StateChange, arns: Iterable[str]) -> None:
        for arn in arns:
            outcome, error = "Succeeded", None
            try:
                action.kind_of(arn).perform(arn, change)
            except (AwsError, ClientError) as failure:
                outcome, error = "Failed", str(failure)
            except Exception as failure:
                logger.exception("action %s of alarm %s", arn, change.alarm.name)
                outcome, error = "Failed", repr(failure)
            if error is not None:
                logger.info("alarm %s could not act on %s: %s", change.alarm.name, arn, error)
                summary = f'Failed to execute action {arn}. Received error: "{error}"'
            else:
                summary = f"Successfully executed action {arn}"
            if change.old is not change.new or error is not None:
                data = {"actionState": outcome, "notificationResource": arn, "error": error}
                now = current().clock.now()
                change.alarm.remember(HistoryItem(now, "Action", summary, data))
        current().changes.announce()

    def longest_range(self) -> int:
        """How many ticks back the alarms look."""
        return max(
            (
                alarm.watched.period * (alarm.evaluation_rule.periods + EXTRA_PERIODS)
                for alarm in self.alarms.values()
            ),
            default=0,
        )

    def alarms_changed(self) -> None:
        """Another alarm, or one less: for whoever keeps the data that they need."""


def _acts(alarm: Alarm, prefix: str) -> bool:
    return any(arn.startswith(prefix) for state in STATES for arn in alarm.actions_of(state))


def _of_history(state: State) -> dict[str, Any]:
    shape: dict[str, Any] = {"stateValue": state.value, "stateReason": state.reason}
    if state.data is not None:
        shape["stateReasonData"] = json.loads(state.data)
    return shape
