"""`baselines`: an approver looks at a version's baselines, and changes them for everybody to see."""

from __future__ import annotations

import json

import pytest
from offline_registry import APPROVER, GROUP, OfflineRegistry, uri
from pipelines import _utils, baselines
from pipelines.versions import adjusting
from registered_versions import MODEL_QUALITY, constraints_key, log, register

KEY = constraints_key(1, "model_quality")
WIDEN = ["widen", GROUP, "1", "--check", "model_quality", "--by", "0.1", "--reason", "few  rows"]


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> OfflineRegistry:
    """Two versions, each with baselines of its own."""
    aws = OfflineRegistry()
    register(aws, 1, mse=4.0)
    register(aws, 2, mse=5.0)
    monkeypatch.setattr(baselines, "connect", lambda region: aws.aws)
    return aws


def test_show_has_every_check_in_words(
    registry: OfflineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    assert baselines.main(["show", GROUP, "1"]) == 0
    text = capsys.readouterr().out
    rows = [line.split() for line in text.splitlines()]
    assert f"MODEL_QUALITY  {uri(KEY)}" in text
    assert ["mse", "above", "4", "3.9"] in rows
    assert ["r2", "below", "0.5", "0.51"] in rows
    assert ["sex", "String", "1", "F,", "I,", "M", "-"] in rows
    assert ["sex_F", "1", "CI", "0.37", "0"] in rows
    assert ["height", "1.5"] in rows
    assert f"version 1 of {GROUP} is PendingManualApproval." in text


def test_show_as_json_is_the_files(
    registry: OfflineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    assert baselines.main(["show", GROUP, "1", "--check", "model_quality", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {"model_quality": {"uri": uri(KEY), "constraints": MODEL_QUALITY}}


def test_widen_replaces_the_object_and_says_so_everywhere(
    registry: OfflineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    before = registry.objects[KEY]
    assert baselines.main(WIDEN) == 0
    content = registry.json(KEY)
    assert content["regression_constraints"]["mse"] == {
        "threshold": pytest.approx(4.4),
        "comparison_operator": "GreaterThanThreshold",
    }
    assert content["version"] == 0.0
    (entry,) = log(registry, KEY)
    assert entry["who"] == APPROVER
    assert entry["why"] == "few rows"
    assert entry["changes"][0] == {
        "path": "regression_constraints.mse.threshold",
        "from": 4.0,
        "to": 4.4,
    }
    previous = entry["previous"].removeprefix("s3://example-bucket/")
    assert previous.startswith("{}/history/{}/20".format(*KEY.rsplit("/", 1)))
    assert registry.objects[previous] == before
    note = registry.packages[1]["CustomerMetadataProperties"]["BaselineAdjusted-model_quality"]
    assert note == f"{entry['when']} {APPROVER}: few rows"
    out = capsys.readouterr().out
    assert "regression_constraints.mse.threshold: 4.0 is now 4.4" in out
    assert entry["previous"] in out


def test_what_is_written_is_encrypted_as_it_was(registry: OfflineRegistry) -> None:
    baselines.main(WIDEN)
    kept, replaced, _ = registry.called("PutObject")
    for put in (kept, replaced):
        assert put["ServerSideEncryption"] == "aws:kms"
        assert put["SSEKMSKeyId"] == "key"


def test_history_has_every_adjustment_in_order(
    registry: OfflineRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    baselines.main(WIDEN)
    path = "regression_constraints.mse.threshold"
    edit = ["edit", GROUP, "1", "--check", "model_quality", "--set", f"{path}=4.2"]
    baselines.main([*edit, "--reason", "not so much"])
    capsys.readouterr()
    assert baselines.main(["history", GROUP, "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"  {path}: 4.0 became 4.4" in lines
    assert lines.index(f"  {path}: 4.4 became 4.2") > lines.index(f"  {path}: 4.0 became 4.4")
    assert lines.count("  never adjusted") == 4
    assert baselines.main(["history", GROUP, "1", "--check", "model_quality", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["model_quality"]
    assert [entry["why"] for entry in found] == ["few rows", "not so much"]
    baselines.main(["show", GROUP, "1", "--check", "model_quality"])
    assert "adjusted 2 times" in capsys.readouterr().out


def test_edit_of_a_list_item_by_name(registry: OfflineRegistry) -> None:
    key = constraints_key(1, "data_quality")
    edit = ["edit", GROUP, "1", "--check", "data_quality", "--reason", "a sensor fails"]
    baselines.main([*edit, "--set", "features[length].completeness=0.99"])
    assert registry.json(key)["features"][0]["completeness"] == 0.99


def refused(arguments: list[str], registry: OfflineRegistry) -> str:
    """What the command says; nothing must have been written."""
    objects = dict(registry.objects)
    with pytest.raises(_utils.CommandError) as caught:
        baselines.main(arguments)
    assert registry.objects == objects
    assert registry.called("UpdateModelPackage") == []
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_an_approved_version_is_refused_unless_forced(registry: OfflineRegistry) -> None:
    registry.packages[1]["ModelApprovalStatus"] = "Approved"
    message = refused(WIDEN, registry)
    assert message.startswith(f"version 1 of {GROUP} is approved: ")
    assert baselines.main([*WIDEN, "--force"]) == 0
    assert len(log(registry, KEY)) == 1


def test_a_baseline_that_was_carried_over_is_refused_unless_shared(
    registry: OfflineRegistry,
) -> None:
    register(registry, 3, mse=4.5)
    quality = registry.packages[3]["DriftCheckBaselines"]["ModelQuality"]
    quality["Constraints"]["S3Uri"] = uri(KEY)
    message = refused(WIDEN, registry)
    assert f"is also a file of version 3 of {GROUP}" in message
    assert baselines.main([*WIDEN, "--shared"]) == 0


def test_a_change_that_makes_no_baseline_is_refused(registry: OfflineRegistry) -> None:
    edit = ["edit", GROUP, "1", "--reason", "why", "--check", "data_quality"]
    message = refused([*edit, "--set", "features[length].completeness=99"], registry)
    assert message.startswith("this would be no baseline of data_quality: ")
    message = refused([*edit, "--set", "features[length].completeness=1.0"], registry)
    assert message.startswith("nothing would change: ")


def test_a_registered_digest_is_kept(registry: OfflineRegistry) -> None:
    quality = registry.packages[1]["DriftCheckBaselines"]["ModelQuality"]
    quality["Constraints"]["ContentDigest"] = "sha256:00"
    assert "its content cannot change" in refused(WIDEN, registry)


def test_full_metadata_is_said_before_anything_is_written(registry: OfflineRegistry) -> None:
    metadata = registry.packages[1]["CustomerMetadataProperties"]
    metadata.update({f"Key{index}": "value" for index in range(adjusting.MAX_ENTRIES)})
    assert "remove one first" in refused(WIDEN, registry)


def test_two_approvers_at_once(registry: OfflineRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    identify = registry._GetCallerIdentity

    def meanwhile() -> object:
        registry.put(KEY, {**MODEL_QUALITY, "version": 1.0})
        return identify()

    monkeypatch.setattr(registry, "_GetCallerIdentity", meanwhile)
    with pytest.raises(_utils.CommandError, match="was changed by somebody else in the meantime"):
        baselines.main(WIDEN)
    assert registry.json(KEY)["version"] == 1.0


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ("GetCallerIdentity", r"^who is changing the baseline is not known: .*denied"),
        ("UpdateModelPackage", "is changed and logged, but not noted in the version's metadata"),
    ],
)
def test_refusals_of_aws_say_how_far_it_got(
    registry: OfflineRegistry, operation: str, message: str
) -> None:
    registry.refuse[operation] = ("AccessDenied", "denied")
    with pytest.raises(_utils.CommandError, match=message):
        baselines.main(WIDEN)


def test_a_missing_file_is_one_sentence(registry: OfflineRegistry) -> None:
    del registry.objects[KEY]
    message = refused(WIDEN, registry)
    assert message == (
        f"the baseline of model_quality of version 1 of {GROUP} is missing: there is no {uri(KEY)}"
    )


def test_a_version_without_baselines_is_one_sentence(registry: OfflineRegistry) -> None:
    registry.add(4)
    assert "has no DriftCheckBaselines" in refused(["show", GROUP, "4"], registry)
    assert "has no baseline of data_bias" in refused(
        ["show", GROUP, "4", "--check", "data_bias"], registry
    )


def test_a_reason_has_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        baselines.main([*WIDEN[:-1], "  "])
    assert "say why" in capsys.readouterr().err
