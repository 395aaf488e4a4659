"""The model repository's SageMaker pipelines, and the commands that build them."""
