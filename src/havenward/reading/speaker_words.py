"""Which words report what somebody says, and which words name those who say it."""

from __future__ import annotations

DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)


def _forms(verbs: str) -> frozenset[str]:
    """Give the forms of regular verbs; a form that is not regular stands beside its verb."""
    found = set()
    for verb in verbs.split():
        if verb.endswith("e"):
            found |= {verb, f"{verb}s", f"{verb}d"}
        elif verb.endswith("y") and verb[-2] not in "aeou":
            found |= {verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied"}
        elif verb.endswith(("s", "sh", "ch")):
            found |= {verb, f"{verb}es", f"{verb}ed"}
        else:
            found |= {verb, f"{verb}s", f"{verb}ed"}
    return frozenset(found)


# Verbs of saying: whoever is their subject is a speaker.
SAYING = _forms(
    """announce warn add confirm claim note explain declare insist stress acknowledge allege argue tweet
    comment recall testify remark conclude assert disclose maintain report reiterate emphasise emphasize
    complain predict caution boast believe reckon suspect inform brief highlight signal underscore quote reply
    answer deny lament reveal contend concede advise promise pledge affirm clarify specify detail recount
    assume guess text speculate surmise proclaim shrug relate"""
) | frozenset(
    """said says say saying told tells tell state stated admit admits admitted posted write wrote writes
    think thinks thought underlined responded reporting
    sighs adds whispers swears swore vows vowed""".split()
)

# Verbs of counting and foreseeing: a speaker only where what follows is a number or a clause, and where the
# subject can speak (or is a document); "expected" and its like are mostly passive.
COUNTING = _forms(
    """estimate expect fear forecast project anticipate place record document count show indicate suggest
    describe list calculate register envisage foresee tally"""
) | frozenset(
    """puts put found find finds identified identifies verified observed states cites cited wants asked
    identify gave gives reads foresaw foreseen
    spoke speaks speak talks talked talk hopes sees saw expecting projecting estimating showing agreed
    cite verifies number numbers numbered arrives arrive made makes make let lets
    referred refers refer attributes attribute recommends recommend recommended""".split()
)

# Participles that go on with what the subject of the sentence says.
GOING_ON = frozenset("saying adding warning noting stating claiming stressing explaining estimating".split())

# May stand before their subject: 'N fled, said the mayor'.
INVERTING = frozenset(
    """said says say reported reports report warned warns warn added adds explained announced confirmed
    wrote writes tweeted noted notes stated claimed insisted recalled expressed estimates estimated
    declared""".split()
)

# Documents speak for whoever made them; without a maker they do not carry over to the next sentence.
DOCUMENTS = frozenset(
    """report reports figure figures data estimate estimates statistics survey surveys assessment assessments
    statement statements update updates bulletin study count tally toll projections forecast forecasts
    analysis
    census records findings document documents plan appeal recommendations communique interviews
    information images map""".split()
)
BARE = frozenset("initial preliminary early some many other further ongoing unconfirmed several".split())
# What a document without a maker must be for its words to have a source at all.
NO_SOURCE = frozenset("results indications signs evidence experience".split())

# Words that make a phrase an organisation, an office or a group that speaks.
ORGANISATIONS = frozenset(
    """agency agencies ministry ministries department government authorities authority council commission
    committee organisation organization organisations organizations office bureau mission cross crescent
    institute centre center service services group charity charities union university police army military
    coalition church association federation fund programme program network observatory monitor watch nations
    parliament cabinet administration municipality company media press radio television tv newspaper
    station daily agency's court tribunal secretariat directorate command headquarters force forces
    ngo ngos groups partners organisations organizations headquarters desk
    forum initiative project mission tribunal trust foundation alliance
    movement party bishopric bloc union unions syndicate lgu
    gov't govt gov cluster clusters unit delegation consortium platform taskforce battalion
    un unhcr unicef ocha iom wfp who icrc ifrc msf idmc nrc drc irc usaid echo fao undp unrwa
    unfpa eu
    reuters afp ap bbc cnn xinhua dpa unocha reach acted care caritas oxfam dtm ndma bnpb ndrrmc
    nato amnesty humanity children borders frontières international team teams opposition rebels kremlin
    palace state nrc kremlin pentagon""".split()
)
PEOPLE_WHO_SPEAK = frozenset(
    """officials official minister ministers secretary spokesman spokeswoman spokesperson spokespeople
    spokespersons governor governors mayor mayors president chief chiefs director directors head
    representative representatives coordinator commissioner general colonel commander commanders envoy
    ambassador adviser advisor analyst analysts expert experts witnesses witness eyewitnesses eyewitness
    residents resident doctors doctor medics medic nurses activists activist aides source sources diplomats
    diplomat leaders leader elders elder workers worker planners engineers scientists survivors villagers
    locals relatives refugees deputy manager administrator prefect lawmaker lawmakers senator
    bishop priest imam sheikh king queen chairman chairperson chairwoman chair researcher researchers officer
    officers captain lieutenant major brigadier sergeant negotiators monitors observers investigators
    campaigners volunteers teacher professor journalist journalists correspondent correspondents reporter
    reporters mediators lawyers father colleague aide stallholders shopkeepers fishermen
    soldiers troops guards gunmen traders farmers herders nuns priests imams pilots sailors rescuers surgeons
    nurse surgeon colleague aide member ombudsman ombudswoman demographer historian geographer official
    undersecretary coordinators delegate delegates custodian warden headteacher mayors governors premier
    chancellor staff judge inspector
    survivor villager evacuee refugee relative returnee student students pupil psychologist
    superintendent magistrate undersecretary economist economists forecasters humanitarians agronomist
    hydrologist meteorologists seismologists locals pastor mother farmer driver fisherman trader""".split()
)
MEDIA = frozenset(
    """reuters afp ap bbc cnn xinhua dpa media press radio television tv newspaper daily news agency
    jazeera broadcaster channel times post guardian telegraph interfax tass anadolu efe ansa kyodo antara
    ina sana irna reporters correspondent herald tribune gazette station""".split()
)
# Names of news outlets win this contest of words; 'UN agency' or 'aid agency' are no media.
NO_MEDIA = frozenset("un aid refugee migration disaster relief health humanitarian children's food".split())

# What never speaks although it may stand before a verb of saying or counting.
MUTE = frozenset(
    """people persons civilians families households homes houses deaths toll number numbers dead bodies
    displaced idps arrivals casualties floods storm fighting violence clashes offensive conflict rains
    landslide earthquake cyclone typhoon hurricane attack attacks bombing war drought situation there this
    these those which what who nobody none neither everyone everybody anyone somebody someone nothing
    year years month week day days""".split()
)
TITLES = (
    r"(?:Mr|Mrs|Ms|Dr|Lt|Gen|Col|Maj|Capt|Sgt|Brig|Prof|Rev|Gov|Sen|St|Fr|Cmdr|Adm|Hon|U\.S|U\.N|U\.K|Jr|No)"
)
