"""The part of the configuration that says what a deployment must pass: the key `deployment`."""

from __future__ import annotations

from dataclasses import dataclass

from infra.reading import number, one_of, optional, setting


@dataclass(frozen=True)
class LoadConfig:
    """Requests at a rate, sent to staging, if there is a rate."""

    requests_per_second: float | None = setting(
        "requests a second that staging gets after the smoke test; null sends none",
        optional(number(0.1, 50)),
        default=None,
    )
    seconds: int = setting("for how long", number(1, 60, whole=True), default=20)
    max_errors: int = setting("how many may fail", number(0, 3000, whole=True), default=0)
    # A request that has no answer after ten seconds has failed.
    max_p99_ms: float = setting("the highest 99th percentile", number(1, 10_000), default=1000)


@dataclass(frozen=True)
class DeploymentConfig:
    """What a version must pass on its way to prod."""

    rollback_waits_for_approval: bool = setting(
        "whether a version that was live in prod before waits for a person to go back there",
        one_of(False, True),
        default=False,
    )
    max_latency_ms: float = setting(
        "how long staging may take to answer a golden record", number(1, 60_000), default=5000
    )
    load: LoadConfig = setting("load on staging", default_factory=LoadConfig)
