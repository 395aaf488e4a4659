"""What a freshly forked process does to become a container: isolation, then its program.

A `python3 script.py …` command runs in this very interpreter, as `__main__`, with what the parent has
imported; any other command replaces the process. An entry point of the local cloud's own (a built-in
algorithm, a model server) is a function, `module:function`, called with the program's arguments.

Known difference from `docker run`: a script run in this interpreter shares the parent's string hash
seed. Standard library only, see fork_server.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib
import io
import os
import random
import runpy
import sys
import threading
import traceback
import types
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import namespace  # type: ignore[import-not-found]

# As the shell and Docker answer for a command that cannot be run.
_NOT_EXECUTABLE = 126
_NOT_FOUND = 127

_OWN_MODULES = ("localcloud", "fork_server", "container_child", "namespace", "process_tree")
_PARENT_PATH = [entry for entry in sys.path if entry and entry != str(Path(__file__).parent)]
# Variables that an interpreter or a library reads as it starts: a running one would ignore them.
_READ_AT_START = ("PYTHON", "LD_", "OMP_", "OPENBLAS_", "MKL_", "KMP_", "MALLOC_", "ARROW_")


def run(request: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Become the container that `request` describes; never returns."""
    output, inherited = descriptors[0], descriptors[1:]
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for descriptor in (null, output):
        os.close(descriptor)
    _fresh_streams()
    try:
        namespace.enter(
            request["root"], request["temporary"], hide=request["hide"], keep=request["keep"]
        )
    except namespace.IsolationUnavailable as error:
        _finish(namespace.NOT_MADE, str(error))
    environment = dict(request["environment"])
    for name, descriptor in zip(request["sockets"], inherited, strict=True):
        os.set_inheritable(descriptor, True)
        environment[name] = str(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.umask(0o022)
    os.chdir(request["directory"])
    command = request["command"]
    if request["kind"] == "call":
        _run(lambda: _call_function(command, request["path"]))
    script = _python_arguments(command)
    own = set(request["settings"])
    cold = any(name.startswith(_READ_AT_START) for name in environment.keys() - own)
    if script is None or cold:
        _replace_process(command, environment)
    _run(lambda: _run_python(script))


def _python_arguments(command: list[str]) -> list[str] | None:
    """The arguments of a plain `python3 [-u] script …` or `python3 -m module …`, else None."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    if Path(command[0]).name not in ("python", "python3", version):
        return None
    arguments = [argument for argument in command[1:2] if argument != "-u"] + command[2:]
    if not arguments or (arguments[0].startswith("-") and arguments[0] != "-m"):
        return None
    if arguments == ["-m"]:
        return None
    return arguments


def _run_python(arguments: list[str]) -> None:
    """Run a script or module as `python3` would, in this interpreter."""
    _forget_own_modules()
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        sys.path[:] = [str(Path.cwd()), *_PARENT_PATH]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return
    script = Path(arguments[0])
    if not script.is_file():
        # The interpreter's own words and exit code for it.
        path = script if script.is_absolute() else Path.cwd() / script
        _finish(
            2, f"{sys.executable}: can't open file '{path}': [Errno 2] No such file or directory"
        )
    sys.argv = arguments
    if zipfile.is_zipfile(script):
        # A zip application: its own archive is where its modules are.
        sys.path[:] = [str(script), *_PARENT_PATH]
        runpy.run_path(str(script), run_name="__main__")
        return
    sys.path[:] = [str(script.resolve().parent), *_PARENT_PATH]
    module = types.ModuleType("__main__")
    module.__file__ = arguments[0]
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    code = compile(script.read_bytes(), arguments[0], "exec", dont_inherit=True)
    exec(code, module.__dict__)


def _call_function(command: list[str], path: str) -> None:
    sys.argv = command
    sys.path[:] = [path, *_PARENT_PATH]
    module, _, function = command[0].partition(":")
    getattr(importlib.import_module(module), function)(*command[1:])


def _run(program: Callable[[], None]) -> NoReturn:
    """Run a program to the end of an interpreter's life; its exit code is Python's."""
    _fresh_random_state()
    code = 0
    try:
        program()
    except SystemExit as stop:
        if isinstance(stop.code, int) or stop.code is None:
            code = stop.code or 0
        else:
            print(stop.code, file=sys.stderr)  # noqa: T201
            code = 1
    except BaseException as error:  # noqa: BLE001
        _print_error(error)
        code = 1
    # The end of a normal interpreter, without taking its modules apart: that takes longer.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    _finish(code)


def _finish(code: int, message: str = "") -> NoReturn:
    try:
        if message:
            print(message, file=sys.stderr)  # noqa: T201
        sys.stdout.flush()
        sys.stderr.flush()
        # Libraries written in C print through buffers of their own.
        ctypes.CDLL(None).fflush(None)
    finally:
        os._exit(code & 0xFF)


def _print_error(error: BaseException) -> None:
    """The traceback as the interpreter prints it: from the script's first line on."""
    here = __file__
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == here:
        frames = frames.tb_next
    traceback.print_exception(type(error), error, frames)


def _replace_process(command: list[str], environment: dict[str, str]) -> NoReturn:
    program = command[0]
    if Path(program).name.startswith("python") and not Path(program).is_file():
        # The interpreter of the image lies elsewhere than this machine's.
        program = sys.executable
    try:
        os.execvpe(program, command, environment)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        code = _NOT_FOUND if missing else _NOT_EXECUTABLE
        _finish(code, f'exec: "{command[0]}": {os.strerror(error.errno or 0)}')


def _fresh_streams() -> None:
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = io.TextIOWrapper(open(1, "wb", 0, closefd=False), "utf-8", write_through=True)  # noqa: SIM115
    sys.stderr = io.TextIOWrapper(
        open(2, "wb", 0, closefd=False),  # noqa: SIM115
        "utf-8",
        "backslashreplace",
        write_through=True,
    )
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]


def _fresh_random_state() -> None:
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _forget_own_modules() -> None:
    for name in list(sys.modules):
        if name.split(".")[0] in _OWN_MODULES:
            del sys.modules[name]
