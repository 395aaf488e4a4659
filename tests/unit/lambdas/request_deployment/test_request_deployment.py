"""What is written, who is named in it, and that two invocations at once cannot cross."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.lambdas.job_events import stage_settings
from tests.unit.lambdas.request_deployment.scene import STAGES, Scene


def test_the_manifest_says_what_why_and_by_whom(scene: Scene) -> None:
    scene.register(2)
    scene.approve(1)
    scene.approve(2)
    scene.was_deployed(1)
    scene.reject(2)
    first, second, third = scene.manifests()
    assert (first.approved_by, first.requested_by, first.previous_model_package_arn) == (
        scene.person,
        scene.person,
        None,
    )
    assert first.approved_at <= second.approved_at <= second.requested_at.replace("Z", ".999Z")
    assert second.previous_model_package_arn == first.model_package_arn
    assert (third.model_package_arn, third.requested_by) == (first.model_package_arn, scene.person)
    assert third.approved_at == first.approved_at
    assert third.stages == {stage: stage_settings(stage) for stage in STAGES}


def test_a_pin_is_recorded_with_who_and_why(scene: Scene) -> None:
    scene.register(2)
    for version in (1, 2):
        scene.approve(version)
        scene.was_deployed(version)
    scene.pin(1)
    manifest = scene.manifests()[-1]
    assert (manifest.requested_by, manifest.note) == (scene.person, "the newer one is slow")


def test_every_request_is_kept_under_a_key_of_its_own(scene: Scene) -> None:
    scene.register(2)
    scene.approve(1)
    scene.approve(2)
    scene.reject(2)
    kept = _records(scene)
    names = {name.partition("Z-")[2] for name in kept}
    assert names == {"v1-approved.json", "v2-approved.json", "v1-rejected.json"}
    for manifest in scene.manifests():
        assert json.loads(manifest.to_json()) in kept.values()


def test_a_record_that_a_cut_short_run_left_out_is_written_by_the_next(scene: Scene) -> None:
    scene.register(1)
    scene.approve(1)
    (name,) = _records(scene)
    scene.s3.delete_object(Bucket=scene.bucket, Key=f"history/requests/{name}")
    scene.event()
    assert list(_records(scene)) == [name]


def test_a_missing_parameter_changes_nothing_and_is_told(scene: Scene) -> None:
    scene.register(2)
    scene.approve(1)
    scene.parameters.delete_parameter(Name=f"{scene.prefix}/stages/prod")
    scene.approve(2)
    assert len(scene.manifests()) == 1
    (message,) = scene.messages()
    assert f"parameter {scene.prefix}/stages/prod does not exist" in message


def test_settings_that_cannot_be_meant_change_nothing_and_are_told(scene: Scene) -> None:
    scene.register(1)
    scene.approve(1)
    scene.change_settings("prod", keepVersions=0)
    assert len(scene.manifests()) == 1
    (message,) = scene.messages()
    assert "'keepVersions' must be 1 to 100, not 0" in message


def test_rollbacks_wait_where_the_configuration_says_so(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLBACK_WAITS_FOR_APPROVAL", "true")
    scene.register(2)
    for version in (1, 2):
        scene.approve(version)
        scene.was_deployed(version)
    scene.reject(2)
    manifest = scene.manifests()[-1]
    assert (manifest.reason, manifest.prod_approval_required) == ("rejected", True)
    assert "rollback_waits_for_approval" in manifest.prod_approval_because


@pytest.mark.parametrize("moment", ["ListModelPackages", "GetParameterHistory"])
def test_who_decided_on_an_older_state_decides_again(scene: Scene, moment: str) -> None:
    """Another invocation runs from start to end in the middle of this one."""
    scene.register(3)
    scene.approve(1)
    scene.approve_silently(2)

    def another() -> None:
        scene.approve(3)

    with _once_before(scene, moment, another):
        scene.event()
    assert [manifest.model_package_version for manifest in scene.manifests()] == [1, 3]


def test_who_always_loses_gives_up_for_lambda_to_retry(scene: Scene) -> None:
    scene.register(2)
    scene.approve(1)
    scene.approve_silently(2)
    with (
        _before(scene, "ListModelPackages", lambda: scene.edit_manifest(1)),
        pytest.raises(RuntimeError, match="was written by others 5 times in a row"),
    ):
        scene.event()


def test_a_refusal_is_raised_for_lambda_to_retry(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANIFEST_BUCKET_NAME", "there-is-no-such-bucket")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        scene.event()


def _records(scene: Scene) -> dict[str, Any]:
    listed = scene.s3.list_objects_v2(Bucket=scene.bucket, Prefix="history/requests/")
    return {
        entry["Key"].rpartition("/")[2]: json.loads(
            scene.s3.get_object(Bucket=scene.bucket, Key=entry["Key"])["Body"].read()
        )
        for entry in listed.get("Contents") or []
    }


@contextmanager
def _before(scene: Scene, operation: str, act: Callable[[], None]) -> Iterator[None]:
    """Have something happen before each call of an operation by the function."""
    service = "ssm" if operation == "GetParameterHistory" else "sagemaker"
    events = scene.asset.module("slipway_shared.clients").client(service).meta.events
    name = f"before-parameter-build.{service}.{operation}"

    def happen(**_: Any) -> None:
        act()

    events.register(name, happen)
    try:
        yield
    finally:
        events.unregister(name, happen)


@contextmanager
def _once_before(scene: Scene, operation: str, act: Callable[[], None]) -> Iterator[None]:
    done: list[bool] = []

    def once() -> None:
        if not done:
            done.append(True)
            act()

    with _before(scene, operation, once):
        yield
