"""A function of ours: moto's, with the configuration that moto drops, and run instead of simulated."""

from __future__ import annotations

import uuid
from typing import Any

from moto.awslambda.models import LambdaFunction as MotoFunction

from localcloud.lambda_runtime import package

# Members of a configuration that moto does not keep, or does not change in an update.
KEPT = ("DeadLetterConfig", "LoggingConfig")


class LambdaFunction(MotoFunction):
    """One version of one function."""

    code_bytes: bytes

    def __init__(self, account_id: str, spec: dict[str, Any], region: str, version: str) -> None:
        super().__init__(account_id, spec, region, version)
        self.dead_letter_config: dict[str, Any] = spec.get("DeadLetterConfig") or {}
        self.logging_config: dict[str, Any] = spec.get("LoggingConfig") or {}
        self.revision = str(uuid.uuid4())
        package.check(self.code_bytes)

    @property
    def as_json(self) -> bool:
        """Whether its log is in JSON."""
        return bool(self.logging_config.get("LogFormat") == "JSON")

    @property
    def log_group(self) -> str:
        """The log group that it writes to."""
        return str(self.logging_config.get("LogGroup") or f"/aws/lambda/{self.function_name}")

    @property
    def environment_variables(self) -> dict[str, str]:
        """What its configuration puts into the environment."""
        return dict(self.environment_vars or {})

    @property
    def vpc_config(self) -> dict[str, Any] | None:
        """Its subnets and security groups, and their VPC; None if it is in none."""
        return dict(self._vpc_config) if self._vpc_config else None

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:
        """As GetFunctionConfiguration answers it."""
        configuration: dict[str, Any] = super().get_configuration(on_create)
        shown = {"LogFormat": "Text", "LogGroup": self.log_group, **self.logging_config}
        if self.as_json:
            levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
            shown = {**levels, **shown}
        configuration["LoggingConfig"] = shown
        configuration["RevisionId"] = self.revision
        if self.dead_letter_config.get("TargetArn"):
            configuration["DeadLetterConfig"] = self.dead_letter_config
        return configuration

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        """Change what `config_updates` names."""
        if "DeadLetterConfig" in config_updates:
            self.dead_letter_config = config_updates["DeadLetterConfig"] or {}
        if "LoggingConfig" in config_updates:
            self.logging_config = config_updates["LoggingConfig"] or {}
        if "KMSKeyArn" in config_updates:
            self.kms_key_arn = config_updates["KMSKeyArn"]
        if "EphemeralStorage" in config_updates:
            self.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
        environment = config_updates.get("Environment")
        if environment is not None:
            config_updates = {
                **config_updates,
                "Environment": {"Variables": environment.get("Variables") or {}},
            }
        self.revision = str(uuid.uuid4())
        super().update_configuration(config_updates)
        return self.get_configuration()

    def update_function_code(self, updated_spec: dict[str, Any]) -> dict[str, Any]:
        """Take a new package."""
        if not updated_spec.get("DryRun"):
            before = self.code_bytes
            super().update_function_code(updated_spec)
            try:
                package.check(self.code_bytes)
            except Exception:
                self.code_bytes = before
                raise
            if updated_spec.get("Architectures"):
                self.architectures = updated_spec["Architectures"]
            self.revision = str(uuid.uuid4())
        return self.get_configuration()

    def invoke(self, body: str, request_headers: Any, response_headers: Any) -> bytes:
        """Run it: how moto's other services (SNS, S3, event sources) call a function."""
        from localcloud.lambda_runtime.executor import executor

        invocation = executor().invoke(self, body or "{}")
        if invocation.function_error:
            response_headers["x-amz-function-error"] = invocation.function_error
        return invocation.payload
