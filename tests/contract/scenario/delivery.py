"""CodeCommit, CodeBuild and CodePipeline: a push is built, called with, and waits for approval."""

from __future__ import annotations

from typing import Any

from tests.contract.local import Local
from tests.contract.scenario import reports
from tests.contract.scenario.functions import FUNCTION

REPOSITORY = "contract-repository"
PROJECT = "contract-project"
PIPELINE = "contract-pipeline"
BUILDSPEC = """
version: 0.2
phases:
  build:
    commands:
      - echo built > built.txt
      - echo '<testsuite name="s"><testcase name="c"/></testsuite>' > tests.xml
      - echo '<coverage><class filename="a.py"><line number="1" hits="1"/></class></coverage>' > c.xml
artifacts:
  files: ['built.txt']
reports:
  tests:
    files: ['tests.xml']
  covered:
    files: ['c.xml']
    file-format: COBERTURAXML
"""


def perform(local: Local) -> None:
    """Use the three services."""
    bucket = local.bucket("contract-artifacts")
    _repository(local)
    _project(local, bucket)
    _pipeline(local, bucket)


def _repository(local: Local) -> None:
    codecommit = local.client("codecommit")
    made = codecommit.create_repository(repositoryName=REPOSITORY)["repositoryMetadata"]
    commit = None
    for content in (b"one", b"two"):
        parent = {"parentCommitId": commit} if commit else {}
        commit = codecommit.put_file(
            repositoryName=REPOSITORY,
            branchName="main",
            filePath="folder/a.txt",
            fileContent=content,
            commitMessage="of the contract tests",
            **parent,
        )["commitId"]
    codecommit.create_branch(repositoryName=REPOSITORY, branchName="topic", commitId=commit)
    codecommit.get_branch(repositoryName=REPOSITORY, branchName="topic")
    last = codecommit.create_commit(
        repositoryName=REPOSITORY,
        branchName="topic",
        parentCommitId=commit,
        putFiles=[{"filePath": "b.txt", "fileContent": b"three"}],
    )
    codecommit.get_commit(repositoryName=REPOSITORY, commitId=commit)
    codecommit.batch_get_commits(repositoryName=REPOSITORY, commitIds=[commit, "0" * 40])
    codecommit.get_differences(
        repositoryName=REPOSITORY,
        beforeCommitSpecifier=commit,
        afterCommitSpecifier=last["commitId"],
    )
    file = codecommit.get_file(repositoryName=REPOSITORY, filePath="folder/a.txt")
    codecommit.get_folder(repositoryName=REPOSITORY, folderPath="/")
    codecommit.get_blob(repositoryName=REPOSITORY, blobId=file["blobId"])
    codecommit.list_branches(repositoryName=REPOSITORY)
    codecommit.update_default_branch(repositoryName=REPOSITORY, defaultBranchName="main")
    codecommit.delete_branch(repositoryName=REPOSITORY, branchName="topic")
    codecommit.update_repository_description(
        repositoryName=REPOSITORY, repositoryDescription="of the contract tests"
    )
    codecommit.get_repository(repositoryName=REPOSITORY)
    codecommit.batch_get_repositories(repositoryNames=[REPOSITORY, "nobody"])
    codecommit.list_repositories()
    arn = made["Arn"]
    codecommit.tag_resource(resourceArn=arn, tags={"a": "b"})
    codecommit.list_tags_for_resource(resourceArn=arn)
    codecommit.untag_resource(resourceArn=arn, tagKeys=["a"])
    codecommit.create_repository(repositoryName="dropped")
    codecommit.update_repository_name(oldName="dropped", newName="renamed")
    codecommit.delete_repository(repositoryName="renamed")


def _project(local: Local, bucket: str) -> None:
    codebuild = local.client("codebuild")
    settings = {
        "source": {"type": "NO_SOURCE", "buildspec": BUILDSPEC},
        "artifacts": {"type": "S3", "location": bucket, "name": "out", "packaging": "ZIP"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "A", "value": "b"}],
        },
        "serviceRole": local.role("contract-build", "codebuild"),
    }
    codebuild.create_project(name=PROJECT, **settings)
    build = codebuild.start_build(projectName=PROJECT)["build"]
    _built(local, str(build["id"]))
    reports.perform(local, codebuild.batch_get_builds(ids=[build["id"]])["builds"][0]["reportArns"])
    codebuild.list_builds()
    codebuild.list_builds_for_project(projectName=PROJECT)
    codebuild.stop_build(id=codebuild.retry_build(id=build["id"])["build"]["id"])
    codebuild.update_project(
        name=PROJECT, source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"}
    )
    codebuild.batch_get_projects(names=[PROJECT, "nobody"])
    codebuild.list_projects()
    codebuild.create_project(name="dropped", **settings)
    codebuild.delete_project(name="dropped")


def _built(local: Local, build_id: str) -> None:
    codebuild = local.client("codebuild")
    local.until(
        lambda: codebuild.batch_get_builds(ids=[build_id])["builds"][0]["buildComplete"],
        f"build {build_id} has ended",
    )


def _action(category: str, provider: str, **members: Any) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": provider, "actionTypeId": kind, **members}


