"""The batch-scoring pipeline: a data set scored by the live version, checked, and handed over.

    FindLiveVersion ► CreateLiveModel ► TransformInputData ► ArrangeScores ► DataQualityCheck
                    ► JudgeScores ► CheckScores
        no violation ► HandOverScores ► CheckAnswer
                           accepted  ► (the end)
                           otherwise ► ScoresRefused
        otherwise    ► ScoresNotHandedOver

The input is the model's features in the order of the training data, without label and header. Its check
compares with the data-quality baseline of the version that scores, in which the label comes first: the
prediction stands in its place, and only the features are compared (`arrange_scores.py` says why).

A violation does not fail the check's step, as it does in training. The step could then only name its
report; so `JudgeScores` reads it, and `ScoresNotHandedOver` says which feature it was. Nobody is asked
to take such scores: the callback is in the other branch. SkipDataQualityCheck lets them through.

This file says *what* the pipeline is; how each step is built is in `steps.py` and `live_version.py`.
"""

from __future__ import annotations

from sagemaker.core.helper.session_helper import get_execution_role
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.mlops.workflow.pipeline import Pipeline

from pipelines import check_steps
from pipelines.abalone.model_checks import CHECK_SETTINGS
from pipelines.abalone.pipeline import get_session
from pipelines.batch_scoring import steps
from pipelines.batch_scoring.live_version import (
    ModelOfVersionStep,
    find_live_version_step,
    found,
)
from pipelines.batch_scoring.parameters import pipeline_parameters
from pipelines.check_steps import CheckInputs, CheckParameters
from pipelines.jobs import JobSettings
from pipelines.network import Ids, network


def get_pipeline(
    region: str,
    role: str | None = None,
    default_bucket: str | None = None,
    model_package_group_name: str = "AbalonePackageGroup",
    pipeline_name: str = "AbaloneBatchScoringPipeline",
    base_job_prefix: str = "AbaloneBatchScoring",
    input_data_url: str | None = None,
    check_engine: str | None = None,
    find_live_version_function_arn: str | None = None,
    judge_scores_function_arn: str | None = None,
    hand_over_queue_url: str | None = None,
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
        model_package_group_name: whose latest approved version scores.
        pipeline_name: name in SageMaker, and the prefix of the scripts in the bucket.
        base_job_prefix: prefix, in the bucket, of what executions write.
        input_data_url: S3 prefix of the rows to score, default of the parameter InputDataUrl;
            `s3://<default bucket>/data/to-score.csv` by default.
        check_engine: `native` (Model Monitor's container) or `open`; by default as in training.
        find_live_version_function_arn: the function that looks into the registry.
        judge_scores_function_arn: the function that reads the check's report.
        hand_over_queue_url: the SQS queue whose reader takes the scores.
        subnet_ids: of the VPC in which jobs and models run, a list or one text with commas; none by
            default, which is SageMaker's own network.
        security_group_ids: theirs; needed with subnets.
        sagemaker_session: for tests; made from region and bucket by default.
    """
    find_arn = _given("find_live_version_function_arn", find_live_version_function_arn)
    judge_arn = _given("judge_scores_function_arn", judge_scores_function_arn)
    queue_url = _given("hand_over_queue_url", hand_over_queue_url)
    session = sagemaker_session or get_session(region, default_bucket)
    bucket = default_bucket or session.default_bucket()
    parameters = pipeline_parameters(input_data_url or f"s3://{bucket}/data/to-score.csv")
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

    find = find_live_version_step(jobs, find_arn, model_package_group_name)
    model = ModelOfVersionStep(
        "CreateLiveModel",
        model_package=found(find, "ModelPackageArn"),
        role=jobs.role,
        network=jobs.network,
    )
    transform = steps.transform_step(jobs, parameters, model)
    arrange = steps.arrange_step(jobs, transform, found(find, "DataQualityConstraintsS3Uri"))
    engine = check_steps.engine(
        check_steps.Engine(
            jobs=jobs,
            group=model_package_group_name,
            settings=CHECK_SETTINGS,
            fail_on_violation=False,
        ),
        check_engine,
    )
    check = engine.check(
        "DataQualityCheck",
        "data_quality",
        CheckParameters(
            skip=parameters.skip_data_quality_check,
            register=False,  # nothing is registered here
            # The version that scored, whatever is approved while this runs.
            supplied_statistics=found(find, "DataQualityStatisticsS3Uri"),
            supplied_constraints=jobs.output_uri("check_baseline", "constraints.json"),
        ),
        CheckInputs(arrange.properties.ProcessingOutputConfig.Outputs["check_data"].S3Output.S3Uri),
    )
    judge = steps.judge_step(jobs, judge_arn, parameters, check.steps)
    hand_over = steps.hand_over_step(queue_url, parameters, find, transform, judge)
    return Pipeline(
        name=pipeline_name,
        parameters=parameters.as_list(),
        steps=[
            find,
            model,
            transform,
            arrange,
            *check.steps,
            judge,
            steps.check_scores_step(jobs, find, judge, hand_over),
            steps.check_answer_step(jobs, hand_over),
        ],
        sagemaker_session=session,
    )


def _given(name: str, value: str | None) -> str:
    if not value:
        raise ValueError(
            f"{name} is needed; the model-build stack has it among its outputs where batch scoring "
            "is enabled"
        )
    return value
