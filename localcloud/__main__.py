"""`python -m localcloud`: start the local cloud and serve until it is told to stop."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

import localcloud.own_aws_settings  # noqa: F401 (the first of ours: see there)
from localcloud.http_hosts import is_loopback
from localcloud.server import PortInUse, Server, StateInUse
from localcloud.settings import (
    ACCOUNT_ID,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_REGION,
    Settings,
)

PACED = "; bakes, alarms and scaling go {:g} times as fast as on AWS"
OPEN_WARNING = """\
localcloud: WARNING: it listens at {host}, port {port}, and not only for this machine. It asks nobody
for a password and runs the code it is sent: anybody who reaches this port can run programs as you, and
read and change what you can. Do this only in a network, or a container, that you trust."""


def main() -> int:
    """Serve until SIGINT or SIGTERM; the exit status is 0 then, 1 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m localcloud", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="(default: %(default)s)")
    parser.add_argument(
        "--host",
        default=DEFAULT_HOST,
        help="where to listen; another than this machine's own lets others in (default: %(default)s)",
    )
    parser.add_argument("--region", default=DEFAULT_REGION, help="(default: %(default)s)")
    parser.add_argument(
        "--account",
        type=_account,
        action="append",
        default=[],
        metavar="ID",
        help=f"a further account of this id, in one organization with {ACCOUNT_ID}; may be repeated",
    )
    parser.add_argument(
        "--state-dir", type=Path, default=Path(".slipway"), help="(default: %(default)s)"
    )
    parser.add_argument(
        "--iam",
        choices=("on", "off"),
        default="on",
        help="whether calls are denied that IAM's policies do not allow (default: %(default)s)",
    )
    parser.add_argument(
        "--pace",
        type=_pace,
        default=1.0,
        help="how many times as fast as on AWS bakes, alarms' periods and scaling's cooldowns pass"
        " (default: %(default)g)",
    )
    parser.add_argument(
        "--stop-at-end-of-input",
        action="store_true",
        help="stop when standard input closes, as it does when whoever started this ends",
    )
    parser.add_argument("--verbose", action="store_true", help="log each request")
    arguments = parser.parse_args()
    logging.basicConfig(
        level=logging.DEBUG if arguments.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    for noisy in ("botocore", "boto3", "urllib3", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    server = Server(
        Settings(
            port=arguments.port,
            host=arguments.host,
            region=arguments.region,
            accounts=tuple(dict.fromkeys(arguments.account)),
            state_dir=arguments.state_dir,
            iam=arguments.iam == "on",
            pace=arguments.pace,
        )
    )
    try:
        server.start()
    except PortInUse as error:
        print(f"localcloud: {error}; choose another with --port", file=sys.stderr)
        return 1
    except StateInUse as error:
        print(f"localcloud: {error}; choose another with --state-dir", file=sys.stderr)
        return 1
    print(
        f"local cloud at {server.settings.endpoint_url} (region {server.settings.region}); "
        "it is for trying, developing and testing: all it holds ends with it"
        # On the same line: whoever starts it as a program reads one, and shows it.
        f"{'' if server.remains is None else f'; {server.remains}'}"
        f"{'' if arguments.pace == 1 else PACED.format(arguments.pace)}",
        flush=True,
    )
    if arguments.iam == "off":
        print("IAM is off: every call is allowed, whatever the policies say", flush=True)
    if not is_loopback(arguments.host):
        print(OPEN_WARNING.format(**vars(arguments)), file=sys.stderr, flush=True)
    if arguments.stop_at_end_of_input:
        threading.Thread(target=_wait_for_end_of_input, args=(stopped,), daemon=True).start()
    stopped.wait()
    server.stop()
    return 0


def _account(text: str) -> str:
    if len(text) != 12 or not text.isdecimal() or text == ACCOUNT_ID:
        raise argparse.ArgumentTypeError(f"{text} is not twelve digits other than {ACCOUNT_ID}")
    return text


def _pace(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most 1000")
    return value


def _wait_for_end_of_input(stopped: threading.Event) -> None:
    while sys.stdin.read(4096):
        pass
    stopped.set()


if __name__ == "__main__":
    sys.exit(main())
