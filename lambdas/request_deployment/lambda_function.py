"""Ask for the deployment of what should be live, whatever the event says.

Level-triggered: on any event of the group, of the stages' settings or of the pin, what should be live is
computed from the registry and the parameters, and compared with the manifest; only a difference is
written, and the write starts the deployment. Duplicate, late and out-of-order events change nothing. An
exception is Lambda's to retry (asynchronous invocation), then its failure destination's.

Two invocations cannot cross, because manifest and ledger are read before the registry and written only
if they are still the same: who decided on an older state fails to write, and decides again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from approvals import Approval, Ledger, rejection_in
from bucket_objects import (
    CurrentLedger,
    CurrentManifest,
    ObjectChanged,
    read_ledger,
    read_manifest,
    write_ledger,
    write_manifest,
)
from environment import Environment
from live_version import Former, Pin, prod_approval, reason_for, wanted_approval
from parameters import Settings, UnusableParameter, read_pin, read_stages
from registry import as_former, read_approvals, read_version
from slipway_shared.clients import client
from slipway_shared.deployment_records import REQUESTS, was_live, write_record
from slipway_shared.manifest import (
    APPROVED,
    PINNED,
    ROLLED_BACK,
    SETTINGS_CHANGED,
    UNPINNED,
    Manifest,
)

logger = logging.getLogger(__name__)

ATTEMPTS = 5
PROD = "prod"


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Says what was done and why: `action` is `requested`, `unchanged` or `nothing-to-deploy`."""
    detail = event.get("detail") or {}
    logger.info(
        "%s %s: %s",
        event.get("detail-type"),
        event.get("id"),
        detail.get("ModelPackageArn") or detail.get("name"),
    )
    return request_deployment(Environment.read(), rejection_in(detail))


def request_deployment(
    environment: Environment, rejection: tuple[int, str] | None = None
) -> dict[str, Any]:
    """Bring the manifest in line with what should be live. Raises when others keep writing it, and what
    the services raise."""
    for _ in range(ATTEMPTS):
        try:
            return decide(environment, rejection)
        except ObjectChanged as error:
            logger.info("an object changed meanwhile, deciding again: %s", error)
    raise RuntimeError(
        f"{environment.manifest.uri} was written by others {ATTEMPTS} times in a row"
    )


def decide(environment: Environment, rejection: tuple[int, str] | None) -> dict[str, Any]:
    """One look and at most one write of each object. Raises ObjectChanged."""
    s3, sagemaker, ssm = client("s3"), client("sagemaker"), client("ssm")
    # The order matters: see the module's docstring.
    current = read_manifest(s3, environment.manifest)
    written = read_ledger(s3, environment.ledger)
    approvals = read_approvals(sagemaker, environment.group_name, written.ledger, rejection)
    ledger = replace(written.ledger, approvals=approvals)
    # What a run that was cut short had still to do.
    record_request(s3, environment, current.manifest)
    try:
        pin = read_pin(ssm, environment.pin_parameter, environment.group_name)
        stages = read_stages(ssm, environment.stage_parameter_prefix, environment.stages)
        wanted = wanted_approval(approvals, pin)
    except UnusableParameter as error:
        return keep(environment, current, written, ledger, str(error))
    if wanted is None:
        return keep(environment, current, written, ledger, why_none(environment, pin))
    keep_ledger(s3, environment, written, replace(ledger, told=None))
    previous = current.manifest
    if previous and previous.model_package_arn == wanted.arn and previous.stages == stages:
        reason = f"version {wanted.version} is what should be live, and already requested"
        logger.info("nothing to do: %s", reason)
        return {"action": "unchanged", "modelPackageArn": wanted.arn, "reason": reason}
    former = as_former(read_version(sagemaker, previous.model_package_arn)) if previous else None
    return ask_for(environment, wanted, stages, current, former, pin)


