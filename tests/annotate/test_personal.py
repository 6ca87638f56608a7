"""What a text tells of private people is found; what news is full of is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.ingest import read_sources
from annotate.personal import find_personal_data
from schemas.annotations import AnnotatedDocument
from schemas.jsonl import write_documents
from tests.command import miyar

SEEDS = Path(__file__).parents[2] / "seeds"


def doc_of(text: str) -> AnnotatedDocument:
    return AnnotatedDocument(id="d", text=text)


def codes(text: str) -> list[str]:
    return [problem.code for problem in find_personal_data(doc_of(text))]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("للتواصل 07701234567 مع المكتب", "P101"),
        ("اتصل على ٠٧٧٠ ١٢٣ ٤٥٦٧ مساء", "P101"),
        ("هاتف: +964 770 123 4567.", "P101"),
        ("الرقم 00963944123456", "P101"),
        ("جواله 0501234567 في الرياض", "P101"),
        ("بيروت 03 123456", "P101"),
        ("رقم ۰۹۱۲۳۴۵۶۷۸۹ في طهران", "P101"),
        ("راسله على ali.hassan@example.com.", "P102"),
        ("بريده(a_b+c@mail.example.org)", "P102"),
        ("الرقم القومي 29001011234567", "P103"),
        ("يحمل ٢٩٠٠١٠١٠١٢٣٤٥٦ رقما", "P103"),
        ("هويته 1000000008 صالحة", "P103"),
        ("بطاقة 784-1980-1234567-8", "P103"),
        ("رقم الهوية: 199012345678", "P103"),
        ("جواز السفر رقم A1234567", "P103"),
    ],
)
def test_numbers_and_addresses_of_people_are_found(text, code):
    assert codes(text) == [code]


@pytest.mark.parametrize(
    "text",
    [
        "قتل 2003 في 2003-04-09 و 09/04/2003 و01-12-2020",
        "بلغت الميزانية 150000000000 دينار، أي 1,250,000,000 دولار",
        "بنسبة 0.123456789 و 99.99999999%",
        "القرار 2254 والمادة 140 لسنة 2005",
        "من الساعة 07:30 إلى 08:45 يوم 28.12.2020",
        "حساب @miyar_news على تويتر",
        "ضحايا 1234567890123 رقم لا معنى له",
        "http://example.com/2020/12/28/0770123456789012345",
        "أرقام 1 2 3 4 5 6 7 8 9 10 11 12",
    ],
)
def test_what_news_is_full_of_is_left_alone(text):
    assert codes(text) == []


def test_the_seed_articles_raise_no_alarm():
    docs = list(read_sources([SEEDS / "articles"]))
    assert len(docs) == 5
    assert [p for doc in docs for p in find_personal_data(doc)] == []


def test_a_warning_says_where_and_shows_no_number_whole():
    text = "اتصل على 07701234567 أو a.person@example.org"
    phone, mail = find_personal_data(doc_of(text))
    start = text.index("0770")
    assert f"d: [{start}, {start + 11})" in phone.where
    assert "07*******67" in phone.where
    assert "a.person" not in str(mail)


@given(st.text(alphabet="07+٠٧٩ -.()@ax\n,/", max_size=60) | st.text(max_size=60))
def test_any_text_is_searched_and_every_warning_is_a_slice_of_it(text):
    for problem in find_personal_data(doc_of(text)):
        start, end = map(int, problem.where.split("[")[1].split(")")[0].split(","))
        assert 0 <= start < end <= len(text)


@pytest.fixture
def told(tmp_path):
    path = tmp_path / "a.jsonl"
    write_documents(path, [doc_of("للتواصل 07701234567 مع المكتب")])
    return path


def test_lint_warns_and_fails_only_when_asked(told, tmp_path):
    done = miyar("lint", told, cwd=tmp_path)
    assert done.returncode == 0
    assert "P101" in done.stdout
    assert "0 problems, 1 warning" in done.stderr.replace("no problems", "0 problems")
    strict = miyar("lint", told, "--strict", "--format", "json", cwd=tmp_path)
    assert strict.returncode == 1
    assert [problem["code"] for problem in json.loads(strict.stdout)] == ["P101"]


def test_a_release_holds_it_unless_that_is_refused(told, tmp_path):
    order = ("release", told, "--name", "n", "--version", "1.0")
    refused = miyar(*order, "-o", "no", "--refuse-personal-data", cwd=tmp_path)
    assert refused.returncode == 2
    assert "P101" in refused.stderr
    assert not (tmp_path / "no").exists()
    assert miyar(*order, "-o", "yes", cwd=tmp_path).returncode == 0
