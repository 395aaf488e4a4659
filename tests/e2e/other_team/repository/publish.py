"""Publish both pipelines, start them, and print what was started (for the build's variables)."""

import json
import logging
import os
import pathlib
import sys

import boto3
from sagemaker.core import image_uris
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.processing import FrameworkProcessor
from sagemaker.core.shapes import (
    ProcessingInput,
    ProcessingOutput,
    ProcessingS3Input,
    ProcessingS3Output,
)
from sagemaker.core.training.configs import (
    Compute,
    InputData,
    MetricDefinition,
    OutputDataConfig,
    SourceCode,
)
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.retry import (
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer

logging.getLogger("sagemaker").setLevel(logging.ERROR)

TEAM, BUCKET, KEY, ROLE, COMMIT, INSTANCE = (
    os.environ[name]
    for name in ("TEAM", "BUCKET", "KEY_ARN", "WORKER_ROLE_ARN", "COMMIT", "INSTANCE")
)
REGION = os.environ["AWS_REGION"]
REGISTRY = f"{os.environ['REGISTRY']}.dkr.ecr.{REGION}.amazonaws.com"
HERE = pathlib.Path(__file__).parent
ML = "/opt/ml/processing"


def forest_pipeline():
    """Scikit-learn from end to end, in the SDK's own classes."""
    session = PipelineSession(boto_session=boto3.Session(region_name=REGION), default_bucket=BUCKET)
    image = image_uris.retrieve("sklearn", region=REGION, version="1.9-0")
    machine = ParameterString("Machine", default_value=INSTANCE, enum_values=[INSTANCE])
    raw = ParameterString("Raw", default_value=f"s3://{BUCKET}/raw/wine.csv")
    held_back = ParameterFloat("HeldBack", default_value=0.25)
    trees = ParameterInteger("Trees", default_value=40)
    floor = ParameterFloat("Floor", default_value=float(os.environ["FLOOR"]))

    def run_folder(*names):
        return Join(
            on="/",
            values=[f"s3://{BUCKET}/runs", ExecutionVariables.PIPELINE_EXECUTION_ID, *names],
        )

    def give(name, uri):
        source = ProcessingS3Input(
            s3_uri=uri, local_path=f"{ML}/{name}", s3_data_type="S3Prefix", s3_input_mode="File"
        )
        return ProcessingInput(input_name=name, s3_input=source)

    def take(name):
        target = ProcessingS3Output(
            s3_uri=run_folder(name), local_path=f"{ML}/{name}", s3_upload_mode="EndOfJob"
        )
        return ProcessingOutput(output_name=name, s3_output=target)

    def part(name):
        return split.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri

    job = {
        "image_uri": image,
        "role": ROLE,
        "instance_type": machine,
        "instance_count": 1,
        "output_kms_key": KEY,
        "sagemaker_session": session,
    }
    jobs = str(HERE / "jobs")
    split = ProcessingStep(
        name="Split",
        step_args=FrameworkProcessor(command=["python3"], **job).run(
            code="split.py",
            source_dir=jobs,
            inputs=[give("raw", raw)],
            outputs=[take("learn"), take("judge")],
            arguments=["--held-back", held_back.to_string()],
        ),
        cache_config=CacheConfig(enable_caching=True, expire_after="T12H"),
        retry_policies=[
            StepRetryPolicy(exception_types=[StepExceptionTypeEnum.THROTTLING], max_attempts=2)
        ],
    )
    trainer = ModelTrainer(
        training_image=image,
        source_code=SourceCode(source_dir=jobs, entry_script="fit.py"),
        compute=Compute(instance_type=machine, instance_count=1, volume_size_in_gb=10),
        # As text: CreatePipeline takes no number here.
        hyperparameters={"trees": trees.to_string(), "max-depth": 6},
        output_data_config=OutputDataConfig(s3_output_path=run_folder("model"), kms_key_id=KEY),
        environment={"VINTAGE": COMMIT},
        role=ROLE,
        sagemaker_session=session,
        base_job_name=f"{TEAM}-fit",
    ).with_metric_definitions(
        [MetricDefinition(name="folds:accuracy", regex="accuracy=([0-9.]+);")]
    )
    fit = TrainingStep(
        name="Fit",
        step_args=trainer.train(
            input_data_config=[InputData(channel_name="learn", data_source=part("learn"))]
        ),
        retry_policies=[
            SageMakerJobStepRetryPolicy(
                exception_types=[SageMakerJobExceptionTypeEnum.CAPACITY_ERROR],
                expire_after_mins=10,
            )
        ],
    )
    artifact = fit.properties.ModelArtifacts.S3ModelArtifacts
    report = PropertyFile(name="Report", output_name="report", path="report.json")
    score = ProcessingStep(
        name="Score",
        step_args=FrameworkProcessor(command=["python3"], **job).run(
            code="score.py",
            source_dir=jobs,
            inputs=[give("model", artifact), give("judge", part("judge"))],
            outputs=[take("report")],
        ),
        property_files=[report],
    )
    accuracy = JsonGet(
        step_name=score.name,
        property_file=report,
        json_path="multiclass_classification_metrics.accuracy.value",
    )
    builder = ModelBuilder(
        image_uri=image,
        s3_model_data_url=artifact,
        # Packed with the model by a step that the SDK adds before the registration.
        source_code=SourceCode(source_dir=jobs, entry_script="inference.py"),
        role_arn=ROLE,
        sagemaker_session=session,
    )
    register = ModelStep(
        name="Register",
        step_args=builder.register(
            model_package_group_name=os.environ["FOREST_GROUP"],
            content_types=["text/csv"],
            response_types=["application/json"],
            inference_instances=[INSTANCE],
            approval_status="PendingManualApproval",
            model_metrics=ModelMetrics(
                model_statistics=MetricsSource(
                    content_type="application/json", s3_uri=run_folder("report", "report.json")
                )
            ),
            customer_metadata_properties={"commit": COMMIT},
        ),
        repack_model_step_settings={
            "output_data_config": OutputDataConfig(
                s3_output_path=run_folder("model"), kms_key_id=KEY
            )
        },
    )
    reject = FailStep(
        name="TooPoor",
        error_message=Join(on=" ", values=["accuracy", accuracy, "is below", floor]),
    )
    gate = ConditionStep(
        name="Gate",
        conditions=[ConditionGreaterThanOrEqualTo(left=accuracy, right=floor)],
        if_steps=[register],
        else_steps=[reject],
    )
    return Pipeline(
        name=f"{TEAM}-forest",
        parameters=[machine, raw, held_back, trees, floor],
        steps=[split, fit, score, gate],
        sagemaker_session=session,
    )


def start_booster():
    """The definition that is a file: kept as it is, all that differs is a parameter."""
    s3, sagemaker = (boto3.client(name, region_name=REGION) for name in ("s3", "sagemaker"))
    for file in ("booster.tar.gz", "booster/judge_booster.py", "jobs/split.py"):
        path = HERE / file
        s3.upload_file(
            str(path),
            BUCKET,
            f"booster/{COMMIT}/{path.name}",
            ExtraArgs={"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY},
        )
    name, definition = f"{TEAM}-booster", (HERE / "booster" / "pipeline.json").read_text()
    about = {"PipelineName": name, "PipelineDefinition": definition, "RoleArn": ROLE}
    try:
        sagemaker.describe_pipeline(PipelineName=name)
    except sagemaker.exceptions.ResourceNotFound:
        sagemaker.create_pipeline(
            ClientRequestToken=f"create-{COMMIT}", PipelineDisplayName="Booster", **about
        )
    else:
        sagemaker.update_pipeline(**about)
    parameters = {
        "Bucket": BUCKET,
        "Key": KEY,
        "Role": ROLE,
        "Registry": REGISTRY,
        "Group": os.environ["BOOSTER_GROUP"],
        "Commit": COMMIT,
        "Instance": INSTANCE,
        "Floor": os.environ["FLOOR"],
    }
    return sagemaker.start_pipeline_execution(
        PipelineName=name,
        PipelineExecutionDisplayName=f"commit-{COMMIT[:7]}",
        PipelineParameters=[{"Name": key, "Value": value} for key, value in parameters.items()],
        ClientRequestToken=f"start-{COMMIT}",
    )["PipelineExecutionArn"]


forest = forest_pipeline()
forest.upsert(
    role_arn=ROLE, description=f"forest of {COMMIT}", tags=[{"Key": "team", "Value": TEAM}]
)
(HERE / "forest.json").write_text(json.dumps(json.loads(forest.definition()), indent=2))
run = forest.start(parameters={"Trees": 30}, execution_display_name=f"commit-{COMMIT[:7]}")
sys.stdout.write(f"FOREST_RUN={run.arn}\nBOOSTER_RUN={start_booster()}\n")
