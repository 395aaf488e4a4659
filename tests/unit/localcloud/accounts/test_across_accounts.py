"""A role of one account uses a resource of another: its own policies and the resource's must both allow."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from tests.local_server import LocalCloud, policy

from .conftest import ACCOUNT, REGION, Session, allow, grant

CROSS = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
    "reference_policies_evaluation-logic-cross-account.html"
)
pytestmark = pytest.mark.documented(CROSS)
Worker = Callable[..., Session]
NO_RESOURCE = "because no resource-based policy allows the {} action"
NO_IDENTITY = "because no identity-based policy allows the {} action"

LOOKS = """
import boto3
from botocore.exceptions import ClientError


def handle(event, context):
    made = boto3.client("sts").assume_role(RoleArn=event["role"], RoleSessionName="looks")
    there = boto3.Session(
        made["Credentials"]["AccessKeyId"],
        made["Credentials"]["SecretAccessKey"],
        made["Credentials"]["SessionToken"],
    )
    alarms = there.client("cloudwatch").describe_alarms()["MetricAlarms"]
    try:
        there.client("cloudwatch").delete_alarms(AlarmNames=["theirs"])
    except ClientError as error:
        denied = error.response["Error"]["Code"]
    return {"alarms": [each["AlarmName"] for each in alarms], "denied": denied}
