"""UIMA CAS as XMI and JSON by dkpro-cassis, with layers that INCEpTION reads.

Entities are DKPro's `NamedEntity` (value, identifier) with further features; events are
a span layer with link features, as INCEpTION writes its own. Offsets in the files count
UTF-16 units; cassis converts. Nothing is lost.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat

from exports.file_names import file_name
from exports.losses import Dropped
from exports.refusals import refusing
from schemas.annotations import AnnotatedDocument, EntityMention, EventMention
from schemas.errors import DataError
from schemas.extras import load_extra
from schemas.labels import Schema
from schemas.text_files import unreadable

__all__ = ["read_cas_json", "read_xmi", "write_cas_json", "write_xmi"]

EXTRA = "cas"
TYPES_FILE = "TypeSystem.xml"

_DKPRO = "de.tudarmstadt.ukp.dkpro.core.api"
TOKEN = f"{_DKPRO}.segmentation.type.Token"
SENTENCE = f"{_DKPRO}.segmentation.type.Sentence"
ENTITY = f"{_DKPRO}.ner.type.NamedEntity"
EVENT = "webanno.custom.Event"
LINK = "webanno.custom.EventArgumentsLink"
FILLER = "webanno.custom.Filler"
META = "webanno.custom.DocumentMeta"
_STRING, _DOUBLE = "uima.cas.String", "uima.cas.Double"

_SHARED = {
    "mention": _STRING,
    "score": _DOUBLE,
    "rule": _STRING,
    "annotator": _STRING,
    "meta": _STRING,
}
_ENTITY = {"level": _STRING, "subtype": _STRING, **_SHARED}
_EVENT = {
    "value": _STRING,
    "polarity": _STRING,
    "realis": _STRING,
    "mode": _STRING,
    **_SHARED,
}
_LINK = {"role": _STRING, "score": _DOUBLE, "rule": _STRING}
_FEATURES: dict[str, dict[str, str]] = {
    TOKEN: {},
    SENTENCE: {},
    ENTITY: {"value": _STRING, "identifier": _STRING, **_ENTITY},
    EVENT: _EVENT,
    FILLER: {},
    LINK: _LINK,
    META: {"key": _STRING, "value": _STRING},
}
_SPANS = {TOKEN, SENTENCE, ENTITY, EVENT, FILLER}
# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_xmi(docs: Sequence[AnnotatedDocument], folder: Path, schema: Schema) -> None:
    """Write an .xmi file a document, and the type system that all of them use.

    Raises DataError for a text with characters that no XML file can hold.
    """
    types = _type_system()
    for doc in docs:
        _refuse(_NOT_XML, doc, "no XML file can hold")
        _cas(doc, types, schema.language).to_xmi(folder / f"{file_name(doc.id)}.xmi")
    types.to_xml(folder / TYPES_FILE)


def write_cas_json(
    docs: Sequence[AnnotatedDocument], folder: Path, schema: Schema
) -> None:
    """Write a .json file a document; each holds the type system."""
    types = _type_system()
    for doc in docs:
        _refuse(re.compile("[\ud800-\udfff]"), doc, "no UTF-8 file can hold")
        cas = _cas(doc, types, schema.language)
        cas.to_json(folder / f"{file_name(doc.id)}.json", pretty_print=True)


def _refuse(pattern: re.Pattern[str], doc: AnnotatedDocument, why: str) -> None:
    match = pattern.search(doc.text or "")
    if match:
        raise DataError(
            f"{doc.id}: character {match.start()} of the text (U+{ord(match[0]):04X}) "
            f"is one that {why}. Take it out of the article, or choose jsonl."
        )


def _type_system() -> Any:
    """Build the types that are used: DKPro's names for what DKPro has, else layers."""
    types = load_extra("cassis", extra=EXTRA).TypeSystem()
    for name, features in _FEATURES.items():
        kind = "uima.tcas.Annotation" if name in _SPANS else "uima.cas.TOP"
        made = types.create_type(name, supertypeName=kind)
        for feature, value in features.items():
            types.create_feature(made, feature, value)
    link, event = types.get_type(LINK), types.get_type(EVENT)
    types.create_feature(link, "target", "uima.tcas.Annotation")
    types.create_feature(event, "arguments", "uima.cas.FSArray", elementType=LINK)
    return types


def _cas(doc: AnnotatedDocument, types: Any, language: str) -> Any:
    cassis = load_extra("cassis", extra=EXTRA)
    cas = cassis.Cas(
        types,
        sofa_string=doc.text or "",
        sofa_mime="text/plain",
        document_language=language,
    )
    make = {name: types.get_type(name) for name in (TOKEN, SENTENCE, META, ENTITY)}
    cas.add(make[META](key="id", value=_json(doc.id)))
    for key, value in doc.meta.items():
        cas.add(make[META](key=f"meta.{key}", value=_json(value)))
    for kind, pairs in ((TOKEN, doc.tokens), (SENTENCE, doc.sentences)):
        for start, end in pairs or ():
            cas.add(make[kind](begin=start, end=end))
    entities = {}
    for mention in doc.entities:
        values = _features(mention, _ENTITY)
        entity = make[ENTITY](value=mention.label, identifier=mention.kb, **values)
        entities[mention.id] = entity
        cas.add(entity)
    for event in doc.events:
        cas.add(_event(event, entities, cas, types))
    return cas


