"""What a build runs in: its directories, environment, Python and shell.

On AWS this is a container of the project's image; here it is a directory of the local cloud and
processes of this machine, as `environment.py` and `python_environment.py` say. The layout below the
directory is AWS's (`output/src<number>/src/s3/00`).
"""

from __future__ import annotations

import random
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

from localcloud import clients
from localcloud.cloud import current
from localcloud.codebuild import (
    artifacts,
    buildspec_source,
    environment,
    report_upload,
    secret_variables,
    sources,
)
from localcloud.codebuild.build import Build
from localcloud.codebuild.build_log import BuildLog
from localcloud.codebuild.buildspec import Buildspec, PhaseSpec, parse
from localcloud.codebuild.errors import PhaseFailed
from localcloud.codebuild.python_environment import PythonEnvironment
from localcloud.codebuild.report_store import ReportStore
from localcloud.codebuild.shell import Interrupted, Shell
from localcloud.processes import TooManyProcesses

# Which phase's failure, without `on-failure`, ends the build at once.
ABORTING = frozenset({"INSTALL", "PRE_BUILD"})
SECONDS_PER_MINUTE = 60.0
TIMED_OUT = ("BUILD_TIMED_OUT", "Build has timed out. ")


class BuildContainer:
    """The place in which one build's phases run."""

    def __init__(
        self,
        build: Build,
        log: BuildLog,
        credentials: clients.Credentials,
        reports: ReportStore,
    ) -> None:
        self.directory = current().directory("codebuild", build.uuid)
        self.succeeding = True
        self._build = build
        self._log = log
        self.credentials = credentials
        self._reports = reports
        self._deadline = current().clock.monotonic() + (
            build.plan.timeout_minutes * SECONDS_PER_MINUTE
        )
        self._output = self.directory / "output" / f"src{random.randrange(10**9):09d}" / "src"
        self._sources: dict[str, Path] = {}
        self._system: dict[str, str] = {}
        self._spec = Buildspec({})
        self._shell: Shell | None = None
        self._python: PythonEnvironment | None = None

    def provision(self) -> None:
        """Make the directories, and what of the environment the sources do not decide."""
        home, temporary, tools = (self.directory / name for name in ("root", "tmp", "tools"))
        for directory in (home, temporary, tools, self.directory / "output" / "tmp", self._output):
            directory.mkdir(parents=True)
        self._system = environment.system_variables(home, temporary, tools)

    def download(self) -> None:
        """DOWNLOAD_SOURCE: the sources, the buildspec, the variables."""
        plan = self._build.plan
        self._log.container("Phase is DOWNLOAD_SOURCE")
        for number, source in enumerate((plan.source, *plan.secondary_sources)):
            identifier = str(source.get("sourceIdentifier") or "") if number else ""
            version = plan.secondary_versions.get(identifier) if number else plan.source_version
            directory = self._source_directory(str(source["type"]), number)
            directory.mkdir(parents=True, exist_ok=True)
            resolved = sources.fetch(
                self._build, source, version, directory, self.credentials, self._system
            )
            self._sources[identifier] = directory
            if not number:
                self._build.resolved_source_version = resolved
        root = self._sources[""]
        self._log.container(f"CODEBUILD_SRC_DIR={root}")
        given = str(self._build.plan.source.get("buildspec") or "")
        self._spec = parse(buildspec_source.read(given, root, self._log.container))
        self._log.container("Processing environment variables")
        variables = self._variables()
        self._python = python = PythonEnvironment(self.directory / "python", self._system)
        self._log.container(python.make(self._spec.python_version))
        self._log.container(f"Moving to directory {root}")
        self._log.container(f"Phases found in YAML: {len(self._spec.phases)}")
        for name, phase in self._spec.phases.items():
            self._log.container(f" {name.upper()}: {len(phase.commands)} commands")
        self._shell = Shell(
            self._spec.shell,
            {**self._system, **python.variables, **variables},
            root,
            self.directory / "output" / "tmp",
            self._log.line,
        )

    def commands(self, phase: str) -> None:
        """Run the commands of a phase, then its `finally` commands; raises PhaseFailed."""
        spec = self._spec.phases.get(phase.lower(), PhaseSpec())
        try:
            if spec.commands or spec.finally_commands:
                self._run(f"export CODEBUILD_BUILD_SUCCEEDING={int(self.succeeding)}")
            failed = self._first_failure(spec.commands)
            failed = self._first_failure(spec.finally_commands) or failed
        finally:
            if phase == "POST_BUILD":
                self._export()
        if failed:
            raise PhaseFailed("COMMAND_EXECUTION_ERROR", failed)

    def aborts(self, phase: str) -> bool:
        """Whether a failure of this phase ends the build."""
        spec = self._spec.phases.get(phase.lower(), PhaseSpec())
        if spec.on_failure is None:
            return phase in ABORTING
        return spec.on_failure == "ABORT"

    def upload(self) -> None:
        """UPLOAD_ARTIFACTS; raises PhaseFailed."""
        plan, spec = self._build.plan, self._spec
        if spec.reports:
            report_upload.ReportUpload(
                self._build, self._reports, self.credentials, self._log.container
            ).run(spec.reports, self._sources[""], self.directory, self._expanded)
        secondary = {each["artifactIdentifier"]: each for each in plan.secondary_artifacts}
        wanted = [(plan.artifacts, spec.artifacts)]
        wanted += [(each, spec.secondary_artifacts.get(name)) for name, each in secondary.items()]
        for destination, files in wanted:
            artifacts.upload(
                self._build,
                destination,
                files,
                self._sources[""],
                self.directory,
                self.credentials,
                self._expanded,
                self._log.container,
            )

    def close(self) -> None:
        """End what still runs."""
        if self._shell is not None:
            self._shell.close()

    def remove(self) -> None:
        """Keep what other builds can use, and remove the rest."""
        if self._python is not None:
            self._python.keep_bytecode()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _source_directory(self, kind: str, number: int) -> Path:
        if kind == "S3":
            return self._output / "s3" / f"{number:02d}"
        if kind == "CODECOMMIT":
            return self._output / "git" / f"{number:02d}"
        return self._output

    def _variables(self) -> dict[str, str]:
        """Every variable of the build; StartBuild's win over the project's, and those over the
        buildspec's; CodeBuild's own stand below them."""
        build, spec = self._build, self._spec
        made = environment.build_variables(
            build, self.credentials, self._sources, build.log_stream or ""
        )
        made.update(spec.variables)
        hidden: list[str] = []

        def resolve(kind: str, value: str) -> str:
            if kind == "PLAINTEXT":
                return value
            read: Callable[[str, str, clients.Credentials], str] = (
                secret_variables.parameter if kind == "PARAMETER_STORE" else secret_variables.secret
            )
            hidden.append(read(value, build.region, self.credentials))
            return hidden[-1]

        for name, value in spec.parameter_store.items():
            made[name] = resolve("PARAMETER_STORE", value)
        for name, value in spec.secrets_manager.items():
            made[name] = resolve("SECRETS_MANAGER", value)
        for each in build.plan.environment["environmentVariables"]:
            made[each["name"]] = resolve(str(each.get("type", "PLAINTEXT")), str(each["value"]))
        self._log.hide(hidden)
        return made

    def _first_failure(self, commands: tuple[str, ...]) -> str | None:
        for command in commands:
            self._log.container(f"Running command {command}")
            status = self._run(command)
            if status:
                self._log.container(
                    f"Command did not exit successfully {command} exit status {status}"
                )
                return f"Error while executing command: {command}. Reason: exit status {status}"
        return None

    def _run(self, command: str) -> int:
        if self._shell is None:
            raise RuntimeError("the build has no shell yet")
        left = self._deadline - current().clock.monotonic()
        try:
            return self._shell.run(command, self._build.stop_requested.is_set, max(left, 0.0))
        except TooManyProcesses as error:
            raise PhaseFailed("CLIENT_ERROR", error.message) from error
        except Interrupted:
            if self._build.stop_requested.is_set() or current().stopping.is_set():
                raise PhaseFailed("", "", "STOPPED") from None
            raise PhaseFailed(*TIMED_OUT, "TIMED_OUT") from None

    def _export(self) -> None:
        """Keep the exported variables' values, as they are at the end of POST_BUILD."""
        for name in self._spec.exported_variables:
            text = self._evaluated(f'printf %s "${{{name}-}}"')
            if text is not None:
                self._build.exported[name] = text

    def _expanded(self, name: str) -> str:
        return self._evaluated(f'printf %s "{name}"') or name

    def _evaluated(self, command: str) -> str | None:
        target = self.directory / "output" / "tmp" / "value"
        target.unlink(missing_ok=True)
        status = self._run(f"{{ {command}; }} >{shlex.quote(str(target))}")
        return target.read_text() if status == 0 and target.exists() else None
