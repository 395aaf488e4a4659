"""What a declaration may say of conditions, retries and rollbacks, and what is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.codepipeline.structure import check, flow_stages
from localcloud.errors import AwsError
from tests.local_server import REGION
from tests.unit.localcloud.codepipeline.declarations import (
    approval,
    condition,
    function,
    pipeline,
    rule,
    s3_source,
    stage,
    variable_check,
)

STRUCTURE, STAGE = "InvalidStructureException", "InvalidStageDeclarationException"
ACTION = "InvalidActionDeclarationException"
RETRY = {"result": "RETRY", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}}
CHECK = variable_check("#{Source.VersionId}", "x")
ASKED = "#{Invoke.answer}"


def declared(mode: str = "SUPERSEDED", kind: str = "V2", **members: Any) -> dict[str, Any]:
    """A pipeline whose last stage has these members, and an action with a namespace."""
    return pipeline(
        "p",
        "store",
        stage("Source", s3_source("bucket")),
        stage("Prod", function("f", namespace="Invoke"), approval()) | members,
        executionMode=mode,
        pipelineType=kind,
    )


@pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html"
)
def test_conditions_become_those_of_the_flow() -> None:
    given = declared(
        beforeEntry=condition("SKIP", CHECK),
        onSuccess=condition("ROLLBACK", variable_check(ASKED, "yes")),
        onFailure=RETRY,
    )
    check(given, REGION)
    made = flow_stages(given)[1]
    assert made.conditions == {"BEFORE_ENTRY": "SKIP", "ON_SUCCESS": "ROLLBACK"}
    assert (made.on_failure, made.retry_all_actions) == ("RETRY", True)
    assert [each.waits_for_a_person for each in made.actions] == [False, True]
    with_conditions = declared(onFailure=condition("ROLLBACK", CHECK))
    check(with_conditions, REGION)
    made = flow_stages(with_conditions)[1]
    assert (made.conditions, made.on_failure) == ({"ON_FAILURE": "ROLLBACK"}, None)


@pytest.mark.parametrize(
    "provider", ["CloudWatchAlarm", "CodeBuild", "Commands", "DeploymentWindow"]
)
def test_a_rule_provider_that_is_not_built_is_refused_by_name(provider: str) -> None:
    with pytest.raises(AwsError) as refused:
        check(declared(onSuccess=condition("FAIL", rule(provider, "Mine"))), REGION)
    assert refused.value.aws_code == STRUCTURE
    assert str(refused.value) == (
        f"unsupported: codepipeline rule provider '{provider}' of rule 'Mine'; supported: "
        "LambdaInvoke, VariableCheck"
    )


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (declared(kind="V1", onFailure=RETRY), STAGE, "onFailure is only supported in .* V2"),
        (declared(onFailure={"result": "SKIP"}), STAGE, "is SKIP, not ROLLBACK or RETRY"),
        (declared(onFailure=RETRY | condition("ROLLBACK", CHECK)), STAGE, "automatic retry cannot"),
        (
            declared(onFailure={"result": "ROLLBACK"} | condition("ROLLBACK", CHECK)),
            STAGE,
            "a result stands beside",
        ),
        (declared(onFailure=RETRY | {"result": "ROLLBACK"}), STAGE, "needs the result RETRY"),
        (
            declared(onFailure={"result": "RETRY", "retryConfiguration": {"retryMode": "ALL"}}),
            STAGE,
            "not one of FAILED_ACTIONS, ALL_ACTIONS",
        ),
        (declared("PARALLEL", onFailure={"result": "ROLLBACK"}), STAGE, "in PARALLEL mode"),
        (declared("PARALLEL", onSuccess=condition("ROLLBACK", CHECK)), STAGE, "in PARALLEL mode"),
        (declared(beforeEntry=condition("ROLLBACK", CHECK)), STAGE, "not one of FAIL, SKIP"),
        (declared(onSuccess=condition("SKIP", CHECK)), STAGE, "not one of FAIL, ROLLBACK"),
        (declared(onFailure=condition("RETRY", CHECK)), STAGE, "not one of ROLLBACK"),
        (declared(onSuccess=condition("FAIL")), STAGE, "1 to 5 rules"),
        (
            declared(onSuccess={"conditions": condition("FAIL", CHECK)["conditions"] * 2}),
            STAGE,
            "has 2 conditions",
        ),
        (declared(onSuccess=condition("FAIL", CHECK, CHECK)), STAGE, "not unique"),
        (
            declared(onSuccess=condition("FAIL", variable_check("#{Source.ETag}", "1", "GT"))),
            STAGE,
            "its Operator is GT, and must be one of EQ, NE, CONTAINS, MATCHES",
        ),
        (
            declared(onSuccess=condition("FAIL", rule("LambdaInvoke"))),
            STAGE,
            "missing the required configuration FunctionName",
        ),
        (
            declared(onSuccess=condition("FAIL", CHECK | {"commands": ["true"]})),
            STRUCTURE,
            "commands of rule VariableCheck",
        ),
        (
            declared(onSuccess=condition("FAIL", CHECK | {"region": "eu-west-1"})),
            STRUCTURE,
            "in region eu-west-1; supported: us-east-1",
        ),
        (
            declared(onSuccess=condition("FAIL", CHECK | {"timeoutInMinutes": 1})),
            STAGE,
            "from 5 to 86400",
        ),
        (
            declared(
                onSuccess=condition("FAIL", CHECK | {"inputArtifacts": [{"name": "Manifest"}]})
            ),
            STAGE,
            "has 1 input artifacts; at most 0",
        ),
        # Before the stage's own actions have run, their variables are not there.
        (
            declared(beforeEntry=condition("FAIL", variable_check(ASKED, "yes"))),
            ACTION,
            r"does not run before. StageName=\[Prod\], RuleName=\[VariableCheck\]",
        ),
        (declared(blockers=[{"name": "b", "type": "Schedule"}]), STRUCTURE, "blockers in stage"),
        (declared("QUEUED", kind="V1"), STRUCTURE, "only be used with V2 pipelines"),
    ],
)
def test_what_is_wrong_is_refused_by_name(given: dict[str, Any], code: str, message: str) -> None:
    with pytest.raises(AwsError) as refused:
        check(given, REGION)
    assert refused.value.aws_code == code
    assert refused.match(message)


def test_a_source_stage_is_not_rolled_back() -> None:
    given = declared()
    given["stages"][0]["onFailure"] = {"result": "ROLLBACK"}
    with pytest.raises(AwsError, match="a source stage cannot be rolled back"):
        check(given, REGION)
    given["stages"][0]["onFailure"] = RETRY
    check(given, REGION)
