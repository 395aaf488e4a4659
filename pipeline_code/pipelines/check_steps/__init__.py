"""The five checks as steps of a pipeline, in two engines behind one interface.

    native         QualityCheckStep and ClarifyCheckStep: AWS's containers, the service's flags
    open_engine    processing steps that run `pipelines.checks` in the XGBoost container

Model Monitor and Clarify were closed to new customers in mid-2026
(https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-availability-change.html): accounts without them take
`open`, and so do regions without those containers. Flags, files, baselines and what is registered are
the same with both.
"""

from __future__ import annotations

from pipelines.check_steps.check import Check, CheckEngine, CheckInputs, CheckParameters, Engine
from pipelines.check_steps.native import NativeEngine, lacking
from pipelines.check_steps.open_engine import OpenEngine

__all__ = ["ENGINES", "Check", "CheckEngine", "CheckInputs", "CheckParameters", "Engine", "engine"]

ENGINES = ("native", "open")


def engine(settings: Engine, name: str | None) -> CheckEngine:
    """The engine of that name; without one `native`, where the SDK knows both of its containers, else
    `open`. Raises ValueError for another name, and for `native` where it cannot be."""
    if name is None:
        name = "open" if lacking(settings.jobs.region) else "native"
    if name not in ENGINES:
        raise ValueError(f"check_engine is {name!r}; {' or '.join(map(repr, ENGINES))} is needed")
    return NativeEngine(settings) if name == "native" else OpenEngine(settings)
