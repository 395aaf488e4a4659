"""Puts our CloudFormation in the place of moto's."""

from __future__ import annotations


def install() -> None:
    """Replace moto's backend class, in moto's own dictionary.

    Reason (moto 5.2.5): its engine reports CREATE_COMPLETE for types and properties it does not know
    and makes nothing, writes no resource events, and lets a failing resource's exception escape
    instead of rolling the stack back.
    """
    # Here, since moto's CloudFormation imports half of moto: `registration` has done that quickly.
    from moto.cloudformation.models import cloudformation_backends

    from localcloud.cloudformation.models import CloudFormationBackend

    cloudformation_backends.backend = CloudFormationBackend
