"""The training program: what the image's `train` command does in algorithm mode.

Follows the container's algorithm_mode/train.py: the parameters it hands to `xgboost.train`, its
callbacks and its model file are the same, so the trained model is. A UserError's text goes to
/opt/ml/output/failure. Known differences: no GPU, no checkpoints, no cross-validation; of several hosts
each uses one thread, since all share one machine. Assumed: a host without validation data takes no part,
as one without training data.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud.sagemaker.containers.xgboost_algorithm import (
    channels,
    custom_metrics,
    data,
    distributed,
    hyperparameters,
)
from localcloud.sagemaker.containers.xgboost_algorithm.errors import AlgorithmError, UserError
from localcloud.sagemaker.containers.xgboost_algorithm.metric_names import MAXIMIZED

MODEL_NAME = "xgboost-model"
ONE_HOST = {"hosts": ["algo-1"], "current_host": "algo-1"}
_ML = Path("/opt/ml")
# What XGBoost says when the customer's data or parameters are at fault.
_CUSTOMER_ERRORS = (
    "label must be in [0,1] for logistic regression",
    # The same in XGBoost 3.2's words (assumed: no source shows the container's list for 3.2).
    "label must be in (0, 1) for logistic regression",
    "base_score must be in (0,1) for the logistic loss",
    "label must be in [0, num_class)",
    "Target is multiclass but average='binary'",
    "feature_names mismatch",
    "Check failed: preds.size() == info.labels_.size()",
    "Check failed: !auc_error AUC: the dataset only contains pos or neg samples",
    "Check failed: base_score > 0.0f && base_score < 1.0f base_score must be in (0,1) "
    "for logistic loss",
    "PoissonRegression: label must be nonnegative",
    "TweedieRegression: label must be nonnegative",
    "Parameter reg_lambda should be greater equal to 0",
)


def main() -> None:
    """Train from /opt/ml/input to /opt/ml/model; ends with exit code 1 and a failure file."""
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="[%(asctime)s:%(levelname)s] %(message)s",
        datefmt="%Y-%m-%d:%H:%M:%S",
    )
    logging.info("Running XGBoost Sagemaker in algorithm mode")
    configuration = _ML / "input" / "config"
    try:
        train(
            json.loads((configuration / "hyperparameters.json").read_text()),
            json.loads((configuration / "inputdataconfig.json").read_text()),
            _ML / "input" / "data",
            _ML / "model",
            json.loads((configuration / "resourceconfig.json").read_text()),
        )
    except Exception as error:  # noqa: BLE001 (whatever it is, it is the job's failure)
        logging.error("Reporting training FAILURE")
        logging.error(f"framework error: \n{traceback.format_exc()}")
        (_ML / "output" / "failure").write_text(str(error))
        sys.exit(1)


def train(
    given: dict[str, str],
    configuration: dict[str, Any],
    channel_root: Path,
    model_dir: Path,
    resources: Mapping[str, Any] = ONE_HOST,
) -> None:
    """Train a model from a job's hyperparameters and channels into a directory."""
    settings = hyperparameters.validate(given)
    if settings.get("updater"):
        settings["updater"] = ",".join(settings["updater"])
    validated = channels.validate(configuration)
    form = channels.data_format(validated["train"]["ContentType"])
    weights = settings.get("csv_weights", 0)
    settings.pop("use_dask_gpu_training", None)

    hosts, host = resources["hosts"], resources["current_host"]
    train_path, validation_path = channel_root / "train", channel_root / "validation"
    if "validation" in validated:
        data.warn_of_redundancy(train_path, validation_path)
    matrices = {"train": data.read(train_path, form, csv_weights=weights)}
    if "validation" in validated and (matrices["train"] is not None or len(hosts) > 1):
        matrices["validation"] = data.read(validation_path, form, csv_weights=weights)

    def boost(is_master: bool) -> None:
        _log_sizes(matrices)
        booster = _boost(settings, matrices, model_dir, is_master=is_master)
        if is_master:
            booster.save_model(model_dir / MODEL_NAME)

    empty = [name for name, matrix in matrices.items() if matrix is None]
    if len(hosts) == 1:
        if empty:
            name = "training" if empty[0] == "train" else empty[0]
            raise UserError(f"No data in {name} channel path {channel_root / empty[0]}")
        logging.info("Single node training.")
        boost(True)
        return
    logging.info(f"Distributed node training with {len(hosts)} hosts: {hosts}")
    settings.setdefault("nthread", 1)
    for name in empty:
        logging.warning(
            f"Host {host} does not have data in the {name} channel. Will broadcast to cluster and "
            "will not be used in distributed training."
        )
    distributed.run(boost, included=not empty, hosts=hosts, current_host=host)


