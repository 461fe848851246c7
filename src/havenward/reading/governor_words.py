"""The words that govern a number from before it: of saying, growing, expecting, holding and helping."""

from __future__ import annotations

# verbs of saying: what follows is a clause of its own
REPORTS = frozenset(
    """
    said says say saying reported reports report reporting estimates estimate estimated confirmed
    confirms confirm announced added told tells believe believes warned warns warn that claims claimed
    showed shows indicates indicated suggest suggests suggested according stated states stating
    acknowledged noted notes recorded record records verified counted documented documents identified
    know knows where if think thinks thought whether found believed acknowledges revealed reveals put
    puts
    """.split()
)
# "the toll has reached 40": the number tells the size of the subject
REACHES = frozenset(
    """
    reached reaches reaching topped tops exceeded exceeds exceed exceeding surpassed surpasses surpass
    passed passes totalled totaled totals total totalling totaling numbers numbered numbering number hit
    hits approaches approached neared nears comprises comprised comprise stands stood stand crossed
    reach pass top approach to at by into
    """.split()
)
GROWS = frozenset(
    """
    risen rose rises rising rise grown grew grows growing climbed climbs climbing swelled swollen swells
    jumped increased increases increasing increase soared doubled tripled up fallen fell falls falling
    fall dropped drops dropping drop decreased decreases declined down shrunk dwindled reduced stands
    stood stand standing put puts estimated set stand-at number brought brings bringing bring total
    totalled currently now reach double triple swell grow climb mounted raised raising raises revised
    came comes amounted amounts quadrupled figure
    """.split()
)
EXPECTS = frozenset(
    """
    assume assumes assumed assuming expect expects expecting expected anticipate anticipates
    anticipating anticipated forecast forecasts forecasting predict predicts predicting predicted
    project projects projecting projected plan plans planning fear fears fearing feared foresee
    foresees foresaw foreseen envisage envisages envisaged
    """.split()
)
EXPECT_FOR = frozenset(
    """
    scheduled earmarked plan plans planning planned prepare prepares preparing prepared brace braces
    bracing braced ready readied readying provision provisions contingency contingencies
    preparations preparation arrangements
    """.split()
)
HOLDS = frozenset(
    """
    buses seats cots bunks berths capacity space spaces room tents tent shelter shelters
    accommodation place places beds facilities homes housing kits rations supplies camps camp sites
    plots enough food stocks stock materials water tarpaulins plans aid assistance blankets
    """.split()
)
AIDS = frozenset(
    """
    aid food assistance relief help support water shelter care cash services rations supplies protection
    meals medicine treatment kits distributions distribution items provided delivered distributed
    delivery access lifesaving given gave provide deliver distribute hand
    """.split()
)
PLACES_OF = frozenset(
    """
    city town village camp community district population enclave settlement island suburb neighbourhood
    region province place area pocket home capital nation country port territory strip state
    """.split()
)
PARTS = frozenset(
    """
    most all some many half none majority total number group groups crowd quarter third two-thirds one
    each any few part out proportion handful thousands hundreds dozens quarters thirds percent % cent
    average minimum maximum estimate estimates figure record convoy wave batch column stream boatload
    """.split()
)
NUMBERS = frozenset(
    """
    number total figure toll population count caseload size estimate tally numbers caseloads
    """.split()
)
PROSPECTS = frozenset(
    """
    case event possibility threat risk prospect fear fears prediction predictions forecast forecasts
    projection projections warning warnings expectation expectations scenario scenarios
    """.split()
)
# what a plan, a site or a force is made for
SIZED = frozenset(
    """
    built designed laid meant intended equipped sized conceived made sufficient adequate constructed erected
    prepared opened out
    """.split()
)
SITES = frozenset(
    """
    camp camps site sites centre center shelter settlement school hall stadium clinic
    """.split()
)
PLANS = frozenset("plan decree law budget programme program scenario appeal".split())
WRITTEN = frozenset("written drawn drafted drew made up based".split())
COUNTED = frozenset("deaths total dead missing injured wounded killed homeless displaced strength".split())
SUBSETS = frozenset("including include includes included among comprising contains plus".split())
TAKES_LIVES = frozenset(
    """
    claimed claims claim claiming cost costs costing took takes taken taking ended cut
    """.split()
)
