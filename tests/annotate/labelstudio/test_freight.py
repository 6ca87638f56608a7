from __future__ import annotations

import pytest

from annotate.labelstudio.freight import Freight
from annotate.labelstudio.plan import MODEL_VERSION
from annotate.labelstudio.tasks import to_task
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from tests.annotate.labelstudio.builders import SCHEMA, TEXT, visit


def test_each_document_gives_its_task_whenever_it_is_looked_up():
    freight = Freight([visit("a"), visit("b")], SCHEMA)
    assert list(freight) == ["a", "b"]
    wanted = to_task(visit("b"), SCHEMA, model_version=MODEL_VERSION)
    assert freight["b"] == freight["b"] == wanted
    assert freight.sha256_of("b") == wanted["data"]["sha256"]
    assert freight.meta_of("b") == {"outlet": "test"}


def test_the_control_arm_and_what_has_no_mentions_go_without_suggestions():
    docs = [visit("a"), visit("b"), AnnotatedDocument(id="c", text=TEXT)]
    freight = Freight(docs, SCHEMA).in_arms({"a": "control", "b": "suggested"})
    assert "predictions" not in freight["a"]
    assert freight["a"]["meta"] == {"outlet": "test", "arm": "control"}
    assert freight["b"]["meta"] == {"outlet": "test", "arm": "suggested"}
    assert len(freight["b"]["predictions"]) == 1
    assert "predictions" not in freight["c"]
    assert [doc for doc in freight if freight.is_bare(doc)] == ["a"]


def test_what_cannot_become_a_task_is_refused_before_any_is_made():
    with pytest.raises(DataError, match="one id"):
        Freight([visit("a"), visit("a")], SCHEMA)
    wild = visit("b").model_copy(update={"text": TEXT.replace("\n", "\r\n")})
    with pytest.raises(DataError):
        Freight([visit("a"), wild], SCHEMA)
