"""Small invented reports of many kinds, with every figure marked, to read as a whole.

The speakers and their numbers are made up. A mark is {number|unit:term temporality}: no unit stands for persons,
`rate` for persons per day. Whatever is not marked is no figure. The marks were set before the reports were read by
the program; a few were corrected where they broke the annotation guide.
"""

from __future__ import annotations

SEPARATOR = "@@"
REPORTS = """
Uganda opens Kiryandongo to new wave from Malakal

ELEGU, Uganda - Buses were still unloading at midnight. {1,900|refugee past} people clambered down on Tuesday alone, the settlement commander said, and {two in three|percent:refugee past} were under eighteen.

"We are a district of {82,000|at_risk_population current}. I already shelter {46,000|refugee current}," the local chairman, Moses Odongo, told this paper. "If the road from Nimule stays open, we shall be looking at {eighty thousand|expected_displaced expected} by Easter."

The South Sudanese side is thinly manned. Some {300|forces current} soldiers guard the bridge. A trader who had walked from Torit put the crowd behind him at {four thousand|displaced current}. Officials at the border post had earlier spoken of {2,500|displaced current}.

Uganda Red Cross lorries bring in around {350|rate:refugee current} people a day; the reception centre, laid out for {1,200|other current}, held {5,100|refugee current} on Wednesday. Maize flour has gone up by 30 percent and a jerrycan costs 2,000 shillings.
@@
HODEIDAH: Displacement tracker, week 32

Key figures
IDPs since 1 June: {61,400|displaced current}
Families: {10,230|households:displaced current}
In need of shelter: {38%|percent:in_need current}
Funding received: 21%

District | Displaced families | Host families | Schools used
Al Hali | {2,410|households:displaced current} | 880 | 14
Zabid | {1,150|households:displaced current} | 410 | 6

Narrative
Since the weekend {640|households:displaced past} families trekked to Hajjah on foot. A further {90|households:displaced current} are camped beside the salt road. {Nine|killed past} civilians were killed by a mine near Tuhayta; {five|killed past} of them were children. Should the port close, the cluster foresees {250,000|expected_displaced expected} people leaving the city. Partners handed {4,300|households:other past} families a cash grant.
@@
Thread: Goma to Gisenyi, night three

1/ Our man at the Petite Barrière: "I counted {eight hundred|refugee past} in two hours. They squeeze through with mattresses." Rwanda's migration office gives {3,700|refugee past} since noon.
2/ Not everyone gets across. {Sixty|households:trapped current} families are stuck in the no-man's-land, guards won't say why.
3/ North of town another story: {27,000|displaced current} people are sleeping in Kanyaruchinya, a priest there tells me. MSF says the clinic, meant for {5,000|other current}, has run dry.
4/ The mayor, on radio: "{One in two|percent:displaced past} of my citizens has left. We were {a million|at_risk_population past}."
5/ M23 claims {1,200|fighters current} of its men are inside. The army won't give its own strength; a UN memo puts it at {9,000|forces current}.
@@
Rohingya boats: what Aceh's fishermen saw

BANDA ACEH - Three boats, {471|refugee past} people. That is the tally of one November week, and the fishermen of Pidie who towed them in do not want a fourth. {Two hundred and twelve|refugee past} came ashore at Ulee Patee on Sunday; the first boat, with {147|refugee past} aboard, had been pushed back twice.

UNHCR says that of all who attempted the crossing this year {one in nine|percent:other past} died or went missing. In Cox's Bazar the camps hold {967,000|refugee current}. "Some {200|refugee past} slip out each night," a camp leader claims; the police say it is nearer {fifty|refugee past}.

A poll found 84 percent of Acehnese opposed to new landings. Local students, about 150 of them, marched on the shelter and demanded deportation. The governor, 58, asked Jakarta for 6 billion rupiah.
@@
War diary, Kherson region

Monday. The administration says {17,500|evacuated past} people have been taken out of the flooded quarters, {472|evacuated past} of them children. On the left bank Moscow-installed officials report {6,000|evacuated past}.
Tuesday. {Thirty-five|other current} are missing, the minister says. {Five|killed past} have drowned. Oleshky, once a town of {24,000|at_risk_population past}, cannot be reached; a volunteer estimates that {three thousand|trapped current} are on roofs.
Wednesday. The UN believes {700,000|in_need current} are without drinking water. Eleven tankers are on their way.
Thursday. Ukraine's railways brought {230|evacuated past} to Mykolaiv. If the cooling pond goes, {40,000|evacuated expected} more would have to be moved, says the energy company.
@@
Opinion: The numbers game in Tigray

When officials want to calm us they say {sixty thousand|refugee current}. That is how many crossed the Tekeze and now live under the tin roofs of Um Rakuba and Hamdayet. When aid workers want to alarm us they say {2.2 million|displaced current}: the people uprooted inside the region.

Both may be right. What nobody counts are those who starved. A Ghent team puts the dead at between {300,000 and 500,000|killed past}, a great many of them by hunger; Addis Ababa admits to none.

Before the war {six million|at_risk_population past} lived there. {Nine out of ten|percent:in_need current} now depend on relief. Of 2,000 trucks promised, 500 arrived.
@@
FLASH: Kabul-Torkham corridor, No. 7

• {9,400|rate:returned past} Afghans a day were processed at Torkham in the first half of November, as against {1,300|rate:returned past} a day in October.
• Since 15 September {374,000|returned past} have gone back, most of them without papers.
• Reception: {7,200|households:returned current} families are housed in Omari camp, planned for {2,500|households:other current}.
• Deportees: {19,000|returned past}
• IOM projects a further {720,000|returned expected} returns by March.
• {60%|percent:returned current} of arrivals are children; {1 in 5|percent:returned current} households is headed by a woman.
• 18 mobile health teams have done 44,000 consultations.
@@
Cyclone Idai: the second week

BEIRA - The water is going and the dead are coming up. {Four hundred and forty-seven|killed past} is the official toll; the Red Cross thinks it will pass {a thousand|killed expected}. In Buzi {1,500|other past} people have been plucked from trees and roofs, {600|other past} of them by helicopter.

{128,000|displaced current} are crowded into schools and churches. At the Agostinho Neto school, {2,300|displaced current} share six taps. {One hundred thousand|homes:homes_destroyed past} houses are gone. In Dondo, every second roof is missing.

"Before the storm we had {five hundred thousand|at_risk_population past} inhabitants and one sewer," says the mayor, Tomas Macuacua, 55. The WFP wants to feed {half a million|other expected} by Friday; so far {73,000|other past} have got rations. Cholera: 271 cases.

The national football team's match against Guinea-Bissau, for which 12,000 tickets had been sold, is off.
@@
{Hundreds|rate:displaced current} a day slip out of Cabo Delgado's coast as insurgents regroup

PEMBA, Mozambique, March 3 - At Paquitequete beach the dhows come in at dawn. {Seven hundred|displaced past} people stepped onto the sand between Friday and Sunday, volunteers with clipboards said, most of them from Quissanga and the islands; {a dozen|killed past} are said to have drowned on the way.

"We expected {two thousand|expected_displaced expected} this month. We got that in a week," said Amina Salimo of the provincial disaster institute. It now lists {172,000|displaced current} displaced people in Pemba, a city built for {140,000|at_risk_population current}.

The insurgents, whom the army puts at no more than {800|fighters current}, torched {63|homes:homes_destroyed past} houses in Mucojo and carried off {fourteen|other past} girls. Rwanda, which has {2,500|forces current} soldiers in the province, said it would send {300|forces expected} more.

The governor warned that if Macomia falls for a second time {90,000|expected_displaced expected} people would be on the road within days. The World Food Programme has food for {25,000|other current}. Its appeal is 12 percent funded.
@@
SUDAN: Gezira Flash Alert No. 3 (22 October)

HIGHLIGHTS
- An estimated {119,400|displaced past} people (some {23,900|households:displaced past} households) fled eastern Gezira between 20 and 22 October, according to DTM field teams.
- {Three quarters|percent:displaced past} went to Gedaref and Kassala; {8 per cent|percent:displaced past} reached River Nile State.
- At least {124|killed past} people were reported killed in Al Sireha and up to {200|injured past} injured. Fifteen villages were looted.
- {47|other past} women are known to have been raped.

DISPLACEMENT
In Gedaref, {4,300|households:displaced current} families are staying at 11 gathering sites; a further {1,700|households:displaced current} are hosted by relatives. About {300|rate:displaced current} people are registered daily at the Al Fau checkpoint. Should RSF units push further east, partners assume that {half a million|expected_displaced expected} more would move.

RESPONSE
Hot meals reached {31,000|other past} people. NFI kits for {2,000|households:other current} families are in stock. Of the USD 2.7 billion required, 56 per cent has come in.
@@
Live: Lebanon ceasefire, day one

06:10 The road south of Sidon is bumper to bumper. The municipality says 40,000 cars and trucks have passed since four.
07:25 Of the {1.2 million|displaced current} Lebanese driven from their homes, "a majority will try to go back this week", the minister for social affairs tells us. His ministry had {189,000|displaced past} in public shelters yesterday. This morning it was {121,000|displaced current}.
08:40 The Israeli army warns residents of 62 villages not to return.
09:15 Masnaa crossing: Syria's border authority has logged {5,600|refugee past} people heading the other way since midnight, on top of {562,000|refugee past} in the two months before.
10:02 Health ministry: {3,823|killed past} dead and {15,859|injured past} wounded since October 2023.
11:30 In Nabatieh {one in four|percent:homes_destroyed past} houses is rubble, an engineer says. "I would say {nine thousand|at_risk_population past} people lived on this hill."
12:00 The UN expects {300,000|returned expected} to be home by the weekend, although "some will turn round again".
@@
INTERVIEW - "We are running a city the size of Lyon with the budget of a village"

Q: How many people are on Kutupalong's new blocks?
A: We moved {21,000|refugee past} there before the rains. There's room for maybe {six thousand|other current} more.

Q: The government talks of {a hundred thousand|expected_displaced expected} more crossing from Rakhine this year.
A: They talk. What I see is families arriving at night, {thirty or forty|rate:refugee current} a day. In August it was {five hundred|rate:refugee past}.

Q: And Bhasan Char?
A: {Thirty-five thousand|refugee current} on an island. {One in ten|percent:refugee past} has slipped away already. Last month a boat with {ninety|refugee past} on board sank and {only eleven|other past} were picked up.

Q: Are people going back?
A: Nobody. Dhaka submitted eight lakh names. Myanmar has cleared {37,700|refugee past}.
@@
Kursk evacuees complain of "soup and silence"

KURSK - {One hundred and twelve thousand|evacuated past} residents have left the border districts of Kursk region since the Ukrainian incursion began, acting governor Oleg Gavrin reported on Thursday. {Sixty thousand|evacuated expected} are yet to be moved.

In a gym on Ulitsa Dimitrova two hundred folding beds stand in rows. "They promised us ten thousand roubles," says Lidia, 71, from Sudzha, a town of {five thousand|at_risk_population past} until last week. "I know of {forty|trapped current} people on my street who could not get out."

Kyiv says its troops hold 1,000 square kilometres and have taken {several hundred|other past} prisoners. Military analysts believe between {10,000 and 12,000|forces current} Ukrainian soldiers took part. Moscow has rushed in {30,000|forces past}, according to Nato.

Regional officials in Belgorod want {11,000|evacuated expected} people out of Krasnaya Yaruga by Monday. {Twelve|killed past} civilians are dead, {121|injured past} hurt, among them {ten|injured past} children.
@@
Somalia drought: the arithmetic of Baidoa

Baidoa, 11 July - Every morning Adan Nur counts the new huts from the water tower. Yesterday there were ninety-four. He multiplies by six. "Call it {five hundred and fifty|rate:displaced current} people a day," he says.

The town has become the largest displacement site of the Horn. {600,000|displaced current} people squat on its edges, four times as many as its own {150,000|at_risk_population current} inhabitants. {Seven out of ten|percent:displaced current} arrived this year. The camps manager fears {a quarter of a million|expected_displaced expected} more if the Deyr rains fail.

OCHA says {7.8 million|in_need current} Somalis go hungry and {213,000|in_need current} are close to famine. In the stabilisation ward 44 children lie two to a bed; {six|killed past} died last week. Al-Shabaab, which has perhaps {5,000|fighters current} men under arms, taxes the wells.

Across the border in Dadaab the Kenyans registered {24,000|refugee past} arrivals by June, up from 800 a year ago. Goat prices have fallen by 60 per cent.
@@
Tripoli clashes empty Ain Zara, mayors plead for a truce

TRIPOLI, Libya, April 18 - The thud of rockets has driven another wave of cars onto the coastal road, but not all get through. {1,800|trapped current} civilians are pinned down around the Ain Zara market, according to the Libyan Red Crescent, whose volunteers brought {275|evacuated past} people out on Wednesday.

Since the field marshal ordered his men on the capital on April 4, {205|killed past} people have lost their lives and {913|injured past} have been hurt, the World Health Organization said. {Eighteen|killed past} of the dead were civilians.

"If this becomes street fighting, I see {300,000|expected_displaced expected} on the move," Ana Lund, the UN's humanitarian coordinator, told journalists. For now the count stands at {25,000|displaced current}, up from {16,000|displaced past} on Monday. Around {3,600|refugee current} refugees and migrants are locked in detention centres near the front; only {150|evacuated past} of them have been taken to Niger.

A litre of petrol costs 0.15 dinars, and six hospitals are short of oxygen.
@@
MOZAMBIQUE: Cyclone Freddy, Situation report 4

Affected people: {886,000|other past}
Displaced: {184,800|displaced current}
Deaths: {165|killed past}
Houses destroyed: {132,000|homes:homes_destroyed past}

Zambezia. In Quelimane {49,000|displaced current} people have found a roof in 64 accommodation centres. INGD teams plucked {1,100|other past} from islands in the Licungo. About {two thirds|percent:displaced current} of those in the centres are women and children. Another {7,000|households:displaced current} families stay with neighbours.

Sofala. Fewer figures are available. The district administrator of Caia speaks of {5,600|displaced past} who moved to higher ground. {Three|other current} fishermen are unaccounted for. WFP intends to reach {150,000|other expected} people with cash by the end of April.

Cholera has been confirmed in 10 districts, with 8,300 cases and 51 deaths.
@@
Podcast transcript - "Behind the wire", episode 14

HOST: You have just come from Moria. Describe it.
GUEST: It's an old army base made for {2,800|other current}. When I left on Friday it had {12,700|refugee current}. A doctor told me she sees {one in three|percent:refugee current} with panic attacks.
HOST: And they keep coming?
GUEST: Four boats this morning. I counted {160|refugee past} heads on the beach at Skala. The coastguard says {500|rate:refugee current} a day in calm weather. In all Greece has {seventy thousand|refugee current}.
HOST: The Turkish president threatens to open the gates.
GUEST: To {3.6 million|refugee current}, yes. I don't believe it. But the minister in Athens is preparing for {a hundred thousand|expected_displaced expected} by spring.
HOST: What about returns?
GUEST: Since the deal {1,900|returned past} were shipped back. They had promised {ten thousand|returned expected} for next year.
@@
Editorial: The silence over Kachin

Nobody films the Kachin. In the hills north of Myitkyina {106,000|displaced current} people have been living in camps for seven years; since January a further {14,000|displaced past} have joined them. {Two thousand|trapped current} more hide in the forest around Tanai, cut off by the army's blockade, and the monsoon is a month away.

The Tatmadaw has thrown {several thousand|forces past} fresh troops and its jets against an ethnic army of perhaps {10,000|fighters current}. The church in Injangyang counted {23|killed past} dead in one week. China, which hosted {7,000|refugee past} Kachin in 2012, has sent every one of them home.

There will be those who say that {a hundred thousand|displaced current} is not a million. {Half|percent:displaced current} of all children in the camps, {31,000|displaced current}, have never seen their village.
@@
LIVE BLOG: Sumy evacuation

8.10 Regional head: {5,900|evacuated past} left yesterday through the first corridor, {1,700|evacuated past} of them foreign students.
9.45 Red Cross: buses for {3,000|other current} stand ready in Poltava.
11.30 Mariupol council: {200,000|trapped current} want out, nobody can move. {1,207|killed past} residents have died in nine days. Apartment blocks: {80%|percent:homes_destroyed past} damaged.
12.15 Poland's border service: {1.33 million|refugee past} since 24 February; {93,000|refugee past} yesterday, 15 per cent fewer than on Tuesday.
14.00 UNHCR: total now above {2.2 million|refugee current}. High Commissioner: "Could be {four million|expected_displaced expected} by summer."
15.20 Moldova, population {2.6 million|at_risk_population current}, is putting up {97,000|refugee current}; {one in eight|percent:refugee current} children in the country is now Ukrainian.
16.05 Russia's defence ministry claims {2,998|killed past} Ukrainian soldiers killed. Kyiv laughs.
@@
Polish volunteers feel the strain as trains from Lviv fill again

PRZEMYSL, Poland - Track four, 5 a.m. The night train sets down {640|refugee past} passengers, most of them women with a child on each arm. "Last week it was {two hundred|refugee past}," says Beata, 44, who ladles soup.

The border guard recorded {31,200|refugee past} arrivals on Sunday, the most since May. Warsaw has issued {1.4 million|refugee past} identity numbers. Deputy interior minister Piotr Zawilski said the country must count on {700,000|expected_displaced expected} more if the power stations go.

Not all stay. {Four in ten|percent:refugee past} travelled on to Germany within days, a study of 2,000 families found. The sports hall next to the station sleeps {350|other current}; on Monday {900|refugee current} people lay on its floor.

On the Ukrainian side, governor Taras Hnativ counts {240,000|displaced current} people from the east in his region. {Nineteen|killed past} died when a missile struck Yavoriv.
@@
ETHIOPIA - Afar/Amhara: weekly bulletin

KEY NUMBERS
* {298,000|displaced current} IDPs in Afar, {512,000|displaced current} in Amhara
* {4 of 5|percent:displaced current} live with host families
* {1.3 M|in_need current} need food
* 27 partners, 3 clusters

Region / IDPs / Households
Zone 1 / {41,000|displaced current} / {8,200|households:displaced current}
Zone 2 / {88,500|displaced current} / {17,700|households:displaced current}

Chifra. Fighting resumed on the 12th. {Eleven thousand|displaced past} walked to Mille, three days through lava fields; local health staff buried {six|killed past} infants. The town itself, {36,000|at_risk_population past} strong before the war, is now {80 per cent|percent:displaced past} empty.

Dessie. Some {7,500|returned past} have ventured home since the army retook the town. The cluster plans for {60,000|returned expected} by the end of the quarter. {A third|percent:homes_destroyed past} of the houses along the main street are burned out.
@@
Tigers, drones and a village that moved three times

MYITKYINA - Nang Seng has counted her neighbours every morning for a year. Today they are {ninety-one|displaced current}. "We were {two hundred and ten|displaced past} when we reached this valley. Some crossed to China. Some died."

There are 34 such hamlets along the river, and none is on a map. The Kachin Baptist Convention thinks {17,000|displaced current} souls are scattered between Sumprabum and Putao. The military council admits to {3,200|displaced current}.

A drone dropped two bombs on the clinic in March; {nine|killed past} patients were dead before the nurse reached the door. The KIA, with its {12,000|fighters current} fighters, has taken the jade town of Hpakant. The junta's garrison there, {800|forces past} men, slipped away by night.

If the road to Laiza is cut, says Father La Seng, "you will find {fifty thousand|expected_displaced expected} at the Chinese fence."
@@
Q&A: Why are people leaving Tapachula?

How many are in the caravan? Mexico's migration institute says {2,400|refugee past}; organisers claim {7,000|refugee past}. We drove along the column and would guess {four thousand|refugee current}.

Who are they? More than {half|percent:refugee current} come from Venezuela. {One in four|percent:refugee current} is a minor.

How many wait in Tapachula? The city of {350,000|at_risk_population current} has {70,000|refugee current} asylum seekers on its books. The office hears {250|rate:refugee current} cases a day.

What will happen? The governor of Chiapas expects {10,000|expected_displaced expected} to set out before Christmas. The National Guard has placed {1,000|forces past} officers at Huixtla. In 2018 police detained {300|other past} at the same bridge.
@@
Yarmouk camp: 'The bread ran out on the third day'

DAMASCUS - Of the {160,000|at_risk_population past} Palestinians who lived in Yarmouk before the war, {18,000|trapped current} are left, and since Wednesday they share the alleys with Islamic State. UNRWA's spokesman, Colin Hartley, put the number of those inside at "{sixteen to eighteen thousand|trapped current}, {3,500|trapped current} of them children".

{Ninety-four|evacuated past} civilians, {43|evacuated past} of them women, were smuggled out overnight by the PLO, its envoy told state television. A resident reached by Skype laughed at the figure: "I saw {twenty|evacuated past} go."

The jihadists number {some 1,000|fighters current}, the Syrian Observatory reckons; the Palestinian faction that opposes them can muster {200|fighters current}. At least {26|killed past} have died. {Two|killed past} were beheaded.

Before the raid UNRWA handed out 400 parcels a day; it would need 7,000. "If the fighting reaches the southern gate," Hartley said, "{ten thousand|expected_displaced expected} will try to break out in one night."
@@
CAMEROON: North-West and South-West - Monthly note, September

Displacement
- {530,000|displaced current} internally displaced (DSA, August), down from {680,000|displaced past} in 2019
- {Two out of three|percent:displaced current} rent or squat; {13%|percent:displaced current} sleep in the bush
- {51,000|refugee current} across the border in Nigeria (Cross River, Benue, Taraba)
- {204,000|returned past} have come back since January

Incidents
In Kumbo, raids on four quarters sent {1,900|displaced past} inhabitants into the fields. {Seven|killed past} bodies lay by the road to Oku. Soldiers set fire to {38|homes:homes_destroyed past} dwellings. The separatists' lockdown kept 700,000 pupils at home.

Outlook
If the lockdown is prolonged by two weeks, the working group reckons with another {25,000|expected_displaced expected} departures. Stocks in Bamenda would last for {9,000|other current}.
@@
"They say the sea is calmer in June" - notes from Zawiya

A fisherman I will call Omar says his boat is good for fifteen men and that he has carried {a hundred and twenty|refugee past}. Last month the coastguard hauled back {2,100|returned past}, the Italians fished out {1,300|other past} and {62|killed past} washed up between Sabratha and Zuwara.

The detention centre behind the refinery was meant for {300|other current}. In August there were {1,480|trapped past}; on the day of my visit the guard's blackboard said {912|trapped current}. The IOM flies home about 600 a month. The embassy of Mali had promised seats for {eighty|returned expected}.

How many wait in the whole of Libya? UNHCR has {43,000|refugee current} on its lists, the ministry says {700,000|refugee current}, and a smuggler in Zawiya, 29, with a degree in statistics, says nobody will ever know.
@@
Storm Daniel, five days on

DERNA, Libya - The sea gives back its dead. {Eleven thousand three hundred|killed past}, says the Red Crescent; {3,958|killed past}, says the health ministry, which counts only those with a name. {Ten thousand|other current} more are thought to be under the mud.

A quarter of the city is gone: {891|homes:homes_destroyed past} buildings flattened, {211|homes:homes_destroyed past} half ruined. {38,640|displaced past} lost the roof over their heads, {30,000|displaced past} of these in Derna alone. Tobruk's schools have taken in {2,000|displaced past}.

Mayor Salem al-Drissi fears the toll may climb to {20,000|killed expected}. Egypt's navy sent a ship with 1,000 beds. Of the 450 doctors promised, 60 have come. Rescuers heard one voice on Thursday and none since.

The UN asks for $71.4 million for the {250,000|in_need current} who need help most.
"""
