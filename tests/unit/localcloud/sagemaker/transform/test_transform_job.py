"""Batch transform jobs read objects, ask the model's container, and write results."""

from __future__ import annotations

import gzip
import json
from uuid import uuid4

import pytest

from localcloud.sagemaker.containers.images.xgboost import XGBoost
from tests.unit.localcloud.sagemaker.service import image

from .conftest import Transforms

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html"
)


def test_each_object_gets_a_result_in_its_own_order(transforms: Transforms) -> None:
    transforms.put("a.csv", "1,0\n2,0\n3,0\n")
    transforms.put("deep/b.csv", "7,0")
    described = transforms.run()
    assert described["TransformJobStatus"] == "Completed", described
    assert transforms.results() == {"a.csv.out": "1.0\n2.0\n3.0\n", "deep/b.csv.out": "7.0\n"}
    name = described["TransformJobName"]
    assert described["TransformJobArn"].endswith(f":transform-job/{name}")
    assert described["CreationTime"] <= described["TransformStartTime"]
    assert described["TransformStartTime"] <= described["TransformEndTime"]
    assert described["TransformInput"]["SplitType"] == "Line"
    first, *_ = transforms.data_log(name)
    assert first.startswith("MaxConcurrentTransforms=")
    assert first.endswith(", MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD")
    assert sum("POST /invocations" in line for line in transforms.container_log(name)) == 2


def test_a_single_object_is_named_after_its_file(transforms: Transforms) -> None:
    uri = transforms.put("only.csv", "4,0\n")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}
    transforms.run(Input={"DataSource": source})
    assert transforms.results() == {"only.csv.out": "4.0\n"}


def test_single_records_keep_their_order_though_asked_at_once(transforms: Transforms) -> None:
    numbers = [number % 10 for number in range(40)]
    transforms.put("a.csv", "".join(f"{number},0\n" for number in numbers))
    described = transforms.run(BatchStrategy="SingleRecord", MaxConcurrentTransforms=4)
    assert transforms.results() == {"a.csv.out": "".join(f"{n}.0\n" for n in numbers)}
    name = described["TransformJobName"]
    assert transforms.data_log(name) == [
        "MaxConcurrentTransforms=4, MaxPayloadInMB=6, BatchStrategy=SINGLE_RECORD"
    ]
    assert sum("POST /invocations" in line for line in transforms.container_log(name)) == 40


def test_a_whole_object_of_any_size_is_one_request(transforms: Transforms) -> None:
    transforms.put("a.csv", "5,0\n6,0\n")
    described = transforms.run(
        Input={"SplitType": "None"}, Output={"AssembleWith": "None"}, MaxPayloadInMB=0
    )
    assert transforms.results() == {"a.csv.out": "5.0\n6.0\n"}
    log = transforms.container_log(described["TransformJobName"])
    assert sum("POST /invocations" in line for line in log) == 1


def test_a_manifest_names_the_objects(transforms: Transforms) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        transforms.put(name, "2,0\n")
    prefix = transforms.service.uri(f"{transforms.prefix}/in/")
    manifest = [{"prefix": prefix}, "a.csv", "c.csv"]
    uri = transforms.service.put(f"{transforms.prefix}/manifest", json.dumps(manifest))
    source = {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": uri}}
    transforms.run(Input={"DataSource": source})
    assert set(transforms.results()) == {"a.csv.out", "c.csv.out"}


def test_a_compressed_object_is_read(transforms: Transforms) -> None:
    transforms.put("a.csv.gz", gzip.compress(b"8,0\n9,0\n"))
    transforms.run(Input={"CompressionType": "Gzip"})
    assert transforms.results() == {"a.csv.gz.out": "8.0\n9.0\n"}


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html"
)
def test_an_id_is_kept_from_the_model_and_joined_to_its_prediction(transforms: Transforms) -> None:
    transforms.put("a.csv", "x,1,0\ny,2,0\n")
    processing = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    described = transforms.run(DataProcessing=processing)
    assert transforms.results() == {"a.csv.out": "x,1.0\ny,2.0\n"}
    assert described["DataProcessing"] == processing


def test_a_container_is_told_that_it_transforms(
    transforms: Transforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    from localcloud.sagemaker.containers.container import Command

    script = "import os; print(sorted(n + '=' + v for n, v in os.environ.items() if 'SAGE' in n))"
    monkeypatch.setattr(XGBoost, "serving", lambda *_: Command(("python3", "-c", script)))
    transforms.put("a.csv", "1,0\n")
    described = transforms.run(
        MaxPayloadInMB=3, MaxConcurrentTransforms=2, Environment={"SAGE": "mine"}
    )
    (line,) = transforms.container_log(described["TransformJobName"])
    assert line == str(
        [
            "SAGE=mine",
            "SAGEMAKER_BATCH=true",
            "SAGEMAKER_BATCH_STRATEGY=MULTI_RECORD",
            "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS=2",
            "SAGEMAKER_MAX_PAYLOAD_IN_MB=3",
        ]
    )
    assert described["FailureReason"].startswith(
        "AlgorithmError: Model container failed to respond to ping."
    )


def test_a_model_of_a_package_transforms(transforms: Transforms) -> None:
    service, group = transforms.service, f"group-{uuid4().hex[:8]}"
    described = transforms.sagemaker.describe_model(ModelName=transforms.model)
    transforms.sagemaker.create_model_package_group(ModelPackageGroupName=group)
    version = transforms.sagemaker.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={
            "Containers": [
                {
                    "Image": image("sagemaker-xgboost"),
                    "ModelDataUrl": described["PrimaryContainer"]["ModelDataUrl"],
                }
            ],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]
    transforms.sagemaker.create_model(
        ModelName=group,
        ExecutionRoleArn=service.role,
        PrimaryContainer={"ModelPackageName": version},
    )
    transforms.put("a.csv", "3,0\n")
    transforms.run(ModelName=group)
    assert transforms.results() == {"a.csv.out": "3.0\n"}
