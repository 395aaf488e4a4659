"""Whether a started container is ready: GET /ping answers 200.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

from collections.abc import Callable

import urllib3

from localcloud.cloud import current
from localcloud.sagemaker.endpoints.serving.container import ServingContainer

_PING_SECONDS = 2.0


def wait_until_healthy(
    container: ServingContainer,
    limit_seconds: float,
    given_up: Callable[[], bool] = lambda: False,
) -> bool:
    """Wait for a container's first good answer; False if it ends, time is up or it is given up."""
    pool = urllib3.PoolManager(retries=False)

    def settled() -> bool:
        if not container.is_running() or given_up():
            return True
        try:
            # The port is open before the server is: the request waits for it, nothing is polled.
            url = f"http://127.0.0.1:{container.port}/ping"
            return bool(pool.request("GET", url, timeout=_PING_SECONDS).status == 200)
        except urllib3.exceptions.HTTPError:
            return False

    passed = current().changes.wait_until(
        settled, limit_seconds, stop=current().stopping, recheck_seconds=0.05
    )
    return passed and container.is_running() and not given_up()
