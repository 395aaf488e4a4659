"""The templates under test: those of the infra suite."""

from tests.infra.assemblies import (
    any_template,
    assembly,
    build,
    deploy,
    full_build,
    full_deploy,
    row,
)

__all__ = ["any_template", "assembly", "build", "deploy", "full_build", "full_deploy", "row"]
