"""A model's answer: what is asked, what of it remains, and a sentence for each way to fail."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from helpers.stub_llm import StubModel, stub_model
from qa.answering.answer import Answer, answer
from qa.answering.library import Library
from qa.llm import openai_client as endpoints
from qa.llm.grounding import is_supported
from qa.llm.openai_client import Endpoint, endpoint
from qa.llm.summary import LONGEST_THOUGHT, MOST_SENTENCES, cited, evidence_text, generate, sentences, without_thoughts
from qa.render.export import chat_as_json, chat_as_markdown
from qa.render.render import place
from qa.types import GeneratedAnswer, GeneratedSentence


@pytest.fixture
def stub() -> Iterator[StubModel]:
    with stub_model() as running:
        yield running


@pytest.fixture(scope="module")
def found(library: Library) -> Answer:
    return answer(library, "castor oil in the first hydrophone", 3)


def said(stub: StubModel, found: Answer, model: str | None = "stub-1", key: str | None = None) -> GeneratedAnswer:
    *_, spoken = generate(Endpoint(stub.url, model, key), found)
    assert spoken.is_done
    return spoken


WRITTEN = (
    "<think>They ask for oil. [1] Hm.</think>She fell. [1] [2] Dr. Moss said 3.5 metres [2]. Then **Bo** ran!\n"
    '[1, 9]\n\n- A list item [3]\n1. Nobody said this. "I fell." 【2】\nOnly [7] of these. It was cut [1] in the'
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_sentences_keep_their_citations_however_they_come(size: int) -> None:
    pieces = [WRITTEN[at : at + size] for at in range(0, len(WRITTEN), size)]
    assert [cited(sentence or "", 3) for sentence in sentences(without_thoughts(pieces))] == [
        GeneratedSentence("She fell.", (1, 2)),
        GeneratedSentence("Dr. Moss said 3.5 metres.", (2,)),
        GeneratedSentence("Then Bo ran!", (1,)),
        GeneratedSentence("A list item", (3,)),
        GeneratedSentence("1.", ()),
        GeneratedSentence("Nobody said this.", ()),
        GeneratedSentence('"I fell."', (2,)),
        GeneratedSentence("Only of these.", ()),
    ]


def test_what_is_unseen_goes_and_what_never_ends_is_no_sentence() -> None:
    assert cited("The \u202eoil\u200b\x07 [1].", 1) == GeneratedSentence("The oil.", (1,))
    assert list(sentences(["First. ", "and on " * 400, ". [1] Last. [1]"])) == ["First."]


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_thoughts_are_left_out_wherever_they_stand(size: int) -> None:
    def heard(written: str) -> list[str | None]:
        pieces = (written[at : at + size] for at in range(0, len(written), size))
        return list(sentences(without_thoughts(pieces)))

    assert heard("She fell. [1] <think>Did she? [2] No.</think>Bo ran. [2]") == ["She fell [1].", "Bo ran [2]."]
    assert heard("If 1 < 2 and </b> <thin. Bo ran. [2]") == ["If 1 < 2 and </b> <thin.", "Bo ran [2]."]
    # Of some models only the end of a thought is told: what seemed to be said is taken back.
    assert heard("Hm. She fell? [1] Yes.</think>\n\nBo ran. [2]")[-2:] == [None, "Bo ran [2]."]
    assert heard("Bo ran. [2] <think>And then she") == ["Bo ran [2]."]


def test_what_a_model_says_before_the_end_of_a_thought_is_taken_back(stub: StubModel, found: Answer) -> None:
    stub.says = "She had castor oil. [1] Napoleon? [1] Hm, again.</think>She had a birthday card that plays music. [1]"
    spoken = said(stub, found)
    assert [sentence.text for sentence in spoken.sentences] == ["She had a birthday card that plays music."]
    assert spoken.left_out == 0


def test_a_long_thought_costs_little_and_one_without_end_is_a_sentence(stub: StubModel, found: Answer) -> None:
    began = time.process_time()
    thought = ["<think>", *["and so on "] * (LONGEST_THOUGHT // 10 - 1), "</think>", "Bo ran. [2]"]
    assert list(sentences(without_thoughts(thought))) == ["Bo ran [2]."]
    for piece in ("\n" * 50_000, "….…" * 10_000, ". " * 20_000, "[1" * 20_000):
        list(sentences([piece]))
    assert time.process_time() - began < 5
    stub.piece_chars = 20_000
    stub.says = f"<think>{'and so on ' * (LONGEST_THOUGHT // 5)}"
    assert said(stub, found).failed == "it thinks without coming to an end"


def test_a_clock_bears_out_no_number_that_nobody_said(found: Answer) -> None:
    passage = next(p for p in found.passages if p.start_s is not None and "castor oil" in p.text)
    assert "3:31" in place(passage)
    assert not is_supported("It took 31 litres of castor oil.", [evidence_text(passage)])
    dated = replace(passage, metadata=replace(passage.metadata, date="2019-05-31"))
    assert not is_supported("It took 31 litres of castor oil.", [evidence_text(dated)])
    assert is_supported("In 2019 she had castor oil.", [evidence_text(dated)])


def test_a_line_without_an_end_and_names_without_an_end_are_sentences(
    stub: StubModel, found: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MOST_CHARS", 300_000)
    whole = b'data: {"choices": [{"delta": {"content": "NONE"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
    stub.raw = b": " + b"x" * 200_000 + b"\n\n" + whole
    assert said(stub, found).failed.startswith(f"{stub.url[7:-3]} does not answer as a server")  # type: ignore[union-attr]
    stub.raw = b": on and on\n" * 50_000
    assert said(stub, found).failed.startswith(f"{stub.url[7:-3]} takes too long")  # type: ignore[union-attr]
    stub.models = ["m" * 100_000] * 4
    assert said(stub, found, model=None).failed.startswith(f"{stub.url[7:-3]} takes too long")  # type: ignore[union-attr]


def test_the_model_is_asked_the_question_as_understood_with_the_passages_as_data(
    stub: StubModel, library: Library
) -> None:
    follow = answer(
        library, "and how long until they found it again?", 3, previous=["Did Yuki Arnalds ever lose an instrument?"]
    )
    said(stub, follow)
    (asked,) = stub.asked
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert "data" in asked["messages"][0]["content"]
    told = json.loads(asked["messages"][1]["content"])
    assert told["question"] == "Did Yuki Arnalds ever lose an instrument? and how long until they found it again?"
    assert [passage["number"] for passage in told["passages"]] == [1, 2, 3]
    assert told["passages"][0]["asked"] == "How long was it before you had it back?"
    assert (asked["model"], asked["stream"]) == ("stub-1", True)
    assert stub.keys == [None]


def test_only_what_a_cited_passage_says_remains(stub: StubModel, found: Answer) -> None:
    stub.says = (
        "She filled a film canister with castor oil. [1] It was 4,000 litres [1]. Castor oil, says nobody."
        " Castor oil again [8]. Napoleon had castor oil [1]. The birthday card plays music [9][1]."
    )
    spoken = said(stub, found)
    assert spoken.sentences == (
        GeneratedSentence("She filled a film canister with castor oil.", (1,)),
        GeneratedSentence("The birthday card plays music.", (1,)),
    )
    assert (spoken.left_out, spoken.failed, spoken.model) == (4, None, "stub-1")


def test_sentences_come_one_by_one_and_what_is_left_out_never_comes(stub: StubModel, found: Answer) -> None:
    stub.says = "She had castor oil. [1] Napoleon had castor oil. [1] She had a birthday card. [1]"
    seen = [[sentence.text for sentence in spoken.sentences] for spoken in generate(Endpoint(stub.url, "m"), found)]
    assert [] in seen
    assert ["She had castor oil."] in seen
    assert seen[-1] == ["She had castor oil.", "She had a birthday card."]
    assert not any("Napoleon" in text for texts in seen for text in texts)


def test_a_model_that_goes_on_and_on_is_stopped(stub: StubModel, found: Answer) -> None:
    stub.says = "She had castor oil. [1] " * 30
    assert len(said(stub, found).sentences) == MOST_SENTENCES


def test_without_a_name_the_first_model_is_taken_and_the_key_is_sent(stub: StubModel, found: Answer) -> None:
    stub.says = "She had castor oil. [1]"
    assert said(stub, found, model=None, key="secret").model == "stub-1"
    assert stub.paths == ["/v1/models", "/v1/chat/completions"]
    assert stub.keys == ["Bearer secret"] * 2
    assert "secret" not in repr(Endpoint(stub.url, "m", "secret"))
    stub.models = []
    assert said(stub, found, model=None).failed == (
        f"{stub.url[7:-3]} lists no model; set one in INTERVIEW_QA_LLM_MODEL"
    )


def test_a_model_that_reasons_and_takes_no_temperature_answers_too(stub: StubModel, found: Answer) -> None:
    stub.says, stub.reasons, stub.refuses_temperature = "She had castor oil. [1]", "Oil. [1]", True
    assert [sentence.text for sentence in said(stub, found).sentences] == ["She had castor oil."]
    assert ["temperature" in asked for asked in stub.asked] == [True, False]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (301, "does not take the question (301)"),
        (400, "does not take the question (400)"),
        (401, "refuses the key; INTERVIEW_QA_LLM_KEY holds it"),
        (403, "refuses the key; INTERVIEW_QA_LLM_KEY holds it"),
        (404, "knows no model “stub-1”, or its address in INTERVIEW_QA_LLM_URL lacks a /v1 at the end"),
        (429, "takes no more questions for now; ask it again later"),
        (500, "failed with an error of its own (500)"),
        (503, "failed with an error of its own (503)"),
    ],
)
def test_each_status_is_a_sentence(stub: StubModel, found: Answer, status: int, sentence: str) -> None:
    stub.status = status
    assert said(stub, found).failed == f"{stub.url[7:-3]} {sentence}"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"<html>hello</html>", "does not answer as a server of OpenAI's protocol does; see INTERVIEW_QA_LLM_URL"),
        (b"", "does not answer as a server of OpenAI's protocol does; see INTERVIEW_QA_LLM_URL"),
        (b"data: {]\n\n", "does not answer as a server of OpenAI's protocol does; see INTERVIEW_QA_LLM_URL"),
        (b"data: [1]\n\n", "does not answer as a server of OpenAI's protocol does; see INTERVIEW_QA_LLM_URL"),
        (b"data: \xff\xfe\n\n", "does not answer as a server of OpenAI's protocol does; see INTERVIEW_QA_LLM_URL"),
        (b"data: " + b"[" * 99_999 + b"\n\n", "does not answer as a server of OpenAI's protocol does"),
        (b'data: {"error": {"message": "no"}}\n\n', "failed with an error of its own"),
    ],
)
def test_what_is_no_answer_is_a_sentence(stub: StubModel, found: Answer, raw: bytes, sentence: str) -> None:
    stub.raw = raw
    assert said(stub, found).failed.startswith(f"{stub.url[7:-3]} {sentence}")  # type: ignore[union-attr]


def test_an_empty_answer_is_none(stub: StubModel, found: Answer) -> None:
    stub.says = ""
    assert said(stub, found) == GeneratedAnswer("stub-1", is_done=True)


def test_a_stream_that_breaks_off_keeps_what_was_whole(stub: StubModel, found: Answer) -> None:
    stub.says = "She had castor oil. [1] She had a birthday card that plays music. [1]" + " And more of it" * 5
    stub.breaks_off = True
    spoken = said(stub, found)
    assert [sentence.text for sentence in spoken.sentences] == ["She had castor oil."]
    assert spoken.failed == f"the connection to {stub.url[7:-3]} broke off"


def test_silence_is_a_sentence(stub: StubModel, found: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "SILENCE_S", 0.5)
    stub.says = "She had castor oil. [1]"
    stub.go_on.clear()
    began = time.monotonic()
    assert said(stub, found).failed == f"{stub.url[7:-3]} sent nothing for 0.5 seconds"
    assert time.monotonic() - began < 5


def test_where_nothing_listens_is_a_sentence(found: Answer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        at = Endpoint(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", "m")
        *_, spoken = generate(at, found)
    assert spoken.failed == f"nothing answers at {at.where}; is the model's server running?"


@pytest.mark.parametrize("url", ["localhost:11434", "ftp://localhost", "http://", "http://[::1", "http://a:x/v1", "x"])
def test_what_is_no_address_is_a_sentence(found: Answer, url: str) -> None:
    *_, spoken = generate(Endpoint(url, "m"), found)
    assert spoken.failed == "INTERVIEW_QA_LLM_URL is not the address of a model, such as http://localhost:11434/v1"


def test_proxies_are_for_other_machines(stub: StubModel, found: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    stub.says = "She had castor oil. [1]"
    assert said(stub, found).failed is None


@pytest.mark.parametrize(
    ("url", "where", "is_here"),
    [
        ("http://localhost:11434/v1", "localhost:11434", True),
        ("http://127.0.0.5/v1", "127.0.0.5", True),
        ("http://[::1]:80/v1", "[::1]:80", True),
        ("http://box.localhost/v1", "box.localhost", False),
        ("https://me:secret@api.example.org/v1", "api.example.org", False),
        ("http://192.168.1.5:8080/v1", "192.168.1.5:8080", False),
        ("http://localhost.example.org/v1", "localhost.example.org", False),
    ],
)
def test_it_is_known_which_machine_answers(url: str, where: str, is_here: bool) -> None:
    assert (Endpoint(url).where, Endpoint(url).is_here) == (where, is_here)


def test_it_is_off_where_no_address_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(endpoints.URL, raising=False)
    assert endpoint() is None
    monkeypatch.setenv(endpoints.URL, "http://localhost:11434/v1")
    monkeypatch.setenv(endpoints.MODEL, "llama")
    assert endpoint() == Endpoint("http://localhost:11434/v1", "llama", None)


def test_a_saved_chat_tells_the_model_from_the_people(found: Answer) -> None:
    spoken = {
        1: GeneratedAnswer("a*b", (GeneratedSentence("She had <b>oil</b>.", (1, 2)),), is_done=True),
        0: GeneratedAnswer("x", is_done=True),
    }
    saved = chat_as_markdown([("First?", found), ("Oil?", found)], spoken)
    before, after = saved.split("## Oil?")
    assert "Written by" not in before
    assert "— Yuki" in before
    assert after.startswith(
        "\n\n*Written by a\\*b from the passages below, not said by anybody:*\n\n"
        "She had \\<b\\>oil\\</b\\>. \\[1\\] \\[2\\]"
    )
    assert "— \\[1\\] Yuki" in after
    first, second = json.loads(chat_as_json([("First?", found), ("Oil?", found)], spoken))
    assert "model" not in first
    assert second["model"] == {"name": "a*b", "sentences": [{"text": "She had <b>oil</b>.", "passages": [1, 2]}]}
