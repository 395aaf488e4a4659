"""The templates under test: those of the infra suite."""

from tests.infra.assemblies import (
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
