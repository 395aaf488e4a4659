"""What cannot be checked fails the step, with one sentence that says what to do; both engines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.checks import checked_cloud
from tests.checks.checked_cloud import BUCKET, NAMES, CheckedCloud
from tests.local_server import serving

pytestmark = pytest.mark.local_only("AWS documents no words for a check that cannot be made")

Edit = Callable[[list[str]], list[str]]


@pytest.fixture(scope="module", params=["native", "open"])
def checked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CheckedCloud]:
    """A cloud for each engine."""
    with serving(tmp_path_factory.mktemp("state")) as endpoint:
        yield checked_cloud.make(endpoint, request.param, tmp_path_factory.mktemp("data"))


@dataclass(frozen=True)
class Case:
    """Data that cannot be checked, and part of what is said."""

    kind: str
    edit: Edit
    message: str


def _column(index: int, value: str) -> Edit:
    """Every row with the value in a column."""

    def edit(rows: list[str]) -> list[str]:
        split = [row.split(",") for row in rows]
        return [",".join([*row[:index], value, *row[index + 1 :]]) for row in split]

    return edit


CASES = {
    "no rows": Case("data_quality", lambda rows: rows[:1], "the data set has no rows"),
    "no file": Case("data_quality", lambda rows: [], "the data set has no rows"),
    "missing column": Case(
        "data_bias", lambda rows: [row.rpartition(",")[0] for row in rows], "10 columns; 11 are"
    ),
    "extra column": Case(
        "data_bias", lambda rows: [f"{row},1" for row in rows], "12 columns; 11 are needed"
    ),
    "label with one value": Case("data_bias", _column(0, "5.0"), "label"),
    "facet with one value": Case("data_bias", _column(8, "0"), "facet 'sex_F'"),
    "one prediction missing": Case(
        "model_quality", lambda rows: [*rows[:-1], f"{rows[-1].split(',')[0]},"], "prediction"
    ),
    "predictions are words": Case("model_quality", _column(1, "old"), "old"),
}


@pytest.mark.parametrize("name", CASES)
def test_data_that_cannot_be_checked(checked: CheckedCloud, name: str) -> None:
    case = CASES[name]
    given = checked.data[case.kind]
    key = given.removeprefix(f"s3://{BUCKET}/")
    s3 = checked.cloud.client("s3")
    rows = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode().splitlines()
    edited = "".join(f"{row}\n" for row in case.edit(rows))
    bad = f"bad/{name.replace(' ', '-')}/data.csv"
    s3.put_object(Bucket=BUCKET, Key=bad, Body=edited.encode())
    pipeline, _ = checked.pipeline(case.kind)
    run = checked.run(pipeline, case.kind, skip=True, register=True, DataUrl=f"s3://{BUCKET}/{bad}")
    assert run.status == "Failed"
    reason = checked.reason(run)
    assert case.message in reason
    assert "\n" not in reason
    assert "Register" not in run.steps


BASELINES = {
    "missing": (None, "none.json"),
    "unreadable": (b"\x89PNG", "is not JSON"),
    "a list": (b"[]", "is not a JSON object"),
    "of another schema": (json.dumps({"version": 0.0}).encode(), ""),
}


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("name", BASELINES)
def test_baseline_that_cannot_be_used(checked: CheckedCloud, kind: str, name: str) -> None:
    content, message = BASELINES[name]
    key = f"baselines/{kind}/{'none.json' if content is None else name.replace(' ', '-')}"
    if content is not None:
        checked.cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content)
    uri = f"s3://{BUCKET}/{key}"
    supplied = (
        {"SuppliedStatistics": uri, "SuppliedConstraints": uri}
        if kind in checked_cloud.QUALITY
        else {"SuppliedBaselineConstraints": uri}
    )
    pipeline, _ = checked.pipeline(kind)
    given = {f"{NAMES[kind]}{parameter}": value for parameter, value in supplied.items()}
    run = checked.run(pipeline, kind, skip=False, register=True, **given)
    assert run.status == "Failed"
    reason = checked.reason(run)
    assert message in reason
    assert "baseline" in reason or uri in reason
    assert "Traceback" not in reason
    assert not reason.endswith("AlgorithmError: , exit code: 1")


@pytest.mark.parametrize("kind", checked_cloud.QUALITY)
def test_supplied_statistics_without_constraints(checked: CheckedCloud, kind: str) -> None:
    pipeline, _ = checked.pipeline(kind)
    given = {f"{NAMES[kind]}SuppliedStatistics": f"s3://{BUCKET}/statistics.json"}
    run = checked.run(pipeline, kind, skip=False, register=True, **given)
    assert run.status == "Failed"
    assert "supply both, or none" in checked.reason(run)


def test_shifted_data_is_named(checked: CheckedCloud) -> None:
    pipeline, _ = checked.pipeline("data_quality")
    first = checked.run(pipeline, "data_quality", skip=True, register=True)
    checked.approve(first.version)
    key = checked.data["data_quality"].removeprefix(f"s3://{BUCKET}/")
    s3 = checked.cloud.client("s3")
    text = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
    header, *rows = (line.split(",") for line in text.splitlines())
    column = header.index("shell_weight")
    shifted = [[*row[:column], str(float(row[column]) * 2), *row[column + 1 :]] for row in rows]
    body = "".join(f"{','.join(row)}\n" for row in [header, *shifted])
    s3.put_object(Bucket=BUCKET, Key="shifted/data.csv", Body=body.encode())
    run = checked.run(
        pipeline,
        "data_quality",
        skip=False,
        register=False,
        DataUrl=f"s3://{BUCKET}/shifted/data.csv",
    )
    assert run.status == "Failed"
    report = checked.content(f"s3://{BUCKET}/{run.output}/constraint_violations.json")
    assert {entry["feature_name"] for entry in report["violations"]} == {"shell_weight"}
    page = s3.get_object(Bucket=BUCKET, Key=f"{run.output}/report.html")["Body"].read().decode()
    assert "shell_weight" in page
    if checked.engine == "open":
        assert "shell_weight: " in checked.reason(run)
    else:
        uri = f"s3://{BUCKET}/{run.output}/constraint_violations.json"
        assert checked.reason(run).endswith(f"Quality check failed. See violation report: {uri}")
        assert run.check["Metadata"]["QualityCheck"]["ViolationReport"] == uri
