"""Bytes to text: the encodings of every decade, and one line for what is no text."""

import codecs
import io
import time
import zipfile

import pytest

from index.errors import TranscriptError
from index.reading.decoding import decode

RUSSIAN = "Как вы научились слышать, что нужно пианино? Моя тётя держала пчёл за часовней, и я стояла между ульями."
UKRAINIAN = "Як ви навчилися чути, що потрібно піаніно? Моя тітка тримала бджіл за каплицею, їх було багато."
GREEK = "Πώς μάθατε να ακούτε τι χρειάζεται ένα πιάνο; Η θεία μου είχε μέλισσες πίσω από ένα παρεκκλήσι."
HEBREW = "איך למדת לשמוע מה פסנתר צריך? דודתי גידלה דבורים מאחורי קפלה. היא הכריחה אותי לעמוד בין שתי כוורות."
ARABIC = "كيف تعلمت أن تسمع ما يحتاجه البيانو؟ كانت خالتي تربي النحل خلف الكنيسة."
THAI = "คุณเรียนรู้ที่จะฟังสิ่งที่เปียโนต้องการได้อย่างไร ป้าของฉันเลี้ยงผึ้งไว้หลังโบสถ์"
JAPANESE = "ピアノの音をどうやって聞き分けるようになったのですか。叔母は礼拝堂の裏で蜂を飼っていました。"
CHINESE = "你是怎么学会听出钢琴需要什么的？我姑姑在礼拜堂后面养蜂。她让我站在两个蜂箱之间，说哪一个不高兴。"
TAIWANESE = "你是怎麼學會聽出鋼琴需要什麼的？我姑姑在禮拜堂後面養蜂。她讓我站在兩個蜂箱之間，說哪一個不高興。"
KOREAN = "피아노가 무엇을 필요로 하는지 어떻게 듣게 되었습니까? 이모는 예배당 뒤에서 벌을 키웠습니다."
POLISH = "Jak nauczyła się pani słyszeć, czego potrzebuje pianino? Moja ciotka trzymała pszczoły za kaplicą, mówiąc:"
CZECH = "Jak jste se naučila slyšet, co piano potřebuje? Moje teta chovala včely za kaplí, mezi dvěma úly, nešťastná."
HUNGARIAN = (
    "Hogyan tanulta meg hallani, mire van szüksége egy zongorának? Őszintén szólva, a nagynéném méheket tartott, ő."
)
ROMANIAN = (
    "Cum ai învăţat să auzi de ce are nevoie un pian? Mătuşa mea creştea albine în spatele unei capele, când mă ţinea."
)
TURKISH = (
    "Piyanonun neye ihtiyacı olduğunu nasıl öğrendiniz? Teyzem şapelin arkasında arı beslerdi, üç yıl çok güzeldi."
)
GERMAN = "Wie haben Sie gelernt zu hören, was ein Klavier braucht? Meine Tante hielt Bienen. Sie ließ mich warten, über"
FRENCH = (
    "Comment avez-vous appris à entendre ce dont un piano a besoin ? Où êtes-vous née, là-bas ? Ma tante élevait ça."
)
SPANISH = (
    "¿Cómo aprendió a oír lo que necesita un piano? Mi tía criaba abejas detrás de una capilla. Señora, mañana sí."
)
SWEDISH = "Hur lärde du dig höra vad ett piano behöver? Min moster höll bin bakom ett kapell. Då frågade jag på ön."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((RUSSIAN, name) for name in ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")),
        *((UKRAINIAN, name) for name in ("cp1251", "koi8-u")),
        *((GREEK, name) for name in ("cp1253", "iso8859-7")),
        *((HEBREW, name) for name in ("cp1255", "iso8859-8")),
        *((ARABIC, name) for name in ("cp1256", "iso8859-6")),
        (THAI, "cp874"),
        *((JAPANESE, name) for name in ("shift-jis", "cp932", "euc-jp", "iso2022-jp")),
        *((CHINESE, name) for name in ("gb18030", "gbk", "gb2312")),
        *((TAIWANESE, name) for name in ("big5", "gb18030")),
        *((KOREAN, name) for name in ("euc-kr", "cp949")),
        *((text, name) for text in (POLISH, CZECH, HUNGARIAN, ROMANIAN) for name in ("cp1250", "iso8859-2")),
        *((TURKISH, name) for name in ("cp1254", "iso8859-9")),
        *((text, name) for text in (GERMAN, FRENCH, SPANISH, SWEDISH) for name in ("cp1252", "mac-roman", "cp850")),
        *((text, "utf-32") for text in (GERMAN, RUSSIAN, JAPANESE)),
        *((text, "utf-16") for text in (RUSSIAN, JAPANESE)),
        *((text, "utf-8") for text in (RUSSIAN, JAPANESE, HEBREW, TURKISH)),
    ],
)
@pytest.mark.parametrize("times", [5, 3000], ids=["short", "long"])
def test_a_text_reads_alike_in_every_encoding_of_its_language(text: str, encoding: str, times: int) -> None:
    written = f"Ada: {text}\r\n" * times
    assert decode(written.encode(encoding), "a.txt") == written


