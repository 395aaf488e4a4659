"""The Abalone pipeline: what it learns, from what, and when a model is good enough to register.

    PreprocessAbaloneData ► TrainAbaloneModel ► EvaluateAbaloneModel ► CheckMSEAbaloneEvaluation
        MSE <= MseThreshold ► RegisterAbaloneModel
        otherwise           ► AbaloneMSETooHigh (fails the execution, naming the MSE and the bound)

This file says *what* the pipeline is: its hyperparameters, its run-time parameters and how the
steps are wired. How each step is built is in `steps.py`, what the jobs share in `jobs.py`; the
scripts that run inside the jobs are `preprocess.py` and `evaluate.py`.

`get_pipeline` is called by `run-pipeline` and `get-pipeline-definition`. For the same arguments
and files it always gives the same definition, so that a push that changes nothing here changes
nothing in SageMaker either.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import boto3
from sagemaker.core.helper.session_helper import get_execution_role
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.mlops.workflow.pipeline import Pipeline

from pipelines.abalone import steps
from pipelines.abalone.jobs import JobSettings

# Hyperparameters of the built-in XGBoost algorithm, one a line.
# https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
HYPERPARAMETERS = {
    "objective": "reg:squarederror",
    "num_round": 50,
    "max_depth": 5,
    "eta": 0.2,
    "gamma": 4,
    "min_child_weight": 6,
    "subsample": 0.7,
    "seed": 42,
}

# A model whose mean squared error on the test split (in rings squared) is above this is not
# registered. The run-time parameter MseThreshold overrides it for one execution.
DEFAULT_MSE_THRESHOLD = 6.0


@dataclass(frozen=True)
class PipelineParameters:
    """What a person or a Lambda may set for one execution, without building the pipeline anew."""

    input_data_url: ParameterString
    model_approval_status: ParameterString
    mse_threshold: ParameterFloat
    processing_instance_type: ParameterString
    training_instance_type: ParameterString

    def as_list(self) -> list[ParameterString | ParameterFloat]:
        """The parameters in the order in which the definition lists them."""
        return list(vars(self).values())


def get_session(region: str, default_bucket: str | None) -> PipelineSession:
    """A session that records the jobs' requests as steps instead of starting the jobs."""
    return PipelineSession(
        boto_session=boto3.Session(region_name=region), default_bucket=default_bucket
    )


def pipeline_parameters(input_data_url: str, mse_threshold: float) -> PipelineParameters:
    """The run-time parameters with their default values."""
    return PipelineParameters(
        input_data_url=ParameterString("InputDataUrl", default_value=input_data_url),
        model_approval_status=ParameterString(
            "ModelApprovalStatus",
            default_value="PendingManualApproval",
            enum_values=["PendingManualApproval", "Approved", "Rejected"],
        ),
        mse_threshold=ParameterFloat("MseThreshold", default_value=mse_threshold),
        processing_instance_type=ParameterString(
            "ProcessingInstanceType", default_value="ml.m5.xlarge"
        ),
        training_instance_type=ParameterString(
            "TrainingInstanceType", default_value="ml.m5.xlarge"
        ),
    )


def get_pipeline(
    region: str,
    role: str | None = None,
    default_bucket: str | None = None,
    model_package_group_name: str = "AbalonePackageGroup",
    pipeline_name: str = "AbalonePipeline",
    base_job_prefix: str = "Abalone",
    input_data_url: str | None = None,
    mse_threshold: float | str = DEFAULT_MSE_THRESHOLD,
    sagemaker_session: PipelineSession | None = None,
) -> Pipeline:
    """Build the pipeline (nothing is created in SageMaker until it is upserted).

    Args:
        region: AWS region of the jobs and of the containers' registry.
        role: ARN of the role that the jobs run as; the caller's own role by default.
        default_bucket: bucket for the scripts and for all that the jobs write;
            `sagemaker-<region>-<account>` by default.
        model_package_group_name: where accepted models are registered.
        pipeline_name: name in SageMaker, and the prefix of the scripts in the bucket.
        base_job_prefix: prefix, in the bucket, of what executions write.
        input_data_url: S3 URI of the data set, default of the parameter InputDataUrl;
            `s3://<default bucket>/data/abalone.csv` by default.
        mse_threshold: default of the parameter MseThreshold (a number, or one as a string).
        sagemaker_session: for tests; made from region and bucket by default.
    """
    threshold = _positive_number("mse_threshold", mse_threshold)
    session = sagemaker_session or get_session(region, default_bucket)
    bucket = default_bucket or session.default_bucket()
    parameters = pipeline_parameters(input_data_url or f"s3://{bucket}/data/abalone.csv", threshold)
    jobs = JobSettings(
        session=session,
        region=region,
        role=role or get_execution_role(session),
        bucket=bucket,
        prefix=base_job_prefix,
        processing_instance_type=parameters.processing_instance_type,
        training_instance_type=parameters.training_instance_type,
    )

    preprocess = steps.preprocess_step(jobs, parameters.input_data_url)
    train = steps.train_step(jobs, preprocess, HYPERPARAMETERS)
    evaluate = steps.evaluate_step(jobs, preprocess, train)
    register = steps.register_step(
        jobs, train, model_package_group_name, parameters.model_approval_status
    )
    too_high = steps.fail_step(evaluate, parameters.mse_threshold)
    check = steps.condition_step(evaluate, parameters.mse_threshold, register, too_high)

    return Pipeline(
        name=pipeline_name,
        parameters=parameters.as_list(),
        steps=[preprocess, train, evaluate, check],
        sagemaker_session=session,
    )


def _positive_number(name: str, value: float | str) -> float:
    # It may come from an environment variable of the build, as text.
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"{name} is {value!r}; a number above 0 is needed")
    return number
