"""One person of a tooling account deploys an app to three accounts and two regions, with the CDK as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from ..conftest import TOOLS, unused_port
from ..deployed import wait_for

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html",
    ),
    pytest.mark.local_only("it starts a local cloud of its own, with accounts of chosen ids"),
]
HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TOOLING, STAGING, PROD = "123456789012", "111111111111", "222222222222"
PLACES = {
    "tooling": (TOOLING, "us-east-1"),
    "staging": (STAGING, "us-east-1"),
    "prod": (PROD, "eu-west-1"),
}
STACKS = {"tooling": "Tooling", "staging": "Staging", "prod": "Prod"}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
PROFILE = """
[profile {name}]
role_arn = arn:aws:iam::{account}:role/OrganizationAccountAccessRole
source_profile = tooling
region = {region}
"""


@dataclass(frozen=True)
class Accounts:
    """The accounts of the local cloud, as profiles of AWS's configuration file."""

    endpoint: str
    environment: dict[str, str]
    directory: Path

    def run(self, *command: str) -> str:
        """Run a command-line client; what it printed. AssertionError, with that, if it fails."""
        ran = subprocess.run(
            command,
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{' '.join(command)}:\n{ran.stdout}"
        return ran.stdout

    def client(self, service: str, profile: str) -> Any:
        """A client with a session of a profile's account, in its region."""
        account, region = PLACES[profile]
        here: dict[str, Any] = {"endpoint_url": self.endpoint, "region_name": region}
        person = {"aws_access_key_id": "person", "aws_secret_access_key": "person"}
        if account == TOOLING:
            return boto3.client(service, **here, **person)
        made = boto3.client("sts", **here, **person).assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole",
            RoleSessionName="person",
        )["Credentials"]
        return boto3.client(
            service,
            **here,
            aws_access_key_id=made["AccessKeyId"],
            aws_secret_access_key=made["SecretAccessKey"],
            aws_session_token=made["SessionToken"],
        )

    def output(self, profile: str, name: str) -> str:
        """An output of the profile's stack."""
        (stack,) = self.client("cloudformation", profile).describe_stacks(
            StackName=STACKS[profile]
        )["Stacks"]
        found = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        return str(found[name])


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    """A local cloud with three accounts, and profiles for them."""
    directory = tmp_path_factory.mktemp("accounts")
    port = unused_port()
    config = "[profile tooling]\nregion = us-east-1\n" + "".join(
        PROFILE.format(name=name, account=account, region=region)
        for name, (account, region) in PLACES.items()
        if account != TOOLING
    )
    (directory / "config").write_text(config)
    (directory / "credentials").write_text(
        "[tooling]\naws_access_key_id = person\naws_secret_access_key = person\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {
        **kept,
        "AWS_CONFIG_FILE": str(directory / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(directory / "credentials"),
        "AWS_ENDPOINT_URL": f"http://localhost:{port}",
        # The AWS CLI keeps the sessions of profiles there.
        "HOME": str(directory),
        "PATH": os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]]),
    }
    command = [sys.executable, "-m", "localcloud", "--port", str(port), "--stop-at-end-of-input"]
    command += ["--state-dir", str(directory / "state"), "--account", STAGING, "--account", PROD]
    with subprocess.Popen(
        command, cwd=ROOT, env=kept, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert "local cloud at" in server.stdout.readline()
        yield Accounts(f"http://localhost:{port}", environment, directory)
        server.terminate()


@pytest.fixture(scope="module")
def deployed(accounts: Accounts) -> Accounts:
    """The app in its three accounts, each of them bootstrapped by its own administrator."""
    trust = ["--trust", TOOLING, "--cloudformation-execution-policies", ADMINISTRATOR]
    for profile, (account, region) in PLACES.items():
        accounts.run(
            *("cdk", "bootstrap", f"aws://{account}/{region}", "--profile", profile),
            *("--app", "", "--no-notices"),
            *(trust if account != TOOLING else ()),
        )
    places = ",".join(f"{account}/{region}" for account, region in PLACES.values())
    accounts.run(
        *("cdk", "deploy", "--all", "--profile", "tooling", "--require-approval", "never"),
        *(
            "--app",
            f"{sys.executable} {HERE / 'app' / 'app.py'}",
            "--context",
            f"accounts={places}",
        ),
        *("--no-notices", "--output", str(accounts.directory / "cdk.out")),
    )
    return accounts


def test_aws_cli_works_in_the_account_of_its_profile(accounts: Accounts) -> None:
    told = accounts.run(
        "aws", "sts", "get-caller-identity", "--profile", "prod", "--output", "json"
    )
    assert json.loads(told)["Account"] == PROD


def test_each_stack_is_in_its_account_and_region(deployed: Accounts) -> None:
    for profile, (account, region) in PLACES.items():
        stacks = deployed.client("cloudformation", profile).describe_stacks()["Stacks"]
        assert {each["StackName"] for each in stacks} == {"CDKToolkit", STACKS[profile]}
        assert all(f":{region}:{account}:" in each["StackId"] for each in stacks)


@pytest.mark.parametrize("profile", ["staging", "prod"])
def test_tooling_deployed_by_the_roles_of_the_bootstrap(deployed: Accounts, profile: str) -> None:
    account, region = PLACES[profile]
    bucket = f"cdk-hnb659fds-assets-{account}-{region}"
    assert deployed.client("s3", profile).list_objects_v2(Bucket=bucket)["KeyCount"] > 0
    calls = deployed.directory / "state" / "iam" / "calls.jsonl"
    lines = [json.loads(line) for line in calls.read_text().splitlines()]
    role = f"arn:aws:iam::{account}:role/cdk-hnb659fds-{{}}-role-{account}-{region}"
    for kind, action in (
        ("deploy", "cloudformation:CreateChangeSet"),
        ("file-publishing", "s3:PutObject"),
        ("cfn-exec", "lambda:CreateFunction"),
    ):
        made = [each for each in lines if each["principal"] == role.format(kind)]
        assert action in {each["action"] for each in made if each["allowed"]}, kind
    assumed = [each for each in lines if each["action"] == "sts:AssumeRole"]
    by_tooling = {each["resource"] for each in assumed if f":{TOOLING}:" in each["caller"]}
    assert role.format("deploy") in by_tooling


@pytest.mark.parametrize("profile", ["staging", "prod"])
def test_event_of_a_stage_comes_to_the_tooling_account(deployed: Accounts, profile: str) -> None:
    account, region = PLACES[profile]
    invoked = deployed.client("lambda", profile).invoke(
        FunctionName=deployed.output(profile, "Function")
    )
    where = json.loads(invoked["Payload"].read())
    assert where == {"account": account, "region": region}
    sqs, queue = deployed.client("sqs", "tooling"), deployed.output("tooling", "QueueUrl")
    (message,) = wait_for(
        lambda: sqs.receive_message(QueueUrl=queue).get("Messages", []), bool, "the event"
    )
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    event = json.loads(message["Body"])
    assert (event["account"], event["region"], event["detail"]) == (account, region, where)


def test_account_that_does_not_trust_lets_nobody_deploy(deployed: Accounts) -> None:
    sts = deployed.client("sts", "staging")
    role = f"arn:aws:iam::{PROD}:role/cdk-hnb659fds-deploy-role-{PROD}-eu-west-1"
    with pytest.raises(
        sts.exceptions.ClientError, match="is not authorized to perform: sts:Assume"
    ):
        sts.assume_role(RoleArn=role, RoleSessionName="stranger")
