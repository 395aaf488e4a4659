"""What the QualityCheck and ClarifyCheck steps have in common: flags, baselines, the check's job.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html:

    skip / register   drift check             BaselineUsedForDriftCheck*
    T / T             no                      the new one
    F / F             against the previous    the previous one
    F / T             against the previous    the new one
    T / F             no                      the previous one

`CalculatedBaseline*` is the new one in every row. The previous one is the supplied one, else that of
the latest approved version in the group. A violation fails the step, if FailOnViolation says so, with
`ClientError: Quality check failed. See violation report` (observed; what follows it is assumed).

Inferred, as AWS does not say: the container gets the previous baseline as it does in a monitoring
schedule, by files that the environment variables `baseline_statistics` and `baseline_constraints`
name. Assumed: the words with which a step fails that has no previous baseline and needs one, that an
empty supplied baseline is none, and that a quality check's two files are supplied both or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from localcloud.sagemaker.pipelines import argument_shapes
from localcloud.sagemaker.pipelines.definition import Definition, Step, invalid
from localcloud.sagemaker.pipelines.steps.job_step import JobStep
from localcloud.sagemaker.pipelines.steps.service_call import call
from localcloud.sagemaker.pipelines.steps.step_type import (
    StepContext,
    StepFailure,
    literal,
    nested,
)

STATISTICS = "Statistics"
CONSTRAINTS = "Constraints"
_BASELINE_DIRECTORY = "/opt/ml/processing/baseline"
_VIOLATIONS_FILE = "constraint_violations.json"
# How an analyzer's ExitMessage begins when there are violations (observed, monitoring executions).
_VIOLATED = "CompletedWithViolations"
_COMMON = frozenset(
    {
        "CheckType",
        "ModelPackageGroupName",
        "SkipCheck",
        "FailOnViolation",
        "RegisterNewBaseline",
        "SuppliedBaselineConstraints",
    }
)


@dataclass(frozen=True)
class CheckType:
    """A check: where a version's DriftCheckBaselines has its baseline."""

    drift_member: str
    constraints_member: str = CONSTRAINTS


def addresses(*files: str) -> frozenset[str]:
    """The properties of a check whose baseline has these files."""
    uses = ("CalculatedBaseline", "BaselineUsedForDriftCheck")
    return frozenset(f"{use}{file}" for use in uses for file in files)


