"""The text that an approver reads. Pure.

It stands in the approval action's CustomData and in its SNS message; a value of an action's configuration
has 1,000 characters at most
(https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html, as botocore's
model has it: ActionConfigurationValue). CodePipeline adds the link at which one answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slipway_shared.codepipeline_job import shorten
from slipway_shared.manifest import Manifest

MAX_MESSAGE = 1000
MAX_METRICS = 6


@dataclass(frozen=True)
class Facts:
    """What the message is made of."""

    manifest: Manifest
    live_version: int | None
    """The version that serves in prod; None before the first."""
    metrics: Mapping[str, float]
    """The version's own, on its test data, by name."""
    live_metrics: Mapping[str, float] | None
    checks: Mapping[str, str]
    """Of each check, which baseline the version has."""
    staging_results: str


def message(facts: Facts) -> str:
    """One paragraph; the least important is last, and cut first."""
    manifest = facts.manifest
    sentences = [
        f"Version {manifest.model_package_version} of {manifest.model_package_group_name} for prod,"
        f" where {_live(facts.live_version)}.",
        f"Reason: {manifest.reason}{_by(manifest.requested_by)}{_note(manifest.note)}.",
        f"Approved in the registry {manifest.approved_at or 'at an unknown time'}"
        f"{_by(manifest.approved_by)}.",
        f"Metrics: {_metrics(facts)}.",
        f"Staging: {facts.staging_results}.",
        f"Checks: {_checks(facts.checks)}.",
    ]
    return shorten(" ".join(sentences), MAX_MESSAGE)


def _live(version: int | None) -> str:
    return "nothing is live yet" if version is None else f"version {version} is live"


def _by(who: str | None) -> str:
    # An ARN's last part is the name that people know.
    return f" by {who.rpartition('/')[2]}" if who else ""


def _note(note: str | None) -> str:
    return f" ({note})" if note else ""


def _metrics(facts: Facts) -> str:
    if not facts.metrics:
        return "none to be read"
    live = facts.live_metrics or {}
    return ", ".join(
        f"{name} {value:.4g}" + (f" (live {live[name]:.4g})" if name in live else "")
        for name, value in list(facts.metrics.items())[:MAX_METRICS]
    )


def _checks(checks: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {state}" for name, state in checks.items()) or "none registered"