def _log_sizes(matrices: Mapping[str, Any]) -> None:
    matrix = matrices["train"]
    logging.info(f"Train matrix has {matrix.num_row()} rows and {matrix.num_col()} columns")
    if "validation" in matrices:
        logging.info(f"Validation matrix has {matrices['validation'].num_row()} rows")


def _boost(
    settings: dict[str, Any], matrices: Mapping[str, Any], model_dir: Path, *, is_master: bool
) -> Any:
    """Call xgboost.train as the container does; `settings` become its parameters."""
    import xgboost

    rounds = settings.pop("num_round")
    save_on_termination = settings.pop("save_model_on_termination", "false")
    stopping_rounds = settings.pop("early_stopping_rounds", None)
    tuned = settings.pop("_tuning_objective_metric", None)
    asked = settings.get("eval_metric")
    own, custom = split_metrics(asked, tuned)
    if own:
        settings["eval_metric"] = own
    else:
        settings.pop("eval_metric", None)

    callbacks: list[Any] = [xgboost.callback.EvaluationMonitor()]
    if save_on_termination == "true" and is_master:
        callbacks.append(_intermediate_saver(model_dir))
    metric = tuned.split(":")[1] if tuned else (asked or [None])[-1]
    if stopping_rounds and "validation" in matrices and metric:
        callbacks.append(
            xgboost.callback.EarlyStopping(
                rounds=stopping_rounds,
                data_name="validation",
                metric_name=metric,
                maximize=metric in MAXIMIZED,
                save_best=True,
            )
        )
    try:
        return xgboost.train(
            settings,
            matrices["train"],
            num_boost_round=rounds,
            evals=[(matrix, name) for name, matrix in matrices.items()],
            custom_metric=custom_metrics.evaluator(custom) if custom else None,
            callbacks=callbacks,
            verbose_eval=False,
        )
    except Exception as error:
        if any(text in str(error) for text in _CUSTOMER_ERRORS):
            raise UserError(str(error)) from error
        raise AlgorithmError(f"XGB train call failed with exception:\n {error}") from error


def split_metrics(asked: list[str] | None, tuned: str | None) -> tuple[list[str], list[str]]:
    """The metrics that XGBoost computes and those that the container computes itself."""
    if asked is None and tuned is None:
        return [], []
    names = list(asked or [])
    if tuned is not None:
        names = sorted({*names, tuned.split(":")[1]}) if asked else [tuned.split(":")[1]]
    custom = [name for name in names if name in custom_metrics.CUSTOM_METRICS]
    return [name for name in names if name not in custom], custom


def _intermediate_saver(model_dir: Path) -> Any:
    """Save the model after each round, so that a job that is stopped leaves its best so far."""
    import xgboost

    class SaveIntermediateModel(xgboost.callback.TrainingCallback):
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            # No suffix: XGBoost would take it for a format.
            partial = model_dir / f".{MODEL_NAME}"
            model.save_model(partial)
            partial.replace(model_dir / MODEL_NAME)
            return False

    def terminate(_number: int, _frame: Any) -> None:
        (model_dir / f".{MODEL_NAME}").unlink(missing_ok=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, terminate)
    return SaveIntermediateModel()
