import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from hearth.engine import aside, files
from hearth.engine.files import UnfitFile


@pytest.fixture(params=["pipe", "link to a pipe", "/dev/zero", "link to /dev/zero", "link to a descriptor"])
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """What is no regular file, and would be waited for, or read, for ever."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    ends = os.pipe()
    leads_to = {
        "link to a pipe": pipe,
        "link to /dev/zero": Path("/dev/zero"),
        "link to a descriptor": Path(f"/dev/fd/{ends[0]}"),  # as /dev/stdin is one, of what the editor says
    }
    if request.param in leads_to:
        link.symlink_to(leads_to[request.param])
    yield {"pipe": pipe, "/dev/zero": Path("/dev/zero")}.get(request.param, link)
    for end in ends:
        os.close(end)


@pytest.mark.timeout(20)
def test_what_is_no_regular_file_is_refused_at_once(odd: Path) -> None:
    for read in (files.read_bytes, files.read_text):
        with pytest.raises(UnfitFile, match="not a regular file"):
            read(odd, 100)


def test_a_folder_and_a_name_that_cannot_be_are_errors_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        files.read_bytes(tmp_path, 100)
    with pytest.raises(FileNotFoundError):
        files.read_bytes(tmp_path / "gone", 100)
    with pytest.raises(OSError, match="no file has that name"):
        files.read_bytes(tmp_path / "a\0b", 100)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="loop"):
        files.read_bytes(tmp_path / "loop", 100)


def test_a_file_may_have_its_length_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 1024)
    assert files.read_bytes(path, 1024) == b"x" * 1024
    path.write_bytes(b"x" * 1025)
    with pytest.raises(UnfitFile, match="longer than 1 KB"):
        files.read_bytes(path, 1024)


def test_a_file_of_terabytes_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UnfitFile):
        files.read_bytes(path, files.SETTINGS)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("é".encode(), "é"),
        ("\ufeffé".encode(), "é"),
        ("é𝄞".encode("utf-16"), "é𝄞"),
        (b"\xfe\xff" + "é".encode("utf-16-be"), "é"),
        ("é".encode("latin-1"), "é"),
        (b"\xff\xfe\x00\xd8", "\ufffd"),
        (b"\xed\xa0\x80", "\u00ed\u00a0\x80"),
    ],
)
def test_no_encoding_is_an_error_and_no_lone_surrogate_comes_in(data: bytes, text: str) -> None:
    assert files.decoded(data) == text
    text.encode()


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": ' * 100_000, '{"a": 1}', "\xff"])
def test_what_is_no_such_json_is_one_kind_of_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UnfitFile, match="is not what it should be"):
        files.read_json(path, files.NOTES, msgspec.json.Decoder(dict[str, str]))


def test_work_that_hangs_is_left_and_soon_refused() -> None:
    free = threading.Event()
    try:
        for _ in range(aside.MAX_THREADS):
            with pytest.raises(TimeoutError):
                aside.wait(0.01, free.wait)
        with pytest.raises(TimeoutError, match="does not answer"):
            aside.wait(60, lambda: None)
    finally:
        free.set()
    for _ in range(1000):  # the threads end by themselves, and there is room again
        try:
            assert aside.wait(60, lambda: 1) == 1
            return
        except TimeoutError:
            threading.Event().wait(0.01)
    pytest.fail("there is no room again")


def test_what_work_raises_comes_out_on_and_off_the_loop() -> None:
    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        aside.wait(60, fail)
    with pytest.raises(KeyError):
        asyncio.run(aside.run(60, fail))
    assert asyncio.run(aside.run(60, lambda: 2)) == 2


def test_the_loop_goes_on_while_work_hangs() -> None:
    free = threading.Event()

    async def story() -> None:
        work = asyncio.create_task(aside.run(0.05, free.wait))
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            await work

    try:
        asyncio.run(story())
    finally:
        free.set()


@pytest.mark.parametrize("times", [1, 3])
def test_a_file_that_a_scanner_holds_for_a_moment_is_replaced(
    times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows; played."""
    held = iter([True] * times + [False])
    really = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if next(held):
            raise PermissionError(13, "Access is denied", str(target))
        return really(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(files, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(files, "_PATIENCE", 60.0)
    files.write_atomically(tmp_path / "notes.json", b"new")
    assert (tmp_path / "notes.json").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.json"]
