"""Checks all pairs of a subject, in several processes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from tests.exhaustive.checking import Checker
from tests.exhaustive.subject import Batch, Subject
from tests.exhaustive.tally import Tally

_CHUNK = 500

_subject: Subject | None = None
"""The subject that a worker works on: forked with what has been counted, which would take long to send."""


def check(subject: Subject, batch: Batch, jobs: int = 1) -> Tally:
    """All pairs of a batch, in order."""
    global _subject
    _subject = subject
    chunks = [range(at, min(at + _CHUNK, batch.taken)) for at in range(0, batch.taken, _CHUNK)]
    tally = Tally()
    part = partial(_check_chunk, batch)
    if jobs == 1:
        parts: Iterator[Tally] = map(part, chunks)
        for done in parts:
            tally.merge(done)
        return tally
    with ProcessPoolExecutor(jobs, get_context("fork")) as pool:
        for done in pool.map(part, chunks):
            tally.merge(done)
    return tally


def _check_chunk(batch: Batch, places: range) -> Tally:
    assert _subject is not None
    checker, tally = Checker(_subject.spec), Tally()
    for place in places:
        compose = _subject.program(batch, place)
        verdict = checker.verdict(compose)
        if verdict is None and checker.looks_up_in_vain(compose):
            tally.in_vain += 1
        else:
            tally.add(_subject.name, compose, verdict)
    return tally
