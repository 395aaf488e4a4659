"""Files of a check as an engine really writes them: the open engine's analysis of small data sets.

It writes AWS's formats (its own tests compare them with AWS's), and its violations have, beside the entry
that AWS has too, a sentence with all numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pipelines.checks import bias, data_quality, explainability, model_quality

from tests.unit.lambdas.job_events import STORE
from tests.unit.pipeline_code.checks.bias.data_sets import DATA_SETS
from tests.unit.pipeline_code.checks.explainability.models import NAMES, train

REPORT = f"s3://{STORE}/new/constraint_violations.json"
QUALITY = {"Statistics": "statistics.json", "Constraints": "constraints.json"}
CLARIFY = {"Constraints": "analysis.json"}


@dataclass(frozen=True)
class Files:
    """What a check wrote (`new`) and compared with (`old`), by file name, and what it found."""

    new: Mapping[str, Any]
    old: Mapping[str, Any]
    violations: list[Any]

    @property
    def sentences(self) -> list[str]:
        """What the open engine says of each violation."""
        return [violation.sentence for violation in self.violations]

    def put(self, s3: Any) -> None:
        """All files, and the report, in S3."""
        entries = {"violations": [dict(violation.entry) for violation in self.violations]}
        s3.put_object(Bucket=STORE, Key="new/constraint_violations.json", Body=json.dumps(entries))
        for folder, files in (("new", self.new), ("old", self.old)):
            for name, content in files.items():
                s3.put_object(Bucket=STORE, Key=f"{folder}/{name}", Body=json.dumps(content))

    def check(self) -> dict[str, Any]:
        """The step's metadata, but for the CheckType."""
        return {f"CalculatedBaseline{file}": uri for file, uri in self.addresses("new").items()}

    def addresses(self, folder: str) -> dict[str, str]:
        """Of the files in a folder, by kind."""
        names = QUALITY if "statistics.json" in self.new else CLARIFY
        return {file: f"s3://{STORE}/{folder}/{name}" for file, name in names.items()}


def regression() -> Files:
    """A model whose errors doubled; the baseline was widened by a twentieth."""
    return _model_quality("Regression", lambda scale: _errors(scale))


def classification() -> Files:
    """A classifier that is wrong more often, of both classes."""
    return _model_quality("BinaryClassification", lambda scale: _mistakes(scale))


def classes() -> Files:
    """A classifier of three classes that is wrong more often."""
    return _model_quality("MulticlassClassification", lambda scale: _mistakes(scale, classes=3))


def biased(name: str, stage: str) -> Files:
    """The two halves of a shared data set, which differ by chance; `stage` is pre or post."""
    data_set = DATA_SETS[name]
    config = {
        "dataset_type": "text/csv",
        "label": data_set.label,
        "label_values_or_threshold": data_set.label_values,
        "facet": [{"name_or_index": data_set.facet, "value_or_threshold": data_set.facet_values}],
        "predicted_label": data_set.predicted_label,
        "methods": {f"{stage}_training_bias": {"methods": "all"}},
    }
    half = len(data_set.rows) // 2
    old, new = (
        bias.analyze(pd.DataFrame(rows), bias.AnalysisConfig.parse(config))
        for rows in (data_set.rows[:half], data_set.rows[half:])
    )
    violations = bias.compare(new, old)
    return Files({"analysis.json": new}, {"analysis.json": old}, violations)


def attributed() -> Files:
    """A model for which the columns' order was mixed up."""
    model = train("regression")
    old, new = (
        explainability.analyze(model.features, names, model.booster)
        for names in (NAMES, NAMES[::-1])
    )
    violations = explainability.compare(new, old)
    return Files({"analysis.json": new}, {"analysis.json": old}, violations)


def columns(old: Mapping[str, Iterable[str]], new: Mapping[str, Iterable[str]]) -> Files:
    """Columns of text against other ones."""
    before, now = (data_quality.analyze([pd.DataFrame(each, dtype=object)]) for each in (old, new))
    constraints = data_quality.suggest_constraints(before)
    return Files(
        {"statistics.json": now, "constraints.json": data_quality.suggest_constraints(now)},
        {"statistics.json": before, "constraints.json": constraints},
        data_quality.compare(now, before, constraints),
    )


def _model_quality(problem_type: str, frame: Any) -> Files:
    before, now = (
        model_quality.analyze(
            [frame(scale)],
            problem_type,
            inference_attribute="prediction",
            ground_truth_attribute="label",
        )
        for scale in (1, 2)
    )
    suggested = model_quality.suggest_constraints(before, problem_type)
    constraints = model_quality.relax(suggested, 0.05)
    return Files(
        {
            "statistics.json": now,
            "constraints.json": model_quality.suggest_constraints(now, problem_type),
        },
        {"statistics.json": before, "constraints.json": constraints},
        model_quality.compare(now, constraints, baseline_statistics=before),
    )


def _errors(scale: int) -> pd.DataFrame:
    random = np.random.default_rng(5)
    labels = random.normal(10, 3, 250)
    predictions = labels + scale * random.normal(0, 1, 250)
    return pd.DataFrame({"prediction": predictions, "label": labels}).astype(str)


def _mistakes(scale: int, classes: int = 2) -> pd.DataFrame:
    labels = np.arange(240) % classes
    wrong = (np.arange(240) // classes) % 10 < scale
    predictions = np.where(wrong, (labels + 1) % classes, labels)
    return pd.DataFrame({"prediction": predictions, "label": labels}).astype(str)
