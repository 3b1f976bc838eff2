"""A domain so small that the whole loop runs on it in a test: people are greeted by post."""

from __future__ import annotations

from pathlib import Path

SPEC = """
type Person
type Note
effect send(Person)
subtask draft(person: Person) -> Note:
    "Write a line."
subtask kind_draft(person: Person) -> Note:
    "Write a kind line."
subtask post(person: Person, note: Note):
    "Bring a note to somebody."
    does send(person)
task greet(person: Person):
    "Greet a person by post."
    exactly 1 send
    steps <= 4
"""

WORLD = """
from dataclasses import dataclass

@dataclass(frozen=True, order=True)
class Person:
    name: str

@dataclass(frozen=True, order=True)
class Note:
    text: str
    kind: bool

class World:
    def __init__(self, seed):
        self.person = Person(f"person {seed % 7}")
        self.sent = []

    def inputs(self):
        return {"person": self.person}

    def tools(self):
        return {"draft": self.draft, "kind_draft": self.kind_draft, "post": self.post}

    def draft(self, person):
        return Note(f"hello {person.name}", False)

    def kind_draft(self, person):
        return Note(f"dear {person.name}", True)

    def post(self, person, note):
        self.sent.append((person, note))

    def verify(self):
        return None if len(self.sent) == 1 else f"{len(self.sent)} notes were sent"
"""

EXPERT = """
class Expert:
    def __init__(self, world, seed):
        self.world = world

    def part(self, subtask, arguments):
        return []

    def whole(self):
        return [f"the note to {p.name} is cold" for p, note in self.world.sent if not note.kind]
"""


def write_domain(folder: Path) -> Path:
    """Writes the domain into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{folder.name}.p2c").write_text(SPEC)
    (folder / "world.py").write_text(WORLD)
    (folder / "expert.py").write_text(EXPERT)
    (folder / "human.json").write_text('{"values": {"kind_draft: calls": 2.0, "draft: calls": -1.0}}')
    return folder
