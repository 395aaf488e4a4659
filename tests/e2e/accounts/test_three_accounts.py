"""Pipelines, staging and prod in three accounts: a version's way through them, and without each single
permission that it needs. The tests are in the order in which things happen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.local_cloud import REGION

from .. import trained
from ..conftest import ROOT, TOOLS
from ..deployed import wait_for
from . import cases, three_accounts
from .cases import ALARM, CAPTURE, PRUNED
from .permissions import permissions
from .project import REQUESTS, Project, told
from .situations import Scene
from .three_accounts import STAGES
from .trials import Trials
from .walk import PROD, STAGING, TEST

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html"
    ),
    pytest.mark.local_only("it starts a local cloud of its own, with accounts made for it"),
    pytest.mark.timeout(1200),
]
MODELS = {"first": {"rounds": 20, "max_depth": 4}, "second": {"rounds": 40, "max_depth": 6}}
SETTINGS = {
    stage: {"autoscaling": {"max_instance_count": 2}, "keep_versions": 1} for stage in STAGES
}
CREATION = (
    cases.CREATION,
    cases.MODEL_THERE,
    cases.NOT_SERVED,
    cases.FAILED_ENDPOINT,
    cases.UNSCALED,
    cases.UNTRACKED,
)
UPDATE, RESIZING = (cases.UPDATE, cases.WATCHED), (cases.SCALED, cases.DEREGISTERED)


@pytest.fixture(scope="module", params=["sample", pytest.param("all", marks=pytest.mark.soak)])
def project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    """The project in its accounts; all permissions are taken away, or a sample."""
    before = Path.cwd()
    os.chdir(ROOT)
    os.environ["PATH"] = os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]])
    try:
        base = trained.split(tmp_path_factory.mktemp("training"))
        models = {name: trained.train(base, **chosen) for name, chosen in MODELS.items()}
        image = trained.image(REGION)
        with three_accounts.made(tmp_path_factory.mktemp("accounts"), SETTINGS) as three:
            trials = Trials(three, request.param, permissions(three))
            yield Project(three, trials, models, image)
    finally:
        os.chdir(before)


@pytest.fixture(autouse=True)
def named(project: Project) -> Iterator[None]:
    """Whatever was taken away was named by what failed."""
    yield
    assert not project.trials.unnamed, "\n".join(project.trials.unnamed)


def test_a_first_version_is_made_in_the_accounts_of_the_stages(project: Project) -> None:
    version, trials = project.register("first", "first"), project.trials
    walk = project.approval_of("first")
    trials.fail(walk, STAGING, version, CREATION)
    trials.fail(walk, TEST, version, [cases.TESTED])
    trials.fail(walk, PROD, version, CREATION)
    walk.through(PROD)
    project.require_live("first", "first")
    sagemaker = project.deployed.clients.sagemaker
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
    assert sagemaker.list_models()["Models"] == []


def test_a_second_version_takes_its_place_by_an_update(project: Project) -> None:
    version, trials = project.register("second", "second"), project.trials
    for stage in STAGES:
        project.ask(stage, REQUESTS)
    walk = project.approval_of("second")
    trials.fail(walk, STAGING, version, UPDATE)
    trials.fail(walk, PROD, version, UPDATE)
    assert "latency bound" in walk.through(PROD)
    project.require_live("second", "second")


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_captured_lies_in_the_account_of_the_stage(project: Project, stage: str) -> None:
    group = f"/aws/sagemaker/Endpoints/abalone-{stage}"
    project.without(stage, CAPTURE, group, lambda: project.ask(stage))
    before = len(project.captured(stage))
    project.ask(stage)
    wait_for(
        lambda: project.captured(stage),
        lambda found: len(found) > before,
        "what was captured",
    )


def test_a_rejection_brings_the_first_back(project: Project) -> None:
    deployed = project.deployed
    before = deployed.deployments()
    deployed.approve(project.versions["second"], "Rejected")
    actions = deployed.follow_deploy(deployed.deployment_after(before), "Rejected", "not asked")
    assert "Approval" not in {action["stageName"] for action in actions}
    project.require_live("first", "first")


@pytest.mark.parametrize("stage", STAGES)
def test_an_alarm_of_a_stage_is_told_by_the_topic_of_the_pipelines(
    project: Project, stage: str
) -> None:
    def ring() -> str:
        project.alarm(stage, "OK")
        return project.alarm(stage, "ALARM")

    with told(project.deployed) as messages:
        project.without(stage, ALARM, "/localcloud/events/failed-invocations", ring)
        assert messages() == []
        name = ring()
        (message,) = wait_for(messages, bool, "the alarm")
    assert f"The alarm {name} went off (account {project.three.ids[stage]}): " in message


@pytest.mark.soak
def test_another_instance_type_of_a_scaled_endpoint(project: Project) -> None:
    def resize(settings: dict[str, Any]) -> None:
        settings["instances"]["instanceType"] = "ml.m5.xlarge"

    version = project.versions["first"].rpartition("/")[2]
    walk = project.setting("staging", resize)
    project.trials.fail(walk, STAGING, version, RESIZING)
    walk.through(TEST)
    walk = project.setting("prod", resize)
    project.trials.fail(walk, PROD, version, RESIZING)
    walk.through(PROD)
    for stage in STAGES:
        assert Scene(project.three, stage).live()["Variant"]["InstanceType"] == "ml.m5.xlarge"


@pytest.mark.soak
def test_old_versions_that_cannot_be_removed_are_told_of(project: Project) -> None:
    """The version is live all the same: the action succeeds, and says what it could not do."""
    trials, scenes = project.trials, {stage: Scene(project.three, stage) for stage in STAGES}
    version = project.register("third", "second")
    walk = project.approval_of("third")
    for staging, prod in zip(*(trials.of(stage, PRUNED) for stage in STAGES), strict=True):
        for scene in scenes.values():
            scene.prepare(PRUNED, version)
        with staging.removed(), prod.removed():
            trials.judge(staging, walk.through(STAGING))
            trials.judge(prod, walk.through(PROD))
        walk = project.again()
    walk.through(PROD)
    project.require_live("third", "second")
    assert not any(scene.models(version_of(project, "second")) for scene in scenes.values())


def version_of(project: Project, name: str) -> str:
    """A version's number."""
    return project.versions[name].rpartition("/")[2]


def test_every_permission_is_accounted_for(project: Project) -> None:
    trials = project.trials
    counted = cases.counts(trials.permissions)
    unneeded = [case for case in cases.CASES if not any(map(case.covers, trials.permissions))]
    assert not unneeded, f"cases.py has lines about nothing: {unneeded}"
    assert counted == cases.documented(), "\n".join(["docs/deployments.md:", *cases.rows(counted)])
    if trials.which == "all":
        wanted = {str(each) for each in trials.permissions if not cases.case_of(each).reason}
        assert set(trials.said) == wanted
