"""What a container sees of the machine: its own /opt/ml and /tmp, and what is kept visible."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import localcloud.sagemaker.containers

pytestmark = pytest.mark.local_only("mount namespaces stand in for Docker's")

PROGRAM = """
import json, sys
import namespace
given = json.loads(sys.argv[1])
namespace.enter(given["root"], given["temporary"], hide=given["hide"], keep=given["keep"])
print(json.dumps([open(path).read() for path in given["read"]]))
"""


@pytest.mark.parametrize("linked", [False, True])
def test_checkout_below_tmp_is_kept_with_the_environment_inside_it(
    tmp_path: Path, linked: bool
) -> None:
    """A clone in /tmp whose .venv, listed before the clone itself, may be a link to another's."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        checkout = Path(folder) / "checkout"
        environment, state = checkout / ".venv", checkout / ".slipway"
        for directory in (state, tmp_path / "ml", tmp_path / "tmp"):
            directory.mkdir(parents=True)
        if linked:
            elsewhere = Path(folder) / "another" / ".venv"
            elsewhere.mkdir(parents=True)
            environment.symlink_to(elsewhere)
        else:
            environment.mkdir()
        (checkout / "module.py").write_text("the checkout")
        (environment / "pyvenv.cfg").write_text("the environment")
        (tmp_path / "ml" / "input").write_text("the job")
        given = {
            "root": str(tmp_path / "ml"),
            "temporary": str(tmp_path / "tmp"),
            "hide": [str(state)],
            "keep": [str(environment), str(checkout)],
            "read": [
                str(checkout / "module.py"),
                str(environment / "pyvenv.cfg"),
                "/opt/ml/input",
            ],
        }
        where = Path(localcloud.sagemaker.containers.__file__).parent
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM, json.dumps(given)],
            cwd=where,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == ["the checkout", "the environment", "the job"]
