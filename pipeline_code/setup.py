"""Packaging of the model repository: the `pipelines` package and its two commands."""

from pathlib import Path

from setuptools import find_packages, setup

ABOUT: dict[str, str] = {}
exec(Path("pipelines/__version__.py").read_text(), ABOUT)

setup(
    name=ABOUT["__title__"],
    description=ABOUT["__description__"],
    version=ABOUT["__version__"],
    license="Apache-2.0",
    packages=find_packages(include=["pipelines", "pipelines.*"]),
    # The scripts that run inside the jobs are uploaded from where the package is installed.
    package_data={
        "pipelines.abalone": ["preprocess.py", "evaluate.py"],
        "pipelines.batch_scoring": ["arrange_scores.py"],
        # The library that travels with the open check engine; none for the native one.
        "pipelines.checks": ["wheels/*.whl"],
    },
    python_requires=">=3.11",
    install_requires=["sagemaker==3.27.0"],
    extras_require={"test": ["pandas", "pytest", "scikit-learn", "xgboost-cpu==3.2.0"]},
    entry_points={
        "console_scripts": [
            "run-pipeline=pipelines.run_pipeline:cli",
            "get-pipeline-definition=pipelines.get_pipeline_definition:cli",
        ]
    },
)
