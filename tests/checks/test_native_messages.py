"""What `start_pipeline` says of a check that failed in the native engine's steps, with real files.

The numbers are judged by the open engine's sentence about the same files, which names them all.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.checks import checked_cloud
from tests.checks.checked_cloud import BUCKET, NAMES, QUALITY, CheckedCloud, Execution
from tests.local_server import serving
from tests.unit.lambdas.assets import asset

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html"
)

ASSET = asset("start_pipeline")
NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?"
# The facet's column in the data without a header.
FEMALE = 8
Row = list[str]


def _heavier(rows: list[Row]) -> list[Row]:
    column = rows[0].index("shell_weight")
    shifted = [[*row[:column], str(float(row[column]) * 2), *row[column + 1 :]] for row in rows[1:]]
    return [rows[0], *shifted]


def _older_females(rows: list[Row]) -> list[Row]:
    return [[str(float(row[0]) + 2), *row[1:]] if float(row[FEMALE]) == 1 else row for row in rows]


def _wrong_predictions(rows: list[Row]) -> list[Row]:
    return [[row[0], str(float(row[1]) + 5)] for row in rows]


WORSE: dict[str, Callable[[list[Row]], list[Row]]] = {
    "data_quality": _heavier,
    "data_bias": _older_females,
    "model_quality": _wrong_predictions,
    "model_bias": _older_females,
    "explainability": lambda rows: rows,
}


@dataclass(frozen=True)
class Baseline:
    """A pipeline whose group has an approved version, that version's files, and worse data."""

    pipeline: str
    files: dict[str, Any]
    worse: str


class Messages:
    """The cloud of the native engine, and a baseline of each check."""

    def __init__(self, checked: CheckedCloud) -> None:
        self.checked = checked
        self._baselines: dict[str, Baseline] = {}

    def baseline(self, kind: str) -> Baseline:
        if kind not in self._baselines:
            pipeline, _ = self.checked.pipeline(kind)
            first = self.checked.run(pipeline, kind, skip=True, register=True)
            assert first.status == "Succeeded", first.steps
            if kind == "explainability":
                self._rank_otherwise(first)
            self.checked.approve(first.version)
            self._baselines[kind] = Baseline(pipeline, self.files(first), self._worse(kind))
        return self._baselines[kind]

    def _rank_otherwise(self, run: Execution) -> None:
        """Exchange the features' attributions in a baseline: no change of the data alone keeps this
        model from its favourite feature."""
        analysis = self.files(run)["analysis.json"]
        label = analysis["explanations"]["kernel_shap"]["label0"]
        values = label["global_shap_values"]
        label["global_shap_values"] = dict(zip(values, reversed(values.values()), strict=True))
        self.checked.cloud.client("s3").put_object(
            Bucket=BUCKET, Key=f"{run.output}/analysis.json", Body=json.dumps(analysis).encode()
        )

    def _worse(self, kind: str) -> str:
        given = self.checked.data[kind].removeprefix(f"s3://{BUCKET}/")
        s3 = self.checked.cloud.client("s3")
        text = s3.get_object(Bucket=BUCKET, Key=given)["Body"].read().decode()
        rows = WORSE[kind]([line.split(",") for line in text.splitlines()])
        body = "".join(f"{','.join(row)}\n" for row in rows)
        s3.put_object(Bucket=BUCKET, Key=f"worse/{kind}/data.csv", Body=body.encode())
        return f"s3://{BUCKET}/worse/{kind}/data.csv"

    def files(self, run: Execution) -> dict[str, Any]:
        """What a check wrote, by file name."""
        return {
            name: self.checked.content(f"s3://{BUCKET}/{run.output}/{name}")
            for name in checked_cloud.FILES[run.kind in QUALITY]
        }

    def of(self, run: Execution, pipeline: str, **parameters: str) -> str:
        """What the function adds to the step's reason."""
        reports, previous = ASSET.module("violation_report"), ASSET.module("previous_baseline")
        step, action = run.check, {"pipelineName": pipeline, "parameters": parameters}
        uri, check = reports.report_uri(step), reports.check_metadata(step)
        assert uri == f"s3://{BUCKET}/{run.output}/constraint_violations.json"
        sagemaker, s3 = self.checked.sagemaker, self.checked.cloud.client("s3")
        baseline = previous.compared_with(sagemaker, step, check, json.dumps(action))
        return str(reports.read_report(s3, uri, check, baseline))


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Messages]:
    """A cloud of this module's own."""
    with serving(tmp_path_factory.mktemp("state")) as endpoint:
        yield Messages(checked_cloud.make(endpoint, "native", tmp_path_factory.mktemp("data")))


