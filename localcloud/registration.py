"""Puts our services in the place of moto's, and our CloudFormation types beside moto's.

A service of ours is a package with moto's file names (`urls`, `responses`, `models`). Its backend
class, a subclass of moto's, replaces moto's inside moto's own `BackendDict`, in place: whoever
imported that dictionary before gets ours too.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.loaders import JSONFileLoader
from moto.core.base_backend import BackendDict

# moto's service module, the name of its BackendDict, our models module and backend class.
SERVICES = (
    (
        "moto.codecommit.models",
        "codecommit_backends",
        "localcloud.codecommit.models",
        "CodeCommitBackend",
    ),
    (
        "moto.codebuild.models",
        "codebuild_backends",
        "localcloud.codebuild.models",
        "CodeBuildBackend",
    ),
    (
        "moto.codepipeline.models",
        "codepipeline_backends",
        "localcloud.codepipeline.models",
        "CodePipelineBackend",
    ),
    (
        "moto.applicationautoscaling.models",
        "applicationautoscaling_backends",
        "localcloud.application_autoscaling.models",
        "ApplicationAutoscalingBackend",
    ),
    (
        "moto.cloudwatch.models",
        "cloudwatch_backends",
        "localcloud.cloudwatch.models",
        "CloudWatchBackend",
    ),
    ("moto.events.models", "events_backends", "localcloud.events.models", "EventsBackend"),
    (
        "moto.awslambda.models",
        "lambda_backends",
        "localcloud.lambda_runtime.models",
        "LambdaBackend",
    ),
    (
        "moto.sagemaker.models",
        "sagemaker_backends",
        "localcloud.sagemaker.models",
        "SageMakerBackend",
    ),
    (
        "moto.sagemakerruntime.models",
        "sagemakerruntime_backends",
        "localcloud.sagemaker_runtime.models",
        "SageMakerRuntimeBackend",
    ),
    ("moto.iam.models", "iam_backends", "localcloud.iam.models", "IAMBackend"),
    (
        "moto.organizations.models",
        "organizations_backends",
        "localcloud.organizations.models",
        "OrganizationsBackend",
    ),
    ("moto.ssm.models", "ssm_backends", "localcloud.ssm.models", "SSMBackend"),
)


def register() -> None:
    """Install every service and CloudFormation type of ours, before moto serves anything."""
    # Imports moto's own CloudFormation types; ours must exist before its caches are first filled.
    with _quickly():
        parsing = importlib.import_module("moto.cloudformation.parsing")
    for module, dictionary, our_module, our_class in SERVICES:
        backends: BackendDict = getattr(importlib.import_module(module), dictionary)
        backends.backend = getattr(importlib.import_module(our_module), our_class)
    resources = importlib.import_module("localcloud.cloudformation.resources")
    for entry in pkgutil.iter_modules(resources.__path__):
        importlib.import_module(f"{resources.__name__}.{entry.name}")
    for cache in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cache.cache_clear()


@contextmanager
def _quickly() -> Iterator[None]:
    """Import half of moto in two thirds of the time.

    moto's EC2 asks three sessions for its regions, each of which reads botocore's list of endpoints
    and EC2's model: here a file is read once. And the collector would go over all that is imported,
    again and again, in vain.
    """
    load, collects = JSONFileLoader.load_file, gc.isenabled()
    known: dict[str, Any] = {}

    def load_once(self: JSONFileLoader, file_path: str) -> Any:
        if file_path not in known:
            known[file_path] = load(self, file_path)
        return known[file_path]

    JSONFileLoader.load_file = load_once
    gc.disable()
    try:
        yield
    finally:
        JSONFileLoader.load_file = load
        if collects:
            gc.enable()
