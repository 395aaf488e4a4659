"""Imported before anything of AWS's by `python -m localcloud`: the person's AWS settings end here.

The server calls itself through boto3, with credentials that it gives explicitly. A profile, an endpoint
or a retry mode of the person who started it (`AWS_PROFILE`, `~/.aws/config` …) would only get in the
way, and a profile that does not exist would keep it from starting. Nothing of it can then be passed on.
"""

from __future__ import annotations

import os

for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
os.environ.update(
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
)