@pytest.mark.parametrize("register", [False, True], ids=["carried over", "refreshed"])
@pytest.mark.parametrize("kind", NAMES)
def test_all_numbers_are_told(messages: Messages, kind: str, register: bool) -> None:
    """Whether the step names the previous baseline or, registering the new one, does not."""
    baseline = messages.baseline(kind)
    run = messages.checked.run(
        baseline.pipeline, kind, skip=False, register=register, DataUrl=baseline.worse
    )
    assert run.status == "Failed", run.steps
    message = messages.of(run, baseline.pipeline)
    sentences = violations_of(kind, messages.files(run), baseline.files)
    assert sentences
    for sentence in sentences[:3]:
        for told in facts(kind, sentence):
            assert told in message, (told, message)


def test_baseline_that_a_person_supplied_is_the_one_that_is_told(messages: Messages) -> None:
    baseline = messages.baseline("model_bias")
    other = json.dumps(baseline.files["analysis.json"]).replace('"value": -', '"value": ')
    messages.checked.cloud.client("s3").put_object(
        Bucket=BUCKET, Key="supplied/other/analysis.json", Body=other.encode()
    )
    uri = f"s3://{BUCKET}/supplied/other/analysis.json"
    given = {"ModelBiasSuppliedBaselineConstraints": uri}
    run = messages.checked.run(
        baseline.pipeline, "model_bias", skip=False, register=True, DataUrl=baseline.worse, **given
    )
    message = messages.of(run, baseline.pipeline, **given)
    for sentence in violations_of(
        "model_bias", messages.files(run), {"analysis.json": json.loads(other)}
    )[:3]:
        for told in facts("model_bias", sentence):
            assert told in message, (told, message)


def violations_of(kind: str, new: dict[str, Any], old: dict[str, Any]) -> list[str]:
    """The open engine's sentences about the same files."""
    repository = str(checked_cloud.ROOT / "pipeline_code")
    with pytest.MonkeyPatch.context() as patch:
        if repository not in sys.path:
            patch.syspath_prepend(repository)
        from pipelines.checks import bias, data_quality, explainability, model_quality

    if kind == "data_quality":
        found = data_quality.compare(
            new["statistics.json"], old["statistics.json"], old["constraints.json"]
        )
    elif kind == "model_quality":
        found = model_quality.compare(
            new["statistics.json"],
            old["constraints.json"],
            baseline_statistics=old["statistics.json"],
        )
    else:
        compare = explainability.compare if kind == "explainability" else bias.compare
        found = compare(new["analysis.json"], old["analysis.json"])
    return [violation.sentence for violation in found]


def facts(kind: str, sentence: str) -> list[str]:
    """What of a sentence of the open engine the message must have, in its own words."""
    if kind == "data_quality":
        mean = re.search(r"mean .* in the baseline, now [-\d.e]+", sentence)
        assert mean, sentence
        return ["shell_weight", mean[0]]
    if kind == "explainability":
        moved = re.findall(r"(\w+) from place", sentence)
        assert len(moved) == 3, sentence
        return ["bound: at least 0.9", *(f"{name} " for name in moved)]
    if kind == "model_quality":
        found = re.match(rf"(\w+): ({NUMBER}) \(({NUMBER}) .* is (\w+) ({NUMBER}), ", sentence)
        assert found, sentence
        name, now, before, side, bound = found.groups()
        least = {"above": "at most", "below": "at least"}[side]
        return [f"({name} {before} in the baseline, now {now}; bound: {least} {bound})"]
    found = re.fullmatch(
        rf"\w+ .*: (\w+) ({NUMBER}) \(({NUMBER}) .* than ({NUMBER}) from (.*)", sentence
    )
    assert found, sentence
    name, now, before, bound, unbiased = found.groups()
    return [f"({name} {before} in the baseline, now {now}; bound: at most {bound} from {unbiased})"]
