"""Models with the caller's own inference code: endpoints of both framework images, and batch transform."""

from __future__ import annotations

import io
import json
from typing import Any
from uuid import uuid4

import joblib
import numpy
import pytest
from sklearn.linear_model import LinearRegression

from localcloud.cloud import current
from tests.unit.localcloud.sagemaker.artifacts import archive, trained
from tests.unit.localcloud.sagemaker.service import image

from .conftest import Hosting

pytestmark = pytest.mark.documented(
    "https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html",
    "https://github.com/aws/sagemaker-scikit-learn-container",
    "https://github.com/aws/sagemaker-xgboost-container",
)
OWN_CODE = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
LOAD = """
import joblib, pathlib
def model_fn(model_dir):
    return joblib.load(pathlib.Path(model_dir) / "line.joblib")
"""
TELL = """
import json, os, sys
import boto3, helpers
print("module is imported")
def model_fn(model_dir):
    return sorted(os.listdir(model_dir))
def input_fn(body, content_type):
    if content_type != "text/csv":
        raise ValueError(f"only text/csv, not {content_type}")
    return helpers.numbers(body)
def predict_fn(numbers, files):
    sts = boto3.client("sts", region_name=os.environ["AWS_REGION"])
    return {
        "sum": sum(numbers),
        "files": files,
        "caller": sts.get_caller_identity()["Arn"],
        "environment": {name: os.environ.get(name) for name in ("AWS_REGION", "VINTAGE")},
        "local cloud": any("localcloud" in os.listdir(path) for path in sys.path
                           if os.path.isdir(path)),
    }
def output_fn(answer, accept):
    return json.dumps(answer), "application/json"
"""
HELPERS = "def numbers(body):\n    return [float(cell) for cell in body.split(',')]\n"


def line() -> bytes:
    """A pickled scikit-learn model that answers 2a + b."""
    model = LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 2, 1])
    content = io.BytesIO()
    joblib.dump(model, content)
    return content.getvalue()


def scikit_learn_model(hosting: Hosting, code: str, **members: Any) -> str:
    """A model of the scikit-learn image, with its code in the archive."""
    body = archive(**{"line.joblib": line(), "code/inference.py": code.encode()})
    url = hosting.service.put(f"{uuid4().hex}/model.tar.gz", body)
    members.setdefault("Environment", OWN_CODE)
    return hosting.model(url, Image=image("sagemaker-scikit-learn"), **members)


def log(hosting: Hosting, endpoint: str) -> str:
    """All that an endpoint's container has said."""
    lines = hosting.service.log(f"/aws/sagemaker/Endpoints/{endpoint}", "AllTraffic/")
    return "\n".join(lines)


def test_scikit_learn_model_answers_with_the_containers_own_functions(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(scikit_learn_model(hosting, LOAD)))
    answer = hosting.runtime.invoke_endpoint(
        EndpointName=endpoint, ContentType="application/json", Body="[[1, 2], [3, 4]]"
    )
    assert answer["ContentType"] == "application/json"
    assert json.loads(answer["Body"].read()) == pytest.approx([4, 10])
    body = io.BytesIO()
    numpy.save(body, numpy.array([[1.0, 2.0]]))
    text = hosting.ask(
        endpoint, body.getvalue(), ContentType="application/x-npy", Accept="text/csv"
    )
    assert float(text) == pytest.approx(4)


def test_error_of_the_callers_code_is_a_model_error_with_its_traceback_in_the_log(
    hosting: Hosting,
) -> None:
    endpoint = hosting.endpoint(hosting.config(scikit_learn_model(hosting, LOAD)))
    with pytest.raises(hosting.runtime.exceptions.ModelError) as failed:
        hosting.ask(endpoint, "1,2,3\n4,5,6")
    assert failed.value.response["OriginalStatusCode"] == 500
    assert "500 Internal Server Error" in failed.value.response["OriginalMessage"]
    said = log(hosting, endpoint)
    assert "Exception on /invocations [POST]" in said
    assert "X has 3 features, but LinearRegression is expecting 2 features" in said


