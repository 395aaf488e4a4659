"""The metrics' short and long names, as Clarify writes them into analysis.json.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-data-bias.html
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-post-training-bias.html
"""

from __future__ import annotations

PRE_TRAINING = {
    "CDDL": "Conditional Demographic Disparity in Labels (CDDL)",
    "CI": "Class Imbalance (CI)",
    "DPL": "Difference in Positive Proportions in Labels (DPL)",
    "JS": "Jensen-Shannon Divergence (JS)",
    "KL": "Kullback-Liebler Divergence (KL)",
    "KS": "Kolmogorov-Smirnov Distance (KS)",
    "LP": "L-p Norm (LP)",
    "TVD": "Total Variation Distance (TVD)",
}

POST_TRAINING = {
    "AD": "Accuracy Difference (AD)",
    "CDDPL": "Conditional Demographic Disparity in Predicted Labels (CDDPL)",
    "DAR": "Difference in Acceptance Rates (DAR)",
    "DCA": "Difference in Conditional Acceptance (DCA)",
    "DCR": "Difference in Conditional Rejection (DCR)",
    "DI": "Disparate Impact (DI)",
    "DPPL": "Difference in Positive Proportions in Predicted Labels (DPPL)",
    "DRR": "Difference in Rejection Rates (DRR)",
    "FT": "Flip Test (FT)",
    "GE": "Generalized Entropy (GE)",
    "RD": "Recall Difference (RD)",
    "SD": "Specificity Difference (SD)",
    "TE": "Treatment Equality (TE)",
}

UNBIASED = {"DI": 1.0}
"""The value of a metric when both groups are treated alike, where that is not 0: DI is a ratio."""

RATIOS = ("DCA", "DCR", "DI", "TE")
RATIO_FACTOR = 4.0
"""The ratios among the metrics have no upper bound, and move by several times as much as the
differences, which lie between -1 and 1: of eleven models of the Abalone data with other hyperparameters
or seeds, by up to 0.24 where the differences moved by up to 0.06."""


def room(name: str, tolerance: float) -> float:
    """How much farther from unbiased a metric may be, for a tolerance of the differences."""
    return tolerance * RATIO_FACTOR if name in RATIOS else tolerance
