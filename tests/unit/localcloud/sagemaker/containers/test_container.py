"""A container's contract: what a program sees of /opt/ml, its environment, and of other containers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from localcloud.cloud import Cloud, current
from localcloud.sagemaker.containers.container import Container
from localcloud.sagemaker.containers.warm_parents import Child, warm_parents

from .conftest import SMALL, Runner

ROOT = Path(__file__).resolve().parents[5]

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html"
)


def test_script_sees_its_own_opt_ml_and_tmp(run_script: Runner) -> None:
    before = sorted(Path("/opt").iterdir())
    ran = run_script(
        "import os\n"
        "open('/opt/ml/result', 'w').write('from the job')\n"
        "open('/tmp/scratch', 'w').write('x')\n"
        "print(sorted(os.listdir('/opt/ml')), os.listdir('/dev/shm'))\n"
        "print(*os.listdir('/tmp'))\n"
    )
    assert ran.finish() == 0
    assert ran.lines[0] == "['code', 'result'] []"
    # Where the checkout or the environment lie below /tmp, the way to them is to be seen too.
    ways = {path.parts[2] for path in (ROOT, Path(sys.prefix).resolve()) if path.parts[1] == "tmp"}
    assert set(ran.lines[1].split()) - ways == {"scratch"}
    assert (ran.directory.ml / "result").read_text() == "from the job"
    assert sorted(Path("/opt").iterdir()) == before
    assert not Path("/tmp/scratch").exists()


def test_script_runs_as_main_with_its_arguments_and_directory(run_script: Runner) -> None:
    ran = run_script(
        "import os, sys\nprint(__name__, __file__, sys.argv, sys.path[0], os.getcwd())\n"
        "import __main__\nprint(__main__.__file__)\n",
        "--input-data",
        "s3://bucket/key",
    )
    assert ran.finish() == 0
    script = "/opt/ml/code/script.py"
    assert ran.lines == [
        f"__main__ {script} ['{script}', '--input-data', 's3://bucket/key'] /opt/ml/code /opt/ml",
        script,
    ]


def test_environment_is_the_one_given_and_nothing_of_the_server(
    run_script: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_SERVER", "secret")
    ran = run_script(
        "import json, os; print(json.dumps(dict(os.environ)))", environment={"OF_THE_JOB": "1"}
    )
    assert ran.finish() == 0
    seen = json.loads(ran.lines[0])
    assert seen["OF_THE_JOB"] == "1"
    assert "OF_THE_SERVER" not in seen
    assert seen["OMP_WAIT_POLICY"] == "passive"


def test_nothing_is_left_for_the_next_container(run_script: Runner) -> None:
    first = run_script(
        "import os, sys, random, signal, types, builtins, json\n"
        "os.environ['LEFT'] = '1'\n"
        "for path in ('/tmp/left', '/opt/ml/left', '/dev/shm/left'): open(path, 'w').write('1')\n"
        "sys.modules['left'] = types.ModuleType('left')\n"
        "sys.path.insert(0, '/left'); builtins.left = json.left = 1\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); os.umask(0o777); os.chdir('/tmp')\n"
        "random.seed(1)\n"
    )
    assert first.finish() == 0
    second = run_script(
        "import os, sys, signal, builtins, json\n"
        "print('LEFT' in os.environ, 'left' in sys.modules, '/left' in sys.path,\n"
        "      hasattr(builtins, 'left'), hasattr(json, 'left'),\n"
        "      any(os.path.exists(p) for p in ('/tmp/left', '/opt/ml/left', '/dev/shm/left')),\n"
        "      signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, oct(os.umask(0)), os.getcwd())\n"
    )
    assert second.finish() == 0
    assert second.lines == ["False False False False False False True 0o22 /opt/ml"]


def test_modules_of_the_local_cloud_are_not_importable(run_script: Runner) -> None:
    ran = run_script(
        "import sys\n"
        "print([n for n in sys.modules if n.startswith(('localcloud', 'fork_s', 'container_c'))])\n"
        "import localcloud\n"
    )
    assert ran.finish() == 1
    assert ran.lines[0] == "[]"
    assert ran.lines[-1] == "ModuleNotFoundError: No module named 'localcloud'"


def test_random_numbers_differ_between_containers(run_script: Runner) -> None:
    text = "import random, numpy; print(random.random(), numpy.random.rand())"
    runs = [run_script(text) for _ in range(3)]
    assert {run.finish() for run in runs} == {0}
    assert len({number for run in runs for number in run.lines[0].split()}) == 6


def test_the_machines_files_cannot_be_changed(run_script: Runner, tmp_path: Path) -> None:
    target = Path(__file__).with_name("written-by-a-job")
    ran = run_script(f"open({str(target)!r}, 'w')")
    assert ran.finish() == 1
    assert "Read-only file system" in ran.lines[-1]
    assert not target.exists()


def test_error_is_printed_as_the_interpreter_prints_it(run_script: Runner) -> None:
    ran = run_script("def fail():\n    raise ValueError('no such column')\nfail()\n")
    assert ran.finish() == 1
    assert ran.lines[:2] == [
        "Traceback (most recent call last):",
        '  File "/opt/ml/code/script.py", line 3, in <module>',
    ]
    assert ran.lines[-1] == "ValueError: no such column"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 0),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit('why')", 1),
        ("import os; os._exit(9)", 9),
        ("import os; os.kill(os.getpid(), 9)", 137),
        ("import atexit, os; atexit.register(lambda: os._exit(5))", 5),
        (
            "import threading, os, time\n"
            "threading.Thread(target=lambda: (time.sleep(0.05), os._exit(6))).start()",
            6,
        ),
    ],
)
def test_exit_code_is_the_programs(run_script: Runner, text: str, code: int) -> None:
    assert run_script(text).finish() == code


@pytest.mark.parametrize(
    ("command", "code", "output"),
    [
        (("sh", "-c", "echo $0 $OF_THE_JOB; exit 4"), 4, "sh 1"),
        (("python3", "-c", "import sys; print(sys.argv)"), 0, "['-c']"),
        (("python3", "-m", "calendar", "2026", "1"), 0, "    January 2026"),
        (("python3", "-u", "/opt/ml/code/script.py"), 0, "ran"),
        (("/miniconda3/bin/python3", "/opt/ml/code/script.py"), 0, "ran"),
        (("no-such-command",), 127, 'exec: "no-such-command": No such file or directory'),
        (("/opt/ml/code/script.py",), 126, 'exec: "/opt/ml/code/script.py": Permission denied'),
    ],
)
def test_entrypoint_of_any_kind_runs(
    run_script: Runner, command: tuple[str, ...], code: int, output: str
) -> None:
    ran = run_script("print('ran')", command=command, environment={"OF_THE_JOB": "1"})
    assert ran.finish() == code
    assert ran.lines[0] == output


def test_missing_script_ends_as_the_interpreter_does(run_script: Runner) -> None:
    ran = run_script(command=("python3", "/opt/ml/code/none.py"))
    assert ran.finish() == 2
    assert "can't open file '/opt/ml/code/none.py'" in ran.lines[0]


def test_variables_that_an_interpreter_reads_at_start_are_obeyed(run_script: Runner) -> None:
    ran = run_script(
        "import sys; print(sys.flags.hash_randomization, hash('a') == hash('a'), sys.path[1])",
        environment={"PYTHONPATH": "/opt/ml/lib", "PYTHONHASHSEED": "0"},
    )
    assert ran.finish() == 0
    assert ran.lines == ["0 True /opt/ml/lib"]


def test_processes_that_a_container_leaves_behind_are_ended(run_script: Runner) -> None:
    ran = run_script("import subprocess\nprint(subprocess.Popen(['sleep', '600']).pid)\n")
    assert ran.finish() == 0
    left = int(ran.lines[0])
    # Killed; a process takes a moment to die, and may stay a zombie that nobody has waited for.
    assert current().changes.wait_until(lambda: _has_died(left), 10, recheck_seconds=0.02)


def _has_died(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return status.rsplit(")", 1)[1].split()[0] in ("Z", "X")


def test_stop_lets_a_program_finish_what_it_does_on_sigterm(run_script: Runner) -> None:
    ran = run_script(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "print('up', flush=True)\n"
        "time.sleep(600)\n"
    )
    _wait_for_output(ran.lines)
    assert ran.container.stop(grace_seconds=30) == 7


def test_stop_kills_a_program_that_ignores_sigterm(run_script: Runner) -> None:
    ran = run_script(
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('up', flush=True)\n"
        "time.sleep(600)\n"
    )
    _wait_for_output(ran.lines)
    assert ran.container.stop(grace_seconds=0.05) == 128 + signal.SIGKILL


@pytest.mark.local_only("a container's port 8080 is one of many on this machine")
def test_signal_reaches_a_process_that_has_no_group_of_its_own_yet() -> None:
    # Between fork and setsid a container is in its parent's group; here the parent is this process.
    with subprocess.Popen(["sleep", "60"]) as process:
        child = Child()
        forked = Container(process.pid, child, threading.Thread())
        forked.send_signal(signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM
        forked.send_signal(signal.SIGTERM)  # nobody is there any more


def test_listening_socket_is_inherited(run_script: Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ran = run_script(
            "import os, socket\n"
            "server = socket.socket(fileno=int(os.environ['LISTEN_FD']))\n"
            "connection, _ = server.accept()\n"
            "connection.sendall(b'hello')\n",
            sockets={"LISTEN_FD": listener.fileno()},
        )
        with socket.create_connection(listener.getsockname()) as connection:
            assert connection.recv(5) == b"hello"
    assert ran.finish() == 0


@pytest.mark.local_only("warm parents are how containers start fast here")
def test_parent_has_one_thread_and_is_used_again(run_script: Runner) -> None:
    assert run_script("").finish() == 0
    pid = warm_parents().get(SMALL).pid
    assert len(list(Path(f"/proc/{pid}/task").iterdir())) == 1
    ran = run_script("import os; print(os.getppid())")
    ran.finish()
    assert ran.lines == [str(pid)]


@pytest.mark.local_only("warm parents are how containers start fast here")
def test_parent_that_dies_is_replaced_and_its_containers_end(
    run_script: Runner, running_cloud: Cloud
) -> None:
    ran = run_script("import time; print('up', flush=True); time.sleep(600)")
    _wait_for_output(ran.lines)
    os.kill(warm_parents().get(SMALL).pid, signal.SIGKILL)
    assert ran.finish() == 137
    assert run_script("").finish() == 0


def _wait_for_output(lines: list[str]) -> None:
    from localcloud.cloud import current

    assert current().changes.wait_until(lambda: bool(lines), 30, recheck_seconds=0.01)
