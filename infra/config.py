"""The project's configuration: the context key `slipway` of cdk.json. Every default lives here.

docs/configuration.md has one row for each field; a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.deployment_config import DeploymentConfig
from infra.jobs_config import JobsConfig
from infra.network_config import NetworkConfig
from infra.reading import (
    ConfigurationError,
    number,
    one_of,
    optional,
    or_word,
    read,
    setting,
    shown,
    tags,
    text,
)
from infra.source_config import SourceConfig
from infra.stages_config import ACCOUNT, KEY_ARN, OFF, REGION, StagesConfig

CONTEXT_KEY = "slipway"

# The longest name made of the project's is an endpoint's: `<project>-staging`, 63 at most.
_PROJECT = text(
    r"(?=.{2,32}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "2 to 32 lower-case letters, digits and single hyphens, beginning with a letter",
)
_EMAIL = text(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")
_KEY = text(
    r"(?!/)[A-Za-z0-9!_.*'()/-]{1,512}(?<!/)",
    "an S3 object key that neither begins nor ends with '/'",
)
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
_SCHEDULE = text(
    r"cron\([^()\s]+( [^()\s]+){5}\)|rate\([1-9][0-9]* (minute|hour|day)s?\)",
    "a schedule of EventBridge Scheduler such as 'cron(0 6 * * ? *)' or 'rate(1 day)'",
)
_POLICY_ARN = text(
    r"arn:aws[a-z-]*:iam::(?:[0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]{1,640}",
    "the ARN of a managed policy (arn:aws:iam::…:policy/…)",
)
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
# Each with the CDK's name for it.
RETENTION_DAYS = {
    1: "ONE_DAY",
    3: "THREE_DAYS",
    5: "FIVE_DAYS",
    7: "ONE_WEEK",
    14: "TWO_WEEKS",
    30: "ONE_MONTH",
    60: "TWO_MONTHS",
    90: "THREE_MONTHS",
    120: "FOUR_MONTHS",
    150: "FIVE_MONTHS",
    180: "SIX_MONTHS",
    365: "ONE_YEAR",
    400: "THIRTEEN_MONTHS",
    545: "EIGHTEEN_MONTHS",
    731: "TWO_YEARS",
    1827: "FIVE_YEARS",
    3653: "TEN_YEARS",
}


@dataclass(frozen=True)
class ChecksConfig:
    """The checks of a model version, and when it is good enough."""

    engine: str = setting(
        "who makes the five checks: AWS's containers, or code of the model repository",
        one_of("native", "open"),
        default="native",
    )
    model_quality_tolerance: float = setting(
        "share by which a new model-quality baseline is widened", number(0, 10), default=0.1
    )
    bias_tolerance: float = setting(
        "distance by which a new bias baseline is moved from unbiased", number(0, 1), default=0.1
    )
    retrain_baselines: str = setting(
        "which baselines a retrained version registers", one_of("carry", "refresh"), default="carry"
    )
    drift_response: str = setting(
        "which baselines a version registers that was trained after a drift violation",
        one_of("refresh", "carry"),
        default="refresh",
    )
    gate_training: bool = setting(
        "whether training waits for the two checks of the data", one_of(False, True), default=False
    )
    live_model_tolerance: float | str = setting(
        "share by which a model's error may exceed the live one's; off compares with none",
        or_word(OFF, number(0, 10)),
        default=0,
    )


@dataclass(frozen=True)
class BatchScoringConfig:
    """The second pipeline: the live version's predictions for a data set."""

    enabled: bool = setting(
        "whether there is the pipeline, its queue and its functions",
        one_of(True, False),
        default=True,
    )
    schedule: str | None = setting(
        "when it runs by itself, in UTC; null leaves that to people",
        optional(_SCHEDULE),
        default=None,
    )
    input_data_key: str | None = setting(
        "key, or prefix of keys, of the rows to score in the artifact bucket; null is"
        " data/<project>-to-score.csv",
        optional(_KEY),
        default=None,
    )


