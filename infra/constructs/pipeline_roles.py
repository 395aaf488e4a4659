"""The roles of a CodePipeline: its own, and one for each action, with the least that each needs.

The CDK would make the same roles with `s3:*Object*` and more on the whole artifact bucket. They are given
to it as immutable (`without_policy_updates`), so that what stands here is all that there is.
https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
"""

from __future__ import annotations

from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.permissions import ANY_OBJECT, allow, service

ABOUT_THE_BUCKET = ["s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation"]
READ = ["s3:GetObject", "s3:GetObjectVersion"]
EVERY_FUNCTION = (
    "CodePipeline looks the function up by its name; lambda:ListFunctions has no narrower resource."
)


class PipelineRoles(Construct):
    """`service_role` is CodePipeline's; a method makes the role of each kind of action."""

    def __init__(self, scope: Construct, construct_id: str, *, artifact_bucket: s3.IBucket) -> None:
        super().__init__(scope, construct_id)
        self._bucket = artifact_bucket
        self.service_role = iam.Role(
            self,
            "Service",
            assumed_by=service(self, "codepipeline"),
            description="Runs the pipeline: takes on the roles of its actions",
        )
        self._use_artifacts(self.service_role, read=True, write=True)

    def codecommit_source(self, name: str, repository: codecommit.IRepository) -> iam.IRole:
        """For an action that fetches a commit into the artifact bucket."""
        role = self._action(name)
        verbs = (
            "GetBranch",
            "GetCommit",
            "UploadArchive",
            "GetUploadArchiveStatus",
            "CancelUploadArchive",
        )
        allow(role, [f"codecommit:{verb}" for verb in verbs], [repository.repository_arn])
        self._use_artifacts(role, write=True)
        return role.without_policy_updates()

    def connection_source(self, name: str, connection_arn: str) -> iam.IRole:
        """For an action that fetches a commit over a connection into the artifact bucket.

        A connection is authorised under the prefix that its ARN has, for which both are allowed:
        https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html. It writes its artifact with
        an ACL, and is denied without that right: https://github.com/aws/aws-cdk/issues/13557
        """
        role = self._action(name)
        prefixes = ("codeconnections", "codestar-connections")
        allow(role, [f"{prefix}:UseConnection" for prefix in prefixes], [connection_arn])
        self._use_artifacts(role, write=True)
        objects = [self._bucket.arn_for_objects("*")]
        allow(role, ["s3:PutObjectAcl"], objects, because=ANY_OBJECT)
        return role.without_policy_updates()

    def s3_source(self, name: str, bucket: s3.IBucket, key: str) -> iam.IRole:
        """For an action that copies a version of an object into the artifact bucket."""
        role = self._action(name)
        allow(role, READ, [bucket.arn_for_objects(key)])
        # Without s3:ListBucket S3 says "denied" where it means "not there".
        allow(role, [*ABOUT_THE_BUCKET, "s3:ListBucket"], [bucket.bucket_arn])
        self._use_artifacts(role, write=True)
        return role.without_policy_updates()

    def build(self, name: str, project: codebuild.IProject) -> iam.IRole:
        """For an action that runs a build; the build reads and writes artifacts as the project."""
        role = self._action(name)
        verbs = ("StartBuild", "StopBuild", "BatchGetBuilds")
        allow(role, [f"codebuild:{verb}" for verb in verbs], [project.project_arn])
        return role.without_policy_updates()

    def invoke(
        self, name: str, function: lambda_.IFunction, *, reads_artifacts: bool = False
    ) -> iam.IRole:
        """For an action that invokes a function; the function reads artifacts with its session."""
        role = self._action(name)
        allow(role, ["lambda:InvokeFunction"], [function.function_arn])
        allow(role, ["lambda:ListFunctions"], ["*"], because=EVERY_FUNCTION)
        if reads_artifacts:
            self._use_artifacts(role, read=True)
        return role.without_policy_updates()

    def approval(self, name: str, topic_arn: str) -> iam.IRole:
        """For an action that tells a topic of an approval that waits."""
        role = self._action(name)
        allow(role, ["sns:Publish"], [topic_arn])
        return role.without_policy_updates()

    def _action(self, name: str) -> iam.Role:
        role = iam.Role(
            self,
            name,
            assumed_by=iam.ArnPrincipal(self.service_role.role_arn),
            description=f"What the pipeline's action {name} may do",
        )
        allow(self.service_role, ["sts:AssumeRole"], [role.role_arn])
        return role

    def _use_artifacts(self, role: iam.Role, *, read: bool = False, write: bool = False) -> None:
        objects = [*(READ if read else []), *(["s3:PutObject"] if write else [])]
        allow(role, objects, [self._bucket.arn_for_objects("*")], because=ANY_OBJECT)
        allow(role, ABOUT_THE_BUCKET, [self._bucket.bucket_arn])
