import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from hearth.engine import paths
from hearth.engine.models import store
from hearth.lsp_server import watchdog
from tests import held_up
from tests.fakes import amx
from tests.hosts import stop_host

# A busy machine is slow, and no test may fail because of it.
hypothesis.settings.register_profile(
    "hearth", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("hearth")

# HEARTH_TEST_AMX=crash: the whole suite on a processor on which the fast kernels crash.
if how := os.environ.get(amx.VARIABLE):
    os.environ.update(amx.played(how))

# Every server that a test starts leaves there what held up its event loop.
_STEPS = Path(tempfile.mkdtemp(prefix="hearth-steps-"))
os.environ[watchdog.FOLDER] = str(_STEPS)
_steps_told: dict[tuple[str, str], int] = {}

MODEL = "qwen2.5-coder-0.5b-instruct"
_REAL_HOME = os.environ.get("HEARTH_HOME")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own settings, state or logs."""
    monkeypatch.setenv("HEARTH_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(autouse=True)
def _no_loop_is_held_up() -> Iterator[None]:
    """No step of a server's event loop takes more than 0.1 s of its processor time."""
    yield
    if new := held_up.found(_STEPS, _steps_told):
        pytest.fail(f"a server held up its event loop: {new}")


def pytest_unconfigure() -> None:
    shutil.rmtree(_STEPS, ignore_errors=True)


@pytest.fixture(scope="session")
def model_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fresh HEARTH_HOME in which the real model lies; its host is stopped at the end of the session."""
    home = tmp_path_factory.mktemp("model_home")
    real_models = _models_dir_outside_of_tests()
    (home / "models").symlink_to(real_models, target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEARTH_HOME", str(home))
        if store.find(MODEL) is None:
            pytest.fail(f"the model {MODEL} is not in {real_models}: run `make model` (`make test` does)")
    yield home
    stop_host(home)


def _models_dir_outside_of_tests() -> Path:
    with pytest.MonkeyPatch.context() as patch:
        if _REAL_HOME is None:
            patch.delenv("HEARTH_HOME", raising=False)
        else:
            patch.setenv("HEARTH_HOME", _REAL_HOME)
        folder = paths.models_dir()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
