"""`SageMaker Model Package State Change` events: one for every creation and every update.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html. The detail is the
package as DescribeModelPackage has it, without who made or changed it; `UpdatedModelPackageFields` names
what an update gave. Times are ISO 8601, as on that page (a published event has epoch milliseconds
instead). Assumed: a creation's event has neither UpdatedModelPackageFields nor LastModifiedTime;
metadata, baselines and life cycle are in the detail when the package has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from localcloud.events.bus import emit
from localcloud.sagemaker.registry.model_package import ModelPackage

DETAIL_TYPE = "SageMaker Model Package State Change"
_NOT_SHOWN = ("CreatedBy", "LastModifiedBy")


def state_change(
    package: ModelPackage, updated_fields: Sequence[str], *, account_id: str, region: str
) -> None:
    """Emit a package's present state; `updated_fields` is empty for its creation."""
    emit(
        "aws.sagemaker",
        DETAIL_TYPE,
        detail(package, updated_fields),
        resources=[package.arn],
        account_id=account_id,
        region=region,
    )


def detail(package: ModelPackage, updated_fields: Sequence[str]) -> dict[str, Any]:
    """The event's detail."""
    shown = {
        name: _iso(value) if isinstance(value, datetime) else value
        for name, value in package.describe().items()
        if name not in _NOT_SHOWN
    }
    if updated_fields:
        shown["UpdatedModelPackageFields"] = list(updated_fields)
    return shown


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
