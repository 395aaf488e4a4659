"""Reading a buildspec: what it says, and what of it the local cloud refuses. Pure.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html. Version 0.2. Without effect
here: `cache` (a project here has no cache, and without one the paths have no effect on AWS either) and
`batch` (read only by StartBuildBatch). Refused by name: `proxy`, `run-as`, `on-failure: RETRY`, Git's
credential helper, symbolic links in artifacts, runtimes other than Python, formats of reports that
`report_files` has not. All values are texts, as written: `python: 3.10` is not 3.1.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml  # type: ignore[import-untyped]

from localcloud.codebuild.errors import PhaseFailed
from localcloud.codebuild.report_files import FORMATS

PHASES = ("install", "pre_build", "build", "post_build")
WITHOUT_EFFECT = ("batch", "cache")
TOP_MEMBERS = ("artifacts", "env", "phases", "reports", "version", *WITHOUT_EFFECT)
ENV_MEMBERS = (
    "exported-variables",
    "git-credential-helper",
    "parameter-store",
    "secrets-manager",
    "shell",
    "variables",
)
ARTIFACT_MEMBERS = (
    "base-directory",
    "discard-paths",
    "enable-symlinks",
    "exclude-paths",
    "files",
    "name",
)
REPORT_MEMBERS = ("base-directory", "discard-paths", "file-format", "files")
MOST_REPORTS = 5
SHELLS = {"bash": "bash", "/bin/sh": "sh", "sh": "sh"}
TRUE = ("yes", "true", "on")


@dataclass(frozen=True)
class PhaseSpec:
    """One phase's commands, and whether its failure ends the build or lets it go on."""

    commands: tuple[str, ...] = ()
    finally_commands: tuple[str, ...] = ()
    on_failure: str | None = None


@dataclass(frozen=True)
class ArtifactSpec:
    """Which files become an artifact."""

    files: tuple[str, ...]
    base_directory: str | None = None
    exclude_paths: tuple[str, ...] = ()
    discard_paths: bool = False
    name: str | None = None


@dataclass(frozen=True)
class ReportSpec:
    """Which files are reported to which group: by the group's ARN, or a name after the project's."""

    name: str
    files: ArtifactSpec
    file_format: str


@dataclass(frozen=True)
class Buildspec:
    """A buildspec of version 0.2."""

    phases: Mapping[str, PhaseSpec]
    shell: str = "sh"
    variables: Mapping[str, str] = field(default_factory=dict)
    parameter_store: Mapping[str, str] = field(default_factory=dict)
    secrets_manager: Mapping[str, str] = field(default_factory=dict)
    exported_variables: tuple[str, ...] = ()
    python_version: str | None = None
    artifacts: ArtifactSpec | None = None
    secondary_artifacts: Mapping[str, ArtifactSpec] = field(default_factory=dict)
    reports: tuple[ReportSpec, ...] = ()


def parse(text: str) -> Buildspec:
    """The buildspec in a text; raises PhaseFailed, as DOWNLOAD_SOURCE fails on AWS."""
    try:
        document = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise _yaml_error(f"YAML syntax error: {error}") from error
    if not isinstance(document, Mapping):
        raise _yaml_error("the buildspec is no mapping")
    version = document.get("version")
    if version != "0.2":
        raise _yaml_error(
            f"unsupported by the local cloud: buildspec version {version!r}; supported: 0.2"
        )
    _check("buildspec", document, TOP_MEMBERS)
    env = _mapping("env", document.get("env"))
    _check("env", env, ENV_MEMBERS)
    if env.get("git-credential-helper", "no").lower() in TRUE:
        raise _refuse("env/git-credential-helper", "yes", ("no",))
    phases = _mapping("phases", document.get("phases"))
    _check("phases", phases, PHASES)
    if not phases:
        raise _yaml_error("a buildspec must have at least one phase")
    artifacts = _mapping("artifacts", document.get("artifacts"))
    primary, secondary = _artifacts(artifacts)
    return Buildspec(
        phases={name: _phase(name, phases[name]) for name in PHASES if name in phases},
        shell=_shell(env.get("shell", "sh")),
        variables=_texts("env/variables", env.get("variables")),
        parameter_store=_texts("env/parameter-store", env.get("parameter-store")),
        secrets_manager=_texts("env/secrets-manager", env.get("secrets-manager")),
        exported_variables=_list("env/exported-variables", env.get("exported-variables")),
        python_version=_python(_mapping("phases/install", phases.get("install"))),
        artifacts=primary,
        secondary_artifacts=secondary,
        reports=_reports(_mapping("reports", document.get("reports"))),
    )


