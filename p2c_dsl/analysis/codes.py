"""The codes of what can be wrong with a composition apart from its task's rules."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

CODES = (
    Code(
        "P2C160",
        "no such subtask",
        "A composition calls subtasks only. Effects happen through the subtasks that declare them, "
        "and a task is what is being composed.",
    ),
    Code("P2C161", "unknown name", "Nothing visible here has this name."),
    Code(
        "P2C162",
        "a name used outside its block",
        "A variable ends with the loop body or branch arm that assigns it: the loop may run zero times, "
        "the arm may not be taken. Collect into an accumulator to carry values out of a loop.",
        rejected="for u in users:\n    prefs = ask(u)\nuse(prefs)",
        accepted="prefs = {}\nfor u in users:\n    prefs[u] = ask(u)\nuse(prefs)",
    ),
    Code(
        "P2C163",
        "a name assigned twice",
        "Variables are assigned once. A name may be used again only after the block that assigned it "
        "has ended.",
    ),
    Code(
        "P2C164",
        "a name that means something else",
        "Subtasks, constants and enums keep their names: no variable may take one.",
    ),
    Code(
        "P2C165",
        "not a value",
        "Only values can be passed, looped over, tested or collected: a subtask's name, an enum's name "
        "or `[]` inside an expression is none.",
    ),
    Code("P2C166", "no such enum member", "The enum has no member of this name."),
    Code("P2C167", "not an accumulator", "Only `m = {}` and `xs = []` can be written into."),
    Code(
        "P2C168",
        "a value derived too deeply",
        "Fields and look-ups are followed up to a fixed depth, which keeps the analysis linear.",
    ),
    Code(
        "P2C169",
        "a condition in the wrong place",
        "`not` and `is None` belong into an `if`: they are no values.",
    ),
    Code(
        "P2C170",
        "an accumulator read while it is being filled",
        "An accumulator is complete, and may be read, after the loop that fills it.",
    ),
    Code(
        "P2C171",
        "an accumulator written outside its loop",
        "An accumulator is written inside the first loop that follows it in its own block, and nowhere else.",
    ),
    Code(
        "P2C172",
        "a closed accumulator written",
        "Reading an accumulator closes it, and so does the end of the loop that fills it.",
    ),
    Code(
        "P2C173",
        "a map written as a list, or a list as a map",
        "`m = {}` is written with `m[key] = value`, `xs = []` with `xs.append(value)`.",
    ),
    Code(
        "P2C174",
        "`return` inside a loop",
        "A composition returns at its top level or in the arm of a branch.",
    ),
    Code("P2C175", "code that nothing reaches", "Nothing follows `return` in its block."),
    Code("P2C180", "no such task", "`compose` names the task that it composes."),
    Code("P2C181", "other inputs than the task's", "A composition names its task's inputs, in their order."),
    Code(
        "P2C182",
        "more findings than are listed",
        "Every rule is checked at every step; of a composition that breaks very many, the first findings are listed.",
    ),
    Code("P2C230", "a value of the wrong type", "The value's type is no subtype of the one expected here."),
    Code(
        "P2C231",
        "a free literal",
        "A composition may not invent data: it names constants, enum members and inputs. A parameter "
        "whose type says `literal` takes free literals.",
        rejected='send("someone@example.org")',
        accepted='constant office: Email = "office@example.org"\n…\nsend(office)',
    ),
    Code("P2C232", "a loop over what is no collection", "A loop runs over a List, a Set or a Map's keys."),
    Code(
        "P2C233", "a condition of the wrong type", "A condition is a Bool, or tests an Optional for `None`."
    ),
    Code(
        "P2C234",
        "values that have no common type",
        "All that is written into one accumulator has a common type.",
    ),
    Code(
        "P2C235", "a result of the wrong type", "What is returned is what the task promises, on every path."
    ),
    Code(
        "P2C236",
        "a value that cannot be a key",
        "A map's keys are compared by value: no collection can be one.",
    ),
    Code("P2C237", "no such field", "The value's type has no field of this name."),
    Code("P2C238", "a look-up in what is no map", "Only maps are looked up, by a key of their key type."),
    Code("P2C239", "collections nested too deeply", "Collections are nested up to a fixed depth."),
    Code("P2C240", "a missing argument", "Every parameter without a default needs an argument."),
    Code("P2C241", "too many arguments", "The call passes more arguments than the subtask has parameters."),
    Code("P2C242", "no such parameter", "The subtask has no parameter of this name."),
    Code("P2C243", "an argument given twice", "A parameter takes one argument."),
    Code("P2C244", "the result of a subtask that gives none", "A subtask without `->` has no result to use."),
    Code(
        "P2C901", "an accumulator that is never filled", "It is created, and nothing is ever written into it."
    ),
    Code("P2C902", "a condition that is already decided", "The condition can only come out one way here."),
)
