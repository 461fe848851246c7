"""What numbers in reports mean: many short examples of every term, and the laws of the step."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.reading.layout import lay_out
from havenward.reading.meaning import understand
from havenward.reading.parts import Layout, Meaning, Quantity
from havenward.reading.quantities import find_quantities
from small_reports import REPORTS, SEPARATOR

# {number|unit:term temporality}; persons where no unit stands, - where the number is no figure. The examples were
# labelled by the annotation guide before the program read them (sixteen labels were corrected afterwards); it does
# not get all of them right.
EXAMPLES = """
Aid agencies fear that up to {500,000|expected_displaced expected} people could flee El Fasher if the city falls.
The UN is planning for {1.2 million|expected_displaced expected} refugees to cross into Chad by the end of the year.
As many as {five million|expected_displaced expected} Ukrainians may flee the country if fighting intensifies, the UN refugee agency warned.
Poland is bracing for an influx of up to {one million|expected_displaced expected} refugees.
The contingency plan foresees {300,000|expected_displaced expected} newly displaced people in North Kivu within three months.
A further {200,000|expected_displaced expected} people are likely to be displaced in Yemen's Hodeidah in a worst-case scenario.
UNHCR is preparing for the arrival of {25,000|expected_displaced expected} Burundians in Rwanda.
Officials said {90,000|expected_displaced expected} residents would be forced from their homes by the planned offensive.
An assault on Rafah would uproot more than {a million|expected_displaced expected} Palestinians, the agency said.
The Norwegian Refugee Council predicts that {250,000|expected_displaced expected} more people will flee Idlib towards the Turkish border.
Around {40,000|expected_displaced expected} people are expected to seek refuge in Tanzania over the coming weeks.
"We are expecting {70,000|expected_displaced expected} people in the first days," the governor said.
Some {600,000|expected_displaced expected} people could be made homeless by the cyclone, forecasters warned.
The projected displacement of {150,000|expected_displaced expected} people from Mosul has prompted calls for more camps.
The government has drawn up plans to relocate {12,000|households:expected_displaced expected} families from the flood plain next year.
In the most likely scenario {half|percent:expected_displaced expected} of the population would flee to neighbouring states.
The agency estimates that up to {45,000|expected_displaced expected} Armenians could leave Nagorno-Karabakh for Armenia.
Humanitarian partners estimate that {380,000|expected_displaced expected} people are at risk of displacement.
Haiti's civil protection office fears {60,000|expected_displaced expected} people might be driven from their homes by gang violence.
Refugee inflows are projected to reach {85,000|expected_displaced expected} by December.
If the fighting spreads, {3,000 to 5,000|rate:expected_displaced expected} people a day could cross into Uganda.
The camp at Khazir is being readied for {24,000|expected_displaced expected} people expected to flee the city.
Another {100,000|expected_displaced expected} are expected to be displaced in the coming days.
Nearly {700,000|refugee past} Rohingya have fled to Bangladesh since August 2017.
Lebanon hosts {1.5 million|refugee current} Syrian refugees, the highest number per capita in the world.
More than {120,000|refugee past} people have crossed the border from Sudan into Chad since April.
The number of refugees in Uganda has reached {1.4 million|refugee current}.
Some {8,500|refugee past} asylum seekers arrived in Greece last month.
About {300,000|refugee current} Burundians are living in camps in Tanzania.
{3.3 million|refugee current} Venezuelan refugees and migrants are registered in Colombia.
Around {2,000|rate:refugee current} people are crossing into South Sudan every day, UNHCR said.
More than {100,600|refugee past} ethnic Armenians have arrived in Armenia from Karabakh, a spokesperson said.
Kenya's Dadaab complex is home to {245,000|refugee current} refugees, most of them Somali.
An estimated {43,000|refugee past} Ethiopians fled into Sudan's Gedaref state to escape the war in Tigray.
Poland alone has taken in {2.2 million|refugee past} people from Ukraine.
Over {5,000|refugee past} people, mostly women and children, poured into Uganda from the Democratic Republic of Congo over the weekend.
The exodus of {900,000|refugee past} refugees from Myanmar is the largest in the region for decades.
Cameroon is hosting {104,000|refugee current} Nigerian refugees in Minawao camp.
Since January, {19,400|refugee past} Central Africans have sought asylum in neighbouring countries.
Turkey, which shelters {2.7 million|refugee current} Syrians, has called for a safe zone.
At the Adré crossing, {1,200|rate:refugee past} refugees a day arrived during the first week of June.
Of the {1.1 million|refugee current} refugees in Ethiopia, {40|percent:refugee current} per cent are children.
Half a million people have left the country; {310,000|refugee current} of them are registered as refugees in Jordan.
Germany received {442,000|refugee past} asylum applications from people fleeing war.
Arrivals from Mali into Mauritania now stand at {64,000|refugee current}.
{Tens of thousands|refugee past} of Sudanese have escaped across the border to Egypt.
The refugee population in Bidi Bidi has grown to {270,000|refugee current}.
More than {57,000|returned past} displaced people have returned to their homes in eastern Mosul.
Since the ceasefire, {200,000|returned past} Palestinians have gone back to northern Gaza.
Some {6,700|households:returned past} families returned to Sinjar last month.
Around {30,000|returned expected} refugees are expected to return to Burundi from Tanzania next year.
The IOM registered {385,000|returned past} returnees in South Sudan in the same period.
About {1,500|rate:returned current} Afghans are returning from Pakistan every day.
UNHCR helped {12,300|returned past} Somali refugees go home from Dadaab under a voluntary repatriation programme.
Residents were told it was safe to go home, and {2,400|returned past} had done so by Sunday.
The authorities plan the return of {70,000|returned expected} people to Marawi by June.
{Eight thousand|returned past} people came back to Bentiu after the floods receded.
Iran has deported {48,000|returned past} undocumented Afghans back to their country this month.
Spontaneous returns of {15,000|returned past} people were recorded in Tigray.
Nearly {90,000|evacuated past} people were evacuated from Fort McMurray as the wildfire spread.
Authorities ordered {188,000|evacuated current} people to leave areas below the dam.
{1,300|evacuated past} civilians were evacuated from eastern Aleppo in buses on Thursday.
Some {26,000|evacuated past} people have been moved to safety in Quang Nam province.
Up to {100,000|evacuated expected} people will be evacuated before the cyclone makes landfall, Odisha's chief minister said.
The Red Cross has evacuated {more than 300|evacuated past} civilians from the Azovstal steelworks.
About {4,000|evacuated current} evacuees are staying in {12|-} shelters.
{60,000|evacuated current} residents have been told to evacuate.
The volcano forced the evacuation of {7,200|households:evacuated past} families in Goma.
Villagers numbering {3,400|evacuated past} evacuated before the eruption.
A total of {450|homes:evacuated past} homes were evacuated as a precaution.
Officials plan to evacuate {15,000|evacuated expected} people from low-lying areas on Friday.
{350,000|trapped current} civilians are trapped in eastern Ghouta.
Some {200,000|trapped current} people are besieged in Deir ez-Zor, the UN said.
An estimated {260,000|trapped current} civilians remain trapped inside El Fasher with little food.
Floods have cut off {20,000|trapped current} people in Beledweyne.
More than {75,000|trapped current} people are stranded at the berm on the Jordanian border.
The siege has left {40,000|trapped current} residents of Madaya without a way out.
{Dozens|trapped current} of miners are trapped underground after the quake.
At least {1,700|households:trapped current} families are unable to leave the town because of the fighting.
Landslides stranded {3,000|trapped current} tourists in the valley.
Civilians, some {8,000|trapped current} of them, are stuck in the old city of Sirte.
Up to {10,000|trapped current} people are encircled in the enclave.
The landslide buried {60|trapped past} people in a village in Papua New Guinea.
More than {10 million|displaced past} people have been displaced in Sudan since April 2023.
Gang attacks in Port-au-Prince forced {5,600|displaced past} people from their homes last week.
{2.9 million|displaced current} people remain internally displaced in Somalia.
An upsurge in fighting in Rutshuru has displaced over {237,000|displaced past} people since March.
Al-Hol camp holds {73,000|displaced current} people, most of them women and children.
Some {4,300|households:displaced current} families are sheltering in schools in Idlib.
Fighting around Goma drove {a quarter of a million|displaced past} people out of camps.
The earthquake left {1.5 million|displaced past} people homeless in Haiti.
{9,200|displaced past} people fled Kunduz for Kabul and Takhar.
The number of IDPs in Burkina Faso has surpassed {two million|displaced current}.
IDPs: {22,000|displaced current}
{640|households:displaced past} households were displaced in Mocoa, Colombia.
Cabo Delgado has seen {850,000|displaced past} people uprooted since 2017.
{1,900|rate:displaced current} people are fleeing western Mosul each day.
Most of the {12,500|displaced past} who fled Palma walked for days through the bush.
At least {3,000|displaced current} people are sleeping in the open in Port-au-Prince.
New displacement of {13,400|displaced past} people was reported in Taiz.
Over {300|households:displaced past} families abandoned their villages in Mon State after shelling.
The violence has led to the displacement of {400,000|displaced past} people.
{A third|percent:displaced past} of the city's residents have fled their homes.
Local officials say {18,000|displaced current} people are now living in makeshift camps outside Bunia.
There are {1.7 million|displaced current} displaced people in Gaza.
Clashes sent {thousands|displaced past} fleeing from Maiduguri.
Since Tuesday {6,500|displaced past} people have arrived at Tal Abyad camp from Raqqa.
{7,000|displaced past} people took refuge in churches in Bambari.
The floods damaged {1,200|homes:homes_destroyed past} houses and displaced {6,400|displaced past} people, among them {2,100|displaced past} children.
{25 million|in_need current} people in Sudan need humanitarian assistance.
More than {17 million|in_need current} Yemenis are food insecure.
About {7 million|in_need current} people in South Sudan face acute hunger.
The drought has left {4.3 million|in_need current} people in need of food aid in Somalia.
An estimated {2.4 million|in_need current} people require emergency shelter and water.
Some {345,000|in_need expected} people are projected to face catastrophic hunger by June.
In Tigray, {91|percent:in_need current} per cent of the population needs food assistance.
{Three million|in_need current} children in Ethiopia are in urgent need of help.
The number of people in need has risen to {15.9 million|in_need current}.
Around {160,000|in_need current} people lack access to clean water in Marawi.
{1.1 million|in_need current} Gazans are on the brink of famine.
People in need: {3.1 million|in_need current}
Some {750,000|at_risk_population current} people live in western Mosul.
Up to {1.2 million|at_risk_population current} civilians remain in Hodeidah.
The town of Bakhmut, home to {70,000|at_risk_population past} people before the war, lies in ruins.
Goma, a city of {two million|at_risk_population current} people, lies in the shadow of the volcano.
{400,000|at_risk_population current} people are in the path of the storm.
The district has a population of {1.3 million|at_risk_population current}.
Rafah's population has swelled to {1.4 million|at_risk_population current}.
About {50,000|at_risk_population current} people are still inside the city, according to the mayor.
There are {35,000|at_risk_population current} civilians in the rebel-held enclave.
More than {100,000|at_risk_population current} residents are at risk of flooding, officials warned.
El Geneina had {250,000|at_risk_population past} inhabitants before the conflict.
Nearly {11 million|at_risk_population current} people are threatened by the cyclone.
The offensive endangers the lives of {600,000|at_risk_population current} civilians.
At least {43|killed past} people were killed when an air strike hit a market in Darfur.
A suicide bomber killed {18|killed past} people and wounded {35|injured past} in Mogadishu.
The death toll from the earthquake has risen to {2,189|killed past}.
{Twelve|killed past} soldiers and {three|killed past} civilians died in the ambush in Burkina Faso.
The attack left {nine|killed past} dead and {21|injured past} injured.
{More than 60|killed past} bodies were found in a mass grave in Tarhuna.
Militants massacred {137|killed past} villagers in Mali's Mopti region.
{Scores|killed past} are feared dead after the landslide in Amhara.
Medics said {17|killed past} Palestinians were killed and {54|injured past} others wounded in strikes on Khan Younis.
Hospital officials reported {31|killed past} deaths.
{Seven|killed past} children were among the dead.
The shelling killed a woman and her {two|killed past} sons.
Police said {22|killed past} people had been shot dead by gunmen in Plateau state.
The fighting has claimed more than {14,000|killed past} lives since 2015.
Cholera and hunger aside, violence in Ituri has cost {1,400|killed past} people their lives.
A total of {220|injured past} people suffered injuries in the quake.
{96|other past} people were killed or injured in the bombing.
More than {4,000|killed expected} people could die if aid does not arrive, doctors warned.
Some {150|killed past} people drowned when floods swept through Derna.
The bomb blast wounded {five|injured past} police officers.
The storm destroyed {12,000|homes:homes_destroyed past} homes in Beira.
{300|homes:homes_destroyed past} houses were burned down in Plateau State.
{61,000|homes:homes_destroyed past} housing units in Gaza are uninhabitable.
Air strikes have flattened {180|homes:homes_destroyed past} residential buildings.
About {70|percent:homes_destroyed past} per cent of the homes in the town were damaged.
Torrential rain swept away {45|homes:homes_destroyed past} homes and submerged {130|homes:homes_destroyed past}.
Up to {30,000|homes:homes_destroyed expected} homes could be flooded if the dam fails.
The army has deployed {5,000|forces past} troops to Cabo Delgado.
An estimated {3,000 to 4,500|fighters current} IS militants are still in Mosul.
The coalition will send {500|forces expected} more soldiers to train Iraqi forces.
Some {30,000|forces current} Kurdish peshmerga are stationed along the front line.
The group is believed to have {7,000 to 9,000|fighters current} fighters in Somalia.
About {190,000|forces past} Russian troops massed on Ukraine's border before the invasion.
Kenya has {1,000|forces current} police officers in Port-au-Prince.
Government troops killed {24|killed past} insurgents.
The camp has a capacity of {10,000|other current} people.
New sites at Hammam al-Alil can accommodate up to {60,000|other current} people.
The floods affected {1.6 million|other past} people in Pakistan's Sindh province.
{29|other current} people are still missing.
Gunmen abducted {276|other past} schoolgirls in Chibok.
Rescuers pulled {14|other past} people alive from the rubble.
WFP has provided food to {350,000|other past} people in Gonaïves.
Aid trucks reached {40,000|other past} people in Madaya.
The agency aims to assist {250,000|other expected} people with cash.
Security forces arrested {112|other past} people after the protests.
The Coast Guard rescued {88|other past} people from rooftops.
Tents for {3,000|other current} people are available at the site.
Heavy fighting broke out in Jebel Marra in January. At least {73,000|displaced past} people fled. {44,000|displaced current} of them are sheltering in Tawila; the rest walked to Golo.
More than {1,800|refugee past} people crossed into Chad on Monday. Another {900|refugee past} followed on Tuesday.
The Red Cross says up to {one million|expected_displaced expected} people could be driven from their homes. The United Nations puts the figure at {1.2 million|expected_displaced expected}.
Thirty villages were attacked. {2,300|households:displaced past} families, or {12,000|displaced past} people, fled to Ndjamena.
Some {120,000|displaced past} people were displaced by the cyclone, of whom {80|percent:displaced past} per cent were children.
UNHCR said {14,000|refugee past} refugees arrived last week. Of these, {9,000|refugee current} are living in a transit centre.
In Mozambique, {64|killed past} people died and {28|other current} were missing.
"There are still {5,000|at_risk_population current} civilians in the town," he said. "About {half|percent:expected_displaced expected} of them could flee."
The town had {20,000|at_risk_population past} residents before the war. Fewer than {3,000|at_risk_population current} remain.
{72,000|displaced current} people are in camps, including {15,000|displaced current} under five.
The UN has appealed for ${2.6 billion|-} to help {12 million|other expected} people next year.
The agency has received {36|-} per cent of the funds it needs.
The rebels control {60|-} per cent of the territory.
A {35|-}-year-old woman who fled with her {four|-} children said she had walked for {six|-} days.
The convoy of {48|-} trucks carried {900|-} tonnes of flour to {three|-} villages.
The camp lies {30|-} kilometres from the border.
{Two|-} aid workers said the road was closed.
Over {200|-} schools and {14|-} health centres have been destroyed.
Prices have risen by {40|-} per cent since May.
Some {2,000|-} cases of cholera have been reported in Hajjah.
At least {25|-} people were killed when a bus plunged into a ravine in Peru.
The {7.8|-}-magnitude earthquake struck at {4:17|-} a.m.
In {2014|-}, the group seized the city.
Resolution {2254|-} was adopted by {15|-} votes.
{50,000|-} children have been kept out of school.
More than {80|-} families were interviewed for the survey.
The party won {43|-} per cent of the vote in the election.
The firm will build {1,000|-} houses in Mekelle.
Some {33,000|-} households are without electricity.
The {28|-}th battalion arrived on {12|-} June.
Only {five|-} of the town's {20|-} doctors remain.
Around {300|-} firefighters were battling the blaze.
The displacement rate rose by {12|-} percent.
The number of attacks doubled to {140|-}.
Winds reached {185|-} kilometres per hour.
The ministry allocated {40 million|-} dollars for {6|-} new camps.
The airline said {160|-} passengers were delayed.
A crowd of {30,000|-} fans watched the final.
More than {60|-} journalists covered the summit.
Up to {a million|expected_displaced expected} could flee Tigray as Ethiopia's army advances, UN warns
{Thousands|displaced past} flee as rebels close in on Goma
Sudan: {1,000|killed past} dead in Darfur landslide, rebels say
The United Nations says it is preparing for as many as {1.2 million|expected_displaced expected} people to leave Mosul once the assault begins.
"We are bracing ourselves for the worst. Between {200,000|expected_displaced expected} people could be on the move in the first weeks," she said.
Fighting could push another {350,000|expected_displaced expected} people across the frontier into South Sudan, according to UNHCR.
The government has told aid groups to expect {150,000|expected_displaced expected} displaced.
If Rafah is attacked, {1.4 million|displaced current} people sheltering there would have nowhere to go.
Planning figures for 2024 assume {910,000|expected_displaced expected} new refugees in Chad.
The agency's regional response plan targets {2.2 million|expected_displaced expected} refugees expected by year's end.
An additional {6,000|households:expected_displaced expected} families are likely to arrive in Dollo Ado before the rains.
Officials fear the number of displaced could double to {500,000|expected_displaced expected}.
The evacuation of a further {20,000|evacuated expected} people is planned for the weekend.
As many as {70 per cent|percent:expected_displaced expected} of the inhabitants might try to escape.
Some {3,000|rate:refugee current} people are crossing the Semliki river into Uganda daily.
An average of {2,400|rate:refugee past} Rohingya crossed into Bangladesh each day in September.
{400|households:displaced current} families a day are arriving at the Debaga screening centre.
Since the coup, at least {70,000|refugee past} people from Myanmar have crossed into India's Mizoram and Manipur states.
Colombia has granted temporary protection to {1.8 million|refugee current} Venezuelans.
Moldova, a country of {2.6 million|at_risk_population current} people, is sheltering {95,000|refugee current} Ukrainians.
In Adré alone there are now {180,000|refugee current} refugees, most of whom are women.
The first {250|refugee past} refugees from Sudan arrived by boat in Jeddah on Sunday.
{17,000|refugee past} Malians have sought refuge in Mauritania's Bassikounou district since January.
By Monday {368,000|refugee past} people had fled Ukraine, half of them to Poland.
More than {6,500|refugee past} Congolese made their way to Burundi last week.
Egypt, which had taken in {466,000|refugee past} people by June, said its border remained open.
Ethiopian refugees in Sudan now number {60,000|refugee current}.
The camp, built for {25,000|other current} people, now houses {58,000|displaced current}.
Kutupalong, the largest refugee camp in the world, holds {630,000|refugee current} people.
The arrivals bring the total number of Burundian refugees in the region to {415,000|refugee current}.
Some {1,100|refugee past} migrants and refugees landed on Lesbos overnight.
About {80 per cent|percent:refugee current} of the new arrivals are women and children who came from Darfur.
{430,000|returned past} Afghans have been sent back from Iran since the start of the year.
According to IOM, {1.6 million|returned past} Iraqis had returned home by May, while {3 million|displaced current} remained displaced.
Only {500|returned past} of the {14,000|displaced past} who fled have dared to come back.
The governor said {60|percent:returned past} percent of displaced families had returned to Ramadi.
The two governments agreed to repatriate {1,500|-} Rohingya a week, officials said.
UNHCR expects up to {200,000|returned expected} Syrians to go back this year.
A further {2,300|evacuated past} residents were moved out of Kharkiv region on Saturday, Ukrainian officials said.
A green-bus convoy took {4,000|evacuated past} rebels and civilians to safety under the evacuation deal.
Russian-installed officials say {115,000|evacuated past} people have been evacuated from the right bank of the Dnipro.
Mandatory evacuation orders were issued for {32,000|evacuated current} people in Kherson.
The UN said {1,035|evacuated past} wounded people and their families were evacuated from the besieged district.
Buses carrying {350|evacuated past} evacuees reached Zaporizhzhia on Tuesday.
India has brought {3,800|returned past} of its nationals home from Sudan under an evacuation operation.
The number of people trapped in the enclave is put at {400,000|trapped current}.
{Hundreds|trapped current} remain holed up in the bunkers beneath the plant, including {30|trapped current} children.
More than {half a million|trapped current} people in Aleppo are living under siege.
{12,000|trapped current} migrants are stranded in Agadez.
They are among {5,000|trapped current} people who have been unable to leave Raqqa's Old City.
A mudslide trapped {20|households:trapped current} families in their homes in Petropolis.
Roadblocks have confined {45,000|trapped current} people in Bojayá, Colombia.
{450,000|trapped current} people live in besieged areas of Syria.
The war has uprooted {one in four|percent:displaced past} Ukrainians.
In Cité Soleil, {3,000|displaced past} people were forced out by gang clashes in July.
Over {1.1 million|displaced past} Somalis have been driven from their homes by drought this year.
New arrivals told of walking for days; about {2,700|displaced past} reached Kalemie in the past week.
{8,000|households:displaced past} families had fled to Al-Dhale'e by Thursday.
In the camp's eastern section, {900|households:displaced current} households share {40|-} latrines.
An Israeli evacuation order drove {hundreds of thousands|displaced past} from Khan Younis.
There has been large-scale displacement: {84,000|displaced past} people in Mandalay and {63,000|displaced past} in Sagaing since February.
Burkina Faso now has {1.9 million|displaced current} internally displaced people, or {10 per cent|percent:displaced current} of the population.
Roughly {two-thirds|percent:displaced past} of the residents had already fled.
Bentiu's protection site shelters {118,000|displaced current} people.
{250,000|displaced current} people are living in tents, officials said, and {90,000|displaced current} are with relatives.
The city, which has absorbed {300,000|displaced past} people displaced from the north, is running out of water.
"We counted {620|households:displaced past} families who arrived last night," a camp manager said.
{More than 40 per cent|percent:displaced current} of the displaced are children.
The monsoon has killed {86|killed past}, displaced {12,400|displaced past} and damaged {3,900|homes:homes_destroyed past} houses in Cox's Bazar.
Some {71,000|displaced past} people had to leave their homes when the Kakhovka dam burst.
A {month|-} of clashes has emptied villages: {31,000|displaced past} people have sought safety in Dungu.
Of the {2.5 million|displaced current} people displaced, {400,000|refugee past} have crossed into neighbouring countries.
Around {100,000|displaced past} people were on the move in South Kivu, OCHA reported.
{4,500|displaced current} of them still live in schools.
Half of Yemen's population, {14 million|in_need current} people, could soon depend entirely on aid to survive.
More than {8.4 million|in_need current} Yemenis do not know where their next meal will come from; {400,000|in_need current} children are severely malnourished.
Afghanistan: {22.8 million|in_need current} people face acute food insecurity this winter
In Gaza {1.1 million|in_need current} people are experiencing catastrophic levels of hunger.
The Humanitarian Needs Overview estimates that {13.1 million|in_need expected} people in the Democratic Republic of Congo will need aid.
{Nine out of ten|percent:in_need current} people in the city rely on food aid.
Drought has left {one in three|percent:in_need current} Kenyans in the north hungry.
An estimated {5.5 million|in_need current} people, nearly half of Haiti's population, need help.
Mosul still has {1.5 million|at_risk_population current} inhabitants, according to the UN.
Up to {40,000|at_risk_population current} civilians are believed to be inside the last IS-held pocket.
{100,000|at_risk_population current} children are in grave danger in east Mosul, UNICEF said.
Mariupol, a port of {430,000|at_risk_population past} before the invasion, has been encircled.
About {20|percent:at_risk_population current} percent of the residents stayed behind.
Some {15,000|at_risk_population current} people live on the slopes of Mount Agung.
The lives of {half a million|at_risk_population current} civilians are at risk.
Only {12,000|at_risk_population current} of the original {80,000|at_risk_population past} inhabitants are left in Severodonetsk.
Air strikes on a school in Khan Younis killed at least {30|killed past}, the health ministry said.
{Thirty-one|killed past} people, {12|killed past} of them children, died in the raid.
A UN report put the number of civilians killed at {9,614|killed past}.
Gunmen on motorbikes shot dead {58|killed past} people in Niger's Tillabéri region.
Rescuers recovered {six|killed past} more bodies, raising the toll to {98|killed past}.
Among the dead were {four|killed past} aid workers and {two|killed past} policemen.
The cyclone is feared to have killed more than {200|killed past} in Rakhine.
Twin blasts in Baidoa left {at least 15|killed past} people dead and more than {30|injured past} wounded.
The hospital received {45|injured past} wounded.
{Dozens|injured past} more were hurt when the shells landed.
The group has executed {700|killed past} members of the Shaitat tribe.
{130|other past} people, mostly civilians, were killed or wounded in the strike.
Fighting in the past week has resulted in {212|other past} civilian casualties, including {60|killed past} deaths.
Another {400|killed past} are presumed dead.
More than {6,000|killed past} people lost their lives in Typhoon Haiyan.
The army said it lost {13|killed past} soldiers in the ambush.
{1,200|homes:homes_destroyed past} homes burnt to the ground in Masalit villages.
In Derna, {a quarter|percent:homes_destroyed past} of all buildings collapsed.
Floodwaters entered {5,600|homes:homes_destroyed past} houses.
Israeli forces demolished {26|homes:homes_destroyed past} homes in the camp.
Hurricane Matthew ruined {90|percent:homes_destroyed past} per cent of homes in Jérémie.
Some {8,000|homes:homes_destroyed past} houses remain uninhabitable.
France has {4,000|forces current} soldiers in the Sahel.
Rwanda has sent {1,000|forces past} troops and police to Mozambique.
An alliance of {9,000|forces current} African Union peacekeepers and {20,000|forces current} Somali soldiers controls the town.
Some {25,000|forces current} Iraqi soldiers are massed south of the city.
The M23 is thought to have {3,000|fighters current} combatants.
Between {1,500 and 3,000|fighters current} jihadists are dug in around Sirte.
{900|fighters past} Islamists surrendered to Kurdish forces.
Fewer than {300|fighters current} IS fighters remain in Baghouz.
The raid killed {14|killed past} militants.
{3.3 million|other past} people were affected by the earthquake in Syria, and aid has reached {600,000|other past}.
{Some 80|other current} people are unaccounted for after the ferry carrying refugees sank off Tunisia.
Boko Haram seized {110|other past} girls from a school in Dapchi.
{Eleven|other past} survivors were found in the rubble.
Sites with space for {35,000|other current} are under construction.
By March, {1.9 million|other past} people had received food rations.
The appeal aims to reach {6.1 million|other expected} people.
{Two thousand|other past} suspects were detained in the sweep.
The new camp will be able to host {30,000|other expected} people.
{90|other past} villagers were kidnapped by bandits in Zamfara.
The appeal is only {18|-} per cent funded.
Only {one|-} road out of the city remains open.
The army retook {14|-} villages and now holds {70|-} per cent of the city.
Inflation hit {300|-} percent.
A litre of petrol costs {1,500|-} pounds.
The offensive entered its {third|-} week.
{Two|-} residents reached by phone said shelling was heavy.
{Ahmed, 34|-}, said his brother was missing.
She and her {three|-} daughters walked {90|-} km.
The Boeing crashed near Kathmandu, killing all {71|-} people on board.
A coach carrying wedding guests overturned in Rajasthan; {24|-} died.
Turnout was {52|-} per cent, with {3.4 million|-} people casting ballots.
The survey polled {1,200|-} people in {8|-} provinces.
Suspected cholera cases have passed {300,000|-}.
The IS group claimed {two|-} attacks, on {3|-} and {5|-} March.
The storm dumped {400|-} mm of rain in {24|-} hours.
Oil output fell to {1.2 million|-} barrels.
In {1994|-}, {800,000|killed past} people were slaughtered in the genocide.
The ministry employs {1,400|-} teachers.
The agency has {250|-} staff in the country.
The committee heard from {12|-} witnesses.
Some {400|-} volunteers and {60|-} doctors joined the relief effort.
The town fell after {nine|-} months of siege.
The road is blocked at {three|-} points.
The UN airlifted {45|-} tonnes of supplies to {2|-} sites.
About {50,000|-} tickets were sold.
The distance from the front is {12|-} miles.
IDPs by governorate: Ninewa {215,000|displaced current}, Kirkuk {104,000|displaced current}
Deaths: {41|killed past}. Injuries: {112|injured past}.
People affected: {230,000|other past}
Homes destroyed: {1,045|homes:homes_destroyed past}
Refugees: {56,000|refugee current}
The toll stands at {61|killed past}, with {19|other current} missing.
Militants attacked Palma on Wednesday. Around {35,000|displaced past} people fled; {9,900|displaced past} have reached Pemba. Some {1,000|trapped current} are still trapped in the town.
"There were {5,000|displaced past} people who arrived yesterday," said the camp's manager. "Tomorrow there may be {7,000|expected_displaced expected}."
Clashes erupted near Kadugli. Local officials said {1,800|households:displaced past} families had been displaced. Of these, {300|households:displaced current} were staying in a school.
Armenia said {6,650|refugee past} people had entered from Nagorno-Karabakh. The enclave is home to {120,000|at_risk_population current} ethnic Armenians, all of whom may leave, officials said.
The quake killed {1,300|killed past}. {2,800|injured past} were injured and {5,000|homes:homes_destroyed past} homes collapsed.
The UN estimates {200,000|trapped current} people are trapped. Aid workers say the real figure may be {250,000|trapped current}.
NAIROBI, Kenya (AP) — At least {70|killed past} people were killed and thousands forced to flee when gunmen raided villages in Jonglei, a local official said Tuesday. {Thousands|displaced past} have escaped into the bush.
The UN refugee agency said Friday that more than {200,000|refugee past} people have fled to Niger, Chad and Cameroon since May. "We could see another {100,000|expected_displaced expected} by the rainy season," its spokesman said.
Kyiv says {1.5 million|displaced past} people were uprooted in the first week. Poland's border guard recorded {142,300|refugee past} crossings on Sunday.
Aid workers estimate {800,000|trapped current} civilians are sheltering in El Fasher with no safe way out.
Before the offensive, about {50,000|at_risk_population past} people lived in Fallujah; the army believes {fewer than 400|fighters current} militants are holding out.
Iraqi forces have retaken the dam, said the general, adding that {35|killed past} fighters had been killed.
OCHA's worst-case scenario sees {700,000|expected_displaced expected} people uprooted and in need of shelter.
The Iraqi Red Crescent has set up tents for {5,000|households:other current} families and expects {60,000|expected_displaced expected} people within days.
Officials in Gaziantep said the new tent city would house {10,000|expected_displaced expected} refugees.
As of 3 March, {118,000|displaced current} IDPs (approximately {19,700|households:displaced current} households) were registered in 14 sites.
A convoy of {300|refugee past} refugees crossed at Nadapal, bringing total arrivals this month to {4,250|refugee current}.
The number of South Sudanese seeking refuge in Uganda exceeded {one million|refugee current} last week.
Haiti's capital saw {1,500|killed past} people killed in the first quarter, and {362,000|displaced current} are now internally displaced.
"More than {3,000|trapped current} of our people are stuck there, without food," the mayor told reporters.
Authorities evacuated {19,000|evacuated past} residents of Dnipro's left bank after the dam collapsed; {40,000|at_risk_population current} remain at risk.
Around {10,500|returned past} people, or {1,750|households:returned past} families, have gone home since the truce took effect.
Most of the {93,000|displaced current} displaced are living with relatives, although {7,300|displaced current} are in collective centres.
He said {120|killed past} bodies had been recovered and that {another 200|other current} people were missing.
Of {4,000|households:at_risk_population current} families in the town, {half|percent:displaced past} have left.
An estimated {90 percent|percent:refugee current} of the refugees are from Blue Nile.
A {third|percent:homes_destroyed past} of the town's {3,000|homes:homes_destroyed past} homes have been destroyed.
Nearly {9 in 10|percent:in_need current} Syrians live below the poverty line, and {15.3 million|in_need current} need help.
Fighters loyal to the warlord number about {2,000|fighters current}.
Turkey has massed {20,000|forces past} soldiers along its border.
At least {16|killed past} people, including {five|killed past} children, died when a rocket slammed into a bus station in Donetsk.
The rebels freed {41|other past} hostages on Monday, but {eight|other current} others are still being held.
The flood has displaced {35,000|displaced past}, with {3,000|households:displaced current} families now sleeping on roadsides.
The Rapid Support Forces killed {87|killed past} people, according to the UN rights office, and buried them in a mass grave.
Since 1 May, {23,500|refugee past} persons have entered Ethiopia through Metema, averaging {800|rate:refugee past} per day.
{Up to 1,000|rate:expected_displaced expected} people a day are expected to cross into Armenia.
UNICEF says {1.4 million|at_risk_population current} children are at imminent risk of death.
The government wants to move {65,000|expected_displaced expected} people.
The military offensive could trigger the displacement of {hundreds of thousands|expected_displaced expected} of people.
Officials plan for three camps with room for {54,000|other expected} people.
Only {60|-} of the {230|-} trucks needed each day are getting in.
In Kunduz, Taliban fighters surrounded the base, where {150|trapped current} soldiers were besieged.
The insurgents seized {2|-} helicopters and {16|-} vehicles.
A {52|-}-year-old farmer said he had buried {three|killed past} neighbours.
The quake, which struck at a depth of {10|-} km, left {10,000|displaced past} without homes.
More than {600|injured past} people were taken to hospital with injuries.
{5,200|displaced current} people have been housed in evacuation centres after {three|-} rivers burst their banks.
Some {25,000|displaced past} had sought shelter at the UN base in Malakal by nightfall.
The regime's siege of Homs trapped {2,500|trapped current} people.
According to the mayor, the town's population has fallen from {80,000|at_risk_population past} to about {15,000|at_risk_population current}.
Some {6,000|displaced past} Christians and Yazidis escaped from Qaraqosh to Erbil overnight.
Australia will accept {12,000|expected_displaced expected} refugees from Syria.
About {300|-} lorries cross into Gaza daily.
The camp's population grew from {8,000|displaced past} to {21,000|displaced current} in a month.
More than {two million|refugee current} Afghans live in Iran, {780,000|refugee current} of them registered refugees.
A cease-fire allowed {1,400|evacuated past} wounded fighters and relatives to be evacuated.
Some {30,000|returned past} of those displaced have since returned.
{90,000|displaced current} people remain unable to return home.
Floods in Jakarta have killed {21|killed past} and forced {62,000|evacuated past} to evacuate.
The attack on the refugee camp killed {12|killed past} refugees.
The Taliban said {20|killed past} troops died; the ministry put the figure at {six|killed past}.
The landslide destroyed {150|homes:homes_destroyed past} houses, affecting {4,000|other past} people.
The plan calls for {1,000|homes:evacuated expected} homes to be evacuated.
According to UNHCR, {57 per cent|percent:refugee current} of all refugees come from three countries: Syria ({6.3 million|refugee current}), Afghanistan ({2.6 million|refugee current}) and South Sudan ({2.4 million|refugee current}).
{2,600|refugee past} Burkinabe refugees arrived in Ghana's Upper West.
There are {3,500|displaced current} people in the camp at Hamam al-Alil.
People are arriving at a rate of {2,000|rate:displaced current} a day.
Residents number {11,000|at_risk_population current}.
The operation is expected to involve {45,000|forces expected} troops.
The army deployed {three|-} battalions and {40|-} tanks.
The minister said Kenya would not close the camp, which hosts {330,000|refugee current}.
About {500|displaced past} were turned back at a checkpoint and {1,200|displaced current} are waiting at the bridge.
The United Nations has warned that as many as {1 million|expected_displaced expected} people could be displaced if Turkish forces enter northern Syria. Nearly {160,000|displaced past} have already fled, including {70,000|displaced past} children, the UN's humanitarian office said.
"In the worst case, up to {700,000|expected_displaced expected} people would need to flee," Grande said. "We have stocks for {150,000|other current}."
Officials in Erbil said that around {3,700|refugee past} Syrians had crossed into Iraqi Kurdistan in the past week, up from {500|refugee past} the week before.
Camp managers at Bardarash say they receive {1,000|rate:refugee current} new arrivals every day.
The Ethiopian army is moving on Mekelle, a city of {half a million|at_risk_population current}. Sudan is preparing to receive up to {200,000|expected_displaced expected} refugees over the next six months; {33,000|refugee past} have arrived so far.
Some {2.3 million|trapped current} children in Tigray are cut off from humanitarian aid, UNICEF said.
According to Sudanese officials, {4,000|rate:refugee current} Ethiopians are now crossing the Setit river each day.
About {1.3 million|in_need expected} people are expected to need food and shelter across the region, the agency said, of whom {500,000|expected_displaced expected} may be newly displaced.
Ukraine's parliament commissioner said {4.5 million|at_risk_population current} people remain in areas near the front.
Up to {18 million|in_need expected} Ukrainians could need humanitarian help if the war drags on, the EU's crisis commissioner said. "We expect {four million|expected_displaced expected} to leave the country."
Germany has registered {610,000|refugee current} people who fled Ukraine, most of them women and children.
"We had {45|killed past} dead in one night," the surgeon said. "Another {60|injured past} came in with shrapnel wounds."
Russian shelling has left {350,000|in_need current} residents of Mariupol without water and power.
The mayor's office said {2,187|killed past} residents have been killed; more than {20,000|evacuated past} got out through a humanitarian corridor, and {8,000|expected_displaced expected} more were due to leave on Wednesday.
Armed groups have killed {1,800|killed past} civilians in Ituri this year and driven {140,000|refugee past} across Lake Albert into Uganda.
Of the {5.5 million|displaced current} displaced in the country, {60 per cent|percent:displaced current} are in the Kivus.
M23 rebels have come within {20|-} km of Goma, home to {1 million|at_risk_population current} people, including {half a million|displaced current} displaced.
At least {1,640|households:displaced past} households have fled Kitshanga since Thursday.
The Tanzanian authorities intend to send {100,000|returned expected} Burundians home by December, while Human Rights Watch said {78,000|returned past} had already gone back.
An estimated {15,000|displaced past} people took to the hills; {6,000|returned past} returned after the rebels withdrew.
The African Union force, which has {22,000|forces current} troops, will be cut by {2,000|forces expected}.
Al-Shabab has between {5,000 and 10,000|fighters current} fighters, according to a UN panel, and lost {200|killed past} in the assault.
Cyclone Idai hit a zone where {1.7 million|at_risk_population past} people lived. {Hundreds of thousands|trapped current} are still marooned.
Officials say {15,000|trapped current} people still need to be rescued.
Rescue crews have plucked {167|other past} people from trees and roofs.
The government put the number of dead at {417|killed past} and said {89,000|displaced current} people were living in {143|-} sites.
Rohingya refugees in the camps now total {919,000|refugee current}, and {200,000|refugee current} of them are at risk from landslides.
Bangladesh plans to relocate {100,000|expected_displaced expected} refugees to Bhasan Char.
More than {400|killed past} people have died, {71,000|other past} insurgents according to the army having surrendered.
The Saudi-led coalition says {1,500|fighters current} Houthi fighters are inside the port. Some {250,000|killed expected} people could lose their lives in an assault on Hodeidah, the UN has estimated, and {600,000|at_risk_population current} live in and around the city.
Aid agencies have pre-positioned food for {100,000|other current} people.
In Marib the number of people killed or wounded rose to {1,100|other past}.
At Dollo Ado, {800|rate:refugee past} Somalis a day were arriving at the peak of the famine.
By early afternoon {2,000|displaced past} people had gathered outside the UN base.
Gangs now control {80|-} per cent of the capital. Some {5.4 million|in_need current} Haitians, or {half|percent:in_need current} of the population, are not getting enough to eat.
Dominican authorities deported {27,000|returned past} Haitians in October.
The military junta has burned {70,000|homes:homes_destroyed past} homes since the coup, a monitoring group said, and {2.6 million|displaced current} people are internally displaced.
About {40,000|refugee current} people from Shan and Kayah are sheltering in Thailand.
Israeli warplanes struck {200|-} targets overnight, killing {55|killed past} and trapping {dozens|trapped current} under rubble.
Israel has told {1.1 million|evacuated current} Gazans to move south within {24|-} hours.
UNRWA said {600,000|displaced current} people were crammed into its {150|-} shelters.
{Seventeen|other past} fishermen were kidnapped.
The army is believed to have lost control of {43|-} percent of the townships.
There are fears that {50,000|expected_displaced expected} more may follow.
The UNHCR representative said the influx could reach {300,000|expected_displaced expected} if violence continues.
The violence forced {2,800|refugee past} Cameroonians to flee to Nigeria, where {1,200|refugee current} have been registered.
In total, {12,354|displaced past} individuals ({2,471|households:displaced past} households) were displaced from Palma.
Most of the town's {75,000|at_risk_population past} residents have fled; no more than {5,000|at_risk_population current} are thought to remain.
He said {65 per cent|percent:displaced past} of those who fled were children.
Nearly {a third|percent:in_need expected} of the population, {2.8 million|in_need expected} people, will need aid this year.
There were {no|-} reports of casualties. {Four|-} people spoke on condition of anonymity.
Peru has {2,000|-} confirmed cases and {7|-} hospitals.
The bus fell {100|-} metres, killing {18|-} passengers.
The president was re-elected with {58|-} percent; {40,000|-} police officers guarded the polls.
The {14|-}-day ceasefire ends on {30|-} September.
The aid group Médecins Sans Frontières said {9,000|displaced current} people were sheltering in the stadium, and more were arriving by the hour.
Some {14,000|displaced past} people fled Menbij district between Friday and Sunday, bringing to {66,000|displaced current} the number displaced by the fighting in northern Aleppo.
"If the dam breaks, {half a million|killed expected} people could be killed and more than {a million|expected_displaced expected} made homeless," a UN official said.
The U.N. humanitarian coordinator said the battle could displace another {400,000|expected_displaced expected}.
Iraqi officials estimate between {2,000 and 2,500|fighters current} ISIS fighters remain in western Mosul.
Roughly {750,000|trapped current} people are believed to be trapped there.
Since fighting began on Oct. 17, {206,000|displaced past} people have been displaced, the International Organization for Migration says. About {46,000|returned past} have gone home.
The camps have room for only {100,000|other current}.
An average of {10,000|rate:displaced past} people a day fled the city last week, up from {4,000|rate:displaced past} in February.
Aid agencies are building camps for a further {250,000|expected_displaced expected} people expected to flee.
UNHCR said Thursday that {73,000|refugee past} people had crossed into Uganda in the first three weeks of February, at an average of more than {4,000|rate:refugee past} a day.
Nearly {86 per cent|percent:refugee current} of the refugees are women and children.
South Sudan's war has forced {1.5 million|refugee past} people to flee to neighbouring countries since December 2013, and a further {2.1 million|displaced current} are displaced inside the country.
More than {100,000|in_need current} people are starving, and {1 million|in_need current} more are on the brink of famine.
Central African militiamen killed at least {30|killed past} people in Bangassou, where some {3,000|displaced current} civilians have taken refuge in a Catholic church.
The UN mission has {12,000|forces current} peacekeepers in the country.
About {2.2 million|in_need current} people, half the population, depend on humanitarian aid.
The Colombian Navy found {27|killed past} bodies.
Myanmar says {400|killed past} people, most of them militants, have died; refugees tell of villages burned. Nearly {125,000|refugee past} Rohingya have streamed into Bangladesh in {11|-} days.
Satellite images show more than {700|homes:homes_destroyed past} buildings burned in a single village.
Bangladesh says it cannot take more than the {400,000|refugee current} Rohingya already there.
UN sources in Cox's Bazar say up to {300,000|expected_displaced expected} may cross.
The World Food Programme needs {$11.3 million|-} to feed them.
In the past {24|-} hours {35,000|refugee past} new arrivals were counted.
Thousands of families are on the roads of Kasai, where {1.3 million|displaced current} people are displaced and {3,383|killed past} have been killed, according to the Catholic church.
Some {30,000|refugee past} have crossed into Angola since April, with {500|rate:refugee current} arriving daily.
Pakistan's army says the operation in North Waziristan has killed {400|killed past} militants. About {900,000|displaced past} people have left the area, {42|percent:displaced past} percent of them children.
A total of {93,000|households:displaced past} families have been registered.
Libya's coastguard intercepted {1,000|other past} migrants.
In Benghazi {23,000|households:displaced current} families are displaced, many living in unfinished buildings.
At least {17|killed past} migrants drowned off Zuwara and {30|other current} are missing.
There may be as many as {1,000|fighters current} IS fighters in Sirte.
Only {three|-} hospitals are functioning in Benghazi.
The Russian ministry said {83,000|evacuated past} people had left eastern Ghouta through humanitarian corridors.
Turkey has begun building a tent city for {35,000|other expected} people on the Syrian side.
Boko Haram's attack on Diffa sent {50,000|displaced past} people running.
Some {1,200|other past} detainees were released.
The group holds {2,000|other current} hostages.
On the island, {500|homes:homes_destroyed past} homes, or {80 per cent|percent:homes_destroyed past} of all houses, were flattened.
Hurricane Irma may force {5.6 million|evacuated expected} Floridians to evacuate.
Officials opened {400|-} shelters, where {72,000|displaced current} people spent the night.
Authorities have asked {650,000|evacuated current} residents of Miami-Dade to leave.
Over {600|evacuated past} tourists were airlifted from Lombok.
The eruption has affected {1.7 million|other past} people and killed {110|killed past}; {197|other current} are still missing.
More than {12,800|evacuated past} people had been evacuated by nightfall, and {3,600|displaced current} remain in shelters.
Of the {8,000|at_risk_population current} people who live in the valley, {5,000|trapped current} have been cut off since Monday.
Rebels say {1,500|forces current} government troops are besieging the town.
The offensive has cut the number of IS fighters to {6,000|fighters current}.
Khartoum's hospitals have recorded {550|killed past} deaths and {4,926|injured past} injuries since April 15, the health ministry said.
As many as {860,000|expected_displaced expected} people may cross Sudan's borders in search of safety, the UN refugee agency projects.
South Sudan, itself home to {2.3 million|displaced current} internally displaced people, has received {57,000|refugee past} returnees and refugees.
Egypt's foreign ministry said {16,000|refugee past} people had entered through the Argeen crossing.
The RSF is thought to command {100,000|fighters current} fighters.
The army has evacuated {2,200|evacuated past} foreigners by sea.
The UN says {15.8 million|in_need current} Sudanese, a third of the population, needed aid even before the war.
Nearly {1,000|rate:refugee current} people are reaching Renk every day.
In Nagorno-Karabakh, where {120,000|at_risk_population current} Armenians live, there is a shortage of bread.
Goris had received {13,550|refugee past} people by Tuesday morning.
In Derna, a city of {90,000|at_risk_population current}, {10,100|other current} people were reported missing.
At least {30,000|displaced current} have been left homeless in Derna, IOM said.
The hospital in Herat said {2,400|killed past} had died and {12|-} villages were flattened.
Hamas militants killed {1,200|killed past} people and took {240|other past} hostage.
Israel mobilised {360,000|forces past} reservists.
More than {400,000|displaced current} people have found shelter in UN schools.
At the Rafah crossing {500|evacuated past} foreign passport holders got out on Wednesday.
Pakistan says it will expel {1.7 million|returned expected} undocumented Afghans.
The M23's advance on Sake has driven {135,000|displaced past} people towards Goma in a matter of days.
About {46,000|displaced past} people have moved in the past week.
Kenya has offered to lead a force of {2,500|forces expected} officers.
Some {610,000|expected_displaced expected} more could be uprooted by December.
Cyclone Mocha put {5.4 million|at_risk_population current} people in its path; {64,000|evacuated past} were moved inland.
Flooding in Somalia forced {700,000|displaced past} out of their homes and affected {1.7 million|other past}.
{70 percent|percent:displaced past} of Beledweyne's population has fled.
The clashes in Las Anod left {185,000|displaced past} displaced, {100,000|refugee past} of whom crossed to Ethiopia.
"{Five thousand|refugee past} people came across in three days," the Ethiopian official said. "We need tents for {10,000|other current} more."
In Mopti {22|killed past} farmers were found dead.
Some {6,500|households:expected_displaced expected} households are set to be relocated.
The blockade of Djibo has trapped {300,000|trapped current} people, {60,000|trapped current} of them from nearby villages.
"""

_MARK = re.compile(r"\{([^|{}]+)\|([^{}]+)\}")
_PERCENT = re.compile(r" per ?cent")


def _label(mark: str) -> tuple[str, str, str] | None:
    if mark == "-":
        return None
    unit, _, rest = mark.rpartition(":")
    term, temporality = rest.split()
    return {"rate": "persons_per_day", "": "persons"}.get(unit, unit), term, temporality


def _read(line: str) -> tuple[str, tuple[Meaning | None, ...], list[tuple[str, str, str] | None]]:
    """Take the marks out of an example and understand what they marked."""
    text, at, spans, labels = "", 0, [], []
    for match in _MARK.finditer(line):
        text += line[at : match.start()]
        spans.append((len(text), len(text) + len(match[1])))
        labels.append(_label(match[2]))
        text += match[1]
        at = match.end()
    text += line[at:]
    layout = lay_out(text)
    quantities = []
    for (start, end), label in zip(spans, labels, strict=True):
        tail = _PERCENT.match(text, end)
        share = bool(tail) or text[end - 1] == "%" or (label is not None and label[0] == "percent")
        digits = re.sub(r"\D", "", text[start:end])
        quantities.append(
            Quantity(
                start,
                tail.end() if tail else end,
                low=None,
                high=None,
                point=float(digits)
                if digits
                else {"two": 2.0, "three": 3.0}.get(text[start:end].lower(), 50.0),
                quantifier="exact",
                sentence=next((i for i, s in enumerate(layout.sentences) if s.start <= start < s.end), 0),
                kind="percent" if share else "count",
                hedge=(start, end),
            )
        )
    return text, understand(layout, tuple(quantities)), labels


def _facts(meaning: Meaning | None) -> tuple[str, str, str] | None:
    return None if meaning is None else (meaning.unit, meaning.term, meaning.temporality)


def test_examples_of_every_term_are_read_as_labelled():
    right, total, terms, matched, missed = 0, 0, 0, 0, []
    for line in EXAMPLES.strip().splitlines():
        _, meanings, labels = _read(line)
        for meaning, label in zip(meanings, labels, strict=True):
            total += 1
            right += _facts(meaning) == label
            if meaning is not None and label is not None:
                matched += 1
                terms += meaning.term == label[1]
            if _facts(meaning) != label:
                missed.append(f"{_facts(meaning)} for {label}: {line}")
    assert total > 700
    assert right / total >= 0.95, "\n".join(missed)
    assert terms / matched >= 0.97, "\n".join(missed)


# What the wider sentence decides: asylum by the countries named, a border reached but not crossed, sieges, plans,
# stocks and flows by their verbs, men of a list, growth, and what is no figure. All of these are read as marked.
CONTEXTS = """
Pakistan is home to {1.4 million|refugee current} Afghans, many of them born there.
There are {250,000|refugee current} Burundians in Tanzania.
Lebanon, with {1.1 million|refugee current} Syrians, wants more help.
Nearly {900,000|refugee current} Rohingya are living in Bangladesh, where rations were cut.
About {60,000|refugee past} Sudanese have fled to a neighbouring country since April, MSF says.
Some {9,000|refugee past} people fled Nagorno-Karabakh and crossed into Armenia.
Egypt has registered {400,000|refugee past} Sudanese since the war began.
Dadaab, a refugee complex in Kenya, is home to {240,000|refugee current} people.
Afghanistan, home to {38 million|at_risk_population current} Afghans, faces famine.
Some {3,000|displaced past} Iraqis fled Mosul for camps in Iraq's Kurdistan region.
Around {30,000|displaced past} people fled Aleppo and gathered near the border.
{Tens of thousands|displaced past} fled. Around {12,000|displaced past} had massed at the frontier by nightfall, residents said.
Some {8,000|refugee past} people reached the border and crossed into Turkey.
An encirclement would leave {70,000|trapped expected} people cut off from aid.
Turkey let in {6,000|refugee past} people on Friday.
An influx of {75,000|displaced past} internally displaced people into the border district has emptied the stores.
Thousands fled Hama, a city inhabited by {800,000|at_risk_population current} people.
The bridge collapse left {6,000|trapped current} villagers cut off.
About {20,000|trapped current} civilians are cornered in a strip of land by the lagoon.
The UN voiced fears for {tens of thousands|at_risk_population expected} of civilians if the army storms Hodeidah.
A tent city for {20,000|other expected} people is to be built near Kilis.
The mission would include {2,000|forces expected} soldiers and {300|forces expected} police officers.
A {3,000|forces expected}-strong African force is to deploy to Mali.
Chad pledged {1,200|forces expected} soldiers.
The ambush killed {14|killed past} security personnel ({nine|killed past} soldiers and {five|killed past} policemen).
About {200|fighters current} foreigners fighting with the militants were seen in Marawi.
As many as {500|fighters current} foreigners have joined the jihadists.
The army killed "{dozens|killed past} of militants" in Sinai.
Of the {300|injured past} wounded, {dozens|injured past} are in critical condition in Goma.
Uganda has taken in more than {900,000|refugee past} refugees from South Sudan.
The airport, where {100,000|displaced current} people have sought refuge, was shelled.
The villages are still home to {30,000|at_risk_population current} people.
After the remaining {20,000|returned expected} displaced people return, the camp will close.
The number of displaced in Ukraine rose from {5 million|displaced past} to {6.2 million|displaced current}.
Refugee numbers in Chad have grown from {400,000|refugee past} last year to {1.1 million|refugee current}.
Refugees in the camp now number in the {tens of thousands|refugee current}.
Insurgents on the island are believed to be in the {hundreds|fighters current}.
The strike destroyed {40|-} buildings and {11|homes:homes_destroyed past} houses.
Cholera has affected some {3,000|-} people in Yemen since May.
{Dozens|-} of refugees protested at the camp.
Losses of the bank are in the {millions|-}.
"""


def test_the_wider_sentence_decides():
    for line in CONTEXTS.strip().splitlines():
        _, meanings, labels = _read(line)
        assert [_facts(meaning) for meaning in meanings] == labels, line


def test_a_floor_and_a_ceiling_of_fighters_and_an_upper_bound_of_troops():
    text = (
        "Fighters in the city are thought to be in the thousands but probably under 10,000, while the army could"
        " send up to 30,000 troops."
    )
    layout = lay_out(text)
    found = find_quantities(layout)
    assert [(q.quantifier, q.low, q.high) for q in found] == [
        ("less_than", 2_000, 10_000),
        ("up_to", None, 30_000),
    ]
    assert [_facts(meaning) for meaning in understand(layout, found)] == [
        ("persons", "fighters", "current"),
        ("persons", "forces", "expected"),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            (
                "The Red Cross says up to one million people could flee. The United Nations says the number could be"
                " even higher."
            ),
            1_000_000,
        ),
        (
            (
                "OCHA estimates that 200,000 people may be displaced by the offensive. UNHCR warned the total could be"
                " even higher."
            ),
            200_000,
        ),
    ],
)
def test_a_second_speaker_in_the_next_sentence_who_expects_more(text: str, value: float):
    layout = lay_out(text)
    found = find_quantities(layout)
    last = found[-1]
    assert (text[last.start : last.end], last.quantifier, last.low) == ("even higher", "more_than", value)
    assert [_facts(meaning) for meaning in understand(layout, found)] == [
        ("persons", "expected_displaced", "expected")
    ] * 2


def test_the_same_speaker_who_expects_more_gives_no_second_figure():
    found = find_quantities(
        lay_out("The governor said 300 people had died. He said it could be even higher.")
    )
    assert len(found) == 1
    assert found[0].higher


def test_numbers_that_are_no_figures_are_refused():
    read = [
        line
        for line in EXAMPLES.strip().splitlines()
        for meaning, label in zip(*_read(line)[1:], strict=True)
        if label is None and meaning is not None
    ]
    assert len(read) <= 2, "\n".join(read)


def _read_report(marked: str) -> tuple[int, int, int, int, list[str]]:
    """Read a whole marked report: figures marked, read, right in unit and term, right altogether; and what is not."""
    text, at, gold = "", 0, []
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        gold.append((len(text), len(text) + len(match[1]), _label(match[2])))
        text += match[1]
        at = match.end()
    text += marked[at:]
    layout = lay_out(text)
    quantities = find_quantities(layout)
    read = [(q, m) for q, m in zip(quantities, understand(layout, quantities), strict=True) if m is not None]
    core = whole = 0
    wrong = [
        f"no figure: {text[q.start - 40 : q.end + 30]!r} {_facts(m)}"
        for q, m in read
        if not any(q.start < end and start < q.end for start, end, _ in gold)
    ]
    for start, end, label in gold:
        found = next((_facts(m) for q, m in read if q.start < end and start < q.end), None)
        core += found is not None and label is not None and found[:2] == label[:2]
        whole += found == label
        if found != label:
            wrong.append(f"{found} for {label}: {text[max(0, start - 40) : end + 40]!r}")
    return len(gold), len(read), core, whole, wrong


def test_small_reports_are_read_as_marked():
    results = [_read_report(report.strip()) for report in REPORTS.split(SEPARATOR)]
    marked, read, core, whole = (sum(result[k] for result in results) for k in range(4))
    wrong = "\n".join(line for result in results for line in result[4])
    assert marked > 270
    assert 2 * core / (marked + read) >= 0.8, wrong
    assert whole / marked >= 0.7, wrong
    assert wrong.count("no figure") <= 4, wrong


def test_the_opening_situation():
    line = (
        "There are some {two million|at_risk_population current} civilians in Mosul, and the International Committee "
        "for the Red Cross says roughly {half|percent:expected_displaced expected} of them could be displaced by the "
        "pending military mission. Iraq is expected to mobilize up to {30,000|forces expected} forces to retake the "
        "city. {Ten million|in_need current} Iraqis already require assistance, including more than "
        "{three million|displaced current} who have been internally displaced."
    )
    _, meanings, labels = _read(line)
    assert [_facts(meaning) for meaning in meanings] == labels


def test_conditional_and_negated_statements_are_marked():
    _, (could, fled, killed), _ = _read(
        "Some {3,000|-} people could be displaced. Some {4,000|-} people did not flee and were trapped. "
        "The army did not kill {30|-} people."
    )
    assert could is not None
    assert could.conditional
    assert killed is not None
    assert killed.negated
    assert fled is not None
    assert fled.term == "trapped"


def test_accidents_of_transport_and_buildings_hold_no_figures():
    text = "Train derails near Lyon\n\nAt least {12|-} people were killed and {40|-} injured when a train derailed."
    _, meanings, _ = _read(text)
    assert meanings == (None, None)


def test_evidence_is_a_span_of_the_text():
    text, (meaning,), _ = _read("Clashes forced {3,000|-} people to flee their homes.")
    assert meaning is not None
    assert [text[start:end] for start, end in meaning.evidence] == ["to flee"]


_LINE = (
    "3,000 12 half one people families homes killed fled displaced were have been could to from of the in , . ( ) - "
    "and or who which camps Mosul border refugees returned said expected not them a day per cent 2014 : ; \n"
)
_WORDS = st.sampled_from(_LINE.split(" "))


@given(st.lists(_WORDS, max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_words_are_read_twice_alike_and_without_a_crash(words: list[str]):
    text = " ".join(words)
    layout = lay_out(text)
    quantities = _naive(layout)
    meanings = understand(layout, quantities)
    assert meanings == understand(layout, quantities)
    assert len(meanings) == len(quantities)
    for meaning in meanings:
        for start, end in meaning.evidence if meaning is not None else ():
            assert 0 <= start < end <= len(text)


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_without_a_crash(text: str):
    layout = lay_out(text)
    understand(layout, _naive(layout))


def _naive(layout: Layout) -> tuple[Quantity, ...]:
    """Find digits and three number words, to have quantities without the step before."""
    return tuple(
        Quantity(match.start(), match.end(), 1, 1, 1, "exact", index)
        for index, sentence in enumerate(layout.sentences)
        for match in re.compile(r"\d[\d,]*|\bhalf\b|\bone\b").finditer(
            layout.text, sentence.start, sentence.end
        )
    )


@pytest.mark.parametrize(
    "piece", ["3,000 ", "12 dead\n", "3,000 people fled. ", "(((", "of half ", "3,000 people, "]
)
def test_long_hostile_texts_are_read(piece: str):
    layout = lay_out(piece * (60_000 // len(piece)))
    quantities = _naive(layout)
    assert len(understand(layout, quantities)) == len(quantities)
