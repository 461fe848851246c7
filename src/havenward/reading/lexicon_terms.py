"""Which words say what happened to people or homes: verbs, states and nouns of events, each with its term."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator


class Cue(NamedTuple):
    """A word or phrase that tells a term.

    `role` says whom it befalls: `S` the subject of the verb, `O` its object, `B` either, `A` whoever is in
    this state (an adjective or phrase), `N` what follows the noun with `of` or stands before it. `form` is
    that of the verb (base, s, ed, en, ing); `stock` is true for states that last.
    """

    term: str
    role: str
    form: str
    stock: bool


# The order of the terms: the first that fits is taken.
ORDER = (
    "expected_displaced",
    "refugee",
    "returned",
    "evacuated",
    "trapped",
    "displaced",
    "in_need",
    "at_risk_population",
    "killed",
    "injured",
    "homes_destroyed",
    "forces",
    "fighters",
    "other",
)

_IRREGULAR = {
    "freeze": ("freezes", "froze", "frozen", "freezing"),
    "swim": ("swims", "swam", "swum", "swimming"),
    "ride": ("rides", "rode", "ridden", "riding"),
    "creep": ("creeps", "crept", "crept", "creeping"),
    "slip": ("slips", "slipped", "slipped", "slipping"),
    "throw": ("throws", "threw", "thrown", "throwing"),
    "show": ("shows", "showed", "shown", "showing"),
    "cram": ("crams", "crammed", "crammed", "cramming"),
    "spill": ("spills", "spilled", "spilt", "spilling"),
    "flee": ("flees", "fled", "fled", "fleeing"),
    "leave": ("leaves", "left", "left", "leaving"),
    "run": ("runs", "ran", "run", "running"),
    "take": ("takes", "took", "taken", "taking"),
    "seek": ("seeks", "sought", "sought", "seeking"),
    "find": ("finds", "found", "found", "finding"),
    "go": ("goes", "went", "gone", "going"),
    "come": ("comes", "came", "come", "coming"),
    "get": ("gets", "got", "got", "getting"),
    "make": ("makes", "made", "made", "making"),
    "be": ("is", "was", "been", "being"),
    "lose": ("loses", "lost", "lost", "losing"),
    "die": ("dies", "died", "died", "dying"),
    "lie": ("lies", "lay", "lain", "lying"),
    "slay": ("slays", "slew", "slain", "slaying"),
    "shoot": ("shoots", "shot", "shot", "shooting"),
    "burn": ("burns", "burned", "burnt", "burning"),
    "hit": ("hits", "hit", "hit", "hitting"),
    "hurt": ("hurts", "hurt", "hurt", "hurting"),
    "cut": ("cuts", "cut", "cut", "cutting"),
    "stick": ("sticks", "stuck", "stuck", "sticking"),
    "sleep": ("sleeps", "slept", "slept", "sleeping"),
    "drive": ("drives", "drove", "driven", "driving"),
    "sweep": ("sweeps", "swept", "swept", "sweeping"),
    "blow": ("blows", "blew", "blown", "blowing"),
    "tear": ("tears", "tore", "torn", "tearing"),
    "hold": ("holds", "held", "held", "holding"),
    "bring": ("brings", "brought", "brought", "bringing"),
    "give": ("gives", "gave", "given", "giving"),
    "feed": ("feeds", "fed", "fed", "feeding"),
    "send": ("sends", "sent", "sent", "sending"),
    "put": ("puts", "put", "put", "putting"),
    "dig": ("digs", "dug", "dug", "digging"),
    "drown": ("drowns", "drowned", "drowned", "drowning"),
    "fall": ("falls", "fell", "fallen", "falling"),
    "have": ("has", "had", "had", "having"),
    "spend": ("spends", "spent", "spent", "spending"),
    "set": ("sets", "set", "set", "setting"),
    "trap": ("traps", "trapped", "trapped", "trapping"),
    "strand": ("strands", "stranded", "stranded", "stranding"),
    "bury": ("buries", "buried", "buried", "burying"),
    "kidnap": ("kidnaps", "kidnapped", "kidnapped", "kidnapping"),
    "dwell": ("dwells", "dwelt", "dwelt", "dwelling"),
    "flow": ("flows", "flowed", "flowed", "flowing"),
    "gun": ("guns", "gunned", "gunned", "gunning"),
    "ship": ("ships", "shipped", "shipped", "shipping"),
    "resettle": ("resettles", "resettled", "resettled", "resettling"),
    "occupy": ("occupies", "occupied", "occupied", "occupying"),
    "ferry": ("ferries", "ferried", "ferried", "ferrying"),
    "airlift": ("airlifts", "airlifted", "airlifted", "airlifting"),
    "wash": ("washes", "washed", "washed", "washing"),
    "bus": ("buses", "bused", "bused", "busing"),
    "camp": ("camps", "camped", "camped", "camping"),
    "rescue": ("rescues", "rescued", "rescued", "rescuing"),
    "raze": ("razes", "razed", "razed", "razing"),
    "lay": ("lays", "laid", "laid", "laying"),
    "hem": ("hems", "hemmed", "hemmed", "hemming"),
    "pin": ("pins", "pinned", "pinned", "pinning"),
    "gut": ("guts", "gutted", "gutted", "gutting"),
}


def inflect(verb: str) -> tuple[str, str, str, str]:
    """Give third person, past, participle and -ing form of an English verb."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies", verb[:-1] + "ied", verb[:-1] + "ied", verb + "ing"
    if verb.endswith("e"):
        stem = verb if verb.endswith("ee") else verb[:-1]
        return verb + "s", verb + "d", verb + "d", stem + "ing"
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s")
    return third, verb + "ed", verb + "ed", verb + "ing"


