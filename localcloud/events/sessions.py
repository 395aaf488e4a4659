"""EventBridge's sessions of the roles of its targets, and for which rule each one was made.

The session's name is assumed: AWS publishes none.
"""

from __future__ import annotations

import hashlib
import threading

from localcloud import clients

SERVICE = "events.amazonaws.com"

_lock = threading.Lock()
_rules: dict[str, str] = {}


def assume(role_arn: str, rule_arn: str, target_id: str) -> clients.Credentials:
    """A session of a target's role; raises AccessDeniedException when it cannot be assumed."""
    name = hashlib.sha256(f"{rule_arn} {target_id}".encode()).hexdigest()[:32]
    credentials = clients.role_session(role_arn, name, SERVICE)
    with _lock:
        _rules[credentials.access_key_id] = rule_arn
    return credentials


def rule_of(access_key_id: str) -> str | None:
    """The ARN of the rule for which EventBridge calls with this key; None for anybody else's key."""
    with _lock:
        return _rules.get(access_key_id)
