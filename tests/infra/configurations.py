"""The configurations under test, one a row: each is synthesized, checked and compared by every suite that
is about all templates. A new kind of deployment is one more row here."""

from __future__ import annotations

from typing import Any

Configuration = dict[str, Any]

# Every field with another value than its default, as large as it may be; those of a connection apart,
# which this kind of source has not.
FULL: Configuration = {
    "project": "abalone",
    "source": {"type": "codecommit", "branch": "release/next"},
    "input_data_key": "raw/abalone-2026.csv",
    "metric_threshold": 4.5,
    "checks": {
        "engine": "open",
        "model_quality_tolerance": 0.25,
        "bias_tolerance": 0.05,
        "retrain_baselines": "refresh",
        "drift_response": "carry",
        "gate_training": True,
        "live_model_tolerance": "off",
    },
    "jobs": {
        "subnet_ids": ["subnet-0a1b2c3d4e5f60718", "subnet-0b1b2c3d4e5f60718"],
        "security_group_ids": ["sg-0a1b2c3d4e5f60718"],
    },
    "batch_scoring": {
        "enabled": True,
        "schedule": "cron(0 6 ? * MON-FRI *)",
        "input_data_key": "to-score",
    },
    "stages": {
        "staging": {"instance_type": "ml.c6i.xlarge", "data_capture_percentage": 0},
        "prod": {
            "instance_type": "ml.m6i.32xlarge",
            "initial_instance_count": 100,
            "data_capture_percentage": 20,
            "alarms": {"error_rate_5xx": 0.05, "error_rate_4xx": 1, "model_latency_p90_ms": 250},
        },
    },
    "notification_email": "on-call@example.com",
    "log_retention_days": 365,
    "permissions_boundary": "arn:aws:iam::123456789012:policy/boundary",
    "tags": {"cost-center": "42"},
}
CONNECTION_ARN = (
    "arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b2c3d-0000-4000-8000-0123456789ab"
)

CONFIGURATIONS: dict[str, Configuration] = {
    "default": {"project": "abalone"},
    "full": FULL,
    "connection": {
        "project": "abalone",
        "source": {
            "type": "connection",
            "connection_arn": CONNECTION_ARN,
            "repository": "data-science/abalone/model-build",
            "branch": "release/next",
        },
    },
    "without_batch_scoring": {"project": "abalone", "batch_scoring": {"enabled": False}},
}
STACKS = ("Abalone-ModelBuild", "Abalone-ModelDeploy")
# For parametrize: every template that any of them makes.
TEMPLATES = [(configuration, stack) for configuration in CONFIGURATIONS for stack in STACKS]
