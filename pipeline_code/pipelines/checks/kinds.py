"""The five checks behind one interface: compute a baseline, compare with one, show both.

`job` (the open engine) makes them from the settings that travel with the code; the same classes
serve whoever has a container's environment and files instead.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import bias, data_quality, explainability, model_quality
from .baseline import Baseline
from .tables import Csv, data_files, read_chunks
from .violation import Violation

# Predictions for a chunk's rows of features: (rows, features) in, (rows,) out.
Predict = Callable[[pd.DataFrame], np.ndarray]


class Kind(ABC):
    """One of the checks, on one data set."""

    @abstractmethod
    def analyze(self) -> Baseline:
        """What a baseline of this data holds. Raises CheckError if there can be none."""

    @abstractmethod
    def compare(self, new: Baseline, previous: Baseline) -> list[Violation]:
        """Where the new one differs too much from the previous one."""

    @abstractmethod
    def report(
        self, new: Baseline, previous: Baseline | None, violations: Sequence[Violation]
    ) -> str:
        """The page for a person."""

    def relaxed(self, new: Baseline, tolerance: float) -> Baseline:
        """The new baseline as it is registered: with room, if the check knows a tolerance."""
        return new


@dataclass(frozen=True)
class DataQuality(Kind):
    """The columns of a data set."""

    directory: Path
    form: Csv

    def analyze(self) -> Baseline:
        statistics = data_quality.analyze(read_chunks(data_files(self.directory), self.form))
        return Baseline(data_quality.suggest_constraints(statistics), statistics)

    def compare(self, new: Baseline, previous: Baseline) -> list[Violation]:
        return data_quality.compare(
            new.statistics or {}, previous.statistics or {}, previous.constraints
        )

    def report(
        self, new: Baseline, previous: Baseline | None, violations: Sequence[Violation]
    ) -> str:
        return data_quality.report_page(
            new.statistics or {}, previous.statistics if previous else None, violations
        )


@dataclass(frozen=True)
class ModelQuality(Kind):
    """Predictions against labels."""

    directory: Path
    form: Csv
    problem_type: str
    inference_attribute: str
    ground_truth_attribute: str
    probability_attribute: str | None = None
    probability_threshold: float | None = None

    def analyze(self) -> Baseline:
        statistics = model_quality.analyze(
            read_chunks(data_files(self.directory), self.form),
            self.problem_type,
            inference_attribute=self.inference_attribute,
            ground_truth_attribute=self.ground_truth_attribute,
            probability_attribute=self.probability_attribute,
            probability_threshold=self.probability_threshold,
        )
        constraints = model_quality.suggest_constraints(statistics, self.problem_type)
        return Baseline(constraints, statistics)

    def compare(self, new: Baseline, previous: Baseline) -> list[Violation]:
        # The thresholds may be relaxed: what was measured stands in the statistics.
        return model_quality.compare(
            new.statistics or {}, previous.constraints, baseline_statistics=previous.statistics
        )

    def report(
        self, new: Baseline, previous: Baseline | None, violations: Sequence[Violation]
    ) -> str:
        return model_quality.report_page(
            new.statistics or {}, previous.constraints if previous else None, violations
        )

    def relaxed(self, new: Baseline, tolerance: float) -> Baseline:
        return Baseline(model_quality.relax(new.constraints, tolerance), new.statistics)


@dataclass(frozen=True)
class Bias(Kind):
    """Bias metrics of a data set, or with `predict` of a model."""

    directory: Path
    config: Mapping[str, Any]
    predict: Predict | None = None

    def analyze(self) -> Baseline:
        config = bias.AnalysisConfig.parse(self.config)
        return Baseline(bias.analyze(_chunks(self.directory, self.config), config, self.predict))

    def compare(self, new: Baseline, previous: Baseline) -> list[Violation]:
        return bias.compare(new.constraints, previous.constraints)

    def report(
        self, new: Baseline, previous: Baseline | None, violations: Sequence[Violation]
    ) -> str:
        return bias.report_page(
            new.constraints, previous.constraints if previous else None, violations
        )

    def relaxed(self, new: Baseline, tolerance: float) -> Baseline:
        return Baseline(bias.relax(new.constraints, tolerance))


@dataclass(frozen=True)
class Explainability(Kind):
    """How much each feature contributes to a tree model's predictions."""

    directory: Path
    config: Mapping[str, Any]
    model: Path

    def analyze(self) -> Baseline:
        features = self._features()
        first = next(features)
        booster = explainability.load_model(self.model)
        names = list(first.columns)
        return Baseline(explainability.analyze(chain([first], features), names, booster))

    def _features(self) -> Iterator[pd.DataFrame]:
        label = self.config.get("label")
        for chunk in _chunks(self.directory, self.config):
            gone = [] if label is None else [bias.column(chunk, label, "label")]
            yield chunk.drop(columns=gone)

    def compare(self, new: Baseline, previous: Baseline) -> list[Violation]:
        return explainability.compare(new.constraints, previous.constraints)

    def report(
        self, new: Baseline, previous: Baseline | None, violations: Sequence[Violation]
    ) -> str:
        return explainability.report_page(
            new.constraints, previous.constraints if previous else None, violations
        )


def predict_with(model: Path) -> Predict:
    """Predictions of the XGBoost model in a training job's archive, which is read once."""
    load = cache(lambda: explainability.load_model(model))

    def predict(features: pd.DataFrame) -> np.ndarray:
        return explainability.predict(load(), features)

    return predict


def _chunks(directory: Path, config: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
    # Without `headers` the first line names the columns, as Clarify has it.
    names = config.get("headers")
    return read_chunks(data_files(directory), Csv(header=names is None, names=names))