# Term | whom the verb befalls | is it an event or a lasting state | verbs. Of a phrase the verb is inflected.
# Labels that are no terms of the guide ("live", "leave", "host") mean what surroundings.py makes of them.
_VERBS = """
displaced | S | event | lose the roof; lose their roofs; lose everything; take to the hills; take to the
    bush; take to the mountains; take to the roads; flee; escape; run away; run for their lives; take
    flight; abandon their homes; abandon their villages; abandon their houses; abandon homes; head for;
    pour out; stream out; desert their villages; take refuge; seek refuge; seek shelter; take shelter;
    find shelter; find refuge; seek safety; seek sanctuary; take sanctuary; lose their homes; lose their
    houses; lose homes; quit their homes; migrate; abandon farms; abandon villages; abandon their farms;
    abandon the city; abandon the town; abandon the village; abandon the capital; abandon the area; run
    for safety; set in motion; decamp; run for it
displaced | O | event | set in motion; chase out of; chase off; burn out of; bomb out of; shell out of;
    smoke out; force out; turf out; throw out of; hound out
displaced | S | state | shelter in; shelter at; shelter with; shelter under; shelter; camp; camp out;
    sleep rough; sleep outdoors; sleep outside; sleep in the open; sleep on the streets; squat
displaced | O | event | displace; uproot; dislodge; evict; oust; relocate; resettle; expel; scatter;
    drive out; drive from; drive away; make homeless; render homeless; leave homeless; chase from; chase
    out; push out; turn out; internally displace; newly displace
refugee | S | event | come across; come over the border; get across; cross the border; cross into; cross
    over; cross borders; pass the crossing; pass the border; pass the frontier; pass the border crossing;
    pass the border post; pass through the crossing; go through the crossing; come through the crossing;
    use the crossing; cross the frontier; cross the river into; cross to; cross; seek asylum; claim
    asylum; apply for asylum; request asylum; leave the country; flee the country; flee abroad; take
    refuge abroad; spill over the border; go into exile; emigrate
returned | S | event | be home; be back home; be back; return; go home; go back; come back; cross back;
    walk home; walk back; creep back; drift back; trickle back; stream back; flock home; flood back;
    make their way home; make their way back; venture back; resettle back; come home; head home; head
    back; move back; get back home; get home; travel back
returned | O | event | repatriate; deport; send back; send home; bring home; bring back; push back; hand
    over; escort home
evacuated | B | event | evacuate; pre-emptively evacuate; preemptively evacuate
evacuated | O | event | take out of; bring out of; bring out; get out of harm's way; move to safety;
    relocate to safety; relocate to safer; take to safety; bring to safety; move to safer; move to
    higher ground; airlift; bus out; transfer to safer; lead to safety; ferry to safety; move out of
    harm's way
evacuated | S | event | move to safety; move to safer; head for higher ground; move to higher ground;
    head to higher ground
trapped | O | state | trap; strand; besiege; encircle; confine; blockade; maroon; cut off; pin down; hem
    in; isolate; entrap; surround
trapped | O | event | bury
trapped | A | state | is stuck
trapped | S | state | want out; hope to get out; wait to get out
trapped | O | state | pin down; wall in; lock in; bottle up; box in
in_need | S | state | need; require; rely on; depend on; go hungry; lack; starve; live without; know
    where their next meal; survive on aid
at_risk_population | S | state | inhabit; populate
at_risk_population | O | state | threaten; endanger; imperil; expose; put at risk; place at risk
killed | S | event | wash up; wash ashore; wash up dead; die; perish; drown; lose their lives; lose
    their life; lose his life; succumb; lay dead; freeze to death; starve to death; burn to death; bleed
    to death
killed | O | event | kill; slay; massacre; murder; execute; slaughter; behead; assassinate; lynch;
    electrocute; shoot dead; gun down; shoot and kill; burn alive; hack to death; stone to death; crush
    to death; beat to death; asphyxiate; find dead; shoot to death; summarily execute; drown; stab to
    death; martyr
injured | O | event | take to hospital; rush to hospital; treat for injuries; treat for wounds; admit to
    hospital; injure; wound; hurt; maim; hospitalise; hospitalize; mutilate; disable
injured | S | event | suffer injuries; suffer injury; sustain injuries; suffer minor; suffer wounds;
    sustain burns
homes_destroyed | O | event | set fire to; put to the torch; lay waste to; reduce to ashes; destroy;
    damage; flatten; raze; demolish; wreck; gut; inundate; submerge; swamp; torch; bulldoze; ruin;
    level; wash away; sweep away; wash out; burn; burn down; burn to the ground; set on fire; set
    alight; engulf; tear down; blow down; blow away; bury under; flood; devastate; reduce to rubble;
    tear apart; unroof; cover; completely destroy; totally destroy; partially destroy; partially damage;
    badly damage; scorch; severely damage; incinerate; obliterate; reduce to; pulverise; topple; knock
    down; shell; bomb; set ablaze
homes_lost | S | event | have their homes destroyed; have their houses destroyed; have their homes
    damaged; have their houses damaged; have their homes burned; have their houses burned; have their
    homes flooded
destroyed_if_not | S | event | survive; withstand
homes_destroyed | S | event | collapse; cave in; burn down; catch fire; go up in flames
rescued | O | event | pluck; winch; pluck from; pluck off; winch from; haul from; fish out; fish from;
    drag from; lift from; dig from; lead out; rescue; save; pull alive; find alive; pull from; pull out;
    dig out; winch; pull; free; pick up; intercept
held | O | event | carry off; drag off; drag away; march off; lead away; snatch; abduct; kidnap;
    release; arrest; detain; capture; imprison; round up; take hostage; hold hostage; hold captive; take
    captive; jail; conscript; forcibly recruit; recruit; enslave; rape; take prisoner; seize; torture;
    intern
missing | S | event | go missing; disappear; vanish
integrated | S | event | settle locally; locally integrate; integrate locally; integrate
assisted | O | event | assist; help; support; feed; provide; provide for; target; serve; treat; supply;
    aid; cover with; register; reach with; give shelter; give food; give assistance; benefit; distribute
    to; enrol; enroll; verify; profile; screen
enough | S | state | get enough food; get enough to eat; have enough to eat; have enough food; have
    access to; have enough water
face | S | state | face; experience; suffer; suffer from; endure; confront
affect | O | event | affect; hit; impact; strike
leave | S | event | abandon; vacate; clear out; pack up; get away; slip away; slip out; move off; set
    off; set out; pull out of; leave; depart; exit; depart from; get out; move out; trek; walk; move
    away
arrive | S | event | come over; come through; get through; get to; get into; make it through; make it as
    far as; limp into; straggle into; stumble into; stagger into; drift into; roll into; come ashore;
    reach shore; step ashore; put ashore; make land; cross over to; arrive; enter; pour into; stream
    into; flood into; flock to; flock into; spill into; reach; come from; come; pour in; pour over;
    stream across; stream over; pour across; surge into; spill over; make it to; land in; land on;
    stream to; converge on; turn up; trickle into; file into; pour; stream; make their way; move into;
    move to; move towards; move toward; move across; travel to; journey to; head to; head towards; head
    toward; follow; make the journey; make the crossing; gather at; gather in; gather outside; gather
    around; join
go | S | event | run; walk; trek; hike; flock; trickle; wade; swim; row; clamber; ride; sail; crawl;
    limp; hurry; rush; scramble; race; pass through; go; file; press on; move on; spill; scatter;
    disperse; slip; slip across; slip over; cross by; come by; board; climb; creep; stagger; stumble;
    drift; surge; swarm; troop
linger | S | state | queue; line up; huddle; gather; wait; await; sleep; sleep on; sleep under; sleep
    by; camp on; camp beside; camp by; camp along; crouch; squat; share; crowd together; cram; crowd;
    squeeze; pack; jam; pile
carry | O | event | bring; bring in; bring over; bring to; take across; bring across; carry; ship; haul;
    row over; truck; drive out; truck out; ferry across; ferry over
live | S | state | live; stay; reside; dwell; be; inhabit; remain; lodge; stay put; spend the night
host | O | state | put up; take care of; look after; host; house; accommodate; shelter; hold; harbour;
    harbor; take in; absorb; accept; receive; welcome; lodge; see; have; contain; count; admit; grant
    asylum to; shelter up to; register
move | O | event | move; transfer; relocate; transport; bus; ferry; take
deploy | O | event | deploy; mobilise; mobilize; send; station; amass; mass; post; recruit; train;
    field; commit
"""

