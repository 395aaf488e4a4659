"""The SageMaker API: one class made of the areas of the service, over moto's."""

from __future__ import annotations

from moto.sagemaker.responses import SageMakerResponse as MotoResponse

from localcloud.sagemaker.endpoints.responses import EndpointsResponse
from localcloud.sagemaker.lineage.responses import LineageResponse
from localcloud.sagemaker.pipelines.responses import PipelinesResponse
from localcloud.sagemaker.registry.responses import RegistryResponse
from localcloud.sagemaker.transform.responses import TransformResponse
from localcloud.sagemaker.tuning.responses import TuningResponse


class SageMakerResponse(
    LineageResponse,
    TransformResponse,
    TuningResponse,
    RegistryResponse,
    PipelinesResponse,
    EndpointsResponse,
    MotoResponse,
):
    """Parses a request, calls the backend, answers."""

    MOTO_OPERATIONS = {
        "the backend's own": ("AddTags",),
        "tags of what the backend keeps": ("DeleteTags", "ListTags"),
    }
