"""The report on permissions, on a snapshot of one role, with one of each fault planted in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.iam_report import acknowledgements, page, snapshot, usage
from tools.iam_report.acknowledgements import Acknowledgement
from tools.iam_report.snapshot import Call, Snapshot

ROLE = "Stack/Role"
BUCKET = "arn:aws:s3:::${Stack/Bucket}"
REASON = "Because the test says that it is right."


def allowing(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def of(*statements: dict[str, Any], calls: tuple[Call, ...] = ()) -> Snapshot:
    return Snapshot({ROLE: list(statements)}, calls)


def call(action: str, resource: str, allowed: bool = True) -> Call:
    return Call(ROLE, action, resource, allowed, "" if allowed else "no identity-based policy", 3)


READ = allowing("s3:GetObject", f"{BUCKET}/*")
READS = call("s3:GetObject", f"{BUCKET}/data.csv")
CLEAN = of(READ, calls=(READS,))


def test_what_is_used_needs_no_words() -> None:
    assert acknowledgements.problems(CLEAN, []) == []
    assert [each.used for each in usage.permissions(CLEAN)] == [3]


@pytest.mark.parametrize(
    ("statement", "calls", "words"),
    [
        # Allowed and never used: at all, or on these resources.
        (allowing("s3:PutObject", f"{BUCKET}/*"), (), "allowed s3:PutObject on"),
        (allowing("s3:GetObject", "arn:aws:s3:::other/*"), (), "arn:aws:s3:::other/* and never"),
        # Any resource.
        (
            allowing("sns:Publish", "*"),
            (call("sns:Publish", "arn:aws:sns:us-east-1:123456789012:t"),),
            'allowed sns:Publish on "*", and no line says why',
        ),
        # Denied.
        (READ, (call("s3:PutObject", f"{BUCKET}/x", allowed=False),), "was denied s3:PutObject"),
    ],
)
def test_a_planted_fault_is_told(
    statement: dict[str, Any], calls: tuple[Call, ...], words: str
) -> None:
    planted = of(READ, statement, calls=(READS, *calls))
    found = acknowledgements.problems(planted, [])
    assert len(found) == 1
    assert words in found[0]
    kinds = [Acknowledgement(kind, ROLE, ("*",), REASON) for kind in acknowledgements.KINDS]
    assert [each for each in acknowledgements.problems(planted, kinds) if words in each] == []


def test_a_wildcard_is_each_of_its_actions() -> None:
    found = usage.permissions(of(allowing("s3:GetBucketA*", BUCKET)))
    assert [each.action for each in found] == ["s3:GetBucketAbac", "s3:GetBucketAcl"]


def test_a_condition_does_not_hide_a_use() -> None:
    condition = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    passed = of(
        allowing("iam:PassRole", "arn:r", Condition=condition),
        calls=(call("iam:PassRole", "arn:r"),),
    )
    assert acknowledgements.problems(passed, []) == []


def test_a_line_about_nothing_is_told() -> None:
    line = Acknowledgement("never_used", ROLE, ("s3:DeleteObject",), REASON)
    assert acknowledgements.problems(CLEAN, [line]) == [
        f"acknowledged.toml: never_used of {ROLE}: s3:DeleteObject is not needed any more"
    ]


def test_the_committed_lines_have_reasons(tmp_path: Path) -> None:
    assert acknowledgements.load()
    bad = tmp_path / "lines.toml"
    bad.write_text('[[denied]]\nrole = "r"\nactions = ["a:B"]\n')
    with pytest.raises(ValueError, match="denied of r has no reason"):
        acknowledgements.load(bad)
    bad.write_text('[[unknown]]\nrole = "r"\n')
    with pytest.raises(ValueError, match="unknown table 'unknown'"):
        acknowledgements.load(bad)


def test_snapshots_are_put_together(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(CLEAN.as_json())
    other = of(READ, allowing("s3:PutObject", BUCKET), calls=(READS,))
    (tmp_path / "b.json").write_text(other.as_json())
    found = snapshot.read(tmp_path)
    assert len(found.statements[ROLE]) == 2
    assert [each.count for each in found.calls] == [6]
    text = page.render(found, [])
    assert "| `s3:GetObject` | `${Stack/Bucket}/*` | used |" in text
    assert "**never used**" in text


def test_without_snapshots_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="run `make iam-report`"):
        snapshot.read(tmp_path)
