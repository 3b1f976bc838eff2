"""A composition that gives a list away before it goes through it, and its tools."""

from __future__ import annotations

from tests.runtime.texts import program

LISTS = program("""
effect send(Text) irreversible
subtask items() -> List[Text] <= 2
subtask note(xs: List[Text])
subtask mail(x: Text):
    does send(x)
task t():
    at most 2 send
    mail.x from items
compose t():
    xs = items()
    note(xs)
    for x in xs:
        mail(x)
""")


class Desk:
    """Keeps the list that it gave, and what was mailed."""

    def __init__(self) -> None:
        self.kept, self.sent = ["a", "b"], list[str]()

    def items(self) -> list[str]:
        return self.kept

    def note(self, xs: list[str]) -> None: ...

    def mail(self, x: str) -> None:
        self.sent.append(x)
