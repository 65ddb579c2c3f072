"""The chat page's script, run by Streamlit itself without a browser."""

import html
import re
import shutil
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from helpers.library import ROOT, build_index
from index.building.build import build
from index.errors import ModelError
from index.storage.database import Database
from index.storage.index_folder import FILE_NAME
from qa.answering.library import Library
from qa.ranking.no_answer import fit_thresholds


@pytest.fixture
def app(sample_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    yield from run_on(sample_folder, monkeypatch)


def run_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("INTERVIEW_QA_INDEX", str(folder))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield AppTest.from_file(ROOT / "app.py", default_timeout=120)
    for thread in threading.enumerate():
        if thread.name == "warm-up":
            thread.join()  # a thread that still loads libraries when Python ends takes it down with it
    st.cache_resource.clear()
    st.cache_data.clear()


def ask(app: AppTest, question: str) -> AppTest:
    app.chat_input(key="ask").set_value(question).run()
    assert not app.exception
    return app


def questions(app: AppTest) -> list[str]:
    """Return the questions of the turns that are drawn."""
    drawn = (re.search(r'class="asked">.*?<h2.*?>(.*?)</h2>', element.value) for element in app.get("html"))
    return [html.unescape(found[1]) for found in drawn if found]


def passages(app: AppTest) -> list[str]:
    """Return the passages of the answers, of an earlier one the best with all else of it that is seen."""
    return [element.value for element in app.get("html") if 'class="passage"' in element.value]


def notes(app: AppTest) -> list[str]:
    return [element.value for element in app.get("html") if 'class="note"' in element.value]


def test_it_opens_on_what_there_is_and_questions_that_were_asked(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert app.title[0].value == "Ask the interviews"
    assert app.caption[0].value.startswith("6 interviews, 10,")
    (pills,) = app.get("button_group")
    assert len(pills.options) == 4
    assert all(option.endswith("?") for option in pills.options)


def test_questions_and_answers_stay_in_their_order(app: AppTest) -> None:
    app.run()
    ask(app, "castor oil")
    ask(app, "Do people who live next to a bridge know something that you don't?")
    assert questions(app) == ["castor oil", "Do people who live next to a bridge know something that you don't?"]
    assert "<mark>" in passages(app)[0]
    assert "castor oil" in passages(app)[0]
    assert "<h3>Do people who live next to a bridge know something" in passages(app)[1]
    assert len(app.get("button_group")) == 0


def test_a_new_chat_is_empty(app: AppTest) -> None:
    app.run()
    ask(app, "castor oil")
    next(button for button in app.button if button.label == "New chat").click().run()
    assert not app.exception
    assert questions(app) == []


def test_a_follow_up_shows_how_it_was_understood_and_is_taken_alone_at_a_click(app: AppTest) -> None:
    app.run()
    ask(app, "Did Yuki Arnalds ever lose an instrument?")
    assert notes(app) == []
    assert len(app.toggle) == 0
    ask(app, "and how long until they found it again?")
    context = "Understood as: Did Yuki Arnalds ever lose an instrument? and how long until they found it again?"
    assert notes(app) == [f'<p class="note">{context}</p>']
    understood = passages(app)[1]
    assert "<h3>How long was it before you had it back?</h3>" in understood

    app.toggle[0].set_value(True).run()
    assert not app.exception
    assert notes(app) == []
    alone = passages(app)[1]
    assert alone != understood
    # The choice outlives other questions, and what is asked next does not lean on what it left behind.
    ask(app, "why?")
    assert app.toggle[0].value
    assert passages(app)[1] == alone
    assert notes(app) == ['<p class="note">Understood as: and how long until they found it again? why?</p>']

    app.toggle[0].set_value(False).run()
    assert passages(app)[1] == understood


def test_the_choice_outlives_that_its_turn_is_not_drawn_and_not_the_chat(app: AppTest) -> None:
    app.run()
    ask(app, "casttor oil")
    assert notes(app) == ['<p class="note">Understood as: castor oil</p>']
    app.toggle(key="literally_0").set_value(True).run()
    turn = app.session_state["turns"][0]
    app.session_state["turns"] = [turn, *[turn._replace(literally=False)] * 24]
    app.run()
    assert not [toggle for toggle in app.toggle if toggle.key == "literally_0"]
    app.toggle(key="all_turns").set_value(True).run()
    assert app.toggle(key="literally_0").value
    next(button for button in app.button if button.label == "New chat").click().run()
    ask(app, "casttor oil")
    assert not app.toggle(key="literally_0").value
    assert notes(app) == ['<p class="note">Understood as: castor oil</p>']


def test_an_answer_that_nobody_gave_says_so_and_offers_what_was_asked(app: AppTest) -> None:
    app.run()
    ask(app, "Was Napoleon wrong about Russia?")
    assert [text.value for text in app.get("text")] == [
        "Nobody was asked this.",
        "The nearest passages:",
    ]
    (pills,) = app.get("button_group")
    assert pills.label == "Questions that were asked:"
    assert pills.options[0] == "What have you been wrong about?"
    assert len(pills.options) == 3
    for number in (1, 2):
        if number == 2:
            app.button(key="open_0").click().run()
        app.pills(key="instead_0").select("What have you been wrong about?").run()
        assert not app.exception
        assert len(questions(app)) == 1 + number
        assert "<h3>What have you been wrong about?" in passages(app)[number]


def test_only_the_last_turns_are_drawn_until_asked_for(app: AppTest) -> None:
    app.run()
    ask(app, "castor oil")
    turn = app.session_state["turns"][0]
    app.session_state["turns"] = [turn] * 25
    app.run()
    assert len(questions(app)) == 20
    app.toggle[0].set_value(True).run()
    assert len(questions(app)) == 25
    assert not app.exception


def test_earlier_questions_stay_there_while_somebody_reads(app: AppTest) -> None:
    app.run()
    ask(app, "castor oil")
    app.session_state["turns"] = [app.session_state["turns"][0]] * 25
    app.run()
    app.toggle(key="all_turns").set_value(True).run()
    app.query_params["passage"] = "yuki-arnalds-glacier.txt:0-9"
    app.run()
    assert questions(app) == []
    del app.query_params["passage"]
    app.run()
    assert len(questions(app)) == 25
    app.toggle(key="all_turns").set_value(False).run()
    assert len(questions(app)) == 20


def test_an_earlier_answer_is_drawn_in_one_piece_and_opens_with_all_that_can_be_done(app: AppTest) -> None:
    app.run()
    ask(app, "castor oil")
    ask(app, "Was Napoleon wrong about Russia?")
    ask(app, "Why do you still go yourself?")
    first, second, last = passages(app)
    assert "castor oil" in first
    assert "<p>Nobody was asked this. The nearest passages:</p>" in second
    assert 'class="asked"' not in last
    assert [button.label for button in app.button if button.label == "Read on"] == ["Read on"]
    app.button(key="open_1").click().run()
    assert app.pills(key="instead_1").label == "Questions that were asked:"
    # It stays so.
    ask(app, "castor oil")
    assert app.pills(key="instead_1")
    app.button(key="less_1").click().run()
    assert not [pills for pills in app.get("button_group") if pills.key == "instead_1"]


def test_an_earlier_turn_is_two_elements_for_each_costs_every_later_question(app: AppTest) -> None:
    app.run()
    ask(app, "castor oil")
    turn = app.session_state["turns"][0]
    drawn = []
    for n in (2, 12):
        app.session_state["turns"] = [turn] * n
        app.run()
        assert len(questions(app)) == n
        drawn.append(sum(1 for _ in app.main))
    assert drawn[1] - drawn[0] == 2 * 10


def test_a_question_that_fails_is_asked_again_when_the_page_is(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    app.run()
    build_of = Library.embedder

    def is_not_there(*_: object) -> None:
        raise ModelError("the model is not here")

    monkeypatch.setattr(Library, "embedder", is_not_there)
    ask(app, "castor oil")
    assert app.error[0].value == "the model is not here"
    monkeypatch.setattr(Library, "embedder", build_of)
    app.button(key="again_0").click().run()
    assert not app.error
    assert "castor oil" in passages(app)[0]


def test_words_and_names_are_shown_and_not_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nasty = "What did the goat eat? <script>alert(1)</script> **bold** $x$ and $y$ :red[no] [a](http://b.org) <b>c</b>."
    build_index({"<img src=x>.txt": nasty}, tmp_path / "index")
    for app in run_on(tmp_path / "index", monkeypatch):
        app.run()
        ask(app, "What did the goat eat? :red[x] $y$ <b>")
        (shown,) = passages(app)
        assert "&lt;script&gt;alert(1)&lt;/script&gt; **bold** $x$ and $y$ :red[no]" in shown
        assert "<script" not in shown
        assert "&lt;img src=x&gt;" in shown.lower()
        assert questions(app) == ["What did the goat eat? :red[x] $y$ <b>"]


def test_a_question_that_is_offered_is_shown_as_it_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index({"goat.txt": "What is the *brown* :red[goat] for? Milk."}, tmp_path / "index")
    for app in run_on(tmp_path / "index", monkeypatch):
        app.run()
        assert app.get("button_group")[0].options == ["What is the \\*brown\\* \\:red\\[goat\\] for?"]
        app.pills(key="suggestion").select("What is the *brown* :red[goat] for?").run()
        assert questions(app) == ["What is the *brown* :red[goat] for?"]


def test_a_damaged_index_is_a_sentence_and_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database, certainly " * 99)
    for app in run_on(tmp_path, monkeypatch):
        app.run()
        assert not app.exception
        assert "is damaged" in app.error[0].value
        assert [button.label for button in app.button] == ["Check again"]


def test_interviews_of_one_title_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = "---\ntitle: The talk\n---\n**Ada:** How old is the boat?\n\n**Bo:** {}\n"
    build_index({"a.md": talk.format("Ninety years."), "b.md": talk.format("Twelve years.")}, tmp_path / "index")
    for app in run_on(tmp_path / "index", monkeypatch):
        app.run()
        (choice,) = app.multiselect
        assert choice.options == ["The talk (a.md)", "The talk (b.md)"]
        choice.select("a.md").run()
        assert "Ninety years." in passages(ask(app, "How old is the boat?"))[0]


def test_damage_that_shows_only_where_it_is_read_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index({"boat.txt": "How old is the boat? Ninety."}, tmp_path / "index")
    with Database.create(tmp_path / "index") as database:
        database._connection.execute("UPDATE transcripts SET seal = x'00'")
    for app in run_on(tmp_path / "index", monkeypatch):
        app.query_params["passage"] = "boat.txt:0-5"
        app.run()
        assert not app.exception
        assert "is damaged" in app.error[0].value


def test_an_open_page_follows_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index({"boat.txt": "How old is the boat? Ninety."}, tmp_path / "index")
    for app in run_on(tmp_path / "index", monkeypatch):
        app.run()
        assert app.caption[0].value.startswith("1 interview, 6 words")
        build_index({"boat.txt": "How old is the boat? Ninety.", "cave.txt": "Dark."}, tmp_path / "index")
        app.run()
        assert app.caption[0].value.startswith("2 interviews, 7 words")


def test_files_that_changed_are_told_quietly_and_brought_in_at_a_click(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index({"boat.txt": "How old is the boat? Ninety.", "bread.txt": "Which flour? Rye."}, tmp_path / "index")
    for app in run_on(tmp_path / "index", monkeypatch):
        app.run()
        assert not app.get("expander")
        (tmp_path / "transcripts" / "boat.txt").write_text("How old is the boat? A hundred, they say.")
        (tmp_path / "transcripts" / "cave.txt").write_text("What scared you? The silence.")
        st.cache_data.clear()  # a minute later
        app.run()
        (notice,) = app.get("expander")
        assert notice.label == "2 files are not as the index has them"
        assert [line.value for line in notice.text] == [
            "boat.txt changed since the index was built",
            "cave.txt is new since the index was built",
        ]
        notice.button[0].click().run()
        assert not app.exception
        assert not app.get("expander")
        assert app.caption[0].value.startswith("3 interviews, ")
        assert "A hundred, they say." in passages(ask(app, "How old is the boat?"))[0]


def test_files_that_could_not_be_read_are_named_after_the_first_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "interviews").mkdir()
    (tmp_path / "interviews" / "boat.txt").write_text("How old is the boat? Ninety.")
    (tmp_path / "interviews" / "*noise*.txt").write_bytes(bytes(range(256)))
    monkeypatch.chdir(tmp_path)
    for app in run_on(tmp_path / "index", monkeypatch):
        app.run()
        assert not app.exception
        assert [w.value for w in app.warning] == [
            "\\*noise\\*\\.txt is not a text file; save the transcript as plain text \\(UTF\\-8\\)"
        ]


def test_an_empty_folder_of_interviews_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "interviews").mkdir()
    monkeypatch.chdir(tmp_path)
    for app in run_on(tmp_path / "index", monkeypatch):
        app.run()
        assert not app.exception
        assert app.error[0].value.startswith("no transcripts in interviews")


def test_without_an_index_it_builds_one_from_the_samples_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for app in run_on(tmp_path / "index", monkeypatch):
        app.run()
        assert not app.exception
        assert app.caption[0].value.startswith("6 interviews")
        assert (tmp_path / "index" / FILE_NAME).is_file()


def test_only_the_chosen_interviews_are_searched(app: AppTest) -> None:
    app.run()
    app.multiselect(key="only").set_value(["yuki-arnalds-glacier.txt"]).run()
    assert "Searching only in Yuki Arnalds Glacier" in [caption.value for caption in app.caption]
    ask(app, "How often were you frightened?")
    assert {re.findall(r"<footer>(Yuki|.*?,)", html)[0] for html in passages(app)} == {"Yuki"}
    # What was answered stays, whatever is chosen later.
    first = passages(app)[0]
    app.multiselect(key="only").set_value([]).run()
    assert passages(app)[0] == first
    ask(app, "How often were you frightened?")
    assert "Dele Marchetti" in passages(app)[1]


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """Return the page on an interview whose recording, a second of silence, lies beside its transcript."""
    interviews = tmp_path / "interviews"
    interviews.mkdir()
    shutil.copy(ROOT / "tests" / "transcripts" / "zoom.vtt", interviews / "piano.vtt")
    with wave.open(str(interviews / "piano.wav"), "wb") as recording:
        recording.setparams((1, 1, 8000, 0, "NONE", ""))
        recording.writeframes(bytes([128] * 8000))
    build([interviews], tmp_path / "index", fit=fit_thresholds)
    yield from run_on(tmp_path / "index", monkeypatch)


def test_a_recording_on_this_machine_is_played_from_the_passage_on(recorded: AppTest) -> None:
    recorded.run()
    ask(recorded, "What is the spoon for?")
    assert recorded.get("audio") == []
    toggle = recorded.toggle(key="play_0_0")
    assert toggle.label == "Play from 1:28"
    toggle.set_value(True).run()
    assert not recorded.exception
    (player,) = recorded.get("audio")
    assert player.proto.start_time == 88
