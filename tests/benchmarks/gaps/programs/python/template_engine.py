"""A tiny template engine: {{ name }} fields and {% if %} / {% for %} blocks.

Fields may have filters: {{ name|upper }}, {{ name|title }} and {{ list|length }}.
"""

import re

TAG = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})")
FILTERS = {"upper": str.upper, "title": str.title, "length": len}


class TemplateError(Exception):
    """Raised for an unknown name or a malformed template."""


def lookup(path, context):
    """Follow a dotted path such as "user.name" through nested dictionaries."""
    value = context
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            raise TemplateError(f"unknown name: {path}")
        value = value[part]
    return value


def evaluate(expression, context):
    """Evaluate "path|filter|filter": look the path up and apply the filters in order."""
    path, *filters = [part.strip() for part in expression.split("|")]
    value = lookup(path, context)
    for name in filters:
        if name not in FILTERS:
            raise TemplateError(f"unknown filter: {name}")
        value = FILTERS[name](value)
    return value


def parse(tokens, closing=None):
    """Consume tokens up to the closing tag and return a list of (kind, data, children) nodes."""
    nodes = []
    while tokens:
        token = tokens.pop(0)
        if token.startswith("{{"):
            nodes.append(("field", token[2:-2].strip(), []))
        elif token.startswith("{%"):
            words = token[2:-2].split()
            if words == [closing]:
                return nodes
            if words[0] not in ("if", "for"):
                raise TemplateError(f"unexpected tag: {token}")
            nodes.append((words[0], words[1:], parse(tokens, "end" + words[0])))
        else:
            nodes.append(("text", token, []))
    if closing:
        raise TemplateError(f"missing tag: {closing}")
    return nodes


def render_nodes(nodes, context):
    """Turn parsed nodes into text."""
    output = []
    for kind, data, children in nodes:
        if kind == "text":
            output.append(data)
        elif kind == "field":
            output.append(str(evaluate(data, context)))
        elif kind == "if":
            if evaluate(data[0], context):
                output.append(render_nodes(children, context))
        else:
            # A loop is written "for variable in path".
            variable, _, path = data
            for item in evaluate(path, context):
                output.append(render_nodes(children, {**context, variable: item}))
    return "".join(output)


def render(template, context):
    """Fill in a template with the values of a context dictionary."""
    return render_nodes(parse(TAG.split(template)), context)


# --- tests ---
def fails(template, context):
    try:
        render(template, context)
    except TemplateError as error:
        return str(error)
    return ""


user = {"name": "ada lovelace", "admin": True, "tags": ["math", "code"], "empty": []}
context = {"user": user, "count": 3}
assert lookup("user.admin", context) is True
assert lookup("count", context) == 3
assert evaluate(" user.tags | length ", context) == 2
assert evaluate("user.name|title", context) == "Ada Lovelace"
assert render("", {}) == ""
assert render("plain", {}) == "plain"
assert render("n={{count}}, {{ user.name|upper }}!", context) == "n=3, ADA LOVELACE!"
assert render("{{ user.name | upper | length }}", context) == "12"
assert render("a{% if user.admin %}b{{ count }}{% endif %}c", context) == "ab3c"
assert render("a{% if user.empty %}b{% endif %}c", context) == "ac"
loop = "{% for tag in user.tags %}<{{ tag }}:{{ count }}>{% endfor %}."
assert render(loop, context) == "<math:3><code:3>."
assert "tag" not in context
rows = {"rows": [{"id": 1, "cells": "ab"}, {"id": 2, "cells": ""}, {"id": 3, "cells": "c"}]}
nested = (
    "{% for r in rows %}{{ r.id }}{% if r.cells %}"
    "({% for c in r.cells %}{{ c|upper }},{% endfor %}){% endif %};{% endfor %}"
)
assert render(nested, rows) == "1(A,B,);2;3(C,);"
assert fails("{{ user.age }}", context)
assert fails("{{ count.x }}", context)
assert fails("{{ user.name|shout }}", context)
assert fails("{% if count %}open", context)
assert fails("{% for a in user.tags %}{{ a }}", context)
assert fails("x{% endif %}", context)
assert fails("{% if count %}{% endfor %}", context)
assert fails("{% while count %}{% endwhile %}", context)
assert parse(["a", "{{ b }}", "{% if c %}", "d", "{% endif %}"]) == [
    ("text", "a", []),
    ("field", "b", []),
    ("if", ["c"], [("text", "d", [])]),
]
