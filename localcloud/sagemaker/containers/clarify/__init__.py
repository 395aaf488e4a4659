"""The stand-in for Clarify's container, `sagemaker-clarify-processing`.

What it is told, and what it writes, is that container's contract; the analysis is the open check
engine's (see `check_engine`).
"""
