"""docs/trust.md has the numbers that the tests, the report on permissions and the page on faults have."""

from __future__ import annotations

import re
from pathlib import Path

from tests.contract import samples, test_answers, test_error_codes, test_events, test_rule_patterns
from tests.contract import test_resource_schemas as schemas
from tests.e2e.accounts import cases
from tests.infra.configurations import CONFIGURATIONS
from tools import coverage

DOCS = Path(__file__).resolve().parents[3] / "docs"
ROW = "| {what} | {count} | {shown} |"


def _permissions() -> tuple[str, str]:
    found = re.search(
        r"^(\d+) roles, (\d+) permissions, (\d+) of them used; (\d+) never.* (\d+) unexplained",
        (DOCS / "iam.md").read_text(),
        re.MULTILINE,
    )
    assert found is not None
    roles, every, used, never, unexplained = found.groups()
    return roles, f"{every}: {used} used, {never} explained, {unexplained} unexplained"


def _faults() -> str:
    found = re.search(r"(\d+) faults were put, (\d+) survived", (DOCS / "faults.md").read_text())
    assert found is not None
    return f"{found[1]} put, {found[2]} survived"


def _across_accounts() -> str:
    counted = cases.documented()
    outcomes = (cases.FAILS, cases.SUCCEEDS, cases.LOGGED, cases.REASONED)
    fails, succeeds, logged, reasoned = (counted[outcome] for outcome in outcomes)
    return (
        f"{sum(counted.values())}: {fails} end it, {succeeds} are told of when it is over, {logged}"
        f" are in a log, {reasoned} have a reason"
    )


def rows() -> list[str]:
    """The table, from what is there."""
    covered = [coverage.of(service) for service in coverage.SERVICES]
    ours = sum(len(each.ours) for each in covered)
    compared = ours - len(test_answers.NOT_CALLED)
    refused = sum(len(each.refused) for each in covered)
    moto = sum(len(each.moto) for each in covered)
    rules = len(test_rule_patterns.RULES)
    roles, permissions = _permissions()
    table = [
        (
            "operations of our own, called, and each answer held against botocore's shapes",
            f"{compared} of {ours}",
            "`tests/contract/test_answers.py`, which names the others with their reasons",
        ),
        (
            "other operations of the services here",
            f"{moto} moto's, {refused} refused by name",
            "[fidelity](fidelity.md#operations)",
        ),
        (
            "services whose error codes are held against botocore's",
            str(len(test_error_codes.SERVICES)),
            "`tests/contract/test_error_codes.py`",
        ),
        (
            "kinds of events that are emitted, held against AWS's published samples",
            f"{len(test_events.EMITTED)} kinds, {len(samples.SAMPLES)} samples",
            "`tests/contract/test_events.py`",
        ),
        (
            "rules of the templates that match their samples and no other",
            f"{rules} rules, {len(samples.SAMPLES)} samples each",
            "`tests/contract/test_rule_patterns.py`",
        ),
        (
            "CloudFormation types of our own, held against their published schemas",
            str(len(schemas.TYPES)),
            "`tests/contract/test_resource_schemas.py`",
        ),
        (
            "configurations whose templates cdk-nag and cfn-lint find nothing in, synthesized twice",
            str(len(CONFIGURATIONS)),
            "`tests/policy`, `tests/infra/test_synthesis.py`",
        ),
        ("roles whose every permission is used or explained", roles, "[permissions](iam.md)"),
        ("their permissions", permissions, "[permissions](iam.md), `make iam-report`"),
        (
            "permissions of a deployment across accounts, each taken away and named",
            _across_accounts(),
            "[deployments](deployments.md#several-accounts), `make soak`",
        ),
        ("faults", _faults(), "[faults](faults.md), `make soak`"),
    ]
    return [ROW.format(what=what, count=count, shown=shown) for what, count, shown in table]


def test_the_table_is_that_of_the_tests() -> None:
    written = [
        line
        for line in (DOCS / "trust.md").read_text().splitlines()
        if line.startswith("| ") and not line.startswith("| what")
    ]
    assert written == rows(), "\n".join(["the table should be:", *rows()])