# Adjectives and phrases that say a state of people or homes.
_STATES = """
displaced | A | state | homeless; without shelter; without homes; without a home; without a roof;
    without housing; in displacement; displaced from their homes; away from their homes; out of their
    homes; in makeshift camps; in displacement camps; in idp camps; in relief camps; in evacuation
    centres; in evacuation centers; in temporary shelters; in temporary shelter; in shelters; in tents;
    in the open; in collective centres; in collective centers; with host families; in host communities;
    with relatives; in camps; in emergency shelters; in tent camps; as idps; as displaced; as internally
    displaced; as an idp; in informal settlements; in temporary camps; in exile inside
evacuated | A | event | to safety; to safer areas; to safer ground; to higher ground; to safer places
fled | A | event | from their homes; from their villages; from their houses; from homes; out of their
    villages; off their land; from their land; out of the city; on the move; on the run; from their
    communities
refugee | A | state | in exile; in exile in; as refugees; as asylum seekers; as a refugee; outside the
    country; across the border in; seeking asylum; abroad; in neighbouring countries; in neighboring
    countries
trapped | A | state | trapped; stranded; stuck; under siege; in besieged areas; in besieged; besieged;
    on roofs; on rooftops; on their roofs; on the roof; on the roofs; on the rooftops; in trees; in
    treetops; unable to leave; unable to escape; unable to flee; unable to get out; unable to evacuate;
    marooned; cut off; in hard-to-reach and besieged; with no safe way out; no safe way out; with no
    escape; no escape; without an escape; without a way out; with no way out; with no way to leave;
    caught between; no way out; holed up; under blockade; hemmed in; encircled; blockaded; caught in the
    siege; prevented from leaving; barred from leaving; not allowed to leave; with no means to leave;
    cornered; under the rubble; beneath the rubble; under rubble; forbidden to leave; with nowhere to go
in_need | A | state | close to famine; near famine; near starvation; close to starvation; on the edge of
    famine; on the edge of starvation; facing famine; going hungry; in need; in need of; in urgent need;
    in urgent need of; in dire need; in dire need of; in acute need; in desperate need of; in desperate
    need; in severe need; in humanitarian need; in critical need of; in critical need; food insecure;
    food-insecure; severely food insecure; acutely food insecure; severely food-insecure; acutely
    food-insecure; hungry; starving; short of food; without access; without food; without water; without
    clean water; without safe water; without drinking water; without access to; without assistance;
    without aid; on the brink of famine; on the brink of starvation; on the verge of famine; on the
    verge of starvation; one step away from famine; a step away from famine; at risk of famine; at risk
    of starvation; at risk of hunger; at risk of starving; at risk of food insecurity; dependent on aid;
    dependent on food aid; dependent on humanitarian; dependent on food; reliant on aid; reliant on
    humanitarian; reliant on food aid; in crisis or worse; in ipc phase; in ipc; in famine; facing
    starvation; in food crisis; in phase 3; in phase 4; in phase 5; in a situation of dire need; with no
    access to; with little access to; with limited access to; without adequate; without enough;
    malnourished; severely malnourished; acutely malnourished; undernourished; needy; vulnerable to
    hunger; of concern; in need for; eligible for
at_risk_population | A | state | at imminent risk; at serious risk; at grave risk; at great risk; at
    severe risk; at heightened risk; at increased risk; in grave danger; in immediate danger; in mortal
    danger; in serious danger; in extreme danger; at risk; at risk of; at risk from; at high risk; at
    extreme risk; in danger; in danger of; in harm's way; under threat; under threat of; in the path of;
    in its path; exposed to; vulnerable to; in the firing line; in the line of fire; in hard-to-reach
    areas; in hard-to-reach; threatened by; threatened with; endangered by; inside the city; inside the
    town; inside the enclave; in areas controlled by; in areas held by; under the control of; in
    is-held; in isis-held; in rebel-held; in opposition-held; in government-held; in militant-held;
    caught in the crossfire; caught in the fighting; caught up in; under threat from; endangered; on the
    front line; near the front line; facing eviction; exposed
displacement_risk | A | state | at risk of displacement; at risk of being displaced; at risk of losing
    their homes; threatened with eviction; facing eviction; at risk of eviction; threatened with
    displacement
killed | A | event | among the dead; among those killed; among the victims; their lives; as dead; as
    killed; dead; feared dead; presumed dead; believed dead; confirmed dead; reported dead; slain;
    lifeless
injured | A | event | with shrapnel wounds; with gunshot wounds; with bullet wounds; with wounds; with
    injuries; with serious injuries; with minor injuries; with severe injuries; with burns; with
    shrapnel injuries; among the injured; among the wounded; among those injured; as injured; in
    hospital with; in critical condition
missing | A | state | among the missing; as missing; missing; unaccounted for; feared missing; lost at
    sea; still missing; reported missing
homes_destroyed | A | state | rubble; a ruin; ruins; ashes; in ashes; gutted shells; roofless;
    uninhabitable; under water; underwater; in ruins; unfit for habitation; in flames; unsafe;
    unsuitable for habitation; ablaze; without roofs; beyond repair
rescued | A | event | found alive; alive
returned | A | event | back home; back in their homes
held | A | state | in detention; held hostage; in captivity
mixed | A | event | killed or injured; killed or wounded; killed and injured; killed and wounded; dead
    or injured; dead or wounded; dead and wounded; dead and injured; dead or missing; dead and missing;
    killed or missing; killed and missing; injured or killed; wounded or killed; killed or maimed;
    killed and maimed; missing or dead; missing and dead; died or went missing; killed or disappeared;
    injured or missing; died or disappeared
"""

