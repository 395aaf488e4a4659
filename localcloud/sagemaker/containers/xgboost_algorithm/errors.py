"""What stops a training program: the customer's doing, or the algorithm's."""

from __future__ import annotations


class UserError(Exception):
    """Something in the job's request or data; the text is the container's."""


class AlgorithmError(Exception):
    """Anything else that went wrong in training."""
