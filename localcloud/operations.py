"""Which operations of a service of ours are served. The rest is refused by name.

moto answers many operations by keeping a record that nothing acts on: its transform jobs transform
nothing. In a service of ours an operation is therefore served only if our response class defines it,
or states it in `MOTO_OPERATIONS`: which of moto's operations are right as they are, by the reason.
A service whose response class states nothing is moto's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from moto.core.utils import camelcase_to_underscores

OURS = "localcloud"


def is_refused(response: type, operation: str) -> bool:
    """Whether a response class refuses an operation, given by AWS's name, before looking at it."""
    stated = let_through(response)
    if stated is None:
        return False
    method = camelcase_to_underscores(operation)
    known = {camelcase_to_underscores(name) for names in stated.values() for name in names}
    return method not in known and owner(response, method) != OURS


def let_through(response: type) -> Mapping[str, Iterable[str]] | None:
    """moto's operations that a response class of ours lets through; None if it is not ours."""
    return getattr(response, "MOTO_OPERATIONS", None)


def owner(cls: type, name: str) -> str | None:
    """Whose code a member is: the top package of the first class that defines it."""
    for base in cls.__mro__:
        if name in vars(base):
            return base.__module__.partition(".")[0]
    return None
