"""From the evaluation to the gate, nothing stubbed: the file that `evaluate.py` writes, an endpoint of
the local cloud that serves the model which it evaluated, and roles that may do just what is needed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import jsonschema
import numpy as np
import pytest
import xgboost

from tests.local_server import ACCOUNT, REGION, policy
from tests.unit.lambdas.assets import Asset
from tests.unit.lambdas.job_events import stage_settings
from tests.unit.localcloud.sagemaker.endpoints.conftest import Hosting
from tests.unit.localcloud.sagemaker.service import Service, image, running

REPOSITORY = Path(__file__).resolve().parents[4] / "pipeline_code"
# A copy of its own: the clients of this one ask the local cloud.
ASSET = Asset("smoke_test")
EXTERNAL_ID = "slipway-abalone"
OF_THE_STAGE = (
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeModel",
    "sagemaker:InvokeEndpoint",
)
OF_THE_FUNCTION = ("sts:AssumeRole", "s3:GetObject", "s3:ListBucket")


def evaluated(directory: Path, rows: np.ndarray, test: np.ndarray) -> bytes:
    """Train on some rows, archive the model as a training job does, evaluate it; the archive."""
    booster = xgboost.train(
        {"objective": "reg:squarederror", "max_depth": 5, "nthread": 1},
        xgboost.DMatrix(rows[:, 1:], rows[:, 0]),
        50,
    )
    processing = directory / "processing"
    for folder in ("model", "test"):
        (processing / folder).mkdir(parents=True)
    booster.save_model(directory / "xgboost-model.ubj")
    with tarfile.open(processing / "model" / "model.tar.gz", "w:gz") as tar:
        tar.add(directory / "xgboost-model.ubj", "xgboost-model")
    np.savetxt(processing / "test" / "test.csv", test, delimiter=",", fmt="%.4f")
    script = REPOSITORY / "pipelines" / "abalone" / "evaluate.py"
    subprocess.run([sys.executable, script, "--base-dir", directory], check=True, timeout=120)
    return (processing / "model" / "model.tar.gz").read_bytes()


@dataclass
class Staging:
    """An endpoint that serves a version, and what its smoke test needs."""

    service: Service
    golden: str
    endpoint: str
    other_endpoint: str
    """Serves a model that was trained on fewer rows."""
    stage_role: str
    function_role: str
    package_arn: str

    def allow(self, role: str, actions: tuple[str, ...]) -> None:
        """Let a role do this, and nothing else."""
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        self.service.client("iam").put_role_policy(
            RoleName=role.rpartition("/")[2], PolicyName="p", PolicyDocument=policy(statement)
        )

    def smoke_test(self, **changes: Any) -> Any:
        """The function's own work, with real clients."""
        settings = stage_settings("staging", endpointName=self.endpoint)
        settings["target"]["roleArn"] = self.stage_role
        given = {
            "stage": "staging",
            "endpointName": self.endpoint,
            "maxLatencyMilliseconds": 20_000,
            **changes,
        }
        described = self.service.sagemaker.describe_model_package(ModelPackageName=self.package_arn)
        parse = ASSET.module("slipway_shared.stage_settings_json").parse_stage_settings
        return ASSET.module("lambda_function").smoke_test(
            ASSET.module("smoke_parameters").parse_smoke_parameters(json.dumps(given)),
            parse("staging", "staging", settings),
            ASSET.module("slipway_shared.model_package").parse_model_package(described),
            "smoke-test-x",
        )