class CheckStep(JobStep):
    """A step whose processing job computes a baseline, and compares it with the previous one."""

    noun = "ProcessingJob"
    # What the words of a failed check call it.
    title: ClassVar[str]
    check_types: ClassVar[Mapping[str, CheckType]]
    # Of STATISTICS and CONSTRAINTS, those that the baseline has, with the files that hold them.
    files: ClassVar[Mapping[str, str]]
    argument_members = _COMMON
    members = frozenset({"CacheConfig"}) | _COMMON
    cache_keys = ("AppSpecification", "Environment", "ProcessingInputs", *sorted(_COMMON))

    def check(self, step: Step, definition: Definition) -> None:
        argument_shapes.check("CreateProcessingJob", step, definition, {"ProcessingJobName"})
        kind = step.members.get("CheckType")
        if kind not in self.check_types:
            raise invalid(
                f"Model Validation failed: Value '{kind}' for 'CheckType' failed to satisfy enum "
                f"value set: [{', '.join(self.check_types)}] (step '{step.name}')"
            )
        if len(nested(step.arguments, "ProcessingOutputConfig", "Outputs") or []) != 1:
            raise invalid(f"Step '{step.name}' needs one output, where its baseline is written.")

    def images(self, step: Step) -> list[str]:
        return literal(nested(step.arguments, "AppSpecification", "ImageUri"))

    def run(self, context: StepContext) -> None:
        members = context.run.arguments
        skip = _flag(members, "SkipCheck", False)
        register = _flag(members, "RegisterNewBaseline", False)
        previous = self._supplied(context) or self._of_latest_approved(context)
        if previous is None and not (skip and register):
            raise StepFailure(_no_baseline(members, skip=skip))
        context.run.metadata[self.name] = self._metadata(context, skip, register)
        description = self._run_job(context, None if skip else previous)
        output = description["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
        new = {file: f"{output.rstrip('/')}/{name}" for file, name in self.files.items()}
        used = new if register else previous or {}
        properties = {
            **{f"CalculatedBaseline{file}": uri for file, uri in new.items()},
            **{f"BaselineUsedForDriftCheck{file}": uri for file, uri in used.items()},
        }
        context.run.metadata[self.name].update(properties)
        context.run.properties = properties
        if str(description.get("ExitMessage", "")).startswith(_VIOLATED):
            report = f"{output.rstrip('/')}/{_VIOLATIONS_FILE}"
            context.run.metadata[self.name]["ViolationReport"] = report
            if _flag(members, "FailOnViolation", True):
                raise StepFailure(
                    f"ClientError: {self.title} check failed. See violation report: {report}"
                )

    def extra_environment(self, context: StepContext) -> dict[str, str]:
        """What the service tells the container besides the baseline."""
        return {}

    def _metadata(self, context: StepContext, skip: bool, register: bool) -> dict[str, Any]:
        return {
            "CheckType": context.run.arguments["CheckType"],
            "ModelPackageGroupName": context.run.arguments.get("ModelPackageGroupName") or "",
            "SkipCheck": skip,
            "RegisterNewBaseline": register,
        }

    def _run_job(
        self, context: StepContext, baseline: Mapping[str, str] | None
    ) -> Mapping[str, Any]:
        arguments = {
            name: value
            for name, value in context.run.arguments.items()
            if name not in self.argument_members
        }
        environment = dict(arguments.get("Environment") or {}) | self.extra_environment(context)
        inputs = list(arguments.get("ProcessingInputs") or [])
        for file, uri in (baseline or {}).items():
            directory = f"{_BASELINE_DIRECTORY}/{file.lower()}"
            inputs.append(_input(f"baseline_{file.lower()}", uri, directory))
            environment[f"baseline_{file.lower()}"] = f"{directory}/{uri.rpartition('/')[2]}"
        arguments["ProcessingInputs"] = inputs
        if environment:
            arguments["Environment"] = environment
        return self.perform(context, self.request(context, arguments))

    def created(self, context: StepContext, arn: str) -> None:
        context.run.metadata[self.name]["CheckJobArn"] = arn

    def _supplied(self, context: StepContext) -> dict[str, str] | None:
        found = {
            file: str(context.run.arguments.get(f"SuppliedBaseline{file}") or "")
            for file in self.files
        }
        given = [file for file, uri in found.items() if uri]
        if not given:
            return None
        if len(given) < len(found):
            missing = ", ".join(f"SuppliedBaseline{file}" for file in found if file not in given)
            raise StepFailure(
                f"ClientError: SuppliedBaseline{given[0]} is given without {missing}; a baseline "
                "of this check is both files: supply both, or none."
            )
        return found

    def _of_latest_approved(self, context: StepContext) -> dict[str, str] | None:
        group = context.run.arguments.get("ModelPackageGroupName")
        if not group:
            return None
        try:
            found = call(
                context,
                "ListModelPackages",
                {
                    "ModelPackageGroupName": group,
                    "ModelApprovalStatus": "Approved",
                    "SortBy": "CreationTime",
                    "SortOrder": "Descending",
                    "MaxResults": 1,
                },
            )["ModelPackageSummaryList"]
        except StepFailure as failure:
            # The first run of a project: RegisterModel makes the group at its end.
            if "does not exist" in str(failure):
                return None
            raise
        if not found:
            return None
        request = {"ModelPackageName": found[0]["ModelPackageArn"]}
        package = call(context, "DescribeModelPackage", request)
        kind = self.check_types[context.run.arguments["CheckType"]]
        registered = (package.get("DriftCheckBaselines") or {}).get(kind.drift_member) or {}
        members = {STATISTICS: STATISTICS, CONSTRAINTS: kind.constraints_member}
        sources = {file: registered.get(members[file]) for file in self.files}
        baseline = {file: source["S3Uri"] for file, source in sources.items() if source}
        return baseline if len(baseline) == len(self.files) else None


def _flag(members: Mapping[str, Any], name: str, default: bool) -> bool:
    value = members.get(name)
    if value is None:
        return default
    if isinstance(value, str):
        return value.lower() == "true"
    return bool(value)


def _no_baseline(members: Mapping[str, Any], *, skip: bool) -> str:
    group = members.get("ModelPackageGroupName") or "(no group is named)"
    purpose = "to be carried over" if skip else "to compare with"
    return (
        f"ClientError: There is no previous baseline {purpose}: none is supplied, and model "
        f"package group {group} has no approved version with a baseline of this check. Run with "
        "SkipCheck and RegisterNewBaseline true, and approve the version."
    )


def _input(name: str, uri: str, directory: str) -> dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": directory,
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
        },
    }
