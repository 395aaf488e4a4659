"""What a request to create or change a function may ask for; the rest is refused by name.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
Stated differences: every supported runtime is the running Python interpreter; memory, /tmp size and
architecture are kept and shown, and not enforced; of a VPC and a key, see `function_network`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

from localcloud import clients
from localcloud.errors import AwsError, unsupported

SERVICE = "lambda.amazonaws.com"
INVALID = "InvalidParameterValueException"
# All run with the interpreter that runs the local cloud.
RUNTIMES = ("python3.11", "python3.12", "python3.13", "python3.14")
LOG_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
SYSTEM_LEVELS = ("DEBUG", "INFO", "WARN")
ENVIRONMENT_LIMIT = 4096
SUPPORTED = frozenset(
    {
        "Architectures",
        "Code",
        "DeadLetterConfig",
        "Description",
        "Environment",
        "EphemeralStorage",
        "FunctionName",
        "Handler",
        "KMSKeyArn",
        "LoggingConfig",
        "MemorySize",
        "PackageType",
        "Publish",
        "Role",
        "Runtime",
        "Tags",
        "Timeout",
        "VpcConfig",
    }
)
# Members of the API that may be there as long as they ask for nothing.
HARMLESS: dict[str, tuple[Any, ...]] = {
    "Layers": ([],),
    "TracingConfig": ({"Mode": "PassThrough"},),
    "SnapStart": ({"ApplyOn": "None"},),
    "FileSystemConfigs": ([],),
    "RevisionId": (),
}
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
RESERVED_VARIABLES = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)


def check(request: Mapping[str, Any], *, creating: bool) -> None:
    """Refuse what is wrong or not supported; raises in Lambda's codes and words."""
    for name, value in request.items():
        if name not in SUPPORTED and value not in (None, *HARMLESS.get(name, ())):
            raise unsupported("function member", name, SUPPORTED, INVALID)
    if request.get("PackageType", "Zip") != "Zip":
        raise unsupported("PackageType", request["PackageType"], ["Zip"], INVALID)
    runtime = request.get("Runtime")
    if creating and (not runtime or not request.get("Handler")):
        raise AwsError(
            INVALID,
            "Runtime and Handler are mandatory parameters for functions created with "
            "deployment packages.",
        )
    if runtime is not None and runtime not in RUNTIMES:
        running = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise unsupported(f"runtime (all run with Python {running})", runtime, RUNTIMES, INVALID)
    _check_number(request, "Timeout", "timeout", 1, 900)
    _check_number(request, "MemorySize", "memorySize", 128, 10240)
    _check_environment(request.get("Environment") or {})
    _check_logging(request.get("LoggingConfig") or {})
    if request.get("Role"):
        check_role(str(request["Role"]))


def check_role(role_arn: str) -> None:
    """Refuse a role that Lambda may not assume, as CreateFunction does."""
    try:
        clients.role_session(role_arn, "awslambda", SERVICE)
    except (AwsError, IndexError):
        raise AwsError(
            INVALID, "The role defined for the function cannot be assumed by Lambda."
        ) from None


def _check_number(
    request: Mapping[str, Any], name: str, member: str, least: int, most: int
) -> None:
    value = request.get(name)
    if value is None or least <= value <= most:
        return
    bound = f"less than or equal to {most}" if value > most else f"greater than or equal to {least}"
    raise AwsError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
        f"Member must have value {bound}",
    )


def _check_environment(environment: Mapping[str, Any]) -> None:
    variables = environment.get("Variables") or {}
    failed = (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided"
    )
    reserved = sorted(RESERVED_VARIABLES & set(variables))
    if reserved:
        raise AwsError(
            INVALID,
            f"{failed} contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}",
        )
    if len(json.dumps(variables, separators=(",", ":"))) > ENVIRONMENT_LIMIT:
        raise AwsError(
            INVALID, f"{failed} exceeded the 4KB limit. String measured: {json.dumps(variables)}"
        )
    for name in variables:
        if not re.fullmatch(r"[a-zA-Z]([a-zA-Z0-9_])+", name):
            raise AwsError(
                "ValidationException",
                f"1 validation error detected: Value at 'environment.variables' failed to satisfy "
                f"constraint: Map keys must satisfy constraint: [Member must satisfy regular "
                f"expression pattern: [a-zA-Z]([a-zA-Z0-9_])+] ({name})",
            )


def _check_logging(logging_config: Mapping[str, Any]) -> None:
    log_format = logging_config.get("LogFormat", "Text")
    if log_format not in ("JSON", "Text"):
        raise unsupported("LogFormat", log_format, ["JSON", "Text"], INVALID)
    for name, known in (("ApplicationLogLevel", LOG_LEVELS), ("SystemLogLevel", SYSTEM_LEVELS)):
        level = logging_config.get(name)
        if level is None:
            continue
        if level not in known:
            raise unsupported(name, level, known, INVALID)
        if log_format != "JSON":
            raise AwsError(INVALID, f"{name} is only supported for functions with LogFormat JSON.")
