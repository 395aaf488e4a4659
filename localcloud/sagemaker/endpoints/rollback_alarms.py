"""What cuts a deployment short: its alarms, its time limit, the end of the server.

"If any alarms are tripped during a deployment, SageMaker rolls back the deployment"
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoRollbackConfig.html). They are read with
DescribeAlarms as the model's execution role
(https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html). Assumed, since
nothing says it: an alarm in ALARM counts whenever it is seen, before the first step too, and
INSUFFICIENT_DATA does not; an alarm that is not there, and one that the role may not read, roll back,
for nobody would watch; every text.
"""

from __future__ import annotations

from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.cloud import current
from localcloud.errors import AwsError

# Alarms are looked at each of AWS's seconds and when something has changed, but not more often than
# LEAST_PAUSE_SECONDS of the machine's.
LOOK_SECONDS = 1.0
LEAST_PAUSE_SECONDS = 0.1
_BACK = "The deployment was rolled back because"


def trouble(names: Sequence[str], region: str, role_arn: str) -> str | None:
    """Why the alarms say that a deployment must be rolled back; None if they do not."""
    try:
        session = clients.role_session(role_arn, "SageMaker", "sagemaker.amazonaws.com")
        answer = clients.client("cloudwatch", region, session).describe_alarms(
            AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
    except (AwsError, BotoCoreError, ClientError) as error:
        return f"{_BACK} its CloudWatch alarms could not be read by {role_arn}: {error}"
    alarms = [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]
    states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
    missing = [name for name in names if name not in states]
    if missing:
        return f"{_BACK} these CloudWatch alarms do not exist: {', '.join(missing)}."
    tripped = [name for name in names if states[name] == "ALARM"]
    if tripped:
        return f"{_BACK} these CloudWatch alarms are in state ALARM: {', '.join(tripped)}."
    return None


class Watch:
    """Looks after one deployment. Once it has a reason to stop, it keeps it."""

    def __init__(
        self, alarms: Sequence[str], region: str, role_arn: str, timeout_seconds: int | None
    ) -> None:
        self._alarms = alarms
        self._region = region
        self._role_arn = role_arn
        self._timeout_seconds = timeout_seconds
        self._began = current().clock.monotonic()
        # When the present bake began, and how long those before it took.
        self._baking: float | None = None
        self._baked = 0.0
        self._looked: float | None = None
        self._count = 0
        self.reason: str | None = None
        """Why the deployment must be rolled back."""

    def is_over(self) -> bool:
        """Whether the deployment must stop, by what is known or seen now."""
        if current().stopping.is_set():
            return True
        now = current().clock.monotonic()
        if self.reason is None and self._is_late(now):
            self.reason = (
                f"{_BACK} it took longer than MaximumExecutionTimeoutInSeconds "
                f"({self._timeout_seconds} seconds)."
            )
        if self.reason is None and self._alarms and self._may_look(now):
            self._looked, self._count = now, current().changes.count
            self.reason = trouble(self._alarms, self._region, self._role_arn)
        return self.reason is not None or current().stopping.is_set()

    def look(self) -> bool:
        """`is_over`, with a look at the alarms whenever the last one was."""
        self._looked = None
        return self.is_over()

    def bake(self, seconds: float) -> bool:
        """Watch for so many of AWS's seconds; False as soon as the deployment must stop."""
        length = current().paced(seconds)
        self._baking = current().clock.monotonic()
        end = self._baking + length
        current().changes.wait_until(
            lambda: self.is_over() or current().clock.monotonic() >= end,
            length,
            stop=current().stopping,
            recheck_seconds=self._pause(),
        )
        # What happened while nobody looked counts as well.
        going_on = not self.look()
        self._baked += current().clock.monotonic() - self._baking
        self._baking = None
        return going_on

    def _is_late(self, now: float) -> bool:
        """Bakes count in AWS's seconds, the work in the machine's: a start is not faster for a pace."""
        limit = self._timeout_seconds
        if limit is None:
            return False
        baked = self._baked + (now - self._baking if self._baking is not None else 0.0)
        return now - self._began - baked + baked / current().paced(1) >= limit

    def _pause(self) -> float:
        return max(LEAST_PAUSE_SECONDS, current().paced(LOOK_SECONDS))

    def _may_look(self, now: float) -> bool:
        if self._looked is None:
            return True
        changed = current().changes.count != self._count
        return now - self._looked >= (LEAST_PAUSE_SECONDS if changed else self._pause())
