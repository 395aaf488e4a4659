"""The configurations under test, one a row: each is synthesized, checked and compared by every suite that
is about all templates. A new kind of deployment is one more row here."""

from __future__ import annotations

from typing import Any

Configuration = dict[str, Any]

TOOLING_ACCOUNT, STAGING_ACCOUNT, PROD_ACCOUNT = "111111111111", "222222222222", "333333333333"
REGION = "eu-west-1"
KEY_ARN = f"arn:aws:kms:{REGION}:{TOOLING_ACCOUNT}:key/0a1b2c3d-0000-4000-8000-0123456789ab"
PROD_KEY_ARN = f"arn:aws:kms:{REGION}:{PROD_ACCOUNT}:key/0a1b2c3d-0000-4000-8000-0123456789ac"
VPC_ID = "vpc-0a1b2c3d4e5f60718"
SUBNETS = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1b2c3d4e5f60718"]
SECURITY_GROUPS = ["sg-0a1b2c3d4e5f60718"]
PLACED = {"subnet_ids": SUBNETS, "security_group_ids": SECURITY_GROUPS}
# As many characters of JSON as infra/reading.py and infra/stages_config.py allow.
LONGEST_TAGS = {"cost-center": "42", "a": "x" * 200, "b": "x" * (450 - 200 - 34)}
LONGEST_ENVIRONMENT = {"LOG_LEVEL": "debug", "TEXT": "x" * (400 - 31)}
# Every field of a stage on instances with another value than its default.
STAGE: Configuration = {
    "account": TOOLING_ACCOUNT,
    "region": REGION,
    "instance_type": "ml.m6i.32xlarge",
    "initial_instance_count": 100,
    "autoscaling": {
        "max_instance_count": 1000,
        "min_instance_count": 100,
        "invocations_per_instance": 999_999.5,
        "scale_in_cooldown_seconds": 3600,
        "scale_out_cooldown_seconds": 3599,
    },
    "data_capture_percentage": 20,
    "data_capture_days": 3650,
    "update": {
        "type": "linear",
        "step_percent": 50,
        "wait_seconds": 3600,
        "final_bake_seconds": 3599,
    },
    "alarms": {
        "error_rate_5xx": 0.05,
        "error_rate_4xx": 1,
        "model_error_rate": 0.5,
        "model_latency_p90_ms": 250,
        "latency_ratio": 1.5,
    },
    "keep_versions": 100,
    **PLACED,
    "network_isolation": True,
    "kms_key_arn": KEY_ARN,
    "environment": LONGEST_ENVIRONMENT,
    "startup_health_check_seconds": 3600,
    "model_data_download_seconds": 3599,
}

# Every field with another value than its default, as large as it may be; those of a connection and of
# serverless endpoints apart, which these kinds of source and of endpoint have not.
FULL: Configuration = {
    "project": "abalone",
    "account": TOOLING_ACCOUNT,
    "region": REGION,
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
    "jobs": PLACED,
    "batch_scoring": {
        "enabled": True,
        "schedule": "cron(0 6 ? * MON-FRI *)",
        "input_data_key": "to-score",
    },
    "stages": {"staging": {**STAGE, "data_capture_percentage": 0}, "prod": STAGE},
    "deployment": {
        "rollback_waits_for_approval": True,
        "max_latency_ms": 250,
        "load": {"requests_per_second": 49.5, "seconds": 59, "max_errors": 3, "max_p99_ms": 750},
    },
    "network": {"vpc_id": VPC_ID, **PLACED},
    "kms_key_arn": KEY_ARN,
    "notification_email": "on-call@example.com",
    "log_retention_days": 365,
    "permissions_boundary": "arn:aws:iam::123456789012:policy/boundary",
    "tags": LONGEST_TAGS,
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
    # A customer's key and VPC for all that may have them, in whichever account and region.
    "network_and_key": {
        "project": "abalone",
        "network": {"vpc_id": VPC_ID, **PLACED},
        "jobs": PLACED,
        "kms_key_arn": KEY_ARN,
        "stages": {
            "staging": {**PLACED, "kms_key_arn": KEY_ARN},
            "prod": {**PLACED, "kms_key_arn": KEY_ARN},
        },
    },
    "serverless": {
        "project": "abalone",
        "stages": {
            "staging": {"serverless": {"memory_size_mb": 1024}},
            "prod": {
                "serverless": {
                    "memory_size_mb": 6144,
                    "max_concurrency": 200,
                    "provisioned_concurrency": 10,
                }
            },
        },
    },
    # The pipelines and each stage in accounts of their own; prod with a key of its own.
    "accounts": {
        "project": "abalone",
        "account": TOOLING_ACCOUNT,
        "region": REGION,
        "kms_key_arn": KEY_ARN,
        "stages": {
            "staging": {"account": STAGING_ACCOUNT},
            "prod": {"account": PROD_ACCOUNT, "region": REGION, "kms_key_arn": PROD_KEY_ARN},
        },
    },
}
STACKS = ("Abalone-ModelBuild", "Abalone-Staging", "Abalone-Prod", "Abalone-ModelDeploy")
# For parametrize: every template that any of them makes.
TEMPLATES = [(configuration, stack) for configuration in CONFIGURATIONS for stack in STACKS]
