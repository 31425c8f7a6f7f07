# A real S3 protocol server: moto's, on loopback.
import gzip
import time
from collections.abc import Generator
from hashlib import md5
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from graph.errors import SourceReadError
from loaders.report import LoadReport
from tests.assertions import nodes
from tests.loading import Loads

MAPPING = """\
source: {name: crm, kind: crm}
inputs:
  - files: [exports/**/contacts-*.csv.gz, exports/extra.jsonl]
    s3: {bucket: company, endpoint: "ENDPOINT", access_key: CRM_KEY, secret_key: CRM_SECRET}
    DONE
    customer: {external_id: id, fields: {given_name: first}}
"""


@pytest.fixture(scope="module")
def endpoint() -> Generator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, loads: Loads, monkeypatch: pytest.MonkeyPatch) -> Generator[Any]:
    monkeypatch.setenv("CRM_KEY", "key-id")
    monkeypatch.setenv("CRM_SECRET", "not-to-be-seen")
    loads.mapping(MAPPING.replace("ENDPOINT", endpoint).replace("DONE", "optional: false"))
    client: Any = boto3.resource(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key-id",
        aws_secret_access_key="not-to-be-seen",
        config=Config(s3={"addressing_style": "path"}),
    )
    bucket = client.create_bucket(Bucket="company")
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


def put(bucket: Any, name: str, *rows: str) -> None:
    bucket.put_object(Key=name, Body=gzip.compress("\n".join(("id,first", *rows, "")).encode()))


def loaded(report: LoadReport) -> list[str]:
    assert report.problems == []
    assert {delivery.connector for delivery in report.deliveries} <= {"s3"}
    return [delivery.delivery for delivery in report.deliveries]


def test_objects_of_a_pattern_are_loaded_once(loads: Loads, bucket: Any) -> None:
    put(bucket, "exports/2026/03/contacts-1.csv.gz", "1,Anna")
    put(bucket, "exports/contacts-2.csv.gz", "2,Bob")
    bucket.put_object(Key="exports/extra.jsonl", Body=b'{"id": 3, "first": "Cem"}\n')
    put(bucket, "exports/2026/other-1.csv.gz", "4,Dan")
    put(bucket, "exports/contacts-x/notes.csv.gz", "5,Eve")
    assert loaded(loads.load()) == [
        "exports/2026/03/contacts-1.csv.gz",
        "exports/contacts-2.csv.gz",
        "exports/extra.jsonl",
    ]
    assert nodes(loads.graph, "Customer", "key", "given_name") == {
        ("crm:1", "Anna"),
        ("crm:2", "Bob"),
        ("crm:3", "Cem"),
    }
    assert loaded(loads.load()) == []
    put(bucket, "exports/contacts-3.csv.gz", "6,Fay")
    assert loaded(loads.load()) == ["exports/contacts-3.csv.gz"]


def test_an_object_that_is_written_again_in_the_same_second_is_loaded_once(loads: Loads, bucket: Any) -> None:
    # Storage tells seconds; of two hashes neither is the younger, so both orders are tried.
    rows = sorted(
        (gzip.compress(f"id,first\n{n},Anna\n".encode()) for n in (1, 2)), key=lambda body: md5(body).digest()
    )
    for name, bodies in (("exports/contacts-1.csv.gz", rows), ("exports/contacts-2.csv.gz", rows[::-1])):
        time.sleep(1 - time.time() % 1)
        for body in bodies:
            bucket.put_object(Key=name, Body=body)
            assert loaded(loads.load()) == [name]
    assert loaded(loads.load()) == []


def test_an_object_waits_for_its_marker(loads: Loads, bucket: Any, endpoint: str) -> None:
    loads.mapping(MAPPING.replace("ENDPOINT", endpoint).replace("DONE", 'done: "{name}.done"'))
    put(bucket, "exports/contacts-1.csv.gz", "1,Anna")
    assert loaded(loads.load()) == []
    bucket.put_object(Key="exports/contacts-1.csv.gz.done", Body=b"")
    assert loaded(loads.load()) == ["exports/contacts-1.csv.gz"]


def test_a_damaged_object_is_told_and_the_others_are_loaded(loads: Loads, bucket: Any) -> None:
    bucket.put_object(Key="exports/contacts-1.csv.gz", Body=gzip.compress(b"id,first\n" + b"1,Anna\n" * 9_999)[:60])
    put(bucket, "exports/contacts-2.csv.gz", "2,Bob")
    (problem,) = loads.load().problems
    assert isinstance(problem, SourceReadError)
    assert nodes(loads.graph, "Customer", "key") == {("crm:2",)}
    assert set(loads.cursors()) == {"exports/contacts-2.csv.gz"}


def test_a_bucket_that_is_not_there_and_a_variable_that_is_not_set_are_told(
    loads: Loads, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bucket
    (problem,) = loads.load().problems
    assert "There is no exports/**/contacts-*.csv.gz, exports/extra.jsonl on s3://company." in str(problem)
    file = loads.folder / "crm.yaml"
    file.write_text(file.read_text().replace("bucket: company", "bucket: another"))
    (problem,) = loads.load().problems
    assert "s3://another cannot be read" in str(problem)
    assert "not-to-be-seen" not in str(problem)
    monkeypatch.delenv("CRM_SECRET")
    (problem,) = loads.load().problems
    assert "The environment variable CRM_SECRET is not set." in str(problem)
