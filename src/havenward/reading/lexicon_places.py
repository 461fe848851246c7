"""Which words make a name a place, which make it none, and how a place is attached to its sentence."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """Give the words of a table written as a text."""
    return frozenset(text.split())


# Nouns of places, by the kind of place that they say; the plural is made by `_plurals`.
KIND_OF_NOUN = {
    "country": words("country nation republic kingdom"),
    "admin": words(
        "province district state governorate region county prefecture department municipality commune"
        " township territory regency oblast raion canton division subdistrict sub-district subcounty"
        " sub-county sub-prefecture locality woreda payam wilaya ward zone barangay emirate cercle"
    ),
    "town": words("city town village settlement hamlet capital borough port metropolis suburb township"),
    "site": words(
        "camp camps site airport dam crossing checkpoint base hospital stadium school church mosque barracks"
        " monastery ranch farm bridge gate compound square university prison market terminal junction road"
        " highway post station block clinic gymnasium convent temple arena hangar warehouse shelter centre"
        " center lycée"
    ),
    "area": words(
        "area island islands peninsula neighbourhood neighborhood quarter valley river basin lake mountain"
        " mountains forest coast delta desert plain plains atoll archipelago enclave highlands lowlands hills"
        " strip gulf bay frontier border suburbs outskirts countryside corridor belt isle sea reserve plateau"
        " creek canal strait basin oasis wadi sector suburb subregion hinterland volcano pass slopes lands"
    ),
}
KIND = {noun: kind for kind, nouns in KIND_OF_NOUN.items() for noun in nouns}
KIND |= {
    (noun[:-1] + "ies" if noun[-1] == "y" and noun[-2] not in "aeou" else noun + "s"): kind
    for noun, kind in list(KIND.items())
    if not noun.endswith("s")
}

# Nouns before `of` that keep the place: "parts of X", "the outskirts of X", "south of X".
PART = words(
    "part parts area areas outskirts suburbs suburb centre center heart north south east west northeast"
    " northwest southeast southwest north-east north-west south-east south-west neighbourhood"
    " neighbourhoods neighborhood neighborhoods quarter quarters district districts side sides half edge"
    " edges tip coast shore shores island islands city town village villages province state region"
    " governorate county capital camp port gulf bay strait republic kingdom prefecture municipality"
    " commune territory territories department zone township settlement enclave peninsula valley"
    " mountains countryside banks bank towns cities vicinity corner stretches swathes swaths regions"
    " provinces states counties governorates prefectures municipalities subdistrict sub-district"
    " periphery interior rest whole stronghold border borders frontier stretch places sections locality"
    " localities surroundings hub bastion communities"
)
DIRECTION = words(
    "north south east west northern southern eastern western central northeast northwest southeast"
    " southwest north-east north-west south-east south-west northeastern northwestern southeastern"
    " southwestern north-eastern north-western south-eastern south-western north-central south-central"
    " upper lower coastal mid-western far mountainous greater inner outer"
)
# Adjectives that may stand between an article and a place.
MODIFIER = DIRECTION | words(
    "the neighbouring neighboring nearby remote besieged embattled restive troubled capital former"
    " volatile rural urban old historic ancient whole entire adjacent adjoining small mainly"
    " predominantly largely mostly key strategic isolated main provincial regional state sprawling"
    " crowded overcrowded worst affected largest oil-rich densely populated poor poorest surrounding"
    " disputed occupied impoverished same sunni shia shiite kurdish christian tribal frontier border"
    " desert big bigger major closest nearest second-largest second landlocked overwhelmingly tiny"
    " low-lying various several many some much most other different certain hard-to-reach inaccessible"
    " flooded liberated newly recaptured retaken rebel insurgent local vast"
)
MODIFIER_ENDS = tuple(
    "-hit -held -torn -affected -stricken -ravaged -controlled -run -ridden -prone -battered -besieged"
    " -majority -populated -dominated -smouldering -smoldering -wide -scarce -rich -starved -contested"
    " -scarred -wracked -racked -plagued -devastated -speaking -administered -producing".split()
)

# Prepositions after which a capitalised name is a place, even one that no table knows.
PLACE_PREPOSITIONS = words(
    "in near off towards toward into across throughout inside outside around within along through onto beyond"
)
# Prepositions that need a known name, a noun of place or a word of movement beside them.
OPEN_PREPOSITIONS = words("from to at on off for of between via amid above below behind under over by")
# Verbs whose object is a place where people go or come from.
PLACE_VERBS = words(
    "fled flee flees fleeing reached reach reaching entered entering enter leave leaving left escaped"
    " escaping vacate vacated abandoned abandoning besieged besieging shelled shelling captured capturing"
    " seized seizing recapture recaptured retake retook retaken overran hit struck ravaged battered host"
    " hosts hosting raided torched looted stormed bombarded shells raids overrunning encircled recapturing"
)
# Before `of` and a name, these make it a place.
RESIDENTS = words(
    "residents inhabitants villagers natives population populations outskirts suburbs streets mayor"
    " townspeople dead wounded victims ruins half hills shores recapture fall siege capture battle shelling"
    " bombardment"
)
MOVING = words(
    "fled flee flees fleeing move moved moving moves go goes going gone went travel travelled traveled"
    " crossed cross crossing crosses return returned returning relocate relocated relocating relocation"
    " displaced displacement transferred transfer transported arrive arrived arriving arrivals head"
    " headed heading evacuated evacuate evacuation evacuating escape escaped escaping driven forced"
    " uprooted sent route way streamed streaming poured pouring walk walked walking trekked bused bussed"
    " taken brought deported deportation expelled evicted repatriated repatriation returns influx flow"
    " outflow exodus sneaked sneak smuggled came come coming people residents families refugees villagers"
    " civilians idps returnees households migrants inhabitants villages road flight flights convoy"
    " convoys resettled resettlement seekers others newcomers men women children leave leaving left bound"
    " highway motorway railway bridge ferry ferries train trains bus buses lorries trucks back trip"
    " journey ferried flown airlifted"
)

# Verbs and nouns of going somewhere, which make `to X` a destination.
MOVE_VERB = words(
    "fled flee flees fleeing move moved moving moves go goes going gone went travel travelled traveled"
    " travelling crossed cross crossing crosses return returned returning returns relocate relocated"
    " relocating relocation displaced transferred transfer transported arrive arrived arriving head"
    " headed heading heads evacuated evacuate evacuation evacuating escape escaped escaping driven sent"
    " streamed streaming poured pouring walk walked walking trekked bused bussed taken brought deported"
    " deportation expelled repatriated repatriation influx flow exodus sneaked sneak smuggled came come"
    " coming resettled resettlement ferried flown airlifted bound way back return-home journey journeyed"
    " left leaving leave forced made migrated migrate pushed run ran flight airlift carried carry"
    " carrying take takes taking ferry ferrying transporting bring bringing sneaks withdrew withdraw"
    " withdrawn withdrawing retreated retreat retreating slipped slipping trickled trickling flocked"
    " flocking marched"
)
# Words that make no name of nouns of places: "EVACUATION CENTRES".
GENERIC = words(
    "evacuation transit collective reception relief health medical temporary displacement idp the of new old"
)
# People before `at` and an organisation: "a professor at Makerere".
EMPLOYED = words(
    "professor analyst analysts researcher researchers director expert experts head fellow economist lawyer"
    " teacher student students adviser advisor advisers manager managers specialist specialists coordinator"
    " chief officer officers lecturer scientist scientists historian spokesman spokeswoman spokesperson"
    " official officials president dean correspondent editor reporter doctor surgeon nurse campaigner"
    " works worked work working scholar scholars strategist geologist seismologist meteorologist forecaster"
    " forecasters representative programme program"
)
# Names that are never places: days, months, faiths, languages, groups, media, storms.
NO_PLACE = words(
    "january february march april may june july august september october november december jan feb mar"
    " apr jun jul aug sept sep oct nov dec monday tuesday wednesday thursday friday saturday sunday mon"
    " tue tues wed thu thur fri sat sun ramadan eid christmas easter islam christianity english arabic"
    " french spanish russian kurdish christians christian muslims muslim hindus hindu sunni sunnis shia"
    " shiite shiites yazidi yazidis yezidi yezidis kurds kurd arabs arab turkmens rohingya hutu hutus"
    " tutsi tutsis dinka nuer isis isil daesh is taliban hezbollah hamas houthi houthis boko haram"
    " shabaab al-shabaab shabab qaeda al-qaeda peshmerga seleka anti-balaka janjaweed islamic reuters afp"
    " ap bbc cnn xinhua jazeera twitter facebook unhcr unicef ocha wfp iom icrc ifrc msf unrwa who fao"
    " undp un oxfam caritas irin reliefweb idmc nrc god allah internet parliament congress senate cabinet"
    " mr mrs ms dr photo file image caption source sources summary figure table annex appendix phase"
    " chapter section article resolution operation typhoon cyclone hurricane storm tropical world cup"
    " olympics spring summer autumn winter fall gmt utc am pm idp idps ngo ngos nfi wash pbs i ii iii iv"
    " v vi covid covid-19 ebola zika cholera euro dollar update report flash situation sitrep bulletin"
    " overview emergency response appeal"
)
# A name that holds one of these is an organisation, an office or a person with one.
ORGANISATION = words(
    "ministry ministries minister agency agencies committee council organization organisation"
    " organizations police army cross crescent department commission party union fund programme program"
    " office front movement brigade brigades forces force watch international news times post association"
    " group foundation bank court society service services cluster mission coalition corps authority"
    " bureau institute company corporation co. inc ltd network alliance federation assembly media"
    " directorate secretariat secretary general president commander nations university students radio"
    " television tv herald guardian telegraph tribune daily star press journal review magazine monitor"
    " observatory centre center children borders vision relief rescue humanitarian development rights"
    " league congress parliament militia guard guards navy command battalion unit units survey"
    " institution initiative project plan conference summit agreement treaty accord convention law act"
    " office-holder board chief governor mayor senator spokesman spokesperson spokeswoman representative"
    " coordinator director ambassador prince king queen sheikh imam pope bishop sultan colonel captain"
    " lieutenant sergeant brigadier admiral professor judge award awards prize energy electric"
    " meteorological defence defense expedition offensive crisis tracker matrix index management plaza"
    " team teams ministry's sub-cluster troops soldiers fighters rebels militants insurgents government"
    " governments administration embassy consulate officials authorities airlines airways fc club"
    " committee's database republican democratic liberation revolutionary control headquarters prevention"
    " drought people's workers action concern mercy save médecins doctors"
)
# Words before a name that make it a person's.
TITLE = words(
    "mr mrs ms dr prof president minister general gen col colonel maj major capt captain lt sgt governor"
    " mayor spokesman spokeswoman spokesperson king queen prince princess sheikh sheik imam ayatollah"
    " senator secretary director chief ambassador coordinator representative commander bishop archbishop"
    " pope sir lord professor inspector officer premier chancellor envoy correspondent reporter"
    " photographer analyst researcher mullah brother sister father mother son daughter wife husband named"
    " called commissioner chairman chairwoman typhoon cyclone hurricane storm operation saint tropical"
    " depression judge rebel-leader leader warlord"
)
# Capitals that stand for their governments, and seats of agencies: with a verb of speech they are no place.
METONYM = words(
    "washington moscow beijing ankara damascus baghdad tehran kyiv kiev yerevan baku tbilisi brussels geneva"
    " berlin paris london rome madrid vienna athens warsaw jerusalem amman cairo riyadh doha kabul islamabad"
    " delhi dhaka naypyidaw naypyitaw bangkok jakarta manila tokyo seoul pyongyang hanoi canberra ottawa"
    " bogotá bogota caracas quito lima brasília brasilia havana nairobi kampala kigali bujumbura gitega"
    " kinshasa brazzaville bangui khartoum juba addis ababa asmara mogadishu abuja niamey bamako ouagadougou"
    " n'djamena yaoundé yaounde tripoli tunis algiers rabat pretoria harare lusaka maputo luanda nouakchott"
    " accra dakar conakry freetown monrovia sana'a sanaa muscat minsk belgrade sofia bucharest budapest"
    " kremlin stockholm oslo copenhagen helsinki lisbon dublin ottawa"
) | {"addis ababa", "new delhi", "phnom penh", "kuala lumpur", "mexico city", "the hague", "new york"}
SPEAKING = words(
    "said says told tells added adds stated states claimed claims warned warns reported reports"
    " announced announces stressed noted notes explained estimates estimated believes argued quoted"
    " according confirmed wrote writes tweeted recalled insisted acknowledged plays played denies denied"
    " disputes disputed rejects rejected accuses accused blames blamed insists concedes conceded contests"
    " vowed vows pledged pledges promised promises maintains maintained"
)
# After a place: it acts, or lends its name to one who acts.
ACTOR_NOUN = words(
    "government governments authorities officials official police army military forces troops soldiers"
    " president minister ministry ministers parliament embassy spokesman spokeswoman spokesperson leader"
    " leaders prime governor office cabinet council court rebels border-guards air interior defence"
    " defense foreign health information state-run ambassador delegation court's administration red media"
)

# Words of the closed classes and openers of sentences: capitalised, they are still no names.
FUNCTION = words(
    "the a an in on at from to of and or nor but as by with for since after before during while when"
    " where which who whom whose that this these those it they we he she i you his her their our its my"
    " your some more most many much about around over nearly almost up least according however meanwhile"
    " although though because if there here earlier last early late later yesterday today tomorrow also"
    " another other others both all only just one two three four five six seven eight nine ten eleven"
    " twelve thousands hundreds millions dozens scores tens people residents families officials"
    " authorities heavy flash further local government so far such until under between among against"
    " across along through throughout into onto toward towards near within without inside outside despite"
    " due following including amid once each every any no not nearby next now then than too very what why"
    " how be is are was were been being has have had do does did will would could should may might must"
    " can initial recent approximately roughly several few half forces fighting clashes violence"
    " displaced refugees civilians women men children villagers survivors witnesses rescue rescuers aid"
    " relief houses homes landslides floods flooding rains rain water waters deaths death damage total"
    " figures figure number numbers percent out per off down via like even still yet already again often"
    " first second third mud soldiers troops fighters rebels militants police army thousand hundred"
    " million billion dead killed injured missing evacuated homeless affected deadly internally armed"
    " tribal mass food humanitarian health monsoon torrential state capital original elsewhere additional"
    " overall experts analysts activists doctors hospitals schools roads bridges power electricity access"
    " security updated update published posted photo image topics please see read watch click share"
)

# Closed-class words: they part a run of capitalised words wherever they stand (titles in capitals).
CLOSED = words(
    "the a an in on at from to and or nor but as by with for since after before during while when where"
    " which who whom whose that this these those it they we he she his her their our its about around"
    " over up because if into onto until under between among against across through throughout towards"
    " toward near within without inside outside amid is are was were has have had says said"
)
# First words of names of places.
PLACE_FIRST = words(
    "lake mount mt river camp port wadi jebel jabal deir dayr ein ain kafr kafar beit tell tel tall khan"
    " bir cap san santa sao fort cape isle ile saint st umm um nahr qalat bani bab cox's guadeloupe los las"
    " puerto villa ciudad lycée lycee collège hôpital colonia barrio hacienda"
)
# Known names that are also words or names of people: they need a word of place beside them.
AMBIGUOUS = words(
    "unity plateau karen victoria lakes midlands bay est nord sud ouest lac van mon chin shan meta acre"
    " tak kaya doro mole leer roj wau bari kass jeddah maryland pacific nasir pamir rhino sila edo lima"
    " delta santander isabela magdalena khan martin samuel ismail sharif aden yusuf baker douglas montana"
    " georgia's hope jackson dallas paris kerry moore taylor sydney carolina ocean metro hama bab amara"
    " kale soran rania male nice"
)
# Nouns that, after an article, mean a place that was named before or is known from the text.
DESCRIBED = words(
    "country region province state district city town village capital island islands camp area areas"
    " governorate county prefecture municipality coast border enclave territory valley peninsula"
    " archipelago settlement neighbourhood neighborhood frontier mainland township commune atoll"
    " southeast southwest northeast northwest north south east west north-east north-west south-east"
    " south-west countryside suburbs outskirts coastline highlands desert mountains forest hills bush"
    " plains capital's provinces districts states cities towns villages regions camps lands oblast zone"
    " homeland hamlet slum riverbank lakeshore"
)
# Places of a few, which are no place of a figure unless it is in, at or to them: "their base".
SPOT = words(
    "hospital hospitals school schools stadium base sector centre centres center centers mosque church"
    " monastery"
    " university airport bridge crossing river shelter shelters gymnasium compound quarter ward market square"
    " dam barracks station quay port slopes path sites site hamlets prison prisons bank banks clinic convent"
    " temple cathedral hotel hotels jungle checkpoint checkpoints warehouse hangar terminal plain"
    " marshes swamps isthmus no-man's-land world globe"
)
# Words that cannot stand between an article and the noun of its place.
NO_ADJECTIVE = words(
    "a an of in at on to from and or but by for with as who which that is was are were has have had"
    " been be not"
    " into near than about over after before people while when where said says their its his her our there"
    " following listed fled flee fleeing leave left reach reached enter entered will would could may"
    " might must than then so if out up down off under through between against during"
)
# Nouns that, counted or qualified, are places as written: 17 prefectures, rural areas.
COUNTED = words(
    "provinces districts states cities towns villages regions prefectures governorates counties"
    " municipalities departments communes townships regencies areas islands neighbourhoods neighborhoods"
    " localities sub-districts subdistricts woredas barangays coast countries communities region area"
    " countryside suburbs outskirts"
)

TRAILING_NOUN = re.compile(
    r" ((?:(?:sub-?|self-administered |refugee |idp |displacement |transit |internally displaced )?"
    r"(?:provinces?|districts?|states?|governorates?|regions?|county|counties|prefectures?|departments?|"
    r"municipalit(?:y|ies)|communes?|townships?|territor(?:y|ies)|regenc(?:y|ies)|oblasts?|cantons?"
    r"|divisions?|"
    r"localit(?:y|ies)|woredas?|payams?|wards?|zones?|cit(?:y|ies)|towns?|villages?|settlements?|camps?"
    r"|sites?|"
    r"(?:(?:landing|football|sports|border|ferry|military|air|teaching|provincial|district|university|primary"
    r"|secondary|high|girls['’]?|boys['’]?|general|main|central|maternity|children['’]s|old|public"
    r"|cattle|reception"
    r"|registration|fishing|oil|gas|trade) )?(?:sites?|stadium|hospitals?|schools?|base|church|mosque"
    r"|cathedral|temple|convent"
    r"|market|square|compound|college|clinic|bridge|airport|port|crossing|post|checkpoint|cent(?:re|er)"
    r"|field|terminal)|"
    r"airport|dam|hospital|monastery|prison|barracks|roads?|highway|post|pass|port|volcano|base"
    r"|(?:transit|reception|evacuation|collective|registration|detention|border|relief|health) "
    r"(?:cent(?:re|er)s?|post|point)|islands?|peninsula|neighbou?rhoods?|quarters?|valleys?|rivers?"
    r"|basin|lake|mountains?"
    r"|forest|"
    r"coast|delta|desert|plains?|atolls?|areas?|border|crossing|checkpoint|enclave|suburbs?|counties|capital|"
    r"highlands|hills|strip|countryside|sub-districts?|subdistricts?|sub-count(?:y|ies)|metropolitan area))"
    r"(?: (?:camps?|areas?|region|crossing|city|basin))?)(?![\w-])",
    re.IGNORECASE,
)
# First words of rows that count people or things, not places.
ROW_HEADS = words(
    "total totals subtotal sum households household family families persons people children child women men"
    " girls boys adults dead deaths killed injured wounded missing displaced idps refugees returnees evacuees"
    " evacuated affected homes houses housing shelters sites schools damaged destroyed inside outside new"
    " arrivals departures returns deportees funding food water number numbers figures casualties trapped"
    " stranded rescued population others male female host community date time contact capacity fatalities"
    " migrants civilians fighters soldiers police since last this needs need response assistance hospitals"
    " latest breaking correction live wounded minors elderly camps centres centers individuals registered"
)
# Groups of people that close a run of capitalised words in a table: "Mandera IDPs".
PEOPLE = words(
    "idps idp refugees evictees residents returnees victims evacuees households families people civilians"
)
# People, or a share of them, before `of` and a place: they are there.
PEOPLE_OF = words(
    "people residents population populations inhabitants citizens civilians natives villagers children"
    " women men refugees idps part parts half quarter third most all majority percent cent populace"
    " communities homes houses outskirts suburbs streets camps neighbourhoods areas whole rest districts"
    " swathes swaths hospitals morgues prisons inhabitants displaced fall siege battle"
    " capture bombardment shelling bombing recapture liberation destruction evacuation control"
)
# Groups that bear arms or belong to those who do: their movements are context only.
ARMED = words(
    "isis isil daesh taliban fighters fighter militants militant rebels rebel insurgents insurgent"
    " jihadists jihadist jihadis soldiers troops gunmen militiamen militia militias guerrillas extremists"
    " terrorists combatants mercenaries paramilitaries paramilitary commanders qaeda al-qaeda shabaab"
    " al-shabaab shabab haram houthis houthi hezbollah hamas peshmerga seleka séléka anti-balaka farc m23"
    " lra pkk ypg sdf nusra al-nusra forces army police bombers caliphate islamist islamists radicals"
    " separatists separatist janjaweed warlords armed bandits deserters"
)
# People who may be counted on to be civilians where no word says otherwise.
CIVILIAN = words(
    "families family residents people persons civilians villagers refugees households inhabitants women"
    " children men students workers migrants farmers traders locals idps returnees christians yazidis"
    " yezidis muslims kurds arabs rohingya turkmens turkmen evacuees townspeople population populations"
    " communities community herders pastoralists nomads fishermen mothers parents youths youth pupils"
    " teachers doctors survivors displaced citizens minorities tribes leaders officials relatives wives"
    " pensioners labourers asylum-seekers seekers newcomers syrians iraqis afghans somalis sudanese"
    " yemenis libyans burundians nigerians congolese malians ukrainians eritreans ethiopians palestinians"
    " venezuelans burmese pakistanis haitians colombians ugandans rwandans chadians nigeriens"
    " cameroonians kenyans turks lebanese jordanians iranians georgians armenians azeris russians"
    " hondurans guatemalans salvadorans mexicans filipinos indonesians nepalis bangladeshis indians"
    " everyone anyone"
)
# After these words a noun of people is no subject.
BY_NOTHING = words(
    "with by from to for of against between among than into toward towards in on at behind after hosting"
)
# A movement that is counted is a figure, not a movement without a number.
NUMBER_WORDS = words(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds"
    " thousand thousands million millions dozen dozens scores half third quarter percent cent tens"
)
