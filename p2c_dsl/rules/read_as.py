"""What the words of a rule's line were read as, in sentences, where a word may stand for several things."""

from __future__ import annotations

from p2c_dsl.names import listing
from p2c_dsl.rules.event_keys import Pairing, keys_of
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.parts import Places, Range, Waiver
from p2c_dsl.spec import Spec
from p2c_dsl.types import BOOL, may_share, show


def event_read(event: Event, spec: Spec) -> str:
    """What an event is, and which calls do it."""
    if not event.is_effect:
        return f"`{event.name}` is a call of the subtask"
    doing = [s.name for s in spec.subtasks.values() if event.happens(s)]
    certain = [name for name in doing if event.surely(spec.subtasks[name])]
    possible = [name for name in doing if name not in certain]
    parts = [f"done by {_names(certain)}"] if certain else []
    parts += [f"possibly by {_names(possible)}"] if possible else []
    return f"`{event.name}` is an effect, {' and '.join(parts) or 'done by no subtask'}"


def keys_read(event: Event, places: Places, spec: Spec) -> str:
    """Which keys of an event a rule means."""
    return f"the key of `{event.name}` is {_keys(event, places, spec)}"


def pairing_read(first: Event, second: Event, keys: Pairing, spec: Spec) -> tuple[str, ...]:
    """Which keys of two events a rule compares."""
    if not keys.first:
        shared = any(may_share(a, b) for _, a in keys_of(first, spec) for _, b in keys_of(second, spec))
        return ("whatever their keys are: there is no `per`",) if shared else ()
    one, other = _keys(first, keys.first, spec), _keys(second, keys.second, spec)
    return (f"for each key by itself: {one} of `{first.name}`, {other} of `{second.name}`",)


def range_read(of: Range) -> str:
    """What `in S` goes over."""
    if not of.is_input:
        what = "each element of every result" if of.is_collection else "every result"
        return f"`in {of.name}` means {what} of the subtask"
    kind = "field" if of.fields else "input"
    return f"`in {'.'.join((of.name, *of.fields))}` means " + (
        f"each element of the {kind}" if of.is_collection else f"the {kind}, if it is there"
    )


def waiver_read(waiver: Waiver | None, spec: Spec) -> tuple[str, ...]:
    """For what `unless F` waives a rule."""
    if waiver is None:
        return ()
    event = waiver.event
    alone = f"for the same {_keys(event, waiver.places, spec)} alone" if waiver.places else "for the whole run"
    # A reader may take a check for its yes.
    asks = not event.is_effect and spec.subtasks[event.name].result == BOOL
    return (f"`unless {event.name}` waives it {alone}{', whatever the call answers' if asks else ''}",)


def _keys(event: Event, places: Places, spec: Spec) -> str:
    own = keys_of(event, spec)
    shown = (f"`{name}: {show(of)}`" if name else f"`{show(of)}`" for name, of in (own[place] for place in places))
    return listing(shown, "and")


def _names(names: list[str]) -> str:
    return listing((f"`{name}`" for name in names), "and")
