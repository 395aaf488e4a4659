"""How each step of the Abalone pipeline is built: what runs, on which inputs, with which outputs.

`pipeline.py` says which steps there are and in which order; `jobs.py` what the jobs share.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.training.configs import (
    Compute,
    InputData,
    OutputDataConfig,
    StoppingCondition,
)
from sagemaker.core.workflow.conditions import ConditionLessThanOrEqualTo
from sagemaker.core.workflow.entities import PipelineVariable
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer

from pipelines.abalone.jobs import (
    MAX_RUNTIME_SECONDS,
    VOLUME_SIZE_GB,
    JobSettings,
    job_input,
    job_output,
)

SCRIPTS = Path(__file__).resolve().parent

CSV = "text/csv"
JSON = "application/json"

EVALUATION_REPORT = PropertyFile(
    name="AbaloneEvaluationReport", output_name="evaluation", path="evaluation.json"
)
MSE_PATH = "regression_metrics.mse.value"


def _output_of(step: ProcessingStep, name: str) -> PipelineVariable:
    outputs = step.properties.ProcessingOutputConfig.Outputs
    return outputs[name].S3Output.S3Uri


def preprocess_step(jobs: JobSettings, input_data_url: ParameterString) -> ProcessingStep:
    """Check, impute, scale, encode and split the data (`preprocess.py`, scikit-learn container)."""
    return ProcessingStep(
        name="PreprocessAbaloneData",
        step_args=jobs.script_processor("sklearn").run(
            code=str(SCRIPTS / "preprocess.py"),
            inputs=[job_input("input", input_data_url, "input/data")],
            outputs=[
                job_output(jobs, name) for name in ("train", "validation", "test", "features")
            ],
        ),
    )


def train_step(
    jobs: JobSettings, preprocess: ProcessingStep, hyperparameters: Mapping[str, object]
) -> TrainingStep:
    """Train the built-in XGBoost algorithm on the train split, watching the validation split."""
    trainer = ModelTrainer(
        training_image=jobs.image("xgboost"),
        role=jobs.role,
        sagemaker_session=jobs.session,
        compute=Compute(
            instance_type=jobs.training_instance_type,
            instance_count=1,
            volume_size_in_gb=VOLUME_SIZE_GB,
        ),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=MAX_RUNTIME_SECONDS),
        hyperparameters=dict(hyperparameters),
        output_data_config=OutputDataConfig(s3_output_path=jobs.output_uri("model")),
    )
    channels = [
        InputData(channel_name=split, data_source=_output_of(preprocess, split), content_type=CSV)
        for split in ("train", "validation")
    ]
    return TrainingStep(
        name="TrainAbaloneModel", step_args=trainer.train(input_data_config=channels)
    )


def evaluate_step(
    jobs: JobSettings, preprocess: ProcessingStep, train: TrainingStep
) -> ProcessingStep:
    """Measure the model on the test split (`evaluate.py`).

    It runs in the XGBoost container: only that one has the very XGBoost release which trained the
    model, and it has NumPy too; the scikit-learn container has no XGBoost.
    """
    model = train.properties.ModelArtifacts.S3ModelArtifacts
    return ProcessingStep(
        name="EvaluateAbaloneModel",
        step_args=jobs.script_processor("xgboost").run(
            code=str(SCRIPTS / "evaluate.py"),
            inputs=[
                job_input("model", model, "model"),
                job_input("test", _output_of(preprocess, "test"), "test"),
            ],
            outputs=[job_output(jobs, "evaluation")],
        ),
        property_files=[EVALUATION_REPORT],
    )


def register_step(
    jobs: JobSettings,
    train: TrainingStep,
    model_package_group_name: str,
    approval_status: ParameterString,
) -> ModelStep:
    """Register the model with its evaluation, its features and the records of its smoke test."""
    evaluation = jobs.output_uri("evaluation", "evaluation.json")
    builder = ModelBuilder(
        image_uri=jobs.image("xgboost"),
        s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts,
        role_arn=jobs.role,
        sagemaker_session=jobs.session,
    )
    # Without build() the SDK puts SAGEMAKER_PROGRAM="" and its siblings, which are for containers
    # that run a user's script, into the package's environment.
    builder.build()
    return ModelStep(
        name="RegisterAbaloneModel",
        step_args=builder.register(
            content_types=[CSV],
            response_types=[CSV],
            inference_instances=["ml.t2.medium", "ml.m5.large", "ml.m5.xlarge"],
            transform_instances=["ml.m5.large", "ml.m5.xlarge"],
            model_package_group_name=model_package_group_name,
            approval_status=approval_status,
            model_metrics=ModelMetrics(
                model_statistics=MetricsSource(content_type=JSON, s3_uri=evaluation)
            ),
            customer_metadata_properties={
                "EvaluationS3Uri": evaluation,
                "GoldenRecordsS3Uri": jobs.output_uri("evaluation", "golden_records.json"),
                "FeaturesS3Uri": jobs.output_uri("features", "features.json"),
            },
        ),
    )


def _measured_mse(evaluate: ProcessingStep) -> JsonGet:
    return JsonGet(step_name=evaluate.name, property_file=EVALUATION_REPORT, json_path=MSE_PATH)


def fail_step(evaluate: ProcessingStep, threshold: ParameterFloat) -> FailStep:
    """End the execution with the measured MSE and the bound that it missed."""
    return FailStep(
        name="AbaloneMSETooHigh",
        error_message=Join(
            on="",
            values=[
                "The model was not registered: its MSE on the test data is ",
                _measured_mse(evaluate),
                ", the threshold (MseThreshold) is ",
                threshold,
            ],
        ),
    )


def condition_step(
    evaluate: ProcessingStep, threshold: ParameterFloat, register: ModelStep, otherwise: FailStep
) -> ConditionStep:
    """Register the model if its MSE is at most the threshold, else fail."""
    return ConditionStep(
        name="CheckMSEAbaloneEvaluation",
        conditions=[ConditionLessThanOrEqualTo(left=_measured_mse(evaluate), right=threshold)],
        if_steps=[register],
        else_steps=[otherwise],
    )
