"""What is said in the interview that tests/transcripts holds in every format: speaker, second, words.

Written for this project; nobody in it exists.
"""

from pathlib import Path
from typing import NamedTuple

from index.reading.reader import read_transcript
from index.types import Transcript


class Turn(NamedTuple):
    """Who speaks, from which second on, and what is said."""

    speaker: str
    start_s: float
    text: str


HOST, GUEST = "Owen Tarrant", "Nadia Ferrow"

TURNS = [
    Turn(HOST, 1.0, "This is Second Keyboard. Nadia Ferrow tunes pianos that nobody else will touch. Nadia, welcome."),
    Turn(GUEST, 8.5, "Thank you, Owen. I tuned one in the swimming hall this morning, so forgive my hands."),
    Turn(HOST, 15.0, "How did you learn to hear what a piano needs?"),
    Turn(
        GUEST,
        18.5,
        "My aunt kept bees behind a chapel in Kestrel Bay. She made me stand between two hives and say which one was"
        " unhappy. A hive hums near the A below middle C. When it is about to swarm, it goes up by nearly a third."
        " After four summers of that, a flat string was as loud to me as a dog.",
    ),
    Turn(HOST, 42.0, "Were you ever stung?"),
    Turn(GUEST, 44.0, "No."),
    Turn(HOST, 45.5, "Never once?"),
    Turn(GUEST, 47.0, "No. The bees never minded me at all. My aunt said that I was too slow to be interesting."),
    Turn(HOST, 54.5, "Which was the worst instrument that anybody ever asked you to save?"),
    Turn(
        GUEST,
        59.0,
        "An upright from the ferry Marguerite. It had been under water for eleven days, and there were mussels on"
        " the dampers. The owner, Señor Quiroga, paid me in smoked eel & promises. I dried the soundboard for two"
        " winters before I put a single string on it.",
    ),
    Turn(HOST, 81.0, "And does it play?"),
    Turn(GUEST, 83.0, "It plays one waltz. Everything else sounds like a wet coat."),
    Turn(HOST, 88.0, "What do you carry in that enormous bag?"),
    Turn(
        GUEST,
        91.5,
        "A lever that was my aunt's, four hundred felt wedges, a head torch, and a spoon. The spoon is for tea. Well,"
        " it was for tea. Since Bergamo it is for fishing coins out from under the keys, and I found a wedding ring"
        " there once, engraved for somebody called Ottilie.",
    ),
    Turn(HOST, 112.0, "Did you find out who she was?"),
    Turn(
        GUEST,
        114.5,
        "She was the owner's first wife, and he asked me to put it back. So I did. It lies under the lowest F to this"
        " day, and he has the note tuned a little sharp, on purpose.",
    ),
    Turn(HOST, 127.0, "Will there be tuners when you stop?"),
    Turn(
        GUEST,
        130.0,
        "There are three apprentices in the whole country, and two of them want to build guitars. I tell them that a"
        " guitar is a piano for people who move house. But machines are patient, and patience is most of it.",
    ),
    Turn(HOST, 144.5, "Nadia Ferrow, thank you for coming."),
    Turn(GUEST, 147.5, "Thank you for the chair."),
]
END_S = 150.0


FOLDER = Path(__file__).parent.parent / "transcripts"
SAMPLES = {path.name: path for path in sorted(FOLDER.iterdir())}


def sample(name: str) -> Transcript:
    return read_transcript(SAMPLES[name].read_bytes(), name)
