"""What asks for deployments: the function that decides what should be live, and what wakes it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra.constructs.permissions import ANY_VERSION
from infra.constructs.project_stack import project_of
from infra.constructs.python_function import PythonFunction
from infra.constructs.sagemaker_arns import SageMakerArns
from infra.constructs.stage_settings import Stage
from infra.constructs.undelivered_events import UndeliveredEvents

MANIFEST_KEY = "manifest.zip"
# lambdas/request_deployment/environment.py
LEDGER_KEY = "approvals.json"
# lambdas/shared/slipway_shared/deployment_records.py
HISTORY = "history"
EVERY_RECORD = "Every record has a key of its own, made of its time, version and outcome."


class RequestDeployment(Construct):
    """The function; the parameters with the stages' settings; rules for the registry and for both."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stages: list[Stage],
        manifests: s3.IBucket,
        topic: sns.ITopic,
        undelivered: UndeliveredEvents,
    ) -> None:
        super().__init__(scope, construct_id)
        project = project_of(self)
        names, stack = project.names, cdk.Stack.of(self)
        group, waits = names.model_package_group, project.config.deployment
        function = PythonFunction(
            self,
            "Function",
            directory="request_deployment",
            description="Writes a deployment manifest when what should be live has changed",
            timeout=cdk.Duration.minutes(1),
            environment={
                "MODEL_PACKAGE_GROUP_NAME": group,
                "MANIFEST_BUCKET_NAME": manifests.bucket_name,
                "MANIFEST_KEY": MANIFEST_KEY,
                "STAGES": ",".join(stage.name for stage in stages),
                "STAGE_PARAMETER_PREFIX": names.stage_parameter_prefix,
                "PIN_PARAMETER": names.pin_parameter,
                "TOPIC_ARN": topic.topic_arn,
                "ROLLBACK_WAITS_FOR_APPROVAL": str(waits.rollback_waits_for_approval).lower(),
            },
            dead_letter_queue=undelivered,
        )
        function.allow(
            ["s3:GetObject", "s3:PutObject"],
            *(manifests.arn_for_objects(key) for key in (MANIFEST_KEY, LEDGER_KEY)),
        )
        function.allow(
            ["s3:PutObject"],
            manifests.arn_for_objects(f"{HISTORY}/requests/*"),
            because=EVERY_RECORD,
        )
        # For the records; and without it S3 answers 403 instead of 404 while there is no manifest.
        function.allow(["s3:ListBucket"], manifests.bucket_arn)
        arns = SageMakerArns(self, names)
        function.allow(
            ["sagemaker:ListModelPackages", "sagemaker:DescribeModelPackage"],
            *arns.model_package_group(),
            *arns.versions(),
            because=ANY_VERSION,
        )
        stage_parameters = [names.stage_parameter(stage.name) for stage in stages]
        function.allow(
            ["ssm:GetParameters"], *(_parameter_arn(stack, name) for name in stage_parameters)
        )
        function.allow(["ssm:GetParameterHistory"], _parameter_arn(stack, names.pin_parameter))
        function.allow(["sns:Publish"], topic.topic_arn)
        target = targets.LambdaFunction(function.function, dead_letter_queue=undelivered)
        approvals = events.Rule(
            self,
            "ModelPackageStateChangedRule",
            description=f"A version of {group} was approved or rejected",
            event_pattern=events.EventPattern(
                source=["aws.sagemaker"],
                detail_type=["SageMaker Model Package State Change"],
                detail={
                    "ModelPackageGroupName": [group],
                    "ModelApprovalStatus": ["Approved", "Rejected"],
                },
            ),
        )
        parameters = events.Rule(
            self,
            "ParameterChangedRule",
            description="The pin, or the settings of a stage, changed",
            event_pattern=events.EventPattern(
                source=["aws.ssm"],
                detail_type=["Parameter Store Change"],
                detail={
                    "name": [*stage_parameters, names.pin_parameter],
                    "operation": ["Create", "Update", "Delete"],
                },
            ),
        )
        for rule in (approvals, parameters):
            rule.add_target(target)
        self.settings = [
            self._parameter(stage, name, function, parameters)
            for stage, name in zip(stages, stage_parameters, strict=True)
        ]

    def _parameter(
        self, stage: Stage, name: str, function: PythonFunction, rule: events.Rule
    ) -> ssm.StringParameter:
        """A stage's settings. It comes last: a change starts a deployment."""
        parameter = ssm.StringParameter(
            self,
            f"{stage.name.capitalize()}Settings",
            parameter_name=name,
            description=f"How {stage.settings['endpointName']} is deployed: written by this stack alone",
            string_value=cdk.Stack.of(self).to_json_string(stage.settings),
        )
        parameter.node.add_dependency(function, rule, stage.stack)
        return parameter


def _parameter_arn(stack: cdk.Stack, name: str) -> str:
    return stack.format_arn(service="ssm", resource="parameter", resource_name=name.lstrip("/"))
