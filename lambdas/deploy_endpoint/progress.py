"""What the action did so far; it travels in the continuation token. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from slipway_shared.codepipeline_job import JobFailure

# What this action asked SageMaker for so far.
NOTHING, CREATE, UPDATE, DELETE = "nothing", "create", "update", "delete"

Endpoint = Mapping[str, Any]
"""DescribeEndpoint's response."""


@dataclass(frozen=True)
class Progress:
    """Times are epoch seconds; 0 stands for never."""

    started_at: float
    requested: str = NOTHING
    config_name: str | None = None
    """The configuration asked for."""
    requested_at: float = 0.0
    replaced_config_name: str | None = None
    """The configuration that was live when an update was asked for."""
    modified_before: float = 0.0
    """The endpoint's LastModifiedTime then: unchanged means that the update is not to be seen yet."""
    guardrail: str | None = None
    """How the update is guarded, in words."""
    arrived_at: float = 0.0
    """When the wanted configuration was first seen in service."""
    scaling_at: float = 0.0
    """When scaling was first changed after that."""
    removed_scaling: list[dict[str, Any]] | None = None
    """What is, or is about to be, deregistered for the update, and has to come back: see `scaling`."""

    def to_token(self) -> dict[str, Any]:
        """The members that are set."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_token(cls, token: Mapping[str, Any]) -> Progress:
        """What `to_token` gave. Raises JobFailure for anything else, as another version's."""
        try:
            return cls(**token)
        except TypeError as error:
            raise JobFailure(
                f"continuation token is not one of this function's ({error}); retry the stage"
            ) from error

    def asked_for(
        self,
        what: str,
        config_name: str | None,
        now: float,
        *,
        endpoint: Endpoint | None = None,
        guardrail: str | None = None,
    ) -> Progress:
        """The progress once SageMaker was asked; `endpoint` as it was before."""
        return replace(
            self,
            requested=what,
            config_name=config_name,
            requested_at=now,
            replaced_config_name=endpoint["EndpointConfigName"] if endpoint else None,
            modified_before=modified(endpoint) if endpoint else 0.0,
            guardrail=guardrail,
        )


def modified(endpoint: Endpoint) -> float:
    """LastModifiedTime in epoch seconds."""
    return float(endpoint["LastModifiedTime"].timestamp())
