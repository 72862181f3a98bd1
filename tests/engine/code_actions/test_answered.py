import pytest

from hearth.engine.code_actions.answered import code_in, prose_in
from hearth.engine.errors import EditRefused
from hearth.engine.languages import language_of

PYTHON = language_of("python")
SECTION = "## Install\n\nRun this:\n\n```python\nimport x\nx.run()\n```\n\nThen restart."


@pytest.mark.parametrize(
    "answer",
    [
        "```python\nx = 1\n```",
        "Sure! Here is the code:\n\n```python\nx = 1\n```\n\nThis sets x.",
        "```\nx = 1\n```",
        "~~~py\nx = 1\n~~~",
        "  ```python\nx = 1\n  ```",
        "```bash\npip install x\n```\n```python\nx = 1\n```",
        "```text\nAn example\n```\n\n```\nx = 1\n```",
        "```python\nx = 1",  # cut off
        "x = 1",
        "Here is the code:\nx = 1",
        "Here is the code:\n\nx = 1\n\nThis sets x.",
        "```python\r\nx = 1\r\n```",
        "\n\n```python\n\nx = 1   \n\n```\n",
        "````markdown\n```python\nx = 1\n```\n````",
        "````md\nHere it is:\n\n```python\nx = 1\n```\n````",
        "````\n```python\nx = 1\n```\n````",
    ],
)
def test_code_is_found_among_fences_and_chatter(answer: str) -> None:
    assert code_in(answer, PYTHON) == "x = 1"


def test_the_block_of_the_right_language_is_taken() -> None:
    assert code_in("```js\nlet x\n```\n```python\nx = 1\n```", PYTHON) == "x = 1"


def test_a_fence_in_a_docstring_does_not_end_the_code() -> None:
    code = 'def f():\n    """Say:\n\n    ```python\n    f()\n    ```\n    """'
    assert code_in(f"```python\n{code}\n```", PYTHON) == code


@pytest.mark.parametrize("answer", ["", "   \n", "```python\n\n```", "I cannot do that.", "Sure! Done."])
def test_an_answer_without_code_is_refused(answer: str) -> None:
    with pytest.raises(EditRefused, match="contains no code"):
        code_in(answer, PYTHON)


def test_a_diff_is_not_the_code() -> None:
    with pytest.raises(EditRefused, match="a diff"):
        code_in("```diff\n-x = 1\n+x = 2\n```", PYTHON)


@pytest.mark.parametrize(
    "answer",
    [
        SECTION,
        f"```markdown\n{SECTION}\n```",
        f"````md\n{SECTION}\n````",
        f"```markdown\n{SECTION}",
        f"Here is the section:\n\n```markdown\n{SECTION}\n```",
        f"Here is the section:\n\n{SECTION}",
        f"```\n{SECTION}\n```",
    ],
)
def test_a_fence_in_prose_is_a_part_of_it(answer: str) -> None:
    assert prose_in(answer, "## Setup\n\ntext") == SECTION


@pytest.mark.parametrize(
    "text",
    ["The following is right.\n\nNote that dogs sleep.", "```sh\nmake\n```", "```sh\na\n```\nb\n```\nc\n```"],
)
def test_prose_that_looks_like_chatter_or_code_stays_whole(text: str) -> None:
    assert prose_in(text, text.replace("right", "wrong")) == text
