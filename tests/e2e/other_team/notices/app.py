"""A second app of the same team, in the CDK and in one file: who reads the winery's news."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs

CLERK = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            table.put_item(Item={"id": record["messageId"], "text": record["body"]})
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
"""

app = cdk.App()
# As before CDK 2: the template goes with the request, and nothing has to be bootstrapped.
stack = cdk.Stack(
    app,
    "cellar-notices",
    synthesizer=cdk.LegacyStackSynthesizer(),
    description="Keeps what the winery tells",
)
cdk.Tags.of(stack).add("team", "cellar")
environment = cdk.CfnParameter(
    stack, "Environment", default="dev", allowed_values=["dev", "live"]
).value_as_string
news = sns.Topic.from_topic_arn(
    stack, "News", cdk.Fn.import_value(cdk.Fn.sub("cellar-${Environment}-news"))
)
lost = sqs.Queue(stack, "Lost", retention_period=cdk.Duration.days(14))
queue = sqs.Queue(
    stack,
    "Queue",
    visibility_timeout=cdk.Duration.seconds(60),
    dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=3, queue=lost),
)
news.add_subscription(subscriptions.SqsSubscription(queue, raw_message_delivery=True))
table = dynamodb.CfnTable(
    stack,
    "Table",
    attribute_definitions=[{"attributeName": "id", "attributeType": "S"}],
    key_schema=[{"attributeName": "id", "keyType": "HASH"}],
    billing_mode="PAY_PER_REQUEST",
)
clerk = lambda_.Function(
    stack,
    "Clerk",
    runtime=lambda_.Runtime.PYTHON_3_12,
    handler="index.handler",
    code=lambda_.Code.from_inline(CLERK),
    environment={"TABLE": table.ref},
    timeout=cdk.Duration.seconds(10),
)
clerk.add_to_role_policy(
    iam.PolicyStatement(actions=["dynamodb:PutItem"], resources=[table.attr_arn])
)
clerk.add_event_source(sources.SqsEventSource(queue, batch_size=5, report_batch_item_failures=True))
cloudwatch.Alarm(
    stack,
    "Unread",
    metric=lost.metric_approximate_number_of_messages_visible(period=cdk.Duration.minutes(1)),
    threshold=1,
    evaluation_periods=1,
    treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
)
cdk.CfnOutput(stack, "TableName", value=table.ref)
cdk.CfnOutput(stack, "LostUrl", value=lost.queue_url)
app.synth()
