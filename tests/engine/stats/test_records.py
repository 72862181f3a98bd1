import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from hearth.engine.stats import records
from hearth.engine.stats.records import SuggestionRecord


def a_record(at: float = 1.0, language: str = "python") -> SuggestionRecord:
    return SuggestionRecord(
        at=at, language=language, model="m", latency_ms=1.5, confidence=0.5, characters=3, lines=1
    )


def test_what_is_appended_is_loaded_from_a_file_for_this_user_only() -> None:
    records.append([a_record(2.0), a_record(1.0)])
    records.append([a_record(3.0)])
    assert [record.at for record in records.load()] == [1.0, 2.0, 3.0]
    assert [record.at for record in records.load(since=2.0)] == [2.0, 3.0]
    assert records.path().stat().st_mode & 0o077 == 0


def test_no_field_can_hold_code() -> None:
    """Whatever is added to a record has to be argued for here."""
    texts = {name for name, kind in SuggestionRecord.__annotations__.items() if kind is str}
    assert texts == {"language", "model"}


def test_lines_that_cannot_be_read_are_left_out_and_half_a_line_does_not_spoil_the_next() -> None:
    records.append([a_record(1.0)])
    with records.path().open("ab") as file:
        file.write(b'\xff\xfe\n{"at": "soon"}\n{"at":2.0,"langua')
    records.append([a_record(3.0)])
    assert [record.at for record in records.load()] == [1.0, 3.0]


def test_a_file_written_before_the_fields_were_renamed_is_read_and_keeps_its_names() -> None:
    old = b'{"at":2.0,"language":"python","model":"m","latency_ms":1.5,"confidence":0.5,"characters":3,"lines":1,'
    old += b'"automatic":true,"floor":0.3,"shown":true,"fate":"accepted","saved":3,"kept":1.0}\n'
    records.append([])
    records.path().write_bytes(old)
    [record] = records.load()
    assert (record.outcome, record.min_confidence) == ("accepted", 0.3)
    records.append([record])
    assert records.path().read_bytes() == 2 * old


def test_the_file_is_bounded_and_loses_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_MAX_BYTES", 5_000)
    for number in range(200):
        records.append([a_record(float(number))])
    files = list(records.path().parent.glob("ledger*.jsonl"))
    assert len(files) == 2 and all(file.stat().st_size <= 5_000 for file in files)
    left = [record.at for record in records.load()]
    assert left == [float(number) for number in range(200 - len(left), 200)]
    assert len(left) > 30


def test_delete_removes_all_of_it_and_says_whether_there_was_something() -> None:
    assert not records.delete()
    records.append([a_record()])
    assert records.delete()
    assert records.load() == [] and not records.path().exists()


def test_a_full_disk_is_an_error_that_leaves_the_file_whole() -> None:
    records.append([a_record(1.0)])
    size = records.path().stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    script = (
        "import resource, signal, sys\n"
        "from tests.engine.stats.test_records import a_record, records\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 100}, {limits[1]}))\n"
        "try:\n    records.append([a_record(2.0)] * 50)\n"
        "except OSError:\n    sys.exit(7)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], env=os.environ, check=False).returncode == 7
    assert records.path().stat().st_size == size
    records.append([a_record(3.0)])
    assert [record.at for record in records.load()] == [1.0, 3.0]


def test_several_processes_append_at_once_and_nothing_is_lost() -> None:
    script = (
        "import sys\nfrom tests.engine.stats.test_records import a_record, records\n"
        "for number in range(50): records.append([a_record(float(number), sys.argv[1])] * 3)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, name]) for name in ("a", "b", "c")]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    found = records.load()
    assert {name: sum(record.language == name for record in found) for name in "abc"} == dict.fromkeys("abc", 150)
    assert all(Path(records.path()).read_bytes().splitlines())