@pytest.mark.parametrize(
    ("code", "environment", "words"),
    [
        (LOAD, {**OWN_CODE, "SAGEMAKER_PROGRAM": "serve.py"}, "No module named 'serve'"),
        (LOAD, {}, "'NoneType' object has no attribute 'startswith'"),
        ("import absent_library", OWN_CODE, "No module named 'absent_library'"),
        ("x = 1", OWN_CODE, "Please provide a model_fn implementation."),
        ("def model_fn(d):\n    raise OSError('no weights')", OWN_CODE, "OSError: no weights"),
    ],
)
def test_code_that_cannot_be_loaded_fails_the_endpoint_and_says_why_in_its_log(
    hosting: Hosting, code: str, environment: dict[str, str], words: str
) -> None:
    config = hosting.config(scikit_learn_model(hosting, code, Environment=environment))
    name = f"endpoint-{uuid4().hex[:8]}"
    hosting.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
    failed = hosting.settled(name)
    assert failed["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in failed["FailureReason"]
    assert words in log(hosting, name)


def test_xgboost_image_serves_the_named_module_as_its_role_and_nothing_else(
    hosting: Hosting,
) -> None:
    service = hosting.service
    code = service.put(
        f"{uuid4().hex}/sourcedir.tar.gz",
        archive(**{"inference.py": TELL.encode(), "helpers.py": HELPERS.encode()}),
    )
    environment = {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": code,
        "VINTAGE": "1984",
    }
    endpoint = hosting.endpoint(hosting.config(hosting.model(Environment=environment)))
    answer = json.loads(hosting.ask(endpoint, "1,2.5"))
    assert answer["sum"] == 3.5
    assert answer["files"] == ["xgboost-model"]
    assert answer["caller"].endswith(f":assumed-role/{service.role.rpartition('/')[2]}/SageMaker")
    assert answer["environment"] == {"AWS_REGION": "us-east-1", "VINTAGE": "1984"}
    assert answer["local cloud"] is False
    assert "module is imported" in log(hosting, endpoint)
    with pytest.raises(hosting.runtime.exceptions.ModelError) as failed:
        hosting.ask(endpoint, "1", ContentType="image/png")
    assert failed.value.response["OriginalStatusCode"] == 500
    assert "ValueError: only text/csv, not image/png" in log(hosting, endpoint)


def test_xgboost_module_that_is_not_there_is_not_replaced_by_the_algorithm(
    hosting: Hosting,
) -> None:
    for program, words in (("inference.py", "No module named 'inference'"), ("", "Empty module")):
        config = hosting.config(hosting.model(Environment={"SAGEMAKER_PROGRAM": program}))
        name = f"endpoint-{uuid4().hex[:8]}"
        hosting.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
        assert hosting.settled(name)["EndpointStatus"] == "Failed"
        assert words in log(hosting, name)


def test_code_that_came_with_a_model_is_no_hindrance_to_the_algorithm(hosting: Hosting) -> None:
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(trained(2.0))) as members:
        member = members.extractfile("xgboost-model")
        assert member is not None
        model = member.read()
    body = archive(**{"xgboost-model": model, "code/inference.py": b""})
    url = hosting.service.put(f"{uuid4().hex}/model.tar.gz", body)
    assert hosting.number(hosting.endpoint(hosting.config(hosting.model(url)))) == 2


def test_batch_transform_asks_the_callers_code_too(hosting: Hosting) -> None:
    service, name = hosting.service, f"job-{uuid4().hex[:8]}"
    parameters = "\ndef execution_parameters_fn():\n    return {'MaxConcurrentTransforms': 2}\n"
    model = scikit_learn_model(hosting, LOAD + parameters)
    rows = service.put(f"{name}/in/rows.csv", "1,2\n3,4\n")
    location = {"S3DataType": "S3Prefix", "S3Uri": rows}
    hosting.sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=model,
        TransformInput={
            "DataSource": {"S3DataSource": location},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        BatchStrategy="MultiRecord",
        TransformOutput={"S3OutputPath": service.uri(f"{name}/out"), "Accept": "text/csv"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )

    def described() -> dict[str, Any]:
        found: dict[str, Any] = hosting.sagemaker.describe_transform_job(TransformJobName=name)
        return found

    assert current().changes.wait_until(
        lambda: described()["TransformJobStatus"] in ("Completed", "Failed"), 60
    )
    assert described()["TransformJobStatus"] == "Completed", described()
    answered = service.get(f"{name}/out/rows.csv.out").decode().split()
    assert [float(each) for each in answered] == pytest.approx([4, 10])
    (stream,) = [
        each["logStreamName"]
        for each in service.client("logs").describe_log_streams(
            logGroupName="/aws/sagemaker/TransformJobs", logStreamNamePrefix=f"{name}/"
        )["logStreams"]
        if each["logStreamName"].endswith("/data-log")
    ]
    events = service.client("logs").get_log_events(
        logGroupName="/aws/sagemaker/TransformJobs", logStreamName=stream
    )["events"]
    assert any("MaxConcurrentTransforms=2" in event["message"] for event in events)
