"""Which words before and after a place say what part it plays in its sentence."""

from __future__ import annotations

import re

from havenward.reading.lexicon_places import words

IN = words(
    "in across throughout inside within around near at on along outside through over amid beyond off"
    " surrounding above behind"
)
TOWARD = words("into toward towards onto")
LEAVING_VERB = words(
    "fled flee flees fleeing escape escaped escaping leave leaving left vacate vacated vacating abandon"
    " abandoned abandoning evacuate evacuated evacuating evicted departed depart departing quit"
)
REACHING_VERB = words(
    "reach reached reaching enter entered entering enters reaches cross crossed crossing crosses"
)
# Verbs whose object is where something happened.
HITTING = words(
    "hit struck hits strike ravaged battered devastated retake retook retaken recapture recaptured"
    " capture captured capturing seize seized seizing attack attacked attacking shelled shelling bombed"
    " storm stormed besieged besiege besieging swept flooded lashed batters hitting striking pounded"
    " overran affecting affected liberate liberated take takes taking took flooding inundating inundated"
    " engulfed engulfing damaging sweep sweeps hit hits eyes eye batter rock rocks rocked lash lashes lashed"
    " pound pounds deluge deluged deluges drench drenched inundate slam slams slammed devastate"
    " devastates ravage"
    " ravages engulf engulfs flood floods pummel pummels pummelled grip grips gripped shake shakes shook jolt"
    " jolts jolted threaten threatens threatened threatening menace menaces shell shells bomb bombs besieges"
    " shelled raid raided raids tore scorch scorched choke chokes paralyse paralyses battering"
    " sweeping eyeing"
    " nearing approach approaches approaching circle circles encircle encircled encircling"
)
# Words before `to` after which a place is no destination.
NOT_GOING = words(
    "according due thanks close next access compared similar damage related prior respect assistance aid"
    " support help home opposed contrary addition relation response threat risk visit attributed loyal"
    " known"
)
# Nouns before `to` and a place where they go.
GOERS = words(
    "arrivals returns deportations transfers people families refugees migrants returnees evacuees persons"
)
# What may stand between a preposition and a place without governing it.
HEDGE = words(
    "the a an this that these those some nearly almost more than least many fewer less what is now both"
    " all its their following two three four five other worst-hit provinces districts regions states"
    " towns villages governorates prefectures areas counties cities municipalities"
)
OFFICE = words("governor mayor prefect administrator")
BEING = words("has have had is was are were alone now also")
CLOSED_AFTER = words(
    "and or but in on at to from of for with by as is was are were be been has have had will would could"
    " can may said says told after before since while when where which who that the a an their its this"
    " these those reported reports towards toward into including according during until because if so"
    " than then"
)
CLAUSE_ENDS = (" and", " while", " as", " that", " when", " but", " where", " after")
FROM_AREA = (" road", " border", " area", " line", " highway", " located", " villages")
DISTANCE_END = words("from of to outside away km kms kilometres kilometers miles drive")
HOME_END = words("in near around across at of on")
HOMES = words(
    "home homes house houses village villages community communities homeland town towns land lands area areas"
    " origin residence neighbourhood neighbourhoods neighborhood neighborhoods hometown hometowns city cities"
    " farm farms camp camps settlement settlements"
)
ARRIVING_STEM = ("arriv", "landed", "safety", "asylum", "resettl", "sanctuary", "haven")
SPOKE = words("said told speaking spoke announced")

# After a place: it has people, takes them in, or has suffered.
HOSTING = re.compile(
    r"(?:,? [^,.;]{3,70},)?,? (?:(?:has|have|had|is|was|are|were|now|also|already|currently"
    r"|alone|still|itself|which|that|and|been|the|by|far|could|may|might|will|would|can|must|to"
    r"|expects|expected) ){0,5}(?:host|shelter|hold|held|contain|home to|receiv|accommodat"
    r"|tak(?:es|en|ing) in|took in|absorb|hous|regist|saw |seen "
    r"|see |welcom|worst"
    r"|bore|detain|arrest|intern(?:s|ed)\b|grant|resettl|admit(?:s|ted) (?!that)"
    r"|account|suffer|record|report(?:ed|s) (?!that)|count|lost |evacuat|protect)"
)
# What a place has that holds people: "Thailand's nine border camps".
HOLDS = re.compile(
    r"['’´`]s? (?:[\w,.-]+ ){0,3}?(?:camps?|population|people|residents|refugees|displaced|idps|IDPs"
    r"|hospitals?|towns|cities"
    r"|villages|provinces|districts|coast|prisons?|schools|shelters|inhabitants|civilians|children|homes"
    r"|houses)\b"
)
OWNED = re.compile(r"['’´`]s? (?:[\w-]+ ){0,2}?([\w-]+)")
SPEAKS = re.compile(
    r" (?:have |has |had |also |now )?(?:said|says?|told|tell|warn(?:ed|s)?|report(?:ed|s)?|estimated?"
    r"|claim(?:ed|s)?"
    r"|confirmed|added|announced|stated|believe[ds]?|fear(?:ed)?|expect(?:ed)?|put)\b"
)
# Who speaks, before "in X" and a verb of speech: those of a state or of the world speak of other places.
SPEAKER = words(
    "official officials leader leaders minister ministry office officer officers spokesman spokeswoman"
    " spokesperson doctor doctors police authorities volunteers volunteer witnesses witness activists"
    " activist coordinator representative representatives monitors monitor director head chief elders elder"
    " diplomat diplomats agency agencies commander commanders reporters reporter correspondent"
    " analysts analyst"
    " commissioner mission embassy command headquarters residents sources source medics government"
    " governors councillors"
    " staff workers team teams bureau"
)
STATE_SPEAKER = words(
    "federal national interior defence defense prime ministry minister official officials spokesman"
    " spokeswoman"
    " spokesperson government commissioner coordinator commander command head chief leader leaders agency"
)
FAR_SPEAKER = words(
    "un u.n. nations unhcr unicef ocha wfp iom icrc msf ngo international foreign diplomat diplomats"
    " embassy headquarters agency bureau analyst"
    " analysts reporters correspondent senior western european american"
)
SPOKEN = re.compile(
    r",? (?:[A-Z][\w'’-]+,? ){0,3}(?:[a-z]+ly |have |has |had |also |now |still |here ){0,2}(?:said"
    r"|says?|told|tells?|warn(?:s|ed)?"
    r"|report(?:s|ed)?|estimat(?:e|es|ed)|claim(?:s|ed)?|confirm(?:s|ed)?|announced?|stated?"
    r"|believe[ds]?|fear(?:s|ed)?"
    r"|expect(?:s|ed)?|thinks?|thought|reckon(?:s|ed)?|texts?|texted|tweet(?:s|ed)|writes?|wrote"
    r"|insist(?:s|ed)?|admit(?:s|ted)?"
    r"|put|puts|plays?|played|den(?:y|ies|ied)|disputes?|disputed|reject(?:s|ed)?|accuse[ds]?"
    r"|promise[sd]?|contests?|maintains?"
    r"|blame[ds]?|pledge[ds]?|acknowledge[ds]?|talk(?:s|ed)?|speaks?|spoke|maintain(?:s|ed)?|calls?|called)\b"
)
STAMP = re.compile(r"\d[:.h]\d\d(?: ?[ap]\.?m\.?| [A-Z]{3})?[ ,:–-]{1,3}$")
DATELINE = re.compile(
    r"(?:, [\w .’']{1,30})?(?:, [\w .]{1,20})?(?: ?\([\w /.,]{1,30}\))? ?(?:((?:--|[—–-]|:)) |(—|–"
    r"|--)(?=[A-Z]))"
)
DATELINE_BEFORE = re.compile(r"[\w '’.-]{2,30}, ")
NEXT_WORD = re.compile(r" +([\w'’-]+)")

