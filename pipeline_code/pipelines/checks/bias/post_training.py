"""Bias in the predictions: a is the advantaged group, d the sensitive one.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-post-training-bias.html
"""

from __future__ import annotations

from ..errors import CheckError
from .counts import Group, difference, ratio
from .pre_training import Measure


def dppl(a: Group, d: Group) -> float:
    """Difference in proportions of positive predictions: -1 to 1."""
    return a.predicted_positives / a.rows - d.predicted_positives / d.rows


def di(a: Group, d: Group) -> float:
    """Disparate impact, the ratio of d's positive predictions to a's: 0 up, 1 is unbiased."""
    return ratio(d.predicted_positives / d.rows, a.predicted_positives / a.rows)


def dca(a: Group, d: Group) -> float:
    """Difference in conditional acceptance: positive labels per positive prediction, a - d."""
    return difference(
        ratio(a.positives, a.predicted_positives), ratio(d.positives, d.predicted_positives)
    )


def dcr(a: Group, d: Group) -> float:
    """Difference in conditional rejection: negative labels per negative prediction, d - a."""
    return difference(
        ratio(d.negatives, d.predicted_negatives), ratio(a.negatives, a.predicted_negatives)
    )


def rd(a: Group, d: Group) -> float:
    """Recall difference, a - d."""
    return ratio(a.true_positives, a.positives) - ratio(d.true_positives, d.positives)


def sd(a: Group, d: Group) -> float:
    """Specificity difference, d - a."""
    return ratio(d.true_negatives, d.negatives) - ratio(a.true_negatives, a.negatives)


def dar(a: Group, d: Group) -> float:
    """Difference in acceptance rates: true positives per positive prediction, a - d."""
    return ratio(a.true_positives, a.predicted_positives) - ratio(
        d.true_positives, d.predicted_positives
    )


def drr(a: Group, d: Group) -> float:
    """Difference in rejection rates: true negatives per negative prediction, d - a."""
    return ratio(d.true_negatives, d.predicted_negatives) - ratio(
        a.true_negatives, a.predicted_negatives
    )


def ad(a: Group, d: Group) -> float:
    """Accuracy difference, a - d."""
    return (a.true_positives + a.true_negatives) / a.rows - (
        d.true_positives + d.true_negatives
    ) / d.rows


def te(a: Group, d: Group) -> float:
    """Treatment equality: false negatives per false positive, d - a; unbounded."""
    return difference(
        ratio(d.false_negatives, d.false_positives), ratio(a.false_negatives, a.false_positives)
    )


MEASURES: dict[str, Measure] = {
    "AD": ad,
    "DAR": dar,
    "DCA": dca,
    "DCR": dcr,
    "DI": di,
    "DPPL": dppl,
    "DRR": drr,
    "RD": rd,
    "SD": sd,
    "TE": te,
}


def generalized_entropy(a: Group, d: Group) -> float:
    """GE with alpha = 2, of both groups together: inequality of the benefits, 0 is none.

    A row's benefit is prediction - label + 1: 2 for a false positive, 0 for a false negative, 1
    where the model is right.
    """
    twice = a.false_positives + d.false_positives
    nothing = a.false_negatives + d.false_negatives
    rows = a.rows + d.rows
    mean = (rows - nothing + twice) / rows
    if mean == 0:
        raise CheckError("all predictions are false negatives")
    once = rows - twice - nothing
    squares = once / mean**2 + twice * (2 / mean) ** 2
    return (squares / rows - 1) / 2