def _event(event: EventMention, entities: dict[Any, Any], cas: Any, types: Any) -> Any:
    link, filler = types.get_type(LINK), types.get_type(FILLER)
    links = []
    for argument in event.arguments:
        target = entities.get(argument.entity)
        if target is None:
            target = filler(begin=argument.start, end=argument.end)
            cas.add(target)
        links.append(
            link(
                role=argument.role,
                target=target,
                score=argument.score,
                rule=argument.rule,
            )
        )
    made = types.get_type(EVENT)(**_features(event, _EVENT) | {"value": event.label})
    if links:
        made.arguments = types.get_type("uima.cas.FSArray")(elements=links)
    return made


def _features(mention: EntityMention | EventMention, names: Any) -> dict[str, Any]:
    values = {name: getattr(mention, name, None) for name in names}
    return values | {
        "begin": mention.start,
        "end": mention.end,
        "mention": mention.id,
        "meta": None if mention.meta is None else _json(mention.meta),
    }


def _json(value: Any) -> str:
    # Escaped, so that no character of a meta is one that XML cannot hold.
    return json.dumps(value, ensure_ascii=True)


def read_xmi(place: Path, _dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a folder of .xmi files with their TypeSystem.xml."""
    cassis = load_extra("cassis", extra=EXTRA)
    path = place / TYPES_FILE
    content = _plain(path)
    with refusing(str(path), "type system of UIMA", (Exception,)):
        types = cassis.load_typesystem(io.BytesIO(content))
    for path in sorted(place.glob("*.xmi")):
        content = _plain(path)
        with refusing(str(path), "CAS with our layers", (Exception,)):
            cas = cassis.load_cas_from_xmi(io.BytesIO(content), typesystem=types)
            doc = _document(cas)
        yield doc


def _plain(path: Path) -> bytes:
    """Return the bytes of an XML file that is whole and declares nothing.

    A type declaration may name entities that grow without end, or other files.
    """

    def refuse(*_: object) -> None:
        raise DataError(
            f"{path}: has a document type declaration, which UIMA never writes, and "
            "which may read other files. Take it out."
        )

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        content = path.read_bytes()
        parser.Parse(content, True)
    except OSError as error:
        raise DataError(unreadable(path, error)) from None
    except (expat.ExpatError, LookupError, ValueError) as error:
        # The latter two: an encoding that is unknown, or has several bytes.
        raise DataError(f"{path}: is no XML ({error}).") from None
    return content


def read_cas_json(place: Path, _dropped: Dropped) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a folder of CAS JSON files."""
    cassis = load_extra("cassis", extra=EXTRA)
    for path in sorted(place.glob("*.json")):
        with refusing(str(path), "CAS with our layers", (Exception,)):
            doc = _document(cassis.load_cas_from_json(io.BytesIO(path.read_bytes())))
        yield doc


def _document(cas: Any) -> AnnotatedDocument:
    if cas.sofa_string is None:
        raise ValueError("it holds no text")
    kept = {entry.key: json.loads(entry.value) for entry in cas.select(META)}
    pairs = {
        name: [(a.begin, a.end) for a in cas.select(kind)] or None
        for name, kind in (("tokens", TOKEN), ("sentences", SENTENCE))
    }
    return AnnotatedDocument.model_validate(
        {
            "id": kept["id"],
            "text": cas.sofa_string,
            "meta": {
                key.removeprefix("meta."): value
                for key, value in kept.items()
                if key != "id"
            },
            "entities": [
                {
                    "label": found.value,
                    "kb": found.identifier,
                    **_values(found, _ENTITY),
                }
                for found in cas.select(ENTITY)
            ],
            "events": [
                {
                    "label": found.value,
                    "arguments": [_argument(link) for link in _links(found)],
                    **_values(found, {n: k for n, k in _EVENT.items() if n != "value"}),
                }
                for found in cas.select(EVENT)
            ],
            **pairs,
        }
    )


def _values(found: Any, names: Any) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in names}
    values["id"] = values.pop("mention")
    values["meta"] = None if values["meta"] is None else json.loads(values["meta"])
    return values | {"start": found.begin, "end": found.end}


def _links(event: Any) -> Sequence[Any]:
    return event.arguments.elements if event.arguments else ()


def _argument(link: Any) -> dict[str, Any]:
    values = {"role": link.role, "score": link.score, "rule": link.rule}
    if link.target.type.name == ENTITY:
        return values | {"entity": link.target.mention}
    return values | {"start": link.target.begin, "end": link.target.end}
