"""A batch transform job and a hyperparameter tuning job, from the scenario's data and model."""

from __future__ import annotations

from tests.contract.local import Local
from tests.contract.scenario.training import BUCKET, CLUSTER, image

TRANSFORM = "contract-transform"
TUNING = "contract-tuning"


def perform(local: Local, model: str) -> None:
    """Make both and read all of them."""
    _tune(local)
    _transform(local, model)


def _transform(local: Local, model: str) -> None:
    sagemaker, s3 = local.client("sagemaker"), local.client("s3")
    s3.put_object(Bucket=BUCKET, Key="batch/rows.csv", Body=b"1,2\n3,4\n")
    sagemaker.create_model(
        ModelName="batch",
        ExecutionRoleArn=local.role("contract-batch", "sagemaker"),
        PrimaryContainer={"Image": image("sagemaker-xgboost"), "ModelDataUrl": model},
    )
    sagemaker.create_transform_job(
        TransformJobName=TRANSFORM,
        ModelName="batch",
        MaxConcurrentTransforms=2,
        MaxPayloadInMB=1,
        BatchStrategy="MultiRecord",
        Environment={"A": "b"},
        ModelClientConfig={"InvocationsTimeoutInSeconds": 60, "InvocationsMaxRetries": 1},
        TransformInput={
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/batch/"}
            },
            "ContentType": "text/csv",
            "CompressionType": "None",
            "SplitType": "Line",
        },
        TransformOutput={
            "S3OutputPath": f"s3://{BUCKET}/scores",
            "Accept": "text/csv",
            "AssembleWith": "Line",
        },
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        DataProcessing={"InputFilter": "$", "JoinSource": "Input", "OutputFilter": "$[0,-1]"},
        Tags=[{"Key": "a", "Value": "b"}],
    )
    described: dict[str, str] = {}

    def ended() -> bool:
        described.update(sagemaker.describe_transform_job(TransformJobName=TRANSFORM))
        return described["TransformJobStatus"] != "InProgress"

    local.until(ended, "the transform job ends")
    assert described["TransformJobStatus"] == "Completed", described
    sagemaker.list_transform_jobs()


def _tune(local: Local) -> None:
    sagemaker, s3 = local.client("sagemaker"), local.client("s3")
    for channel in ("train", "validation"):
        rows = s3.get_object(Bucket=BUCKET, Key="raw/train.csv")["Body"].read()
        s3.put_object(Bucket=BUCKET, Key=f"tuning/{channel}/rows-{channel}.csv", Body=rows)
    sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=TUNING,
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {
                "Type": "Minimize",
                "MetricName": "validation:rmse",
            },
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": {
                "ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.1", "MaxValue": "0.9"}]
            },
        },
        TrainingJobDefinition={
            "StaticHyperParameters": {"num_round": "2", "objective": "reg:squarederror"},
            "AlgorithmSpecification": {
                "TrainingImage": image("sagemaker-xgboost"),
                "TrainingInputMode": "File",
            },
            "RoleArn": local.role("contract-tuning", "sagemaker"),
            "InputDataConfig": [
                {
                    "ChannelName": channel,
                    "ContentType": "text/csv",
                    "DataSource": {
                        "S3DataSource": {
                            "S3DataType": "S3Prefix",
                            "S3Uri": f"s3://{BUCKET}/tuning/{channel}/",
                            "S3DataDistributionType": "FullyReplicated",
                        }
                    },
                }
                for channel in ("train", "validation")
            ],
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/tuned"},
            "ResourceConfig": CLUSTER,
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
    )
    described: dict[str, str] = {}

    def ended() -> bool:
        described.update(
            sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=TUNING)
        )
        return described["HyperParameterTuningJobStatus"] != "InProgress"

    local.until(ended, "the tuning job ends")
    assert described["HyperParameterTuningJobStatus"] == "Completed", described
    sagemaker.list_hyper_parameter_tuning_jobs()
    sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=TUNING)
