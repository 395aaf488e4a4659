"""The built-in XGBoost algorithm's training program: what runs in the container.

Follows the open-source container, https://github.com/aws/sagemaker-xgboost-container: the same
checks with the same messages, and the same call of `xgboost.train`, so that the model trained here is
the one trained there. Imports nothing of the rest of the local cloud.
"""
