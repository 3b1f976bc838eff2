"""The people and things in a generated task, and subtasks that act on them, in varying words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from p2c_dsl.planners.small.generator import shares, wording
from p2c_dsl.planners.small.generator.draft import Draft, DraftSubtask, DraftValue
from p2c_dsl.planners.small.generator.phrasing import Sentence
from p2c_dsl.planners.small.generator.style import in_tool_s_prose, optional_fields, optional_parameters
from p2c_dsl.planners.small.generator.wording import article, in_prose, plural
from p2c_dsl.types import BOOL, Optional, Record, SetOf, Size, Type


@dataclass(frozen=True, slots=True)
class Entity:
    """A type, perhaps with a value of it, and the noun for one of its members."""

    noun: str
    type: Type
    value: DraftValue | None = None

    @property
    def singular(self) -> str:
        """The noun in prose."""
        return in_prose(self.noun)

    @property
    def plural(self) -> str:
        """The plural of the noun in prose."""
        return plural(in_prose(self.noun))

    def require_value(self) -> DraftValue:
        """The value. Raises `LookupError` if there is none."""
        if self.value is None:
            raise LookupError(f"there is no value for {self.noun}")
        return self.value


class Cast:
    """Adds entities, and subtasks for them, to one draft."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.rng, self.words = draft, draft.rng, draft.words
        self._groups: list[Entity] = []
        self._ones: list[Entity] = []

    # ------------------------------------------------------------ entities

    def person_or_thing(self) -> Entity:
        """A new type of person or thing."""
        noun = self.words.person() if self.rng.random() < 0.6 else self.words.thing()
        return Entity(noun, self.draft.new_type(noun))

    def thing(self) -> Entity:
        """A new type of thing."""
        noun = self.words.thing()
        return Entity(noun, self.draft.new_type(noun))

    def document(self) -> Entity:
        """A new type of document; half of them are text."""
        noun = self.words.document()
        return Entity(noun, self.draft.new_type(noun, text=self.rng.random() < 0.5))

    def group(self, *, fresh: bool = False, of: Entity | None = None) -> Entity:
        """A set of members of a type, as an input of the task."""
        if self._groups and of is None and not fresh and self.rng.random() < 0.6:
            return self.rng.choice(self._groups)
        each = of or self.person_or_thing()
        high = self.rng.choice((None, None, 3, 4, 5, 8, 12, 20))
        low = 1 if high is not None and self.rng.random() < 0.25 else 0
        several = plural(each.noun)
        name = self.rng.choice((several, several, f"all_{several}", f"new_{several}"))
        value = self.draft.new_input(name, SetOf(each.type, Size(low, high)))
        self._groups.append(Entity(each.noun, each.type, value))
        return self._groups[-1]

    def single(self, *, fresh: bool = False, of: Entity | None = None) -> Entity:
        """One member of a type, as an input of the task."""
        if self._ones and not fresh and of is None and self.rng.random() < 0.6:
            return self.rng.choice(self._ones)
        each = of or self.person_or_thing()
        name = self.rng.choice((each.noun, each.noun, f"the_{each.noun}", f"first_{each.noun}"))
        self._ones.append(Entity(each.noun, each.type, self.draft.new_input(name, each.type)))
        return self._ones[-1]

    @contextmanager
    def element(self, of: Entity) -> Iterator[DraftValue]:
        """Each member of a group, in a loop, or the one that is given."""
        value = of.require_value()
        if not isinstance(value.type, SetOf):
            yield value
            return
        with self.draft.loop(value) as element:
            yield element

    def groups(self) -> list[Entity]:
        """The groups added so far."""
        return list(self._groups)

    # ------------------------------------------------------------ subtasks

    def act(self, on: Entity, extra: Sequence[Entity] = (), verbs: Sequence[str] = wording.ACT) -> DraftAction:
        """A subtask with an effect on one entity, perhaps with further entities as arguments."""
        verb = self.words.verb(verbs)
        rng, noun = self.rng, self.parameter(on)
        keyed = rng.random() < 0.85
        effect = self.draft.new_effect(
            (rng.choice((verb, verb, f"{verb}_one", f"{verb}_{on.noun}_now")), verb),
            [on.type] if keyed else [],
            irreversible=rng.random() < 0.25,
        )
        others = [(self.parameter(other), other.type) for other in extra]
        with_ = " and ".join(article(other.singular) for other in extra)
        doc = self._doc(
            f"{in_prose(verb)} {article(on.singular)}"
            if not extra
            else f"{in_prose(verb)} {article(on.singular)} with {with_}"
        )
        name = f"{verb}_{on.noun}" if rng.random() < 0.8 or not extra else f"{verb}_with_{extra[0].noun}"
        keys = (noun,) if keyed else ()
        made = DraftSubtask(name, ((noun, on.type), *others), None, doc, effect, keys)
        return self._action(verb, on, made)

    def act_with_option(self, on: Entity, option: Entity) -> DraftAction:
        """A subtask with an effect on one entity, and another one that may be left out."""
        plain = self.act(on)
        first, _, remark = plain.subtask.doc.partition(".")
        made = replace(
            plain.subtask,
            doc=f"{first}, if wanted with {article(option.singular)}.{remark}",
            optional=((self.parameter(option), Optional(option.type), "None"), *plain.subtask.optional),
        )
        self.draft.subtasks[made.name] = made
        return replace(plain, subtask=made)

    def give(self, what: Entity, to: Entity) -> DraftAction:
        """A subtask that sends one entity to another."""
        verb, rng = self.words.verb(wording.SEND), self.rng
        effect = self.draft.new_effect((rng.choice((verb, f"{verb}_out")), f"{verb}_{what.noun}_out"), [to.type])
        parameters = [(self.parameter(to), to.type), (self.parameter(what), what.type)]
        doc = self._doc(f"{in_prose(verb)} {article(what.singular)} to {article(to.singular)}")
        if rng.random() < 0.5:
            parameters.reverse()
        keys = (self.parameter(to),)
        made = DraftSubtask(f"{verb}_{what.noun}", tuple(parameters), None, doc, effect, keys)
        return self._action(verb, to, made)

    def lookup(self, of: Entity, result: Type, noun: str, verbs: Sequence[str], doc: str) -> DraftAction:
        """A subtask that returns something for an entity; asking a person usually has an effect."""
        verb = self.words.verb(verbs)
        parameter = self.parameter(of)
        effect, keys = None, tuple[str, ...]()
        if verbs is wording.ASK and self.rng.random() < 0.7:
            effect, keys = self.draft.new_effect((verb, "contact"), [of.type]), (parameter,)
        text = self._doc(f"{in_prose(verb)} {doc}")
        made = DraftSubtask(f"{verb}_{noun}", ((parameter, of.type),), result, text, effect, keys)
        return self._action(verb, of, made)

    def check(self, of: Entity) -> tuple[DraftSubtask, str]:
        """A subtask that returns whether something holds of an entity, and the phrase for it."""
        trait = self.words.trait()
        says = f"is {in_prose(trait)}"
        form = self.rng.choice((f"is_{trait}", f"is_{trait}", f"check_{trait}", f"{of.noun}_is_{trait}"))
        doc = self.rng.choice(
            (
                f"Whether {article(of.singular)} {says}.",
                f"Tell whether the {of.singular} {says}.",
                f"Check that {article(of.singular)} {says}.",
            )
        )
        return self._new(DraftSubtask(form, ((self.parameter(of), of.type),), BOOL, doc)), says

    def aggregate(self, collected: Type, of: Entity, to: Entity, verbs: Sequence[str]) -> DraftAction:
        """A subtask that makes one result from a collection."""
        verb = self.words.verb(verbs)
        parameter = self.rng.choice(("found", plural(of.noun), f"all_{plural(of.noun)}", "answers", "given"))
        doc = self._doc(
            self.rng.choice(
                (
                    f"{in_prose(verb)} {article(to.singular)} from all {of.plural}",
                    f"{in_prose(verb)} the {to.singular} that fits all {of.plural}",
                )
            )
        )
        made = DraftSubtask(f"{verb}_{to.noun}", ((parameter, collected),), to.type, doc)
        return self._action(verb, to, made)

    def optional_lookup(self, of: Entity, found: Entity) -> DraftAction:
        """A subtask that may find something, and otherwise returns `None`."""
        doc = f"the {found.singular} of {article(of.singular)}, if there is one"
        return self.lookup(of, Optional(found.type), found.noun, wording.FIND, doc)

    def record_about(self, owner: Entity) -> Entity:
        """A new record type with its owner as a field, and perhaps a trait."""
        noun = self.words.thing()
        fields: list[tuple[str, Type]] = [(owner.noun, owner.type)]
        if self.rng.random() < 0.5:
            fields.append((self.words.trait(), BOOL))
        return self.record(noun, fields)

    def record(self, noun: str, fields: list[tuple[str, Type]]) -> Entity:
        """A new record type; an imported one has further fields, which are optional."""
        extra = optional_fields(self.rng, {name for name, _ in fields}) if self.draft.style.imported else []
        mixed = [*fields, *extra]
        self.rng.shuffle(mixed)
        return Entity(noun, self.draft.new_record(noun, mixed))

    def maybe_add_distractor(self, on: Entity) -> None:
        """Adds, half of the time, another subtask with an effect on an entity, which the task does not need."""
        if self.rng.random() < 0.5:
            self.act(on, verbs=self.rng.choice((wording.ACT, wording.ACT, wording.TELL)))

    # ------------------------------------------------------------ the composition and its description

    def call_give(self, subtask: DraftSubtask, to: DraftValue, what: DraftValue) -> None:
        """Calls a subtask made by `give`, with its two arguments in the order of its parameters."""
        arguments = (to, what) if subtask.parameters[0][1] == to.type else (what, to)
        self.draft.call(subtask, *arguments)

    def describe(self, *ways: str, vague: str = "", event: str | None = None) -> None:
        """Adds a sentence to the task's docstring, drawn from several ways to put it.

        `vague` can stand instead if the rules say for which elements `event` is wanted.
        """
        self.draft.sentences.append(Sentence(self.rng.choice(ways), vague, event or ""))

    def parameter(self, of: Entity) -> str:
        """What a parameter for an entity is called."""
        short = of.noun.split("_")[-1]
        if isinstance(of.type, Record):
            return short
        return f"{short if '_' not in of.noun else of.noun}{self.draft.style.suffix}"

    def _action(self, verb: str, on: Entity, made: DraftSubtask) -> DraftAction:
        return DraftAction(verb, on, self._new(made), self._phrase(verb))

    def _new(self, made: DraftSubtask) -> DraftSubtask:
        """The subtask in the spec; an imported one has parameters that no task needs."""
        if not self.draft.style.imported:
            return self.draft.new_subtask(made)
        extra = optional_parameters(self.rng, {name for name, _ in made.parameters})
        return self.draft.new_subtask(replace(made, optional=extra))

    def _phrase(self, verb: str) -> str:
        """The verb as the task's docstring has it: perhaps another one, which no subtask's name has."""
        others = [one for one in wording.SYNONYMS.get(verb, ()) if one not in self.words.used]
        if not others or self.rng.random() >= shares.SYNONYM:
            return in_prose(verb)
        chosen = self.rng.choice(others)
        self.words.used.add(chosen)
        return in_prose(chosen)

    def _doc(self, text: str) -> str:
        if self.draft.style.imported:
            return in_tool_s_prose(self.rng, text)
        return f"{text[0].upper()}{text[1:]}."


@dataclass(frozen=True, slots=True)
class DraftAction:
    """A subtask, its verb, the entity that it acts on, and the verb as the task's docstring has it."""

    verb: str
    on: Entity
    subtask: DraftSubtask
    phrase: str