def ask_for(
    environment: Environment,
    wanted: Approval,
    stages: Settings,
    current: CurrentManifest,
    former: Former | None,
    pin: Pin | None,
) -> dict[str, Any]:
    """Write a manifest for the version. Raises ObjectChanged."""
    s3, previous = client("s3"), current.manifest
    lived = was_live(s3, environment.bucket, PROD, wanted.version)
    reason = reason_for(wanted, previous, former, pin, lived)
    required, because = prod_approval(reason, lived, environment.rollback_waits)
    requested_by, note = who_and_why(reason, wanted, former, pin)
    manifest = Manifest(
        model_package_group_name=environment.group_name,
        model_package_arn=wanted.arn,
        model_package_version=wanted.version,
        reason=reason,
        requested_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        requested_by=requested_by,
        note=note,
        approved_at=wanted.approved_at,
        approved_by=wanted.approved_by,
        previous_model_package_arn=previous.model_package_arn if previous else None,
        prod_approval_required=required,
        prod_approval_because=because,
        stages=stages,
    )
    version_id = write_manifest(s3, environment.manifest, manifest, replacing=current)
    record_request(s3, environment, manifest)
    logger.info("requested the deployment of %s: %s; %s", wanted.arn, reason, because)
    return {
        "action": "requested",
        "modelPackageArn": wanted.arn,
        "previousModelPackageArn": manifest.previous_model_package_arn,
        "manifestVersionId": version_id,
        "reason": reason,
    }


def who_and_why(
    reason: str, wanted: Approval, former: Former | None, pin: Pin | None
) -> tuple[str | None, str | None]:
    """Whose act led here, and what that person wrote, as far as AWS tells: not who changed the stack's
    settings, or deleted a version or the pin."""
    if reason in (PINNED, ROLLED_BACK) and pin is not None:
        return pin.pinned_by, pin.note
    if reason == APPROVED:
        return wanted.approved_by, None
    if reason in (SETTINGS_CHANGED, UNPINNED) or former is None or not former.exists:
        return None, None
    return former.changed_by, former.note


def why_none(environment: Environment, pin: Pin | None) -> str:
    """Why nothing can be asked for."""
    if pin is not None:
        return (
            f"version {pin.version} is pinned ({environment.pin_parameter}), but not approved and"
            " complete in the registry"
        )
    return f"no version of {environment.group_name} is approved and complete"


def keep(
    environment: Environment,
    current: CurrentManifest,
    written: CurrentLedger,
    ledger: Ledger,
    reason: str,
) -> dict[str, Any]:
    """Leave what is live, and tell people, once for a situation. Raises ObjectChanged."""
    live = current.manifest
    logger.warning("%s; what is live stays live", reason)
    # Before the first approval there is nothing to tell of.
    if live is not None and ledger.told != reason:
        client("sns").publish(
            TopicArn=environment.topic_arn,
            Subject=f"{environment.group_name}: nothing was deployed",
            Message=f"{reason}. Version {live.model_package_version}, which was asked for last, stays"
            " where it is live. Approve a version to replace it.",
        )
        ledger = replace(ledger, told=reason)
    # After the message: one too many is better than none.
    keep_ledger(client("s3"), environment, written, ledger)
    arn = live.model_package_arn if live else None
    return {"action": "nothing-to-deploy", "modelPackageArn": arn, "reason": reason}


def keep_ledger(s3: Any, environment: Environment, written: CurrentLedger, ledger: Ledger) -> None:
    """Write the ledger if it says something new. Raises ObjectChanged."""
    if ledger != written.ledger:
        write_ledger(s3, environment.ledger, ledger, replacing=written)


def record_request(s3: Any, environment: Environment, manifest: Manifest | None) -> None:
    """Keep a copy of a manifest that nothing overwrites."""
    if manifest is not None:
        write_record(
            s3,
            environment.bucket,
            REQUESTS,
            time=manifest.requested_at,
            version=manifest.model_package_version,
            outcome=manifest.reason,
            content=manifest.to_json(),
        )
