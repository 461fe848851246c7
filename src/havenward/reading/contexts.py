"""What the sentence around a figure corrects in it: asylum, a border reached, a siege, a plan, a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from havenward.reading.lexicon_groups import COUNTRIES, HEADS
from havenward.reading.parts import Meaning
from havenward.reading.plans import came_from, settle_plan, share_verb
from havenward.reading.topics import PEOPLES

if TYPE_CHECKING:
    from havenward.reading.tenses import Done, Times

_FLIGHT = frozenset({"refugee", "displaced"})
_STAYING = frozenset({"refugee", "displaced", "at_risk_population", "evacuated"})
_ARMED = frozenset({"forces", "fighters"})
# How much of the sentence on either side of a number is looked at.
_REACH = 160
# Fewer people than this are a story, not a figure, where no noun stands with the number.
_FEWEST = 10
_HEDGED = (
    r"(?: (?:some|about|around|nearly|almost|over|more than|at least|up to|as many as|an estimated"
    r"|approximately"
    r"|close to|roughly|well over|just over|the))* ?[\"“]?$"
)
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def _before(words: str) -> re.Pattern[str]:
    """Compile words that stand right before a number and its hedges."""
    return re.compile(rf"\b(?:{words}){_HEDGED}", re.IGNORECASE)


# --- no figure
_VEHICLES = re.compile(
    r"(?: [\w.'’-]+){0,4}? (?:vehicles?|carriers?|trucks?|lorries|jeeps?|pick-ups?|ambulances|helicopters"
    r"|aircraft|warplanes)\b"
)
_NOT_OF_VEHICLES = re.compile(
    r"\b(?:in|on|by|from|with|aboard|of|were|was|are|and|who|when|as|into|killed)\b"
)
_BUILDINGS = re.compile(r"(?: (?!resident|apartment|hous|home)[\w-]+){0,2}? (?:buildings|structures)\b")
_UNRULY = re.compile(
    r"(?: of)?(?: [\w'’-]+){1,3} (?:rioted|protested|demonstrated|marched|rallied|petitioned|from"
    r" queu\w+)\b",
    re.IGNORECASE,
)
_DISEASE = re.compile(
    r"\b(?:diseases?|infections?|cholera|measles|malaria|epidemic|outbreak|virus)\b[^.;]{0,70}\baffect\w*"
    + _HEDGED,
    re.IGNORECASE,
)

# --- refugees by country
_ELSEWHERE = re.compile(
    r"[^.;:]{0,80}?\b(?:fled|flee|fleeing|escaped|left|gone|moved|crossed|went|are|living|live|sheltering)"
    r"(?: (?:to|into|for|in))? (?:another|(?:a )?neighbou?ring|other|a third|foreign|nearby)"
    r" (?:countr|state\b|nation)",
    re.IGNORECASE,
)
_OUT_AND_IN = re.compile(
    r"[^.;:]{0,40}?\b(?:fled|left|escaped|fleeing|leaving) (?P<out>[A-Z][\w'’-]*(?:"
    r" (?:d['’])?[A-Z][\w'’-]*){0,2})"
    r"(?: and| have| had)?(?: (?:headed|gone|crossed|moved|went|travelled|walked|crossing))? (?:to"
    r"|into|for|in)"
    r" (?:neighbou?ring )?(?P<into>[A-Z]\w+)(?!\w|['’]s)"
)
_IN_COUNTRY = re.compile(
    r"\b(?:displaced|living|live|lives|sheltering|shelter|staying|stay|camped|exiled|settled"
    r"|registered|arrived"
    r"|refuge)\b[^.;:]{0,30}? (?:in|into|to) (?:neighbou?ring )?(?P<land>[A-Z]\w+)(?!\w|['’]s)"
)
_IN_LAND = re.compile(
    r"(?: of)?(?: [\w-]+){1,3}?(?: are| were| is)?(?: now| still| already)? in (?:neighbou?ring )?"
    r"(?P<land>[A-Z]\w+)(?!\w|['’]s)"
)
_BESIDE = re.compile(r", with" + _HEDGED)
_WITH = _before(r"registered|(?:has|have) (?:registered|counted|granted asylum to)")
_HOLDS = _before(
    r"(?:(?:is|are|now|already|still|also|was) )*home to|hosts?|hosting|sheltering|shelters|houses|detains?"
    r"|detained|holds|deports?"
)
_HOME_TO = _before(r"home to|houses|accommodates")
_STILL_HOME = _before(r"(?:is|are)(?: (?:still|now|already|currently|also|today))* home to")
_SEEKERS = re.compile(
    r"[^.;:]{0,50}?\b(?:asylum[ -]seekers?|refugees?\b|who (?:had )?fled|fleeing)", re.IGNORECASE
)
_CAMP = re.compile(
    r"\b(?:camps?|(?:refugee|displacement) (?:settlement|complex|site|centre|center))\b", re.IGNORECASE
)
_BOTH = re.compile(r"(?=[^.;]{0,90}\brefugees?\b)[^.;]{0,90}\b(?:internally displaced|idps)\b", re.IGNORECASE)

# --- at a border, still inside
_AT_BORDER = re.compile(
    r"[^.;:]{0,45}?\b(?:reached|reach|arrived at|arrived on|massed|amassed|massing|gathered"
    r"|gathering|waiting|camped"
    r"|queu\w+|stuck|halted|stopped|approaching|converged|(?:are|were) at|headed (?:to|for|towards?)"
    r"|heading (?:to|for|towards?))\b[^.;:]{0,30}?(?:\b(?:borders?|frontier|border crossing"
    r"|crossing point)\b"
    r"|\bother side\b)",
    re.IGNORECASE,
)
_CROSSED = re.compile(
    r"\b(?:cross(?:ed|es)?|into|over the border|across|entered|admitted|refugees?)\b", re.IGNORECASE
)

# --- trapped
_CUT_OFF = re.compile(r"[^.;]{0,60}?\bcut off\b", re.IGNORECASE)
_WOULD_LEAVE = _before(r"(?:would|could|will|may|might) (?:leave|trap|strand|cut off|isolate)")
_CAUGHT = re.compile(
    r"[^.;]{0,40}?\bcaught (?:in|at|on|along|up in|between) (?:an? |the )?[\"“'‘]?(?:no[- ]man"
    r"|limbo|border|siege"
    r"|cross-?fire|frontlines?|front lines?)",
    re.IGNORECASE,
)
_CRAMMED = re.compile(
    r"[^.;]{0,25}?\b(?:crammed|squeezed|packed|confined|crowded) (?:in|into|onto) (?:an? |the |less"
    r" )?(?:\w+ )?"
    r"(?:area|strip|zone|space|enclave|than)\b",
    re.IGNORECASE,
)

# --- expected
_FEARS_FOR = _before(r"fears?(?: \w+)? for|alarm for|worr(?:y|ies) for")
_TO_BUILD = re.compile(
    r"\b(?:will|to|would|plans?|plan to|shall)(?: be)?(?: \w+ly)? (?:buil[dt]|erect(?:ed)?"
    r"|construct(?:ed)?|set up"
    r"|open(?:ed)?|prepared?)\b[^.;]{0,90}\b(?:for|house|accommodate|shelter|host|hold)" + _HEDGED,
    re.IGNORECASE,
)
_YET_TO_BUILD = re.compile(
    r"[^.;,]{0,45}? (?:(?:is|are) (?:to|being)|will|would|to) (?:be )?(?:built|opened|erected|set"
    r" up|constructed)\b"
)
_PLEDGED = _before(
    r"pledged|promised|offered|pledges|offers|promises|plans to send|agreed to send"
    r"|ready to send"
)
_WOULD_INCLUDE = re.compile(
    r"\b(?:would|will|could) (?:also )?(?:have|include|comprise|consist of|be made up of|be composed of)\b",
    re.IGNORECASE,
)
_ONCE_BACK = re.compile(r"\b(?:after|once|when|until)\b[^.;,]{0,30}$", re.IGNORECASE)
_RETURN_WILL = re.compile(
    r"[^.;,]{0,45}?\b(?:return|returns|go home|leave)\b,[^.;]{0,50}?\bwill\b", re.IGNORECASE
)

# --- time
_HAS_DONE = _before(
    r"(?:has|have|had)(?: (?:already|now|also|so far|alone))? (?:taken in|admitted|absorbed"
    r"|welcomed|let in|received)"
)
_SIGNED_ON = re.compile(r"(?: [\w'’-]+){0,2} (?:have|had|has) (?:been )?registered as (?:refugee|asylum)")
_WHO_CAME = re.compile(r"(?: [\w'’-]+){0,2} who (?:came|arrived|went|moved) (?:to|in|into|at|from)\b")
_ONCE_CITY = re.compile(r"\bonce\b[^.;]{0,60}\b(?:with|of)" + _HEDGED, re.IGNORECASE)
_TAKEN_REFUGE = re.compile(
    r"(?: of)?(?: [\w'’-]+){0,3} (?:have|has) (?:\w+ly )?(?:taken|sought|found) (?:refuge|shelter"
    r"|sanctuary)\b"
)
_ON_MOVE = re.compile(r"(?: [\w'’-]+){0,3} (?:are|is) (?:now |still |already )?on the (?:move|run|road)\b")
_LEAVING = _before(r"leaving|left|leaves?")

# --- armed men and composition
_FIGHTING = re.compile(
    r"(?: [\w'’-]+){1,3}?(?: who)?(?: are| were| have| had)?"
    r" (?:(?:fighting|fight|fought) (?:alongside|with|for|in the ranks of|among)|joined)\b[^.;]{0,30}\b"
    r"(?:rebels?|militants?|insurgents?|jihadis\w*|opposition|militias?|isis|isil|islamic state"
    r"|al[- ]qaeda)\b",
    re.IGNORECASE,
)
_STRONG_FORCE = re.compile(
    r"-(?:strong|man|member) (?:\w+ ){0,2}(?:force|contingent|army|battalion|mission|unit|brigade"
    r"|garrison)\b"
)
_MEMBERS_OF = re.compile(r" (?:members|elements|combatants) of (?:the )?(?P<name>[\w-]+)", re.IGNORECASE)
_KILLED_QUOTE = re.compile(
    r"\b(?:killed|eliminated|slain|kill)(?: (?:some|about|around|at least|over|more than))* [\"“]$"
)
_WITHIN = re.compile(r" (?:\w+ )?(?:internally[ -]displaced|idps?\b)", re.IGNORECASE)
_INHABITED = _before(r"(?:inhabited|populated) by|population of")
_SELF = re.compile(
    r" (?:are|were|is|remain) (?:[\w-]+ ){0,3}(?P<who>internally displaced|idps?\b|refugees\b|returnees\b)",
    re.IGNORECASE,
)

_LEAVES = re.compile(r"\bleaving" + _HEDGED)

# --- numbers without a noun
_BARE_BORDER = re.compile(
    r"(?: more| others)? (?:(?:had|have|has) )?(?:now |already )?(?:reached|arrived at|massed at"
    r"|gathered at)"
    r" (?:\S+ ){1,3}?(?:borders?|frontier)\b",
    re.IGNORECASE,
)
_ADMITTED = _before(r"(?:had|has|have) (?:already |so far )?(?:admitted|let in|allowed in|taken in)")
_LET_IN = _before(r"admitted|let in|allowed in|took in")
_SO_FAR = re.compile(r" (?:so far|since|already|to date|in total|overall)\b|[.,;]")
_GROWN = re.compile(
    r"\b(?:increas|r(?:ose|ise)|gr(?:ew|own)|jump|climb|f(?:ell|all)|drop|declin|decreas|soar|swell"
    r"|swoll|rais|went)"
    r"[^.;]{0,110}?\bfrom(?P<gap>[^.;]{0,60}? to)?" + _HEDGED,
    re.IGNORECASE,
)
_IN_THE = re.compile(
    r"\b(?:be|are|is|were|was|numbers?|numbered|runs?|running)(?: (?:now|thought|believed|said|to"
    r"|be|already))*"
    r" in the $",
    re.IGNORECASE,
)
# What the people are who are named before such a number, by the class of the noun.
_TERMS = {
    "refugee": "refugee",
    "displaced": "displaced",
    "returnee": "returned",
    "evacuee": "evacuated",
    "death": "killed",
    "injury": "injured",
    "forces": "forces",
    "fighters": "fighters",
}
_TO_COME = re.compile(r"\b(?:will|would|could|(?:is|are) to|to (?:send|deploy|form)|plans?|planned)\b")
_BY_END = re.compile(r"\b(?:19|20)\d\d\b|\bby the end of\b|\blast (?:year|month)\b")


def _land(word: str) -> str:
    """Give the country a word names, by its name or its people; empty for none."""
    low = word.lower().removesuffix("'s").removesuffix("’s")
    if low in COUNTRIES:
        return low
    return PEOPLES.get(low, "") or PEOPLES.get(low.removesuffix("s"), "")


class Context:
    """The words on either side of one number of a sentence."""

    def __init__(self, times: Times) -> None:
        quantity, text = times.quantity, times.clause.text
        sentence = times.known.layout.sentences[quantity.sentence]
        self.times = times
        self.before = text[max(sentence.start, quantity.start - _REACH) : quantity.start].replace("\n", " ")
        self.after = text[quantity.end : min(sentence.end, quantity.end + _REACH)].replace("\n", " ")
        last = times.base()
        self.last: Done | None = last if last is not None and last.sentence == quantity.sentence else None

    def people(self) -> str:
        """Give the country whose people are counted: "2.5 million Syrians", "dozens of Afghan families"."""
        for match in list(_WORDS.finditer(self.after[:50]))[:4]:
            word = match.group()
            if word[0].isupper():
                land = PEOPLES.get(word.lower(), "") or PEOPLES.get(word.lower().removesuffix("s"), "")
                if land:
                    return land
            elif word not in {"of", "more", "ethnic", "displaced"}:
                break
        return ""

    def host(self) -> str:
        """Give the country named last before the number, as the one who holds, hosts or is home to them."""
        lands = [_land(m.group()) for m in _WORDS.finditer(self.before) if m.group()[0].isupper()]
        lands = [land for land in lands if land]
        return lands[-1] if lands else ""

    def abroad(self) -> bool:
        """Whether the counted are in another country than their own."""
        out = _OUT_AND_IN.match(self.after)
        if (
            out
            and _land(out.group("into"))
            and _land(out.group("into")) != _land(out.group("out").split()[-1])
        ):
            return True
        if _ELSEWHERE.match(self.after):
            return True
        people = self.people()
        if not people:
            return False
        host = self.host()
        if (
            host
            and host != people
            and any(pattern.search(self.before) for pattern in (_HOLDS, _WITH, _BESIDE))
        ):
            return True
        inside = _IN_COUNTRY.search(self.after[:110]) or _IN_LAND.match(self.after)
        land = _land(inside.group("land")) if inside else ""
        return bool(land) and land != people

    def in_camp(self) -> bool:
        """Whether the subject before "is home to" is named a camp in the text, or camps were just told of."""
        layout, quantity = self.times.known.layout, self.times.quantity
        if _CAMP.search(self.before):
            return True
        sentence = quantity.sentence
        own = layout.sentences[sentence].paragraph
        if (
            sentence
            and layout.sentences[sentence - 1].paragraph == own
            and _CAMP.search(layout.words(sentence - 1))
        ):
            return True
        first = next((m.group() for m in _WORDS.finditer(self.before) if m.group()[0].isupper()), "")
        return bool(first) and any(
            f"{first}{kind} camp" in layout.text for kind in ("", " refugee", " displacement", " IDP")
        )

    def is_nothing(self, meaning: Meaning) -> bool:
        """Whether vehicles, buildings, rioters or the sick are counted."""
        term, after = meaning.term, self.after
        if term in _ARMED:
            things = _VEHICLES.match(after)
            if things and not _NOT_OF_VEHICLES.search(things.group()):
                return True
        if term == "homes_destroyed" and _BUILDINGS.match(after):
            return True
        if term in _STAYING and _UNRULY.match(after):
            return True
        return term == "other" and bool(_DISEASE.search(self.before))


def correct(times: Times, meaning: Meaning | None) -> Meaning | None:
    """Correct what was understood of a number by the wider sentence.

    Parameters
    ----------
    times
        The number in its sentence, with what is known of the text so far.
    meaning
        What its own words told; None for nothing.

    Returns
    -------
    meaning
        Corrected; None where the number is no figure.
    """
    context = Context(times)
    if meaning is None:
        return _rescue(context)
    if context.is_nothing(meaning):
        return None
    meaning = settle_plan(_settle_term(context, meaning), context.before, context.after, context.last)
    time = _settle_time(context, meaning)
    return meaning if time == meaning.temporality else meaning._replace(temporality=time)


def _settle_term(context: Context, meaning: Meaning) -> Meaning:  # noqa: C901, PLR0912 - cases, in order
    """Correct the term."""
    term, before, after, last = meaning.term, context.before, context.after, context.last
    if last is not None and last.meaning.term in {"killed", "injured"}:
        part = context.times.preds.left.kind in {"paren", "subset"} or context.times.preds.subset
        if part and term in _ARMED | {"at_risk_population"}:
            return meaning._replace(term=last.meaning.term, temporality="past")
    if term in _ARMED and _KILLED_QUOTE.search(before):
        return meaning._replace(term="killed", temporality="past")
    if term in {"refugee", "displaced", "at_risk_population", "other", "forces"} and _FIGHTING.match(after):
        return meaning._replace(term="fighters", temporality="current")
    if term in _STAYING and _STRONG_FORCE.match(after):
        return meaning._replace(term="forces")
    if term in {"forces", "other", "displaced", "at_risk_population"}:
        members = _MEMBERS_OF.match(after)
        if members and context.times.known.topics.names_fighters(members.group("name")):
            return meaning._replace(term="fighters")
    if (
        term in {"expected_displaced", "displaced", "at_risk_population"}
        and _CUT_OFF.match(after)
        and _LEAVING.search(before)
    ):
        return meaning._replace(term="trapped")
    if term == "trapped" and _WOULD_LEAVE.search(before):
        return meaning._replace(temporality="expected")
    if term in _STAYING and _CAUGHT.match(after):
        return meaning._replace(term="trapped", temporality="current")
    if term == "displaced" and _CRAMMED.match(after):
        return meaning._replace(term="at_risk_population")
    if term == "refugee" and "displaced" in before and _BOTH.match(after):
        return meaning._replace(term="displaced")  # all the uprooted of the world
    if term == "refugee" and _WITHIN.match(after):
        return meaning._replace(term="displaced")  # "an influx of 75,000 internally displaced people"
    if term in _FLIGHT and _INHABITED.search(before):
        return meaning._replace(term="at_risk_population", temporality="current")
    own = _SELF.match(after)
    if own and term in {"returned", "refugee", "displaced", "at_risk_population"}:
        who = own.group("who").lower()
        kind = (
            "displaced" if who.startswith(("int", "idp")) else "refugee" if who[:3] == "ref" else "returned"
        )
        if kind != term:
            return meaning._replace(term=kind)
    if (
        term in {"refugee", "at_risk_population"}
        and _AT_BORDER.match(after)
        and not _CROSSED.search(after[:90].partition(",")[0])
    ):
        return meaning._replace(term="displaced")
    if term == "other" and _HOLDS.search(before) and _SEEKERS.match(after) and context.people():
        return meaning._replace(term="refugee")
    if term == "other" and _WITH.search(before) and context.people() and context.abroad():
        return meaning._replace(term="refugee")
    if term in {"other", "at_risk_population"} and _BESIDE.search(before) and context.abroad():
        return meaning._replace(term="refugee", temporality="current")
    if term in {"displaced", "at_risk_population"} and context.abroad():
        return meaning._replace(term="refugee")
    if term == "at_risk_population" and _HOME_TO.search(before) and context.in_camp():
        return meaning._replace(term=context.times.flight() or "displaced")
    if (
        term == "displaced"
        and meaning.unit == "percent"
        and last is not None
        and last.meaning.term == "refugee"
    ):
        return meaning._replace(term="refugee")
    return meaning


def _settle_time(context: Context, meaning: Meaning) -> str:
    """Correct the time."""
    term, time, before, after = meaning.term, meaning.temporality, context.before, context.after
    if term in _ARMED and (_PLEDGED.search(before) or (time == "current" and _WOULD_INCLUDE.search(before))):
        return "expected"
    feared = term in _STAYING | {"trapped"} and _FEARS_FOR.search(before) and " if " in after
    planned = term in _STAYING | {"other"} and (_TO_BUILD.search(before) or _YET_TO_BUILD.match(after))
    if time == "current" and (feared or planned):
        return "expected"
    if term == "returned" and time == "past" and _ONCE_BACK.search(before) and _RETURN_WILL.match(after):
        return "expected"
    stays = _STILL_HOME.search(before) or _TAKEN_REFUGE.match(after) or _ON_MOVE.match(after)
    if time == "past" and term in _STAYING and stays:
        return "current"
    if time == "current" and term in _FLIGHT:
        if _HAS_DONE.search(before) or _SIGNED_ON.match(after) or _WHO_CAME.match(after):
            return "past"
        if _LEAVES.search(before):
            return "past"
    if time == "current" and term == "at_risk_population" and _ONCE_CITY.search(before):
        return "past"
    return time


def _rescue(context: Context) -> Meaning | None:  # noqa: C901, PLR0912 - cases, in order
    """Read numbers without a noun: at a border, admitted so far, growth, "in the thousands"."""
    times = context.times
    quantity, before, after = times.quantity, context.before, context.after
    value = quantity.high or quantity.low or 0
    if times.percent or 0 < value < _FEWEST:
        return None
    shared = share_verb(quantity, before, after, context.last) if times.phrase.kind == "" else None
    if shared is not None:
        return shared
    term, time = "", "past"
    if _STRONG_FORCE.match(after):
        term = "forces"
        time = "expected" if _TO_COME.search(before + after) else "current"
    elif times.phrase.kind in {"person", "resident", "household"} and came_from(after):
        term = times.flight() or "displaced"
    elif times.phrase.kind in {"person", "resident"}:
        if _LET_IN.search(before) and context.host():
            term = "refugee"
        elif _FIGHTING.match(after):
            term, time = "fighters", "current"
        elif _FEARS_FOR.search(before) and " if " in after:
            term, time = "at_risk_population", "expected"
    elif times.phrase.kind != "":
        return None
    elif _BARE_BORDER.match(after):
        term = "displaced"
    elif _ADMITTED.search(before) and _SO_FAR.match(after) and times.flight() == "refugee":
        term = "refugee"
    elif _IN_THE.search(before):
        term, time = _subject(before), "current"
    else:
        grown = _GROWN.search(before)
        if grown and grown.group("gap") and context.last is not None:
            term = context.last.meaning.term
            time = "past" if _BY_END.search(after) else "current"
        elif grown and not grown.group("gap") and re.match(r"[^.;]{0,60}? to\b[^.;]{0,25}?\d", after):
            term = _subject(before)
    if not term:
        return None
    if term in {"killed", "injured"}:
        time = "past"
    evidence = ((quantity.start, quantity.end),)
    unit, group = ("households", "families") if times.phrase.kind == "household" else ("persons", "people")
    return Meaning(unit, group, term, time, conditional=False, negated=False, evidence=evidence)


def _subject(before: str) -> str:
    """Give the term of the people named in the words before: fighters, refugees, the displaced, the dead."""
    kinds = [HEADS.get(match.group().lower(), "") for match in _WORDS.finditer(before)]
    named = [kind for kind in kinds if kind in _TERMS]
    unarmed = [kind for kind in named if kind not in _ARMED]  # "the army increased the number of displaced"
    return _TERMS[(unarmed or named)[-1]] if named else ""
