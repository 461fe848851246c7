"""Which nouns a number can count: people by kind, families, homes, forces - and what is never counted."""

from __future__ import annotations

_CLASSES: dict[str, str] = {
    # people of whom the noun says nothing more
    "person": """
        people persons person individuals individual civilians civilian men man women woman children
        child adults adult boys boy girls girl babies infants toddlers youths youth teenagers minors
        elderly souls villagers villager farmers farmer fishermen fisherman herders pastoralists nomads
        miners miner labourers laborers tourists tourist holidaymakers visitors pilgrims worshippers
        schoolgirls schoolboys schoolchildren students student pupils passengers passenger workers
        worker foreigners nationals citizens citizen locals victims victim survivors survivor members
        member relatives brothers sisters sons daughters mothers fathers widows orphans neighbours
        traders shopkeepers drivers hikers hiker climbers trekkers protesters protester demonstrators
        activists employees shoppers commuters guests patients patient inmates detainees
            producers growers homeowners homeowner customers folk males
        females newborns grandchildren siblings couples crew crewmen sailors seafarers swimmers minority
        believers humans breadwinners dependants dependents pensioners under-fives ethnic tribesmen
        clansmen americans muslims muslim christians hindus yazidis yezidis kurds rohingya rohingyas
        hazaras tutsis hutus serbs tatars roma turkmen arabs jews sunnis shiites shi'ites alawites
        assyrians chaldeans tamils uighurs uyghurs fulani dinka nuer afghans syrians iraqis palestinians
        somalis sudanese ukrainians armenians venezuelans haitians yemenis libyans congolese burundians
        rwandans ethiopians eritreans malians burmese karen kachin nigerians bangladeshis pakistanis
        indians filipinos colombians hondurans salvadorans guatemalans nicaraguans cubans gazans
        israelis lebanese georgians russians turks greeks kosovars bosnians croats albanians azeris
        azerbaijanis kyrgyz tajiks uzbeks chechens africans ugandans kenyans chadians cameroonians
        burkinabe nigeriens mozambicans angolans zimbabweans ivorians liberians tigrayans amharas oromos
        europeans chinese japanese nepalis nepalese vietnamese indonesians timorese mexicans moroccans
        egyptians britons germans non-combatants noncombatants bystanders evictees breeders homesteaders
        walkers pax youngsters minors teens infants pensioners islanders settlers parishioners amputees
        escapees stragglers wayfarers countryfolk townsmen townswomen northerners southerners
        seniors infirm dwellers slum-dwellers squatters holders caregivers casual-labourers aliens expatriates
        expats compatriots countrymen commoners tribals
    """,
    "resident": """
        residents resident inhabitants inhabitant population populace townspeople townsfolk islanders
        city-dwellers locals populations
    """,
    "household": "households household families family hh hhs",
    "home": """
        homes houses house housing dwellings dwelling residences residence apartments apartment flats
        huts shacks bungalows cottages properties buildings homesteads tenements villas condominiums
        mobile-homes chalets
    """,
    "refugee": """
        refugee refugees asylum-seeker asylum-seekers asylum-applicants
    """,
    "migrant": "migrants migrant emigrants boat-people",
    "displaced": """
        idp idps displaced displacees homeless internally-displaced oustees evictees evicted
        internally-displaced-persons
    """,
    "evacuee": "evacuees evacuee",
    "returnee": "returnees returnee repatriates deportees",
    "forces": """
        troops troop soldiers soldier forces army servicemen police policemen policeman personnel
        gendarmes peshmerga peshmergas commandos paratroopers marines conscripts reservists guardsmen
        border-guards peacekeepers peacekeeper airmen officers officer cadets sergeants recruits
        legionnaires constables gendarmerie military airman carabinieri
    """,
    "fighters": """
        fighters fighter militants militant insurgents insurgent rebels rebel jihadists jihadist jihadis
        guerrillas guerillas gunmen gunman militiamen militia terrorists extremists mercenaries
        combatants islamists paramilitaries taliban bandits pirates bombers assailants hardliners
        gangsters mujahideen attackers
    """,
    "death": """
        deaths death fatalities fatality bodies body corpses corpse lives casualties casualty dead toll
        remains skeletons killings martyrs murders
    """,
    "injury": "injuries injury wounded injured",
    "missing": "missing disappeared disappearances",
    "beneficiary": "beneficiaries beneficiary recipients",
    "displacement": "displacements displacement evictions departures",
    "evacuation": "evacuations",
    "arrival": "arrivals newcomers arrival entrants crossings border-crossers",
    "asylum": "applications claims asylum-applications",
    "return": "returns repatriations deportations",
    "abduction": "abductions kidnappings arrests",
    # people not counted for their own sake: no figure unless they are killed, hurt, held or trapped
    "captive": "hostages hostage captives captive abductees prisoners pows",
    "staff": """
        aid-workers volunteers volunteer firefighters firefighter rescuers rescuer journalists
        journalist reporters staff doctors nurses paramedics medics experts observers monitors teachers
        delegates teams engineers officials official lawmakers ministers governors politicians
        supporters fans voters players spectators respondents participants applicants lawyers diplomats
        agencies organisations judges investors candidates contractors responders technicians
        specialists inspectors interpreters pilots leaders elders partners interviewees representatives
        ambassadors scientists researchers professionals donors readers viewers commanders generals
        spokesmen divers consultants mps senators congressmen presidents activists lifeguards attendees
        signatories followers users subscribers jobs
    """,
    # things
    "thing": """
        dollars euros pounds rupees francs shillings afghani afghanis dinars dirhams hryvnia pesos taka rials
        usd runs wickets percent camps camp sites site villages village
        towns town cities city districts district provinces province states regions region countries
        country municipalities communes counties townships islands island schools school hospitals
        hospital clinics centres centers shelters mosques churches church bridges bridge roads road
        trucks truck lorries buses bus vehicles vehicle cars car boats boat ships ship planes plane
        aircraft helicopters helicopter tanks tank missiles missile rockets rocket shells bombs mines
        rounds tents tent blankets kits parcels sacks bags litres liters gallons barrels tonnes tons ton
        kg kilograms kilogrammes kilometres kilometers kilometre kilometer km miles mile metres meters
        metre meter m feet foot inches inch mm cm hectares hectare acres acre days day weeks week months
        month years year hours hour minutes minute seconds nights decades decade times time attacks
        attack incidents incident clashes strikes strike airstrikes air-strikes raids operations battles
        events sorties cases case infections consultations vaccinations doses admissions points point
        articles questions nations votes vote seats seat goals matches games cents levels level phases
        stages categories category groups group organizations ngos agencies projects programmes programs
        sectors dams dam rivers landslides floods storms earthquakes cyclones aftershocks fires cattle
        sheep goats livestock animals chickens cows camels horses pigs head crops fields farms
        businesses shops stores factories companies firms offices latrines toilets wells boreholes pumps
        cells beds rooms classrooms books pages parties party members-states meetings visits flights
        reports report statements resolutions resolution degrees checkpoints posts positions bases base
        fronts brigades battalions battalion divisions division regiments convoys convoy bottles meals
        items generators stoves mattresses containers wagons motorcycles bicycles blocks neighbourhoods
        neighborhoods streets areas area locations settlements communities community parishes wards
        barangays governorates departments territories lakh crore percentage thirds quarters checks
        crossings-points gates routes corridors warning warnings alert alerts kilometres-per-hour
        cellphones calls messages tweets letters complaints charges counts sources reasons options
        factors teams institutions ministries embassies facilities facility structures universities
        monasteries temples warehouses markets stalls trees poles lines towers plants stations
        wheelchairs rescue-teams stretchers journeys trips pieces kinds types forms ways steps parts
        portions sections aspects objectives clusters
    """,
}

