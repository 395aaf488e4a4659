"""The templates under test."""

from .assemblies import (
    all_full_stacks,
    all_stacks,
    any_template,
    assembly,
    build,
    deploy,
    full_build,
    full_deploy,
    full_prod,
    prod,
    row,
    staging,
)

__all__ = [
    "all_full_stacks",
    "all_stacks",
    "any_template",
    "assembly",
    "build",
    "deploy",
    "full_build",
    "full_deploy",
    "full_prod",
    "prod",
    "row",
    "staging",
]
