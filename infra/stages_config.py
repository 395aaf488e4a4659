"""The part of the configuration that says what each stage's endpoint is: the key `stages`."""

from __future__ import annotations

from dataclasses import dataclass

from infra.network_config import SECURITY_GROUPS, SUBNETS
from infra.reading import number, one_of, optional, or_word, setting, text, texts

OFF = "off"
ALL_AT_ONCE, CANARY, LINEAR = "all_at_once", "canary", "linear"

_INSTANCE_TYPE = text(
    r"ml\.[a-z0-9-]{1,20}\.[a-z0-9]{1,12}", "a SageMaker instance type such as 'ml.m5.large'"
)
_SECONDS = number(0, 3600, whole=True)
ACCOUNT = text(r"[0-9]{12}", "an account id of 12 digits")
REGION = text(r"[a-z]{2,4}(-[a-z]+)+-[0-9]", "a region such as 'eu-west-1'")
KEY_ARN = text(
    r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,64}",
    "the ARN of a KMS key (arn:aws:kms:…:key/…)",
)


@dataclass(frozen=True)
class AlarmsConfig:
    """When an endpoint's alarms go off: each in two of three one-minute periods."""

    error_rate_5xx: float = setting(
        "share of requests that the model answers with 5XX (0 to 1)", number(0, 1), default=0.01
    )
    error_rate_4xx: float = setting(
        "share of requests that the model answers with 4XX (0 to 1)", number(0, 1), default=0.1
    )
    model_error_rate: float = setting(
        "share of requests without a 2XX answer of the model, time-outs included (0 to 1)",
        number(0, 1),
        default=0.1,
    )
    model_latency_p90_ms: float = setting(
        "90th percentile of the model's own time, milliseconds", number(1, 60_000), default=500
    )
    latency_ratio: float | str = setting(
        "factor by which that may exceed the version before's during an update; off compares with none",
        or_word(OFF, number(1, 100)),
        default=2,
    )


