"""A trace as lines for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from p2c_dsl.runtime.interpreter import run
from p2c_dsl.runtime.story import StoryLine, story_lines
from tests.runtime.texts import program

PROGRAM = program("""
type User
effect contact(User)
subtask awake(user: User) -> Bool
subtask ask(user: User, times: Int = 1):
    does contact(user)
subtask count(users: List[User]) -> Int
task t(users: List[User]) -> Int:
    shape dag
compose t(users):
    for u in users:
        ok = awake(u)
        if ok:
            ask(u)
    n = count(users)
    return n
""")


def lines(**tools: Callable[..., Any]) -> list[StoryLine]:
    bound = {"awake": lambda user: user == "ada", "ask": lambda user, times: None, "count": len, **tools}
    return list(story_lines(PROGRAM, run(PROGRAM, {"users": ["ada", "ben"]}, bound).trace))


def test_calls_tests_and_loops_are_told_with_their_lines_and_depths() -> None:
    assert lines() == [
        StoryLine(None, 0, "users = ['ada', 'ben']"),
        StoryLine(11, 0, "for each of ['ada', 'ben']"),
        StoryLine(12, 1, "awake('ada') -> True"),
        StoryLine(13, 1, "True is true"),
        StoryLine(14, 2, "ask('ada', default)   [contact('ada')]"),
        StoryLine(12, 1, "awake('ben') -> False"),
        StoryLine(13, 1, "False is false"),
        StoryLine(15, 0, "count(['ada', 'ben']) -> 2"),
        StoryLine(None, 0, "result: 2"),
    ]


def test_a_failure_is_the_last_line() -> None:
    def fails(user: str, times: int) -> None:
        raise ConnectionError("the line is dead")

    assert lines(ask=fails)[-1] == StoryLine(14, 2, "ask('ada', default) failed: ConnectionError: the line is dead")
