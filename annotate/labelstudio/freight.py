"""What a push carries: documents that are checked at once and made into tasks when due.

A task in Label Studio's form takes several times the memory of its document, so none is
made before its batch is sent, and none is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotate.labelstudio.assignment import Arm
from annotate.labelstudio.plan import MODEL_VERSION
from annotate.labelstudio.tasks import build_task, check_task
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError
from schemas.jsonl import text_sha256
from schemas.labels import Schema

__all__ = ["Freight"]

Json = dict[str, Any]


class Freight(Mapping[str, Json]):
    """The tasks of documents by their ids, each made anew whenever it is looked up.

    Raises DataError when a document cannot become a task or two have one id.
    """

    def __init__(self, docs: Sequence[AnnotatedDocument], schema: Schema) -> None:
        self.docs = {doc.id: doc for doc in docs}
        if len(self.docs) < len(docs):
            raise DataError("Two documents to push have one id. Give each its own.")
        for doc in docs:
            check_task(doc, schema)
        self.schema = schema
        self.arms: Mapping[str, Arm] = {}

    def in_arms(self, arms: Mapping[str, Arm]) -> Freight:
        """Return the same documents, each with its arm; the control arm goes bare."""
        armed = object.__new__(Freight)
        armed.docs, armed.schema, armed.arms = self.docs, self.schema, arms
        return armed

    def is_bare(self, doc: str) -> bool:
        """Tell whether a document is of the control arm, which sees no suggestions."""
        return self.arms.get(doc) == "control"

    def sha256_of(self, doc: str) -> str:
        """Return the SHA-256 of a document's text."""
        return text_sha256(self.docs[doc].text or "")

    def meta_of(self, doc: str) -> Mapping[str, Any]:
        """Return a document's own meta."""
        return self.docs[doc].meta or {}

    def __getitem__(self, name: str) -> Json:
        doc, arm = self.docs[name], self.arms.get(name)
        shown = (doc.entities or doc.events) and not self.is_bare(name)
        version = MODEL_VERSION if shown else None
        task = build_task(doc, self.schema, model_version=version)
        if arm is not None:
            task["meta"] = {**task.get("meta", {}), "arm": arm}
        return task

    def __iter__(self) -> Iterator[str]:
        return iter(self.docs)

    def __len__(self) -> int:
        return len(self.docs)
