"""The codes of what can be wrong with files, and with the names and types of a spec."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

CODES = (
    Code("P2C130", "a file that cannot be read", "The file is missing, is no file, or may not be read."),
    Code("P2C131", "a file that is not text", "Files are text in UTF-8 without NUL characters."),
    Code(
        "P2C132",
        "files that use each other",
        "`use` goes one way: what two files share belongs into a third.",
    ),
    Code(
        "P2C133",
        "a used file that cannot be read",
        "The path after `use` is relative to the file it stands in.",
    ),
    Code("P2C134", "a name declared twice", "Everything that is declared has a name of its own."),
    Code("P2C135", "a reserved name", "Built-in types and words of the language keep their meaning."),
    Code("P2C136", "no such effect", "`does` and `may` name a declared effect."),
    Code(
        "P2C137",
        "no such parameter",
        "The key of an effect is one of its subtask's parameters, or a field of one.",
    ),
    Code(
        "P2C138",
        "no such type",
        "Types are declared, built in (`Bool Int Float Text`) or collections of these.",
    ),
    Code("P2C139", "no such value", "A constant or default is a literal or an enum's member."),
    Code(
        "P2C140",
        "nothing to claim",
        "A claim is one of `read_only`, `additive`, `idempotent` and `closed_world`.",
    ),
    Code(
        "P2C141", "nothing to override", "An override names a subtask that this file or one it uses declares."
    ),
    Code("P2C200", "the wrong number of type arguments", "`List[T]`, `Set[T]`, `Optional[T]`, `Map[K, V]`."),
    Code(
        "P2C201",
        "an impossible bound",
        "Bounds on a size stand behind a collection's type, and the lower one is not above the upper.",
        rejected="task poll(users: User <= 5)",
        accepted="task poll(users: Set[User] <= 5)",
    ),
    Code(
        "P2C202",
        "a key that cannot be compared",
        "Elements of sets, keys of maps and of effects are no collections.",
    ),
    Code("P2C203", "an Optional of an Optional", "`None` says one thing only."),
    Code(
        "P2C204",
        "a misplaced `literal`",
        "`literal` stands before a parameter's type, or a new type's base, where it can be written out.",
    ),
    Code(
        "P2C205",
        "a parent that is none",
        "`type A < B` makes A a part of a type that is declared as `type B`.",
    ),
    Code("P2C206", "a type that contains itself", "A type's parents, base and fields end somewhere."),
    Code("P2C207", "types that build on each other too deeply", "Chains of types have a bound."),
    Code(
        "P2C208",
        "a value that does not fit its type",
        "The value of a constant or default has the declared type.",
    ),
    Code("P2C209", "the wrong number of keys", "An effect's clause gives each of its keys."),
    Code(
        "P2C210",
        "a key of the wrong type",
        "What an effect is keyed by has the type that its declaration says.",
    ),
    Code("P2C211", "a parameter without a default behind one with", "Parameters with defaults come last."),
    Code("P2C212", "no such field", "Only records have fields."),
    Code(
        "P2C213",
        "a new type over no base type",
        "`type A = B` makes text, numbers or truth values of their own kind: B is a built-in or a new type.",
        rejected="type Place\ntype Bistro = Place",
        accepted="type Place\ntype Bistro < Place",
    ),
)
