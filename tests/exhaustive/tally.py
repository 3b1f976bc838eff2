"""What a check of many pairs came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from p2c_dsl.syntax.nodes import ComposeDecl
from tests.exhaustive.checking import Verdict

_KEPT = 20
"""How many unsound programs of one spec are kept: the first ones are the smallest."""


@dataclass(frozen=True, slots=True)
class Found:
    """A program that an accepted rule is broken by, or (of a rejected rule) by which it is never broken."""

    subject: str
    rule: str
    compose: ComposeDecl


@dataclass
class Tally:
    """Numbers of pairs, worlds, and of each rule's verdicts."""

    pairs: int = 0
    senseless: int = 0
    in_vain: int = 0
    """Programs that are refused for a look-up that fails in every run, whatever the rules are."""
    worlds: int = 0
    most: int = 0
    cut: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    undeserved: Counter[str] = field(default_factory=Counter)
    unsound: Counter[str] = field(default_factory=Counter)
    breaches: list[Found] = field(default_factory=list)
    strict: dict[str, Found] = field(default_factory=dict)
    """The first undeserved rejection by each rule."""

    def add(self, subject: str, compose: ComposeDecl, verdict: Verdict | None) -> None:
        """One pair."""
        if verdict is None:
            self.senseless += 1
            return
        self.pairs += 1
        self.worlds += verdict.worlds
        self.most = max(self.most, verdict.worlds)
        self.cut += verdict.cut
        self.accepted.update(verdict.accepted)
        self.rejected.update(verdict.rejected)
        self.undeserved.update(verdict.undeserved)
        for rule in verdict.undeserved:
            self.strict.setdefault(rule, Found(subject, rule, compose))
        if verdict.unsound is not None:
            self.unsound[verdict.unsound.rule] += 1
            if len(self.breaches) < _KEPT:
                self.breaches.append(Found(subject, verdict.unsound.rule, compose))

    def merge(self, later: Tally) -> None:
        """Another part's numbers, put in."""
        self.pairs += later.pairs
        self.senseless += later.senseless
        self.in_vain += later.in_vain
        self.worlds += later.worlds
        self.most = max(self.most, later.most)
        self.cut += later.cut
        self.accepted += later.accepted
        self.rejected += later.rejected
        self.undeserved += later.undeserved
        self.unsound += later.unsound
        self.breaches += later.breaches
        self.strict = later.strict | self.strict

    def __str__(self) -> str:
        cut = f", {self.cut} programs have more" if self.cut else ""
        return (
            f"{self.pairs} pairs, {self.senseless} senseless, {self.in_vain} that look up in vain, "
            f"{self.worlds} worlds (at most {self.most} for one program{cut}), {sum(self.unsound.values())} unsound"
        )

    def table(self) -> str:
        """The verdicts on each rule, and how many of the rejections no world deserves; in all for each kind of rule."""
        rules = self.accepted | self.rejected
        kinds = sorted({_kind(rule) for rule in rules})
        width = max(map(len, rules), default=0) + 2
        lines = [f"{'rule':<{width}}  accepted  rejected  undeserved    share  unsound"]
        for kind in kinds:
            own = sorted(rule for rule in rules if _kind(rule) == kind)
            lines.append(self._row(kind, own, width))
            lines += [self._row(f"  {rule.removeprefix(kind + ': ')}", [rule], width) for rule in own]
        return "\n".join(lines)

    def _row(self, name: str, rules: list[str], width: int) -> str:
        accepted, rejected, undeserved, unsound = (
            sum(counter[rule] for rule in rules)
            for counter in (self.accepted, self.rejected, self.undeserved, self.unsound)
        )
        share = undeserved / rejected if rejected else 0.0
        return f"{name:<{width}}  {accepted:>8}  {rejected:>8}  {undeserved:>10}  {share:>7.2%}  {unsound:>7}"


def _kind(rule: str) -> str:
    return rule.partition(":")[0]
