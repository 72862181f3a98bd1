"""The releases whose changes are played: packages from pip and npm that are younger than the completion models.

The rules were chosen by looking at one half of the packages, and are judged by the other.
"""

from dataclasses import dataclass
from typing import Literal

from tests.benchmarks.packages import Package, from_npm, from_pip

Half = Literal["choosing", "judging"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Releases in a row of one package; `files` is a glob below the unpacked one."""

    name: str
    before: str
    after: str
    files: str
    half: Half
    registry: Literal["pip", "npm"] = "pip"

    def package(self, version: str) -> Package:
        fetch, language = (from_pip, "python") if self.registry == "pip" else (from_npm, "javascript")
        return Package(language, self.name, version, fetch, (self.files,))


def _npm(name: str, before: str, after: str, files: str, half: Half) -> Pair:
    return Pair(name, before, after, f"package/{files}", half, "npm")


PAIRS: tuple[Pair, ...] = (
    Pair("openai-agents", "0.17.8", "0.18.0", "agents/**/*.py", "choosing"),
    Pair("openai-agents", "0.19.4", "0.20.0", "agents/**/*.py", "choosing"),
    Pair("openai-agents", "0.21.1", "0.22.0", "agents/**/*.py", "choosing"),
    Pair("openai-agents", "0.23.1", "0.24.0", "agents/**/*.py", "choosing"),
    Pair("pydantic-ai-slim", "2.40.0", "2.50.0", "pydantic_ai/**/*.py", "choosing"),
    Pair("pydantic-ai-slim", "2.60.0", "2.68.0", "pydantic_ai/**/*.py", "choosing"),
    Pair("mcp", "2.1.1", "2.2.0", "mcp/**/*.py", "choosing"),
    Pair("mcp", "2.2.0", "2.3.0", "mcp/**/*.py", "choosing"),
    Pair("langchain-core", "1.7.7", "1.8.0", "langchain_core/**/*.py", "judging"),
    Pair("huggingface-hub", "1.32.0", "1.33.0", "huggingface_hub/**/*.py", "judging"),
    Pair("huggingface-hub", "2.2.0", "2.3.0", "huggingface_hub/**/*.py", "judging"),
    Pair("anyio", "4.14.2", "4.15.0", "anyio/**/*.py", "judging"),
    Pair("anyio", "4.15.1", "4.16.0", "anyio/**/*.py", "judging"),
    Pair("textual", "8.1.1", "8.2.8", "textual/**/*.py", "judging"),
    Pair("sqlalchemy", "2.1.0", "2.1.5", "sqlalchemy/**/*.py", "judging"),
    Pair("sqlalchemy", "2.1.5", "2.1.9", "sqlalchemy/**/*.py", "judging"),
    Pair("fastapi", "0.155.0", "0.160.0", "fastapi/**/*.py", "judging"),
    Pair("fastapi", "0.160.0", "0.165.0", "fastapi/**/*.py", "judging"),
    _npm("effect", "4.0.5", "4.0.6", "src/**/*.ts", "choosing"),
    _npm("webpack", "5.110.0", "5.111.0", "lib/**/*.js", "choosing"),
    _npm("undici", "8.10.0", "8.11.0", "lib/**/*.js", "choosing"),
    _npm("undici", "8.12.0", "8.13.0", "lib/**/*.js", "choosing"),
    _npm("svelte", "5.56.1", "5.57.0", "src/**/*.js", "choosing"),
    _npm("ai", "7.0.110", "7.0.130", "src/**/*.ts", "judging"),
    _npm("ai", "7.0.130", "7.0.150", "src/**/*.ts", "judging"),
    _npm("ai", "7.0.150", "7.0.173", "src/**/*.ts", "judging"),
    _npm("mongoose", "9.9.0", "9.10.0", "lib/**/*.js", "judging"),
    _npm("mongoose", "9.10.4", "9.12.0", "lib/**/*.js", "judging"),
    _npm("eslint", "10.11.0", "10.13.0", "lib/**/*.js", "judging"),
    _npm("viem", "2.55.0", "2.56.0", "*/**/*.ts", "judging"),
    _npm("@tanstack/router-core", "1.171.9", "1.171.39", "src/**/*.ts", "judging"),
)
