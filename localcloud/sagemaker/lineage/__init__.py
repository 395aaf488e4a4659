"""ML lineage: what went into a model, and where it went, as a graph that can be asked.

https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking.html. `graph` keeps entities and
associations, `query` walks them, `models` and `responses` are the API. What SageMaker records by itself
is in `job_lineage`, `package_lineage` and `endpoint_lineage`.
"""
