"""Every field of the configuration, with values that it takes and values that it does not."""

from __future__ import annotations

import copy
from typing import Any

LEAST = {"project": "abalone"}
CONNECTION = {
    "type": "connection",
    "connection_arn": "arn:aws:codeconnections:eu-west-1:123456789012:connection/"
    "0a1b2c3d-0000-4000-8000-0123456789ab",
    "repository": "owner/name",
}
KEY_ARN = "arn:aws:kms:eu-west-1:111111111111:key/0a1b2c3d-0000-4000-8000-0123456789ab"
HERE = {"account": "111111111111", "region": "eu-west-1"}
PLACED = {"subnet_ids": ["subnet-0a1b2c3d"], "security_group_ids": ["sg-0a1b2c3d"]}
SUBNET_LISTS: tuple[list[Any], list[Any]] = (
    [["subnet-0a1b2c3d"], [f"subnet-{n:017x}" for n in range(16)]],
    [
        None,
        "subnet-0a1b2c3d",
        ["sg-0a1b2c3d"],
        ["subnet-0a1b2c3d"] * 2,
        [f"subnet-{n:017x}" for n in range(17)],
        [7],
    ],
)
GROUP_LISTS: tuple[list[Any], list[Any]] = (
    [["sg-0a1b2c3d"], [f"sg-{n:017x}" for n in range(5)]],
    [None, {}, ["subnet-0a1b2c3d"], ["sg-x"], [f"sg-{n:017x}" for n in range(6)]],
)
ACCOUNTS: tuple[list[Any], list[Any]] = ([None, "222222222222"], ["", "2", 222222222222, "x" * 12])
KEYS: tuple[list[Any], list[Any]] = (
    [None, KEY_ARN, KEY_ARN.replace("arn:aws:", "arn:aws-cn:"), KEY_ARN[:-36] + "mrk-0a1b"],
    ["", "alias/mine", KEY_ARN.replace(":key/", ":alias/"), KEY_ARN[-36:], 7],
)
# What a value needs beside it, to be one that is meant.
BESIDE: dict[str, dict[str, Any]] = {
    "source.connection_arn": {"source": CONNECTION},
    "source.repository": {"source": CONNECTION},
    "jobs.subnet_ids": {"jobs": {"security_group_ids": ["sg-0a1b2c3d"]}},
    "jobs.security_group_ids": {"jobs": {"subnet_ids": ["subnet-0a1b2c3d"]}},
    "network.vpc_id": {"network": PLACED},
    "network.subnet_ids": {"network": {"vpc_id": "vpc-0a1b2c3d", **PLACED}},
    "network.security_group_ids": {"network": {"vpc_id": "vpc-0a1b2c3d", **PLACED}},
}
for _stage in ("staging", "prod"):
    _path = f"stages.{_stage}"
    BESIDE |= {
        f"{_path}.account": {**HERE, "kms_key_arn": KEY_ARN},
        f"{_path}.region": HERE,
        f"{_path}.subnet_ids": {"stages": {_stage: PLACED}},
        f"{_path}.security_group_ids": {"stages": {_stage: PLACED}},
        f"{_path}.serverless.max_concurrency": {},
        f"{_path}.serverless.provisioned_concurrency": {
            "stages": {_stage: {"serverless": {"max_concurrency": 200}}}
        },
        f"{_path}.autoscaling.min_instance_count": {
            "stages": {_stage: {"autoscaling": {"max_instance_count": 1000}}}
        },
    }


def at(path: str, value: Any) -> dict[str, Any]:
    """The least configuration with one value at a path."""
    *parents, name = path.split(".")
    given: dict[str, Any] = LEAST | copy.deepcopy(BESIDE.get(path, {}))
    place = given
    for parent in parents:
        place = place.setdefault(parent, {})
    place[name] = value
    return given


