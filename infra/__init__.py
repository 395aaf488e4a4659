"""The CDK app's parts: configuration, names, constructs, stacks."""
