"""The SDK's TuningStep and TransformStep, unmodified, against a running local cloud."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from localcloud.cloud import current
from tests.unit.localcloud.sagemaker.service import image

SUPPORTED = "https://sagemaker.readthedocs.io/en/stable/workflows/pipelines/index.html"


@pytest.mark.documented(SUPPORTED)
def test_sdk_tunes_finds_the_best_model_and_transforms_with_it(
    endpoint: str, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    # Other tests of the process may have pointed it elsewhere.
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    from sagemaker.core.parameter import CategoricalParameter
    from sagemaker.core.training.configs import Compute, InputData, OutputDataConfig
    from sagemaker.core.transformer import Transformer
    from sagemaker.core.workflow.pipeline_context import PipelineSession
    from sagemaker.mlops.workflow.fail_step import FailStep
    from sagemaker.mlops.workflow.pipeline import Pipeline
    from sagemaker.mlops.workflow.steps import TransformStep, TuningStep
    from sagemaker.train import ModelTrainer
    from sagemaker.train.tuner import HyperparameterTuner

    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="sdk-tuning")
    rows = "".join(f"{number % 10},{number % 10},0\n" for number in range(100))
    for key in ("train/a.csv", "validation/b.csv"):
        s3.put_object(Bucket="sdk-tuning", Key=key, Body=rows.encode())
    s3.put_object(Bucket="sdk-tuning", Key="in/c.csv", Body=b"4,0\n")
    session = PipelineSession(boto_session=boto3.Session(), default_bucket="sdk-tuning")
    trainer = ModelTrainer(
        training_image=image("sagemaker-xgboost"),
        role=role,
        sagemaker_session=session,
        compute=Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=1),
        output_data_config=OutputDataConfig(s3_output_path="s3://sdk-tuning/models"),
        hyperparameters={"num_round": "3", "objective": "reg:squarederror"},
    )
    tuner = HyperparameterTuner(
        model_trainer=trainer,
        objective_metric_name="validation:rmse",
        objective_type="Minimize",
        hyperparameter_ranges={"eta": CategoricalParameter(["0.1", "0.9"])},
        strategy="Grid",
        max_jobs=2,
        max_parallel_jobs=2,
    )
    inputs = [
        InputData(
            channel_name=name,
            data_source=f"s3://sdk-tuning/{name}/",
            content_type="text/csv",
        )
        for name in ("train", "validation")
    ]
    tune = TuningStep(name="Tune_it", step_args=tuner.tune(inputs))
    uri = tune.get_top_model_s3_uri(top_k=0, s3_bucket="sdk-tuning", prefix="models")
    say = FailStep(name="Say", error_message=uri)
    steps = run(Pipeline("SdkTuning", steps=[tune, say], sagemaker_session=session), role)
    artifact = steps["Say"]["FailureReason"]
    sagemaker = boto3.client("sagemaker")
    name = steps["Tune_it"]["Metadata"]["TuningJob"]["Arn"].split("/")[-1]
    best = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)[
        "BestTrainingJob"
    ]
    assert best["TunedHyperParameters"] == {"eta": "0.9"}
    assert artifact == f"s3://sdk-tuning/models/{best['TrainingJobName']}/output/model.tar.gz"

    container = {"Image": image("sagemaker-xgboost"), "ModelDataUrl": artifact}
    sagemaker.create_model(ModelName="tuned", ExecutionRoleArn=role, PrimaryContainer=container)
    transformer = Transformer(
        model_name="tuned",
        instance_count=1,
        instance_type="ml.m5.large",
        output_path="s3://sdk-tuning/out",
        accept="text/csv",
        assemble_with="Line",
        sagemaker_session=session,
    )
    asked = transformer.transform(
        data="s3://sdk-tuning/in",
        content_type="text/csv",
        split_type="Line",
        join_source="Input",
    )
    score = TransformStep(name="Score", step_args=asked)
    steps = run(Pipeline("SdkScoring", steps=[score], sagemaker_session=session), role)
    assert steps["Score"]["StepStatus"] == "Succeeded", steps
    result = s3.get_object(Bucket="sdk-tuning", Key="out/c.csv.out")["Body"].read().decode()
    given, predicted = result.rstrip().rsplit(",", 1)
    assert given == "4,0"
    assert abs(float(predicted) - 4) < 1


def run(pipeline: Any, role: str) -> dict[str, dict[str, Any]]:
    """Make and run a pipeline; its steps by their names."""
    pipeline.upsert(role_arn=role)
    execution = pipeline.start()

    def ended() -> bool:
        return execution.describe()["PipelineExecutionStatus"] in ("Succeeded", "Failed")

    assert current().changes.wait_until(ended, 60)
    return {step["StepName"]: step for step in execution.list_steps()}
