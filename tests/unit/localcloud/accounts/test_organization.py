"""How an account comes into existence, and who may work in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
import requests
from botocore.exceptions import ClientError

from localcloud.organizations.models import make_account
from tests.local_server import LocalCloud, policy, trust

from .conftest import ACCESS_ROLE, ACCOUNT, REGION, Assume, Session, allow

CHOSEN = "210987654321"
CREATE = "https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html"
ASSUME = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"


@pytest.mark.documented(CREATE)
def test_a_new_account_has_the_role_that_its_manager_assumes(staging: Session) -> None:
    assert staging.client("sts").get_caller_identity()["Account"] == staging.account != ACCOUNT
    iam = staging.client("iam")
    (attached,) = iam.list_attached_role_policies(RoleName=ACCESS_ROLE)["AttachedPolicies"]
    assert attached["PolicyName"] == "AdministratorAccess"
    assert [each["RoleName"] for each in iam.list_roles()["Roles"]] == [ACCESS_ROLE]


@pytest.mark.documented(CREATE)
def test_the_role_may_have_another_name(
    person: LocalCloud, members: list[str], assume: Assume
) -> None:
    made = person.client("organizations").create_account(
        AccountName="named", Email="named@example.com", RoleName="Keeper"
    )["CreateAccountStatus"]
    assert made["State"] == "SUCCEEDED"
    keeper = assume(f"arn:aws:iam::{made['AccountId']}:role/Keeper")
    assert keeper.client("sts").get_caller_identity()["Account"] == made["AccountId"]


def test_the_organization_lists_its_accounts(person: LocalCloud, members: list[str]) -> None:
    listed = person.client("organizations").list_accounts()["Accounts"]
    assert {ACCOUNT, *members} <= {each["Id"] for each in listed}


@pytest.mark.documented(ASSUME)
@pytest.mark.parametrize("account", ["999999999999", None])
def test_a_role_that_is_not_there_cannot_be_assumed(
    assume: Assume, members: list[str], account: str | None
) -> None:
    arn = f"arn:aws:iam::{account or members[0]}:role/nobody"
    with pytest.raises(ClientError) as raised:
        assume(arn)
    error = raised.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"] == (
        f"User: arn:aws:sts::{ACCOUNT}:user/moto is not authorized to perform: sts:AssumeRole "
        f"on resource: {arn}"
    )


@pytest.mark.documented(CREATE)
def test_a_member_may_not_assume_the_other_members_role(
    staging: Session, prod: Session, assume: Assume
) -> None:
    with pytest.raises(ClientError, match="is not authorized to perform: sts:AssumeRole"):
        assume(f"arn:aws:iam::{prod.account}:role/{ACCESS_ROLE}", staging)


@pytest.mark.documented(
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html"
)
def test_a_role_asks_for_its_external_id_and_its_callers_policy(
    prod: Session, worker: Callable[..., Session], assume: Assume, members: list[str]
) -> None:
    trusting = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{members[0]}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "secret"}},
    }
    made = prod.client("iam").create_role(
        RoleName="external", AssumeRolePolicyDocument=policy(trusting)
    )
    arn = made["Role"]["Arn"]
    allowed, other = worker(allow("sts:AssumeRole", arn)), worker()
    assert assume(arn, allowed, ExternalId="secret").account == prod.account
    for caller, more in ((allowed, {}), (other, {"ExternalId": "secret"})):
        with pytest.raises(ClientError, match="is not authorized to perform: sts:AssumeRole"):
            assume(arn, caller, **more)


@pytest.mark.documented("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html")
def test_tags_of_a_session_ask_for_a_permission_of_their_own(
    staging: Session, prod: Session, assume: Assume
) -> None:
    root = {"AWS": f"arn:aws:iam::{staging.account}:root"}
    arn = prod.cloud().make_role("untagged", root)
    tags = [{"Key": "team", "Value": "x"}]
    assume(arn, staging)
    with pytest.raises(ClientError, match="is not authorized to perform: sts:TagSession"):
        assume(arn, staging, Tags=tags)
    both = {"Effect": "Allow", "Principal": root, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    prod.client("iam").update_assume_role_policy(RoleName="untagged", PolicyDocument=policy(both))
    assume(arn, staging, Tags=tags)


@pytest.mark.documented(
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"
)
@pytest.mark.parametrize("key", ["aws:PrincipalOrgID", "aws:PrincipalAccount"])
def test_a_policy_may_ask_for_the_organization_or_the_account(
    person: LocalCloud, staging: Session, prod: Session, assume: Assume, key: str
) -> None:
    organization = person.client("organizations").describe_organization()["Organization"]["Id"]
    wanted = organization if key.endswith("OrgID") else staging.account
    for value, allowed in ((wanted, True), ("o-none000000", False)):
        document = json.loads(trust({"AWS": "*"}))
        document["Statement"][0]["Condition"] = {"StringEquals": {key: value}}
        role = f"asks-{key.rpartition(':')[2]}-{allowed}"
        arn = prod.client("iam").create_role(
            RoleName=role, AssumeRolePolicyDocument=json.dumps(document)
        )["Role"]["Arn"]
        if allowed:
            assume(arn, staging)
        else:
            with pytest.raises(ClientError, match="is not authorized"):
                assume(arn, staging)


@pytest.mark.documented(
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"
)
def test_a_role_of_another_account_cannot_be_passed(staging: Session, prod: Session) -> None:
    theirs = prod.cloud().make_role("theirs", {"Service": "sagemaker.amazonaws.com"})
    with pytest.raises(ClientError, match=r"Cross-account pass role is not allowed\."):
        staging.client("sagemaker").create_pipeline(
            PipelineName="p", ClientRequestToken="t" * 32, RoleArn=theirs, PipelineDefinition="{}"
        )


@pytest.mark.local_only("an account's id cannot be chosen on AWS; tests/e2e/accounts has --account")
def test_an_account_of_a_given_id_is_one_of_the_organization(
    person: LocalCloud, members: list[str], assume: Assume
) -> None:
    make_account(CHOSEN, manager=ACCOUNT, region=REGION)
    listed = person.client("organizations").list_accounts()["Accounts"]
    assert CHOSEN in {each["Id"] for each in listed}
    session = assume(f"arn:aws:iam::{CHOSEN}:role/{ACCESS_ROLE}")
    assert session.client("sts").get_caller_identity()["Account"] == CHOSEN


@pytest.mark.local_only("an account's id cannot be chosen on AWS")
@pytest.mark.parametrize("text", ["12", ACCOUNT])
def test_what_is_no_further_account_is_refused(text: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "localcloud", "--account", text],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 2
    assert f"{text} is not twelve digits other than {ACCOUNT}" in ran.stderr


def test_policies_of_organizations_are_refused(person: LocalCloud, members: list[str]) -> None:
    with pytest.raises(ClientError, match="unsupported by the local cloud"):
        person.client("organizations").create_policy(
            Content="{}", Description="d", Name="n", Type="SERVICE_CONTROL_POLICY"
        )


@pytest.mark.local_only("a remote's URL has no account here; on AWS neither has it, but a region")
def test_a_git_remote_is_of_the_callers_account(
    person: LocalCloud, staging: Session, prod: Session
) -> None:
    for account in (person, staging):
        account.client("codecommit").create_repository(repositoryName="same")
    staging.client("codecommit").put_file(
        repositoryName="same", branchName="theirs", fileContent=b"x", filePath="x"
    )
    url = f"{person.endpoint}/v1/repos/same/info/refs?service=git-upload-pack"

    def answer(session: Session) -> requests.Response:
        user = f"{session.credentials['AccessKeyId']}%{session.credentials['SessionToken']}"
        return requests.get(url, auth=(user, "signature"), timeout=10)

    assert b"refs/heads/theirs" in answer(staging).content
    assert b"refs/heads/theirs" not in requests.get(url, timeout=10).content
    denied = answer(prod)
    assert denied.status_code == 403
    assert "because no resource-based policy allows the codecommit:GitPull" in denied.text


@pytest.mark.local_only("on AWS no session outlives its account")
@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("sagemaker", "list_models", "InvalidClientTokenId"),
        ("s3", "list_buckets", "InvalidToken"),
    ],
)
def test_a_session_of_a_cloud_that_has_ended_is_not_the_persons(
    staging: Session, service: str, operation: str, code: str
) -> None:
    gone = replace(staging, credentials={**staging.credentials, "AccessKeyId": "ASIA" + "X" * 16})
    with pytest.raises(ClientError, match="it is of a local cloud that has ended") as raised:
        getattr(gone.client(service), operation)()
    assert raised.value.response["Error"]["Code"] == code