# Nouns of events: the number counts them ("12 deaths"), or stands behind them ("the displacement of 3,000").
_EVENTS = """
displaced | N | event | displacement; displacements; eviction; evictions; relocation; resettlement;
    exodus from; uprooting; expulsion; flight; exodus
refugee | N | event | influx; influxes; inflow; inflows; outflow; border crossings; asylum applications;
    asylum claims; asylum requests; border crossing
arrive | N | event | arrival; arrivals
returned | N | event | return; returns; repatriation; repatriations; deportation; deportations
evacuated | N | event | evacuation; evacuations
killed | N | event | death; deaths; fatality; fatalities; killing; killings; casualty; casualties;
    bodies; corpses; body; death toll; toll; loss of; execution; executions; massacre; massacre of;
    lives; murder; victims killed; skeletons; remains of
injured | N | event | injury; injuries
trapped | N | state | entrapment; siege; confinement
homes_destroyed | N | event | destruction; demolition; demolitions; damage to
held | N | event | abduction; abductions; kidnapping; kidnappings; arrest; arrests; detention;
    disappearances
rescued | N | event | rescue; rescues
missing | N | state | disappearance
"""

Trie: TypeAlias = dict[str, tuple[tuple[tuple[str, ...], Cue], ...]]


def _rows(table: str) -> Iterator[tuple[str, str, bool, list[str]]]:
    """Read a table above: rows begin at the margin, lines that are set in continue them."""
    for row in re.split(r"\n(?=\S)", table.strip()):
        term, role, kind, phrases = (part.strip() for part in row.split("|"))
        yield term, role, kind == "state", [" ".join(phrase.split()) for phrase in phrases.split(";")]


