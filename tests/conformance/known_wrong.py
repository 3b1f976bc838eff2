"""Temporary: traps on which lint is wrong, or whose breach the oracle does not see, by the reason.

A trap that has come right fails the tests until it is taken out of here.
"""

LINT: dict[str, list[str]] = {
    "a look-up is taken to run when the statement does, not where it stands among the statement's calls": [
        "failing_look_ups: Arguments from left to right",
        "failing_look_ups: The value of a write is looked up before its key is made",
        "failing_look_ups: Named arguments in the order in which they are written",
    ],
}

ORACLE: dict[str, list[str]] = {}