# two words that together are a noun of their own; joined by a hyphen and looked up above
PAIRS = {
    ("aid", "workers"),
    ("relief", "workers"),
    ("humanitarian", "workers"),
    ("health", "workers"),
    ("rescue", "workers"),
    ("asylum", "seekers"),
    ("asylum", "seeker"),
    ("asylum", "applicants"),
    ("asylum", "applications"),
    ("asylum", "claims"),
    ("asylum", "requests"),
    ("rescue", "teams"),
    ("housing", "units"),
    ("residential", "units"),
    ("house", "units"),
    ("border", "guards"),
    ("construction", "workers"),
    ("building", "sites"),
    ("refugee", "camps"),
    ("housing", "projects"),
    ("health", "facilities"),
    ("family", "members"),
    ("gang", "members"),
    ("armed", "members"),
    ("armed", "gunmen"),
    ("host", "families"),
    ("host", "households"),
    ("host", "communities"),
    ("militia", "members"),
    ("crew", "members"),
    ("staff", "members"),
    ("media", "workers"),
    ("medical", "workers"),
    ("un", "workers"),
    ("church", "members"),
    ("party", "members"),
    ("council", "members"),
    ("hotel", "rooms"),
    ("child", "soldiers"),
    ("police", "stations"),
    ("police", "station"),
    ("army", "bases"),
    ("army", "posts"),
    ("rebel", "groups"),
    ("armed", "groups"),
    ("militia", "groups"),
    ("family", "tents"),
    ("home", "kits"),
    ("child", "deaths"),
    ("death", "sentences"),
    ("death", "certificates"),
    ("death", "threats"),
    ("military", "vehicles"),
    ("military", "helicopters"),
    ("army", "vehicles"),
    ("police", "vehicles"),
    ("family", "kits"),
    ("family", "parcels"),
    ("people", "smugglers"),
    ("child", "marriages"),
    ("evacuation", "centres"),
    ("evacuation", "centers"),
    ("evacuation", "shelters"),
    ("evacuation", "flights"),
    ("evacuation", "orders"),
    ("displacement", "camps"),
    ("displacement", "sites"),
    ("home", "guards"),
    ("government", "forces"),
    ("armed", "men"),
    ("household", "items"),
    ("household", "kits"),
    ("household", "visits"),
    ("child", "protection"),
    ("crew", "boats"),
    ("soldiers", "families"),
    ("return", "flights"),
    ("home", "visits"),
    ("women", "groups"),
    ("police", "posts"),
    ("army", "officers"),
    ("death", "row"),
}

