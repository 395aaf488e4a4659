"""What a template and its parameters ask for: checked before anything is made.

`Desired` is a template bound to parameter values: which resources it wants, in which order, and
what each expression means once the resources before it exist.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.cloudformation import intrinsics, parameters, resource, template
from localcloud.cloudformation.errors import CloudFormationError
from localcloud.errors import AwsError

IAM_TYPES = ("Group", "InstanceProfile", "ManagedPolicy", "Policy", "Role", "User")
IAM_NAMES = ("GroupName", "InstanceProfileName", "ManagedPolicyName", "RoleName", "UserName")


@dataclass
class Desired:
    """A template with its parameters."""

    body: str
    template: dict[str, Any]
    given: dict[str, str]
    scope: intrinsics.Scope
    # The wanted resources (those whose condition holds) by logical id, in order of creation.
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    needs: dict[str, frozenset[str]] = field(default_factory=dict)


def read(
    body: str,
    passed: Mapping[str, str],
    pseudo: Mapping[str, Any],
    *,
    recognized: Collection[str],
    read_parameter: Callable[[str], str],
    exported: Callable[[str], str],
) -> Desired:
    """Parse and check a template; raises ValidationError in AWS's words, and makes nothing."""
    parsed = template.parse(body)
    template.check_types(parsed, recognized)
    values, given = parameters.resolve(parsed.get("Parameters", {}), passed, read_parameter)

    def dynamic(service: str, reference: str) -> str:
        if service != "ssm":
            raise CloudFormationError(
                f"unsupported by the local cloud: dynamic reference {service!r}; supported: ssm"
            )
        return read_parameter(reference.partition(":")[0])

    scope = intrinsics.Scope(
        parameters=values,
        pseudo=pseudo,
        mappings=parsed.get("Mappings", {}),
        conditions=parsed.get("Conditions", {}),
        exported=exported,
        dynamic=dynamic,
    )
    desired = Desired(body, parsed, given, scope)
    _check_rules(parsed, scope)
    wanted = {
        name: item
        for name, item in parsed["Resources"].items()
        if "Condition" not in item or scope.condition(item["Condition"])
    }
    _check_references(parsed, wanted, scope)
    needs = {
        name: frozenset(template.dependencies(_chosen(item, scope), wanted))
        for name, item in wanted.items()
    }
    for name in template.creation_order(needs):
        desired.resources[name] = wanted[name]
        desired.needs[name] = needs[name]
    _check_properties(desired)
    return desired


def required_capabilities(desired: Desired) -> set[str]:
    """Which capabilities a caller must acknowledge.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
    """
    needed: set[str] = set()
    for item in desired.resources.values():
        service, _, kind = str(item["Type"]).partition("::")[2].partition("::")
        if service == "IAM" and kind in IAM_TYPES:
            named = any(name in item.get("Properties", {}) for name in IAM_NAMES)
            needed.add("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM")
    return needed


def _check_rules(parsed: Mapping[str, Any], scope: intrinsics.Scope) -> None:
    for name, rule in parsed.get("Rules", {}).items():
        if "RuleCondition" in rule and not intrinsics.evaluate_condition(
            rule["RuleCondition"], scope
        ):
            continue
        for assertion in rule.get("Assertions", []):
            if not intrinsics.evaluate_condition(assertion["Assert"], scope):
                # The exact words are assumed.
                raise CloudFormationError(
                    f"Template error: rule {name}: {assertion.get('AssertDescription', 'failed')}"
                )


def _check_references(
    parsed: Mapping[str, Any], wanted: Mapping[str, Any], scope: intrinsics.Scope
) -> None:
    known = set(wanted) | set(scope.parameters) | set(scope.pseudo) | {"AWS::NoValue"}
    for name, item in wanted.items():
        unresolved = _unresolved(item.get("Properties", {}), known, scope)
        listed = item.get("DependsOn", [])
        depends = {listed} if isinstance(listed, str) else set(listed)
        unresolved |= depends - set(parsed["Resources"])
        if unresolved:
            raise CloudFormationError(
                f"Template format error: Unresolved resource dependencies "
                f"[{', '.join(sorted(unresolved))}] in the Resources block of the template "
                f"(resource {name})"
            )
    outputs = {
        name: output
        for name, output in (parsed.get("Outputs") or {}).items()
        if "Condition" not in output or scope.condition(output["Condition"])
    }
    unresolved = _unresolved(outputs, known, scope)
    if unresolved:
        raise CloudFormationError(
            f"Template format error: Unresolved resource dependencies "
            f"[{', '.join(sorted(unresolved))}] in the Outputs block of the template"
        )


def _unresolved(value: Any, known: set[str], scope: intrinsics.Scope) -> set[str]:
    return set(template.references(_chosen(value, scope))) - known


def _chosen(value: Any, scope: intrinsics.Scope) -> Any:
    """`value` with only the branches of Fn::If that are taken."""
    if isinstance(value, list):
        return [_chosen(item, scope) for item in value]
    if isinstance(value, dict):
        if len(value) == 1 and "Fn::If" in value:
            name, yes, no = value["Fn::If"]
            return _chosen(yes if scope.condition(name) else no, scope)
        return {key: _chosen(item, scope) for key, item in value.items()}
    return value


def _check_properties(desired: Desired) -> None:
    for logical_id, item in desired.resources.items():
        kind = resource.find(item["Type"])
        if kind is None:
            continue
        named = intrinsics.present(item.get("Properties", {}), desired.scope)
        try:
            kind.validate(dict.fromkeys(named))
        except AwsError as error:
            raise CloudFormationError(f"{logical_id}: {error}") from None
