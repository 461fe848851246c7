"""The small words of a sentence: auxiliaries, words of forecast and belief, prepositions, hedges."""

from __future__ import annotations

BE = {
    "is": "present",
    "are": "present",
    "am": "present",
    "was": "past",
    "were": "past",
    "be": "",
    "been": "",
    "being": "progressive",
    "'re": "present",
    "'s": "present",
    "re": "present",
}
HAVE = {"has": "present", "have": "present", "had": "past", "having": "present", "'ve": "present"}
DO = frozenset("do does did".split())
FUTURE = frozenset(
    """
    will would shall could may might should won't wouldn't 'll couldn't must ought
    """.split()
)
NEGATIONS = frozenset(
    """
    not never n't cannot no neither nor without didn't don't doesn't wasn't weren't isn't aren't haven't
    hasn't hadn't won't wouldn't can't couldn't
    """.split()
)
FORECAST = frozenset(
    """
    expected likely feared projected predicted forecast forecasted anticipated set due bound poised
    planned scheduled slated going preparing planning foreseen liable estimated-to threatening ready
    readying hoped prepared threaten threatens threatened intends intend plan plans expects expect aims
    aim
    """.split()
)
BELIEF = frozenset(
    """
    believed thought reported estimated said known understood considered presumed assumed confirmed
    reportedly seen suspected alleged calculated feared
    """.split()
)
FORCED = frozenset(
    """
    push pushes pushing drive forced compelled made obliged driven pushed coerced forces force forcing
    drove drives chased compel compels coerce coercing
    """.split()
)
ORDERED = frozenset(
    """
    ordered told urged advised asked instructed warned orders order ordering
    """.split()
)
UNREAL = frozenset(
    """
    unable unwilling waiting hoping wanting want wish wishing refused refusing refuse trying try tried
    struggling afraid reluctant prevented unlikely yet seeking failed attempting awaiting cannot
    unsuccessful wait hope continue-to
    """.split()
)
CARRIES = frozenset(
    """
    able allowed managed began started begun start begin starting chose chosen decided permitted
    continue continues continued continuing kept keep keeps become became becoming remain remains
    remained remaining helped getting got get gets to both all now still also already newly again since
    just only even then first either currently temporarily left rendered successfully found listed
    counted registered too almost nearly however instead together have themselves in-turn agreed agree
    opted voluntarily made used needed need being at least about thus therefore soon later hence
    probably perhaps actually today meanwhile initially once given dared dare
    """.split()
)
SUBJECT_RELATIVES = frozenset("who that which".split())
CONJUNCTIONS = frozenset(
    """
    but while as when after before because since although though if unless until whereas amid following
    despite so whether during where
    """.split()
)
PREPOSITIONS = frozenset(
    """
    of in at from to into by with for on across over under near inside outside around between among
    through throughout within along against per via towards toward out off onto beyond behind without
    upon amid amongst including than about above below despite following during
    """.split()
)
DETERMINERS = frozenset(
    """
    the a an this these those all its their his her our my your some any both such every each no that
    """.split()
)
HEDGES = frozenset(
    """
    about around some roughly nearly almost approximately estimated more than over at least up to as
    many an a the these those all only just another additional further other total of exactly well close
    under fewer less its their our between from minimum maximum possibly perhaps maybe circa probably
    reported average any combined last first remaining next new estimate estimates initial most every
    his her my your initially believed first-ever also still now mere record staggering whopping
    previous this yet nearly-all either mostly sometimes thought
    """.split()
)
