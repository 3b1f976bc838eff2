"""Codes of errors in files, and in the names and types of a spec."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

CODES = (
    Code(
        "P2C130",
        "a file that cannot be read",
        "The file does not exist, is not a regular file, or is not readable.",
    ),
    Code("P2C131", "a file that is not text", "Files must be UTF-8 text without NUL characters."),
    Code(
        "P2C132",
        "files that use each other",
        "Files cannot `use` each other. Move what they share into a third file.",
    ),
    Code(
        "P2C133",
        "a used file that cannot be read",
        "The path after `use` is relative to the file that contains the line.",
    ),
    Code("P2C134", "a name declared twice", "Every declared name must be unique."),
    Code(
        "P2C135",
        "a reserved name",
        "Names of built-in types and keywords of the language cannot be redefined.",
    ),
    Code("P2C136", "no such effect", "`does` and `may` must name a declared effect."),
    Code(
        "P2C137",
        "no such parameter",
        "The key of an effect must be one of the subtask's parameters, or a field of one, and an override can only "
        "narrow parameters that the subtask has.",
    ),
    Code(
        "P2C138",
        "no such type",
        "A type must be declared, built in (`Bool Int Float Text`), or a collection of such types.",
    ),
    Code("P2C139", "no such value", "A constant or default must be a literal or an enum member."),
    Code(
        "P2C140",
        "no such claim",
        "A claim must be one of `read_only`, `additive`, `idempotent` and `closed_world`.",
    ),
    Code(
        "P2C141",
        "nothing to override",
        "An override must name a subtask or record that is declared in this file or in one that it uses.",
    ),
    Code(
        "P2C200",
        "the wrong number of type arguments",
        "The generic types are `List[T]`, `Set[T]`, `Optional[T]` and `Map[K, V]`.",
    ),
    Code(
        "P2C201",
        "an invalid bound",
        "Bounds follow the type of a collection, whose size they limit, or the type of a number, and the lower bound "
        "must not exceed the upper.",
        rejected="task poll(users: User <= 5)",
        accepted="task poll(users: Set[User] <= 5)",
    ),
    Code(
        "P2C202",
        "a key that cannot be compared",
        "Elements of sets, keys of maps and keys of effects cannot be collections.",
    ),
    Code("P2C203", "an Optional of an Optional", "`None` can stand for only one thing."),
    Code(
        "P2C204",
        "a misplaced `literal`",
        "`literal` is only allowed before the type of a parameter or the base of a new type that has literals.",
    ),
    Code(
        "P2C205",
        "an invalid parent type",
        "In `type A < B`, B must itself be declared with `type B` or `type B < C`.",
    ),
    Code(
        "P2C206",
        "a type that contains itself",
        "A type cannot contain itself through its parents, base or fields.",
    ),
    Code(
        "P2C207",
        "a chain of types that is too long",
        "The number of types that build on one another is limited.",
    ),
    Code(
        "P2C208",
        "a value that does not fit its type",
        "The value of a constant or default must have the declared type.",
    ),
    Code("P2C209", "the wrong number of keys", "A `does` or `may` line must give each key of the effect."),
    Code(
        "P2C210",
        "a key of the wrong type",
        "Each key of an effect must have the declared type.",
    ),
    Code("P2C211", "a required parameter after one with a default", "Parameters with defaults must come last."),
    Code("P2C212", "no such field", "Only records have fields, and only those that they declare."),
    Code(
        "P2C213",
        "an invalid base type",
        "In `type A = B`, B must be a built-in type or another new type.",
        rejected="type Place\ntype Bistro = Place",
        accepted="type Place\ntype Bistro < Place",
    ),
    Code(
        "P2C214",
        "an override that does not narrow a type",
        "An override may give a parameter, a result or a field a narrower type: a new type over the declared one, an "
        "enum of texts for text, tighter bounds, or the type without `Optional`. What goes over the wire stays the "
        "same, so an unrelated type cannot take its place.",
        rejected="subtask cancel(order: Text)\noverride subtask cancel(order: Int)",
        accepted="type OrderId = Text\nsubtask cancel(order: Text)\noverride subtask cancel(order: OrderId)",
    ),
    Code(
        "P2C215",
        "a default outside the narrower type",
        "A parameter that may be left out keeps its default, which must be a value of the narrower type. `required` "
        "in the override says that the parameter cannot be left out.",
        rejected="type Note = Text\nsubtask send(note: Optional[Text] = None)\noverride subtask send(note: Note)",
        accepted="type Note = Text\nsubtask send(note: Optional[Text] = None)\n"
        "override subtask send(note: Note):\n    required note",
    ),
)
