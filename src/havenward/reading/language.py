"""Which language a text is in, as far as it takes to refuse what is not English in a plain sentence.

By the commonest small words of each language and by script; nothing is guessed from names or numbers.
"""

from __future__ import annotations

import re
from collections import Counter

_WORD = re.compile(r"[^\W\d_]+")
_COMMON = {
    "English": frozenset(
        "the of and to in a that for is was with on as are by from have has been at were said an be it not "
        "their they who more than which this will would people had or about its".split()
    ),
    "French": frozenset(
        "le la les des du de et une un dans pour par sur qui que au aux est sont avec ont été plus ce ces "
        "cette leur leurs d l selon personnes a en se".split()
    ),
    "Spanish": frozenset(
        "el la los las de del y una un en por para con que se al su sus es son han ha más como según este "
        "esta lo desde entre personas".split()
    ),
    "Portuguese": frozenset(
        "o os as de do da dos das e uma um em no na nos nas por para com que se ao sua seus são mais como "
        "pessoas foram".split()
    ),
    "German": frozenset(
        "der die das und in den von zu mit dem des auf für ist im nicht eine ein sich auch als werden aus "
        "nach wurden menschen".split()
    ),
    "Italian": frozenset(
        "il la i gli le di del della e un una in per con che si al sono più dal nel da come persone".split()
    ),
    "Turkish": frozenset("ve bir bu için ile da de olarak daha olan kişi en çok".split()),
    "Indonesian": frozenset("yang dan di dari untuk dengan pada ini itu ke orang dalam tidak".split()),
}
_ANY_COMMON = frozenset().union(*_COMMON.values())
_BEYOND_LATIN = re.compile(r"[^\x00-\u036f\u2000-\u206f]")
_SCRIPTS = (
    (re.compile(r"[\u0600-\u06ff\u0750-\u077f]"), "Arabic script"),
    (re.compile(r"[\u0400-\u04ff]"), "Cyrillic script"),
    (re.compile(r"[\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7af]"), "an East Asian script"),
    (re.compile(r"[\u0900-\u0dff]"), "an Indian script"),
    (re.compile(r"[\u1200-\u137f]"), "Ethiopic script"),
    (re.compile(r"[\u1000-\u109f]"), "Burmese script"),
    (re.compile(r"[\u0590-\u05ff]"), "Hebrew script"),
)
_SAMPLE = 4000  # characters that are looked at
_FEWEST_WORDS = 25  # below this many words nothing is refused: a headline has few small words


def name_language(text: str) -> str:
    """Name the language of a text: `English` where it is or may be English.

    Returns
    -------
    language
        `English`, another language of the list, a script, or `English` where the text is too short to tell.
    """
    sample = text[:_SAMPLE]
    # a letter of another script takes two bytes or more, so a Latin text need not be looked through
    longer = len(sample.encode("utf-8", "surrogatepass")) > 1.1 * len(sample)
    foreign = len(_BEYOND_LATIN.findall(sample)) if longer else 0
    if foreign > 0.1 * len(sample):
        letters = sum(1 for character in sample if character.isalpha())
        for script, name in _SCRIPTS:
            if len(script.findall(sample)) > 0.4 * letters:
                return name
    words = Counter(_WORD.findall(sample.lower()))
    total = sum(words.values())
    if total < _FEWEST_WORDS:
        return "English"
    small = words.keys() & _ANY_COMMON
    counts = {name: sum(words[word] for word in small & common) for name, common in _COMMON.items()}
    best = max(counts, key=lambda name: (counts[name], name == "English"))
    # tables and lists have few small words in any language: only a clear other language is refused
    clear = counts[best] > 1.5 * counts["English"] and counts[best] > 0.12 * total
    return best if clear else "English"
