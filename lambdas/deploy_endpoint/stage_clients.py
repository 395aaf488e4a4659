"""Clients in a stage's account and region, as its deployment role: the only ones that touch hosting."""

from __future__ import annotations

import re
from typing import Any

from slipway_shared.clients import client, client_in
from slipway_shared.codepipeline_job import JobFailure
from slipway_shared.service_errors import code_of, message_of
from slipway_shared.stage_settings import StageSettings

# RoleSessionName in botocore's model.
MAX_SESSION_NAME = 64


class StageClients:
    """Each service's client, at first use."""

    def __init__(self, settings: StageSettings, execution_id: str | None) -> None:
        self._settings = settings
        name = f"deploy-{settings.stage}-{execution_id or 'by-hand'}"
        # CloudTrail shows it: whose calls these are.
        self._session_name = re.sub(r"[^\w+=,.@-]", "-", name, flags=re.ASCII)[:MAX_SESSION_NAME]

    @property
    def sagemaker(self) -> Any:
        return self._client("sagemaker")

    @property
    def cloudwatch(self) -> Any:
        return self._client("cloudwatch")

    @property
    def autoscaling(self) -> Any:
        return self._client("application-autoscaling")

    def _client(self, service: str) -> Any:
        """Raises JobFailure when the role may not be assumed."""
        target = self._settings.target
        try:
            return client_in(target, service, self._session_name)
        except client("sts").exceptions.ClientError as error:
            if code_of(error) not in ("AccessDenied", "AccessDeniedException"):
                raise
            raise JobFailure(
                f"this function may not assume {target.role_arn} in account {target.account_id},"
                f" region {target.region}, with external id {target.external_id!r}: the role must be"
                f" there and trust this function's role with exactly that external id, and this"
                f" function must be allowed sts:AssumeRole on it ({message_of(error)})"
            ) from error
