"""A team's app in three accounts: a tooling account hears what happens in staging and in prod.

Each stage has a function, whose rule forwards the stage's events to the tooling account's bus.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CfnOutput, Environment, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

HERE = Path(__file__).parent
SOURCE = "team.stages"


class Tooling(Stack):
    """Where the events of all stages come together."""

    def __init__(self, scope: Construct, name: str, stages: list[str], env: Environment) -> None:
        super().__init__(scope, name, env=env)
        for account in stages:
            events.CfnEventBusPolicy(
                self,
                f"From{account}",
                statement_id=f"from-{account}",
                action="events:PutEvents",
                principal=account,
            )
        queue = sqs.Queue(self, "Heard")
        rule = events.Rule(self, "Stages", event_pattern=events.EventPattern(source=[SOURCE]))
        rule.add_target(targets.SqsQueue(queue))
        CfnOutput(self, "QueueUrl", value=queue.queue_url)


class Stage(Stack):
    """One stage, in an account and region of its own."""

    def __init__(self, scope: Construct, name: str, bus_arn: str, env: Environment) -> None:
        super().__init__(scope, name, env=env)
        function = lambda_.Function(
            self,
            "Where",
            runtime=lambda_.Runtime.PYTHON_3_11,
            handler="where.handle",
            code=lambda_.Code.from_asset(str(HERE / "where")),
        )
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["events:PutEvents"],
                resources=[self.format_arn(service="events", resource="event-bus/default")],
            )
        )
        bus = events.EventBus.from_event_bus_arn(self, "Bus", bus_arn)
        rule = events.Rule(self, "Forward", event_pattern=events.EventPattern(source=[SOURCE]))
        rule.add_target(targets.EventBus(bus))
        CfnOutput(self, "Function", value=function.function_name)


app = App()
accounts = app.node.get_context("accounts")
tooling, staging, prod = (entry.split("/") for entry in accounts.split(","))
bus_of_tooling = f"arn:aws:events:{tooling[1]}:{tooling[0]}:event-bus/default"
Tooling(
    app,
    "Tooling",
    [staging[0], prod[0]],
    Environment(account=tooling[0], region=tooling[1]),
)
for stage_name, (account, region) in (("Staging", staging), ("Prod", prod)):
    Stage(app, stage_name, bus_of_tooling, Environment(account=account, region=region))
app.synth()
