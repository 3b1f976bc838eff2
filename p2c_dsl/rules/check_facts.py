"""The value numbers of what checks are of, and the facts about them: the proof of `only if`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from p2c_dsl.machine.facet import CallSite
from p2c_dsl.machine.facts import ALTERNATIVE, EITHER, Fact, Facts, tested
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.identity import Classes, Identity, field_of
from p2c_dsl.program import Test
from p2c_dsl.rules.answers import Answer, Mark, ReadMark
from p2c_dsl.rules.checks import Alternative, OwnArgument, ReadFor, Subject
from p2c_dsl.rules.event_keys import argument
from p2c_dsl.spec import Subtask


def fact_of(one: Alternative, about: Sequence[Identity], of: Sequence[Alternative]) -> Fact:
    """The fact that a check of these values has had its outcome, where it is one of several alternatives."""
    kind = "checked" if len(of) == 1 else ALTERNATIVE
    return (kind, one.outcome.value, one.check, one.positions, tuple(about))


def answer_facts(alternatives: Sequence[Alternative], answer: Answer, test: Test) -> frozenset[Fact]:
    """What is known once an answer has been tested and found so."""
    about = {place: (value, read) for place, value, read in answer.about}
    found: set[Fact] = set()
    for one in alternatives:
        if (one.check, one.outcome) == (answer.check, test):
            terms = [_checked(s, *about[at]) for s, at in zip(one.subjects, one.positions, strict=True)]
            known = [term for term in terms if term is not None]
            found |= {fact_of(one, known, alternatives)} if len(known) == len(terms) else set()
    return frozenset(found)


def wanted_facts(alternatives: Sequence[Alternative], call: CallSite) -> list[Fact]:
    """For each alternative, what has to be known before a call."""
    return [fact_of(one, [_wanted(s, call) for s in one.subjects], alternatives) for one in alternatives]


def read_for(at: Place[None, Mark], call: CallSite, place: int) -> Identity | None:
    """What a call's argument is known to have been read for."""
    value = call.arguments[place]
    mark = None if value is None else at.mark(value)
    return mark.term if isinstance(mark, ReadMark) else None


def _checked(subject: Subject, value: Identity, read: Identity | None) -> Identity | None:
    """The value number that a checked value has for a subject, `None` if it was not read as the subject says."""
    if not isinstance(subject, ReadFor):
        return value
    match read:
        case ("read", subject.subtask, tuple(arguments)):
            return _reading(subject, [arguments[place] for place in subject.positions])
    return None


def _wanted(subject: Subject, call: CallSite) -> Identity:
    """The value number that a subject has in a call."""
    if isinstance(subject, ReadFor):
        return _reading(subject, [_own(one, call) for one in subject.of])
    return _own(subject, call)


def _own(one: OwnArgument, call: CallSite) -> Identity:
    path = one.path(call.subtask)
    return field_of(argument(call, path.parameter), path.fields)


def is_refuted(
    one: Alternative,
    subtask: Subtask,
    arguments: Mapping[int, Identity],
    answers: Iterable[tuple[Identity, Mark]],
    facts: Facts,
) -> bool:
    """Whether a check of a call's own arguments has had the other outcome; `answers` are values with their marks."""
    wanted = [_known_own(subject, subtask, arguments) for subject in one.subjects]
    return None not in wanted and any(
        isinstance(mark, Answer)
        and (mark.check, mark.height) == (one.check, 0)
        and tested(one.outcome.opposite, answer) in facts.known
        and [value for place, value, _ in mark.about if place in one.positions] == wanted
        for answer, mark in answers
    )


def _known_own(subject: Subject, subtask: Subtask, arguments: Mapping[int, Identity]) -> Identity | None:
    if not isinstance(subject, OwnArgument):
        return None
    path = subject.path(subtask)
    return field_of(arguments[path.parameter], path.fields) if path.parameter in arguments else None


def _reading(subject: ReadFor, arguments: Sequence[Identity]) -> Identity:
    return ("read", subject.subtask, subject.positions, tuple(arguments))


def is_known(wanted: Sequence[Fact], facts: Facts) -> bool:
    """Whether one of these facts is known, of these values or of equal ones, or that one of some of them holds."""
    return facts.has_one_of(wanted) or is_known_of_equals(wanted, facts.known)


def is_known_of_equals(wanted: Sequence[Fact], known: Iterable[Fact]) -> bool:
    """Whether one of these facts is known of equal values, or that one of some of them holds."""
    facts = list(known)
    pairs = [(fact[1], fact[2]) for fact in facts if fact[0] == "eq"]
    classes = Classes(pairs)
    allowed = set(map(classes.of, wanted)) if pairs else set()
    kinds = {fact[0] for fact in wanted}
    for fact in facts if allowed else ():
        parts = fact[1:] if fact[0] == EITHER else (fact,) if fact[0] in kinds else ()
        if parts and all(classes.of(part) in allowed for part in parts):
            return True
    return False
