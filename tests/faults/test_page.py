"""docs/faults.md is about the functions that there are, and nothing on it was not survived."""

from __future__ import annotations

import re
from collections import Counter

from tests.faults.injector import KINDS
from tests.unit.lambdas.assets import HANDLERS
from tools import faults_page
from tools.faults_page import Counted


def test_every_function_has_every_kind_of_fault() -> None:
    page = faults_page.PAGE.read_text()
    rows = re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \| (\d+) \| \d+ \| \d+ \| (\d+) \|$", page, re.M)
    # Of a new function there are none until the next `make soak`, and the page says so.
    new = set(faults_page.not_tried(page)) - {name for name, *_ in rows}
    assert {(name, kind) for name, kind, *_ in rows} == {
        (name, kind) for name in HANDLERS if name not in new for kind in KINDS
    }
    assert {name: int(lost) for name, _, put, lost in rows if int(lost) or not int(put)} == {}
    assert sorted(faults_page.functions_of(page)) == HANDLERS


def test_what_was_not_survived_is_on_the_page() -> None:
    counted = Counted(
        put=Counter({("smoke_test", "raised"): 3, ("pushes", "twice"): 2}),
        survived=Counter({("smoke_test", "raised", "by itself"): 1}),
        calls={"smoke_test": {"s3:GetObject"}},
    )
    page = faults_page.render(counted, "2026-01-01")
    assert "| `smoke_test` | raised | 3 | 1 | 0 | 2 |" in page
    assert "| pushes | twice | 2 | 0 | not survived |" in page
    assert "5 faults were put, 1 survived" in page
    assert faults_page.functions_of(page) == {"smoke_test": {"s3:GetObject"}}
