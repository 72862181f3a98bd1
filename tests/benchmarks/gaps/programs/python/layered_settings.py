"""Settings in layers: defaults, then files, then overrides, with dotted keys such as "ui.theme"."""

MISSING = object()


def deep_merge(base, extra):
    """Return a new dictionary: base updated by extra, with nested dictionaries merged too."""
    result = dict(base)
    for key, value in extra.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = deep_merge(result[key], value)
        else:
            result[key] = value
    return result


def flatten(tree, prefix=""):
    """Turn nested dictionaries into a flat one with dotted keys."""
    flat = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = value
    return flat


def parse_assignment(text):
    """Turn "a.b=value" into {"a": {"b": value}}; numbers and on/off words are converted."""
    path, equals, raw = text.partition("=")
    if not equals or not path.strip():
        raise ValueError(f"expected key=value: {text}")
    words = {"on": True, "off": False}
    value = words.get(raw.strip(), raw.strip())
    if isinstance(value, str) and value.lstrip("-").isdigit():
        value = int(value)
    for key in reversed(path.strip().split(".")):
        value = {key: value}
    return value


class Settings:
    """A stack of named layers; later layers win over earlier ones."""

    def __init__(self, defaults):
        """Start with a single layer named "defaults"."""
        self._layers = [("defaults", defaults)]

    def push(self, name, layer):
        """Add a layer on top of the others."""
        self._layers.append((name, layer))

    def override(self, *assignments):
        """Add a layer named "override" made of "key=value" texts."""
        layer = {}
        for text in assignments:
            layer = deep_merge(layer, parse_assignment(text))
        self.push("override", layer)

    def merged(self):
        """Return all layers merged into one nested dictionary."""
        result = {}
        for _, layer in self._layers:
            result = deep_merge(result, layer)
        return result

    def get(self, path, default=MISSING):
        """Return the value at a dotted path; without a default a missing one is a KeyError."""
        node = self.merged()
        for key in path.split("."):
            if not isinstance(node, dict) or key not in node:
                if default is MISSING:
                    raise KeyError(path)
                return default
            node = node[key]
        return node

    def origin(self, path):
        """Return the name of the topmost layer that sets a dotted key, or None."""
        for name, layer in reversed(self._layers):
            if path in flatten(layer):
                return name
        return None


# --- tests ---
base = {"a": 1, "n": {"x": 1, "y": {"z": 2}}}
merged = deep_merge(base, {"a": 5, "b": 6, "n": {"y": {"w": 3}, "x": 9}})
assert merged == {"a": 5, "b": 6, "n": {"x": 9, "y": {"z": 2, "w": 3}}}
assert base == {"a": 1, "n": {"x": 1, "y": {"z": 2}}}
assert deep_merge({"a": {"b": 1}}, {"a": 2}) == {"a": 2}
assert deep_merge({"a": 2}, {"a": {"b": 1}}) == {"a": {"b": 1}}
assert flatten(base) == {"a": 1, "n.x": 1, "n.y.z": 2}
assert flatten({}) == {}
assert parse_assignment("ui.theme = dark") == {"ui": {"theme": "dark"}}
assert parse_assignment("size=-12") == {"size": -12}
assert parse_assignment("a.b.c=on") == {"a": {"b": {"c": True}}}
assert parse_assignment("a=off") == {"a": False}
assert parse_assignment("q=a=b") == {"q": "a=b"}
assert parse_assignment(" k =") == {"k": ""}
for wrong in ("novalue", "=5", "  =x"):
    try:
        parse_assignment(wrong)
    except ValueError:
        pass
    else:
        raise AssertionError(wrong)
settings = Settings({"ui": {"theme": "light", "font": {"size": 10}}, "debug": False})
assert settings.get("ui.theme") == "light"
settings.push("user file", {"ui": {"theme": "blue"}, "name": "x"})
assert settings.get("ui.theme") == "blue"
assert settings.get("ui") == {"theme": "blue", "font": {"size": 10}}
settings.override("ui.font.size=14", "debug=on", "ui.font.bold=off")
assert settings.merged() == {
    "ui": {"theme": "blue", "font": {"size": 14, "bold": False}},
    "debug": True,
    "name": "x",
}
assert settings.get("ui.font.size") == 14
assert settings.get("ui.none", 7) == 7
assert settings.get("debug.deep", None) is None
for path in ("ui.none", "name.first", "zzz"):
    try:
        settings.get(path)
    except KeyError:
        pass
    else:
        raise AssertionError(path)
assert settings.origin("ui.theme") == "user file"
assert settings.origin("ui.font.size") == "override"
assert settings.origin("debug") == "override"
assert settings.origin("name") == "user file"
assert settings.origin("ui.font.family") is None
assert Settings({"a": {"b": 1}}).origin("a.b") == "defaults"