_PAIR_CLASS = {
    "aid-workers": "staff",
    "relief-workers": "staff",
    "humanitarian-workers": "staff",
    "health-workers": "staff",
    "rescue-workers": "staff",
    "media-workers": "staff",
    "medical-workers": "staff",
    "un-workers": "staff",
    "construction-workers": "person",
    "family-members": "person",
    "crew-members": "person",
    "church-members": "person",
    "gang-members": "fighters",
    "armed-members": "fighters",
    "armed-gunmen": "fighters",
    "militia-members": "fighters",
    "staff-members": "staff",
    "party-members": "staff",
    "council-members": "staff",
    "child-soldiers": "fighters",
    "housing-units": "home",
    "residential-units": "home",
    "house-units": "home",
    "asylum-applications": "asylum",
    "asylum-claims": "asylum",
    "asylum-requests": "asylum",
    "asylum-applicants": "refugee",
    "people-smugglers": "staff",
    "child-deaths": "death",
    "home-guards": "forces",
    "government-forces": "forces",
    "armed-men": "fighters",
    "soldiers-families": "household",
    "army-officers": "forces",
}

# Nouns that stand for a group before a noun: "government troops", "refugee families", "flood victims".
HEADS: dict[str, str] = {}
for _name, _words in _CLASSES.items():
    for _word in _words.split():
        HEADS.setdefault(_word, _name)
