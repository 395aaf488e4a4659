"""Projects, lists of builds, idempotency, retries, and what is refused by name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.codebuild.conftest import ENVIRONMENT, ROLE, Cloud

ECHO = "version: 0.2\nphases: {build: {commands: [echo hi]}}\n"


def test_project_is_made_changed_listed_and_deleted(cloud: Cloud) -> None:
    name = cloud.project(ECHO, description="one", tags=[{"key": "k", "value": "v"}])
    codebuild = cloud.codebuild
    answer = codebuild.batch_get_projects(names=[name, "absent"])
    (project,) = answer["projects"]
    assert answer["projectsNotFound"] == ["absent"]
    assert project["arn"] == f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/{name}"
    assert project["timeoutInMinutes"] == 60
    assert project["encryptionKey"].endswith("alias/aws/s3")
    changed = codebuild.update_project(name=name, description="two")["project"]
    assert (changed["description"], changed["source"]) == ("two", project["source"])
    assert name in codebuild.list_projects()["projects"]
    with pytest.raises(codebuild.exceptions.ResourceAlreadyExistsException):
        codebuild.create_project(
            name=name,
            source={"type": "NO_SOURCE", "buildspec": ECHO},
            artifacts={"type": "NO_ARTIFACTS"},
            environment=ENVIRONMENT,
            serviceRole=ROLE,
        )
    codebuild.delete_project(name=name)
    codebuild.delete_project(name=name)
    assert codebuild.batch_get_projects(names=[name])["projects"] == []
    with pytest.raises(codebuild.exceptions.ResourceNotFoundException, match="cannot be found"):
        cloud.start(name)


def test_builds_are_listed_the_newest_first_and_retried(cloud: Cloud) -> None:
    name = cloud.project(ECHO)
    first = cloud.start(name, environmentVariablesOverride=[{"name": "A", "value": "1"}])
    cloud.wait(first)
    retried = cloud.codebuild.retry_build(id=first)["build"]
    assert retried["buildNumber"] == 2
    assert [each["name"] for each in retried["environment"]["environmentVariables"]] == ["A"]
    cloud.wait(retried["id"])
    listed = cloud.codebuild.list_builds_for_project(projectName=name)["ids"]
    assert listed == [retried["id"], first]
    ascending = cloud.codebuild.list_builds_for_project(projectName=name, sortOrder="ASCENDING")
    assert ascending["ids"] == [first, retried["id"]]
    assert set(listed) <= set(cloud.codebuild.list_builds()["ids"])
    answer = cloud.codebuild.batch_get_builds(ids=[f"{name}:absent"])
    assert answer == answer | {"builds": [], "buildsNotFound": [f"{name}:absent"]}


def test_idempotency_token_starts_one_build(cloud: Cloud) -> None:
    name, token = cloud.project(ECHO), uuid4().hex
    first = cloud.start(name, idempotencyToken=token)
    assert cloud.start(name, idempotencyToken=token) == first
    with pytest.raises(ClientError, match="Parameter mismatch"):
        cloud.start(name, idempotencyToken=token, timeoutInMinutesOverride=7)
    cloud.wait(first)


def test_overridden_buildspec_timeout_and_logs(cloud: Cloud) -> None:
    build = cloud.wait(
        cloud.start(
            cloud.project(ECHO),
            buildspecOverride=ECHO.replace("hi", "ho"),
            timeoutInMinutesOverride=7,
            logsConfigOverride={
                "cloudWatchLogs": {"status": "ENABLED", "groupName": "mine", "streamName": "some"}
            },
        )
    )
    assert build["timeoutInMinutes"] == 7
    assert build["logs"]["groupName"] == "mine"
    assert build["logs"]["streamName"] == "some/" + build["id"].partition(":")[2]
    assert build["logs"]["cloudWatchLogsArn"].endswith(f":log-stream:{build['logs']['streamName']}")
    assert "ho" in cloud.log(build)
    silent = cloud.build(ECHO, logsConfig={"cloudWatchLogs": {"status": "DISABLED"}})
    assert silent["buildStatus"] == "SUCCEEDED"
    assert "groupName" not in silent["logs"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"environment": {**ENVIRONMENT, "privilegedMode": True}},
            "environment privilegedMode 'True'",
        ),
        ({"environment": {**ENVIRONMENT, "type": "LINUX_EC2"}}, "environment type 'LINUX_EC2'"),
        (
            {"environment": {**ENVIRONMENT, "fleet": {"fleetArn": "f"}}},
            "project environment member 'fleet'",
        ),
        ({"vpcConfig": {"vpcId": "vpc-1"}}, "Invalid vpc config: subnets is required"),
        ({"cache": {"type": "LOCAL"}}, "cache type 'LOCAL'; supported: NO_CACHE"),
        ({"buildBatchConfig": {"serviceRole": ROLE}}, "project member 'buildBatchConfig'"),
        ({"source": {"type": "GITHUB", "location": "x"}}, "project source type 'GITHUB'"),
        ({"source": {"type": "S3"}}, "Project source location is required"),
        ({"source": {"type": "CODEPIPELINE"}}, "both sourceType, and artifactType must be set"),
        (
            {"logsConfig": {"s3Logs": {"status": "ENABLED", "location": "b"}}},
            "s3Logs status 'ENABLED'",
        ),
        ({"timeoutInMinutes": 3000}, "Invalid timeoutInMinutes"),
        (
            {"serviceRole": "arn:aws:iam::123456789012:role/none"},
            "not authorized to perform: sts:AssumeRole",
        ),
        (
            {"serviceRole": "arn:aws:iam::999999999999:role/code-build"},
            "does not match caller's account",
        ),
    ],
)
def test_refused_settings_name_themselves(
    cloud: Cloud, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        cloud.project(ECHO, **settings)
    assert refused.value.response["Error"]["Code"] == "InvalidInputException"
    assert message in refused.value.response["Error"]["Message"]


def test_refused_overrides_and_operations_name_themselves(cloud: Cloud) -> None:
    name = cloud.project(ECHO)
    with pytest.raises(ClientError, match="StartBuild member 'debugSessionEnabled'"):
        cloud.start(name, debugSessionEnabled=True)
    with pytest.raises(ClientError, match="environment privilegedMode"):
        cloud.start(name, privilegedModeOverride=True)
    with pytest.raises(ClientError, match="codebuild operation CreateFleet"):
        cloud.codebuild.create_fleet(
            name="fleet",
            baseCapacity=1,
            environmentType="LINUX_EC2",
            computeType="BUILD_GENERAL1_SMALL",
        )
    with pytest.raises(ClientError, match="does not exist"):
        cloud.codebuild.stop_build(id=f"{name}:absent")


def test_role_that_may_not_write_logs_fails_the_build(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    from localcloud.codebuild import build_log

    class Denied:
        class exceptions:
            ResourceNotFoundException = KeyError

        def create_log_stream(self, **_: Any) -> None:
            error = {"Code": "AccessDeniedException", "Message": "User: x is not authorized"}
            raise ClientError({"Error": error}, "CreateLogStream")

    monkeypatch.setattr(build_log, "clients", SimpleNamespace(client=lambda *_: Denied()))
    build = cloud.build(ECHO)
    assert build["buildStatus"] == "FAILED"
    (queued,) = [each for each in build["phases"] if each["phaseType"] == "QUEUED"]
    assert queued["contexts"][0]["statusCode"] == "ACCESS_DENIED"
    assert (
        "does not allow AWS CodeBuild to create Amazon CloudWatch Logs log streams"
        in (queued["contexts"][0]["message"])
    )
