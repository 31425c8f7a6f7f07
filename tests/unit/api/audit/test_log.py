import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.audit.log import open_audit_log
from api.audit.secret import audit_key
from api.audit.verification import verify
from graph.errors import ConfigurationError
from tests.asking import keyed_settings


def test_what_several_threads_say_is_written_whole_and_in_one_chain(tmp_path: Path) -> None:
    settings = keyed_settings(audit_dir=tmp_path, audit_file_bytes=20_000)
    with open_audit_log(settings) as log, ThreadPoolExecutor(4) as threads:
        kept = list(threads.map(log.write, [{"value": value} for value in range(1_000)]))

    lines = [json.loads(line) for file in sorted(tmp_path.glob("*.jsonl")) for line in file.read_text().splitlines()]
    assert all(kept)
    assert sorted(line["value"] for line in lines) == list(range(1_000))
    (chain,) = verify(tmp_path, audit_key(settings))
    assert (chain.lines, chain.finding) == (1_000, None)


def test_beyond_what_may_wait_records_are_dropped_and_counted(tmp_path: Path) -> None:
    with open_audit_log(keyed_settings(audit_dir=tmp_path, audit_waiting=3)) as log:
        kept = [log.write({"value": value}) for value in range(1_000)]
        assert log.dropped == kept.count(False) > 0

    lines = [json.loads(line) for file in tmp_path.glob("*.jsonl") for line in file.read_text().splitlines()]
    assert sum("value" in line for line in lines) == kept.count(True)


def test_the_key_is_made_once_for_all_processes_and_for_their_owner_only(tmp_path: Path) -> None:
    settings = keyed_settings(audit_dir=tmp_path)
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(audit_key, [settings] * 50))

    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["key"]
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_key_of_ones_own_is_taken_and_a_bad_one_refused(tmp_path: Path) -> None:
    key = b"x" * 32

    assert audit_key(keyed_settings(audit_dir=tmp_path, audit_key=b64encode(key).decode())) == key
    with pytest.raises(ConfigurationError, match="CDP_AUDIT_KEY is no key"):
        audit_key(keyed_settings(audit_dir=tmp_path, audit_key="too short"))
