"""Which of a task's rules a run broke, and whether its values had the types they were declared with."""

from __future__ import annotations

from p2c_dsl.runtime.trace import CallStarted, Returned, Trace
from p2c_dsl.spec import RuleText, Spec, Task
from p2c_dsl.syntax.nodes import ComposeDecl, For, If
from tests.oracle import text
from tests.oracle.arguments import comparison_in, has_other_value
from tests.oracle.consumption import consumes_twice
from tests.oracle.ending import ending
from tests.oracle.events import (
    CheckOutcome,
    Subject,
    count,
    happens_after,
    happens_unapproved,
    happens_unchecked,
    happens_without_earlier,
    most_for_one_key,
    total_cost,
)
from tests.oracle.flow import FlowRule, flows
from tests.oracle.obligations import (
    both_of_key,
    happens_after_of_key,
    happens_too_seldom,
    happens_without_earlier_of_key,
    misses_an_element,
    stays_without_asked_for,
    stays_without_later,
)
from tests.oracle.provenance import from_elsewhere, returned_from_elsewhere
from tests.oracle.values import belongs


def broken_rules(trace: Trace, spec: Spec, task: Task, compose: ComposeDecl) -> tuple[RuleText, ...]:
    """The rules that the run, as far as it went, has broken."""
    return tuple(r for r in spec.rules_of(task) if is_broken(words(r), trace, spec, task, compose))


def words(rule: RuleText) -> list[str]:
    """A rule's line as words."""
    return [token.text for token in rule.tokens]


def is_broken(line: list[str], trace: Trace, spec: Spec, task: Task, compose: ComposeDecl) -> bool:
    """Whether the run broke the rule. Raises `ValueError` for a line that is not a rule."""
    match line:
        case ["enforced", *rest]:
            return is_broken(rest, trace, spec, task, compose)
        case ["shape", "sequence"]:
            return not text.is_sequence(compose, spec)
        case ["shape", "tree"]:
            return consumes_twice(trace)
        case ["shape", "dag"]:
            return False
        case ["loops", "<=", n]:
            return text.depth(compose.body, For) > int(n)
        case ["branches", "<=", n]:
            return text.depth(compose.body, If) > int(n)
        case ["steps", "<=", n]:
            return text.steps(compose, spec) > int(n)
        case ["cost", "<=", n]:
            return total_cost(trace, spec) > int(n)
        case ["at", "most", n, event]:
            return count(event, trace, spec) > int(n)
        case ["at", "most", n, event, "per", *keys]:
            return most_for_one_key(event, [k for k in keys if k != ","], trace, spec) > int(n)
        case ["at", "least", n, event, "per", key, "in", *rest]:
            path, unless = _unless(rest)
            path = [name for name in path if name != "."]
            return misses_an_element(int(n), event, key, path, unless, trace, spec, task)
        case ["at", "least", n, event, *rest]:
            return happens_too_seldom(int(n), event, _unless(rest)[1], trace, spec)
        case ["exactly", n, event, "per", key, *rest]:
            too_often = most_for_one_key(event, [key], trace, spec) > int(n)
            return too_often or is_broken(["at", "least", n, event, "per", key, *rest], trace, spec, task, compose)
        case ["exactly", n, event, *rest]:
            too_seldom = happens_too_seldom(int(n), event, _unless(rest)[1], trace, spec)
            return too_seldom or count(event, trace, spec) > int(n)
        case [first, "before", second, "per", *keys]:
            return happens_without_earlier_of_key(first, second, keys, trace, spec)
        case [first, "before", second]:
            return happens_without_earlier(first, second, trace, spec)
        case [first, "then", second, *rest]:
            keys, unless = _unless(rest)
            return stays_without_later(first, second, keys[1:], unless, trace, spec)
        case ["no", second, "after", first, "per", *keys]:
            return happens_after_of_key(second, first, keys, trace, spec)
        case ["no", second, "after", first]:
            return happens_after(second, first, trace, spec)
        case ["not", "both", one, ",", other, "per", *keys]:
            return both_of_key(one, other, keys, trace, spec)
        case ["not", "both", one, ",", other]:
            return count(one, trace, spec) > 0 and count(other, trace, spec) > 0
        case ["not", check, "(", *rest] if "then" in rest:
            return stays_without_asked_for(check, False, *_named_and_event(rest), trace, spec)
        case [check, "(", *rest] if "then" in rest:
            return stays_without_asked_for(check, True, *_named_and_event(rest), trace, spec)
        case [event, "only", "if", *outcomes]:
            return happens_unchecked(event, _outcomes(outcomes), trace, spec)
        case ["*", ".", parameter, *rest]:
            having = [s.name for s in spec.subtasks.values() if parameter in [p.name for p in s.parameters]]
            return any(is_broken([name, ".", parameter, *rest], trace, spec, task, compose) for name in having)
        case [subtask, ".", parameter, "from", *sources]:
            return from_elsewhere(subtask, parameter, _sources(sources, task), trace, spec)
        case [event, "needs", "approval"]:
            return happens_unapproved(event, trace, spec)
        case ["return", "from", *sources]:
            return returned_from_elsewhere(_sources(sources, task), trace)
        case ["no", "flow", "from", source, "to", *rest]:
            return flows(_flow(source, rest), trace, spec, task, ending(compose))
        case [subtask, ".", *rest] if (operator := comparison_in(rest)) is not None:
            at = rest.index(operator)
            return has_other_value(subtask, rest[:at], operator, rest[at + 1 :], trace, spec, task)
    raise ValueError(f"no rule: {' '.join(line)}")


