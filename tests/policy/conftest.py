"""The templates under test: those of the infra suite."""

from tests.infra.assemblies import assembly, build, deploy, full_build, full_deploy

__all__ = ["assembly", "build", "deploy", "full_build", "full_deploy"]
