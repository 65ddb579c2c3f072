"""Scales of the ranking's signals: what the model cannot tell weighs little, in any script."""

from dataclasses import replace
from pathlib import Path

import pytest

from helpers.library import build_index
from index.embedding.embedder import Embedder
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.ranking.signal_scales import SignalScales, fit_scales

# Things said in Arabic, which the default model spells letter by letter.
PLACES = "القرية المدينة الميناء الجبل الصحراء الجزيرة الوادي النهر السوق المدرسة الغابة القلعة".split()
TOOLS = "المطرقة الشبكة الفأس الإبرة المنشار المجداف السلم القنديل الحبل المفتاح المغزل المرآة".split()


def told(place: str, tool: str) -> str:
    return (
        f"كنا نعيش قرب {place} منذ زمن طويل وكان جدي يستعمل {tool} كل صباح. "
        f"لم يكن أحد يعرف لماذا اختار {tool} ولا متى جاء إلى {place}. "
    )


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("arabic")
    files = {f"{row}.txt": told(*pair) * 12 for row, pair in enumerate(zip(PLACES, TOOLS, strict=True))}
    build_index(files, folder)
    return Library(folder)


def test_libraries_like_the_reference_have_its_scales(library: Library, embedder: Embedder) -> None:
    with library.snapshot() as snapshot:
        scales = fit_scales(snapshot, embedder)
    assert scales.is_understood
    assert all(0.5 < factor < 2 for factor in scales[:5])


def test_words_decide_where_the_model_cannot_tell(arabic: Library, embedder: Embedder) -> None:
    with arabic.snapshot() as snapshot:
        scales = fit_scales(snapshot, embedder)
    assert scales.words > 1.3 * max(scales.late, scales.dense)
    first = [answer(arabic, f"ماذا كان يفعل بـ {tool}؟", 1) for tool in TOOLS]
    assert [a.matched for a in first] == [True] * len(TOOLS)
    assert [a.passages[0].transcript for a in first] == [f"{row}.txt" for row in range(len(TOOLS))]


def test_one_short_interview_has_the_scales_of_the_reference(tmp_path: Path, embedder: Embedder) -> None:
    build_index({"a.txt": "Ada: We went home. It was late."}, tmp_path)
    with Library(tmp_path).snapshot() as snapshot:
        assert fit_scales(snapshot, embedder) == SignalScales()
        assert SignalScales.of(replace(snapshot, index_metadata={}).index_metadata) == SignalScales()
