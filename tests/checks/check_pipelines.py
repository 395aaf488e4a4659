"""A pipeline for each check, of one check and the registration of its baselines, by one engine.

A program: `python check_pipelines.py ENGINE ROLE BUCKET` prints the definitions by kind, as JSON. It
uses the model repository's own steps, so that what the tests run is what the Abalone pipeline runs,
without the ten minutes that its other steps would take for all cells of the matrix.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "pipeline_code"))

import boto3
from pipelines import check_steps
from pipelines.abalone.model_checks import CHECK_SETTINGS
from pipelines.abalone.parameters import CHECK_NAMES, QUALITY_CHECKS
from pipelines.check_steps import Check, CheckInputs
from pipelines.check_steps.check import check_parameters
from pipelines.jobs import JobSettings
from sagemaker.core.drift_check_baselines import DriftCheckBaselines
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.serve.model_builder import ModelBuilder

REGION = "us-east-1"


def main(engine_name: str, role: str, bucket: str) -> None:
    session = PipelineSession(boto_session=boto3.Session(region_name=REGION), default_bucket=bucket)
    parameters = {
        "processing": ParameterString("ProcessingInstanceType", default_value="ml.m5.xlarge"),
        "data": ParameterString("DataUrl", default_value=f"s3://{bucket}/none"),
        "model": ParameterString("ModelName", default_value="none"),
        "artifact": ParameterString("ModelDataUrl", default_value=f"s3://{bucket}/none"),
    }
    jobs = JobSettings(
        session=session,
        region=REGION,
        role=role,
        bucket=bucket,
        prefix="Checks",
        processing_instance_type=parameters["processing"],
        transform_instance_type=parameters["processing"],
    )
    definitions = {}
    for kind, name in CHECK_NAMES.items():
        flags = check_parameters(
            name,
            statistics=kind in QUALITY_CHECKS,
            supplied="Supplied" if kind in QUALITY_CHECKS else "SuppliedBaseline",
        )
        of_a_model = kind in ("model_bias", "explainability")
        engine = check_steps.engine(
            check_steps.Engine(
                jobs=jobs, group=f"{engine_name}-{kind}".replace("_", "-"), settings=CHECK_SETTINGS
            ),
            engine_name,
        )
        check = engine.check(
            f"{name}Check",
            kind,
            flags,
            CheckInputs(
                parameters["data"],
                model_name=parameters["model"] if of_a_model else None,
                model_data=parameters["artifact"] if of_a_model else None,
            ),
        )
        pipeline = Pipeline(
            name=f"{engine_name}-{kind}".replace("_", "-"),
            parameters=[*parameters.values(), *flags.as_list()],
            steps=[*check.steps, register(jobs, kind, check, parameters["artifact"])],
            sagemaker_session=session,
        )
        definitions[kind] = pipeline.definition()
    sys.stdout.write("\n" + json.dumps(definitions))


def register(jobs: JobSettings, kind: str, check: Check, artifact: ParameterString) -> ModelStep:
    """A version with the baselines of one check, at the places of that check."""
    constraints, statistics = {
        "data_quality": ("model_data_constraints", "model_data_statistics"),
        "model_quality": ("model_constraints", "model_statistics"),
        "data_bias": ("bias_pre_training_constraints", None),
        "model_bias": ("bias_post_training_constraints", None),
        "explainability": ("explainability_constraints", None),
    }[kind]
    reports = {
        "data_bias": "bias_pre_training",
        "model_bias": "bias_post_training",
        "explainability": "explainability",
    }

    def source(uri: object) -> MetricsSource:
        return MetricsSource(content_type="application/json", s3_uri=uri)

    metrics = {reports.get(kind, constraints): source(check.calculated_constraints)}
    baselines = {constraints: source(check.baseline_constraints)}
    if statistics:
        metrics[statistics] = source(check.calculated_statistics)
        baselines[statistics] = source(check.baseline_statistics)
    builder = ModelBuilder(
        image_uri=jobs.image("xgboost"),
        s3_model_data_url=artifact,
        role_arn=jobs.role,
        sagemaker_session=jobs.session,
    )
    builder.build()
    group = f"{sys.argv[1]}-{kind}".replace("_", "-")
    return ModelStep(
        name="Register",
        step_args=builder.register(
            content_types=["text/csv"],
            response_types=["text/csv"],
            inference_instances=["ml.m5.large"],
            transform_instances=["ml.m5.large"],
            model_package_group_name=group,
            approval_status="PendingManualApproval",
            model_metrics=ModelMetrics(**metrics),
            drift_check_baselines=DriftCheckBaselines(**baselines),
        ),
        depends_on=check.steps,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
