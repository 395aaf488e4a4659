"""The algorithm's hyperparameters, and what must hold between them.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html; names, ranges and
messages as in the container's algorithm_mode/hyperparameter_validation.py. Known difference:
cross-validation (`_kfold`, `_num_cv_round`) and Dask on GPUs are refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localcloud.sagemaker.containers.xgboost_algorithm.errors import AlgorithmError, UserError
from localcloud.sagemaker.containers.xgboost_algorithm.hyperparameter import (
    Hyperparameter,
    Interval,
    comma_separated,
    literal,
)
from localcloud.sagemaker.containers.xgboost_algorithm.metric_names import METRICS

NOT_SUPPORTED = ("_kfold", "_num_cv_round")

_FRACTION = Interval(min_closed=0, max_closed=1)
_SHARE = Interval(min_open=0, max_closed=1)
_NOT_NEGATIVE = Interval(min_closed=0)
_POSITIVE = Interval(min_closed=1)
_FLAG = Interval(min_closed=0, max_closed=1)
_SWITCH = ["true", "false"]
_TREE_UPDATERS = [
    "grow_colmaker",
    "distcol",
    "grow_histmaker",
    "grow_skmaker",
    "sync",
    "refresh",
    "prune",
    "grow_quantile_histmaker",
]
_TREE_BUILDERS = ["grow_colmaker", "distcol", "grow_histmaker", "grow_quantile_histmaker"]
_LINEAR_UPDATERS = ["shotgun", "coord_descent"]
_OBJECTIVES = [
    "aft_loss_distribution",
    "binary:logistic",
    "binary:logitraw",
    "binary:hinge",
    "count:poisson",
    "multi:softmax",
    "multi:softprob",
    "rank:pairwise",
    "rank:ndcg",
    "rank:map",
    "reg:linear",
    "reg:squarederror",
    "reg:logistic",
    "reg:gamma",
    "reg:pseudohubererror",
    "reg:squaredlogerror",
    "reg:absoluteerror",
    "reg:tweedie",
    "survival:aft",
    "survival:cox",
]


class _EvaluationMetrics:
    """The metrics, and `error@t`, `ndcg@n`, `map@n`."""

    def __contains__(self, metric: object) -> bool:
        if not isinstance(metric, str):
            return False
        if "<function" in metric:
            raise UserError(f"User defined evaluation metric {metric} is not supported yet.")
        if "@" not in metric:
            return metric in METRICS
        name, threshold = (part.strip() for part in metric.split("@")[:2])
        if name not in ("error", "ndcg", "map"):
            raise UserError(
                f"Metric '{metric}' is not supported. Parameter 'eval_metric' with customized "
                "threshold should be one of these options: 'error', 'ndcg', 'map'."
            )
        try:
            float(threshold)
        except ValueError as error:
            raise UserError(f"Threshold value 't' in '{name}@t' expects float input.") from error
        return True

    def __str__(self) -> str:
        return str(list(METRICS))


HYPERPARAMETERS = {
    hyperparameter.name: hyperparameter
    for hyperparameter in (
        Hyperparameter("num_round", int, _POSITIVE, required=True),
        Hyperparameter("csv_weights", int, _FLAG),
        Hyperparameter("early_stopping_rounds", int, _POSITIVE),
        Hyperparameter("booster", str, ["gbtree", "gblinear", "dart"]),
        Hyperparameter("verbosity", int, Interval(min_closed=0, max_closed=3)),
        Hyperparameter("nthread", int, _POSITIVE),
        Hyperparameter("eta", float, _FRACTION),
        Hyperparameter("gamma", float, _NOT_NEGATIVE),
        Hyperparameter("max_depth", int, _NOT_NEGATIVE),
        Hyperparameter("min_child_weight", float, _NOT_NEGATIVE),
        Hyperparameter("max_delta_step", float, _NOT_NEGATIVE),
        Hyperparameter("subsample", float, _SHARE),
        Hyperparameter("colsample_bytree", float, _SHARE),
        Hyperparameter("colsample_bylevel", float, _SHARE),
        Hyperparameter("colsample_bynode", float, _SHARE),
        Hyperparameter("lambda", float, _NOT_NEGATIVE),
        Hyperparameter("alpha", float, _NOT_NEGATIVE),
        Hyperparameter("tree_method", str, ["auto", "exact", "approx", "hist", "gpu_hist"]),
        Hyperparameter("sketch_eps", float, Interval(min_open=0, max_open=1)),
        Hyperparameter("scale_pos_weight", float, Interval(min_open=0)),
        Hyperparameter("updater", comma_separated, [*_TREE_UPDATERS[:-1], *_LINEAR_UPDATERS]),
        Hyperparameter("dsplit", str, ["row", "col"]),
        Hyperparameter("refresh_leaf", int, _FLAG),
        Hyperparameter("process_type", str, ["default", "update"]),
        Hyperparameter("grow_policy", str, ["depthwise", "lossguide"]),
        Hyperparameter("max_leaves", int, _NOT_NEGATIVE),
        Hyperparameter("max_bin", int, _NOT_NEGATIVE),
        Hyperparameter("predictor", str, ["auto", "cpu_predictor", "gpu_predictor"]),
        Hyperparameter("monotone_constraints", literal, [-1, 0, 1]),
        Hyperparameter("interaction_constraints", literal, _POSITIVE),
        Hyperparameter("sample_type", str, ["uniform", "weighted"]),
        Hyperparameter("normalize_type", str, ["tree", "forest"]),
        Hyperparameter("rate_drop", float, _FRACTION),
        Hyperparameter("one_drop", int, _FLAG),
        Hyperparameter("skip_drop", float, _FRACTION),
        Hyperparameter("lambda_bias", float, _FRACTION),
        Hyperparameter("tweedie_variance_power", float, Interval(min_open=1, max_open=2)),
        Hyperparameter("objective", str, _OBJECTIVES),
        Hyperparameter("num_class", int, Interval(min_closed=2)),
        Hyperparameter("base_score", float, _NOT_NEGATIVE),
        Hyperparameter(
            "_tuning_objective_metric", str, [f"validation:{metric}" for metric in METRICS]
        ),
        Hyperparameter("eval_metric", comma_separated, _EvaluationMetrics()),
        Hyperparameter("seed", int, Interval(min_open=-(2**31), max_open=2**31 - 1)),
        Hyperparameter("num_parallel_tree", int, _POSITIVE),
        Hyperparameter("save_model_on_termination", str, _SWITCH),
        Hyperparameter("aft_loss_distribution", str, ["normal", "logistic", "extreme"]),
        Hyperparameter("aft_loss_distribution_scale", float, _NOT_NEGATIVE),
        Hyperparameter("deterministic_histogram", str, _SWITCH),
        Hyperparameter("sampling_method", str, ["uniform", "gradient_based"]),
        Hyperparameter("prob_buffer_row", int, Interval(min_open=1.0)),
        Hyperparameter("use_dask_gpu_training", str, _SWITCH),
    )
}
_ALIASES = {
    "learning_rate": "eta",
    "min_split_loss": "gamma",
    "reg_lambda": "lambda",
    "reg_alpha": "alpha",
}


def validate(given: Mapping[str, str]) -> dict[str, Any]:
    """The values that the algorithm works with, from a job's strings; UserError for what is wrong."""
    texts = {_ALIASES.get(name, name): value for name, value in given.items()}
    for hyperparameter in HYPERPARAMETERS.values():
        if hyperparameter.required and hyperparameter.name not in texts:
            raise UserError(f"Missing required hyperparameter: {hyperparameter.name}")
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if name not in HYPERPARAMETERS:
            raise UserError(f"Extraneous hyperparameter found: {name}")
        values[name] = HYPERPARAMETERS[name].read(text)
    for name, value in values.items():
        HYPERPARAMETERS[name].require_allowed(value)
    for name, check in _DEPENDENCIES.items():
        if name in values:
            check(values[name], values)
    return values