"""


def told(call: Callable[..., Any], **arguments: Any) -> str:
    """The message of the refusal of a call."""
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return str(raised.value.response["Error"]["Message"])


def granted_to(role: Session, action: str | list[str], resource: str = "*") -> dict[str, Any]:
    """A statement that lets a role itself."""
    name = role.arn.split("/")[1]
    arn = f"arn:aws:iam::{role.account}:role/{name}"
    return {**allow(action, resource), "Principal": {"AWS": arn}}


def test_a_bucket(person: LocalCloud, staging: Session, worker: Worker) -> None:
    s3 = person.client("s3")
    s3.create_bucket(Bucket="shared")
    s3.put_object(Bucket="shared", Key="key", Body=b"content")
    allowed, other = worker(allow("s3:*")), worker()
    get = {"Bucket": "shared", "Key": "key"}
    assert told(allowed.client("s3").get_object, **get) == (
        f"User: {allowed.arn} is not authorized to perform: s3:GetObject on resource: "
        f'"arn:aws:s3:::shared/key" {NO_RESOURCE.format("s3:GetObject")}'
    )
    objects = ["s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"]
    s3.put_bucket_policy(
        Bucket="shared",
        Policy=policy(
            grant(staging.account, objects, "arn:aws:s3:::shared/*"),
            granted_to(other, objects, "arn:aws:s3:::shared/*"),
        ),
    )
    assert allowed.client("s3").get_object(**get)["Body"].read() == b"content"
    assert NO_IDENTITY.format("s3:GetObject") in told(other.client("s3").get_object, **get)
    assert "s3:ListBucket" in told(allowed.client("s3").list_objects_v2, Bucket="shared")
    # A presigned URL acts as whoever signed it.
    for signer, status in ((allowed, 200), (other, 403)):
        url = signer.client("s3").generate_presigned_url("get_object", Params=get)
        assert requests.get(url, timeout=10).status_code == status
    # What another account writes is the bucket owner's.
    allowed.client("s3").put_object(
        Bucket="shared", Key="given", Body=b"x", ACL="bucket-owner-full-control"
    )
    assert s3.get_object(Bucket="shared", Key="given")["Body"].read() == b"x"
    assert "does not allow ACLs" in told(
        allowed.client("s3").put_object, Bucket="shared", Key="k", Body=b"x", ACL="public-read"
    )
    s3.delete_object(Bucket="shared", Key="given")


def test_the_names_of_buckets_are_all_accounts_together(
    person: LocalCloud, staging: Session
) -> None:
    person.client("s3").create_bucket(Bucket="taken")
    with pytest.raises(ClientError) as raised:
        staging.client("s3").create_bucket(Bucket="taken")
    assert raised.value.response["Error"]["Code"] == "BucketAlreadyExists"
    assert "s3:DeleteBucket" in told(staging.client("s3").delete_bucket, Bucket="taken")
    names = {each["Name"] for each in staging.client("s3").list_buckets()["Buckets"]}
    assert "taken" not in names


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"
)
def test_an_encrypted_object_asks_for_its_key_too(
    person: LocalCloud, staging: Session, worker: Worker
) -> None:
    kms, s3 = person.client("kms"), person.client("s3")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket="sealed")
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket="sealed",
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )
    s3.put_bucket_policy(
        Bucket="sealed", Policy=policy(grant(staging.account, "s3:*", "arn:aws:s3:::sealed/*"))
    )
    s3.put_object(Bucket="sealed", Key="key", Body=b"content")
    keyed, keyless = worker(allow("s3:*"), allow("kms:*", key)), worker(allow("s3:*"))
    get, put = {"Bucket": "sealed", "Key": "key"}, {"Bucket": "sealed", "Key": "k", "Body": b"x"}
    assert NO_RESOURCE.format("kms:Decrypt") in told(keyed.client("s3").get_object, **get)
    assert NO_RESOURCE.format("kms:GenerateDataKey") in told(keyed.client("s3").put_object, **put)
    own = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
    use = ["kms:Decrypt", "kms:GenerateDataKey"]
    kms.put_key_policy(
        KeyId=key,
        PolicyName="default",
        Policy=policy(*own, grant(staging.account, use), granted_to(keyless, use)),
    )
    assert keyed.client("s3").get_object(**get)["Body"].read() == b"content"
    keyed.client("s3").put_object(**put)
    assert NO_IDENTITY.format("kms:Decrypt") in told(keyless.client("s3").get_object, **get)
    # AWS's own key is its account's: nobody can let another one use it.
    s3.put_object(
        Bucket="sealed",
        Key="own",
        Body=b"x",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId="alias/aws/s3",
    )
    s3.get_object(Bucket="sealed", Key="own")
    assert "kms:Decrypt" in told(keyed.client("s3").get_object, Bucket="sealed", Key="own")


def test_a_key(person: LocalCloud, staging: Session, worker: Worker) -> None:
    kms = person.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    user = worker(allow("kms:*", key))
    theirs = user.client("kms")
    assert NO_RESOURCE.format("kms:Encrypt") in told(theirs.encrypt, KeyId=key, Plaintext=b"x")
    own = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
    kms.put_key_policy(
        KeyId=key,
        PolicyName="default",
        Policy=policy(*own, grant(staging.account, ["kms:Encrypt", "kms:Decrypt"])),
    )
    sealed = theirs.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    assert theirs.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"
    assert NO_RESOURCE.format("kms:Decrypt") in told(
        worker().client("kms").decrypt, CiphertextBlob=sealed
    )


def test_a_repository_of_images(person: LocalCloud, staging: Session, worker: Worker) -> None:
    ecr = person.client("ecr")
    ecr.create_repository(repositoryName="images")
    reader = worker(allow("ecr:*")).client("ecr")
    request = {"registryId": ACCOUNT, "repositoryName": "images", "imageIds": [{"imageTag": "x"}]}
    assert NO_RESOURCE.format("ecr:BatchGetImage") in told(reader.batch_get_image, **request)
    statement = grant(staging.account, "ecr:BatchGetImage")
    del statement["Resource"]
    ecr.set_repository_policy(repositoryName="images", policyText=policy(statement))
    (failure,) = reader.batch_get_image(**request)["failures"]
    assert failure["failureCode"] == "ImageNotFound"


def test_a_topic(person: LocalCloud, staging: Session, worker: Worker) -> None:
    sns = person.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    _, queue = person.make_queue("readers")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    publisher = worker(allow("sns:Publish", topic)).client("sns")
    assert (
        NO_RESOURCE.format("SNS:Publish").lower()
        in told(publisher.publish, TopicArn=topic, Message="m").lower()
    )
    sns.add_permission(
        TopicArn=topic, Label="them", AWSAccountId=[staging.account], ActionName=["Publish"]
    )
    publisher.publish(TopicArn=topic, Message="m")
    url = person.client("sqs").get_queue_url(QueueName="readers")["QueueUrl"]
    (message,) = person.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["Message"] == "m"


def test_a_topic_reaches_another_accounts_queue(person: LocalCloud, staging: Session) -> None:
    topic = person.client("sns").create_topic(Name="abroad")["TopicArn"]
    sqs = staging.client("sqs")
    url = sqs.create_queue(QueueName="abroad")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{staging.account}:abroad"
    person.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    person.client("sns").publish(TopicArn=topic, Message="m")
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


def test_a_queue(person: LocalCloud, staging: Session, worker: Worker) -> None:
    sqs = person.client("sqs")
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    sender = worker(allow("sqs:*")).client("sqs")
    assert NO_RESOURCE.format("sqs:SendMessage") in told(
        sender.send_message, QueueUrl=url, MessageBody="m"
    )
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox"
    both = ["sqs:SendMessage", "sqs:GetQueueUrl"]
    sqs.set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": policy(grant(staging.account, both, arn))}
    )
    found = sender.get_queue_url(QueueName="inbox", QueueOwnerAWSAccountId=ACCOUNT)["QueueUrl"]
    sender.send_message(QueueUrl=found, MessageBody="m")
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


def test_a_function(person: LocalCloud, staging: Session, worker: Worker) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr(
            "f.py",
            "import boto3\n"
            "def handle(event, context):\n"
            "    return boto3.client('sts').get_caller_identity()['Account']\n",
        )
    functions = person.client("lambda")
    arn = functions.create_function(
        FunctionName="where",
        Runtime="python3.11",
        Handler="f.handle",
        Role=person.make_role("where", {"Service": "lambda.amazonaws.com"}),
        Code={"ZipFile": code.getvalue()},
        Timeout=30,
    )["FunctionArn"]
    caller = worker(allow("lambda:InvokeFunction")).client("lambda")
    assert NO_RESOURCE.format("lambda:InvokeFunction") in told(caller.invoke, FunctionName=arn)
    functions.add_permission(
        FunctionName="where",
        StatementId="them",
        Action="lambda:InvokeFunction",
        Principal=staging.account,
    )
    for name in (arn, f"{ACCOUNT}:function:where"):
        assert json.loads(caller.invoke(FunctionName=name)["Payload"].read()) == ACCOUNT
    functions.remove_permission(FunctionName="where", StatementId="them")
    assert NO_RESOURCE.format("lambda:InvokeFunction") in told(caller.invoke, FunctionName=arn)
    organization = person.client("organizations").describe_organization()["Organization"]["Id"]
    functions.add_permission(
        FunctionName="where",
        StatementId="us",
        Action="lambda:InvokeFunction",
        Principal="*",
        PrincipalOrgID=organization,
    )
    assert json.loads(caller.invoke(FunctionName=arn)["Payload"].read()) == ACCOUNT
    # The name alone is one of the caller's account.
    assert "Function not found" in told(caller.invoke, FunctionName="where")


def test_a_secret(person: LocalCloud, staging: Session, worker: Worker) -> None:
    secrets = person.client("secretsmanager")
    arn = secrets.create_secret(Name="shared", SecretString="s")["ARN"]
    reader = worker(allow("secretsmanager:GetSecretValue")).client("secretsmanager")
    action = "secretsmanager:GetSecretValue"
    assert NO_RESOURCE.format(action) in told(reader.get_secret_value, SecretId=arn)
    secrets.put_resource_policy(SecretId=arn, ResourcePolicy=policy(grant(staging.account, action)))
    assert reader.get_secret_value(SecretId=arn)["SecretString"] == "s"


def test_log_groups_are_each_accounts_own(
    person: LocalCloud, staging: Session, prod: Session
) -> None:
    for account in (person, staging, prod):
        account.client("logs").create_log_group(logGroupName="/the/same")
    staging.client("logs").create_log_stream(logGroupName="/the/same", logStreamName="s")
    for account, count in ((staging, 1), (prod, 0), (person, 0)):
        streams = account.client("logs").describe_log_streams(logGroupName="/the/same")
        assert len(streams["logStreams"]) == count
    elsewhere = staging.client("logs", "eu-west-1").describe_log_groups()["logGroups"]
    assert elsewhere == []


def test_a_stack_is_made_in_its_callers_account(staging: Session, prod: Session) -> None:
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
    for account in (staging, prod):
        account.client("cloudformation").create_stack(
            StackName="same", TemplateBody=json.dumps(template)
        )
        (resource,) = account.client("cloudformation").describe_stack_resources(StackName="same")[
            "StackResources"
        ]
        assert f"/{account.account}/" in resource["PhysicalResourceId"]


def test_an_administrator_is_one_of_its_own_account_only(
    person: LocalCloud, staging: Session
) -> None:
    person.client("s3").create_bucket(Bucket="closed")
    assert NO_RESOURCE.format("s3:ListBucket") in told(
        staging.client("s3").list_objects_v2, Bucket="closed"
    )


@pytest.mark.documented("https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html")
def test_a_function_works_in_the_account_whose_role_it_assumes(
    person: LocalCloud, staging: Session
) -> None:
    watched = staging.client("cloudwatch")
    watched.put_metric_alarm(
        AlarmName="theirs",
        Namespace="n",
        MetricName="m",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Period=60,
        Statistic="Sum",
        Threshold=1,
    )
    own = person.make_role(
        "looks",
        {"Service": "lambda.amazonaws.com"},
        allow("sts:AssumeRole", "arn:aws:iam::*:role/seen"),
    )
    seen = staging.cloud().make_role("seen", {"AWS": own}, allow("cloudwatch:DescribeAlarms"))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("f.py", LOOKS)
    functions = person.client("lambda")
    functions.create_function(
        FunctionName="looks",
        Runtime="python3.11",
        Handler="f.handle",
        Role=own,
        Code={"ZipFile": code.getvalue()},
        Timeout=30,
    )
    payload = json.dumps({"role": seen}).encode()
    answer = functions.invoke(FunctionName="looks", Payload=payload)
    assert json.loads(answer["Payload"].read()) == {"alarms": ["theirs"], "denied": "AccessDenied"}
    assert person.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


@pytest.mark.local_only("what moto answers is a key of the management account's person")
@pytest.mark.parametrize("call", ["get_session_token", "get_federation_token"])
def test_nobody_else_gets_a_key_of_the_persons(staging: Session, call: str) -> None:
    more = {"Name": "worker"} if "federation" in call else {}
    assert "unsupported by the local cloud" in told(getattr(staging.client("sts"), call), **more)