@dataclass(frozen=True)
class Config:
    """The whole configuration."""

    project: str = setting("name of the project; other names are made of it", _PROJECT)
    account: str | None = setting(
        "the account of the pipelines; null is whichever the CDK deploys to",
        optional(ACCOUNT),
        default=None,
    )
    region: str | None = setting(
        "their region; null is whichever the CDK deploys to", optional(REGION), default=None
    )
    source: SourceConfig = setting("the model repository", default_factory=SourceConfig)
    input_data_key: str | None = setting(
        "key of the training data in the artifact bucket; null is data/<project>.csv",
        optional(_KEY),
        default=None,
    )
    metric_threshold: float = setting(
        "the highest mean squared error with which a model is registered",
        number(0, 1_000_000_000),
        default=6.0,
    )
    checks: ChecksConfig = setting("the checks", default_factory=ChecksConfig)
    jobs: JobsConfig = setting("the jobs of the pipelines", default_factory=JobsConfig)
    batch_scoring: BatchScoringConfig = setting(
        "the scoring of data sets", default_factory=BatchScoringConfig
    )
    stages: StagesConfig = setting("the stages", default_factory=StagesConfig)
    deployment: DeploymentConfig = setting(
        "what a deployment must pass", default_factory=DeploymentConfig
    )
    network: NetworkConfig = setting(
        "where builds and functions run", default_factory=NetworkConfig
    )
    kms_key_arn: str | None = setting(
        "the key that encrypts buckets, queues, topic, logs, artifacts and functions' settings; null"
        " leaves that to AWS's own keys",
        optional(KEY_ARN),
        default=None,
    )
    notification_email: str | None = setting(
        "who is told of alarms, failed pipelines and waiting approvals; null subscribes nobody",
        optional(_EMAIL),
        default=None,
    )
    log_retention_days: int = setting(
        "days for which logs of functions and builds are kept",
        one_of(*RETENTION_DAYS),
        default=90,
    )
    permissions_boundary: str | None = setting(
        "ARN of the managed policy that bounds every role; null sets none",
        optional(_POLICY_ARN),
        default=None,
    )
    tags: dict[str, str] = setting(
        "tags of every resource, beside `project`", tags, default_factory=dict
    )

    def contradiction(self) -> tuple[str, str] | None:
        """What stages elsewhere need of the pipelines."""
        elsewhere = {
            name: stage
            for name, stage in self.stages.by_name().items()
            if stage.account or stage.region
        }
        if elsewhere and not (self.account and self.region):
            missing = "region" if self.account else "account"
            return missing, "given where a stage has an account or a region of its own"
        for name, stage in elsewhere.items():
            # A model package is its region's, and SageMaker reads a model from a bucket of its own.
            if stage.region not in (None, self.region):
                return f"stages.{name}.region", (
                    f"null or the pipelines' region, {shown(self.region)}: a model package and its"
                    " artifact belong to their region, and are not copied to another yet"
                )
        if any(self.is_elsewhere(name) for name in elsewhere) and not self.kms_key_arn:
            return "kms_key_arn", (
                "a key that the accounts of the stages may use, where they are others:"
                " SageMaker takes models from another account only with one"
            )
        return None

    def is_elsewhere(self, stage: str) -> bool:
        """Whether a stage's endpoint is in another account than the pipelines."""
        return self.stages.by_name()[stage].account not in (None, self.account)

    @property
    def data_key(self) -> str:
        """Key of the training data in the artifact bucket."""
        return self.input_data_key or f"data/{self.project}.csv"

    @property
    def batch_scoring_key(self) -> str:
        """Key, or prefix of keys, of the rows to score in the artifact bucket."""
        return self.batch_scoring.input_data_key or f"data/{self.project}-to-score.csv"


def load(context: Mapping[str, Any] | str | None) -> Config:
    """The configuration in the context's `slipway`. Raises ConfigurationError.

    On the command line, `cdk deploy -c slipway='{"project": …}'`, it is a text in JSON.
    """
    if isinstance(context, str):
        try:
            context = json.loads(context)
        except json.JSONDecodeError as error:
            raise ConfigurationError(
                f"{CONTEXT_KEY} is {shown(context)}, which is not JSON: {error}"
            ) from error
    if context is None:
        raise ConfigurationError(
            f'the context key "{CONTEXT_KEY}" is missing from cdk.json; the least is '
            '{"project": "abalone"}'
        )
    return read(Config, context, CONTEXT_KEY)
