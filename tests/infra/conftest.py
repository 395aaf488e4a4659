"""The templates under test."""

from .assemblies import assembly, build, deploy, full_build, full_deploy

__all__ = ["assembly", "build", "deploy", "full_build", "full_deploy"]
