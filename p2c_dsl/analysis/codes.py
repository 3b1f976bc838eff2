"""Codes of errors in a composition other than violations of its task's rules."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

CODES = (
    Code(
        "P2C160",
        "no such subtask",
        "A composition can only call subtasks. It cannot call effects, which happen through the subtasks that declare "
        "them, or tasks, which are what is being composed.",
    ),
    Code("P2C161", "an undefined name", "No variable, constant or input with this name is visible here."),
    Code(
        "P2C162",
        "a name used outside its block",
        "A variable is only visible in the loop body or branch that assigns it: the loop may run zero times, "
        "and the branch may not be taken. Use an accumulator to carry values out of a loop.",
        rejected="for u in users:\n    prefs = ask(u)\nuse(prefs)",
        accepted="prefs = {}\nfor u in users:\n    prefs[u] = ask(u)\nuse(prefs)",
    ),
    Code(
        "P2C163",
        "a name assigned twice",
        "A variable is assigned only once. Its name may be reused after the block that assigned it has ended.",
    ),
    Code(
        "P2C164",
        "a name that is already taken",
        "A variable cannot have the name of a subtask, a constant or an enum.",
    ),
    Code(
        "P2C165",
        "not a value",
        "Only values can be passed, looped over, tested or collected. The name of a subtask or an enum, "
        "or `[]` inside an expression, is not a value.",
    ),
    Code("P2C166", "no such enum member", "The enum has no member of this name."),
    Code(
        "P2C167",
        "not an accumulator",
        "Only accumulators, created by `m = {}` or `xs = []`, can be written to.",
    ),
    Code(
        "P2C168",
        "a value derived too deeply",
        "The number of fields and lookups in a chain is limited, which keeps the analysis linear.",
    ),
    Code(
        "P2C169",
        "a condition outside an `if`",
        "`not`, `and`, `or`, `is None` and comparisons can only be used in the condition of an `if`, not as values.",
    ),
    Code(
        "P2C170",
        "an accumulator read while it is being filled",
        "An accumulator can only be read after the loop that fills it has ended.",
    ),
    Code(
        "P2C171",
        "an accumulator written outside its loop",
        "An accumulator can only be written to in the first loop that follows it in its own block. A list of a few "
        "values is written out: `xs = [a, b]`.",
    ),
    Code(
        "P2C172",
        "a write to a closed accumulator",
        "An accumulator is closed when it is read, and when the loop that fills it ends.",
    ),
    Code(
        "P2C173",
        "the wrong kind of write to an accumulator",
        "Write to a map `m = {}` with `m[key] = value`, and to a list `xs = []` with `xs.append(value)`.",
    ),
    Code(
        "P2C174",
        "`return` inside a loop",
        "`return` is only allowed outside loops: at the top level or in a branch.",
    ),
    Code(
        "P2C176",
        "a call or lookup that may not be made",
        "What stands behind `and` or `or` is tested only where the part before it has not decided. It cannot call a "
        "subtask or look something up: every call has one place at which it happens.",
        rejected="if found is not None and is_open(found):\n    book(found)",
        accepted="if found is not None:\n    if is_open(found):\n        book(found)",
    ),
    Code("P2C175", "unreachable code", "No statement can follow `return` in the same block."),
    Code("P2C180", "no such task", "`compose` must name a declared task."),
    Code("P2C181", "the wrong inputs", "A composition must list its task's inputs by name and in order."),
    Code(
        "P2C182",
        "too many findings",
        "Every rule is checked at every step. If a composition has very many findings, only the first are listed.",
    ),
    Code("P2C230", "a value of the wrong type", "The value's type is not a subtype of the expected type."),
    Code(
        "P2C231",
        "a free literal",
        "A composition may not invent data: it must use constants, enum members and inputs. Only a parameter "
        "whose type is marked `literal` takes free literals, and only values of such a type are compared with them.",
        rejected='send("someone@example.org")',
        accepted='constant office: Email = "office@example.org"\n…\nsend(office)',
    ),
    Code(
        "P2C232",
        "a loop over something that is not a collection",
        "A loop runs over a List, a Set or the keys of a Map.",
    ),
    Code(
        "P2C233",
        "a condition of the wrong type",
        "A condition must be a Bool, test an Optional for `None`, or compare two values.",
    ),
    Code(
        "P2C234",
        "values without a common type",
        "All values that are written to one accumulator must have a common type.",
    ),
    Code(
        "P2C235",
        "a result of the wrong type",
        "Every path must return the result type that the task declares.",
    ),
    Code(
        "P2C236",
        "a value that cannot be a key",
        "Keys of maps are compared by value, so they cannot be collections.",
    ),
    Code("P2C237", "no such field", "The value's type has no field of this name."),
    Code("P2C238", "an invalid lookup", "A lookup needs a Map, and a key of the map's key type."),
    Code("P2C239", "collections nested too deeply", "The nesting depth of collections is limited."),
    Code("P2C240", "a missing argument", "Every parameter without a default needs an argument."),
    Code("P2C241", "too many arguments", "The call passes more arguments than the subtask has parameters."),
    Code("P2C242", "no such parameter", "The subtask has no parameter of this name."),
    Code("P2C243", "an argument given twice", "A parameter takes only one argument."),
    Code(
        "P2C245",
        "a comparison of values that cannot be compared",
        "Values of types without a common value are never equal, collections are not compared, `None` is tested with "
        "`is`, and only numbers have an order.",
    ),
    Code("P2C244", "use of a missing result", "A subtask declared without `->` returns nothing."),
    Code(
        "P2C246",
        "a record that is not made from its fields",
        "A record is made from its fields, each given once by its name; only optional ones may be left out.",
        rejected="Passenger(first, last)",
        accepted="Passenger(first=first, last=last)",
    ),
    Code(
        "P2C247",
        "a lookup that always fails",
        "A lookup of a key that is missing ends the run. All keys of this map are constants, and this is another one, "
        "so that every run ends here.",
        rejected="for u in users:\n    m[Job.cook] = u\nhire(m[Job.driver])",
        accepted="for u in users:\n    m[Job.cook] = u\nhire(m[Job.cook])",
    ),
    Code(
        "P2C901",
        "an accumulator that is never filled",
        "The accumulator is created, but nothing is ever written to it.",
    ),
    Code(
        "P2C902",
        "a condition that is always the same",
        "The outcome of this condition is already known here.",
    ),
)
