"""`get-pipeline-definition`: write a pipeline's definition without creating anything in SageMaker.

    get-pipeline-definition --module-name pipelines.abalone.pipeline \\
        --kwargs '{"region": "eu-west-1", "role": "arn:…"}' --file-name definition.json

Building a definition uploads the jobs' scripts to the bucket, because the definition names them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import _utils

if TYPE_CHECKING:
    from sagemaker.mlops.workflow.pipeline import Pipeline


def add_build_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say which pipeline is built and with which arguments."""
    parser.add_argument(
        "-n", "--module-name", required=True, help="module with get_pipeline, by its dotted name"
    )
    parser.add_argument(
        "--kwargs", default="{}", metavar="JSON", help="arguments of get_pipeline, as an object"
    )


def definition_of(module_name: str, pipeline: Pipeline) -> str:
    """The pipeline's definition, indented; uploads its scripts.

    Raises:
        _utils.CommandError: the SDK or S3 refused, with that error as the cause.
    """
    try:
        return json.dumps(json.loads(pipeline.definition()), indent=2) + "\n"
    except Exception as error:
        raise _utils.CommandError(
            f"{module_name}: no definition: {_utils.describe(error)}"
        ) from error


def main(arguments: list[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="get-pipeline-definition", description="Write a SageMaker pipeline's definition."
    )
    add_build_arguments(parser)
    parser.add_argument(
        "-f", "--file-name", type=Path, help="file to write; standard output by default"
    )
    options = parser.parse_args(arguments)
    kwargs = _utils.parse_json("--kwargs", options.kwargs, dict)
    pipeline = _utils.build_pipeline(options.module_name, kwargs)
    definition = definition_of(options.module_name, pipeline)
    if options.file_name:
        options.file_name.write_text(definition)
    else:
        sys.stdout.write(definition)
    return 0


def cli() -> None:
    """The console script."""
    _utils.run("get-pipeline-definition", main)


if __name__ == "__main__":
    cli()
