"""Which of a task's rules a run broke, and whether its values had the types they were declared with."""

from __future__ import annotations

from p2c_dsl.runtime.trace import CallStarted, Returned, Trace
from p2c_dsl.spec import RuleText, Spec, Task
from p2c_dsl.syntax.nodes import ComposeDecl, For, If
from tests.oracle import text
from tests.oracle.consumption import consumes_twice
from tests.oracle.ending import ending
from tests.oracle.events import (
    count,
    happens_after,
    happens_unchecked,
    happens_without_earlier,
    most_for_one_key,
    total_cost,
)
from tests.oracle.flow import FlowRule, flows
from tests.oracle.provenance import from_elsewhere
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
        case ["shape", "sequence"]:
            return not text.is_sequence(compose)
        case ["shape", "tree"]:
            return consumes_twice(trace)
        case ["shape", "dag"]:
            return False
        case ["loops", "<=", n]:
            return text.depth(compose.body, For) > int(n)
        case ["branches", "<=", n]:
            return text.depth(compose.body, If) > int(n)
        case ["steps", "<=", n]:
            return text.steps(compose) > int(n)
        case ["cost", "<=", n]:
            return total_cost(trace, spec) > int(n)
        case ["at", "most", n, event]:
            return count(event, trace, spec) > int(n)
        case ["at", "most", n, event, "per", *keys]:
            return most_for_one_key(event, [k for k in keys if k != ","], trace, spec) > int(n)
        case ["at", "least", n, event]:
            return trace.completed and count(event, trace, spec) < int(n)
        case ["exactly", n, event]:
            happened = count(event, trace, spec)
            return happened > int(n) or (trace.completed and happened < int(n))
        case [first, "before", second]:
            return happens_without_earlier(first, second, trace, spec)
        case ["no", second, "after", first]:
            return happens_after(second, first, trace, spec)
        case ["not", "both", one, ",", other]:
            return count(one, trace, spec) > 0 and count(other, trace, spec) > 0
        case [event, "only", "if", check, "(", *names, ")"]:
            return happens_unchecked(event, check, [n for n in names if n != ","], trace, spec)
        case [subtask, ".", parameter, "from", *sources]:
            return from_elsewhere(subtask, parameter, _sources(sources, task), trace, spec)
        case ["no", "flow", "from", source, "to", *rest]:
            return flows(_flow(source, rest), trace, spec, task, ending(compose))
    raise ValueError(f"no rule: {' '.join(line)}")


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
