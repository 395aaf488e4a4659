"""Actions: what somebody did, like approving a version or deploying a model.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAction.html
"""

from __future__ import annotations

from localcloud.sagemaker.lineage.entity import Entity

APPROVAL = "Approval"
MODEL_DEPLOYMENT = "ModelDeployment"


class Action(Entity):
    """Something that was done once."""

    noun = "Action"
    arn_type = "action"
    given_members = ("Description", "Status", "Properties", "MetadataProperties")