def _phase(name: str, value: Any) -> PhaseSpec:
    where = f"phases/{name}"
    phase = _mapping(where, value)
    allowed = ["commands", "finally", "on-failure"]
    _check(where, phase, [*allowed, "runtime-versions"] if name == "install" else allowed)
    on_failure = phase.get("on-failure")
    if on_failure not in (None, "ABORT", "CONTINUE"):
        raise _refuse(f"{where}/on-failure", on_failure, ("ABORT", "CONTINUE"))
    return PhaseSpec(
        _list(f"{where}/commands", phase.get("commands")),
        _list(f"{where}/finally", phase.get("finally")),
        on_failure,
    )


def _python(install: Mapping[str, Any]) -> str | None:
    runtimes = _texts("phases/install/runtime-versions", install.get("runtime-versions"))
    for name in runtimes:
        if name != "python":
            raise _refuse("runtime", name, ("python",))
    return runtimes.get("python")


def _artifacts(value: Mapping[str, Any]) -> tuple[ArtifactSpec | None, dict[str, ArtifactSpec]]:
    secondary = _mapping("artifacts/secondary-artifacts", value.get("secondary-artifacts"))
    own = {key: each for key, each in value.items() if key != "secondary-artifacts"}
    made = {
        name: _artifact(f"artifacts/{name}", _mapping(name, each))
        for name, each in secondary.items()
    }
    return (_artifact("artifacts", own) if own else None), made


def _artifact(where: str, value: Mapping[str, Any]) -> ArtifactSpec:
    _check(where, value, ARTIFACT_MEMBERS)
    if str(value.get("enable-symlinks", "no")).lower() in TRUE:
        raise _refuse(f"{where}/enable-symlinks", "yes", ("no",))
    files = _list(f"{where}/files", value.get("files"))
    if not files:
        raise _yaml_error(f"{where}/files is required")
    return ArtifactSpec(
        files,
        value.get("base-directory"),
        _list(f"{where}/exclude-paths", value.get("exclude-paths")),
        str(value.get("discard-paths", "no")).lower() in TRUE,
        value.get("name"),
    )


def _reports(value: Mapping[str, Any]) -> tuple[ReportSpec, ...]:
    if len(value) > MOST_REPORTS:
        raise _yaml_error(f"reports has {len(value)} groups; at most {MOST_REPORTS} are allowed")
    made = []
    for name, each in value.items():
        where = f"reports/{name}"
        report = _mapping(where, each)
        _check(where, report, REPORT_MEMBERS)
        # Its case does not matter.
        file_format = str(report.get("file-format") or "JUNITXML").upper()
        if file_format not in FORMATS:
            raise _refuse(f"{where}/file-format", report["file-format"], FORMATS)
        files = {key: part for key, part in report.items() if key != "file-format"}
        made.append(ReportSpec(name, _artifact(where, files), file_format))
    return tuple(made)


def _shell(name: str) -> str:
    if name not in SHELLS:
        raise _refuse("env/shell", name, SHELLS)
    return SHELLS[name]


def _mapping(where: str, value: Any) -> Mapping[str, Any]:
    if value in (None, ""):
        return {}
    if not isinstance(value, Mapping):
        raise _yaml_error(f"{where} must be a mapping")
    return value


def _texts(where: str, value: Any) -> dict[str, str]:
    texts = _mapping(where, value)
    for name, each in texts.items():
        if not isinstance(each, str):
            raise _yaml_error(f"{where}/{name} must be a text")
    return dict(texts)


def _list(where: str, value: Any) -> tuple[str, ...]:
    if value in (None, ""):
        return ()
    if not isinstance(value, list):
        raise _yaml_error(f"{where} must be a list")
    for number, each in enumerate(value):
        if not isinstance(each, str):
            # AWS's words for the usual slip, a command with an unquoted `: `.
            raise _yaml_error(
                f"Expected {where}[{number}] to be of string type: found subkeys instead at {where}"
            )
    return tuple(value)


def _check(where: str, value: Mapping[str, Any], allowed: Collection[str]) -> None:
    for name in value:
        if name not in allowed:
            raise _refuse(f"{where} member", name, allowed)


def _refuse(kind: str, name: object, supported: Collection[str]) -> PhaseFailed:
    known = ", ".join(sorted(supported))
    return _yaml_error(f"unsupported by the local cloud: {kind} {str(name)!r}; supported: {known}")


def _yaml_error(message: str) -> PhaseFailed:
    return PhaseFailed("YAML_FILE_ERROR", message)