# Before a place; each is tried only where a word beside the place makes it likely.
DISTANCE = re.compile(
    r"(?:km|kms|kilomet(?:er|re)s?|miles?|hours?|minutes?|drive|walk|far|metres?|yards|away|distance|days?)"
    r"(?:\)| away| drive| walk| \([^)]{0,25}\)){0,2}(?: (?:north|south|east|west|north-?east|north-?west"
    r"|south-?east"
    r"|south-?west))? (?:from|of|to|outside)$",
    re.IGNORECASE,
)
LANDMARK = re.compile(
    r"(?:north|south|east|west|north-?east|north-?west|south-?east|south-?west)(?:ern)? of ", re.IGNORECASE
)
HOME = re.compile(
    r"((?:their|his|her|our|the|its) (?:[a-z-]+ )?(?:homes?|houses?|villages?|communit(?:y|ies)|homeland"
    r"|towns?|lands?"
    r"|areas?(?: of origin)?|places? of (?:origin|residence)|neighbou?rhoods?|hometowns?|cit(?:y|ies)"
    r"|farms?|camps?"
    r"|settlements?)(?: (?:and|or) (?:[a-z-]+ )?(?:villages|homes|lands|farms|towns))?) (?:in|near|around"
    r"|across|at|of|on) $"
)
FLED_EVENT = re.compile(
    r"\b(?:fled|flee|flees|fleeing|escaped|escaping|escape)(?: from)? (?:the |an? |recent |renewed "
    r"|ongoing |heavy |fierce "
    r"|deadly |armed |intense |their |continuing |escalating |this ){0,3}(?:[\w-]+ ){0,2}(?:violence"
    r"|fighting|conflict|war"
    r"|clashes|attacks?|unrest|bombardment|bombing|shelling|persecution|hostilities|offensive|insurgency"
    r"|crackdown|floods?"
    r"|flooding|drought|famine|insecurity|battles?|airstrikes|assaults?|advance|siege|invasion|raids?"
    r"|incursion)(?: and [\w-]+| between \w+ and \w+)?(?: back)?"
    r" (?:in|across|around|near|on|of|against|into) $"
)
# "for camps in X", "from villages around X": the preposition before the camps decides.
VIA_NOUN = words(
    "camp camps village villages area areas site sites settlement settlements town towns district"
    " districts shelter shelters neighbourhood neighbourhoods neighborhood neighborhoods communities"
    " parts places suburbs sub-districts provinces cities locations countryside centre centres center"
    " centers checkpoint checkpoints schools cantons island islands outskirts frontline frontlines lines"
    " line positions"
)
VIA_WORD = words("from to into toward towards for fled fleeing flee left leaving reached entered")
FROM_TO = re.compile(r"\bfrom [^,;]{2,40} to $")
# What may stand between the names of one phrase: a list, or the larger place after the smaller one.
LIST_GAP = re.compile(r"(?:,? (?:and|or|&)(?: in| the)? |, |/| / |-|\u2013| & )(?:the )?$")
WITHIN_GAP = re.compile(
    r"(?:,? (?:in|of|on|at|inside|within)(?: the)? |,? in (?:the )?(?:[a-z-]+ ){0,3}(?:part|parts|corner"
    r"|outskirts)"
    r" of |,? including |, (?:the|a|an) (?:[a-z-]+ ){0,2}(?:capital|town|city|village|district|province"
    r"|region|state|part|parts"
    r"|county|suburb|area|camp|island|site|settlement|township|governorate|municipality|department"
    r"|centre|center|port"
    r"|neighbou?rhood|quarter|north|south|east|west|outskirts|seat) (?:of|in) | \(|: \()$"
)
