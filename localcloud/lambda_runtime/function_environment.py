"""The environment variables of a function's process.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
Beyond AWS's: `AWS_ENDPOINT_URL`, which points the SDK at this cloud, and `TMPDIR`, a folder of the
process's own (a path that is written out as /tmp is the machine's).
"""

from __future__ import annotations

import os
from pathlib import Path

from localcloud import clients
from localcloud.cloud import Cloud
from localcloud.lambda_runtime.function import LambdaFunction


def environment(
    function: LambdaFunction,
    credentials: clients.Credentials,
    code: Path,
    log_stream: str,
    cloud: Cloud,
    instance: str,
) -> dict[str, str]:
    """Exactly what the process gets; nothing of the cloud's own environment is passed on."""
    variables = {
        "_HANDLER": str(function.handler),
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON" if function.as_json else "Text",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_REGION": function.region,
        "LAMBDA_RUNTIME_DIR": str(Path(__file__).parent),
        "LAMBDA_TASK_ROOT": str(code),
        "LANG": "en_US.UTF-8",
        "PATH": os.defpath,
        "TMPDIR": str(cloud.directory("lambda", "tmp", instance)),
        "TZ": ":UTC",
        **credentials.environment(),
    }
    if function.as_json:
        level = function.logging_config.get("ApplicationLogLevel", "INFO")
        variables["AWS_LAMBDA_LOG_LEVEL"] = level
    given = function.environment_variables
    return {**variables, "AWS_ENDPOINT_URL": cloud.settings.endpoint_url, **given}
