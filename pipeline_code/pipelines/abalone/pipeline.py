"""The Abalone pipeline: what it learns, from what, and when a model is good enough to register.

    PreprocessAbaloneData ► DataQualityCheck
                          ► DataBiasCheck
                          ► TrainAbaloneModel ► EvaluateAbaloneModel
                                              ► CreateAbaloneModel ► ModelBiasCheck
                                                                   ► ModelExplainabilityCheck
                                                                   ► TransformAbaloneTestData
                                                                           ► ModelQualityCheck
    when all of these are done ► CheckMSEAbaloneEvaluation
        MSE <= MseThreshold, and not worse than the live version ► RegisterAbaloneModel
        otherwise                                                ► AbaloneModelNotGoodEnough

A check that finds a violation fails the execution, and nothing is registered. This file says *what* the
pipeline is: its hyperparameters and how its steps are wired. How each step is built is in `steps.py`,
`acceptance.py` and `registration.py`, what the checks look at in `model_checks.py`, the run-time
parameters in `parameters.py`; the scripts that run inside the jobs are `preprocess.py` and `evaluate.py`.

`get_pipeline` is called by `run-pipeline` and `get-pipeline-definition`. For the same arguments
and files it always gives the same definition, so that a push that changes nothing here changes
nothing in SageMaker either.
"""

from __future__ import annotations

import math

import boto3
from sagemaker.core.helper.session_helper import get_execution_role
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.mlops.workflow.pipeline import Pipeline

from pipelines import check_steps
from pipelines.abalone import acceptance, registration, steps
from pipelines.abalone.model_checks import CHECK_SETTINGS
from pipelines.abalone.parameters import CHECK_NAMES, pipeline_parameters
from pipelines.check_steps import Check, CheckInputs
from pipelines.jobs import JobSettings
from pipelines.network import Ids, network

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

# How much higher than the live version's the MSE of a candidate may be, as a share of it.
DEFAULT_LIVE_MODEL_TOLERANCE = 0.0


def get_session(region: str, default_bucket: str | None) -> PipelineSession:
    """A session that records the jobs' requests as steps instead of starting the jobs."""
    return PipelineSession(
        boto_session=boto3.Session(region_name=region), default_bucket=default_bucket
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
    live_model_tolerance: float | str = DEFAULT_LIVE_MODEL_TOLERANCE,
    check_engine: str | None = None,
    model_quality_tolerance: float | str = 0.0,
    bias_tolerance: float | str = 0.0,
    relax_baseline_function_arn: str | None = None,
    gate_training_on_data_checks: bool = False,
    subnet_ids: Ids = None,
    security_group_ids: Ids = None,
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
        live_model_tolerance: default of the parameter LiveModelTolerance: how much higher than the
            approved version's the candidate's MSE may be, as a share of it: 0.05 allows 5 %. "off"
            compares with the threshold only, and makes no such parameter.
        check_engine: `native` (Model Monitor's and Clarify's containers) or `open`; by default
            `native`, but `open` in a region for which the SDK knows no such containers.
        model_quality_tolerance: share by which the thresholds of a new model-quality baseline are
            widened before it is registered; 0 registers it as suggested.
        bias_tolerance: how much farther from unbiased than measured a new bias baseline is
            registered, in each metric's own unit; 0 registers it as measured.
        relax_baseline_function_arn: the function that applies both for the native engine.
        gate_training_on_data_checks: train only when the two data checks have passed. It makes the
            longest chain of jobs longer by one, and saves the training of bad data.
        subnet_ids: of the VPC in which jobs and models run, a list or one text with commas; none by
            default, which is SageMaker's own network.
        security_group_ids: theirs; needed with subnets.
        sagemaker_session: for tests; made from region and bucket by default.
    """
    threshold = _positive_number("mse_threshold", mse_threshold)
    allowed = _allowed_to_be_worse(live_model_tolerance)
    session = sagemaker_session or get_session(region, default_bucket)
    bucket = default_bucket or session.default_bucket()
    parameters = pipeline_parameters(
        input_data_url or f"s3://{bucket}/data/abalone.csv", threshold, allowed
    )
    jobs = JobSettings(
        session=session,
        region=region,
        role=role or get_execution_role(session),
        bucket=bucket,
        prefix=base_job_prefix,
        processing_instance_type=parameters.processing_instance_type,
        transform_instance_type=parameters.transform_instance_type,
        network=network(subnet_ids, security_group_ids),
    )

    engine = check_steps.engine(
        check_steps.Engine(
            jobs=jobs,
            group=model_package_group_name,
            settings=CHECK_SETTINGS,
            model_quality_tolerance=_share("model_quality_tolerance", model_quality_tolerance),
            bias_tolerance=_distance("bias_tolerance", bias_tolerance),
            relax_function_arn=relax_baseline_function_arn,
        ),
        check_engine,
    )

    def check(kind: str, inputs: CheckInputs) -> Check:
        return engine.check(f"{CHECK_NAMES[kind]}Check", kind, parameters.checks[kind], inputs)

    preprocess = steps.preprocess_step(jobs, parameters)
    data_quality = check("data_quality", CheckInputs(steps.output_of(preprocess, "quality")))
    data_bias = check("data_bias", CheckInputs(steps.output_of(preprocess, "train")))
    gates = [data_quality.step, data_bias.step] if gate_training_on_data_checks else []
    train = steps.train_step(jobs, parameters, preprocess, HYPERPARAMETERS, gates)
    builder = steps.model_builder(jobs, train)
    create_model = steps.create_model_step(builder)
    transform = steps.transform_step(jobs, preprocess, create_model)
    test_data = CheckInputs(
        steps.output_of(preprocess, "test"),
        model_name=create_model.properties.ModelName,
        model_data=train.properties.ModelArtifacts.S3ModelArtifacts,
    )
    checks = {
        "data_quality": data_quality,
        "data_bias": data_bias,
        "model_quality": check(
            "model_quality", CheckInputs(transform.properties.TransformOutput.S3OutputPath)
        ),
        "model_bias": check("model_bias", test_data),
        "explainability": check("explainability", test_data),
    }
    evaluate = acceptance.evaluate_step(jobs, preprocess, train, model_package_group_name)
    register = registration.register_step(
        jobs, builder, checks, model_package_group_name, parameters
    )
    condition = acceptance.condition_step(
        evaluate,
        parameters,
        checks.values(),
        register,
        acceptance.fail_step(evaluate, parameters),
    )

    return Pipeline(
        name=pipeline_name,
        parameters=parameters.as_list(),
        steps=[
            preprocess,
            train,
            create_model,
            transform,
            *(step for made in checks.values() for step in made.steps),
            evaluate,
            condition,
        ],
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


def _share(name: str, value: float | str) -> float:
    return _at_least_0(name, value, "a share of 0 or more is needed, 0.1 for 10 %")


def _distance(name: str, value: float | str) -> float:
    return _at_least_0(name, value, "a number of 0 or more is needed, in the metrics' own unit")


def _at_least_0(name: str, value: float | str, needed: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(f"{name} is {value!r}; {needed}")
    return number


def _allowed_to_be_worse(tolerance: float | str) -> float | None:
    return None if tolerance == "off" else _share("live_model_tolerance", tolerance)
