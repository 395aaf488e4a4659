"""Staging is a gate: does the endpoint serve the version that it must, and does it answer as it must?

Succeeds when the endpoint serves exactly the manifest's version, answers each of the records that were
registered with it as at evaluation, refuses the bad ones and stays alive, and, where a load is
configured, bears that within its bounds.

The registry and the records are read with the function's own role; the endpoint is in the stage's
account, and is described and invoked as that stage's deployment role.
"""

from __future__ import annotations

import os

from answers import UnexpectedAnswer, check_reply
from endpoint import Request, Unanswered, asking, load_client
from golden_records import GoldenRecords, body_of, parse_golden_records
from live_model import require_live
from load import THREADS, run_load
from load_report import Failure, LoadReport, report
from record_run import Outcome, RecordRun
from slipway_shared.clients import client, client_in, forget_sessions
from slipway_shared.codepipeline_job import (
    ConfigurationError,
    Job,
    JobFailure,
    Succeeded,
    answers_job,
)
from slipway_shared.input_manifest import read_input_manifest, requested_version
from slipway_shared.manifest import Manifest, ManifestError
from slipway_shared.model_package import ModelPackage
from slipway_shared.s3_locations import DENIED_CODES, MISSING_CODES, parse_s3_uri
from slipway_shared.service_errors import code_of
from slipway_shared.stage_settings import StageSettings
from smoke_parameters import Load, SmokeParameters, parse_smoke_parameters

METADATA_KEY = "GoldenRecordsS3Uri"


@answers_job
def lambda_handler(job: Job) -> Succeeded:
    """Which version, is it live, does it answer as it must."""
    forget_sessions()
    parameters = parse_smoke_parameters(job.user_parameters)
    manifest = read_input_manifest(job, os.environ["MODEL_PACKAGE_GROUP_NAME"])
    settings = stage_settings(manifest, parameters)
    package = requested_version(client("sagemaker"), manifest)
    return smoke_test(parameters, settings, package, f"smoke-test-{job.id}")


def stage_settings(manifest: Manifest, parameters: SmokeParameters) -> StageSettings:
    """The stage as the manifest has it. Raises JobFailure when it has none, or bad settings, and
    ConfigurationError when that is another endpoint than the action's."""
    try:
        settings = manifest.stage(parameters.stage)
    except ManifestError as error:
        raise JobFailure(str(error)) from error
    if settings.endpoint_name != parameters.endpoint_name:
        raise ConfigurationError(
            f"UserParameters names endpoint {parameters.endpoint_name}; stage {parameters.stage} of"
            f" the manifest has {settings.endpoint_name}"
        )
    return settings


def smoke_test(
    parameters: SmokeParameters, settings: StageSettings, package: ModelPackage, session: str
) -> Succeeded:
    """Raises JobFailure when the endpoint does not serve the version, or not as it must."""
    name = settings.endpoint_name
    config = require_live(client_in(settings.target, "sagemaker", session), name, package.arn)
    golden = read_golden_records(package)
    ask = asking(client_in(settings.target, "sagemaker-runtime", session), name)
    try:
        outcome = RecordRun(ask, golden, parameters.max_latency_milliseconds).run()
    except UnexpectedAnswer as error:
        raise JobFailure(f"endpoint {name}, version {package.version}: {error}") from error
    summary = _summary(outcome, golden, package, config, parameters.max_latency_milliseconds)
    load = "none"
    if parameters.load is not None:
        figures = bear_load(parameters.load, settings, golden, session)
        load = figures.summary
        if figures.obstacles:
            raise JobFailure(
                f"endpoint {name}, version {package.version}: the load was beyond its bounds:"
                f" {'; '.join(figures.obstacles)} ({load}). {summary}"
            )
    difference = outcome.max_difference
    return Succeeded(
        f"{summary}; load: {load}",
        {
            "EndpointName": name,
            "ModelPackageArn": package.arn,
            "RecordCount": str(len(golden.records)),
            "LatencyMilliseconds": f"{outcome.max_milliseconds:.0f}",
            "MaxDifference": "not recorded" if difference is None else f"{difference:.3g}",
            "BadRecordsRefused": f"{outcome.refused} of {len(golden.bad_records)}",
            "LoadSummary": load,
        },
    )


def bear_load(
    load: Load, settings: StageSettings, golden: GoldenRecords, session: str
) -> LoadReport:
    """Send the golden records in turn, at the load's rate; each answer is checked."""
    runtime = load_client(settings.target, session, THREADS)
    ask = asking(runtime, settings.endpoint_name)

    def send(number: int) -> Failure | None:
        record = golden.records[number % len(golden.records)]
        request = Request(body_of([record]), golden.content_type, golden.accept)
        try:
            check_reply([record], golden.accept, ask(request))
        except UnexpectedAnswer as error:
            return Failure(error.kind, str(error))
        except Unanswered as error:
            return Failure(error.kind, f"{record.name}: {error}")
        return None

    send(0)  # opens the first connection, before the clock runs
    return report(load, run_load(load, send))


def read_golden_records(package: ModelPackage) -> GoldenRecords:
    """The records registered with the version. Raises JobFailure when there are none to be had."""
    uri = package.metadata.get(METADATA_KEY)
    if not uri:
        raise JobFailure(
            f"version {package.version} was registered without golden records: its"
            f" CustomerMetadataProperties has no {METADATA_KEY}"
        )
    s3 = client("s3")
    try:
        location = parse_s3_uri(uri)
        body = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
        return parse_golden_records(body.decode("utf-8"))
    except s3.exceptions.ClientError as error:
        if code_of(error) not in MISSING_CODES | DENIED_CODES:
            raise
        raise JobFailure(
            f"golden records {uri} of version {package.version} cannot be read: {error}"
        ) from error
    except ValueError as error:  # GoldenRecordsError, a bad address, bytes that are not UTF-8
        raise JobFailure(
            f"golden records {uri} of version {package.version} cannot be used: {error}"
        ) from error


def _summary(
    outcome: Outcome,
    golden: GoldenRecords,
    package: ModelPackage,
    config_name: str,
    max_milliseconds: float,
) -> str:
    if outcome.max_difference is None:
        values = f"{min(outcome.values):g} to {max(outcome.values):g}, allowed"
        same = (
            f"{values} {golden.records[0].minimum:g} to {golden.records[0].maximum:g} (the file is of"
            " version 1: it has no predictions to compare with, and no bad records)"
        )
    else:
        same = f"off the evaluation's predictions by {outcome.max_difference:.3g} at most"
    return (
        f"{len(golden.records)} golden records of version {package.version} answered by {config_name},"
        f" alone and together: {same}; slowest {outcome.max_milliseconds:.0f} ms, allowed"
        f" {max_milliseconds:g} (first {outcome.first_milliseconds:.0f} ms);"
        f" {outcome.refused} of {len(golden.bad_records)} bad records refused"
    )
