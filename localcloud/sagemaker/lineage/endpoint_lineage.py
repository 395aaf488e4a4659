"""An endpoint in the graph: its context, the deployments, what was deployed.

https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-auto-creation.html. The package's artifact
contributed to the deployment, an action named `<group>-<version>-<status>-<seconds>-aws-endpoint`
(observed); so did the model's data and image (the page: "an association between each artifact and the
model deployment action"). Assumed: the action is associated with the endpoint's context, in this direction,
so that all of it is an ascendant of the endpoint (as the SDK's queries have it); the context's name and the
action's properties; a deployment that is replaced, and an endpoint that is deleted, stay in the graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from localcloud.sagemaker.endpoints.endpoint import Endpoint
from localcloud.sagemaker.lineage.action import MODEL_DEPLOYMENT, Action
from localcloud.sagemaker.lineage.artifact import MODEL
from localcloud.sagemaker.lineage.association import ASSOCIATED_WITH, CONTRIBUTED_TO
from localcloud.sagemaker.lineage.context import ENDPOINT
from localcloud.sagemaker.lineage.package_lineage import containers_of, parts_of
from localcloud.sagemaker.lineage.recorder import Recorder
from localcloud.sagemaker.registry.model_package import ModelPackage

# A variant's model: its name, its container as it was given, and the package that this names.
Deployed = tuple[str, Mapping[str, Any], ModelPackage | None]


def record(recorder: Recorder, endpoint: Endpoint, deployed: Sequence[Deployed]) -> None:
    """Record that an endpoint serves its live configuration now."""
    context = recorder.context(f"{endpoint.name}-aws-endpoint", endpoint.arn, ENDPOINT)
    if _is_known(recorder, endpoint):
        return  # another number of instances is no deployment
    for model_name, container, package in deployed:
        properties = {
            "EndpointConfigName": endpoint.config.name,
            "ModelName": model_name,
            **({"ModelPackageArn": package.arn} if package else {}),
        }
        label = _label(model_name, package)
        action = recorder.action(label, "aws-endpoint", endpoint.arn, MODEL_DEPLOYMENT, properties)
        parts = parts_of(recorder, container)
        if package is not None:
            parts.append(recorder.artifact(package.arn, MODEL))
            for each in containers_of(package.given):
                parts += parts_of(recorder, each)
        for part in parts:
            recorder.associate(part, action, CONTRIBUTED_TO)
        recorder.associate(action, context, ASSOCIATED_WITH)


def _is_known(recorder: Recorder, endpoint: Endpoint) -> bool:
    actions = [
        each
        for each in recorder.graph.entities(Action)
        if each.type == MODEL_DEPLOYMENT and each.source_uri == endpoint.arn
    ]
    return bool(actions) and (
        actions[-1].properties.get("EndpointConfigName") == endpoint.config.name
    )


def _label(model_name: str, package: ModelPackage | None) -> str:
    if package is None or package.version is None:
        return model_name
    return f"{package.group_name}-{package.version}-{package.approval_status}"
