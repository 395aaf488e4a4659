"""Rule LambdaInvoke: calls a function, and succeeds or fails with what it says.

https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-LambdaInvoke.html. Assumed: the
function gets a job and answers it with PutJobSuccessResult or PutJobFailureResult, as it does for the
Lambda action.
"""

from __future__ import annotations

from localcloud.codepipeline.actions import lambda_invoke
from localcloud.codepipeline.actions.action import ActionContext, ActionType
from localcloud.codepipeline.rules.rule import RuleProvider


class LambdaInvoke(RuleProvider):
    """`Rule/LambdaInvoke`."""

    type = ActionType(
        "Rule",
        "LambdaInvoke",
        required=frozenset({"FunctionName"}),
        optional=frozenset({"UserParameters"}),
        inputs=(0, 5),
    )

    def run(self, context: ActionContext) -> str:
        lambda_invoke.LambdaInvoke().run(context)
        return f"The function {context.configuration['FunctionName']} answered with success."
