"""Script mode inside a training container: what `train` does in the framework images.

Unpacks `sagemaker_submit_directory` to /opt/ml/code, sets the SM_ variables, and runs
`sagemaker_program` with the other hyperparameters as arguments, as
https://github.com/aws/sagemaker-training-toolkit does. Known differences: the script runs in this
process; a requirements.txt beside it is refused rather than installed, because the libraries are the
laptop's; only Python scripts.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import runpy
import shlex
import sys
import tarfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

PROGRAM = "sagemaker_program"
_ML = Path("/opt/ml")
_CODE = _ML / "code"


def main() -> None:
    """Run the job's script; ends with its exit code, and a failure file if that is not 0."""
    given = json.loads((_ML / "input/config/hyperparameters.json").read_text())
    channels = json.loads((_ML / "input/config/inputdataconfig.json").read_text())
    resources = json.loads((_ML / "input/config/resourceconfig.json").read_text())
    settings = {name: decode(value) for name, value in given.items()}
    script = str(settings[PROGRAM])
    arguments = command_arguments(settings)
    command = shlex.join(["/usr/bin/python3", script, *arguments])
    try:
        _fetch_code(str(settings.get("sagemaker_submit_directory", "")))
        os.environ.update(environment(settings, channels, resources, arguments))
        os.chdir(_CODE)
        if not Path(script).is_file():
            raise FileNotFoundError(f"{script} is not in sagemaker_submit_directory")
        sys.argv = [script, *arguments]
        sys.path.insert(0, str(_CODE))
        runpy.run_path(script, run_name="__main__")
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        if code:
            _fail(code, "" if isinstance(stop.code, int) else str(stop.code), command)
    except BaseException as error:  # noqa: BLE001 (whatever it is, it is the job's failure)
        traceback.print_exc()
        _fail(1, f"{type(error).__name__}: {error}", command)


def decode(value: str) -> Any:
    """A hyperparameter as the toolkit reads it: JSON if it is, else the string itself."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def command_arguments(settings: Mapping[str, Any]) -> list[str]:
    """The hyperparameters as `--name value`, in the order of their names, as the toolkit has it."""
    arguments = []
    for name, value in sorted(settings.items()):
        if _is_the_script_s(name):
            text = value if isinstance(value, str) else _text(value)
            arguments += [f"-{name}" if len(name) == 1 else f"--{name}", text]
    return arguments


def environment(
    settings: Mapping[str, Any],
    channels: Mapping[str, Any],
    resources: Mapping[str, Any],
    arguments: list[str],
) -> dict[str, str]:
    """The SM_ variables (training toolkit, ENVIRONMENT_VARIABLES.md)."""
    own = {name: value for name, value in settings.items() if _is_the_script_s(name)}
    variables: dict[str, Any] = {
        "SM_MODEL_DIR": str(_ML / "model"),
        "SM_INPUT_DIR": str(_ML / "input"),
        "SM_INPUT_CONFIG_DIR": str(_ML / "input/config"),
        "SM_OUTPUT_DIR": str(_ML / "output"),
        "SM_OUTPUT_DATA_DIR": str(_ML / "output/data"),
        "SM_CHANNELS": sorted(channels),
        "SM_INPUT_DATA_CONFIG": channels,
        "SM_HPS": own,
        "SM_USER_ARGS": arguments,
        "SM_CURRENT_HOST": resources["current_host"],
        "SM_HOSTS": resources["hosts"],
        "SM_NUM_CPUS": multiprocessing.cpu_count(),
        "SM_NUM_GPUS": 0,
        "SM_LOG_LEVEL": settings.get("sagemaker_container_log_level", 20),
        "SM_MODULE_DIR": settings.get("sagemaker_submit_directory", str(_CODE)),
        "SM_MODULE_NAME": str(settings[PROGRAM]).removesuffix(".py"),
        "SM_USER_ENTRY_POINT": settings[PROGRAM],
        "SM_RESOURCE_CONFIG": resources,
        **{f"SM_CHANNEL_{name.upper()}": str(_ML / "input/data" / name) for name in channels},
        **{f"SM_HP_{name.upper()}": value for name, value in own.items()},
    }
    variables["SM_TRAINING_ENV"] = {
        name.removeprefix("SM_").lower(): value for name, value in variables.items()
    }
    return {name: _text(value) for name, value in variables.items()}


def _is_the_script_s(name: str) -> bool:
    # The service's own: those of the toolkit, and the metric by which a tuning job judges.
    return not name.startswith("sagemaker_") and name != "_tuning_objective_metric"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    return str(value)


def _fetch_code(location: str) -> None:
    _CODE.mkdir(exist_ok=True)
    if location.startswith("s3://"):
        import boto3

        url = urlparse(location)
        archive = Path("/tmp/sourcedir.tar.gz")
        boto3.client("s3").download_file(url.netloc, url.path.lstrip("/"), str(archive))
        with tarfile.open(archive) as members:
            members.extractall(_CODE, filter="data")
        archive.unlink()
    elif location and location != str(_CODE):
        raise ValueError(
            f"unsupported by the local cloud: sagemaker_submit_directory {location!r}; supported: "
            f"an s3:// address, {_CODE}"
        )
    if (_CODE / "requirements.txt").exists():
        raise ValueError(
            "unsupported by the local cloud: requirements.txt beside the training script; "
            "supported: the libraries that are installed with the local cloud"
        )


def _fail(code: int, message: str, command: str) -> None:
    text = (
        f'ExecuteUserScriptError:\nExitCode {code}\nErrorMessage "{message}"\nCommand "{command}"'
    )
    print(text, file=sys.stderr)  # noqa: T201
    (_ML / "output/failure").write_text(text)
    sys.exit(code)
