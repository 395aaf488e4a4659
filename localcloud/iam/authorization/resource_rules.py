"""Where a request names its resources: by resource type of the Service Authorization Reference.

Most types need no rule, because the one variable of their ARN is a member of the request
(`arn:…:training-job/${TrainingJobName}`). Each rule is a list of JMESPath expressions; all that they
find are names, or ARNs that are taken as they are. docs/fidelity.md says what is assumed.
"""

from __future__ import annotations

RULES: dict[str, dict[str, tuple[str, ...]]] = {
    "cloudwatch": {"alarm": ("AlarmName", "AlarmNames")},
    "codecommit": {
        "repository": (
            "repositoryName",
            "repositoryNames",
            "oldName",
            "newName",
            "targets[].repositoryName",
        )
    },
    "codepipeline": {"pipeline": ("name", "pipelineName", "pipeline.name")},
    "ecr": {"repository": ("repositoryName", "repositoryNames")},
    "events": {
        "archive": ("ArchiveName",),
        "connection": ("Name", "ConnectionArn"),
        "api-destination": ("Name",),
    },
    "kms": {"alias": ("AliasName",)},
    "sagemaker": {
        "pipeline": ("PipelineName", "PipelineArn"),
        "model-package": (
            "ModelPackageName",
            "ModelPackageArn",
            "ModelPackageArnList",
            # CreateModel and CreateTransformJob of a version.
            "PrimaryContainer.ModelPackageName",
            "Containers[].ModelPackageName",
        ),
        "artifact": ("ArtifactArn", "SourceArn", "DestinationArn"),
    },
    "sns": {"topic": ("TopicArn", "TargetArn", "Name", "SubscriptionArn")},
    "sts": {"role": ("RoleArn",)},
}

# Actions that are authorised on more, or on other things, than the reference lists.
OTHER_TYPES: dict[str, tuple[str, ...]] = {
    # A model of a model package: "the caller needs permission on the package" (inferred: without it
    # nobody could be kept from deploying a version that is shared by the group's policy).
    "sagemaker:CreateModel": ("model", "model-package"),
    # The reference has the versions only; they are asked for by their group (assumed).
    "sagemaker:ListModelPackages": ("model-package-group",),
    # Of the things with tags, parameters are what there is; `ResourceId` is also a window's.
    "ssm:AddTagsToResource": ("parameter",),
    "ssm:ListTagsForResource": ("parameter",),
    "ssm:RemoveTagsFromResource": ("parameter",),
}

# Their ARNs have names in lower case, as SageMaker makes them.
LOWER_CASE = frozenset(
    {
        "hyper-parameter-tuning-job",
        "pipeline",
        "processing-job",
        "training-job",
        "transform-job",
    }
)
