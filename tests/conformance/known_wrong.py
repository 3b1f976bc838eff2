"""Temporary: traps on which lint is wrong, or whose breach the oracle does not see, by the reason.

A trap that has come right fails the tests until it is taken out of here.
"""

LINT: dict[str, list[str]] = {
    "narrowing an Optional loop variable overwrites whether it differs from round to round": [
        "duplicates: A set inside an optional value is a value, not its elements",
        "duplicates: A set of optional values has no duplicates either",
    ],
    "a look-up in an argument is taken to run after the calls in the arguments behind it": [
        "failing_look_ups: Arguments from left to right",
    ],
    "types that have no join pass where two arms meet, and the second arm's type stands for both": [
        "joined: A bar in one arm and a user in the other",
        "joined: A bar as a key in one arm and a user in the other",
        "joined: A list in one arm and a set in the other",
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
