"""The open engine's processing job: one check, as its arguments say.

    python3 checks.pyz data_quality --skip false --register true --group AbalonePackageGroup …

Directories, below `/opt/ml/processing`: `input/data` has the data set and, for the checks of a
model, `input/model` has `model.tar.gz`. `output` gets what the check writes:

    statistics.json, constraints.json, or analysis.json    the new baseline, as computed
    constraint_violations.json                             if there was a comparison
    report.html
    registered/…                                           the baseline to register: the new one with
                                                           its tolerance, or the previous one, as it
                                                           was

A violation fails the job, with its first violations in words as the ExitMessage, unless it is told
that a later step reads the report. SageMaker uploads nothing of a failed job, so the report is
uploaded from here.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import kinds, registry
from .baseline import Baseline
from .errors import CheckError
from .run import in_words, run
from .settings import CHECKS, REGISTERED, CheckSettings
from .tables import Csv

BASE_DIR = Path("/opt/ml")
MAX_MESSAGE_BYTES = 1024  # of ExitMessage


def boolean(text: str) -> bool:
    """A pipeline's ParameterBoolean, as it arrives in an argument."""
    if text.lower() not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return text.lower() == "true"


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The job's arguments."""
    parser = argparse.ArgumentParser(prog="checks", description="Make one check of a model.")
    parser.add_argument("check", choices=CHECKS)
    parser.add_argument("--skip", type=boolean, required=True, help="make no comparison")
    parser.add_argument("--register", type=boolean, required=True, help="register the new baseline")
    parser.add_argument("--group", required=True, help="the model package group")
    parser.add_argument("--output-uri", required=True, help="where S3 gets the output directory")
    parser.add_argument("--supplied-statistics", default="", help="S3 URI")
    parser.add_argument("--supplied-constraints", default="", help="S3 URI")
    parser.add_argument("--tolerance", type=float, default=0.0)
    parser.add_argument("--fail-on-violation", type=boolean, default=True)
    parser.add_argument("--base-dir", type=Path, default=BASE_DIR)
    return parser.parse_args(arguments)


def main(settings: CheckSettings, arguments: Sequence[str] | None = None) -> int:
    """Run the job; gives the exit code."""
    given = parse(arguments)
    try:
        summary, failed = check(settings, given, Cloud())
    except CheckError as error:
        summary, failed = str(error), True
    report_end(f"{given.check}: {summary}", given.base_dir / "output", failed=failed)
    return 1 if failed else 0


class Cloud:
    """What the job asks of AWS. boto3 is imported when it is needed, if it is."""

    def sagemaker(self) -> Any:
        """A client of SageMaker."""
        return _client("sagemaker")

    def download(self, uri: str, path: Path) -> None:
        """Get an object."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        _client("s3").download_file(bucket, key, str(path))

    def upload(self, path: Path, uri: str) -> None:
        """Put an object."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        _client("s3").upload_file(str(path), bucket, key)


def _client(service: str) -> Any:
    import boto3

    # SageMaker tells its containers the region by AWS_REGION, which boto3 does not read.
    return boto3.client(service, region_name=os.environ.get("AWS_REGION"))


def check(settings: CheckSettings, given: argparse.Namespace, cloud: Cloud) -> tuple[str, bool]:
    """Make the check; a line that says what came out, and whether it was violated."""
    processing = given.base_dir / "processing"
    output = processing / "output"
    output.mkdir(parents=True, exist_ok=True)
    sources = previous_sources(given, cloud)
    if sources is None and not (given.skip and given.register):
        raise CheckError(no_baseline(given))
    previous = None
    if sources is not None:
        with tempfile.TemporaryDirectory() as directory:
            previous = registry.fetch(sources, Path(directory), cloud.download)
    kind = kind_of(settings, given.check, processing / "input")
    result = run(kind, output, None if given.skip else previous)
    registered = kind.relaxed(result.new, given.tolerance) if given.register else previous
    assert isinstance(registered, Baseline)  # without a previous one, the new one is registered
    registered.write(output / REGISTERED)
    if result.violations and not given.fail_on_violation:
        return in_words(result.violations), False
    if result.violations:
        for path in sorted(file for file in output.rglob("*") if file.is_file()):
            cloud.upload(path, f"{given.output_uri}/{path.relative_to(output).as_posix()}")
        return f"{in_words(result.violations)}. Report: {given.output_uri}/report.html", True
    compared = "not compared" if given.skip else f"no violation of {sources.origin}"  # type: ignore[union-attr]
    return (
        f"{compared}; registers {'the new baseline' if given.register else 'the previous one'}",
        False,
    )


def previous_sources(given: argparse.Namespace, cloud: Cloud) -> registry.Sources | None:
    """Where the previous baseline is; not looked for if nothing needs it."""
    place = registry.PLACES[given.check]
    found = registry.supplied(place, given.supplied_statistics, given.supplied_constraints)
    if found is not None or (given.skip and given.register):
        return found
    return registry.of_latest_approved(cloud.sagemaker(), given.group, place)


def no_baseline(given: argparse.Namespace) -> str:
    """What to do without a previous baseline."""
    purpose = "to be carried over" if given.skip else "to compare with"
    return (
        f"there is no previous baseline {purpose}: none is supplied, and model package group "
        f"{given.group} has no approved version with a baseline of this check; run with its Skip "
        "and Register parameters true, and approve the version"
    )


def kind_of(settings: CheckSettings, check: str, inputs: Path) -> kinds.Kind:
    """The check, on the job's data."""
    data, model = inputs / "data", inputs / "model" / "model.tar.gz"
    if check == "data_quality":
        return kinds.DataQuality(data, Csv(header=settings.data_quality_header))
    if check == "model_quality":
        return kinds.ModelQuality(data, Csv(), **vars(settings.model_quality))
    if check == "data_bias":
        return kinds.Bias(data, settings.data_bias)
    if check == "model_bias":
        return kinds.Bias(data, settings.model_bias, kinds.predict_with(model))
    return kinds.Explainability(data, settings.explainability, model)


def report_end(message: str, output_dir: Path, *, failed: bool) -> None:
    """Say how it ended, on a stream and where SageMaker looks for the job's ExitMessage."""
    (sys.stderr if failed else sys.stdout).write(f"{message}\n")
    try:
        output_dir.mkdir(parents=True, exist_ok=True)
        text = message.encode()[:MAX_MESSAGE_BYTES].decode(errors="ignore")
        (output_dir / "message").write_text(text)
    except OSError as error:
        sys.stderr.write(f"no ExitMessage: {error}\n")
