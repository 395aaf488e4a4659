"""What the local cloud has of each service: operations, and the kinds of things it knows by name."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from functools import cache

import botocore.session
from moto.core.utils import camelcase_to_underscores

from localcloud import operations, registration

# The services that the loop uses: botocore's name, the module and class that answer its API.
SERVICES = {
    "application-autoscaling": (
        "localcloud.application_autoscaling.responses",
        "ApplicationAutoScalingResponse",
    ),
    "cloudformation": ("localcloud.cloudformation.responses", "CloudFormationResponse"),
    "cloudwatch": ("localcloud.cloudwatch.responses", "CloudWatchResponse"),
    "codebuild": ("localcloud.codebuild.responses", "CodeBuildResponse"),
    "codecommit": ("localcloud.codecommit.responses", "CodeCommitResponse"),
    "codepipeline": ("localcloud.codepipeline.responses", "CodePipelineResponse"),
    "ecr": ("moto.ecr.responses", "ECRResponse"),
    "events": ("localcloud.events.responses", "EventsResponse"),
    "iam": ("localcloud.iam.responses", "IAMResponse"),
    "kms": ("moto.kms.responses", "KmsResponse"),
    "lambda": ("localcloud.lambda_runtime.responses", "LambdaResponse"),
    "logs": ("moto.logs.responses", "LogsResponse"),
    "organizations": ("localcloud.organizations.responses", "OrganizationsResponse"),
    "s3": ("moto.s3.responses", "S3Response"),
    "sagemaker": ("localcloud.sagemaker.responses", "SageMakerResponse"),
    "sagemaker-runtime": ("localcloud.sagemaker_runtime.responses", "SageMakerRuntimeResponse"),
    "sns": ("moto.sns.responses", "SNSResponse"),
    "sqs": ("moto.sqs.responses", "SQSResponse"),
    "ssm": ("localcloud.ssm.responses", "SimpleSystemManagerResponse"),
    "sts": ("moto.sts.responses", "TokenResponse"),
}
# moto's package where its name is not botocore's.
PACKAGES = {
    "application-autoscaling": "applicationautoscaling",
    "lambda": "awslambda",
    "sagemaker-runtime": "sagemakerruntime",
}
BACKENDS = {"lambda": "lambda_backends"}
# Ours refuses these with a reason of its own.
REFUSED_BY_US = {
    "lambda": {"InvokeAsync"},
    "sagemaker-runtime": {"InvokeEndpointAsync"},
}


@dataclass
class Coverage:
    """A service's operations, by who answers them."""

    ours: list[str] = field(default_factory=list)
    moto: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@cache
def of(service: str) -> Coverage:
    """Every operation that botocore knows of a service."""
    registration.register()
    response, backend = _response_class(service), _backend_class(service)
    coverage = Coverage()
    model = botocore.session.get_session().get_service_model(service)
    for operation in model.operation_names:
        method = camelcase_to_underscores(operation)
        served, kept = operations.owner(response, method), operations.owner(backend, method)
        # moto's S3 goes by methods and paths; the names of its backend's methods are the operations.
        if service == "s3":
            served = served or kept
        refused = operations.is_refused(response, operation)
        if served is None or refused or operation in REFUSED_BY_US.get(service, ()):
            coverage.refused.append(operation)
        elif operations.OURS in (served, kept):
            coverage.ours.append(operation)
        else:
            coverage.moto.append(operation)
    return coverage


def _response_class(service: str) -> type:
    module, name = SERVICES[service]
    found: type = getattr(importlib.import_module(module), name)
    return found


def _backend_class(service: str) -> type:
    """What keeps a service's state: ours in moto's place, where there is one."""
    package = PACKAGES.get(service, service)
    module = importlib.import_module(f"moto.{package}.models")
    dictionary = BACKENDS.get(service, f"{package}_backends")
    found: type = getattr(module, dictionary).backend
    return found


def reasons(service: str) -> dict[str, list[str]]:
    """Why a service of ours lets operations of moto's through; empty for a service of moto's."""
    found = set(of(service).moto)
    stated = operations.let_through(_response_class(service)) or {}
    return {reason: sorted(found & set(names)) for reason, names in stated.items()}


def resource_types() -> list[str]:
    """The CloudFormation types of ours."""
    package = importlib.import_module("localcloud.cloudformation.resources")
    for entry in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{entry.name}")
    from localcloud.cloudformation import resource

    return [name for name in resource.type_names() if name.startswith("AWS::")]


def resource_properties(type_name: str) -> list[str]:
    """The properties of a type that are supported."""
    from localcloud.cloudformation import resource

    found = resource.find(type_name)
    return sorted(found.properties) if found else []


def moto_resource_types() -> list[str]:
    """The types that are left to moto's own classes."""
    registration.register()
    from localcloud.cloudformation import moto_resource

    return sorted(moto_resource.type_names() - set(resource_types()))


def step_types() -> list[str]:
    """The step types of a SageMaker pipeline that run."""
    from localcloud.sagemaker.pipelines import steps

    return sorted(steps.known())


def images() -> list[str]:
    """The container images that have a stand-in."""
    from localcloud.sagemaker.containers import images as known

    return sorted(known.known())


def action_types() -> list[str]:
    """The action types of CodePipeline, as `category/provider`."""
    importlib.import_module("localcloud.codepipeline.actions")
    from localcloud.codepipeline.actions import action

    return action.supported()


def event_targets() -> list[str]:
    """The kinds of event targets."""
    importlib.import_module("localcloud.events.targets")
    from localcloud.events.targets import target

    return sorted(kind.noun for kind in target._kinds)


def runtimes() -> list[str]:
    """The runtimes of Lambda functions that are accepted."""
    from localcloud.lambda_runtime import function_request

    return list(function_request.RUNTIMES)
