"""Every error code that a service of ours can answer is one that AWS documents for the service."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import botocore.session
import pytest

from tests.contract.local import Local

API = "https://docs.aws.amazon.com"
ROOT = Path(__file__).resolve().parents[2] / "localcloud"
CODE = re.compile(
    r"[A-Z][A-Za-z]+(Exception|Fault|NotFound)|ResourceInUse|ResourceLimitExceeded"
    r"|NoSuchEntity|InvalidInput|ValidationError|ModelError"
)
# Each package of ours, and the service of botocore's whose errors it raises.
SERVICES = {
    "application_autoscaling": "application-autoscaling",
    "cloudformation": "cloudformation",
    "cloudwatch": "cloudwatch",
    "codebuild": "codebuild",
    "codecommit": "codecommit",
    "codepipeline": "codepipeline",
    "events": "events",
    "iam": "iam",
    "lambda_runtime": "lambda",
    "organizations": "organizations",
    "sagemaker": "sagemaker",
    "sagemaker_runtime": "sagemaker-runtime",
    "ssm": "ssm",
}
# Errors that every operation of a service may answer; botocore's models leave them out.
COMMON = {
    "cloudformation": {
        "ValidationError": f"{API}/AWSCloudFormation/latest/APIReference/CommonErrors.html",
        "ValidationException": f"{API}/AWSCloudFormation/latest/APIReference/CommonErrors.html",
    },
    "cloudwatch": {
        "ValidationError": f"{API}/AmazonCloudWatch/latest/APIReference/CommonErrors.html",
    },
    "codecommit": {
        # A file mode that is not of the enumeration, a blob that is not base64.
        "SerializationException": f"{API}/codecommit/latest/APIReference/CommonErrors.html",
    },
    "codepipeline": {
        "AccessDeniedException": f"{API}/codepipeline/latest/APIReference/CommonErrors.html",
    },
    "events": {
        "ValidationException": f"{API}/eventbridge/latest/APIReference/CommonErrors.html",
        "AccessDeniedException": f"{API}/eventbridge/latest/APIReference/CommonErrors.html",
    },
    "lambda": {
        "ValidationException": f"{API}/lambda/latest/api/CommonErrors.html",
        "AccessDeniedException": f"{API}/lambda/latest/api/CommonErrors.html",
    },
    "sagemaker": {
        "ValidationException": f"{API}/sagemaker/latest/APIReference/CommonErrors.html",
        "AccessDeniedException": f"{API}/sagemaker/latest/APIReference/CommonErrors.html",
    },
    "ssm": {
        "ValidationException": f"{API}/systems-manager/latest/APIReference/CommonErrors.html",
    },
}
# Texts that look like an error code and are none of the service's own.
NOT_OF_THE_SERVICE = {
    (
        "cloudformation",
        "GeneralServiceException",
    ): "a handler's code, in a resource's status reason",
    ("events", "NotAuthorizedForSourceException"): "the ErrorCode of an entry of PutEvents' answer",
    ("iam", "ValidationError"): f"{API}/IAM/latest/APIReference/CommonErrors.html",
    ("iam", "AccessDeniedException"): "for_service gives a denial the code of the service asked",
    ("sagemaker", "ModelError"): "InvokeEndpoint's, which is sagemaker-runtime's",
    ("sagemaker", "ValidationError"): "InvokeEndpoint's, which is sagemaker-runtime's",
    ("sagemaker", "ModelNotReadyException"): "InvokeEndpoint's, which is sagemaker-runtime's",
    (
        "sagemaker",
        "ThrottlingException",
    ): "InvokeEndpoint's (observed), and recognised in another's answer, for a step's retries",
    ("sagemaker", "TooManyRequestsException"): "recognised in another's answer, as above",
    ("sagemaker", "ResourceLimitExceededException"): "recognised in another's answer, as above",
}


def known(service: str) -> set[str]:
    """The codes that botocore's model of a service has."""
    model = botocore.session.get_session().get_service_model(service)
    return {
        shape.metadata.get("error", {}).get("code") or shape.name for shape in model.error_shapes
    }


def raised(package: str) -> dict[str, str]:
    """The codes in a package's source, and a file of each."""
    found = {}
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and CODE.fullmatch(node.value)
            ):
                found[node.value] = str(path.relative_to(ROOT))
    return found


@pytest.mark.documented(f"{API}/AWSCloudFormation/latest/APIReference/CommonErrors.html")
@pytest.mark.parametrize("package", SERVICES)
def test_a_service_s_error_codes_are_its_own(package: str) -> None:
    service = SERVICES[package]
    allowed = known(service) | set(COMMON.get(service, ()))
    foreign = {
        code: path
        for code, path in raised(package).items()
        if code not in allowed and (package, code) not in NOT_OF_THE_SERVICE
    }
    assert foreign == {}


@pytest.mark.documented(f"{API}/AWSCloudFormation/latest/APIReference/CommonErrors.html")
def test_the_errors_of_the_scenario_are_known(used: Local) -> None:
    for answer in used.answers.all:
        service = answer.operation.service_model.service_name
        if answer.error_code is not None and service in SERVICES.values():
            assert answer.error_code in known(service) | set(COMMON.get(service, ()))