@dataclass(frozen=True)
class UpdateConfig:
    """How traffic moves to a new version. With one instance there is no part of the capacity that could
    get it first: then it moves all at once, and is watched as long."""

    type: str = setting(
        "how traffic moves", one_of(ALL_AT_ONCE, CANARY, LINEAR), default=ALL_AT_ONCE
    )
    step_percent: int = setting(
        "share of the capacity of the canary, or of each linear step, percent",
        number(10, 50, whole=True),
        default=10,
    )
    wait_seconds: int = setting(
        "how long the canary, or each linear step, is watched", _SECONDS, default=0
    )
    final_bake_seconds: int = setting(
        "how long all of the new version is watched before the old one ends", _SECONDS, default=0
    )

    def contradiction(self) -> tuple[str, str] | None:
        """All waits within the time that SageMaker gives an update
        (MaximumExecutionTimeoutInSeconds in botocore's model), with the ten minutes that are the least
        of it left over for the rest."""
        if self.type != LINEAR:
            return None
        steps = -(-100 // self.step_percent)
        most = (28_800 - 600 - self.final_bake_seconds) // steps
        if self.wait_seconds > most:
            return "wait_seconds", (
                f"at most {most}, so that {steps} steps and the final bake end within the 8 hours that"
                " SageMaker gives an update"
            )
        return None


@dataclass(frozen=True)
class ServerlessConfig:
    """An endpoint without instances, if it has a memory size."""

    memory_size_mb: int | None = setting(
        "memory of a serverless endpoint; null is an endpoint on instances",
        optional(one_of(1024, 2048, 3072, 4096, 5120, 6144)),
        default=None,
    )
    max_concurrency: int = setting(
        "requests that it serves at once", number(1, 200, whole=True), default=20
    )
    provisioned_concurrency: int | None = setting(
        "how many of them are kept warm", optional(number(1, 200, whole=True)), default=None
    )

    def contradiction(self) -> tuple[str, str] | None:
        """What is kept warm is a part of what is served."""
        if (self.provisioned_concurrency or 0) > self.max_concurrency:
            return "provisioned_concurrency", f"at most max_concurrency, {self.max_concurrency}"
        return None


@dataclass(frozen=True)
class AutoScalingConfig:
    """Target tracking on invocations per instance and minute, if there is a highest count."""

    max_instance_count: int | None = setting(
        "the most instances; null does not scale",
        optional(number(1, 1000, whole=True)),
        default=None,
    )
    min_instance_count: int = setting(
        "the fewest instances", number(1, 1000, whole=True), default=1
    )
    invocations_per_instance: float = setting(
        "invocations per instance and minute that scaling aims at",
        number(1, 1_000_000),
        default=1000,
    )
    scale_in_cooldown_seconds: int = setting("pause after scaling in", _SECONDS, default=300)
    scale_out_cooldown_seconds: int = setting("pause after scaling out", _SECONDS, default=60)

    def contradiction(self) -> tuple[str, str] | None:
        """Bounds in their order."""
        if (
            self.max_instance_count is not None
            and self.min_instance_count > self.max_instance_count
        ):
            return "min_instance_count", f"at most max_instance_count, {self.max_instance_count}"
        return None


@dataclass(frozen=True)
class StageConfig:
    """One stage's endpoint."""

    account: str | None = setting(
        "the account of the endpoint; null is the pipelines'", optional(ACCOUNT), default=None
    )
    region: str | None = setting(
        "its region; null is the pipelines'", optional(REGION), default=None
    )
    instance_type: str = setting("instance type", _INSTANCE_TYPE, default="ml.m5.large")
    initial_instance_count: int = setting(
        "number of instances", number(1, 100, whole=True), default=1
    )
    serverless: ServerlessConfig = setting("instead of instances", default_factory=ServerlessConfig)
    autoscaling: AutoScalingConfig = setting("scaling", default_factory=AutoScalingConfig)
    data_capture_percentage: int = setting(
        "share of requests and answers that is captured to S3, percent; 0 captures none",
        number(0, 100, whole=True),
        default=100,
    )
    data_capture_days: int = setting(
        "days for which captured requests are kept", number(1, 3650, whole=True), default=90
    )
    update: UpdateConfig = setting("moving traffic", default_factory=UpdateConfig)
    alarms: AlarmsConfig = setting("alarm thresholds", default_factory=AlarmsConfig)
    keep_versions: int = setting(
        "how many earlier versions' models and configurations are kept",
        number(1, 100, whole=True),
        default=3,
    )
    subnet_ids: list[str] = setting(
        "subnets of the model's containers", SUBNETS, default_factory=list
    )
    security_group_ids: list[str] = setting(
        "their security groups", SECURITY_GROUPS, default_factory=list
    )
    network_isolation: bool = setting(
        "whether the containers have no network at all", one_of(False, True), default=False
    )
    kms_key_arn: str | None = setting(
        "the key for the instances' volumes and for what is captured; null is AWS's own",
        optional(KEY_ARN),
        default=None,
    )
    environment: dict[str, str] = setting(
        "environment variables for the model's container, beside the version's own",
        texts(20, 400),
        default_factory=dict,
    )
    startup_health_check_seconds: int | None = setting(
        "how long a container may take to start; null is SageMaker's own limit",
        optional(number(60, 3600, whole=True)),
        default=None,
    )
    model_data_download_seconds: int | None = setting(
        "how long a model may take to download; null is SageMaker's own limit",
        optional(number(60, 3600, whole=True)),
        default=None,
    )

    def contradiction(self) -> tuple[str, str] | None:
        """What SageMaker takes together, or not together."""
        if bool(self.subnet_ids) != bool(self.security_group_ids):
            return "security_group_ids", "as empty as subnet_ids"
        if self.serverless.memory_size_mb is not None:
            if self.subnet_ids:
                return "subnet_ids", "empty for a serverless endpoint"
            if self.network_isolation:
                return "network_isolation", "false for a serverless endpoint"
            if self.autoscaling.max_instance_count is not None:
                return "autoscaling.max_instance_count", "null for a serverless endpoint"
            for name in (
                "kms_key_arn",
                "startup_health_check_seconds",
                "model_data_download_seconds",
            ):
                if getattr(self, name) is not None:
                    return name, "null for a serverless endpoint, which has no instances"
        return None


def _prod() -> StageConfig:
    return StageConfig(
        update=UpdateConfig(type=CANARY, step_percent=10, wait_seconds=300, final_bake_seconds=300)
    )


@dataclass(frozen=True)
class StagesConfig:
    """The stages, in the order of deployment."""

    staging: StageConfig = setting("the endpoint that is smoke-tested", default_factory=StageConfig)
    prod: StageConfig = setting("the endpoint that is released", default_factory=_prod)

    def by_name(self) -> dict[str, StageConfig]:
        """Each with its name, in the order of deployment."""
        return {"staging": self.staging, "prod": self.prod}
