"""Chat templates are programs of strangers: whatever they do, they end, and cost the model nothing."""

import subprocess
import threading
from pathlib import Path

import pytest

from hearth.engine.errors import BrokenModel
from hearth.engine.host.native import LoadOptions, Model
from hearth.engine.host.render import Task, rendered
from hearth.engine.host.session import Session
from hearth.engine.types import ChatMessage, ChatPrompt, ChatRequest, ModelRef
from tests.fakes.tiny_models import CHATML, write_tiny

ASKED = (("system", "\ue0000\ue001"), ("user", "\ue0001\ue001"))

# None of them may be answered with a prompt; each gets one clear sentence.
HOSTILE = {
    "endless loop": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "endless macro": "{% macro f(n) %}{{ f(n) ~ f(n) }}{% endmacro %}{{ f(1) }}",
    "macros that double": (
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}"
    ),
    "huge string": "{{ 'a' * 40000000000 }}",
    "huge string from the left": "{{ 40000000000 * 'a' }}",
    "huge list": "{{ [0] * 40000000000 }}",
    "huge power": "{{ (10 ** 10) ** 999 }}",
    "power of powers": "{{ 9 ** (9 ** 9) }}",
    "doubling": "{% set n = namespace(s='aa') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
    "replace": "{% set a = 'a' * 99999 %}{{ a.replace('a', a).replace('a', a) | length }}",
    "join": "{% set a = 'a' * 99999 %}{{ a.join(a.join(a)) | length }}",
    "center": "{{ 'a'.center(40000000000) }}",
    "center filter": "{{ 'a' | center(40000000000) }}",
    "indent": "{{ 'a\nb' | indent(40000000000) }}",
    "width of a format": "{{ '%40000000000d' % 1 }}",
    "width of the other format": "{{ '{:>40000000000}'.format(1) }}",
    "format filter": "{{ '%40000000000d' | format(1) }}",
    "lipsum": "{{ lipsum(n=100000000) }}",
    "range": "{{ range(10 ** 15) | list }}",
    "list of everything": "{{ range(99999) | map('string') | map('center', 99999) | list | length }}",
    "zero": "{{ 1 / 0 }}",
    "recursion": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "no such name": "{{ nowhere.to.be.found }}",
    "no such filter": "{{ 'a' | nothing }}",
    "no such key": "{{ messages[99].content }}",
    "wrong type": "{{ 1 + 'a' }}",
    "wrong value": "{{ 'a' | int(base=99) }}{{ 'x'.index('y') }}",
    "huge number": "{{ 10 ** 9999 }}",
    "deep nest": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "deep blocks": "{% if 1 %}" * 3000 + "{% endif %}" * 3000,
    "syntax": "{% for m in messages %}{{ m['content'] }",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'os' as os %}",
    "classes": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "globals": "{{ raise_exception.__globals__['os'].sep }}",
    "globals of a helper": "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "frames": "{{ self.__init__.__globals__ }}",
    "changes": "{% set _ = messages.append(1) %}",
    "format string": "{{ '{0.__class__.__mro__}'.format(1) }}{{ raise_exception('reached') }}",
    "raises": "{{ raise_exception('\x1b]0;x\x07' ~ 'no ' * 9999) }}",
    "raises nothing": "{{ raise_exception() }}",
    "long text": "{{ 'a' * 300000 }}",
    "too many words": "{% for i in range(99999) %}words words words {% endfor %}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_with_one_clear_sentence(name: str) -> None:
    with pytest.raises(BrokenModel, match=r"chat template cannot be used: .+") as refused:
        rendered(Task(HOSTILE[name], (ASKED,), seconds=1))
    assert len(str(refused.value)) < 300
    assert "uid=" not in str(refused.value) and "root:" not in str(refused.value)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (CHATML, "<|im_start|>system\n\ue0000\ue001<|im_end|>\n<|im_start|>user\n\ue0001\ue001<|im_end|>\n"),
        ("{% for m in messages %}{% if loop.index0 %}{% break %}{% endif %}{{ m.role }}{% endfor %}", "system"),
        ("{% for m in messages %}{% generation %}{{ m.role }},{% endgeneration %}{% endfor %}", "system,user,"),
        ("{{ bos_token }}|{{ eos_token }}|{{ enable_thinking }}", "<s>|</s>|True"),
        ("{{ messages | map(attribute='role') | join(',') }}", "system,user"),
        ("{{ '%d-%s' % (3, 'a') }}{{ 'a' * 3 }}{{ 2 ** 8 }}", "3-aaaa256"),
    ],
)
def test_what_templates_do_is_done(template: str, text: str) -> None:
    assert rendered(Task(template, (ASKED,), begin="<s>", end="</s>")).startswith(text)


def test_the_date_of_today_can_be_said() -> None:
    assert len(rendered(Task("{{ strftime_now('%Y-%m-%d') }}", (ASKED,)))) == 10


def test_the_same_roles_are_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task("{{ messages | length }} once", (ASKED,))
    assert rendered(task) == "2 once"
    monkeypatch.setattr(subprocess, "run", lambda *args, **more: pytest.fail("it ran again"))
    assert rendered(task) == "2 once"


def test_a_template_that_does_not_end_leaves_the_model_to_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its job hands the turn back while it waits, as often as anybody likes to have it."""
    path = write_tiny(tmp_path / "tiny.gguf", template=HOSTILE["endless loop"])
    session = Session(Model(str(path), LoadOptions(threads=1), lambda share: None), ModelRef("tiny", str(path)))
    ended = threading.Event()

    def rendered(task: Task) -> str:
        ended.wait(60)
        raise BrokenModel("it does not come to an end")

    monkeypatch.setattr("hearth.engine.host.layouts.rendered", rendered)
    steps = session.generate(ChatRequest("c", ChatPrompt((ChatMessage("user", "Why?"),))))
    try:
        assert [next(steps) for _ in range(50)] == [None] * 50
        ended.set()
        with pytest.raises(BrokenModel, match="does not come to an end"):
            list(steps)
    finally:
        ended.set()
        session.close()