def _declaration(role: str, bucket: str) -> dict[str, Any]:
    source = _action(
        "Source",
        "CodeCommit",
        configuration={
            "RepositoryName": REPOSITORY,
            "BranchName": "main",
            "PollForSourceChanges": "false",
        },
        outputArtifacts=[{"name": "Source"}],
    )
    build = _action(
        "Build",
        "CodeBuild",
        configuration={"ProjectName": PROJECT},
        inputArtifacts=[{"name": "Source"}],
        outputArtifacts=[{"name": "Built"}],
    )
    # The file in the repository is no buildspec: the build takes the project's own.
    call = _action("Invoke", "Lambda", configuration={"FunctionName": FUNCTION})
    return {
        "name": PIPELINE,
        "roleArn": role,
        "artifactStore": {"type": "S3", "location": bucket},
        "pipelineType": "V2",
        "stages": [
            {"name": "Source", "actions": [source]},
            {"name": "Build", "actions": [build, call]},
            {"name": "Approval", "actions": [_action("Approval", "Manual")]},
        ],
    }


def _pipeline(local: Local, bucket: str) -> None:
    codepipeline = local.client("codepipeline")
    commit = local.client("codecommit").get_branch(repositoryName=REPOSITORY, branchName="main")
    local.client("codecommit").put_file(
        repositoryName=REPOSITORY,
        branchName="main",
        filePath="buildspec.yml",
        fileContent=BUILDSPEC.encode(),
        commitMessage="with a buildspec",
        parentCommitId=commit["branch"]["commitId"],
    )
    declaration = _declaration(local.role("contract-pipeline", "codepipeline"), bucket)
    codepipeline.create_pipeline(pipeline=declaration)
    codepipeline.get_pipeline(name=PIPELINE)
    codepipeline.list_pipelines()
    _answer(local, "Approved")
    _ended(local, "Succeeded")
    codepipeline.update_pipeline(pipeline=declaration)
    codepipeline.start_pipeline_execution(name=PIPELINE)
    _answer(local, "Rejected")
    failed = _ended(local, "Failed")
    codepipeline.retry_stage_execution(
        pipelineName=PIPELINE,
        stageName="Approval",
        pipelineExecutionId=failed,
        retryMode="FAILED_ACTIONS",
    )
    _waiting(local)
    codepipeline.stop_pipeline_execution(
        pipelineName=PIPELINE, pipelineExecutionId=failed, abandon=True, reason="a test's"
    )
    _ended(local, "Stopped")
    codepipeline.list_action_executions(pipelineName=PIPELINE)
    _rolled_back(local, declaration)
    transition = {"pipelineName": PIPELINE, "stageName": "Build", "transitionType": "Inbound"}
    codepipeline.disable_stage_transition(**transition, reason="a test's")
    codepipeline.get_pipeline_state(name=PIPELINE)
    codepipeline.enable_stage_transition(**transition)
    dropped = {**declaration, "name": "contract-dropped"}
    codepipeline.create_pipeline(pipeline=dropped)
    codepipeline.delete_pipeline(name="contract-dropped")


def _rolled_back(local: Local, declaration: dict[str, Any]) -> None:
    """An entry condition that is overridden, a failure that rolls back, and a rollback by hand."""
    codepipeline = local.client("codepipeline")
    kind = {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"}
    configuration = {"Variable": "#{variables.go}", "Value": "yes", "Operator": "EQ"}
    rule = {"name": "Check", "ruleTypeId": kind, "configuration": configuration}
    last = declaration["stages"][-1] | {
        "beforeEntry": {"conditions": [{"result": "FAIL", "rules": [rule]}]},
        "onFailure": {"result": "ROLLBACK"},
    }
    codepipeline.update_pipeline(
        pipeline={
            **declaration,
            "stages": [*declaration["stages"][:-1], last],
            "variables": [{"name": "go", "defaultValue": "no"}],
        }
    )
    codepipeline.start_pipeline_execution(name=PIPELINE)
    target = _ended(local, "Failed")
    stage = {"pipelineName": PIPELINE, "stageName": "Approval"}
    codepipeline.override_stage_condition(
        **stage, pipelineExecutionId=target, conditionType="BEFORE_ENTRY"
    )
    codepipeline.get_pipeline_state(name=PIPELINE)
    codepipeline.list_rule_executions(pipelineName=PIPELINE)
    _answer(local, "Approved")
    _ended(local, "Succeeded")
    variables = [{"name": "go", "value": "yes"}]
    codepipeline.start_pipeline_execution(name=PIPELINE, variables=variables)
    _answer(local, "Rejected")
    # The rollback has the variables of its target, and so fails before the stage.
    _ended(local, "Failed")
    codepipeline.rollback_stage(**stage, targetPipelineExecutionId=target)
    _ended(local, "Failed")
    codepipeline.update_pipeline(pipeline=declaration)


def _waiting(local: Local) -> str:
    """Wait until the approval waits; its token."""
    found: list[str] = []

    def waits() -> bool:
        state = local.client("codepipeline").get_pipeline_state(name=PIPELINE)
        (action,) = state["stageStates"][2]["actionStates"]
        latest = action.get("latestExecution", {})
        found[:] = [latest["token"]] if "token" in latest else []
        return bool(found)

    local.until(waits, "an approval waits")
    return found[0]


def _answer(local: Local, status: str) -> None:
    local.client("codepipeline").put_approval_result(
        pipelineName=PIPELINE,
        stageName="Approval",
        actionName="Manual",
        token=_waiting(local),
        result={"status": status, "summary": f"{status} by a test"},
    )


def _ended(local: Local, status: str) -> str:
    """Wait until the newest execution has a status; its id."""
    codepipeline = local.client("codepipeline")

    def newest() -> dict[str, Any]:
        listed = codepipeline.list_pipeline_executions(pipelineName=PIPELINE)
        summary: dict[str, Any] = listed["pipelineExecutionSummaries"][0]
        return summary

    local.until(lambda: newest()["status"] == status, f"the execution is {status}")
    execution = str(newest()["pipelineExecutionId"])
    codepipeline.get_pipeline_execution(pipelineName=PIPELINE, pipelineExecutionId=execution)
    return execution
