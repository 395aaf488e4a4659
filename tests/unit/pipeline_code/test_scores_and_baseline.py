"""Scores, arranged by the batch-scoring pipeline's script, against the baseline of training data."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from pipelines.batch_scoring import arrange_scores
from pipelines.checks.kinds import DataQuality
from pipelines.checks.run import in_words, run
from pipelines.checks.tables import Csv

COLUMNS = ["rings", "length", "sex_F"]


class Compared:
    """A baseline of a label and two features, and scores compared with it as the pipeline does."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        chance = random.Random(1)
        self.features = [(chance.gauss(0.5, 0.1), chance.randint(0, 1)) for _ in range(1000)]
        data = directory / "baseline"
        data.mkdir()
        rows = [f"{chance.randint(1, 29)}.0,{a},{b}" for a, b in self.features]
        (data / "quality.csv").write_text("\n".join([",".join(COLUMNS), *rows]))
        self._baseline = DataQuality(data, Csv(header=True)).analyze()

    def violations(self, features: list[tuple[float, int]]) -> str | None:
        """In words, what the check finds where every prediction is 10.2; None if nothing."""
        processing = self._directory / "job" / "processing"
        for name, file, text in (
            ("scores", "1.out", "".join(f"{a},{b},10.2\n" for a, b in features)),
            ("baseline", "constraints.json", json.dumps(self._baseline.constraints)),
        ):
            (processing / "input" / name).mkdir(parents=True)
            (processing / "input" / name / file).write_text(text)
        assert arrange_scores.main(["--base-dir", str(processing.parent)]) == 0
        constraints: Any = json.loads(
            (processing / "check_baseline" / "constraints.json").read_text()
        )
        previous = type(self._baseline)(constraints, self._baseline.statistics)
        output = processing / "output"
        output.mkdir()
        kind = DataQuality(processing / "check_data", Csv(header=True))
        found = run(kind, output, previous).violations
        return in_words(found) if found else None


def test_predictions_may_be_distributed_as_labels_are_not(tmp_path: Path) -> None:
    compared = Compared(tmp_path)
    assert compared.violations(compared.features) is None


def test_a_shifted_feature_is_named(tmp_path: Path) -> None:
    compared = Compared(tmp_path)
    found = compared.violations([(a + 0.3, b) for a, b in compared.features])
    assert found is not None
    assert "length: distance between the distributions" in found
    assert "rings" not in found
