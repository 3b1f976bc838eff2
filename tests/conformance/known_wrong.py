"""Temporary: traps on which lint is wrong, or whose breach the oracle does not see, by the reason.

A trap that has come right fails the tests until it is taken out of here.
"""

LINT: dict[str, list[str]] = {
    "one flag says of a value both that its elements differ and that it differs from round to round": [
        "duplicates: A set inside an optional value is a value, not its elements",
        "duplicates: A list of what is not missing",
        "duplicates: A set in a list",
        "duplicates: A set of optional values has no duplicates either",
    ],
    "a look-up is taken to run when the statement does, not where it stands among the statement's calls": [
        "failing_look_ups: Arguments from left to right",
        "failing_look_ups: The value of a write is looked up before its key is made",
        "failing_look_ups: Named arguments in the order in which they are written",
    ],
    "types that have no join pass where two arms meet, and the second arm's type stands for both": [
        "joined: A bar in one arm and a user in the other",
        "joined: A bar as a key in one arm and a user in the other",
        "joined: A list in one arm and a set in the other",
        "joined: A long list in one arm and a small set in the other",
    ],
    "an Optional collection passes as an accumulator's key": [
        "joined: A collection as a key",
    ],
}

ORACLE: dict[str, list[str]] = {
    "the oracle does not know the names of an effect's keys": [
        "keys: Of several keys, one alone does not tell them apart",
    ],
}
