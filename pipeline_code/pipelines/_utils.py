"""What `run-pipeline` and `get-pipeline-definition` share: reading arguments, building the
pipeline, and errors that a person can read at the end of a build log."""

from __future__ import annotations

import importlib
import inspect
import json
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sagemaker.mlops.workflow.pipeline import Pipeline

SDK_PACKAGES = ("boto3", "botocore", "sagemaker")
# The SDK says these for every job of every build; they are how pipelines work, not a fault.
NOISE = ("Popping out", "Running within a PipelineSession")

MAX_DESCRIPTION = 600  # characters; the traceback above it has the whole text


class CommandError(Exception):
    """One line for the person who runs the command; its cause, if any, is shown before it."""


def parse_json(option: str, text: str, kind: type[dict[str, Any]] | type[list[Any]]) -> Any:
    """The JSON value of a command-line option, of the given kind (dict or list).

    Raises:
        CommandError: it is not JSON or not of that kind; the text names the option.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise CommandError(f"{option} is not JSON: {error}; given: {text}") from None
    if not isinstance(value, kind):
        wanted = "an object" if kind is dict else "a list"
        raise CommandError(f"{option} must be {wanted} in JSON; given: {text}")
    return value


def parse_tags(text: str) -> list[dict[str, str]]:
    """The tags of `--tags`: a JSON list of {"Key": ..., "Value": ...}."""
    tags = parse_json("--tags", text, list)
    for tag in tags:
        if (
            not isinstance(tag, dict)
            or set(tag) != {"Key", "Value"}
            or not all(isinstance(part, str) for part in tag.values())
        ):
            raise CommandError(
                f'--tags: each tag must be {{"Key": "...", "Value": "..."}}; given: '
                f"{json.dumps(tag)}"
            )
    return list(tags)


def build_pipeline(module_name: str, arguments: dict[str, Any]) -> Pipeline:
    """Import the module and call its `get_pipeline` with the arguments.

    Raises:
        CommandError: no such module, no `get_pipeline` in it, an argument that it does not take,
            or an error inside it, with that error as the cause.
    """
    if arguments.get("region"):
        # The SDK makes a client while it is imported, and that needs a region.
        os.environ.setdefault("AWS_DEFAULT_REGION", str(arguments["region"]))
    warnings.filterwarnings("ignore", message=NOISE[1])
    module = _import(module_name)
    get_pipeline = _get_pipeline(module)
    _check_arguments(module_name, get_pipeline, arguments)
    quiet_sdk()
    try:
        pipeline: Pipeline = get_pipeline(**arguments)
    except Exception as error:
        raise CommandError(f"{module_name} failed: {describe(error)}") from error
    return pipeline


def _import(module_name: str) -> ModuleType:
    try:
        return importlib.import_module(module_name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and module_name.startswith(error.name or "-"):
            raise CommandError(f"--module-name: there is no module {module_name}") from None
        raise CommandError(f"{module_name} cannot be imported: {describe(error)}") from error


def _get_pipeline(module: ModuleType) -> Callable[..., Pipeline]:
    function: Callable[..., Pipeline] | None = getattr(module, "get_pipeline", None)
    if function is None:
        raise CommandError(f"{module.__name__} has no function get_pipeline")
    return function


def _check_arguments(
    module_name: str, get_pipeline: Callable[..., Pipeline], arguments: dict[str, Any]
) -> None:
    try:
        inspect.signature(get_pipeline).bind(**arguments)
    except TypeError as error:
        allowed = ", ".join(inspect.signature(get_pipeline).parameters)
        raise CommandError(
            f"--kwargs: {module_name}.get_pipeline: {error}; it takes {allowed}"
        ) from None


def quiet_sdk() -> None:
    """Leave only warnings in the SDK's log, without those that say nothing.

    Filters and not levels, because the SDK sets some of its levels again while it works.
    """
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger) and name.partition(".")[0] in SDK_PACKAGES:
            logger.addFilter(_is_worth_reading)


def _is_worth_reading(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING and not record.getMessage().startswith(NOISE)


def describe(error: BaseException) -> str:
    """An error in one short line, with the place in this repository that it came from."""
    paragraph = str(error).strip().partition("\n\n")[0]
    text = " ".join(paragraph.split())
    if len(text) > MAX_DESCRIPTION:
        text = text[:MAX_DESCRIPTION].rstrip() + "…"
    line = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, SyntaxError):
        return line
    package = Path(__file__).parent
    places = [
        f"{Path(frame.filename).relative_to(package.parent)}, line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(package) and Path(frame.filename).parent != package
    ]
    return f"{line} ({places[-1]})" if places else line


def run(command: str, main: Callable[[], int]) -> None:
    """Run a command's main function and exit: a `CommandError` is its traceback, then one line."""
    try:
        sys.exit(main())
    except CommandError as error:
        if error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        sys.stderr.write(f"{command}: {error}\n")
        sys.exit(1)