for _pair in PAIRS:
    _joined = "-".join(_pair)
    HEADS[_joined] = _PAIR_CLASS.get(_joined, HEADS.get(_joined, "thing"))

# classes whose number counts persons
PERSONS = frozenset(
    """
    person resident refugee migrant displaced evacuee returnee forces fighters death injury missing
    beneficiary displacement evacuation arrival asylum return abduction staff captive
    """.split()
)

# what a noun alone says of people: the term of their identity
IDENTITY = {
    "refugee": "refugee",
    "asylum": "refugee",
    "migrant": "",
    "displaced": "displaced",
    "displacement": "displaced",
    "evacuee": "evacuated",
    "evacuation": "evacuated",
    "returnee": "returned",
    "return": "returned",
    "resident": "at_risk_population",
    "death": "killed",
    "injury": "injured",
    "missing": "missing",
    "forces": "forces",
    "fighters": "fighters",
    "beneficiary": "assisted",
    "abduction": "held",
    "captive": "held",
    "arrival": "arrive",
}

# a place of shelter; living in one is being displaced
SHELTERS = frozenset(
    """
    camp camps shelter shelters centre centres center centers tent tents school schools church
    churches mosque mosques gymnasium gymnasiums gym stadium monastery monasteries settlement
    settlements relatives friends neighbours neighbors kin strangers host hosts open streets
    roadside makeshift temporary collective compound relief transit accommodation cathedral parish
    hotel hotels barracks bush forest forests mountains temple temples airport base site sites
    evacuation emergency reception hospital caravans tarpaulins trees sheeting unfinished
    displacement parks park plazas
    """.split()
)

COUNTRIES = frozenset(
    """
    afghanistan albania algeria angola argentina armenia australia austria azerbaijan bahrain bangladesh
    belarus belgium belize benin bhutan bolivia bosnia botswana brazil bulgaria burundi cambodia
    cameroon canada chad chile china colombia croatia cuba cyprus czechia denmark djibouti ecuador egypt
    eritrea estonia eswatini ethiopia europe finland france gabon gambia georgia germany ghana greece
    guatemala guinea guinea-bissau guyana haiti honduras hungary india indonesia iran iraq ireland
    israel italy jamaica japan jordan kazakhstan kenya kosovo kuwait kyrgyzstan laos latvia lebanon
    lesotho liberia libya lithuania macedonia madagascar malawi malaysia maldives mali malta mauritania
    mexico moldova mongolia montenegro morocco mozambique myanmar burma namibia nepal netherlands
    nicaragua niger nigeria norway oman pakistan panama paraguay peru philippines poland portugal qatar
    romania russia rwanda senegal serbia slovakia slovenia somalia spain sudan sweden switzerland syria
    taiwan tajikistan tanzania thailand togo tunisia turkey türkiye turkmenistan uganda ukraine uruguay
    uzbekistan venezuela vietnam yemen zambia zimbabwe britain uae timor-leste drc
    """.split()
)
# second words of names of two or three words ("South Sudan", "Burkina Faso", "Ivory Coast", "Sierra Leone")
COUNTRY_PAIRS = frozenset(
    {
        ("south", "sudan"),
        ("burkina", "faso"),
        ("ivory", "coast"),
        ("sierra", "leone"),
        ("sri", "lanka"),
        ("el", "salvador"),
        ("saudi", "arabia"),
        ("south", "africa"),
        ("costa", "rica"),
        ("central", "african"),
        ("democratic", "republic"),
        ("dr", "congo"),
        ("united", "states"),
        ("united", "kingdom"),
        ("north", "macedonia"),
        ("dominican", "republic"),
        ("republic", "of"),
        ("papua", "new"),
        ("south", "korea"),
        ("north", "korea"),
        ("the", "drc"),
        ("the", "us"),
        ("the", "uk"),
        ("viet", "nam"),
        ("equatorial", "guinea"),
        ("congo", "brazzaville"),
    }
)
