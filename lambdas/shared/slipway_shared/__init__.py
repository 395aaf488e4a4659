"""What several of the Lambdas share; each deployed asset carries a copy beside its handler.

Only the runtime's boto3 and the standard library, and boto3 only when the first client is made, so
that a cold start pays for what it uses.
"""
