"""Has what jobs and model servers start from imported before the first of them is asked for.

Importing scikit-learn and XGBoost takes seconds; who makes a model package group is about to train.
Before that nothing is started, so that a cloud without SageMaker pays neither time nor memory.
"""

from __future__ import annotations

import logging

from localcloud.cloud import current
from localcloud.sagemaker.containers.frameworks import XGBOOST
from localcloud.sagemaker.containers.namespace import IsolationUnavailable
from localcloud.sagemaker.containers.warm_parents import warm_parents

logger = logging.getLogger(__name__)


def begin() -> None:
    """Start the warm parents in the background, unless they are there or on their way."""
    current().background("warm start", _start)


def _start() -> None:
    try:
        # A fork of scikit-learn's, which is thereby started too.
        warm_parents().get(XGBOOST)
    except IsolationUnavailable as error:
        # Whoever makes a job is told.
        logger.debug("no warm start: %s", error)
