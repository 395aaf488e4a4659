"""`run-pipeline`: create the SageMaker pipeline, or update it, from this repository.

    run-pipeline --module-name pipelines.abalone.pipeline --role-arn "$ROLE" \\
        --tags '[{"Key": "project", "Value": "abalone"}]' --kwargs '{"region": "eu-west-1"}'

The build only creates or updates; the CodePipeline's next stage starts the execution. A person
may start one with `--start`, and watch it with `--wait`.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import _utils
from pipelines.get_pipeline_definition import add_build_arguments, definition_of

if TYPE_CHECKING:
    from sagemaker.mlops.workflow.pipeline import Pipeline, PipelineExecution

RUNNING = ("Executing", "Stopping")
POLL_SECONDS = 10


def upsert(pipeline: Pipeline, role_arn: str, description: str, tags: list[dict[str, str]]) -> str:
    """Create or update the pipeline in SageMaker; gives its ARN.

    Raises:
        _utils.CommandError: SageMaker refused, or the SDK found that the role cannot do the work.
    """
    try:
        # The SDK drops an empty description only if it is None.
        response = pipeline.upsert(
            role_arn=role_arn, description=description or None, tags=tags or None
        )
    except Exception as error:
        raise _utils.CommandError(
            f"{pipeline.name} was not created or updated: {_utils.describe(error)}"
        ) from error
    return str(response["PipelineArn"])


def start(pipeline: Pipeline) -> PipelineExecution:
    """Start an execution with the parameters' default values."""
    try:
        return pipeline.start()
    except Exception as error:
        raise _utils.CommandError(
            f"{pipeline.name} was not started: {_utils.describe(error)}"
        ) from error


def wait(execution: PipelineExecution) -> bool:
    """Show each step as it changes until the execution ends; gives whether it succeeded.

    The SDK's own wait() gives up after 30 minutes and does not see that an execution was stopped.
    """
    shown: set[str] = set()
    while True:
        status = str(execution.describe()["PipelineExecutionStatus"])
        for step in reversed(execution.list_steps()):
            line = _step_line(step)
            if line not in shown:
                shown.add(line)
                sys.stdout.write(line + "\n")
        if status not in RUNNING:
            sys.stdout.write(f"execution {status}\n")
            return status == "Succeeded"
        sys.stdout.flush()
        time.sleep(POLL_SECONDS)


def _step_line(step: dict[str, Any]) -> str:
    reason = step.get("FailureReason")
    return f"  {step['StepName']} {step['StepStatus']}" + (f": {reason}" if reason else "")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="run-pipeline", description="Create or update a SageMaker pipeline."
    )
    add_build_arguments(parser)
    parser.add_argument("--role-arn", required=True, help="role of the pipeline's executions")
    parser.add_argument("--description", default="", help="shown with the pipeline")
    parser.add_argument(
        "--tags", default="[]", metavar="JSON", help='list of {"Key": "...", "Value": "..."}'
    )
    parser.add_argument(
        "--definition-file", type=Path, help="also write the definition to this file"
    )
    parser.add_argument("--start", action="store_true", help="start an execution as well")
    parser.add_argument("--wait", action="store_true", help="start one and follow it to its end")
    options = parser.parse_args(arguments)
    tags = _utils.parse_tags(options.tags)
    kwargs = _utils.parse_json("--kwargs", options.kwargs, dict)

    pipeline = _utils.build_pipeline(options.module_name, kwargs)
    if options.definition_file:
        options.definition_file.write_text(definition_of(options.module_name, pipeline))
    arn = upsert(pipeline, options.role_arn, options.description, tags)
    sys.stdout.write(f"pipeline {arn}\n")
    if not (options.start or options.wait):
        return 0
    execution = start(pipeline)
    sys.stdout.write(f"execution {execution.arn}\n")
    return 0 if not options.wait or wait(execution) else 1


def cli() -> None:
    """The console script."""
    _utils.run("run-pipeline", main)


if __name__ == "__main__":
    cli()
