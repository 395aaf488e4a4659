"""A denied call is answered in its service's own form, with the action, the resource and the reason."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_server import ACCOUNT, LocalCloud, policy, service_principal

from .conftest import Allowed, Session, allow

TEXTS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"
ARN = f"us-east-1:{ACCOUNT}"


def denied(call: Any, **arguments: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response: dict[str, Any] = caught.value.response
    return response


def message(call: Any, **arguments: Any) -> str:
    return str(denied(call, **arguments)["Error"]["Message"])


# Service, operation, its arguments; action, resource; code, status.
CALLS: list[tuple[str, str, dict[str, Any], str, str, str, int]] = [
    (
        "sagemaker",
        "describe_endpoint",
        {"EndpointName": "e"},
        "sagemaker:DescribeEndpoint",
        f"arn:aws:sagemaker:{ARN}:endpoint/e",
        "AccessDeniedException",
        400,
    ),
    (
        "sagemaker",
        "describe_training_job",
        {"TrainingJobName": "Mine"},
        "sagemaker:DescribeTrainingJob",
        f"arn:aws:sagemaker:{ARN}:training-job/mine",
        "AccessDeniedException",
        400,
    ),
    (
        "sagemaker-runtime",
        "invoke_endpoint",
        {"EndpointName": "e", "Body": b""},
        "sagemaker:InvokeEndpoint",
        f"arn:aws:sagemaker:{ARN}:endpoint/e",
        "AccessDeniedException",
        400,
    ),
    (
        "lambda",
        "invoke",
        {"FunctionName": "f"},
        "lambda:InvokeFunction",
        f"arn:aws:lambda:{ARN}:function:f",
        "AccessDeniedException",
        403,
    ),
    (
        "lambda",
        "list_functions",
        {},
        "lambda:ListFunctions",
        "*",
        "AccessDeniedException",
        403,
    ),
    (
        "codepipeline",
        "put_approval_result",
        {
            "pipelineName": "p",
            "stageName": "s",
            "actionName": "a",
            "token": "11111111-1111-1111-1111-111111111111",
            "result": {"summary": "", "status": "Approved"},
        },
        "codepipeline:PutApprovalResult",
        f"arn:aws:codepipeline:{ARN}:p/s/a",
        "AccessDeniedException",
        400,
    ),
    (
        "codebuild",
        "batch_get_builds",
        {"ids": ["p:1"]},
        "codebuild:BatchGetBuilds",
        f"arn:aws:codebuild:{ARN}:project/p",
        "AccessDeniedException",
        400,
    ),
    (
        "codecommit",
        "get_branch",
        {"repositoryName": "r", "branchName": "main"},
        "codecommit:GetBranch",
        f"arn:aws:codecommit:{ARN}:r",
        "AccessDeniedException",
        400,
    ),
    (
        "events",
        "put_rule",
        {"Name": "r", "EventPattern": "{}", "EventBusName": "mine"},
        "events:PutRule",
        f"arn:aws:events:{ARN}:rule/mine/r",
        "AccessDeniedException",
        400,
    ),
    (
        "logs",
        "create_log_stream",
        {"logGroupName": "g", "logStreamName": "s"},
        "logs:CreateLogStream",
        f"arn:aws:logs:{ARN}:log-group:g:log-stream:s",
        "AccessDeniedException",
        400,
    ),
    (
        "ssm",
        "get_parameter",
        {"Name": "/a/b"},
        "ssm:GetParameter",
        f"arn:aws:ssm:{ARN}:parameter/a/b",
        "AccessDeniedException",
        400,
    ),
    (
        "sqs",
        "send_message",
        {"QueueUrl": f"http://localhost/{ACCOUNT}/q", "MessageBody": "m"},
        "sqs:SendMessage",
        f"arn:aws:sqs:{ARN}:q",
        "AccessDenied",
        403,
    ),
    (
        "sns",
        "publish",
        {"TopicArn": f"arn:aws:sns:{ARN}:t", "Message": "m"},
        "sns:Publish",
        f"arn:aws:sns:{ARN}:t",
        "AuthorizationError",
        403,
    ),
    (
        "iam",
        "delete_role",
        {"RoleName": "r"},
        "iam:DeleteRole",
        f"arn:aws:iam::{ACCOUNT}:role/r",
        "AccessDenied",
        403,
    ),
    (
        "cloudformation",
        "describe_stacks",
        {"StackName": "s"},
        "cloudformation:DescribeStacks",
        f"arn:aws:cloudformation:{ARN}:stack/s/*",
        "AccessDenied",
        403,
    ),
]


@pytest.mark.documented(TEXTS)
@pytest.mark.parametrize(
    ("service", "operation", "arguments", "action", "resource", "code", "status"),
    CALLS,
    ids=[f"{row[0]}-{row[1]}" for row in CALLS],
)
def test_each_service_denies_in_its_own_form(
    session: Allowed,
    service: str,
    operation: str,
    arguments: dict[str, Any],
    action: str,
    resource: str,
    code: str,
    status: int,
) -> None:
    nobody = session()
    answer = denied(getattr(nobody.client(service), operation), **arguments)
    assert answer["Error"]["Code"] == code
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    assert answer["Error"]["Message"] == (
        f"User: {nobody.arn} is not authorized to perform: {action} on resource: {resource} because "
        f"no identity-based policy allows the {action} action"
    )
    # The very resource of the message is what a policy has to allow.
    allowed = session(allow(action, resource))
    try:
        getattr(allowed.client(service), operation)(**arguments)
    except ClientError as error:
        assert "not authorized" not in str(error)


@pytest.mark.documented(TEXTS)
def test_the_kind_of_policy_that_denies_is_named(session: Allowed, bucket: str) -> None:
    everything = allow("*")
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    place = {"Bucket": bucket, "Key": "key"}

    def told(who: Session) -> str:
        return message(who.client("s3").get_object, **place).partition('/key" ')[2]

    assert told(session(everything, deny)) == "with an explicit deny in an identity-based policy"
    bounded = session(everything, boundary=allow("sqs:*"))
    assert told(bounded) == ("because no permissions boundary allows the s3:GetObject action")
    narrowed = session(everything, session_policy=allow("sqs:*"))
    assert told(narrowed) == "because no session policy allows the s3:GetObject action"
    forbidden = session(everything, boundary={"Effect": "Deny", "Action": "*", "Resource": "*"})
    name = forbidden.role_arn.rpartition("/")[2]
    assert told(forbidden) == (
        "with an explicit deny in a permissions boundary: "
        f"arn:aws:iam::{ACCOUNT}:policy/{name}-boundary"
    )


@pytest.mark.documented(
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"
)
def test_a_role_is_passed_only_by_permission_and_to_the_service(
    person: LocalCloud, session: Allowed
) -> None:
    passed = person.make_role("passed", service_principal("sagemaker"))
    model = {"ModelName": "m", "ExecutionRoleArn": passed, "PrimaryContainer": {"Image": "i"}}
    making = allow("sagemaker:CreateModel")

    def told(*statements: dict[str, Any]) -> str:
        return message(session(*statements).client("sagemaker").create_model, **model)

    assert f"perform: iam:PassRole on resource: {passed} because no identity" in told(making)
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert "iam:PassRole" in told(making, allow("iam:PassRole", passed, Condition=to_lambda))
    to_sagemaker = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    assert "iam:PassRole" not in told(making, allow("iam:PassRole", passed, Condition=to_sagemaker))


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html"
)
def test_tags_at_creation_need_their_own_permission(session: Allowed) -> None:
    group = {"ModelPackageGroupName": "g", "Tags": [{"Key": "team", "Value": "a"}]}
    maker = session(allow("sagemaker:CreateModelPackageGroup"))
    told = message(maker.client("sagemaker").create_model_package_group, **group)
    assert "perform: sagemaker:AddTags on resource: arn:aws:sagemaker" in told
    only_team = {"StringEquals": {"aws:RequestTag/team": "b"}}
    other = session(
        allow(["sagemaker:CreateModelPackageGroup", "sagemaker:AddTags"], Condition=only_team)
    )
    assert "not authorized" in message(
        other.client("sagemaker").create_model_package_group, **group
    )


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
)
def test_an_alarm_with_tags_needs_the_permission_to_tag(session: Allowed) -> None:
    alarm = {
        "AlarmName": "tagged",
        "Namespace": "n",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    maker = session(allow("cloudwatch:PutMetricAlarm")).client("cloudwatch")
    maker.put_metric_alarm(**alarm)
    tags = [{"Key": "team", "Value": "a"}]
    told = message(maker.put_metric_alarm, **{**alarm, "AlarmName": "other"}, Tags=tags)
    assert "perform: cloudwatch:TagResource on resource: arn:aws:cloudwatch" in told
    both = session(allow(["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"]))
    both.client("cloudwatch").put_metric_alarm(**{**alarm, "AlarmName": "other"}, Tags=tags)


@pytest.mark.local_only("what the local cloud does not know is refused, neither allowed nor denied")
def test_an_unknown_condition_key_is_refused_by_name(session: Allowed) -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "a"}}
    who = session(allow("sagemaker:ListEndpoints", Condition=condition))
    answer = denied(who.client("sagemaker").list_endpoints)
    assert answer["Error"]["Code"] == "NotImplemented"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "'aws:resourcetag/team'" in answer["Error"]["Message"]
    assert "sagemaker:ListEndpoints" in answer["Error"]["Message"]
    # Of another action's statement nothing is asked.
    other = session(allow("sagemaker:ListModels", Condition=condition), allow("sqs:*"))
    other.client("sqs").list_queues()


@pytest.mark.documented("https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html")
def test_assuming_a_role_needs_trust_and_its_conditions(
    person: LocalCloud, session: Allowed
) -> None:
    iam = person.client("iam")
    who = session(allow("sts:AssumeRole"))
    sts = who.client("sts")
    sts.get_caller_identity()  # needs no permission
    with_id = {"StringEquals": {"sts:ExternalId": "secret"}}
    trusting = {
        "Effect": "Allow",
        "Principal": {"AWS": who.role_arn},
        "Action": "sts:AssumeRole",
        "Condition": with_id,
    }
    made = iam.create_role(RoleName="external", AssumeRolePolicyDocument=policy(trusting))
    arn = made["Role"]["Arn"]
    assert "because no role trust policy allows the sts:AssumeRole action" in message(
        sts.assume_role, RoleArn=arn, RoleSessionName="external"
    )
    sts.assume_role(RoleArn=arn, RoleSessionName="external", ExternalId="secret")


@pytest.mark.documented("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_create.html")
def test_a_user_may_do_what_its_policies_allow(person: LocalCloud, bucket: str) -> None:
    iam = person.client("iam")
    iam.create_user(UserName="ada")
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    who = Session(
        person.endpoint,
        "",
        {
            "AccessKeyId": key["AccessKeyId"],
            "SecretAccessKey": key["SecretAccessKey"],
            "SessionToken": "",
        },
    )
    told = message(who.client("s3").get_object, Bucket=bucket, Key="key")
    assert told.startswith(f"User: arn:aws:iam::{ACCOUNT}:user/ada is not authorized")
    own = {"StringEquals": {"aws:username": "ada"}}
    iam.put_user_policy(
        UserName="ada",
        PolicyName="p",
        PolicyDocument=policy(allow("s3:GetObject", Condition=own)),
    )
    assert who.client("s3").get_object(Bucket=bucket, Key="key")["Body"].read() == b"content"
