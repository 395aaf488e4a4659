"""The physical names that something outside CloudFormation needs, made of the project's name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """Names of one project. The project's length is checked, so that each of them fits AWS's limits
    (endpoint 63, CodePipeline 100, repository 100, model package group 63)."""

    project: str

    @property
    def pascal(self) -> str:
        """`fraud-score` as `FraudScore`."""
        return "".join(part.capitalize() for part in self.project.split("-"))

    @property
    def model_build_stack(self) -> str:
        return f"{self.pascal}-ModelBuild"

    def model_build_export(self, output: str) -> str:
        """By which another stack imports an output of the model build stack."""
        return f"{self.model_build_stack}:{output}"

    @property
    def model_deploy_stack(self) -> str:
        return f"{self.pascal}-ModelDeploy"

    def stage_stack(self, stage: str) -> str:
        """The stack in a stage's account and region."""
        return f"{self.pascal}-{stage.capitalize()}"

    # Roles that another stack, perhaps in another account, has to name before it can see them. IAM's
    # names are an account's, whatever the region: so the region is part of them (64 characters at most).

    def deployer_role(self, region: str) -> str:
        """The role of the function that deploys, in the pipelines' account."""
        return f"{self.project}-deployer-{region}"

    def smoke_test_role(self, region: str) -> str:
        """The role of the function that tests staging, in the pipelines' account."""
        return f"{self.project}-smoke-test-{region}"

    def deployment_role(self, stage: str, region: str) -> str:
        """What those two take on in a stage's account."""
        return f"{self.project}-{stage}-deploy-{region}"

    def endpoint_role(self, stage: str, region: str) -> str:
        """The role of a stage's models and endpoint."""
        return f"{self.project}-{stage}-model-{region}"

    @property
    def external_id(self) -> str:
        """What the two say when they take on a deployment role."""
        return f"slipway-{self.project}"

    def stage_parameter(self, stage: str) -> str:
        """The Systems Manager parameter with a stage's settings."""
        return f"{self.stage_parameter_prefix}{stage}"

    @property
    def stage_parameter_prefix(self) -> str:
        return f"/slipway/{self.project}/stages/"

    @property
    def pin_parameter(self) -> str:
        """The parameter by which a person says which version is to be live."""
        return f"/slipway/{self.project}/pin"

    @property
    def repository(self) -> str:
        """What people clone."""
        return f"{self.project}-model-build"

    @property
    def model_build_pipeline(self) -> str:
        """The CodePipeline that a push starts; also the CodeBuild project's name."""
        return f"{self.project}-model-build"

    @property
    def model_deploy_pipeline(self) -> str:
        """The CodePipeline that an approval starts."""
        return f"{self.project}-model-deploy"

    @property
    def sagemaker_pipeline(self) -> str:
        """The SageMaker pipeline, as AWS's template names it."""
        return f"{self.pascal}Pipeline"

    @property
    def batch_scoring_pipeline(self) -> str:
        """The SageMaker pipeline that scores data sets with the live version."""
        return f"{self.pascal}BatchScoringPipeline"

    @property
    def model_package_group(self) -> str:
        """The group in the Model Registry, as AWS's template names it."""
        return f"{self.pascal}PackageGroup"

    def endpoint(self, stage: str) -> str:
        """What callers of a stage invoke; it stays the same through every deployment."""
        return f"{self.project}-{stage}"
