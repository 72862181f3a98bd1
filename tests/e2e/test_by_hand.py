"""Asked by hand, the real model writes a whole body under a signature and what it is said to do."""

from pathlib import Path

import pytest

from hearth.engine.context import parsed
from hearth.engine.context.syntax import errors
from hearth.engine.languages import language_of
from hearth.engine.models import store
from tests.conftest import MODEL
from tests.e2e.editor import editor

pytestmark = pytest.mark.model

LARGER = "qwen2.5-coder-1.5b-instruct"
BODIES = {
    "python": (
        "search.py",
        "def binary_search(items, wanted):\n"
        '    """The index of wanted in the sorted items, or -1 if it is not there."""\n'
        "    ‸\n\n\nprint(binary_search([1, 3, 5], 3))\n",
        ("while", "return -1"),
    ),
    "typescript": (
        "search.ts",
        "/** The index of wanted in the sorted items, or -1 if it is not there. */\n"
        "export function binarySearch(items: number[], wanted: number): number {\n  ‸\n}\n\n"
        "/** The longest of the words. */\nexport function longest(words: string[]): string {\n"
        "  return words.reduce((one, other) => (one.length >= other.length ? one : other));\n}\n",
        ("while", "return -1"),
    ),
    "go": (
        "search.go",
        'package search\n\nimport "strings"\n\n'
        "// BinarySearch tells the index of wanted in the sorted items, or -1 if it is not there.\n"
        "func BinarySearch(items []int, wanted int) int {\n\t‸\n}\n\n"
        "// Join puts the words into one line.\nfunc Join(words []string) string {\n"
        '\treturn strings.Join(words, " ")\n}\n',
        ("for ", "return -1"),
    ),
}


def skip_without(model: str) -> None:
    """The larger model is fetched by nobody but the user; HEARTH_HOME says where it would be."""
    if store.find(model) is None:
        pytest.skip(f"{model} (1.1 GB) is not on this disk: `hearth models pull {model}`")


@pytest.mark.parametrize("model", [MODEL, LARGER])
@pytest.mark.parametrize("language", BODIES)
async def test_a_whole_body_is_written(
    model: str, language: str, model_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTH_HOME", str(model_home))
    skip_without(model)
    name, marked, said = BODIES[language]
    above, below = marked.split("‸")
    async with editor({"completion": {"model": model}}, model_home) as ed:
        ed.open("‸\n", "load_the_model.py")
        await ed.until("ready", 300)
        ed.open(marked, name, language)
        item = await ed.ask(automatic=False)
        assert item is not None
        ed.accept(item)
    body = ed.text.removeprefix(above).removesuffix(below)
    assert errors(parsed.parse(ed.text, language_of(language))) == 0, ed.text
    assert body.count("\n") >= 2 and all(each in body for each in said), ed.text
    if language == "python":
        names: dict[str, object] = {}
        exec(ed.text, names)
        search = names["binary_search"]
        assert callable(search) and [search([1, 3, 5], number) for number in (1, 5, 4)] == [0, 2, -1]
