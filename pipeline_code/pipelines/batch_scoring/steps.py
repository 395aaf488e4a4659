"""How the steps between the live version and the answer are built.

`pipeline.py` says which steps there are and in which order; `live_version.py` has the first two.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sagemaker.core.lambda_helper import Lambda
from sagemaker.core.transformer import Transformer
from sagemaker.core.workflow.conditions import ConditionEquals
from sagemaker.core.workflow.entities import PipelineVariable
from sagemaker.core.workflow.functions import Join
from sagemaker.mlops.workflow.callback_step import (
    CallbackOutput,
    CallbackOutputTypeEnum,
    CallbackStep,
)
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.mlops.workflow.steps import ProcessingStep, Step, TransformStep

from pipelines.batch_scoring.live_version import ModelOfVersionStep, found
from pipelines.batch_scoring.parameters import PipelineParameters
from pipelines.check_steps.check import Uri
from pipelines.jobs import JobSettings, job_input, job_output

SCRIPTS = Path(__file__).resolve().parent
CSV = "text/csv"
# Not a run-time parameter: the SDK (3.27.0) accepts only a number here.
TRANSFORM_INSTANCE_COUNT = 1
ACCEPTED = "true"


def transform_step(
    jobs: JobSettings, parameters: PipelineParameters, model: ModelOfVersionStep
) -> TransformStep:
    """Predict every row. Each object of the input has one of the output: its rows as they were, each
    with its prediction behind it
    (https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html)."""
    transformer = Transformer(
        model_name=model.properties.ModelName,
        instance_count=TRANSFORM_INSTANCE_COUNT,
        instance_type=jobs.transform_instance_type,
        accept=CSV,
        assemble_with="Line",
        output_path=jobs.output_uri("scores"),
        sagemaker_session=jobs.session,
    )
    return TransformStep(
        name="TransformInputData",
        step_args=transformer.transform(
            data=parameters.input_data_url,
            content_type=CSV,
            split_type="Line",
            join_source="Input",
        ),
    )


def scores_uri(transform: TransformStep) -> PipelineVariable:
    """Where the scores are."""
    return transform.properties.TransformOutput.S3OutputPath


def arrange_step(jobs: JobSettings, transform: TransformStep, constraints: Uri) -> ProcessingStep:
    """Put the scores into the form of the version's baseline (`arrange_scores.py`)."""
    return ProcessingStep(
        name="ArrangeScores",
        step_args=jobs.script_processor("sklearn").run(
            code=str(SCRIPTS / "arrange_scores.py"),
            inputs=[
                job_input("scores", scores_uri(transform), "input/scores"),
                job_input("baseline", constraints, "input/baseline"),
            ],
            outputs=[
                job_output(jobs, name) for name in ("check_data", "check_baseline", "summary")
            ],
        ),
    )


def judge_step(
    jobs: JobSettings, function_arn: str, parameters: PipelineParameters, after: Sequence[Step]
) -> LambdaStep:
    """Read what the check reported: how many violations there are, and the first in words.

    It is a function because a check step can neither say which feature it was (a failed one names
    only its report) nor have a property file that a condition could read.
    """
    return LambdaStep(
        name="JudgeScores",
        lambda_func=Lambda(function_arn=function_arn, session=jobs.session),
        inputs={
            "checkS3Uri": jobs.output_uri("checks", "data_quality"),
            "summaryS3Uri": jobs.output_uri("summary", "summary.json"),
            "checkSkipped": parameters.skip_data_quality_check.to_string(),
        },
        outputs=[
            LambdaOutput("Violations", LambdaOutputTypeEnum.Integer),
            LambdaOutput("Message", LambdaOutputTypeEnum.String),
            LambdaOutput("Rows", LambdaOutputTypeEnum.Integer),
        ],
        depends_on=list(after),
    )


def hand_over_step(
    queue_url: str,
    parameters: PipelineParameters,
    find: LambdaStep,
    transform: TransformStep,
    judge: LambdaStep,
) -> CallbackStep:
    """Tell whoever takes the scores, and wait for the answer; README.md says how to give one."""
    return CallbackStep(
        name="HandOverScores",
        sqs_queue_url=queue_url,
        inputs={
            "ScoresS3Uri": scores_uri(transform),
            "Rows": judge.properties.Outputs["Rows"],
            "ModelPackageArn": found(find, "ModelPackageArn"),
            "InputDataUrl": parameters.input_data_url,
            "DataQuality": judge.properties.Outputs["Message"],
        },
        outputs=[
            CallbackOutput(output_name=name, output_type=CallbackOutputTypeEnum.String)
            for name in ("Accepted", "Receiver")
        ],
    )


def check_scores_step(
    jobs: JobSettings, find: LambdaStep, judge: LambdaStep, hand_over: CallbackStep
) -> ConditionStep:
    """Hand the scores over if the check found no violation; else end with what it found."""
    drifted = FailStep(
        name="ScoresNotHandedOver",
        error_message=Join(
            on="",
            values=[
                "The scores were not handed over: the data differs from the data-quality baseline of ",
                found(find, "ModelPackageArn"),
                ": ",
                judge.properties.Outputs["Message"],
                ". Report: ",
                jobs.output_uri("checks", "data_quality", "constraint_violations.json"),
                "; the scores: ",
                jobs.output_uri("scores"),
            ],
        ),
    )
    return ConditionStep(
        name="CheckScores",
        conditions=[ConditionEquals(left=judge.properties.Outputs["Violations"], right=0)],
        if_steps=[hand_over],
        else_steps=[drifted],
    )


def check_answer_step(jobs: JobSettings, hand_over: CallbackStep) -> ConditionStep:
    """End with a message if the receiver refused the scores.

    It stands beside the condition that has the callback in its branch, because a condition cannot be
    within another (https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html). It
    reads the callback's answer: where there was no callback, it does not run.
    """
    answer = hand_over.properties.Outputs
    refused = FailStep(
        name="ScoresRefused",
        error_message=Join(
            on="",
            values=[
                answer["Receiver"],
                " did not accept the scores (Accepted is '",
                answer["Accepted"],
                f"', not '{ACCEPTED}'): ",
                jobs.output_uri("scores"),
            ],
        ),
    )
    return ConditionStep(
        name="CheckAnswer",
        conditions=[ConditionEquals(left=answer["Accepted"], right=ACCEPTED)],
        if_steps=[],
        else_steps=[refused],
    )
