"""The `pip` of a build: `pip install` done by uv, everything else by pip itself.

This file is copied into each build's virtual environment and runs there, as `pip`, `pip3` and
`python -m pip`; it imports nothing of the local cloud. What uv does differently, for those who look:
its words (`+ name==version` instead of `Successfully installed name-version`), its answers from an
index are up to ten minutes old, and it compiles nothing (`bytecode_cache.py`). An argument that is not
in the tables below leaves the whole call to pip. pip's own configuration (files and `PIP_*`) decides
about indexes, in pip's order.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# pip's name of an option, and uv's; None for one that uv needs not be told.
FLAGS: dict[str, str | None] = {
    "--disable-pip-version-check": None,
    "--force-reinstall": "--reinstall",
    "--no-build-isolation": "--no-build-isolation",
    "--no-cache-dir": "--no-cache",
    "--no-color": "--color=never",
    "--no-deps": "--no-deps",
    "--no-index": "--no-index",
    "--no-input": None,
    "--no-python-version-warning": None,
    "--no-warn-conflicts": None,
    "--no-warn-script-location": None,
    "--pre": "--prerelease=allow",
    "--prefer-binary": None,
    "--quiet": "--quiet",
    "--require-hashes": "--require-hashes",
    "--verbose": "--verbose",
    "-q": "--quiet",
    "-qq": "--quiet",
    "-v": "--verbose",
}
OPTIONS: dict[str, str | None] = {
    "--constraint": "--constraint",
    "--editable": "--editable",
    "--extra-index-url": "--extra-index-url",
    "--find-links": "--find-links",
    "--index-url": "--index-url",
    "--no-binary": "--no-binary",
    "--only-binary": "--only-binary",
    "--progress-bar": None,
    "--requirement": "--requirement",
    "--retries": None,
    "--root-user-action": None,
    "--target": "--target",
    "--timeout": None,
    "--trusted-host": "--allow-insecure-host",
    "--upgrade-strategy": None,
    "-c": "--constraint",
    "-e": "--editable",
    "-f": "--find-links",
    "-i": "--index-url",
    "-r": "--requirement",
    "-t": "--target",
}
# Settings of pip's configuration that decide what is installed from where, and uv's options.
CONFIGURED = {
    "index-url": "--index-url",
    "extra-index-url": "--extra-index-url",
    "find-links": "--find-links",
    "trusted-host": "--allow-insecure-host",
    "constraint": "--constraint",
}
SHORT = frozenset(name for name in OPTIONS if len(name) == 2)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?=\s*(?:$|[\[<>=!~;#@,]))")
EXACT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[^\]]*\])?\s*===?\s*[^*\s;,]+\s*($|;|#|\\)")
SWITCHES = {"no-index": "--no-index", "pre": "--prerelease=allow"}


def uv_arguments(arguments: Sequence[str]) -> list[str] | None:
    """uv's arguments for the same `pip install`; None if pip itself must do it."""
    if not arguments or arguments[0] != "install":
        return None
    made: list[str] = []
    named: list[str] = []
    upgrade = False
    rest = iter(arguments[1:])
    for argument in rest:
        name, given, value = argument.partition("=")
        if not argument.startswith("-"):
            made.append(argument)
            named.append(argument)
        elif argument in ("-U", "--upgrade"):
            upgrade = True
        elif argument in FLAGS:
            made += [each for each in (FLAGS[argument],) if each]
        else:
            if name in OPTIONS and given:
                pass
            elif argument in OPTIONS:
                name, value = argument, next(rest, "")
            elif argument[:2] in SHORT and not argument.startswith("--"):
                name, value = argument[:2], argument[2:]
            else:
                return None
            option = OPTIONS[name]
            made += [option, value] if option else []
            if option == "--requirement":
                named += _lines(Path(value))
    return made + (upgrades(named) if upgrade else [])


