"""ARNs of one project's SageMaker resources.

SageMaker writes the names of pipelines and model package groups in lower case in ARNs, as AWS's examples
show them, but not everywhere; IAM tells case apart. So both spellings are allowed.
"""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from infra.names import Names


class SageMakerArns:
    """Each method answers all the ARNs that its resources may have, in the scope's account and region
    or in those given."""

    def __init__(
        self,
        scope: Construct,
        names: Names,
        *,
        account: str | None = None,
        region: str | None = None,
    ) -> None:
        self._stack = cdk.Stack.of(scope)
        self._names = names
        self._account, self._region = account, region

    def pipeline(self) -> list[str]:
        """The SageMaker pipeline."""
        return self._both("pipeline", self._names.sagemaker_pipeline)

    def executions(self) -> list[str]:
        """The pipeline's executions."""
        return self._both("pipeline", self._names.sagemaker_pipeline, "/execution/*")

    def batch_scoring_pipeline(self) -> list[str]:
        """The SageMaker pipeline that scores data sets."""
        return self._both("pipeline", self._names.batch_scoring_pipeline)

    def batch_scoring_executions(self) -> list[str]:
        """That pipeline's executions."""
        return self._both("pipeline", self._names.batch_scoring_pipeline, "/execution/*")

    def jobs(self) -> list[str]:
        """The jobs that pipelines start: their names begin with `pipelines-`."""
        kinds = ("processing", "training", "transform")
        return [self._arn(f"{kind}-job/pipelines-*") for kind in kinds]

    def pipeline_models(self) -> list[str]:
        """The models that pipelines make, named as their jobs are."""
        return [self._arn("model/pipelines-*")]

    def shadow_endpoints(self) -> list[str]:
        """The endpoints that Clarify makes to ask a model, and deletes again."""
        return [self._arn("endpoint/sm-clarify-*")]

    def shadow_endpoint_configs(self) -> list[str]:
        """Their configurations."""
        return [self._arn("endpoint-config/sm-clarify-*")]

    def model_package_group(self) -> list[str]:
        """The group in the Model Registry."""
        return self._both("model-package-group", self._names.model_package_group)

    def versions(self) -> list[str]:
        """The group's versions."""
        return self._both("model-package", self._names.model_package_group, "/*")

    def endpoints(self, *stages: str) -> list[str]:
        """The endpoints of some stages."""
        return [self._arn(f"endpoint/{self._names.endpoint(stage)}") for stage in stages]

    def models(self, *stages: str) -> list[str]:
        """The models that deployments to some stages make: `<endpoint>-v<version>-<hash>`."""
        return [self._arn(f"model/{self._names.endpoint(stage)}-v*") for stage in stages]

    def endpoint_configs(self, *stages: str) -> list[str]:
        """The endpoint configurations, named as the models are."""
        return [self._arn(f"endpoint-config/{self._names.endpoint(stage)}-v*") for stage in stages]

    def any_endpoint_config(self) -> list[str]:
        """Every endpoint configuration, of whatever name."""
        return [self._arn("endpoint-config/*")]

    def _both(self, kind: str, name: str, suffix: str = "") -> list[str]:
        return [self._arn(f"{kind}/{spelling}{suffix}") for spelling in (name, name.lower())]

    def _arn(self, resource: str) -> str:
        return self._stack.format_arn(
            service="sagemaker", resource=resource, account=self._account, region=self._region
        )
