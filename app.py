"""The CDK app: reads the configuration, makes the stacks. No resources and no AWS calls here."""

from __future__ import annotations

import sys

import aws_cdk as cdk
from constructs import Construct

from infra import config
from infra.names import Names
from infra.reading import ConfigurationError
from infra.stacks.model_build_stack import ModelBuildStack
from infra.stacks.model_deploy_stack import ModelDeployStack


def build(app: Construct, settings: config.Config) -> None:
    """Make the stacks of one project in an app, or in a stage of one."""
    names = Names(settings.project)
    build_stack = ModelBuildStack(app, names.model_build_stack, config=settings, names=names)
    deploy_stack = ModelDeployStack(
        app,
        names.model_deploy_stack,
        config=settings,
        names=names,
    )
    deploy_stack.add_stack_dependency(build_stack)
    cdk.Tags.of(app).add("project", settings.project)
    for key, value in settings.tags.items():
        cdk.Tags.of(app).add(key, value)


def main() -> int:
    """Synthesize; the exit status is 1, with one sentence, when the configuration is wrong."""
    # The CDK's built-in template validation takes longer than the rest of synth; tests/policy runs it,
    # with cfn-lint and cdk-nag, on every configuration that is tested.
    app = cdk.App(builtin_cloud_formation_validation=False)
    try:
        settings = config.load(app.node.try_get_context(config.CONTEXT_KEY))
    except ConfigurationError as error:
        print(f"configuration: {error}", file=sys.stderr)  # noqa: T201
        return 1
    build(app, settings)
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
