"""When the permissions of a run are judged, and what is said of a planted fault."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import iam_calls
from tools.iam_report import acknowledgements, snapshot
from tools.iam_report.snapshot import Call, Snapshot

EVERY = {
    str(file.relative_to(iam_calls.ROOT))
    for file in (iam_calls.ROOT / iam_calls.SUITE).rglob("test_*.py")
}


def config(args: tuple[str, ...] = ("tests",), **options: Any) -> Any:
    defaults = {"keyword": "", "markexpr": "", "deselect": None}
    return SimpleNamespace(option=SimpleNamespace(**{**defaults, **options}), args=list(args))


def test_only_a_whole_run_is_judged() -> None:
    assert len(EVERY) > 10
    assert iam_calls.ran_whole(config(), EVERY | {"tests/unit/test_boundaries.py"})
    assert not iam_calls.ran_whole(config(), EVERY - {"tests/e2e/test_loop.py"})
    assert not iam_calls.ran_whole(config(keyword="loop"), EVERY)
    assert not iam_calls.ran_whole(config(markexpr="e2e"), EVERY)
    assert not iam_calls.ran_whole(config(("tests/e2e/test_loop.py::test_x",)), EVERY)


@pytest.mark.parametrize(
    ("statement", "call", "words"),
    [
        ({"Action": "s3:DeleteBucket", "Resource": "arn:b"}, None, "and never used it"),
        (
            {"Action": "sns:Publish", "Resource": "*"},
            Call("Planted/Role", "sns:Publish", "arn:t", True, ""),
            'on "*", and no line says why',
        ),
        (
            {"Action": "sns:Publish", "Resource": "arn:t"},
            Call("Planted/Role", "s3:GetObject", "arn:o", False, "no identity-based policy"),
            "was denied s3:GetObject",
        ),
    ],
)
def test_a_planted_fault_fails_the_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    statement: dict[str, str],
    call: Call | None,
    words: str,
) -> None:
    monkeypatch.setenv(iam_calls.VARIABLE, str(tmp_path))
    used = Call("Planted/Role", "sns:Publish", "arn:t", True, "")
    planted = Snapshot({"Planted/Role": [{"Effect": "Allow", **statement}]}, (used,))
    if call is not None and call != used:
        planted = Snapshot(planted.statements, (used, call))
    (tmp_path / "worker-cloud.json").write_text(planted.as_json())
    assert any(words in each for each in iam_calls.judge())


def test_a_clouds_unexpected_denial_fails_its_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = Call("Some/Role", "s3:GetObject", "arn:o", False, "no identity-based policy")
    monkeypatch.setenv(iam_calls.VARIABLE, str(tmp_path))
    monkeypatch.setattr(snapshot, "take", lambda *_: Snapshot({}, (denied,)))
    state = tmp_path / "cloud" / "state"
    with pytest.raises(AssertionError, match="Some/Role was denied s3:GetObject on arn:o"):
        iam_calls.keep("http://localhost:1", "us-east-1", state)
    (kept,) = tmp_path.glob("*.json")
    assert json.loads(kept.read_text())["calls"][0]["action"] == "s3:GetObject"
    known = next(each for each in acknowledgements.load() if each.kind == "denied")
    role, action = known.role.replace("*", "X"), known.actions[0]
    expected = Snapshot({}, (Call(role, action, "arn:o", False, "no identity-based policy"),))
    monkeypatch.setattr(snapshot, "take", lambda *_: expected)
    iam_calls.keep("http://localhost:1", "us-east-1", state)
