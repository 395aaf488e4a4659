"""How each step of the Abalone pipeline is built: what runs, on which inputs, with which outputs.

`pipeline.py` says which steps there are and in which order; `acceptance.py` decides whether the model
is good enough, `registration.py` registers it; `pipelines/jobs.py` has what all jobs share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sagemaker.core.training.configs import (
    Compute,
    InputData,
    OutputDataConfig,
    S3DataSource,
    StoppingCondition,
)
from sagemaker.core.transformer import Transformer
from sagemaker.core.workflow.entities import PipelineVariable
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.steps import (
    CacheConfig,
    ProcessingStep,
    Step,
    TrainingStep,
    TransformStep,
)
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer

from pipelines.abalone.parameters import PipelineParameters
from pipelines.jobs import (
    MAX_RUNTIME_SECONDS,
    VOLUME_SIZE_GB,
    JobSettings,
    job_input,
    job_output,
)

SCRIPTS = Path(__file__).resolve().parent

CSV = "text/csv"
# Not a run-time parameter: the SDK (3.27.0) accepts only a number here.
TRANSFORM_INSTANCE_COUNT = 1

# What has not changed need not run again: the same script on the same data (InputDataVersion says
# which), the same hyperparameters. Only steps that do not read the registry are cached.
CACHE = CacheConfig(enable_caching=True, expire_after="P30D")


def output_of(step: ProcessingStep, name: str) -> PipelineVariable:
    outputs = step.properties.ProcessingOutputConfig.Outputs
    return outputs[name].S3Output.S3Uri


def preprocess_step(jobs: JobSettings, parameters: PipelineParameters) -> ProcessingStep:
    """Check, impute, encode and split the data (`preprocess.py`, scikit-learn container)."""
    return ProcessingStep(
        name="PreprocessAbaloneData",
        step_args=jobs.script_processor("sklearn").run(
            code=jobs.upload_code("preprocess.py", (SCRIPTS / "preprocess.py").read_bytes()),
            inputs=[job_input("input", parameters.input_data_url, "input/data")],
            outputs=[
                job_output(jobs, name)
                for name in ("train", "validation", "test", "quality", "features")
            ],
            arguments=[
                "--data-version",
                parameters.input_data_version,
                # Each training instance gets files of its own.
                "--shards",
                parameters.training_instance_count.to_string(),
            ],
        ),
        cache_config=CACHE,
    )


def train_step(
    jobs: JobSettings,
    parameters: PipelineParameters,
    preprocess: ProcessingStep,
    hyperparameters: Mapping[str, object],
    gates: Sequence[Step] = (),
) -> TrainingStep:
    """Train the built-in XGBoost algorithm on the train split, watching the validation split.

    With more than one instance it trains in XGBoost's distributed mode, each instance on files of
    its own (https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html). `gates` are steps that must have
    succeeded first.
    """
    trainer = ModelTrainer(
        training_image=jobs.image("xgboost"),
        role=jobs.role,
        sagemaker_session=jobs.session,
        compute=Compute(
            instance_type=parameters.training_instance_type,
            instance_count=parameters.training_instance_count,
            volume_size_in_gb=VOLUME_SIZE_GB,
        ),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=MAX_RUNTIME_SECONDS),
        hyperparameters=dict(hyperparameters),
        output_data_config=OutputDataConfig(s3_output_path=jobs.output_uri("model")),
        networking=jobs.network.for_training() if jobs.network else None,
    )
    channels = [
        InputData(
            channel_name=split,
            data_source=S3DataSource(
                s3_uri=output_of(preprocess, split),
                s3_data_type="S3Prefix",
                s3_data_distribution_type="ShardedByS3Key",
            ),
            content_type=CSV,
        )
        for split in ("train", "validation")
    ]
    return TrainingStep(
        name="TrainAbaloneModel",
        step_args=trainer.train(input_data_config=channels),
        depends_on=list(gates) or None,
        cache_config=CACHE,
    )


def model_builder(jobs: JobSettings, train: TrainingStep) -> ModelBuilder:
    """The trained model in the XGBoost container: to be created, and to be registered."""
    return ModelBuilder(
        image_uri=jobs.image("xgboost"),
        s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts,
        role_arn=jobs.role,
        network=jobs.network.for_training() if jobs.network else None,
        sagemaker_session=jobs.session,
    )


def create_model_step(builder: ModelBuilder) -> ModelStep:
    """Make the SageMaker model that the transform job and Clarify use.

    It also has to come before `register`: without build() the SDK puts SAGEMAKER_PROGRAM="" and its
    siblings, which are for containers that run a user's script, into the package's environment.
    """
    return ModelStep(name="CreateAbaloneModel", step_args=builder.build())


def transform_step(
    jobs: JobSettings, preprocess: ProcessingStep, create_model: ModelStep
) -> TransformStep:
    """Predict the test split: without its label, which then stands before each prediction."""
    transformer = Transformer(
        model_name=create_model.properties.ModelName,
        instance_count=TRANSFORM_INSTANCE_COUNT,
        instance_type=jobs.transform_instance_type,
        accept=CSV,
        assemble_with="Line",
        output_path=jobs.output_uri("predictions"),
        sagemaker_session=jobs.session,
    )
    return TransformStep(
        name="TransformAbaloneTestData",
        step_args=transformer.transform(
            data=output_of(preprocess, "test"),
            content_type=CSV,
            split_type="Line",
            input_filter="$[1:]",
            join_source="Input",
            output_filter="$[0,-1]",
        ),
    )
