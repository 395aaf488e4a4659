"""The templates under test."""

from .assemblies import any_template, assembly, build, deploy, full_build, full_deploy, row

__all__ = ["any_template", "assembly", "build", "deploy", "full_build", "full_deploy", "row"]
