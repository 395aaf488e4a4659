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
from infra.stacks.model_stage_stack import ModelStageStack

FEATURES = {
    # A stack that others take values of cannot lose them: the CDK's own default, said so that it is quiet.
    "@aws-cdk/core:defaultCrossStackReferences": "strong",
    # What is said at synth has no trace: that would name temporary directories, others each time.
    "aws:cdk:disable-stack-trace": True,
}


def build(app: Construct, settings: config.Config) -> None:
    """Make the stacks of one project in an app, or in a stage of one."""
    names = Names(settings.project)
    tooling = environment(settings.account, settings.region)
    build_stack = ModelBuildStack(
        app, names.model_build_stack, config=settings, names=names, env=tooling
    )
    stages = []
    for stage, stage_settings in settings.stages.by_name().items():
        stages.append(
            ModelStageStack(
                app,
                names.stage_stack(stage),
                config=settings,
                names=names,
                stage=stage,
                env=environment(
                    stage_settings.account or settings.account,
                    stage_settings.region or settings.region,
                ),
                tooling=build_stack,
                artifacts=build_stack.artifact_bucket,
            )
        )
        stages[-1].add_stack_dependency(build_stack)
    deploy_stack = ModelDeployStack(
        app,
        names.model_deploy_stack,
        config=settings,
        names=names,
        stages=[each.stage for each in stages],
        env=tooling,
    )
    for before in (build_stack, *stages):
        deploy_stack.add_stack_dependency(before)
    cdk.Tags.of(app).add("project", settings.project)
    for key, value in settings.tags.items():
        cdk.Tags.of(app).add(key, value)


def environment(account: str | None, region: str | None) -> cdk.Environment | None:
    """Where a stack is deployed; None is wherever the CDK's credentials and region lead."""
    return cdk.Environment(account=account, region=region) if account or region else None


def main() -> int:
    """Synthesize; the exit status is 1, with one sentence, when the configuration is wrong."""
    # The CDK's built-in template validation takes longer than the rest of synth; tests/policy runs it,
    # with cfn-lint and cdk-nag, on every configuration that is tested.
    app = cdk.App(builtin_cloud_formation_validation=False, context=FEATURES)
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
