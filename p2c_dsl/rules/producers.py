"""What has produced a value of a run: shared by the meanings of the rules about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from p2c_dsl.rules.definition import Broken, Datum, Definition, Producer


@dataclass(frozen=True)
class ProducedBySources(Definition[None]):
    """The values that are judged were produced by the sources."""

    sources: frozenset[str] = field(kw_only=True)

    def start(self) -> None:
        return None

    def judge(self, datum: Datum) -> None:
        """Raises `Broken` if a value comes from elsewhere."""
        for producer, name in datum.origins:
            if not self._is_source(producer, name):
                raise Broken(f"a value would come from {_named(producer, name)}")

    def _is_source(self, producer: Producer, name: str) -> bool:
        match producer:
            case Producer.SUBTASK:
                return name in self.sources
            case Producer.INPUT:
                return "inputs" in self.sources or name in self.sources
            case Producer.CONSTANT:
                return "constants" in self.sources
            case Producer.LITERAL:
                return False


def _named(producer: Producer, name: str) -> str:
    kinds = {Producer.CONSTANT: "a constant", Producer.LITERAL: "a free literal"}
    return kinds.get(producer) or (f"`{name}`" if producer is Producer.SUBTASK else f"the input `{name}`")