def upgrades(requirements: Sequence[str]) -> list[str]:
    """uv's arguments for pip's `--upgrade`, which concerns the requirements that are named.

    uv's own `--upgrade` concerns every package, and fetches each again; an exact version needs none.
    """
    made: list[str] = []
    for requirement in requirements:
        if EXACT.match(requirement) or requirement.startswith((".", "/")):
            continue
        name = NAME.match(requirement)
        if name is None:
            return ["--upgrade"]
        made += ["--upgrade-package", name[0]]
    return made


def configured(environment: Mapping[str, str], files: Sequence[Path]) -> list[str]:
    """uv's arguments for what pip's configuration says; a variable wins over a file."""
    settings: dict[str, str] = {}
    for file in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(file)
        except configparser.Error:
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                settings.update(parser.items(section))
    for name in (*CONFIGURED, *SWITCHES):
        value = environment.get("PIP_" + name.upper().replace("-", "_"))
        if value is not None:
            settings[name] = value
    made: list[str] = []
    for name, option in CONFIGURED.items():
        for value in settings.get(name, "").split():
            made += [option, value]
    return made + [
        option
        for name, option in SWITCHES.items()
        if settings.get(name, "").lower() in ("1", "true", "yes", "on")
    ]


def configuration_files(environment: Mapping[str, str], prefix: str) -> list[Path]:
    """pip's configuration files, the one that wins last."""
    home = Path(environment.get("HOME", "/"))
    files = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf")]
    files += [home / ".pip/pip.conf", home / ".config/pip/pip.conf", Path(prefix) / "pip.conf"]
    if given := environment.get("PIP_CONFIG_FILE"):
        files.append(Path(given))
    return files


def main(arguments: Sequence[str]) -> int:
    """Do what pip was asked to; the exit status."""
    settings = json.loads(Path(__file__).with_suffix(".json").read_text())
    translated = uv_arguments(arguments)
    if translated is None:
        from pip._internal.cli.main import main as pip  # type: ignore[import-not-found,unused-ignore]

        return int(pip(list(arguments)))
    environment = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_NO_PROGRESS": "1", **os.environ}
    if certificates := environment.get("PIP_CERT"):
        environment.setdefault("SSL_CERT_FILE", certificates)
    files = configuration_files(os.environ, sys.prefix)
    _touch_projects(translated)
    command = [settings["uv"], "pip", "install", "--python", sys.executable]
    command += [*configured(os.environ, files), *translated]
    front = {name: Path(sys.prefix, "bin", name) for name in ("pip", "pip3")}
    texts = {name: path.read_bytes() for name, path in front.items() if path.exists()}
    status = subprocess.run(command, env=environment, check=False).returncode
    for name, text in texts.items():
        # An upgrade of pip itself has put its own commands there.
        if not front[name].exists() or front[name].read_bytes() != text:
            front[name].unlink(missing_ok=True)
            front[name].write_bytes(text)
            front[name].chmod(0o755)
    if status == 0:
        _restore_bytecode(settings)
    return status


def _restore_bytecode(settings: Mapping[str, Any]) -> None:
    from _codebuild_bytecode import restore  # type: ignore[import-not-found]

    donors = [Path(each) for each in settings["donors"]]
    restore(Path(__file__).parent, Path(settings["bytecode"]), donors)


def _lines(file: Path) -> list[str]:
    """The requirements in a file; a line that is none (`-r other.txt`) stays as it is."""
    try:
        lines = [line.strip() for line in file.read_text().splitlines()]
    except OSError:
        return []
    return [line for line in lines if line and not line.startswith(("#", "--hash"))]


def _touch_projects(arguments: Sequence[str]) -> None:
    """pip builds a local project whenever it is asked to; uv only if its description is new."""
    for argument in arguments:
        for name in ("pyproject.toml", "setup.py", "setup.cfg"):
            description = Path(argument.partition("[")[0], name)
            if not argument.startswith("-") and description.is_file():
                os.utime(description)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
