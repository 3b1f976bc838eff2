"""An interrupt and a request to end become exceptions, once for each request."""

import os
import signal
from contextlib import suppress

import pytest

from p2c_dsl.cli.signals import Terminated, signals_as_interrupts


@pytest.mark.parametrize(("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)])
def test_a_signal_that_comes_twice_at_once_raises_once(number: int, raised: type[BaseException]) -> None:
    with signals_as_interrupts():
        with pytest.raises(KeyboardInterrupt) as found:
            os.kill(os.getpid(), number)
        assert found.type is raised
        os.kill(os.getpid(), number)


def test_afterwards_all_is_as_before() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with signals_as_interrupts():
        assert signal.getsignal(signal.SIGTERM) is not before[1]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_somebody_else_s_handler_stays() -> None:
    own = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with signals_as_interrupts():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, own)


def test_a_request_that_a_tool_has_swallowed_is_heeded_at_the_next_event() -> None:
    with signals_as_interrupts() as interruption:
        interruption.raise_again()
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Terminated):
            interruption.raise_again()
