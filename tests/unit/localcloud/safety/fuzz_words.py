"""What fuzzed requests are made of: names that exist, nasty ones, and values of wrong types."""

from __future__ import annotations

from typing import Any

# Names of what the test has made, so that operations find something.
THINGS = ("thing", "role", "main")
NASTY = (
    "",
    " ",
    "..",
    "../../../../etc/passwd",
    "/etc/passwd",
    "a/../../b",
    "a\\..\\b",
    "a\0b",
    "-x",
    "--upload-pack=touch /tmp/x",
    "${jndi:x}",
    "#{SourceVariables.x}",
    "<a&b>",
    "\u202eabc",
    "\U0001f600",
    "é" * 300,
    "x" * 5000,
    "*",
    "[",
    "{",
    "null",
    "%00",
    "%2e%2e%2f",
    "0",
    "-1",
    "1e999",
    "arn:aws:iam::123456789012:role/role",
    "arn:aws:lambda:us-east-1:123456789012:function:thing",
    "arn:aws:codebuild:us-east-1:123456789012:project/thing",
    "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/thing",
    "arn:::::",
    "s3://bucket/key",
    "s3://",
    '{"Version": "2012-10-17", "Statement": []}',
    '{"Statement": [1, null, {"Effect": []}]}',
    '{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}',
    '{"Resources": []}',
    '{"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": 5}}}}}',
    '{"source": ["aws.s3"], "detail": {"a": [{"prefix": 1}]}}',
    "[1, 2]",
    "rate(1 minute)",
)
WRONG: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    3.5,
    10**30,
    "text",
    [],
    {},
    [[]],
    {"a": {"b": None}},
    [None],
    ["x"],
    "\ud800",
)
METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS", "LINK", "x")
