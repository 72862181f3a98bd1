"""An edit made twice with the same surroundings: the third place."""

import pytest

from tests.engine.next_edit.playing import chain_of

CHAINS = {
    "an argument that is added": (
        "a.py",
        "log.write(one⟦→, flush=True⟧)\nlog.write(one⟦→, flush=True⟧)\nx = 1\nlog.write(one)\nlog.write(two)\n",
        ["log.write(one, flush=True)"],
    ),
    "a call that is another one": (
        "a.ts",
        "const a = assert.⟦equal→strictEqual⟧(x.a, 1);\nconst b = assert.⟦equal→strictEqual⟧(x.b, 2);\n"
        "const c = assert.equal(x.c, 3);\nconst d = other.equal(x.d, 3);\n",
        ["const c = assert.strictEqual(x.c, 3);"],
    ),
    "something that is removed": (
        "a.go",
        "package a\n\n"
        "func f() {\n\tlog.Print(⟦ctx, →⟧err, 1)\n\tlog.Print(⟦ctx, →⟧err, 2)\n\tlog.Print(ctx, err, 3)\n}\n",
        ["log.Print(err, 3)"],
    ),
}


@pytest.mark.parametrize("case", CHAINS)
def test_the_same_is_offered_where_it_looks_the_same(case: str) -> None:
    name, marked, expected = CHAINS[case]
    assert chain_of(name, marked) == expected


SILENT = {
    "once is not enough": "log.write(⟦one→two⟧, 1)\nlog.write(one, 1)\n",
    "too little is the same": "f(⟦1→2⟧)\ng(⟦1→2⟧)\nh(1)\n",
    "two different changes": "log.write(a, ⟦1→2⟧, x)\nlog.write(a, ⟦1→3⟧, x)\nlog.write(a, 1, x)\n",
}


@pytest.mark.parametrize("case", SILENT)
def test_nothing_is_offered_on_the_strength_of_less(case: str) -> None:
    assert chain_of("a.py", SILENT[case]) == []
