"""What the batch-scoring pipeline needs outside of SageMaker: functions, a queue, perhaps a schedule.

The pipeline itself is defined in the model repository, and made by its build, as the training pipeline is.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Config
from infra.constructs.acknowledgements import acknowledge_dependency_on_role
from infra.constructs.permissions import ANY_VERSION, allow, service
from infra.constructs.python_function import PythonFunction
from infra.constructs.sagemaker_arns import SageMakerArns
from infra.constructs.undelivered_events import UndeliveredEvents, queue_encryption
from infra.names import Names

ANSWER_TIMEOUT = cdk.Duration.minutes(1)
# Six times the function's timeout, as
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html has it.
VISIBILITY_TIMEOUT = cdk.Duration.minutes(6)
# So often a message is tried; with the visibility timeout, for half an hour at least.
MAX_RECEIVE_COUNT = 5
# The most that SQS keeps a message: nothing else ends the wait of a callback step.
RETENTION = cdk.Duration.days(14)
MAX_CONCURRENCY = 2
OWN_PREFIX = "Each execution writes below a prefix of its own; the bucket is one."
ANY_EXECUTION = "Executions get their ids when they start; the pipeline is one."


class BatchScoring(Construct):
    """The queue of scores to take over, with its reader, and the pipeline's two other functions."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        names: Names,
        bucket: s3.IBucket,
        undelivered: UndeliveredEvents,
    ) -> None:
        super().__init__(scope, construct_id)
        self._arns = SageMakerArns(self, names)
        self._bucket = bucket
        # What its reader fails on again and again goes where undelivered events go: an alarm is there.
        self.queue = sqs.Queue(
            self,
            "HandOverQueue",
            **queue_encryption(self, "HandOverQueue"),
            enforce_ssl=True,
            retention_period=RETENTION,
            visibility_timeout=VISIBILITY_TIMEOUT,
            dead_letter_queue=sqs.DeadLetterQueue(
                max_receive_count=MAX_RECEIVE_COUNT, queue=undelivered
            ),
        )
        find = self._find_live_version().function
        judge = self._judge_scores().function
        self._answer_callback()
        self.step_functions = (find, judge)
        """What the pipeline invokes itself."""
        input_url = f"s3://{bucket.bucket_name}/{config.batch_scoring_key}"
        self.build_variables = {
            "BATCH_SCORING_PIPELINE_NAME": names.batch_scoring_pipeline,
            "BATCH_SCORING_INPUT_URL": input_url,
            "FIND_LIVE_VERSION_FUNCTION_ARN": find.function_arn,
            "JUDGE_SCORES_FUNCTION_ARN": judge.function_arn,
            "HAND_OVER_QUEUE_URL": self.queue.queue_url,
        }
        self.outputs = {
            "BatchScoringPipelineName": names.batch_scoring_pipeline,
            "BatchScoringInputUrl": input_url,
            "FindLiveVersionFunctionArn": find.function_arn,
            "JudgeScoresFunctionArn": judge.function_arn,
            "HandOverQueueUrl": self.queue.queue_url,
        }
        if config.batch_scoring.schedule:
            self._schedule(config.batch_scoring.schedule, undelivered)

    def _find_live_version(self) -> PythonFunction:
        function = self._function(
            "FindLiveVersionFunction",
            directory="find_live_version",
            description="Finds the version that scores: the latest approved one",
        )
        function.allow(["sagemaker:ListModelPackages"], *self._arns.model_package_group())
        function.allow(
            ["sagemaker:DescribeModelPackage"], *self._arns.versions(), because=ANY_VERSION
        )
        return function

    def _judge_scores(self) -> PythonFunction:
        function = self._function(
            "JudgeScoresFunction",
            directory="judge_scores",
            description="Reads what the data-quality check of scores reported",
        )
        files = ("constraint_violations", "statistics", "summary")
        function.allow(
            ["s3:GetObject"],
            *(self._bucket.arn_for_objects(f"*/{file}.json") for file in files),
            because=OWN_PREFIX,
        )
        # Without it S3 says "denied" where it means "not there".
        function.allow(["s3:ListBucket"], self._bucket.bucket_arn)
        return function

    def _answer_callback(self) -> None:
        """The reader of the queue. It must not answer before it may, so its mapping comes last."""
        function = self._function(
            "AnswerCallbackFunction",
            directory="answer_callback",
            description="Takes scores over, and answers the pipeline that waits for it",
        )
        function.allow(
            ["s3:GetObject"], self._bucket.arn_for_objects("*/scores/*"), because=OWN_PREFIX
        )
        function.allow(["s3:ListBucket"], self._bucket.bucket_arn)
        verbs = ("Success", "Failure")
        function.allow(
            [f"sagemaker:SendPipelineExecutionStep{verb}" for verb in verbs],
            *self._arns.batch_scoring_executions(),
            because=ANY_EXECUTION,
        )
        function.allow(
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            self.queue.queue_arn,
        )
        mapping = lambda_.EventSourceMapping(
            self,
            "HandOverMapping",
            target=function.function,
            event_source_arn=self.queue.queue_arn,
            batch_size=10,
            max_concurrency=MAX_CONCURRENCY,
            report_batch_item_failures=True,
        )
        # Lambda looks whether the role may read the queue when the mapping is made.
        mapping.node.add_dependency(function.role)
        acknowledge_dependency_on_role(mapping)

    def _function(self, construct_id: str, *, directory: str, description: str) -> PythonFunction:
        return PythonFunction(
            self,
            construct_id,
            directory=directory,
            description=description,
            timeout=ANSWER_TIMEOUT,
        )

    def _schedule(self, expression: str, undelivered: UndeliveredEvents) -> None:
        """Start the pipeline by itself, with the parameters' default values.

        https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
        """
        role = iam.Role(
            self,
            "SchedulerRole",
            assumed_by=service(self, "scheduler"),
            description="Lets EventBridge Scheduler start the batch-scoring pipeline",
        )
        pipelines = self._arns.batch_scoring_pipeline()
        allow(role, ["sagemaker:StartPipelineExecution"], pipelines)
        allow(role, ["sqs:SendMessage"], [undelivered.queue_arn])
        scheduler.CfnSchedule(
            self,
            "Schedule",
            description="Scores the data set that is there at this time",
            schedule_expression=expression,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                # As SageMaker writes it in ARNs: in lower case.
                arn=pipelines[-1],
                role_arn=role.role_arn,
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(
                    arn=undelivered.queue_arn
                ),
            ),
        )
