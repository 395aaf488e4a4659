"""The open engine: each check is a processing job that runs `pipelines.checks`.

The code, the settings and the library that the container lacks are one file, built and uploaded with
the pipeline's definition. The job is never cached: it reads the registry, and what it finds there is
not among the values that a cache is found by.
"""

from __future__ import annotations

import tempfile
from functools import cached_property
from pathlib import Path

from sagemaker.core.workflow.functions import Join
from sagemaker.mlops.workflow.steps import ProcessingStep

from pipelines.check_steps.check import Check, CheckInputs, CheckParameters, Engine, Uri
from pipelines.checks import bundle
from pipelines.checks.baseline import ANALYSIS_FILE, CONSTRAINTS_FILE, STATISTICS_FILE
from pipelines.checks.registry import PLACES
from pipelines.checks.settings import REGISTERED
from pipelines.jobs import job_input, job_output


class OpenEngine:
    """Checks by code of this repository."""

    def __init__(self, settings: Engine) -> None:
        self._settings = settings

    def check(
        self, name: str, kind: str, parameters: CheckParameters, inputs: CheckInputs
    ) -> Check:
        """See CheckEngine."""
        jobs = self._settings.jobs
        prefix = ("checks", kind)
        output = jobs.output_uri(*prefix)
        job_inputs = [job_input("data", inputs.data, "input/data")]
        if inputs.model_data is not None:
            job_inputs.append(job_input("model", inputs.model_data, "input/model"))
        step = ProcessingStep(
            name=name,
            step_args=jobs.script_processor("xgboost").run(
                code=self._code,
                inputs=job_inputs,
                outputs=[job_output(jobs, "output", prefix)],
                arguments=self._arguments(kind, parameters, output),
            ),
            depends_on=list(inputs.depends_on) or None,
        )
        statistics = PLACES[kind].has_statistics
        constraints = CONSTRAINTS_FILE if statistics else ANALYSIS_FILE
        return Check(
            step=step,
            calculated_constraints=jobs.output_uri(*prefix, constraints),
            baseline_constraints=jobs.output_uri(*prefix, REGISTERED, constraints),
            calculated_statistics=(
                jobs.output_uri(*prefix, STATISTICS_FILE) if statistics else None
            ),
            baseline_statistics=(
                jobs.output_uri(*prefix, REGISTERED, STATISTICS_FILE) if statistics else None
            ),
        )

    def _arguments(self, kind: str, parameters: CheckParameters, output: Join) -> list[object]:
        given: list[object] = [
            kind,
            "--skip",
            parameters.skip.to_string(),
            "--register",
            parameters.register_text,
            "--group",
            self._settings.group,
            "--output-uri",
            output,
        ]
        # An argument may not be empty, and a supplied baseline mostly is: `--name=` never is.
        given.append(_option("--supplied-constraints", parameters.supplied_constraints))
        if parameters.supplied_statistics is not None:
            given.append(_option("--supplied-statistics", parameters.supplied_statistics))
        if tolerance := self._settings.tolerance(kind):
            given += ["--tolerance", str(tolerance)]
        if not self._settings.fail_on_violation:
            given += ["--fail-on-violation", "false"]
        return given

    @cached_property
    def _code(self) -> str:
        """The S3 URI of the bundle, uploaded."""
        with tempfile.TemporaryDirectory() as directory:
            path = bundle.build(Path(directory) / bundle.FILE_NAME, self._settings.settings)
            return self._settings.jobs.upload_code(bundle.FILE_NAME, path.read_bytes())


def _option(name: str, value: Uri) -> Join:
    return Join(on="=", values=[name, value])