STAGE_FIELDS = [
    (f"stages.{stage}.{name}", good, bad)
    for stage in ("staging", "prod")
    for name, good, bad in [
        (
            "instance_type",
            ["ml.m5.large", "ml.g6e.12xlarge"],
            ["m5.large", "ml.m5", "ML.M5.LARGE", 5],
        ),
        ("account", *ACCOUNTS),
        ("region", [None, "eu-west-1"], ["", "eu", "eu-west-1a", "EU-WEST-1", 1]),
        ("initial_instance_count", [1, 100], [0, 101, 1.5, "1", True, None]),
        ("serverless.memory_size_mb", [None, 1024, 6144], [0, 1000, 7168, "1024", True]),
        ("serverless.max_concurrency", [20, 200], [0, 201, 1.5, None]),
        ("serverless.provisioned_concurrency", [None, 1, 200], [0, 201, "1", False]),
        ("autoscaling.max_instance_count", [None, 1, 1000], [0, 1001, 1.5, True]),
        ("autoscaling.min_instance_count", [1, 1000], [0, 1001, None]),
        ("autoscaling.invocations_per_instance", [1, 0.5 + 1, 1_000_000], [0, 0.5, 1e7, "1"]),
        ("autoscaling.scale_in_cooldown_seconds", [0, 3600], [-1, 3601, 0.5]),
        ("autoscaling.scale_out_cooldown_seconds", [0, 3600], [-1, 3601, None]),
        ("data_capture_percentage", [0, 100], [-1, 101, 0.5, False]),
        ("data_capture_days", [1, 3650], [0, 3651, 1.5, None]),
        ("update.type", ["all_at_once", "canary", "linear"], ["CANARY", "rolling", None]),
        ("update.step_percent", [10, 50], [9, 51, 10.5, "10"]),
        ("update.wait_seconds", [0, 3600], [-1, 3601, 1.5]),
        ("update.final_bake_seconds", [0, 3600], [-1, 3601, True]),
        ("keep_versions", [1, 100], [0, 101, None]),
        ("subnet_ids", *SUBNET_LISTS),
        ("security_group_ids", *GROUP_LISTS),
        ("network_isolation", [True, False], [0, 1, "true", None]),
        ("kms_key_arn", *KEYS),
        (
            "environment",
            [{}, {"LOG_LEVEL": "debug", "_x": ""}, {"A": "x" * 392}],
            [
                [],
                {"A": 1},
                {"1A": "x"},
                {"A-B": "x"},
                {"": "x"},
                {"A": "x" * 393},
                {f"A{n}": "" for n in range(21)},
            ],
        ),
        ("startup_health_check_seconds", [None, 60, 3600], [59, 3601, 60.5, True]),
        ("model_data_download_seconds", [None, 60, 3600], [59, 3601, "60"]),
        ("alarms.error_rate_5xx", [0, 0.5, 1], [-0.1, 1.1, "0.1", True]),
        ("alarms.error_rate_4xx", [0, 0.5, 1], [-0.1, 1.1, "0.1", True]),
        ("alarms.model_error_rate", [0, 0.5, 1], [-0.1, 1.1, "0.1", True]),
        ("alarms.model_latency_p90_ms", [1, 60_000], [0, 60_001, float("nan")]),
        ("alarms.latency_ratio", ["off", 1, 1.5, 100], [0.9, 101, "on", True, None]),
    ]
]
FIELDS: list[tuple[str, list[Any], list[Any]]] = [
    (
        "project",
        ["ab", "a" * 32, "fraud-score-2"],
        ["a", "a" * 33, "Abalone", "1a", "-a", "a-", "a--b", "a_b", "ab\n", "", 7, None],
    ),
    # A stage's own is given in the sentences of stages elsewhere.
    ("account", *ACCOUNTS),
    ("region", [None, "us-gov-west-1", "eusc-de-east-1"], ["", "eu", "us-east-1a", 1]),
    ("source.type", ["codecommit"], ["github", None]),
    (
        "source.branch",
        ["main", "release/next", "v1.2"],
        ["", "/main", "main/", "a//b", "a..b", "a.lock", "-x", "a b", "a" * 101, "a*"],
    ),
    (
        "source.connection_arn",
        [
            CONNECTION["connection_arn"],
            CONNECTION["connection_arn"].replace("codeconnections", "codestar-connections"),
            CONNECTION["connection_arn"].replace("arn:aws:", "arn:aws-us-gov:"),
        ],
        [
            None,
            "",
            "github",
            CONNECTION["connection_arn"].replace("connection/", "host/"),
            CONNECTION["connection_arn"].replace("codeconnections", "codecommit"),
            CONNECTION["connection_arn"][:-1],
        ],
    ),
    (
        "source.repository",
        ["owner/name", "group/sub-group/name", "o/n.github.io"],
        [None, "", "name", "owner/", "/name", "owner//name", "owner/..", "https://x/y", "a b/c", 7],
    ),
    ("input_data_key", [None, "data/x.csv"], ["", "/x", "x/", "a b", "k" * 513, 1]),
    ("metric_threshold", [0, 6.5, 1_000_000_000], [-1, 1_000_000_001, "6", True, float("inf")]),
    ("checks.engine", ["native", "open"], ["Native", "closed", None]),
    ("checks.model_quality_tolerance", [0, 0.1, 10], [-0.1, 10.1, "0.1", True, None]),
    ("checks.bias_tolerance", [0, 0.05, 1], [-0.1, 1.1, "0.1", False, None]),
    ("checks.retrain_baselines", ["carry", "refresh"], ["keep", True, None]),
    ("checks.drift_response", ["carry", "refresh"], ["skip", None]),
    ("checks.gate_training", [True, False], [0, 1, "true", None]),
    ("checks.live_model_tolerance", ["off", 0, 0.05, 10], [-0.1, 11, "on", False, None]),
    ("jobs.subnet_ids", *SUBNET_LISTS),
    ("jobs.security_group_ids", *GROUP_LISTS),
    ("network.vpc_id", ["vpc-0a1b2c3d"], ["", "subnet-0a1b2c3d", "vpc-x", 1]),
    ("network.subnet_ids", *SUBNET_LISTS),
    ("network.security_group_ids", *GROUP_LISTS),
    ("kms_key_arn", *KEYS),
    ("deployment.rollback_waits_for_approval", [True, False], [0, "true", None]),
    ("deployment.max_latency_ms", [1, 0.5 + 1, 60_000], [0, 60_001, "1", None]),
    ("deployment.load.requests_per_second", [None, 0.1, 50], [0, 51, "1", True]),
    ("deployment.load.seconds", [1, 60], [0, 61, 1.5]),
    ("deployment.load.max_errors", [0, 3000], [-1, 3001, 0.5]),
    ("deployment.load.max_p99_ms", [1, 10_000], [0, 10_001, "1"]),
    ("batch_scoring.enabled", [True, False], [None, 1, "true"]),
    (
        "batch_scoring.schedule",
        [None, "cron(0 6 ? * MON-FRI *)", "rate(1 day)", "rate(12 hours)"],
        ["", "0 6 * * *", "cron(0 6 * * *)", "rate(0 days)", "rate(1 week)", "at(2026-01-01)", 1],
    ),
    ("batch_scoring.input_data_key", [None, "to-score", "a/b.csv"], ["", "/x", "x/", 1]),
    ("notification_email", [None, "a@example.com"], ["", "a@b", "a b@example.com", "a@@b.c"]),
    ("log_retention_days", [1, 3653], [0, 2, "90", 90.0, True]),
    (
        "permissions_boundary",
        [None, "arn:aws:iam::123456789012:policy/path/b", "arn:aws-us-gov:iam::aws:policy/b"],
        ["b", "arn:aws:iam::123:policy/b", "arn:aws:iam::123456789012:role/b"],
    ),
    (
        "tags",
        [{}, {"cost-center": "42"}, {"Größe": ""}],
        [
            [],
            {"a": 1},
            {"": "x"},
            {"aws:x": "y"},
            {"project": "other"},
            {"k": "#{Source.CommitId}"},
            {"k" * 129: "x"},
            {"k": "v" * 257},
            {f"k{n}": "" for n in range(21)},
            {f"k{n}": "v" * 250 for n in range(2)},
        ],
    ),
    *STAGE_FIELDS,
]
