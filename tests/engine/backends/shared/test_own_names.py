import pytest

from hearth.engine.backends.shared.own_names import for_ollama, for_server
from hearth.engine.errors import SettingsError
from hearth.engine.models import catalog

OWN = "qwen2.5-coder-0.5b-instruct"


def test_other_names_are_the_server_s_business() -> None:
    assert for_server("gpt-4", ("a", "b")) == "gpt-4" and for_server("gpt-4", ()) == "gpt-4"
    assert for_ollama("llama3.2:3b") == "llama3.2:3b"


def test_a_server_that_has_a_model_of_that_name_is_asked_by_it() -> None:
    assert for_server(OWN, ("other", OWN)) == OWN


def test_the_only_model_of_a_server_is_meant() -> None:
    assert for_server(OWN, ("what-it-has.gguf",)) == "what-it-has.gguf"
    assert for_server(OWN.upper(), ("what-it-has.gguf",)) == "what-it-has.gguf"


@pytest.mark.parametrize(("offered", "said"), [(("one", "two"), "It offers: one, two"), ((), "does not say")])
def test_where_it_is_unclear_the_user_is_asked_to_choose(offered: tuple[str, ...], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        for_server(OWN, offered)


def test_ollama_is_asked_by_its_own_name_for_the_model() -> None:
    assert for_ollama(OWN) == "qwen2.5-coder:0.5b"
    lacking = next(row.id for row in catalog.models().values() if not row.ollama)
    with pytest.raises(SettingsError, match="Ollama does not know"):
        for_ollama(lacking)
