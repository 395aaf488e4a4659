"""The five checks of a model version, by code of this repository: the `open` check engine.

    data_quality      the columns of a data set against a baseline's statistics and constraints
    model_quality     predictions against labels: regression, binary and multiclass metrics
    bias              Clarify's pre-training and post-training bias metrics
    explainability    global mean absolute SHAP values of a tree model

Each of them is a package of plain functions on plain data: `analyze` computes what a baseline
holds, `compare` says where it differs too much from a baseline, `report_page` shows both to a
person. They write and read the files of Amazon SageMaker Model Monitor and Clarify, so that a
baseline of one engine can be read by the other. `job` is the processing job that runs one of
them; `bundle` packs all of it into the one file that the job is given, with the library that its
container lacks.

In a job this code runs on what the XGBoost container holds (NumPy, pandas, SciPy, matplotlib,
XGBoost, boto3) and imports nothing of the SageMaker SDK.
"""
