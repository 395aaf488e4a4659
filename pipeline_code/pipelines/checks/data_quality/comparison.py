"""Where new data differs too much from a baseline: the checks of Model Monitor's analyzer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import CheckError
from ..violation import Violation
from .column import FRACTIONAL, INTEGRAL, STRING, UNKNOWN
from .drift import drift
from .features import Feature, features_of
from .monitoring import Constraint, constraints_of


def compare(
    statistics: Mapping[str, Any],
    baseline_statistics: Mapping[str, Any],
    baseline_constraints: Mapping[str, Any],
) -> list[Violation]:
    """The violations of a baseline by new data, whose statistics `analyze` computed.

    The checks are those of
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html.
    What that page leaves open is decided like this:

    - Columns are missing or extra by their names, not their number.
    - data_type_check: the share of present values of the baseline's type is below
      `datatype_check_threshold`. Whole numbers are of type Fractional as well. Where a String is
      expected, all values are, unless there are only numbers: then none is.
    - categorical_values_check: the share of present values among the domains is below
      `domain_content_threshold`. Values of unknown frequency count as being among them.
    - baseline_drift_check: a distance above the threshold; for ChiSquared, a p-value below it. It
      is made where both sides have numbers, or categories; with numbers in a String that was
      numeric, of these numbers.
    - `is_non_negative` is not checked: no check of that name is on the page.

    The types' counts come from each feature's `data_type_counts`; statistics without (Model
    Monitor's own) count as of their inferred type alone. Raises CheckError for a baseline that
    cannot be read, naming what is missing.
    """
    what = "the baseline's constraints"
    monitoring, constraints = constraints_of(baseline_constraints, what)
    baseline = features_of(baseline_statistics, "the baseline's statistics")
    new = features_of(statistics, "the statistics")
    for constraint in constraints:
        if constraint.name not in baseline:
            raise CheckError(
                f"{what} have a feature {constraint.name} that its statistics do not have; "
                "give two files of one baseline"
            )
    if not monitoring.evaluate:
        return []
    found: list[Violation] = list(_columns(list(new), [each.name for each in constraints]))
    for constraint in constraints:
        if constraint.name in new and constraint.monitoring.evaluate:
            found.extend(_feature(new[constraint.name], baseline[constraint.name], constraint))
    return found


def _columns(new: Sequence[str], baseline: Sequence[str]) -> Iterator[Violation]:
    missing = [name for name in baseline if name not in new]
    extra = [name for name in new if name not in baseline]
    for kind, names, sign in (("missing", missing, "have"), ("extra", extra, "lack")):
        if names:
            # Wording and feature_name as remembered from the container's reports (assumed).
            yield Violation(
                {
                    "feature_name": f"{kind.capitalize()} columns",
                    "constraint_check_type": f"{kind}_column_check",
                    "description": f"There are {kind} columns in current dataset. Number of "
                    f"columns in current dataset: {len(new)}, Number of columns in baseline "
                    f"constraints: {len(baseline)}. {kind.capitalize()}: {', '.join(names)}",
                },
                f"{kind} columns: {', '.join(names)}; the baseline's {len(baseline)} columns "
                f"{sign} them, the data has {len(new)} columns (bound: the same columns)",
            )


def _feature(new: Feature, old: Feature, constraint: Constraint) -> Iterator[Violation]:
    if new.present:
        yield from _data_type(new, constraint)
    yield from _completeness(new, constraint)
    if new.present and constraint.domains is not None:
        yield from _domains(new, constraint.domains, constraint.monitoring.domain_threshold)
    yield from drift(new, old, constraint)


def _data_type(new: Feature, constraint: Constraint) -> Iterator[Violation]:
    expected, threshold = constraint.inferred_type, constraint.monitoring.datatype_threshold
    share = _share_of_type(new, expected)
    if share >= threshold:
        return
    yield Violation(
        {
            "feature_name": new.name,
            "constraint_check_type": "data_type_check",
            # Recorded, as are the missing digits' places: "Expected match: 100.0%".
            "description": "Data type match requirement is not met. Expected data type: "
            f"{expected}, Expected match: {threshold * 100}%. Observed: Only {share * 100}% of "
            f"data is {expected}.",
        },
        f"{new.name}: the type is {expected} in the baseline and {new.inferred_type} now; "
        f"{share * 100:.4g} % of the values are {expected}, below {threshold * 100:.4g} %, the "
        "datatype_check_threshold",
    )


def _share_of_type(new: Feature, expected: str) -> float:
    if expected == UNKNOWN:
        return 1.0
    if expected == STRING:
        return 1.0 if new.inferred_type == STRING else 0.0
    counts = new.type_counts or {new.inferred_type: new.present}
    matching = counts.get(INTEGRAL, 0)
    if expected == FRACTIONAL:
        matching += counts.get(FRACTIONAL, 0)
    return matching / new.present


def _completeness(new: Feature, constraint: Constraint) -> Iterator[Violation]:
    if constraint.completeness is None or new.completeness >= constraint.completeness:
        return
    yield Violation(
        {
            "feature_name": new.name,
            "constraint_check_type": "completeness_check",
            "description": f"Value: {new.completeness} does not meet the constraint requirement!",
        },
        f"{new.name}: completeness is {constraint.completeness:.6g} in the baseline and "
        f"{new.completeness:.6g} now ({new.missing} of {new.missing + new.present} values are "
        f"missing), below {constraint.completeness:.6g}, the completeness constraint",
    )


def _domains(new: Feature, domains: frozenset[str], threshold: float) -> Iterator[Violation]:
    categories = new.categories
    if categories is None:
        return  # no String any more: the data_type_check says so
    unknown = {value: count for value, count in categories.counts.items() if value not in domains}
    known = 1.0 - sum(unknown.values()) / categories.total
    if known >= threshold:
        return
    shown = ", ".join(list(unknown)[:3]) + (", …" if len(unknown) > 3 else "")
    yield Violation(
        {
            "feature_name": new.name,
            "constraint_check_type": "categorical_values_check",
            "description": f"Value: {known} does not meet the constraint requirement!",
        },
        f"{new.name}: values that the baseline's {len(domains)} do not have ({shown}); "
        f"{known * 100:.4g} % of the values are known, below {threshold * 100:.4g} %, the "
        "domain_content_threshold",
    )
