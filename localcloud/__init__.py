"""The laptop cloud: AWS's HTTP APIs on one localhost port, on moto's server, with what moto lacks.

It knows AWS, not this project: nothing here imports `infra`, `lambdas` or `pipeline_code`.
"""
