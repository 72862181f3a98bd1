"""Another model while the server runs, and the real file from the folders of Ollama and LM Studio.

The folders are built as documented; no Ollama or LM Studio wrote them.
"""

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.conftest import MODEL
from tests.e2e.editor import editor
from tests.engine.models.stores import put_into_lm_studio, put_into_ollama
from tests.hosts import hosts_of

pytestmark = pytest.mark.model

AREA = "def area(width, height):\n    return width * ‸\n\n\nprint(area(2, 3))\n"
OLLAMA = "ollama:qwen2.5-coder:0.5b"
LM_STUDIO = "lmstudio:Qwen/Coder-GGUF/coder.gguf"


async def test_the_next_completion_comes_from_the_new_model(model_home: Path, tmp_path: Path) -> None:
    [real] = (model_home / "models" / MODEL).glob("*.gguf")
    blob = put_into_ollama(tmp_path, OLLAMA.partition(":")[2], real)
    file = put_into_lm_studio(tmp_path, LM_STUDIO.partition(":")[2], real)
    env = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    async with editor(completing(MODEL), model_home, env=env) as ed:
        ed.open(AREA)
        assert (await ed.ghost()).startswith("height")
        for name, path in ((OLLAMA, blob), (LM_STUDIO, file)):
            ed.statuses.clear()
            ed.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(completing(name)))
            ed.open(AREA, f"{path.stem}.py")
            assert (await ed.ghost()).startswith("height")
            assert (ed.statuses[-1].kind, ed.statuses[-1].message) == ("ready", name)
            assert maps(model_home, real) == 1, "one host, and no copy of the file"
        assert ed.messages == []


def completing(model: str) -> dict[str, dict[str, object]]:
    return {"completion": {"model": model, "deadline_ms": 60_000}}


def maps(home: Path, real: Path) -> int:
    """How many hosts have the real file itself in their memory."""
    held = [{mapping.path for mapping in process.memory_maps()} for process in hosts_of(home)]
    return sum(str(real.resolve()) in paths for paths in held)
