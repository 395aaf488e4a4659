"""A model package in the graph: its artifact, the group, what it consists of, who approved it.

https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-auto-creation.html. As observed in AWS's
tables of a pipeline's lineage: model, image and approval contributed to the package's artifact, which is
of type Model and associated with the group's context; an approval is named
`<group>-<version>-<status>-<seconds>-aws-model-group`. The page calls the first approval "the creation of a
model package version"; that each change of the status makes another one is what the status in its name
says (inferred). MetadataProperties of a version are those of its artifact: GeneratedBy is the pipeline
execution (page lineage-tracking-entities). Assumed: the context's name, its property
PipelineExecutionArn (which the SDK reads) being the latest execution's, and the approval's properties.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from localcloud.sagemaker.lineage.action import APPROVAL
from localcloud.sagemaker.lineage.artifact import IMAGE, MODEL, Artifact
from localcloud.sagemaker.lineage.association import ASSOCIATED_WITH, CONTRIBUTED_TO
from localcloud.sagemaker.lineage.context import MODEL_GROUP
from localcloud.sagemaker.lineage.recorder import Recorder
from localcloud.sagemaker.registry.model_package import ModelPackage
from localcloud.sagemaker.registry.model_package_group import ModelPackageGroup


def record(
    recorder: Recorder,
    package: ModelPackage,
    group: ModelPackageGroup | None,
    updated: Collection[str],
) -> None:
    """Record a package that was made (nothing is `updated`), or an approval that was changed."""
    artifact = recorder.artifact(package.arn, MODEL, package.given.get("MetadataProperties"))
    if not updated:
        for container in containers_of(package.given):
            for part in parts_of(recorder, container):
                recorder.associate(part, artifact, CONTRIBUTED_TO)
        if group is not None:
            _record_group(recorder, package, group, artifact)
    if package.version is not None and (not updated or "ModelApprovalStatus" in updated):
        _record_approval(recorder, package, artifact)


def containers_of(members: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The containers of a package's InferenceSpecification."""
    return list((members.get("InferenceSpecification") or {}).get("Containers") or [])


def parts_of(recorder: Recorder, container: Mapping[str, Any]) -> list[Artifact]:
    """The artifacts of a container: its model and its image."""
    places = ((container.get("ModelDataUrl"), MODEL), (container.get("Image"), IMAGE))
    return [recorder.artifact(uri, kind) for uri, kind in places if uri]


def _record_group(
    recorder: Recorder, package: ModelPackage, group: ModelPackageGroup, artifact: Artifact
) -> None:
    context = recorder.context(f"{group.name}-aws-model-group", group.arn, MODEL_GROUP)
    generated_by = (package.given.get("MetadataProperties") or {}).get("GeneratedBy")
    if generated_by:
        context.given["Properties"] = {"PipelineExecutionArn": generated_by}
        context.modified = package.created
    recorder.associate(artifact, context, ASSOCIATED_WITH)


def _record_approval(recorder: Recorder, package: ModelPackage, artifact: Artifact) -> None:
    status = str(package.approval_status)
    label = f"{package.group_name}-{package.version}-{status}"
    who = ((package.modified_by or package.created_by).get("IamIdentity") or {}).get("Arn")
    properties = {"ModelApprovalStatus": status, "ModelPackageArn": package.arn}
    if who:
        properties["ApprovedBy" if status == "Approved" else "ChangedBy"] = who
    if package.approval_description:
        properties["ApprovalDescription"] = package.approval_description
    action = recorder.action(label, "aws-model-group", package.arn, APPROVAL, properties)
    recorder.associate(action, artifact, CONTRIBUTED_TO)
