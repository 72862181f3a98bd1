"""The key of a dictionary was changed where it is written: it is read by the new one elsewhere."""

import pytest

from tests.engine.next_edit.playing import Player, chain_of

CHAINS = {
    "Python": (
        "a.py",
        'def make():\n    return {"⟦count→total⟧": 1, "name": "x"}\n\n\ndef show(item):\n'
        '    print(item[\'count\'], item.get("count", 0), "count")\n    return item["name"]\n',
        ['print(item[\'total\'], item.get("total", 0), "count")'],
    ),
    "several records (Python)": (
        "a.py",
        'rows = [\n    {"⟦count→total⟧": 1, "name": "x"},\n    {"count": 2, "name": "y"},\n]\n'
        'print(rows[0]["count"])\n',
        ['{"total": 2, "name": "y"},', 'print(rows[0]["total"])'],
    ),
    "quoted keys (TypeScript)": (
        "a.ts",
        'const item = { "⟦item-count→item-total⟧": 1 };\nconsole.log(item["item-count"]);\n',
        ['console.log(item["item-total"]);'],
    ),
    "names as keys (TypeScript)": (
        "a.ts",
        "const item = { ⟦count→total⟧: 1, name: 'x' };\nconsole.log(item.count, count);\n",
        ["console.log(item.total, count);"],
    ),
    "Go": (
        "a.go",
        'package a\n\nvar m = map[string]int{"⟦count→total⟧": 1}\n\nfunc f() int {\n\treturn m["count"]\n}\n',
        ['return m["total"]'],
    ),
    "Rust": (
        "a.rs",
        'fn f() {\n    let m = HashMap::from([("⟦count→total⟧", 1)]);\n    let n = m["count"];\n'
        '    m.get("count");\n}\n',
        ['let n = m["total"];', 'm.get("total");'],
    ),
    "Java": (
        "A.java",
        'class A {\n    void f() {\n        m.put("⟦count→total⟧", 1);\n        m.get("count");\n    }\n}\n',
        ['m.get("total");'],
    ),
    "C#": (
        "A.cs",
        'class A {\n    void F() {\n        m["⟦count→total⟧"] = 1;\n        Show(m["count"]);\n    }\n}\n',
        ['Show(m["total"]);'],
    ),
    "C++": (
        "a.cpp",
        'void f() {\n  m["⟦count→total⟧"] = 1;\n  show(m["count"]);\n  show(m.at("count"));\n}\n',
        ['show(m["total"]);', 'show(m.at("total"));'],
    ),
}


@pytest.mark.parametrize("case", CHAINS)
def test_what_reads_the_key_follows(case: str) -> None:
    name, marked, expected = CHAINS[case]
    assert chain_of(name, marked) == expected


SILENT = {
    "a use was changed": 'a = {"count": 1}\nprint(a["⟦count→total⟧"])\nprint(a["count"])\n',
    "another dictionary has the key too": 'a = {"⟦count→total⟧": 1, "x": 2}\nb = {"count": 3}\nb["count"]\n',
    "it is no key": 'a = ["⟦count→total⟧"]\nprint(b["count"])\n',
    "a value": 'a = {"x": "⟦count→total⟧"}\nprint(b["count"])\n',
    "the message of a call": 'print("⟦count→total⟧")\nlog("count")\n',
}


@pytest.mark.parametrize("case", SILENT)
def test_nothing_follows_where_it_may_be_another_key(case: str) -> None:
    assert chain_of("a.py", SILENT[case]) == []


def test_another_file_that_knows_the_dictionary_follows() -> None:
    player = Player()
    player.open("use.py", 'def f(item):\n    return item["count"], item["name"]\n')
    player.open("other.py", 'def f(item):\n    return item["count"]\n')
    player.play("make.py", 'def make():\n    return {"⟦count→total⟧": 1, "name": "x"}\n')
    assert player.chain() == ['return item["total"], item["name"]']
