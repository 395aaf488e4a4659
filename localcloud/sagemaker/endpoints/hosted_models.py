"""The part of the SageMaker backend that keeps models.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.sagemaker.models import SageMakerModelBackend
from moto.utilities.utils import get_partition

from localcloud import clients
from localcloud.cloud import current
from localcloud.errors import AwsError, ValidationException, unsupported
from localcloud.sagemaker.containers import images
from localcloud.sagemaker.endpoints import supported_members
from localcloud.sagemaker.endpoints.records import HostedModel
from localcloud.sagemaker.jobs import listing, network, request_validation
from localcloud.sagemaker.jobs.s3_transfer import split_uri
from localcloud.sagemaker.jobs.supported_members import require_supported


class HostedModelsBackend(SageMakerModelBackend):
    """State of models in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # moto's own dictionary, so that its other operations find our records.
        self._models: dict[str, HostedModel] = {}
        self.hosting_lock = threading.RLock()

    def arn_of(self, kind: str, name: str) -> str:
        """ARNs carry the name in lower case (observed in AWS's answers)."""
        partition = get_partition(self.region_name)
        return (
            f"arn:{partition}:sagemaker:{self.region_name}:{self.account_id}:{kind}/{name.lower()}"
        )

    def create_hosted_model(self, request: dict[str, Any]) -> HostedModel:
        """CreateModel: one container, from an image and an artifact or from a model package."""
        request_validation.validate("CreateModel", request)
        require_supported("CreateModel", request, supported_members.MODEL)
        name = request["ModelName"]
        arn = self.arn_of("model", name)
        model = HostedModel(name, arn, request, current().clock.now(), request.get("Tags") or [])
        if len(model.containers) != 1:
            raise unsupported("number of containers in a model", len(model.containers), [1])
        if not request.get("ExecutionRoleArn"):
            raise ValidationException("1 validation error detected: ExecutionRoleArn is required")
        network.check(request.get("VpcConfig"), request["ExecutionRoleArn"], self.region_name)
        container = model.containers[0]
        self.resolve_container(container)
        self._require_new_model(name, arn)
        if container.get("ModelDataUrl"):
            self._require_model_data(container["ModelDataUrl"], request["ExecutionRoleArn"])
        with self.hosting_lock:
            self._require_new_model(name, arn)
            self._models[name] = model
        current().changes.announce()
        return model

    def resolve_container(self, container: dict[str, Any]) -> dict[str, Any]:
        """Image, artifact and environment of a container, looked up in its model package if it
        names one; refuses an image that nothing here can serve."""
        package_name = container.get("ModelPackageName")
        if package_name:
            package = self.describe_model_package(package_name)
            containers = (package.get("InferenceSpecification") or {}).get("Containers") or []
            if len(containers) != 1:
                raise unsupported(
                    "number of containers in the InferenceSpecification of a model package",
                    len(containers),
                    [1],
                )
            environment = {
                **(containers[0].get("Environment") or {}),
                **(container.get("Environment") or {}),
            }
            resolved = {**containers[0], "Environment": environment}
        else:
            resolved = dict(container)
        if not resolved.get("Image"):
            raise ValidationException("Image or ModelPackageName must be given for a container")
        images.require_serving(resolved["Image"])
        return resolved

    def hosted_model(self, name: str) -> HostedModel:
        """The model, or SageMaker's words for its absence."""
        if name not in self._models:
            raise ValidationException(f'Could not find model "{self.arn_of("model", name)}".')
        return self._models[name]

    def models_by_name(self) -> Mapping[str, HostedModel]:
        """Every model that there is."""
        return self._models

    def delete_hosted_model(self, name: str) -> None:
        """DeleteModel: never refused for being in use, as on AWS."""
        with self.hosting_lock:
            self.hosted_model(name)
            del self._models[name]
        current().changes.announce()

    def models_page(self, request: dict[str, Any]) -> dict[str, Any]:
        """ListModels."""
        request_validation.validate("ListModels", request)
        models = [model.summary() for model in list(self._models.values())]
        return listing.page(models, request, answer="Models", name="ModelName", newest_first=True)

    def _require_new_model(self, name: str, arn: str) -> None:
        if name in self._models:
            raise ValidationException(f'Cannot create already existing model "{arn}".')

    def _require_model_data(self, url: str, role_arn: str) -> None:
        """CreateModel reads the artifact's head as the model's role, and says so (observed)."""
        refusal = ValidationException(
            f"Could not access model data at {url}. Please ensure that the role "
            f'"{role_arn}" exists and that its trust relationship policy allows the action '
            '"sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". Also ensure that '
            f'the role has "s3:GetObject" permissions and that the object is located in '
            f"{self.region_name}."
        )
        bucket, key = split_uri(url)
        try:
            session = clients.role_session(role_arn, "SageMaker", "sagemaker.amazonaws.com")
            clients.client("s3", self.region_name, session).head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise ValidationException(f"Could not find model data at {url}.") from error
            raise refusal from error
        except (AwsError, BotoCoreError) as error:
            raise refusal from error
