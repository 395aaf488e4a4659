"""The registration of a version: the model, its metrics and the baselines of its drift checks."""

from __future__ import annotations

from collections.abc import Mapping

from sagemaker.core.drift_check_baselines import DriftCheckBaselines
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.serve.model_builder import ModelBuilder

from pipelines.abalone.parameters import PipelineParameters
from pipelines.abalone.steps import CSV
from pipelines.check_steps.check import Check, Uri
from pipelines.jobs import JobSettings

JSON = "application/json"


def register_step(
    jobs: JobSettings,
    builder: ModelBuilder,
    checks: Mapping[str, Check],
    model_package_group_name: str,
    parameters: PipelineParameters,
) -> ModelStep:
    """Register the model with its metrics, its baselines and the records of its smoke test."""
    evaluation = jobs.output_uri("evaluation", "evaluation.json")
    return ModelStep(
        name="RegisterAbaloneModel",
        step_args=builder.register(
            content_types=[CSV],
            response_types=[CSV],
            inference_instances=["ml.t2.medium", "ml.m5.large", "ml.m5.xlarge"],
            transform_instances=["ml.m5.large", "ml.m5.xlarge"],
            model_package_group_name=model_package_group_name,
            approval_status=parameters.model_approval_status,
            model_metrics=model_metrics(checks),
            drift_check_baselines=drift_check_baselines(checks),
            customer_metadata_properties={
                "EvaluationS3Uri": evaluation,
                "GoldenRecordsS3Uri": jobs.output_uri("evaluation", "golden_records.json"),
                "FeaturesS3Uri": jobs.output_uri("features", "features.json"),
                "InputDataUrl": parameters.input_data_url,
                "InputDataVersion": parameters.input_data_version,
            },
        ),
    )


def model_metrics(checks: Mapping[str, Check]) -> ModelMetrics:
    """What this run computed: CalculatedBaseline* of every check."""
    return ModelMetrics(
        model_data_statistics=_source(checks["data_quality"].calculated_statistics),
        model_data_constraints=_source(checks["data_quality"].calculated_constraints),
        bias_pre_training=_source(checks["data_bias"].calculated_constraints),
        model_statistics=_source(checks["model_quality"].calculated_statistics),
        model_constraints=_source(checks["model_quality"].calculated_constraints),
        bias_post_training=_source(checks["model_bias"].calculated_constraints),
        explainability=_source(checks["explainability"].calculated_constraints),
    )


def drift_check_baselines(checks: Mapping[str, Check]) -> DriftCheckBaselines:
    """What later runs and monitors compare with: BaselineUsedForDriftCheck* of every check."""
    return DriftCheckBaselines(
        model_data_statistics=_source(checks["data_quality"].baseline_statistics),
        model_data_constraints=_source(checks["data_quality"].baseline_constraints),
        bias_pre_training_constraints=_source(checks["data_bias"].baseline_constraints),
        model_statistics=_source(checks["model_quality"].baseline_statistics),
        model_constraints=_source(checks["model_quality"].baseline_constraints),
        bias_post_training_constraints=_source(checks["model_bias"].baseline_constraints),
        explainability_constraints=_source(checks["explainability"].baseline_constraints),
    )


def _source(uri: Uri | None) -> MetricsSource:
    return MetricsSource(content_type=JSON, s3_uri=uri)