@pytest.mark.parametrize("mark", [codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE])
def test_a_mark_of_four_bytes_is_not_taken_for_one_of_two(mark: bytes) -> None:
    encoding = "utf-32-le" if mark == codecs.BOM_UTF32_LE else "utf-32-be"
    assert decode(mark + "Ada: Là-bas.\n".encode(encoding), "a.txt") == "Ada: Là-bas.\n"


@pytest.mark.parametrize(
    "text",
    ["It’s a café, “really” – so.\n", "Łódź was not meant: café, naïve, Zoë, über, façade, señor, crème, brûlée.\n"],
)
def test_english_with_borrowed_words_is_windows_1252(text: str) -> None:
    text = text.replace("Łódź", "It") * 40
    assert decode(text.encode("cp1252"), "a.txt") == text


def test_what_was_garbled_before_stays_as_it_is() -> None:
    garbled = "Ada: cafÃ© and seÃ±or\n"
    assert decode(garbled.encode(), "a.txt") == garbled


def test_a_stray_byte_in_a_long_text_of_another_script_costs_one_character() -> None:
    data = (f"Ada: {RUSSIAN}\n" * 50).encode("cp1251")
    place = data.index(b"\n", 3000)
    assert decode(data[:place] + b"\x98" + data[place:], "a.txt").replace("\ufffd", "") == f"Ada: {RUSSIAN}\n" * 50


def packed(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in parts.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a.x is a PDF; save the transcript as text or as a Word document (.docx)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "a.x is a document of an old Office (.doc); save it as .docx or as text",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99 + "EncryptedPackage".encode("utf-16-le"),
            "a.x is a document with a password; save it without one",
        ),
        (b"PK\x03\x04\x14\x00\x06\x00", "a.x is a damaged zip or Word document; save it anew, or as text"),
        (
            packed(mimetype=b"application/vnd.oasis.opendocument.graphics", content_dot_xml=b"<office/>"),
            "a.x is an OpenDocument file that is no text; save the transcript as text or as a Word document (.docx)",
        ),
        (
            packed(xl__workbook_dot_xml=b"<workbook/>"),
            "a.x is an Excel workbook; save the transcript as text or as a Word document (.docx)",
        ),
        (packed(ada_dot_txt=b"Ada: Hello."), "a.x is a zip; give it a name that ends in .zip"),
        (b"ID3\x04\0\0\0\0\0\x23TSSE", "a.x is sound; only what is written can be read; transcribe it first"),
        (b"\xff\xfb\x90\x64\0\x0f", "a.x is sound; only what is written can be read; transcribe it first"),
        (
            b"\0\0\0\x1cftypM4A \0\0",
            "a.x is a film or sound; only what is written can be read; transcribe it first",
        ),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.x is an image; only what is written can be read; transcribe it first"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "a.x is a compressed archive; unpack it first"),
        (bytes(range(256)) * 9, "a.x is not a text file; save the transcript as plain text (UTF-8)"),
        (
            packed(word__document_dot_xml=b"\xff\xff<w:document/>"),
            "a.x is a damaged Word document; save it anew, or as text",
        ),
    ],
)
def test_what_is_no_text_is_named_with_a_way_out(data: bytes, message: str) -> None:
    with pytest.raises(TranscriptError) as raised:
        decode(data, "a.x")
    assert str(raised.value) == message


@pytest.mark.parametrize(
    "text", ["II: Yes.\n", "BM: Hello.\n", "ID3 tags, he said.\n", "%PDF is a format.\n", "OggS\n"]
)
def test_a_text_that_begins_like_another_file_is_a_text(text: str) -> None:
    assert decode(text.encode(), "a.txt") == text


def test_a_word_document_that_unpacks_to_more_than_can_be_read_is_refused() -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("word/document.xml", "w") as part,
    ):
        for _ in range(70):
            part.write(b" " * 1_000_000)
    began = time.monotonic()
    with pytest.raises(TranscriptError, match=r"a\.docx \(word/document\.xml\) is too large to be read"):
        decode(buffer.getvalue(), "a.docx")
    assert time.monotonic() - began < 5


def test_the_main_part_of_a_word_document_may_have_another_name() -> None:
    relations = (
        b'<Relationships><Relationship Id="rId1" Target="/word/document2.xml"'
        b' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    )
    data = packed(**{"_rels/.rels": relations, "word/document2.xml": b"<w:document/>", "word/document.xml": b"<old/>"})
    assert decode(data, "a.docx") == "<w:document/>"