def _updater(value: list[str], others: Mapping[str, Any]) -> None:
    if others.get("booster") == "gblinear":
        if not (len(value) == 1 and value[0] in _LINEAR_UPDATERS):
            raise UserError(
                "Linear updater should be one of these options: "
                + ", ".join(f"'{updater}'" for updater in _LINEAR_UPDATERS)
                + "."
            )
    elif others.get("process_type") == "update":
        if not all(updater in ("refresh", "prune") for updater in value):
            raise UserError(
                "process_type 'update' can only be used with updater 'refresh' and 'prune'"
            )
    elif not all(updater in _TREE_UPDATERS for updater in value):
        raise UserError(
            "Tree updater should be selected from these options: 'grow_colmaker', 'distcol', "
            "'grow_histmaker', 'grow_skmaker', 'grow_quantile_histmaker', 'sync', 'refresh', "
            "'prune', 'shortgun', 'coord_descent'."
        )
    elif sum(updater in _TREE_BUILDERS for updater in value) > 1:
        raise UserError(
            "Only one tree grow plugin can be selected. Choose one from the"
            "following: 'grow_colmaker', 'distcol', 'grow_histmaker', "
            "'grow_skmaker'"
        )


def _objective(value: str, others: Mapping[str, Any]) -> None:
    if value in ("multi:softmax", "multi:softprob") and others.get("num_class") is None:
        raise UserError("Require input for parameter 'num_class' for multi-classification")


def _eval_metric(value: list[str], others: Mapping[str, Any]) -> None:
    if "objective" not in others:
        # The container looks the objective up without asking whether it is there.
        raise AlgorithmError("'objective'")
    objective = others["objective"]
    if "auc" in value and not objective.startswith(("binary:", "rank:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in value and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")


def _monotone_constraints(_value: Any, others: Mapping[str, Any]) -> None:
    if others.get("tree_method") not in ("exact", "hist"):
        raise UserError(
            "monotone_constraints can be used only when the tree_method parameter is set to "
            "either 'exact' or 'hist'."
        )


def _interaction_constraints(_value: Any, others: Mapping[str, Any]) -> None:
    if others.get("tree_method") not in ("exact", "hist", "approx"):
        raise UserError(
            "interaction_constraints can be used only when the tree_method parameter is set to "
            "either 'exact', 'hist' or 'approx'."
        )


_DEPENDENCIES: dict[str, Callable[[Any, Mapping[str, Any]], None]] = {
    "updater": _updater,
    "objective": _objective,
    "eval_metric": _eval_metric,
    "monotone_constraints": _monotone_constraints,
    "interaction_constraints": _interaction_constraints,
}
