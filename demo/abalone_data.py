"""A made-up data set in the form of UCI's Abalone, for whoever does not have the real one at hand.

Form and figures: Nash et al., "Abalone", UCI Machine Learning Repository, 1994,
https://doi.org/10.24432/C55C7W. 4,177 rows, no header: sex, length, diameter, height, whole weight,
shucked weight, viscera weight, shell weight, rings. Counts by sex and each column's minimum, maximum,
mean and standard deviation are those of the data set's own description (`abalone.names`); the
correlations are those of the published data (of its normal scores). Each column is a beta
distribution with those four figures, joined by a Gaussian copula: alike in marginals and
correlations, not in anything finer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy
from scipy import stats

SEED = 20240101
SEXES = {"M": 1528, "I": 1342, "F": 1307}
ROWS = sum(SEXES.values())


@dataclass(frozen=True)
class Column:
    """One numeric column's published figures; lengths in 200 mm, weights in 200 g, rings counted."""

    name: str
    minimum: float
    maximum: float
    mean: float
    standard_deviation: float


COLUMNS = (
    Column("length", 0.075, 0.815, 0.524, 0.120),
    Column("diameter", 0.055, 0.650, 0.408, 0.099),
    Column("height", 0.000, 1.130, 0.140, 0.042),
    Column("whole_weight", 0.002, 2.826, 0.829, 0.490),
    Column("shucked_weight", 0.001, 1.488, 0.359, 0.222),
    Column("viscera_weight", 0.001, 0.760, 0.181, 0.110),
    Column("shell_weight", 0.002, 1.005, 0.239, 0.139),
    Column("rings", 1, 29, 9.934, 3.224),
)

CORRELATIONS = (
    (1.00, 0.98, 0.88, 0.97, 0.95, 0.95, 0.94, 0.62),
    (0.98, 1.00, 0.89, 0.97, 0.95, 0.95, 0.95, 0.64),
    (0.88, 0.89, 1.00, 0.91, 0.87, 0.89, 0.91, 0.67),
    (0.97, 0.97, 0.91, 1.00, 0.98, 0.97, 0.97, 0.64),
    (0.95, 0.95, 0.87, 0.98, 1.00, 0.95, 0.91, 0.56),
    (0.95, 0.95, 0.89, 0.97, 0.95, 1.00, 0.93, 0.62),
    (0.94, 0.95, 0.91, 0.97, 0.91, 0.93, 1.00, 0.71),
    (0.62, 0.64, 0.67, 0.64, 0.56, 0.62, 0.71, 1.00),
)


def write(path: Path, seed: int = SEED) -> None:
    """Write the data set to `path`; the same seed gives the same bytes."""
    values, sexes = generate(seed)
    lines = []
    for sex, row in zip(sexes, values, strict=True):
        measures = ",".join(f"{value:.4f}" for value in row[:-1])
        lines.append(f"{sex},{measures},{int(row[-1])}\n")
    path.write_text("".join(lines), encoding="ascii")


def generate(seed: int = SEED) -> tuple[numpy.ndarray, list[str]]:
    """The numeric columns (4,177 x 8) and the sex of each row."""
    random = numpy.random.default_rng(seed)
    normal = random.multivariate_normal(
        numpy.zeros(len(COLUMNS)), numpy.array(CORRELATIONS), size=ROWS, method="eigh"
    )
    values = numpy.column_stack(
        [_marginal(column, stats.norm.cdf(normal[:, i])) for i, column in enumerate(COLUMNS)]
    )
    values[:, -1] = numpy.rint(values[:, -1])
    return values, _sexes(normal[:, 0], random)


def _marginal(column: Column, quantiles: numpy.ndarray) -> numpy.ndarray:
    """The beta distribution on [minimum, maximum] with the column's mean and deviation."""
    width = column.maximum - column.minimum
    mean = (column.mean - column.minimum) / width
    variance = (column.standard_deviation / width) ** 2
    concentration = mean * (1 - mean) / variance - 1
    scaled = stats.beta.ppf(quantiles, mean * concentration, (1 - mean) * concentration)
    values: numpy.ndarray = column.minimum + width * scaled
    return values


def _sexes(size: numpy.ndarray, random: numpy.random.Generator) -> list[str]:
    # Infants are the small ones, on the whole; males and females hardly differ in size.
    order = numpy.argsort(size + random.normal(0, 0.6, size.shape[0]))
    sexes = numpy.empty(size.shape[0], dtype="<U1")
    sexes[order[: SEXES["I"]]] = "I"
    grown = numpy.array(["M"] * SEXES["M"] + ["F"] * SEXES["F"])
    random.shuffle(grown)
    sexes[order[SEXES["I"] :]] = grown
    return sexes.tolist()