def _collect() -> Trie:
    rows: dict[tuple[str, ...], Cue] = {}
    for term, role, stock, phrases in _rows(_STATES):
        for phrase in phrases:
            rows.setdefault(tuple(phrase.split()), Cue(term, role, "", stock))
    for term, role, stock, phrases in _rows(_VERBS):
        for phrase in phrases:
            words = phrase.split()
            at = next((i for i, word in enumerate(words) if not word.endswith("ly") or word == "rely"), 0)
            head, tail = tuple(words[:at]), tuple(words[at + 1 :])
            forms = (words[at], *inflect(words[at]))
            for verb, form in zip(forms, ("base", "s", "ed", "en", "ing"), strict=True):
                if form == "base" and verb == forms[2]:
                    continue  # "hurt", "hit": told of people it is the past far more often
                rows.setdefault((*head, verb, *tail), Cue(term, role, form, stock))
    for term, role, stock, phrases in _rows(_EVENTS):
        for phrase in phrases:
            rows.setdefault(tuple(phrase.split()), Cue(term, role, "", stock))
    # "be" and "have" are carried by the verb group, not by these tables
    for word in ("be", "is", "was", "been", "being", "have", "has", "had", "having", "see", "sees", "pull"):
        rows.pop((word,), None)
    trie: dict[str, list[tuple[tuple[str, ...], Cue]]] = {}
    for key, cue in rows.items():
        trie.setdefault(key[0], []).append((key[1:], cue))
    return {word: tuple(sorted(rest, key=lambda tail: -len(tail[0]))) for word, rest in trie.items()}


CUES = _collect()