def _trusted(service: Service, name: str, condition: dict[str, Any]) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
        **condition,
    }
    made = service.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=policy(statement)
    )
    return str(made["Role"]["Arn"])


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staging]:
    random = np.random.default_rng(5)
    rows = random.random((400, 9))
    rows[:, 0] = np.round(1 + 28 * rows[:, 1] * rows[:, 2])
    folder = tmp_path_factory.mktemp("evaluated")
    archive = evaluated(folder / "one", rows[:300], rows[300:])
    other = evaluated(folder / "other", rows[:290], rows[300:])
    golden = (folder / "one" / "processing" / "evaluation" / "golden_records.json").read_text()
    with running(tmp_path_factory.mktemp("state")) as service:
        hosting = Hosting(service, {})
        service.sagemaker.create_model_package_group(ModelPackageGroupName="AbalonePackageGroup")
        container = {
            "Image": image("sagemaker-xgboost"),
            "ModelDataUrl": service.put("one/model.tar.gz", archive),
        }
        arn = service.sagemaker.create_model_package(
            ModelPackageGroupName="AbalonePackageGroup",
            ModelApprovalStatus="Approved",
            CustomerMetadataProperties={
                "GoldenRecordsS3Uri": service.put("golden_records.json", golden)
            },
            InferenceSpecification={
                "Containers": [container],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )["ModelPackageArn"]
        service.sagemaker.create_model(
            ModelName="abalone-staging-v1",
            Containers=[{"ModelPackageName": arn}],
            ExecutionRoleArn=service.role,
        )
        with_id = {"Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}}
        yield Staging(
            service=service,
            golden=golden,
            endpoint=hosting.endpoint(hosting.config("abalone-staging-v1")),
            other_endpoint=hosting.endpoint(
                hosting.config(hosting.model(service.put("other/model.tar.gz", other)))
            ),
            stage_role=_trusted(service, "stage", with_id),
            function_role=_trusted(service, "function", {}),
            package_arn=arn,
        )


@pytest.fixture
def as_function(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function's clients have its role, which may assume the stage's; both may do what they must."""
    staging.allow(staging.stage_role, OF_THE_STAGE)
    staging.allow(staging.function_role, OF_THE_FUNCTION)
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, staging.service.endpoint)
    session = staging.service.client("sts").assume_role(
        RoleArn=staging.function_role, RoleSessionName="function"
    )["Credentials"]
    monkeypatch.setattr(
        boto3,
        "DEFAULT_SESSION",
        boto3.Session(
            session["AccessKeyId"],
            session["SecretAccessKey"],
            session["SessionToken"],
            region_name=REGION,
        ),
    )
    clients = ASSET.module("slipway_shared.clients")
    clients.forget_sessions()
    clients.client.cache_clear()


@pytest.mark.usefixtures("as_function")
def test_the_version_that_was_evaluated_passes_with_a_load(staging: Staging) -> None:
    load = {"requestsPerSecond": 10, "seconds": 2, "maxErrors": 0, "maxP99Milliseconds": 10_000}
    succeeded = staging.smoke_test(load=load)
    variables = succeeded.output_variables
    assert variables["RecordCount"] == "20"
    assert variables["BadRecordsRefused"] == "4 of 4"
    # Not only within the tolerance: the server prints what the evaluation computed.
    assert variables["MaxDifference"] == "0"
    assert "errors 0 of 20, " in variables["LoadSummary"]


@pytest.mark.usefixtures("as_function")
def test_another_model_does_not_pass(staging: Staging) -> None:
    golden = ASSET.module("golden_records").parse_golden_records(staging.golden)
    ask = ASSET.module("endpoint").asking(
        staging.service.client("sagemaker-runtime"), staging.other_endpoint
    )
    unexpected = ASSET.module("answers").UnexpectedAnswer
    with pytest.raises(unexpected, match=r"^record \d+ \(.*\) got '.*', allowed: .* within "):
        ASSET.module("record_run").RecordRun(ask, golden, 20_000.0).run()


@pytest.mark.usefixtures("as_function")
@pytest.mark.parametrize("missing", OF_THE_STAGE)
def test_a_permission_that_the_stages_role_lacks_is_named(staging: Staging, missing: str) -> None:
    staging.allow(staging.stage_role, tuple(each for each in OF_THE_STAGE if each != missing))
    with pytest.raises(Exception, match=f"not authorized to perform: {missing} "):
        staging.smoke_test()


@pytest.mark.usefixtures("as_function")
@pytest.mark.parametrize("missing", ["sts:AssumeRole", "s3:GetObject"])
def test_a_permission_that_the_function_lacks_is_named(staging: Staging, missing: str) -> None:
    left = tuple(each for each in OF_THE_FUNCTION if each != missing)
    staging.allow(staging.function_role, left)
    with pytest.raises(Exception, match=f"not authorized to perform: {missing} "):
        staging.smoke_test()


def _schema() -> dict[str, Any]:
    (block,) = re.findall(r"```json\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    schema: dict[str, Any] = json.loads(block)
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def test_the_file_is_what_the_readme_says(staging: Staging) -> None:
    jsonschema.validate(json.loads(staging.golden), _schema())


@pytest.mark.parametrize(
    "changes",
    [
        {"schemaVersion": "1"},
        {"records": []},
        {"records": [{"input": "1\n2", "prediction": 1}]},
        {"records": [{"input": " ", "prediction": 1}]},
        {"records": [{"input": "1", "prediction": "1"}]},
        {"tolerance": {"relative": 0.2, "absolute": 0}},
        {"tolerance": {"relative": 0}},
        {"badRecords": [{"name": "n", "contentType": "text/csv", "body": ""}]},
        {"accept": "application/json"},
        {"more": 1},
    ],
)
def test_what_the_readme_forbids_the_smoke_test_refuses(
    staging: Staging, changes: dict[str, Any]
) -> None:
    spoilt = {**json.loads(staging.golden), **changes}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoilt, _schema())
    module = ASSET.module("golden_records")
    with pytest.raises(module.GoldenRecordsError):
        module.parse_golden_records(json.dumps(spoilt))
