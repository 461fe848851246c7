"""How a claim is worded: verbs that are nouns or acts, 'according to', 'by X's count', 'NAME: ...'."""

from __future__ import annotations

import re

from havenward.reading import speaker_words as words

VERBS = words.SAYING | words.COUNTING
# words that may begin 'according to X', 'citing X', 'reported by X', 'by UN estimates'
LEADS_IN = frozenset(
    """according per view words based attributed citing quoting cited quoted cites quotes reported given
    estimate estimates count counts figures reckoning projections toll tally figure number numbers opinion
    calculation calculations account update announced provided published issued released recorded claimed
    stated confirmed compiled documented
    verified collected offered tallied counted""".split()
)
# nouns that look like verbs of saying: 'reports of N deaths', 'estimates suggest'
NOUN_NEXT = re.compile(
    r"\s+(?:of|from|by|show|shows|say|says|said|suggest|suggests|indicate|indicates|put|puts|published|"
    r"compiled|reveal|reveals|released|vary|varies|are|is|was|were|have|has|that\s+(?:the\s+)?\w+\s+by)\b"
)
NOUNS = frozenset(
    """reports report estimates estimate claims claim records record documents document shows show states
    projects project forecast forecasts fears fear puts places place count counts warning notes note lists
    list quote quotes find finds wants reply replies answer answers comment comments text texts detail details
    highlight highlights signal signals promise promises pledge pledges vows vow caution boast boasts guess
    stress
    register registers talk talks number numbers tally""".split()
)
DETERMINED = re.compile(
    r"\b(?:a|an|the|this|that|these|those|its|their|his|her|our|no|any|every|latest|new|official|media|news|"
    r"some|many|other|of|in|on|at|by|for|from|with|to)\s$",
    re.IGNORECASE,
)
# participles behind what they are about: 'N people reported missing', 'cases reported in May'
PARTICIPLE_NEXT = re.compile(
    r"\s+(?:to\s+be|dead|missing|killed|injured|wounded|displaced|sick|by(?!\s+(?:tele)?phone|\s+e?-?mail|\s+text|\s+video)|goodbye|farewell|so\s+far|"
    r"since|as\s+(?:dead|missing|killed|injured|displaced)|no\s+to|yes|prayers?)\b"
)
PASSIVE_LIKE = frozenset({"reported", "believed", "thought", "feared"})
TO_HAVE = re.compile(r"\s+to\s+have\b")
# acts, not words: 'the floods claimed N lives', 'has added another N', 'declared a state of emergency'
LIVES = re.compile(
    r"\s+(?:the\s+|an?\s+)?(?:[\w,.-]+\s+){0,5}?(?:lives|life|victims|casualties)\b|\s+responsibility\b"
)
ADDED = re.compile(r"\s+(?:another|an?\s+(?:further|additional|extra)|more|to|some|about|around|over|\d)\b")
DECLARED = re.compile(
    r"\s+(?:an?\s+(?:\w+\s+)?(?:state|ban|curfew|ceasefire|truce|day|days|emergency|holiday|lockdown|war)\b|war\b|victory\b|"
    r"independence\b|(?:three|two|seven)\s+days\b|(?:the|his|her|its|their)\s+(?:\w+\s+){0,2}?(?:independence|disaster|emergency|area|winner|candidacy|support)\b)"
)
OBJECT = re.compile(
    r"\b(?:den(?:y|ies|ied)|dismiss(?:es|ed)?|rejects?|rejected|disputes?|disputed|confirms?|confirmed|contradicts?|contradicted|"
    r"amid|despite|after|following|conflicting|unconfirmed|calls?|called|questions?|questioned|contests?|contested)\s+$"
)
AS = re.compile(r"\bas\s+$")
ARTICLE = re.compile(r"\b(?:[Aa]n?|[Tt]he|[Pp]lease|of|with|widely|previously)\s+(?:\w+ly\s+)?$")
PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|get|got)\s+(?:\w+ly\s+|also\s+|now\s+|still\s+)?$")
NO_CLAIM = re.compile(
    r"\b(?:to|not|n[o']t|never|cannot|declined|refused|n’t)\s+(?:\w+ly\s+)?$", re.IGNORECASE
)
QUOTED_AS = re.compile(r"\s+as\s+saying\b")
STRETCH = re.compile(r"""[^.,;:!?"“”\n]{0,90}""")
MODIFIERS = re.compile(
    rf"\s*(?:$|(?:on|in|at|late|early|earlier|this|last|during|after|to|by|from|via|through|over|yesterday|"
    rf"today|overnight|recently|{words.DAYS})\b)"
)
THAT = re.compile(r"\bthat\b")
COMMA_BEFORE = re.compile(r"""(?:[,;"”’'!?…—–]|\s-)\s*(?:(?:Mr|Mrs|Ms|Miss|Dr|Sir)\.?\s+)?$""")
CLOSES = re.compile(r"""[,.?!…—][”"’']\s*(?:(?:the|an?|one)\s*)?$""")
ACCORDING = re.compile(
    r"(?:according\s+to|per(?=\s+(?:the\b|(?-i:[A-Z@])|(?:state|local|official)\b))|(?:view|words)\s+of(?=\s[a-zA-Z])"
    r"|based\s+on|attributed\s+to)\s+",
    re.IGNORECASE,
)
QUOTING = re.compile(r"\b(?:citing|quoting|cited|quoted|cites|quotes)\s+(?!in\b|by\b|as\b)", re.IGNORECASE)
BY = re.compile(
    r"\b(?:reported|given|announced|cited|provided|quoted|published|issued|released|recorded|claimed|stated|"
    r"confirmed|compiled|documented|verified|collected|offered|tallied|counted)(?:\s+\w+ly)?\s+by\s+"
)
BY_ESTIMATES = re.compile(
    r"\b(?:[Bb]y|[Oo]n|[Ii]n)\s+((?:the\s+)?[\w.’'-]+(?:\s+[\w.’'-]+){0,4}?\s"
    r"(?:estimates?|counts?|figures|reckoning|projections|view|opinion|tally|calculations?|account))\b"
)
# whose number it is: 'the army's toll so far: N', 'the UN's own count is lower'
OWNED = re.compile(
    r"(?:\s+(?:so\s+far|to\s+date|yesterday|today|tonight|(?:on|for|as\s+of)\s+[\w ]{2,30}?))?"
    r"(?:\s*:\s|\s+(?:now\s+)?(?:is|was|are|were|stands\s+at|stood\s+at|remains|comes\s+to|came\s+to|reached|exceeds)\s)"
)
OWNED_LEAD = re.compile(
    r"(?:\b(?:own|latest|updated?|new|official|provisional|confirmed|preliminary|current|death|casualty|running|total|last|"
    r"revised|working|planning|best|initial)\s+)+$",
    re.IGNORECASE,
)
COLON_LEAD = re.compile(
    r"(?:\(?\d{1,2}[/.)]\s+|[•‣·▪*-]\s+)?(?:(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*\s+)?\d{1,2}[:.h]\d{2}\s+)?(?:[^:\n“”\"]{2,40}\s[—–-]\s+)?(?:(?:UPDATE|Updated?|Latest|New|NEW)\s+)?"
)
COLON = re.compile(r"([^:;.!?“”\"\n()\[\]]{2,90}|[^:;!?“”\"\n()\[\]]{2,90}):\s+(?=[\w“”\"'‘])")
# 'Ministry: 300 dead' names a speaker; 'Children: 300' and 'Evacuation centres: 12' do not
NO_COLON = frozenset(
    """centres centers centre center children force forces team teams services service camps camp police army
    military refugees residents station church university staff groups partners fighters soldiers troops
    volunteers medics doctors survivors witnesses villagers relatives guards farmers members workers traders
    teachers headquarters""".split()
)
QUOTE_END = re.compile(r"""[,?!.…][”"]\s+(?=[A-Za-z])|[”"]\s*[–—-]\s*(?=[A-Za-z])""")
SIGNED = re.compile(
    r"([^\W\d_][^\n.;:,\"“”()]{2,60}?)(?:,[^\n.;:\"“”]{2,60})?(?=\s*(?:$|\n|[.(]|reached\b|by\s))"
)
QUOTE_PRONOUN = re.compile(r"(he|she|they|it)\s+(?:\w+ly\s+)?[a-z]{3,12}(?:s|ed|es)\b")
QUOTE_TURNED = re.compile(r"[a-z]{3,12}(?:s|ed)\s+(?=(?:the|an?|one|[A-ZÀ-Þ])\b|[A-ZÀ-Þ])")
QUOTE_NAME = re.compile(
    r"((?:[A-ZÀ-Þ][\w’'.-]*|the|an?|one|al-\w+|[a-z][a-z-]{3,14}(?=(?:\s[a-z-]{2,14}){0,2}\s[A-ZÀ-Þ]))(?:\s+(?:[\w’'.-]+)){0,6}?)"
    r"(?:,\s[^,\"“”\n]{2,70},)?\s+(?!was\b|is\b|has\b|does\b)[a-z]{3,12}(?:s|ed)\b(?=\s*[.,:;]|\s+(?:in|at|from|on|as|to|of|me|us|with|through|while|by|into)\b)"
)
AND_SAID = re.compile(r"\b(?:and|but|or|then)\s+(?:also\s+|then\s+|later\s+)?$")
INFINITIVE_NEXT = re.compile(
    r"\s+(?:to|with|for|in|its|their|themselves|himself|help|aid|calm)\b(?!\s+\w+\s+(?:at|that))"
)
SPEAKING = frozenset({"spoke", "speaks", "speak", "talks", "talked", "talk"})
# verbs that are about words only where a number or a clause follows
SEEING = frozenset("sees saw found find finds list lists agreed places place placed tally reads".split())
NUMBERING = frozenset({"number", "numbers", "numbered"})
NUMBERED = re.compile(r"\s+(?:the|them|its|their|these|those)\b[^.;]{0,40}?\s(?:at|in)\s")
MADE_KNOWN = re.compile(r"\s+it\s+(?:be\s+)?(?:known|clear|plain|understood)\s+that\b")
SEEN = re.compile(r"\s+that\b")
TALKERS = re.compile(
    r"(?:s|they|people|police|staff)\s+(?:(?:here|there|now|also|already|in\s+\w+)\s+)?$", re.IGNORECASE
)
GIVING = frozenset({"gave", "gives"})
GIVEN = re.compile(
    r"\s+(?:an?|the|its|no|different|other)\s+(?:\w+\s+){0,2}?(?:figures?|numbers?|toll|estimates?|count|total)\b|\s+\d"
)
THINKING = frozenset("believes believe believed thinks think suspects suspect".split())
WORD = re.compile(r"[A-Za-z]+")
PLANS = frozenset("scenarios scenario projections assumptions forecasts".split()) - VERBS - LEADS_IN
DREW_UP = re.compile(
    r"\b(?:worked\s+out|drawn\s+up|drew\s+up|modelled|modeled|prepared|outlined|sketched|set\s+out|sets\s+out|laid\s+out|presented|"
    r"developed|published|produced|devised|mapped\s+out|considers|considered|describes|described|revised)\s+[^.;]{0,40}$"
)
TRIGGERS = frozenset(
    form
    for word in VERBS | LEADS_IN | PLANS
    for form in (word, word.capitalize() if word in LEADS_IN else word)
) | {"Said"}
MADE_BY = frozenset(
    """estimate estimates count counts figures reckoning projections view opinion tally calculation
    calculations account""".split()
)
TALLIES = frozenset("toll tally count counts figures figure number numbers estimate estimates update".split())
COORDINATED = re.compile(r"\b(?:and|but|while)\s*$")
HEAD = re.compile(
    r"""["“'‘]?(?:[A-Z][A-Z .]{1,30}:\s+|\(?\d{1,2}[.)/]\s+|[•‣·▪-]\s+|"""
    r"""\d{1,2}[:.h]\d{2}\s+[^\n:–—-]{0,30}[-–—]\s+)?"""
    r"""(?:(?:But|And|Meanwhile|However|Later|Earlier|[A-Z]\w+ly|(?:On|In|At)\s[^,\n]{1,40}),?\s+)?"""
    r"""((?:[A-Z][\w.’'-]*|[Tt]he|of|for|in|and|al-\w+|[a-z]{3,15})(?:\s(?:[A-Z(][\w.’'()-]*|the|of|for|in|and|al|bin|"""
    r"""[a-z’'-]{3,15})){0,9}?)"""
    r"""(?:,[^,\n]{1,80},)?\s+(?:has|have|had|is|are|was|were|will|visited|runs|[a-z]{2,14}(?:ed|es|s)|gave|went|came|met|"""
    r"""spoke|held|told|said|says|did|does|do|would|could|can|may)\b"""
)
SEVERAL = re.compile(
    r"""["“'‘]?((?:[^\W\d][\w’'-]*\s){0,3}?[a-z]{3,14}s)\s+[a-z]{3,12}\b(?!\s+s)""", re.IGNORECASE
)
STANDS_FOR = re.compile(r"(?:they|it|he|she|we|you|this|that|these|those|there|who)\b", re.IGNORECASE)
OWN = re.compile(r"(its|their|his|her|our)\s", re.IGNORECASE)
# what belongs to a speaker speaks for him: 'its teams counted N'
OWNED_BY = re.compile(
    r"(?:\w+\s+){0,2}?(?:teams?|staff|data|figures?|officials|records?|census|counts?|survey|workers|volunteers|tally|"
    r"monitors|reports?|estimates?|assessment|observers|experts|analysts|colleagues|plan|projections?|website)$",
    re.IGNORECASE,
)
ENDS_INVERTED = re.compile(
    rf"""\s*(?:$|[,.;:"”?!)\n—–(]|-\s|(?:in|on|at|during|after|to|by|late|early|earlier|last|this|via|adding|"""
    rf"""who|as|told|yesterday|today|from|with|while|but|the|{words.DAYS})\b)"""
)
