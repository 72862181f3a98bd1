"""Asked by hand, the real model writes a whole body under a signature and what it is said to do."""

from pathlib import Path

import pytest

from engine.context import code as codes
from engine.context.syntax import errors
from engine.languages import language_of
from engine.models import store
from tests.conftest import MODEL
from tests.e2e.editor import editor

pytestmark = pytest.mark.model

LARGER = "qwen2.5-coder-1.5b-instruct"
BODIES = {
    "python": (
        "words.py",
        'def count_words(lines):\n    """How often each word comes in the lines, as a dictionary."""\n    ‸\n\n\n'
        'def longest(words):\n    """The longest of the words."""\n    return max(words, key=len)\n',
        ("for ", "return"),
    ),
    "typescript": (
        "words.ts",
        "/** How often each word comes in the lines. */\n"
        "export function countWords(lines: string[]): Map<string, number> {\n  ‸\n}\n\n"
        "/** The longest of the words. */\nexport function longest(words: string[]): string {\n"
        "  return words.reduce((one, other) => (one.length >= other.length ? one : other));\n}\n",
        ("for ", "return"),
    ),
    "go": (
        "words.go",
        'package words\n\nimport "strings"\n\n// CountWords tells how often each word comes in the lines.\n'
        "func CountWords(lines []string) map[string]int {\n\t‸\n}\n\n"
        "// Join puts the words into one line.\nfunc Join(words []string) string {\n"
        '\treturn strings.Join(words, " ")\n}\n',
        ("for ", "return"),
    ),
}


@pytest.mark.parametrize("model", [MODEL, LARGER])
@pytest.mark.parametrize("language", BODIES)
async def test_a_whole_body_is_written(
    model: str, language: str, model_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTH_HOME", str(model_home))
    if store.find(model) is None:
        pytest.skip(f"{model} (1.1 GB) is not on this disk: `hearth models pull {model}`")
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
    assert errors(codes.parse(ed.text, language_of(language))) == 0, ed.text
    assert body.count("\n") >= 2 and all(each in body for each in said), ed.text
    if language == "python":
        names: dict[str, object] = {}
        exec(ed.text, names)
        count = names["count_words"]
        assert callable(count) and count(["a b", "a"]) == {"a": 2, "b": 1}
