"""Who and what a made-up task is about, and the subtasks that can be done with them, in words that vary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from p2c_dsl.planners.small import wording
from p2c_dsl.planners.small.draft import Draft, DraftSubtask, DraftValue
from p2c_dsl.planners.small.wording import article, plural, spoken
from p2c_dsl.types import BOOL, Optional, Record, SetOf, Size, Type


@dataclass(frozen=True, slots=True)
class Named:
    """A type or a value, with the noun that stands for one of it."""

    noun: str
    type: Type
    value: DraftValue | None = None

    @property
    def one(self) -> str:
        """The noun in prose."""
        return spoken(self.noun)

    @property
    def all(self) -> str:
        """The noun in prose, for many."""
        return plural(spoken(self.noun))

    def given(self) -> DraftValue:
        """The value. Raises `LookupError` for a type without one."""
        if self.value is None:
            raise LookupError(f"no {self.noun} is at hand")
        return self.value


class Cast:
    """Makes the nouns of one draft, and subtasks for them."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.chance, self.words = draft, draft.chance, draft.words
        self._groups: list[Named] = []
        self._ones: list[Named] = []

    # ------------------------------------------------------------ nouns

    def somebody(self) -> Named:
        """A new kind of person or thing."""
        noun = self.words.person() if self.chance.random() < 0.6 else self.words.thing()
        return Named(noun, self.draft.kind(noun))

    def something(self) -> Named:
        """A new kind of thing."""
        noun = self.words.thing()
        return Named(noun, self.draft.kind(noun))

    def paper(self) -> Named:
        """A new kind of document, often text."""
        noun = self.words.paper()
        return Named(noun, self.draft.kind(noun, text=self.chance.random() < 0.5))

    def group(self, *, fresh: bool = False, of: Named | None = None) -> Named:
        """Many of a kind, as an input of the task."""
        if self._groups and of is None and not fresh and self.chance.random() < 0.6:
            return self.chance.choice(self._groups)
        each = of or self.somebody()
        high = self.chance.choice((None, None, 3, 4, 5, 8, 12, 20))
        low = 1 if high is not None and self.chance.random() < 0.25 else 0
        several = plural(each.noun)
        name = self.chance.choice((several, several, f"all_{several}", f"new_{several}"))
        value = self.draft.input(name, SetOf(each.type, Size(low, high)))
        self._groups.append(Named(each.noun, each.type, value))
        return self._groups[-1]

    def single(self, *, fresh: bool = False) -> Named:
        """One of a kind, as an input of the task."""
        if self._ones and not fresh and self.chance.random() < 0.6:
            return self.chance.choice(self._ones)
        each = self.somebody()
        name = self.chance.choice((each.noun, each.noun, f"the_{each.noun}", f"first_{each.noun}"))
        self._ones.append(Named(each.noun, each.type, self.draft.input(name, each.type)))
        return self._ones[-1]

    def members(self) -> list[Named]:
        """The groups that there are."""
        return list(self._groups)

    # ------------------------------------------------------------ subtasks

    def act(self, on: Named, extra: Sequence[Named] = (), verbs: Sequence[str] = wording.ACT) -> Deed:
        """A subtask with an effect on one of a kind, perhaps with something else in hand."""
        verb = self.words.verb(verbs)
        chance, noun = self.chance, self._parameter(on)
        keyed = chance.random() < 0.85
        effect = self.draft.effect(
            (chance.choice((verb, verb, f"{verb}_one", f"{verb}_{on.noun}_now")), verb),
            [on.type] if keyed else [],
            irreversible=chance.random() < 0.25,
        )
        others = [(self._parameter(other), other.type) for other in extra]
        with_ = " and ".join(article(other.one) for other in extra)
        doc = self._doc(
            f"{spoken(verb)} {article(on.one)}"
            if not extra
            else f"{spoken(verb)} {article(on.one)} with {with_}"
        )
        name = f"{verb}_{on.noun}" if chance.random() < 0.8 or not extra else f"{verb}_with_{extra[0].noun}"
        keys = (noun,) if keyed else ()
        made = DraftSubtask(name, ((noun, on.type), *others), None, doc, effect, keys)
        return Deed(verb, on, self.draft.contract(made))

    def give(self, what: Named, to: Named) -> Deed:
        """A subtask that hands something to somebody."""
        verb, chance = self.words.verb(wording.SEND), self.chance
        effect = self.draft.effect(
            (chance.choice((verb, f"{verb}_out")), f"{verb}_{what.noun}_out"), [to.type]
        )
        parameters = [(self._parameter(to), to.type), (self._parameter(what), what.type)]
        doc = self._doc(f"{spoken(verb)} {article(what.one)} to {article(to.one)}")
        if chance.random() < 0.5:
            parameters.reverse()
        keys = (self._parameter(to),)
        made = DraftSubtask(f"{verb}_{what.noun}", tuple(parameters), None, doc, effect, keys)
        return Deed(verb, to, self.draft.contract(made))

    def learn(self, of: Named, result: Type, noun: str, verbs: Sequence[str], doc: str) -> Deed:
        """A subtask that gives something for one of a kind; asking somebody has an effect."""
        verb = self.words.verb(verbs)
        parameter = self._parameter(of)
        effect, keys = None, tuple[str, ...]()
        if verbs is wording.ASK and self.chance.random() < 0.7:
            effect, keys = self.draft.effect((verb, "contact"), [of.type]), (parameter,)
        text = self._doc(f"{spoken(verb)} {doc}")
        made = DraftSubtask(f"{verb}_{noun}", ((parameter, of.type),), result, text, effect, keys)
        return Deed(verb, of, self.draft.contract(made))

    def check(self, of: Named) -> tuple[DraftSubtask, str]:
        """A subtask that tells whether something holds, and how one says so."""
        trait = self.words.trait()
        says = f"is {spoken(trait)}"
        form = self.chance.choice((f"is_{trait}", f"is_{trait}", f"check_{trait}", f"{of.noun}_is_{trait}"))
        doc = self.chance.choice(
            (
                f"Whether {article(of.one)} {says}.",
                f"Tell whether the {of.one} {says}.",
                f"Check that {article(of.one)} {says}.",
            )
        )
        return self.draft.contract(DraftSubtask(form, ((self._parameter(of), of.type),), BOOL, doc)), says

    def from_all(self, collected: Type, of: Named, to: Named, verbs: Sequence[str]) -> Deed:
        """A subtask that makes one thing out of many."""
        verb = self.words.verb(verbs)
        parameter = self.chance.choice(
            ("found", plural(of.noun), f"all_{plural(of.noun)}", "answers", "given")
        )
        doc = self._doc(
            self.chance.choice(
                (
                    f"{spoken(verb)} {article(to.one)} from all {of.all}",
                    f"{spoken(verb)} the {to.one} that fits all {of.all}",
                )
            )
        )
        made = DraftSubtask(f"{verb}_{to.noun}", ((parameter, collected),), to.type, doc)
        return Deed(verb, to, self.draft.contract(made))

    def maybe(self, of: Named, found: Named) -> Deed:
        """A subtask that finds something, or nothing."""
        doc = f"the {found.one} of {article(of.one)}, if there is one"
        return self.learn(of, Optional(found.type), found.noun, wording.FIND, doc)

    def book(self, owner: Named) -> Named:
        """A record that names its owner, and perhaps something else."""
        noun = self.words.thing()
        fields: list[tuple[str, Type]] = [(owner.noun, owner.type)]
        if self.chance.random() < 0.5:
            fields.append((self.words.trait(), BOOL))
        self.chance.shuffle(fields)
        return Named(noun, self.draft.record(noun, fields))

    def rival(self, on: Named) -> None:
        """Perhaps another subtask with an effect on one of a kind, which nobody asks for."""
        if self.chance.random() < 0.5:
            self.act(on, verbs=self.chance.choice((wording.ACT, wording.ACT, wording.TELL)))

    # ------------------------------------------------------------ the story

    def hand(self, contract: DraftSubtask, to: DraftValue, what: DraftValue) -> None:
        """A call of a subtask that hands something to somebody, in whichever order it takes them."""
        arguments = (to, what) if contract.parameters[0][1] == to.type else (what, to)
        self.draft.call(contract, *arguments)

    def say(self, *ways: str) -> None:
        """One of some ways to say in the task's docstring what has been composed."""
        self.draft.sentences.append(self.chance.choice(ways))

    def _parameter(self, of: Named) -> str:
        short = of.noun.split("_")[-1]
        return short if isinstance(of.type, Record) or "_" not in of.noun else of.noun

    def _doc(self, text: str) -> str:
        return f"{text[0].upper()}{text[1:]}."


@dataclass(frozen=True, slots=True)
class Deed:
    """A subtask, the verb that it is called by, and what it is about."""

    verb: str
    on: Named
    contract: DraftSubtask

    @property
    def said(self) -> str:
        """The verb in prose."""
        return spoken(self.verb)