def _named_and_event(rest: list[str]) -> tuple[list[str], str, str | None]:
    """Of `x, _) then B unless F`: the names, B and F."""
    end = rest.index("then")
    return [n for n in rest[: end - 1] if n != ","], rest[end + 1], _unless(rest)[1]


def _outcomes(listed: list[str]) -> list[CheckOutcome]:
    """Of `[not] C(x, _) or [not] D(y)`: each of the outcomes."""
    if not listed:
        return []
    negated = listed[0] == "not"
    (check, arguments), rest = _call(listed[negated:])
    return [CheckOutcome(check, not negated, arguments), *_outcomes(rest[1:])]


def _call(listed: list[str]) -> tuple[tuple[str, tuple[Subject, ...]], list[str]]:
    """Of `C(x, x.f, g(y)) …`: the name and what the arguments are, and what follows."""
    name, _, *rest = listed
    arguments: list[Subject] = []
    while rest[0] != ")":
        if rest[0] == ",":
            rest = rest[1:]
        elif rest[1] == "(":
            read, rest = _call(rest)
            arguments.append(read)
        else:
            end = next(i for i, word in enumerate(rest) if word in (",", ")"))
            arguments.append(".".join(rest[:end:2]))
            rest = rest[end:]
    return (name, tuple(arguments)), rest[1:]


def _unless(rest: list[str]) -> tuple[list[str], str | None]:
    """What stands before `unless`, and what is named behind it."""
    return (rest[:-2], rest[-1]) if rest[-2:-1] == ["unless"] else (rest, None)


def _sources(listed: list[str], task: Task) -> frozenset[str]:
    sources = frozenset(listed) - {","}
    return sources | {p.name for p in task.parameters} if "inputs" in sources else sources


def _flow(source: str, rest: list[str]) -> FlowRule:
    match rest:
        case [sink, *via] if via[:1] != ["."]:
            parameter = None
        case [sink, ".", parameter, *via]:
            pass
    return FlowRule(source, sink, parameter, via[2] if via else None)


def ill_typed(trace: Trace, spec: Spec, task: Task) -> str | None:
    """The first argument or result that does not have its declared type."""
    for event in trace.events:
        match event:
            case CallStarted(name, arguments):
                for parameter, argument in zip(spec.subtasks[name].parameters, arguments, strict=True):
                    if argument is not None and not belongs(argument.value, parameter.type, spec):
                        return f"{name}.{parameter.name} = {argument.value!r}"
            case Returned(instance):
                if (instance is None) != (task.result is None):
                    return "return"
                expected = task.result
                if instance is not None and expected and not belongs(instance.value, expected, spec):
                    return f"return {instance.value!r}"
    return None
