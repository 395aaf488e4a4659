"""The HTTP server of the framework containers, which serves with the caller's own module.

Answers as https://github.com/aws/sagemaker-containers (`_worker.py`, `_transformer.py`) does under the
containers of scikit-learn and XGBoost, which is a Flask application: GET /ping has 200 once the model is
loaded; whatever the caller's functions raise is answered with 500 and Flask's page, the traceback being
in the log. That holds for a content type that a default function does not know, too: the toolkit's 415
and 406 are out of reach there, since the containers hand it their defaults as if they were the caller's.
Known differences: a module or model that cannot be loaded ends the server at once, where AWS's tries
again at every ping until the time is up; one process serves, whatever SAGEMAKER_MODEL_SERVER_WORKERS; the
module `sagemaker_containers` cannot be imported.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

from localcloud.sagemaker.endpoints.serving import handlers, http_server, user_module
from localcloud.sagemaker.endpoints.serving.array_formats import JSON, TEXT_TYPES

MODEL_DIRECTORY = "/opt/ml/model"
_LOG_FORMAT = "%(asctime)s %(levelname)s - %(name)s - %(message)s"


def main(framework: str) -> None:
    """Load the caller's module and model, and serve until the process is ended."""
    level = int(os.environ.get("SAGEMAKER_CONTAINER_LOG_LEVEL") or logging.INFO)
    logging.basicConfig(format=_LOG_FORMAT, level=level)
    os.environ.setdefault("SM_MODEL_DIR", MODEL_DIRECTORY)
    _hide_own_modules()
    module = user_module.load()
    loaded = handlers.Handlers(module, framework, MODEL_DIRECTORY)
    parameters = None
    if framework == handlers.SCIKIT_LEARN:
        parameters = getattr(module, "execution_parameters_fn", None)
    http_server.serve(application(loaded, parameters))


def application(loaded: handlers.Handlers, execution_parameters_fn: Any = None) -> Any:
    """The container's Flask application.

    `execution_parameters_fn` is the caller's answer to GET /execution-parameters, which only the
    scikit-learn container asks for.
    """
    import flask

    def ping() -> flask.Response:
        return flask.Response(mimetype=JSON)

    def invocations() -> Any:
        request = flask.request
        content_type = (
            request.headers.get("ContentType") or request.headers.get("Content-Type") or JSON
        )
        body: str | bytes = request.get_data()
        if isinstance(body, bytes) and content_type in TEXT_TYPES:
            body = body.decode("utf-8", "replace")
        answer = loaded.answer(body, content_type, _accepted(request.headers.get("Accept")))
        if isinstance(answer, tuple):
            return flask.Response(answer[0], mimetype=answer[1])
        return answer

    app = flask.Flask(__name__, static_folder=None)
    app.add_url_rule("/invocations", "invocations", invocations, methods=["POST"])
    app.add_url_rule("/ping", "ping", ping)
    if execution_parameters_fn:
        app.add_url_rule("/execution-parameters", "execution-parameters", execution_parameters_fn)
    return app


def _accepted(header: str | None) -> str:
    if not header or header == "*/*":
        return os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
    return header


def _hide_own_modules() -> None:
    """The caller's code must not find the local cloud's packages among what it can import."""
    import flask  # noqa: F401 (all that is still needed is loaded before)
    import werkzeug.serving  # noqa: F401

    root = Path(__file__).parents[4]
    sys.path[:] = [entry for entry in sys.path if Path(entry) != root]
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if "." not in name and name != "localcloud" and file.startswith(f"{root}/localcloud/"):
            del sys.modules[name]
