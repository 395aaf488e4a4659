"""What a Callback step waits for: a token that was sent out, and the one answer to it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SendPipelineExecutionStepSuccess.html and
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SendPipelineExecutionStepFailure.html: "An
idempotent operation completes no more than one time."
Assumed: the words of the refusals, that they are ValidationExceptions, that a refused answer leaves the
step waiting, and that an answer to a step that is Stopping needs no output parameters.
"""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from localcloud.errors import ValidationException
from localcloud.sagemaker.pipelines.output_parameters import Declared, OutputError, typed

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 10


@dataclass(frozen=True)
class CallbackAnswer:
    """How somebody outside has answered: `failure_reason` is None when the step succeeded."""

    values: Mapping[str, Any]
    failure_reason: str | None
    request_token: str | None


def new_token() -> str:
    """Ten letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


@dataclass
class Callback:
    """One token of one execution, and its answer once there is one."""

    token: str
    step: str
    declared: Declared
    stopping: bool = False
    answer: CallbackAnswer | None = None
    # Set when its step has ended without an answer: the local cloud has stopped, say.
    closed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin_stopping(self) -> bool:
        """Say that it is only waited for so that the execution can stop; False if it was answered."""
        with self._lock:
            self.stopping = self.answer is None
            return self.stopping

    def succeed(
        self, outputs: Sequence[Mapping[str, str]], request_token: str | None, execution: str
    ) -> None:
        """SendPipelineExecutionStepSuccess; ValidationException for what it cannot take."""
        with self._lock:
            if not self._repeated(request_token, execution):
                self.answer = CallbackAnswer(self._values(outputs), None, request_token)

    def fail(self, reason: str | None, request_token: str | None, execution: str) -> None:
        """SendPipelineExecutionStepFailure."""
        with self._lock:
            if not self._repeated(request_token, execution):
                self.answer = CallbackAnswer({}, reason or "", request_token)

    def _repeated(self, request_token: str | None, execution: str) -> bool:
        if self.answer is None and not self.closed:
            return False
        if self.answer and request_token and self.answer.request_token == request_token:
            return True
        raise ValidationException(
            f"Callback token {self.token} of step '{self.step}' of pipeline execution "
            f"'{execution}' has already been answered or its step has ended."
        )

    def _values(self, outputs: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        given = {item["Name"]: item["Value"] for item in outputs}
        unknown = [name for name in given if name not in self.declared]
        if unknown or len(given) != len(outputs):
            known = ", ".join(self.declared) or "none"
            what = f"Output parameter '{unknown[0]}' is unknown" if unknown else "A name is doubled"
            raise ValidationException(f"{what}; step '{self.step}' declares: {known}")
        if self.stopping:
            return {}
        try:
            return typed(self.declared, given)
        except OutputError as error:
            raise ValidationException(f"{error} (step '{self.step}')") from error
