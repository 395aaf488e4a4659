"""`sagemaker-xgboost`: the built-in XGBoost algorithm, its model server, and the caller's own code.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html
"""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.errors import unsupported
from localcloud.sagemaker.containers.container import Command, Function
from localcloud.sagemaker.containers.frameworks import XGBOOST
from localcloud.sagemaker.containers.images import script_mode
from localcloud.sagemaker.containers.images.image import Image
from localcloud.sagemaker.containers.xgboost_algorithm.hyperparameters import (
    HYPERPARAMETERS,
    NOT_SUPPORTED,
)
from localcloud.sagemaker.containers.xgboost_algorithm.metric_names import METRICS

# CreateTrainingJob takes 40 metric definitions at most.
_NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"
_TRAIN_METRICS = ("rmse", "mae", "logloss", "error", "auc", "merror", "mlogloss")


class XGBoost(Image):
    """The algorithm, unless a script is named; its server, unless a module is."""

    repository = "sagemaker-xgboost"
    framework = XGBOOST
    uses = frozenset({"processing", "training", "serving"})
    distributions = ("xgboost-cpu", "xgboost")

    def training(self, hyperparameters: Mapping[str, str]) -> Command | Function:
        """The built-in algorithm, or the script that `sagemaker_program` names."""
        if script_mode.names_a_script(hyperparameters):
            return script_mode.program(self.repository, hyperparameters)
        for name in (*NOT_SUPPORTED, "use_dask_gpu_training"):
            if hyperparameters.get(name, "false") != "false":
                known = sorted(HYPERPARAMETERS.keys() - {name})
                raise unsupported("hyperparameter of the XGBoost algorithm", name, known)
        return Function("localcloud.sagemaker.containers.xgboost_algorithm.train:main")

    def trains_on_several_hosts(self, hyperparameters: Mapping[str, str]) -> bool:
        """The built-in algorithm does; a script would have to find the other hosts by their names."""
        return not script_mode.names_a_script(hyperparameters)

    def serving(self, environment: Mapping[str, str]) -> Command | Function:
        """The model server of the built-in algorithm, or of the module that the model names."""
        if script_mode.names_a_module(environment):
            return script_mode.server("xgboost")
        return Function("localcloud.sagemaker.endpoints.serving.xgboost_algorithm:main")

    @property
    def metric_definitions(self) -> list[dict[str, str]]:
        """`validation:rmse` and its like, read from the training log as the algorithm has it.

        https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html
        """
        return [
            {
                "Name": f"{data}:{metric}",
                "Regex": rf".*\[[0-9]+\].*#011{data}-{metric}:{_NUMBER}",
            }
            for data, metrics in (("validation", METRICS), ("train", _TRAIN_METRICS))
            for metric in metrics
        ]


IMAGE = XGBoost()
