"""A few of the faults of `chaos.py`, with a tiny model: nothing is lost, and the model comes back."""

import importlib
import importlib.util
import signal
import sys

import pytest

from tests.hosts import stop_host
from tests.tiny_model import write_tiny_gguf


def _missing() -> str:
    """What this system lacks of what the faults are made with, and which of them; "" for nothing."""
    limits = importlib.util.find_spec("resource") and importlib.import_module("resource")
    lacking = {
        "resource.prlimit (the full disk: takes it away from a process that runs)": hasattr(limits, "prlimit"),
        "signal.SIGSTOP (the freeze)": hasattr(signal, "SIGSTOP"),
    }
    return " and ".join(what for what, there in lacking.items() if not there)


@pytest.mark.skipif(bool(_missing()), reason=f"{sys.platform} has no {_missing()}")
async def test_whatever_happens_to_the_host_every_request_is_answered_once_and_the_text_is_right(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    from tests.reliability import chaos  # it cannot even be imported where `resource` is missing

    home = tmp_path_factory.mktemp("chaos")
    try:
        after = await chaos.run(len(chaos.FAULTS), home, write_tiny_gguf(home / "tiny.gguf"), seed=3)
    finally:
        stop_host(home)
    assert set(after.seconds) == {fault.__name__ for fault in chaos.FAULTS}
    assert after.asked > 20
