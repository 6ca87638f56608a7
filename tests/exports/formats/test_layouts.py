"""Gold of others comes in with the right offsets, or is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.conversion import read_layout
from schemas.annotations import AnnotatedDocument
from schemas.errors import DataError

LAYOUTS = Path(__file__).parents[2] / "golden" / "layouts"
COLUMNS = "# global.columns = FORM MISC name\n"


def read(
    layout: str, place: Path, *, lossy: bool = False
) -> tuple[AnnotatedDocument, ...]:
    return read_layout(place, layout=layout, lossy=lossy)[0]


def words(doc: AnnotatedDocument) -> list[tuple[str, str]]:
    text = doc.text or ""
    return [(m.label, text[m.start : m.end]) for m in doc.entities]


def refused(layout: str, place: Path) -> str:
    with pytest.raises(DataError) as told:
        read(layout, place)
    return str(told.value)


def test_wojood_nests_the_mentions_of_different_labels() -> None:
    first, second = read("wojood", LAYOUTS / "tagged" / "wojood.txt")
    assert first.id == "wojood-1"
    assert first.text == "رئيس بلدية مدينة البيرة ."
    assert words(first) == [
        ("OCC", "رئيس بلدية مدينة البيرة"),
        ("ORG", "بلدية مدينة البيرة"),
        ("GPE", "مدينة البيرة"),
    ]
    assert words(second) == [("ORG", "نابلس الجديدة"), ("GPE", "نابلس")]


def test_wojood_nests_mentions_of_one_label(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    rows = (
        "مجلس B-ORG\nطلبة I-ORG\nجامعة B-ORG I-ORG\nبيرزيت I-ORG I-ORG B-GPE\n"
        "وجامعة I-ORG B-ORG\nنابلس I-ORG\n. O\n"
    )
    path.write_text(rows, encoding="utf-8")
    assert words(read("wojood", path)[0]) == [
        ("ORG", "مجلس طلبة جامعة بيرزيت وجامعة نابلس"),
        ("ORG", "جامعة بيرزيت"),
        ("GPE", "بيرزيت"),
        ("ORG", "وجامعة"),
    ]


def test_anercorp_gives_a_document_for_each_sentence() -> None:
    first, second = read("anercorp", LAYOUTS / "tagged" / "anercorp.txt")
    assert first.text == "فرانكفورت ( د"
    assert first.tokens == ((0, 9), (10, 11), (12, 13))
    assert words(second) == [("ORG", "اتحاد الصناعة")]
    assert second.meta == {"source": "anercorp.txt"}


def test_conll_takes_the_last_column_and_counts_those_between() -> None:
    path = LAYOUTS / "tagged" / "conll2003.txt"
    assert "14 cells of columns between token and tag" in refused("conll", path)
    first, second = read("conll", path, lossy=True)
    assert first.text == "زار وزير العراق الكويت\nوعاد"
    assert first.sentences == ((0, 22), (23, 27))
    # Two mentions side by side stay two.
    assert words(first) == [("LOC", "العراق"), ("LOC", "الكويت")]
    assert words(second) == [("PER", "مصطفى الكاظمي")]


def test_a_tag_that_continues_nothing_is_mended_only_with_leave(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("في O\nبغداد I-LOC\n\nو O\n", encoding="utf-8")
    assert "read as beginnings (the first at" in refused("anercorp", path)
    assert f"{path}:2" in refused("anercorp", path)
    assert words(read("anercorp", path, lossy=True)[0]) == [("LOC", "بغداد")]


@pytest.mark.parametrize(
    ("layout", "content", "says"),
    [
        ("anercorp", "في O\nبغداد\n", r":2: has 1 columns"),
        ("anercorp", "في O\nبغداد LOC\n", r":2: 'LOC' is no IOB2 tag"),
        ("anercorp", "بغداد B- \n", r":1: 'B-' is no IOB2 tag"),
        ("wojood", "في O\n\nبغداد\n", r":3: 'بغداد' has no tag"),
        ("wojood", "بغداد GPE\n", r":1: 'GPE' is no IOB2 tag"),
        ("conll", "بغداد\n", r":1: has one column"),
        ("conll", f"{COLUMNS}x\t_\n", r":2: has 2 columns"),
        (
            "conll",
            f'{COLUMNS}# newdoc id = a\n# text = "ب"\nx\t_\tO\n',
            r":4: 'x' does not come next",
        ),
        ("conll", "في O\n# x\n", r":2: '# x' stands inside a sentence"),
        ("conll", "\n\n", r"holds no document"),
    ],
)
def test_a_line_that_is_wrong_is_named_with_its_file(
    layout: str, content: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(content, encoding="utf-8")
    message = refused(layout, path)
    assert message.startswith(str(path))
    assert says in message


def test_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("بغداد B-LOC".encode("cp1256"))
    assert "is not UTF-8" in refused("anercorp", path)


def test_brat_comes_in_with_events_attributes_and_links() -> None:
    empty, doc = read("brat", LAYOUTS / "brat", lossy=True)
    assert (empty.id, empty.entities) == ("empty", ())
    assert words(doc) == [
        ("ORG", "الوفد"),
        ("GPE", "بغداد"),
        ("PER", "الكاظمي"),
        # A mention over a line break is one mention.
        ("FAC", "بغداد\nوالتقى"),
    ]
    by_id = doc.entity_by_id()
    assert (by_id["T1"].level, by_id["T2"].kb, by_id["T3"].kb) == (
        "nominal",
        "Q1530",
        None,
    )
    visit, meeting = doc.events
    assert [(a.role, a.entity) for a in visit.arguments] == [
        ("ACTOR", "T1"),
        ("DESTINATION", "T2"),
    ]
    assert [(a.role, a.entity) for a in meeting.arguments] == [
        ("ACTOR", "T1"),
        ("ACTOR", "T3"),
    ]
    assert (visit.polarity, meeting.polarity) == ("positive", "negative")


def test_what_brat_has_and_the_contract_has_not_is_counted() -> None:
    message = refused("brat", LAYOUTS / "brat")
    for kind in (
        "1 relations (the first at",
        "visit.ann:17",
        "1 notes",
        "1 equivalences",
        "1 mentions in pieces",
        "1 arguments filled by no entity",
        "1 attributes of other kinds",
        "1 links to other knowledge bases",
    ):
        assert kind in message
    assert "--lossy" in message


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("T1\tGPE 3 9\tبغداد", "T1 says 'بغداد'"),
        ("T1\tGPE 3 99\tبغداد", "T1 says"),
        ("T1 GPE 3 8 بغداد", "is no line of brat's"),
        ("E1\tVISIT:T9 ACTOR:T1", "the trigger T9 is not there"),
        ("T2\tVISIT 0 2\tفي\nE1\tVISIT:T2 ACTOR:T9", "the argument T9 is not there"),
        ("T2\tGPE 3 8\tبغداد\nT2\tGPE 3 8\tبغداد", "T2 is there twice"),
        ("؟", "is no line of brat's"),
        ("T1\tGPE 3 8\tبغداد\nA1\tLevel T1 high", "level"),
    ],
)
def test_a_wrong_line_of_brat_is_named(line: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("في بغداد", encoding="utf-8")
    (tmp_path / "a.ann").write_text(line + "\n", encoding="utf-8")
    message = refused("brat", tmp_path)
    assert message.startswith(str(tmp_path / "a.ann"))
    assert says in message


def test_a_file_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"nothing")
    assert "is no Parquet file" in refused("parquet", path)


def test_a_table_in_another_schema_is_named(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"id": ["a"], "text": ["x"]}), path)
    assert "has no column coreferences" in refused("parquet", path)


def test_documents_begin_where_the_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    rows = "# newdoc id = ب\nفي O\n\nو O\n\n-DOCSTART- O\n\nثم O\n"
    path.write_text(rows, encoding="utf-8")
    assert [(d.id, d.text) for d in read("conll", path)] == [
        ("ب", "في\nو"),
        ("a-2", "ثم"),
    ]


def test_two_documents_of_one_id_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("# newdoc id = a-2\nفي O\n\n-DOCSTART- O\n\nو O\n", "utf-8")
    assert "two documents have the id 'a-2'" in refused("conll", path)
