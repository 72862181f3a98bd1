"""One example is enough where what was replaced, or what stands around it, is the same elsewhere."""

import pytest

from tests.engine.next_edit.playing import Player, chain_of, played

CHAINS = {
    "the same call": (
        "a.py",
        "size = len(_SPLIT.split(⟦content.strip()→content⟧, maxsplit=1, flags=0))\nx = 1\n\n\n"
        "size += len(_SPLIT.split(content.strip(), maxsplit=1, flags=0))\n",
        ["size += len(_SPLIT.split(content, maxsplit=1, flags=0))"],
    ),
    "a whole line becomes two, as far in as the place is": (
        "a.ts",
        "function f() {\n  ⟦const entry = make(hash, next++, seed);→const index = next++;\n"
        "  const entry = make(hash, index, seed);⟧\n}\n\nfunction g() {\n    if (a) {\n"
        "        const entry = make(hash, next++, seed);\n    }\n}\n",
        ["const index = next++;\n        const entry = make(hash, index, seed);"],
    ),
    "a new line between the same lines": (
        "a.py",
        "first = build(\n    url=settings.url,\n    timeout=settings.timeout,\n⟦→    retries=settings.retries,\n⟧"
        "    verify=settings.verify,\n    kind=settings.kind,\n"
        ")\n\n\ndef other():\n    return build(\n        url=settings.url,\n"
        "        timeout=settings.timeout,\n        verify=settings.verify,\n        kind=settings.kind,\n    )\n",
        ["retries=settings.retries,"],
    ),
    "something new between as much": (
        "a.py",
        "a = build(url=here, port=one,⟦→ retries=3,⟧ seconds=2, kind=x)\n\n\n\n\n\n"
        "a = build(url=here, port=one, seconds=2, kind=x)\n",
        ["a = build(url=here, port=one, retries=3, seconds=2, kind=x)"],
    ),
    "something goes": (
        "a.go",
        "package a\n\nfunc f() {\n\tlogger.Print(⟦ctx, →⟧request, response, 1)\n}\n\n"
        "func g() {\n\tlogger.Print(ctx, request, response, 1)\n}\n",
        ["logger.Print(request, response, 1)"],
    ),
}


@pytest.mark.parametrize("case", CHAINS)
def test_the_same_change_is_offered_where_as_much_is_the_same(case: str) -> None:
    name, marked, expected = CHAINS[case]
    assert chain_of(name, marked) == expected


SILENT = {
    "too little around it": "f(⟦one→two⟧, 1)\ng(3)\n\n\nh(one, 1)\n",
    "only one side of what is new": "a = build(url, timeout⟦→, retries⟧)\n\n\na = build(url, timeout, 3)\n",
    "it is there already, in another order": "a = build(url=here, port=one,⟦→ retries=3,⟧ seconds=2, kind=x)\n"
    "\n\n\n\n\n"
    "a = build(url=here, port=one, seconds=2, kind=x)\nb = make(retries=3)\n",
    "a comment": "# the largest number of connections ⟦that can be→to be⟧ held in a pool\nx = 1\n"
    "# the largest number of connections that can be held in a pool\n",
    "a text": 'x = f("the largest number of ⟦connections→clients⟧ in the pool")\ny = 1\n\n\n'
    'x = f("the largest number of connections in the pool")\n',
    "something else was put there elsewhere": "log.put(a, ⟦1→2⟧, kind, size)\nlog.put(a, ⟦1→3⟧, kind, size)\n"
    "log.put(a, 1, kind, size)\n",
}


@pytest.mark.parametrize("case", SILENT)
def test_nothing_is_offered_where_less_is_the_same(case: str) -> None:
    assert chain_of("a.py", SILENT[case]) == []


def test_other_open_files_follow_and_none_of_another_language() -> None:
    line = "instrumentation = instrumentation or make_instrumentation(settings, 1)\n"
    player = Player()
    player.open("b.py", f"def g():\n    {line}")
    player.open("c.ts", line)
    player.play("a.py", f"⟦{line[:-1]}→{line[:-1].replace('or', 'if instrumentation else')}⟧\n")
    assert player.chain() == [
        "instrumentation = instrumentation if instrumentation else make_instrumentation(settings, 1)"
    ]


def test_what_was_accepted_is_no_example_and_what_was_taken_back_is_not_offered_again() -> None:
    line = "total = total + price_of(item, currency, rate)\n"
    player = played("a.py", f"⟦{line}→{line.replace('total +', 'sum_of +')}⟧x = 1\n{line}y = 2\n")
    suggestion = player.ask()
    assert suggestion is not None and suggestion.left == 0
    player.accept(suggestion)
    assert player.ask() is None
    player.edit("a.py", "sum_of", "total", 1)
    assert player.ask() is None
