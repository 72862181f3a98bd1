"""A few of the faults of `chaos.py`, with a tiny model: nothing is lost, and the model comes back."""

import sys

import pytest

from tests.hosts import stop_host
from tests.reliability import chaos
from tests.tiny_model import write_tiny_gguf


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit and SIGSTOP as they are on Linux")
async def test_whatever_happens_to_the_host_every_request_is_answered_once_and_the_text_is_right(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = tmp_path_factory.mktemp("chaos")
    try:
        after = await chaos.run(len(chaos.FAULTS), home, write_tiny_gguf(home / "tiny.gguf"), seed=3)
    finally:
        stop_host(home)
    assert set(after.seconds) == {fault.__name__ for fault in chaos.FAULTS}
    assert after.asked > 20
