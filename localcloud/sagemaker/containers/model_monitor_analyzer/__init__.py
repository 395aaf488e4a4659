"""The stand-in for Model Monitor's analyzer container, `sagemaker-model-monitor-analyzer`.

What it is told, and what it writes, is that container's contract; the analysis is the open check
engine's (see `check_engine`).
"""
