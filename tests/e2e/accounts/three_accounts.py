"""The project in three accounts of one organization: made by the tooling account's person alone, with the
unmodified CDK CLI."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from demo import clients
from demo.commands import run
from demo.local_cloud import ACCOUNT_ID, REGION, LocalCloud
from demo.loop import BUILD_STACK, DEPLOY_STACK, stop_runs

from ..conftest import unused_port
from ..deployed import Deployed
from ..target import OnLocalCloud
from . import key_policy

TOOLING, STAGES = "tooling", ("staging", "prod")
ACCESS_ROLE = "OrganizationAccountAccessRole"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
PACE = 60.0


@dataclass(frozen=True)
class ThreeAccounts:
    """Accounts by what they are for, and the stacks in them."""

    cloud: LocalCloud
    ids: Mapping[str, str]
    key_arn: str
    deployed: Deployed
    """The pipelines' account: its clients, and the outputs of its two stacks."""

    def session(self, account: str) -> boto3.Session:
        """The person of the tooling account, there or in a stage's account."""
        return _session(self.cloud, self.ids, account)

    def client(self, service: str, account: str) -> Any:
        """A client of that person's."""
        return self.session(account).client(service, endpoint_url=self.cloud.endpoint_url)

    def outputs(self, stage: str) -> dict[str, str]:
        """Of the stack in a stage's account."""
        (stack,) = self.client("cloudformation", stage).describe_stacks(
            StackName=f"Abalone-{stage.capitalize()}"
        )["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


@contextmanager
def made(scratch: Path, stages: Mapping[str, Mapping[str, Any]]) -> Iterator[ThreeAccounts]:
    """A local cloud with all four stacks, each in its account; `stages` are more settings of each."""
    port = unused_port()
    where = OnLocalCloud(port, scratch / "state", REGION)
    where.cloud = cloud = LocalCloud(port, scratch / "state", PACE)
    cloud.start()
    try:
        ids = _make_accounts(cloud)
        _bootstrap(cloud, ids, scratch)
        key_arn = _make_key(cloud, ids)
        settings = {
            "project": "abalone",
            "account": ids[TOOLING],
            "region": REGION,
            "kms_key_arn": key_arn,
            "stages": {stage: {**stages.get(stage, {}), "account": ids[stage]} for stage in STAGES},
        }
        run(
            "cdk deploy",
            [
                *("cdk", "deploy", "--all", "--require-approval", "never", "--no-notices"),
                *("--output", str(scratch / "cdk.out"), "--progress", "events"),
                *("--context", f"slipway={json.dumps(settings)}"),
            ],
            cloud.environment(),
            log=scratch / "deploy.log",
        )
        aws = clients.make(cloud.endpoint_url, REGION)
        build, deploy = (clients.stack_outputs(aws, stack) for stack in (BUILD_STACK, DEPLOY_STACK))
        # Creating the pipeline started it: there is nothing to build here, versions are registered.
        stop_runs(aws, build["CodePipelineName"], "versions are registered by hand")
        yield ThreeAccounts(cloud, ids, key_arn, Deployed(where, aws, build, deploy))
    finally:
        cloud.stop()


def _make_accounts(cloud: LocalCloud) -> dict[str, str]:
    organizations = _session(cloud, {}, TOOLING).client(
        "organizations", endpoint_url=cloud.endpoint_url
    )
    organizations.create_organization(FeatureSet="ALL")
    statuses = {
        stage: organizations.create_account(AccountName=stage, Email=f"{stage}@example.com")
        for stage in STAGES
    }
    made = {stage: each["CreateAccountStatus"]["AccountId"] for stage, each in statuses.items()}
    return {TOOLING: ACCOUNT_ID, **made}


def _bootstrap(cloud: LocalCloud, ids: Mapping[str, str], scratch: Path) -> None:
    """Each account by its own administrator; those of the stages trust the pipelines'."""

    def bootstrap(account: str) -> None:
        trust = ["--trust", ids[TOOLING], "--cloudformation-execution-policies", ADMINISTRATOR]
        found = _session(cloud, ids, account).get_credentials()
        keys = {
            "AWS_ACCESS_KEY_ID": found.access_key,
            "AWS_SECRET_ACCESS_KEY": found.secret_key,
            **({"AWS_SESSION_TOKEN": found.token} if found.token else {}),
        }
        (scratch / account).mkdir()
        run(
            f"cdk bootstrap of {account}",
            [
                *(
                    "cdk",
                    "bootstrap",
                    f"aws://{ids[account]}/{REGION}",
                    "--app",
                    "",
                    "--no-notices",
                ),
                *(trust if account != TOOLING else ()),
            ],
            {**cloud.environment(), **keys},
            directory=scratch / account,
        )

    with ThreadPoolExecutor() as pool:
        list(pool.map(bootstrap, ids))


def _make_key(cloud: LocalCloud, ids: Mapping[str, str]) -> str:
    kms = _session(cloud, ids, TOOLING).client("kms", endpoint_url=cloud.endpoint_url)
    key = kms.create_key(Policy=json.dumps(key_policy.documented(ids, REGION)))["KeyMetadata"]
    return str(key["Arn"])


def _session(cloud: LocalCloud, ids: Mapping[str, str], account: str) -> boto3.Session:
    person = boto3.Session("person", "person", region_name=REGION)
    if account == TOOLING:
        return person
    made = person.client("sts", endpoint_url=cloud.endpoint_url).assume_role(
        RoleArn=f"arn:aws:iam::{ids[account]}:role/{ACCESS_ROLE}", RoleSessionName="person"
    )["Credentials"]
    return boto3.Session(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], REGION)
