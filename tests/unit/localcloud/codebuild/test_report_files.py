"""Files of reports: what they say, and what is not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from localcloud.codebuild import report_files
from localcloud.codebuild.report_files import BadReport, Coverage, clover, cobertura, junit
from tests.unit.localcloud.codebuild.report_texts import BOMB, CLOVER, COBERTURA, JUNIT, PASSED


def test_test_cases() -> None:
    good, bad, broken, later = junit(JUNIT.encode(), "junit.xml")
    assert (good.name, good.prefix, good.suite) == ("test_good", "tests.test_a", "pytest")
    assert (good.status, good.nanoseconds, good.message) == ("SUCCEEDED", 250_000_000, "")
    assert (bad.status, bad.nanoseconds) == ("FAILED", 125_000_000)
    assert bad.message.splitlines() == ["assert 1 == 2", "def test_bad():", "E   assert 1 == 2"]
    assert (broken.status, broken.nanoseconds, broken.message) == ("ERROR", 0, "no x")
    assert (later.status, later.path) == ("SKIPPED", "junit.xml")


def test_one_suite_may_be_the_root_and_have_a_namespace() -> None:
    text = PASSED.replace("<testsuite ", '<testsuite xmlns="urn:x" ')
    assert [case.status for case in junit(text.encode(), "")] == ["SUCCEEDED"]


def test_cobertura_counts_a_line_once() -> None:
    assert cobertura(COBERTURA.encode(), "") == [
        Coverage("a.py", 2, 1, 1, 1),
        Coverage("b.py", 1, 0, 0, 0),
    ]


def test_clover() -> None:
    assert clover(CLOVER.encode(), "") == [Coverage("/src/a.py", 3, 1, 1, 1)]


@pytest.mark.parametrize("read", [junit, cobertura, clover])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<testsuites", "it is no XML: "),
        ("", "it is no XML: "),
        ("<html/>", "its root is <html>"),
        (BOMB, "it declares the entity a"),
        ('<?xml version="1.0" encoding="nothing"?><coverage/>', "it is no XML: "),
    ],
)
def test_what_is_not_read(read: Callable[[bytes, str], Any], text: str, message: str) -> None:
    with pytest.raises(BadReport, match=message):
        read(text.encode(), "")


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_files, "MOST_BYTES", 10)
    with pytest.raises(BadReport, match="has more than 10 bytes"):
        junit(PASSED.encode(), "")
