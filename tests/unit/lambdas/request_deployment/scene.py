"""A registry, parameters, a bucket and a topic on a local cloud, and the function beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.local_server import LocalCloud, allow_service, policy
from tests.unit.lambdas.assets import Asset
from tests.unit.lambdas.job_events import stage_settings

STAGES = ("staging", "prod")
KEY = "manifest.zip"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


class Scene:
    """One project; every act is followed by the event that AWS sends, if it sends one."""

    def __init__(self, name: str, asset: Asset, cloud: LocalCloud) -> None:
        self.group, self.bucket, self.prefix = f"{name}Group", f"{name}-manifests", f"/{name}"
        self.asset = asset
        self._cloud = cloud
        self._sagemaker, self.parameters = cloud.client("sagemaker"), cloud.client("ssm")
        self.s3 = cloud.client("s3")
        self._edits = 0
        self._held: list[dict[str, Any]] | None = None
        self._sent: list[dict[str, Any]] = []
        self._arns: dict[int, str] = {}
        self._make(name)

    def _make(self, name: str) -> None:
        self._sagemaker.create_model_package_group(ModelPackageGroupName=self.group)
        self.s3.create_bucket(Bucket=self.bucket)
        versioning = {"Status": "Enabled"}
        self.s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration=versioning)
        self.s3.put_object(Bucket=self.bucket, Key="model.tar.gz", Body=b"model")
        for stage in STAGES:
            self._put_settings(stage, stage_settings(stage))
        self.topic = self._cloud.client("sns").create_topic(Name=name)["TopicArn"]
        sqs = self._cloud.client("sqs")
        self._queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
        allowed = policy(allow_service("sns", "sqs:SendMessage", arn))
        sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": allowed})
        self._cloud.client("sns").subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)

    @property
    def person(self) -> str:
        """Who acts."""
        return str(self._cloud.client("sts").get_caller_identity()["Arn"])

    @property
    def environment(self) -> dict[str, str]:
        """The function's environment variables."""
        return {
            "MODEL_PACKAGE_GROUP_NAME": self.group,
            "MANIFEST_BUCKET_NAME": self.bucket,
            "MANIFEST_KEY": KEY,
            "STAGES": ",".join(STAGES),
            "STAGE_PARAMETER_PREFIX": f"{self.prefix}/stages/",
            "PIN_PARAMETER": f"{self.prefix}/pin",
            "TOPIC_ARN": self.topic,
            "ROLLBACK_WAITS_FOR_APPROVAL": "false",
        }

    # What people do

    def register(self, count: int) -> list[int]:
        """Register versions; their numbers."""
        for _ in range(count):
            container = {"Image": IMAGE, "ModelDataUrl": f"s3://{self.bucket}/model.tar.gz"}
            arn = self._sagemaker.create_model_package(
                ModelPackageGroupName=self.group,
                ModelApprovalStatus="PendingManualApproval",
                InferenceSpecification={
                    "Containers": [container],
                    "SupportedContentTypes": ["text/csv"],
                    "SupportedResponseMIMETypes": ["text/csv"],
                },
            )["ModelPackageArn"]
            self._arns[int(arn.rpartition("/")[2])] = arn
        return sorted(self._arns)

    def approve(self, version: int) -> None:
        self._set_status(version, "Approved")
        self._send(self._event(version, "Approved"))

    def approve_silently(self, version: int) -> None:
        """An approval whose event is lost."""
        self._set_status(version, "Approved")

    def reject(self, version: int) -> None:
        self._set_status(version, "Rejected")
        self._send(self._event(version, "Rejected"))

    def set_back(self, version: int) -> None:
        """No rule of the stack matches this event."""
        self._set_status(version, "PendingManualApproval")

    def delete(self, version: int) -> None:
        self._sagemaker.delete_model_package(ModelPackageName=self._arns[version])

    def change_metadata(self, version: int) -> None:
        self._sagemaker.update_model_package(
            ModelPackageArn=self._arns[version], CustomerMetadataProperties={"owner": "somebody"}
        )
        self._send(self._event(version, "Approved"))

    def pin(self, version: int | str) -> None:
        self.parameters.put_parameter(
            Name=f"{self.prefix}/pin",
            Value=str(version),
            Type="String",
            Description="the newer one is slow",
            Overwrite=True,
        )
        self._send({"detail": {"name": f"{self.prefix}/pin", "operation": "Create"}})

    def unpin(self) -> None:
        self.parameters.delete_parameter(Name=f"{self.prefix}/pin")
        self._send({"detail": {"name": f"{self.prefix}/pin", "operation": "Delete"}})

    def change_settings(self, stage: str, **changes: Any) -> None:
        self._put_settings(stage, stage_settings(stage, **changes))
        self._send({"detail": {"name": f"{self.prefix}/stages/{stage}", "operation": "Update"}})

    def edit_manifest(self, version: int) -> None:
        self._edits += 1
        manifests = self.asset.module("slipway_shared.manifest")
        manifest = manifests.Manifest(
            self.group,
            self._arns[version],
            version,
            "approved",
            "2026-11-01T00:00:00Z",
            {stage: stage_settings(stage) for stage in STAGES},
            requested_by="by hand",
            note=f"edit {self._edits}",
        )
        self.s3.put_object(Bucket=self.bucket, Key=KEY, Body=manifests.zip_manifest(manifest))

    def spoil_manifest(self) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=KEY, Body=b"not a zip file")

    def was_deployed(self, version: int) -> None:
        """Prod's deployment of a version succeeded."""
        key = f"history/prod/2026-11-01T00:00:0{version}Z-v{version}-succeeded.json"
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=b"{}")

    # What EventBridge does

    def event(self) -> None:
        """Any event of the group."""
        self._send({})

    def approve_with_a_stale_list(self, version: int) -> None:
        """The event is quicker than the registry."""
        self._send(self._event(version, "Approved"))
        self._set_status(version, "Approved")
        self.event()

    def replay_events(self, *, reverse: bool = False) -> None:
        """Every event once more."""
        sent = list(self._sent)
        for event in reversed(sent) if reverse else sent:
            self._invoke(event)

    @contextmanager
    def events_held_back(self) -> Iterator[None]:
        """Events come after the block, in order."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            for event in held:
                self._send(event)

    # What came of it

    def manifests(self) -> list[Any]:
        """The manifests that were written and can be read, the oldest first."""
        module = self.asset.module("slipway_shared.manifest")
        found = []
        versions = self.s3.list_object_versions(Bucket=self.bucket, Prefix=KEY).get("Versions", [])
        for each in reversed(versions):
            body = self.s3.get_object(Bucket=self.bucket, Key=KEY, VersionId=each["VersionId"])
            try:
                found.append(module.unzip_manifest(body["Body"].read()))
            except module.ManifestError:
                continue
        return found

    def messages(self) -> list[str]:
        """What people were told, each once."""
        sqs, told = self._cloud.client("sqs"), []
        while True:
            answer = sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
            for message in answer.get("Messages") or []:
                told.append(json.loads(message["Body"])["Message"])
                sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
            if not answer.get("Messages"):
                return told

    def _event(self, version: int, status: str) -> dict[str, Any]:
        modified = self._sagemaker.describe_model_package(ModelPackageName=self._arns[version])
        time = modified.get("LastModifiedTime") or modified["CreationTime"]
        return {
            "id": "1",
            "detail-type": "SageMaker Model Package State Change",
            "detail": {
                "ModelPackageGroupName": self.group,
                "ModelPackageVersion": version,
                "ModelPackageArn": self._arns[version],
                "ModelApprovalStatus": status,
                "LastModifiedTime": time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
            },
        }

    def _send(self, event: dict[str, Any]) -> None:
        if self._held is not None:
            self._held.append(event)
            return
        self._sent.append(event)
        self._invoke(event)

    def _invoke(self, event: dict[str, Any]) -> None:
        self.asset.module("lambda_function").lambda_handler(event, None)

    def _set_status(self, version: int, status: str) -> None:
        self._sagemaker.update_model_package(
            ModelPackageArn=self._arns[version], ModelApprovalStatus=status
        )

    def _put_settings(self, stage: str, settings: dict[str, Any]) -> None:
        self.parameters.put_parameter(
            Name=f"{self.prefix}/stages/{stage}",
            Value=json.dumps(settings),
            Type="String",
            Overwrite=True,
        )
