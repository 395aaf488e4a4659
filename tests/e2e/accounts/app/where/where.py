"""Tells where it runs, in its answer and in an event."""

import json
import os

import boto3


def handle(event, context):
    where = {
        "account": boto3.client("sts").get_caller_identity()["Account"],
        "region": os.environ["AWS_REGION"],
    }
    boto3.client("events").put_events(
        Entries=[{"Source": "team.stages", "DetailType": "Here I am", "Detail": json.dumps(where)}]
    )
    return where
