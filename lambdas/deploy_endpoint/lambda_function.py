"""Make the version that a manifest names live on a stage's endpoint, and say when it is.

Each call looks at the endpoint, does the one next thing, and waits by continuation token; see
`deployment_plan` for what follows from what. Nothing is changed for a manifest that is not the current
one, for a version that is not (or no longer) approved and complete, or whose files are not there.

The registry, the files, the manifest and the history are read and written with the function's own role;
the endpoint and all that belongs to it is in the stage's account, as that stage's deployment role.
"""

from __future__ import annotations

import time

from deployment import Deployment
from deployment_request import read_request
from progress import Progress
from slipway_shared.clients import forget_sessions
from slipway_shared.codepipeline_job import Continued, Job, Succeeded, answers_job


@answers_job
def lambda_handler(job: Job) -> Succeeded | Continued:
    """One look, and at most one change."""
    forget_sessions()
    progress = Progress(time.time())
    if job.continuation is not None:
        progress = Progress.from_token(job.continuation)
    return Deployment(read_request(job)).advance(progress)
