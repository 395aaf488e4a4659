"""Name and version of the package, read by `setup.py`."""

__title__ = "abalone-pipelines"
__description__ = "The SageMaker pipeline that trains, evaluates and registers the Abalone model"
__version__ = "1.0.0"
