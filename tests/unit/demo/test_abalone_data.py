"""The made-up data set has the form and the published figures of UCI's."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from demo import abalone_data


@pytest.fixture(scope="module")
def generated() -> tuple[numpy.ndarray, list[str]]:
    return abalone_data.generate()


def test_rows_and_sexes_are_uci_s(generated: tuple[numpy.ndarray, list[str]]) -> None:
    values, sexes = generated
    assert values.shape == (4177, 8)
    assert {sex: sexes.count(sex) for sex in "MIF"} == {"M": 1528, "I": 1342, "F": 1307}


@pytest.mark.parametrize("index", range(8), ids=[column.name for column in abalone_data.COLUMNS])
def test_marginals_are_uci_s(index: int, generated: tuple[numpy.ndarray, list[str]]) -> None:
    column, values = abalone_data.COLUMNS[index], generated[0][:, index]
    assert values.min() >= column.minimum
    assert values.max() <= column.maximum
    # Four standard errors of a mean of 4,177 rows.
    assert values.mean() == pytest.approx(
        column.mean, abs=4 * column.standard_deviation / 4177**0.5
    )
    assert values.std() == pytest.approx(column.standard_deviation, rel=0.08)


def test_correlations_with_rings_are_uci_s(generated: tuple[numpy.ndarray, list[str]]) -> None:
    measured = numpy.corrcoef(generated[0].T)[-1, :-1]
    assert measured == pytest.approx(numpy.array(abalone_data.CORRELATIONS[-1][:-1]), abs=0.05)


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        abalone_data.write(tmp_path / name)
    abalone_data.write(tmp_path / "other", seed=1)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one").read_bytes() != (tmp_path / "other").read_bytes()
    first = (tmp_path / "one").read_text().splitlines()[0].split(",")
    assert len(first) == 9
    assert first[0] in "MFI"
