"""What a serverless configuration may be, and the refusal of what serverless inference does not have.

Sizes and limits: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html.
Exclusions: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html. Several containers
and multi-model are refused where a model is created, for all endpoints here. Assumed: every
word of the refusals. Known difference: an account's quotas (variants and concurrency in a region) are
not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from localcloud.errors import ValidationException

MEMORY_SIZES = (1024, 2048, 3072, 4096, 5120, 6144)
# "The server must respond successfully to /ping within 3 minutes"
# (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html).
HEALTH_CHECK_SECONDS = 180.0
# What says how many instances there are, and of what kind.
_OF_INSTANCES = ("InstanceType", "InitialInstanceCount", "VolumeSizeInGB")


def of(variant: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A production variant's ServerlessConfig, if it has one."""
    config: Mapping[str, Any] | None = variant.get("ServerlessConfig")
    return config


def require_valid(request: Mapping[str, Any], model_of: Callable[[str], Mapping[str, Any]]) -> None:
    """Refuse a CreateEndpointConfig that wants what serverless does not have.

    `model_of` gives the request with which a model was made. Raises ValidationException.
    """
    variants = request["ProductionVariants"]
    for variant in variants:
        config = of(variant)
        if config is None:
            continue
        name = variant["VariantName"]
        if len(variants) > 1:
            raise ValidationException(
                f"Production variant {name} is serverless: it must be the only one."
            )
        _require_size(name, config)
        for member in _OF_INSTANCES:
            if variant.get(member):
                raise ValidationException(
                    f"Production variant {name} must not have both ServerlessConfig and {member}."
                )
        if request.get("DataCaptureConfig"):
            raise ValidationException(
                "DataCaptureConfig is not supported for serverless endpoints."
            )
        model = model_of(variant["ModelName"])
        for member in ("VpcConfig", "EnableNetworkIsolation"):
            if model.get(member):
                raise ValidationException(
                    f"{member} of model {variant['ModelName']} is not supported for serverless "
                    "endpoints."
                )


def require_update(live: Iterable[Mapping[str, Any]], wanted: Iterable[Mapping[str, Any]]) -> None:
    """Refuse to make an endpoint on instances serverless: "you receive a ValidationError message".

    The other way is allowed, and there is no way back from it.
    """
    if any(map(of, wanted)) and not any(map(of, live)):
        raise ValidationException(
            "Cannot update a real-time endpoint to a serverless endpoint: create a new endpoint."
        )


def _require_size(name: str, config: Mapping[str, Any]) -> None:
    memory, most = config["MemorySizeInMB"], config["MaxConcurrency"]
    if memory not in MEMORY_SIZES:
        sizes = ", ".join(map(str, MEMORY_SIZES))
        raise ValidationException(
            f"MemorySizeInMB {memory} of production variant {name} must be one of [{sizes}]."
        )
    if config.get("ProvisionedConcurrency", 0) > most:
        raise ValidationException(
            f"ProvisionedConcurrency of production variant {name} must be less than or equal to "
            f"MaxConcurrency ({most})."
        )
