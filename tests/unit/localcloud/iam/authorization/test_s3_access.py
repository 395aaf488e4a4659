"""S3: actions by subresource, what is not there, copies, deletions, bucket policies and keys."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.iam.authorization.s3_actions import bucket_action, object_action
from localcloud.iam.authorization.service_reference import REFERENCE
from tests.local_server import ACCOUNT, LocalCloud

from .conftest import ROOT, Allowed, allow, document

ACTIONS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"
GET = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"
COPY = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"
KMS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"


def refusal(call: Any, **arguments: Any) -> str:
    """The action that the denial names; empty when the call is allowed."""
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied", error
        text = str(error.response["Error"]["Message"])
        return text.partition("perform: ")[2].partition(" ")[0]
    return ""


@pytest.mark.documented(ACTIONS)
@pytest.mark.parametrize(
    ("method", "query", "action"),
    [
        ("GET", (), "ListBucket"),
        ("HEAD", (), "ListBucket"),
        ("PUT", (), "CreateBucket"),
        ("DELETE", (), "DeleteBucket"),
        ("GET", ("versions",), "ListBucketVersions"),
        ("GET", ("encryption",), "GetEncryptionConfiguration"),
        ("DELETE", ("lifecycle",), "PutLifecycleConfiguration"),
        ("DELETE", ("policy",), "DeleteBucketPolicy"),
        ("PUT", ("publicAccessBlock",), "PutBucketPublicAccessBlock"),
    ],
)
def test_the_action_of_a_bucket_request(method: str, query: tuple[str, ...], action: str) -> None:
    assert bucket_action(method, query) == action


@pytest.mark.documented(ACTIONS)
@pytest.mark.parametrize(
    ("method", "query", "action"),
    [
        ("GET", (), "GetObject"),
        ("HEAD", (), "GetObject"),
        ("GET", ("versionId",), "GetObjectVersion"),
        ("GET", ("tagging", "versionId"), "GetObjectVersionTagging"),
        ("DELETE", ("versionId",), "DeleteObjectVersion"),
        ("PUT", ("partNumber", "uploadId"), "PutObject"),
        ("POST", ("uploads",), "PutObject"),
        ("GET", ("uploadId",), "ListMultipartUploadParts"),
        ("DELETE", ("uploadId",), "AbortMultipartUpload"),
        ("PUT", ("acl",), "PutObjectAcl"),
        ("POST", ("restore",), "RestoreObject"),
    ],
)
def test_the_action_of_an_object_request(method: str, query: tuple[str, ...], action: str) -> None:
    assert object_action(method, query) == action


@pytest.mark.documented(ACTIONS)
def test_every_action_is_one_of_the_reference() -> None:
    service = REFERENCE.service("s3")
    assert service is not None
    from localcloud.iam.authorization import s3_actions

    tables = (s3_actions._BUCKET, s3_actions._OBJECT)
    names = {action for table in tables for row in table.values() for action in row if action}
    assert {name for name in names if service.action(name) is None} == set()


@pytest.mark.documented(GET)
def test_what_is_not_there_needs_the_permission_to_list(session: Allowed, bucket: str) -> None:
    objects, listing = f"arn:aws:s3:::{bucket}/*", f"arn:aws:s3:::{bucket}"
    s3 = session(allow("s3:GetObject", objects)).client("s3")
    assert refusal(s3.get_object, Bucket=bucket, Key="key") == ""
    assert refusal(s3.get_object, Bucket=bucket, Key="nothing") == "s3:ListBucket"
    both = session(allow("s3:GetObject", objects), allow("s3:ListBucket", listing)).client("s3")
    with pytest.raises(both.exceptions.NoSuchKey):
        both.get_object(Bucket=bucket, Key="nothing")


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html"
)
def test_listing_may_be_allowed_below_a_prefix(session: Allowed, bucket: str) -> None:
    below = {"StringLike": {"s3:prefix": "mine/*"}}
    s3 = session(allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition=below)).client("s3")
    assert refusal(s3.list_objects_v2, Bucket=bucket, Prefix="mine/a") == ""
    assert refusal(s3.list_objects_v2, Bucket=bucket, Prefix="yours/") == "s3:ListBucket"
    assert refusal(s3.list_objects_v2, Bucket=bucket) == "s3:ListBucket"


@pytest.mark.documented(COPY)
def test_a_copy_reads_and_writes(session: Allowed, bucket: str) -> None:
    source = {"Bucket": bucket, "Key": "key"}
    writing = allow("s3:PutObject", f"arn:aws:s3:::{bucket}/copied")
    reading = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/key")
    place = {"Bucket": bucket, "Key": "copied", "CopySource": source}
    assert refusal(session(writing).client("s3").copy_object, **place) == "s3:GetObject"
    assert refusal(session(reading).client("s3").copy_object, **place) == "s3:PutObject"
    assert refusal(session(writing, reading).client("s3").copy_object, **place) == ""


@pytest.mark.documented("https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html")
def test_several_deletions_are_denied_in_the_answer(
    person: LocalCloud, session: Allowed, bucket: str
) -> None:
    s3 = session(allow("s3:GetObject")).client("s3")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "key"}]})
    assert [each["Code"] for each in answer["Errors"]] == ["AccessDenied"]
    assert person.client("s3").head_object(Bucket=bucket, Key="key")["ContentLength"] == 7


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html"
)
def test_a_buckets_policy_allows_and_denies(person: LocalCloud, session: Allowed) -> None:
    s3 = person.client("s3")
    s3.create_bucket(Bucket="with-a-policy")
    objects = "arn:aws:s3:::with-a-policy/*"
    who, other = session(), session(allow("s3:*"))
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": objects,
        "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
    }
    grant = allow("s3:PutObject", objects, Principal={"AWS": who.role_arn})
    s3.put_bucket_policy(Bucket="with-a-policy", Policy=document(grant, deny))
    place = {"Bucket": "with-a-policy", "Key": "k", "Body": b""}
    assert refusal(who.client("s3").put_object, **place) == "s3:PutObject"
    encrypted = {**place, "ServerSideEncryption": "aws:kms"}
    assert refusal(who.client("s3").put_object, **encrypted) == ""
    assert refusal(s3.put_object, **place) == "s3:PutObject", "the person is denied as well"
    assert refusal(other.client("s3").put_object, **encrypted) == ""


@pytest.mark.local_only("plain HTTP stands for HTTPS")
def test_a_policy_that_asks_for_tls_lets_uploads_through(person: LocalCloud) -> None:
    s3 = person.client("s3")
    s3.create_bucket(Bucket="tls-only")
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": "*"}
    s3.put_bucket_policy(Bucket="tls-only", Policy=document({**deny, "Condition": insecure}))
    s3.put_object(Bucket="tls-only", Key="k", Body=b"")


@pytest.mark.documented(KMS)
def test_an_encrypted_bucket_needs_its_key(person: LocalCloud, session: Allowed) -> None:
    kms, s3 = person.client("kms"), person.client("s3")
    by_account = allow("kms:*", Principal=ROOT)
    arn = kms.create_key(Policy=document(by_account))["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket="encrypted")
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    s3.put_bucket_encryption(
        Bucket="encrypted",
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default}]
        },
    )
    objects = allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::encrypted/*")
    place = {"Bucket": "encrypted", "Key": "k"}
    plain = session(objects).client("s3")
    assert refusal(plain.put_object, **place, Body=b"x") == "kms:GenerateDataKey"
    via_s3 = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    writer = session(objects, allow("kms:GenerateDataKey", arn, Condition=via_s3)).client("s3")
    assert refusal(writer.put_object, **place, Body=b"x") == ""
    assert refusal(writer.get_object, **place) == "kms:Decrypt"
    reader = session(objects, allow("kms:Decrypt", arn)).client("s3")
    assert refusal(reader.get_object, **place) == ""
    # A key whose policy leaves nothing to the account keeps even its administrator out.
    role = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"}
    kms.put_key_policy(
        KeyId=arn, PolicyName="default", Policy=document(allow("kms:*", Principal=role))
    )
    assert refusal(s3.get_object, **place) == "kms:Decrypt"


def test_every_call_is_written_down(
    person: LocalCloud, session: Allowed, bucket: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from localcloud.iam.authorization import call_log

    who = session(allow("s3:GetObject"))
    refusal(who.client("s3").get_object, Bucket=bucket, Key="key")
    refusal(who.client("s3").put_object, Bucket=bucket, Key="key", Body=b"")
    lines = [json.loads(line) for line in call_log.path().read_text().splitlines()]
    mine = [line for line in lines if line["caller"] == who.arn]
    assert [(line["action"], line["allowed"], line["reason"]) for line in mine] == [
        ("s3:GetObject", True, ""),
        ("s3:PutObject", False, "no identity-based policy"),
    ]
    assert {line["principal"] for line in mine} == {who.role_arn}
    assert mine[0]["resource"] == f"arn:aws:s3:::{bucket}/key"
