"""Places, where a figure applies, and movements: by examples of our own, and laws that hold for any text."""

from __future__ import annotations

import re
from bisect import bisect_right

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.reading.gazetteer import fold, load_gazetteer
from havenward.reading.layout import lay_out
from havenward.reading.movements import find_movements
from havenward.reading.parts import Meaning, Quantity
from havenward.reading.places import find_places
from havenward.reading.where import locate

GAZETTEER = load_gazetteer()

# Double square brackets hold a figure; then come its term, location, origin, destination of each figure in order. A location may
# hold more words than the label, or fewer. Several figures: several rows of labels.
# fmt: off
WHERE = [
    # stocks: the place where people are
    ("Some [[45,000]] displaced people are living in camps around Maiduguri.", ("displaced", "Maiduguri", None, None)),
    ("Lebanon hosts more than [[one million]] Syrian refugees.", ("refugee", "Lebanon", None, None)),
    ("Uganda is now home to [[800,000]] refugees from South Sudan.", ("refugee", "Uganda", "South Sudan", None)),
    ("In Adamawa State, [[12,400]] IDPs are sheltering in schools.", ("displaced", "Adamawa State", None, None)),
    ("There are about [[2.7 million]] Syrian refugees in Turkey.", ("refugee", "Turkey", None, None)),
    ("Kalma camp shelters at least [[90,000]] people.", ("displaced", "Kalma camp", None, None)),
    ("The town of Bambari has received [[6,300]] newly displaced people.", ("displaced", "Bambari", None, None)),
    ("Around [[300]] families from Sinjar remain in Duhok governorate.", ("displaced", "Duhok governorate", "Sinjar", None)),
    ("The camp at Debaga now holds [[28,000]] people.", ("displaced", "Debaga", None, None)),
    ("Across the country, [[1.9 million]] people remain displaced.", ("displaced", "the country", None, None)),
    # flight: the place that people leave
    ("More than [[42,000]] people have fled Mosul since the operation began.", ("displaced", "Mosul", "Mosul", None)),
    ("Up to [[200,000]] people could flee the city of Hodeidah.", ("expected_displaced", "Hodeidah", "Hodeidah", None)),
    ("Fighting has displaced [[11,000]] families from Kunduz to Kabul.", ("displaced", "Kunduz", "Kunduz", "Kabul")),
    ("Nearly [[9,000]] people have been displaced from Tal Afar.", ("displaced", "Tal Afar", "Tal Afar", None)),
    ("About [[4,000]] villagers escaped from Deir Hafer towards Manbij.", ("displaced", "Deir Hafer", "Deir Hafer", "Manbij")),
    ("[[Thousands]] of residents are fleeing western Mosul for camps in Erbil.", ("displaced", "western Mosul", "western Mosul", "Erbil")),
    ("Shelling forced [[1,200]] people out of Avdiivka.", ("displaced", "Avdiivka", "Avdiivka", None)),
    ("Some [[7,000]] people fled fighting in Baga last week.", ("displaced", "Baga", "Baga", None)),
    ("The army evacuated [[3,500]] civilians from eastern Aleppo.", ("evacuated", "eastern Aleppo", "eastern Aleppo", None)),
    ("The offensive is expected to drive [[700,000]] people from Raqqa.", ("expected_displaced", "Raqqa", "Raqqa", None)),
    ("The UN fears that [[a million]] people may be uprooted in Mosul.", ("expected_displaced", "Mosul", None, None)),
    # crossing a border: the place where people arrive
    ("More than [[20,000]] refugees have crossed into Chad from Darfur.", ("refugee", "Chad", "Darfur", "Chad")),
    ("Some [[2,000]] people a day are arriving in Uganda.", ("refugee", "Uganda", None, "Uganda")),
    ("At least [[65,000]] Burundians have sought refuge in Rwanda.", ("refugee", "Rwanda", None, "Rwanda")),
    ("UNHCR is preparing for [[90,000]] Iraqis to cross into Syria.", ("refugee", "Syria", None, "Syria")),
    ("Almost [[400,000]] Rohingya have fled to Bangladesh from Myanmar since August.", ("refugee", "Bangladesh", "Myanmar", "Bangladesh")),
    ("An estimated [[15,000]] Nigerians entered Niger's Diffa region.", ("refugee", "Diffa", None, "Diffa")),
    ("Tanzania has taken in [[110,000]] refugees since April.", ("refugee", "Tanzania", None, None)),
    ("[[37,000]] Central Africans reached Cameroon in three months.", ("refugee", "Cameroon", None, "Cameroon")),
    ("Some [[1,500]] families crossed the border into Turkey.", ("refugee", "Turkey", None, "Turkey")),
    # people who go home
    ("About [[30,000]] people have returned to Ramadi.", ("returned", "Ramadi", None, "Ramadi")),
    ("More than [[500]] families went back to Qaraqosh from Erbil.", ("returned", "Qaraqosh", "Erbil", "Qaraqosh")),
    ("Pakistan sent [[4,200]] Afghans back to Afghanistan in January.", ("returned", "Afghanistan", None, "Afghanistan")),
    # relocation
    ("The authorities relocated [[850]] families to Mahama camp.", ("displaced", "Mahama camp", None, "Mahama camp")),
    ("[[2,600]] people were bused from Fallujah to Amiriyat al-Fallujah.", ("evacuated", "Fallujah", "Fallujah", "Amiriyat al-Fallujah")),
    # deaths, injuries, homes
    ("A suicide attack killed [[31]] people in Maiduguri on Friday.", ("killed", "Maiduguri", None, None)),
    ("The quake killed [[8,700]] people in Nepal and [[78]] in India.", ("killed", "Nepal", None, None), ("killed", "India", None, None)),
    ("Shells hit Donetsk, killing [[six]] civilians.", ("killed", "Donetsk", None, None)),
    ("In Hajjah governorate, air strikes killed [[12]] people and wounded [[30]].", ("killed", "Hajjah governorate", None, None), ("injured", "Hajjah governorate", None, None)),
    ("The cyclone destroyed [[1,100]] homes in Tanna and [[240]] on Efate.", ("homes_destroyed", "Tanna", None, None), ("homes_destroyed", "Efate", None, None)),
    ("Some [[650]] houses were burned in the villages around Rutshuru.", ("homes_destroyed", "Rutshuru", None, None)),
    ("Police said [[14]] people died when gunmen stormed the town of Lamu.", ("killed", "Lamu", None, None)),
    ("Clashes in Malakal left at least [[18]] dead and [[50]] injured.", ("killed", "Malakal", None, None), ("injured", "Malakal", None, None)),
    # lists and coordination
    ("[[21,000]] people are displaced in Duhok, Erbil and Ninewa.", ("displaced", "Duhok, Erbil and Ninewa", None, None)),
    ("Borno and Yobe states host [[1.4 million]] displaced people.", ("displaced", "Borno and Yobe states", None, None)),
    ("Camps in Khost hold [[5,000]] families, while Paktika has [[900]].", ("displaced", "Khost", None, None), ("displaced", "Paktika", None, None)),
    ("Of these, [[3,000]] are in Kaga-Bandoro, [[1,200]] in Batangafo and [[800]] in Bria.", ("displaced", "Kaga-Bandoro", None, None), ("displaced", "Batangafo", None, None), ("displaced", "Bria", None, None)),
    ("Floods affected [[17,000]] people in Beledweyne and [[2,300]] in Jowhar.", ("other", "Beledweyne", None, None), ("other", "Jowhar", None, None)),
    ("In Jonglei, [[9,000]] people, or [[1,700]] households, are cut off.", ("trapped", "Jonglei", None, None), ("trapped", "Jonglei", None, None)),
    # descriptions
    ("[[6,200]] people in the northern province of Cabo Delgado need shelter.", ("in_need", "the northern province of Cabo Delgado", None, None)),
    ("Heavy rain has affected [[50,000]] people in 12 provinces.", ("other", "12 provinces", None, None)),
    ("[[10,000]] people are trapped in rural areas.", ("trapped", "rural areas", None, None)),
    ("About [[2,500]] people live on the island of Lesbos in tents.", ("displaced", "the island of Lesbos", None, None)),
    ("[[Hundreds]] of families are stranded near the border with Jordan.", ("trapped", "the border", None, None)),
    ("More than [[80,000]] people live in camps south of Damascus.", ("displaced", "south of Damascus", None, None)),
    ("[[12]] people were killed in Sarmin, a town 15 km from Idlib.", ("killed", "Sarmin", None, None)),
    ("[[40,000]] people are besieged in Madaya, north-west of Damascus.", ("trapped", "Madaya", None, None)),
    ("[[3,400]] families fled towards [Iraq's Kurdish] region.", ("displaced", "[Iraq's Kurdish] region", None, "[Iraq's Kurdish] region")),
    ("Some [[60,000]] people have arrived in the Kurdistan Region of Iraq.", ("displaced", "Kurdistan Region", None, "Kurdistan Region")),
    # carried over
    ("Fighting has resumed in Bentiu. At least [[5,000]] people have sheltered in a UN base.", ("displaced", "Bentiu", None, None)),
    ("The fiercest clashes were in Zinjibar. They displaced [[3,000]] families.", ("displaced", "Zinjibar", None, None)),
    ("In Leer, [[7,000]] people fled. Another [[2,000]] are missing.", ("displaced", "Leer", None, None), ("other", "Leer", None, None)),
    ("Troops entered the city of Sirte. [[90,000]] residents had left the city.", ("displaced", "Sirte", "the city", None)),
    ("Ministers met in Geneva.\n\nWorldwide, [[65 million]] people are displaced.", ("displaced", None, None, None)),
    ("[[Ten million]] Yemenis need food.", ("in_need", None, None, None)),
    ("The agency said it had registered [[12,000]] people.", ("displaced", None, None, None)),
    # speakers and organisations are no places
    ("[[3,000]] people have been displaced, the Turkish Red Crescent said.", ("displaced", None, None, None)),
    ("The Iraqi Ministry of Migration said [[140,000]] people had fled Anbar.", ("displaced", "Anbar", "Anbar", None)),
    ("Human Rights Watch said [[29]] civilians were killed in Homs.", ("killed", "Homs", None, None)),
    ("According to the Governor of Kirkuk, [[600]] families arrived in the city.", ("displaced", "the city", None, "the city")),
    ("[[450]] people drowned, the International Organization for Migration in Geneva said.", ("killed", None, None, None)),
    ("Jan Egeland of the Norwegian Refugee Council said [[17,000]] people had left Ramadi.", ("displaced", "Ramadi", "Ramadi", None)),
    # forces
    ("Up to [[5,000]] fighters remain in Mosul, US officials say.", ("fighters", "Mosul", None, None)),
    ("Turkey has sent [[1,000]] troops into northern Syria.", ("forces", "northern Syria", None, None)),
    # fronted places with details further on
    ("In Afghanistan, [[5,200]] people were displaced in Kunduz province.", ("displaced", "Kunduz province", None, None)),
    ("In Maluku, [[1,100]] households who fled years ago live with hosts in Ambon.", ("displaced", "Maluku", None, None)),
    ("From Tikrit, [[8,000]] people fled to Kirkuk.", ("displaced", "Tikrit", "Tikrit", "Kirkuk")),
    ("After fleeing Bor, [[4,000]] people reached Awerial county.", ("displaced", "Awerial county", "Bor", "Awerial county")),
    ("South of Kirkuk, [[2,200]] people were displaced from Hawija.", ("displaced", "Hawija", "Hawija", None)),
    ("In Bangladesh, the number of refugees who fled Rakhine has reached [[600,000]].", ("refugee", "Bangladesh", "Rakhine", None)),
    # labels and rows
    ("Gao: [[3,400]] IDPs", ("displaced", "Gao", None, None)),
    ("Kidal region - [[7,800]] displaced persons", ("displaced", "Kidal region", None, None)),
    # odd spellings
    ("In Al-Hawl, [[20,000]] people wait; in el-Fasher, [[4,000]].", ("displaced", "Al-Hawl", None, None), ("displaced", "el-Fasher", None, None)),
    ("More than [[1,000]] families left N'Djamena and N\u2019Guigmi.", ("displaced", "N'Djamena", "N'Djamena", None)),
    ("The DRC has [[2.8 million]] IDPs and CAR [[400,000]].", ("displaced", "DRC", None, None), ("displaced", "CAR", None, None)),
    ("KINSHASA (AFP) - Some [[7,000]] people have fled Beni.", ("displaced", "Beni", "Beni", None)),
]
# Longer sentences, as reports write them; labelled after the rules above were made.
REPORTED = [
    ("The UN refugee agency said on Tuesday that more than [[18,000]] people had crossed into Uganda from the DRC's Ituri province since Christmas.", ("refugee", "Uganda", "the DRC's Ituri province", "Uganda")),
    ("As government forces close in on Idlib, aid groups warn that up to [[2.5 million]] people could try to cross the Turkish border.", ("expected_displaced", "Idlib", None, "the Turkish border")),
    ("At least [[23]] people were killed when a car bomb exploded outside a bank in Lashkar Gah, the capital of Helmand province.", ("killed", "Lashkar Gah", None, None)),
    ("Medics in Aden said that [[16]] bodies had been brought in.", ("killed", "Aden", None, None)),
    ("Since October, some [[700]] people a day have been arriving at Bidibidi settlement in Yumbe district.", ("refugee", "Bidibidi settlement", None, "Bidibidi settlement")),
    ("Kenya, which hosts the world's largest refugee camp at Dadaab, is home to [[480,000]] refugees.", ("refugee", "Kenya", None, None)),
    ("Heavy shelling in the Donetsk suburb of Yasynuvata forced [[1,100]] residents to leave their homes.", ("displaced", "Yasynuvata", None, None)),
    ("In the worst incident, gunmen attacked the village of Logo, killing [[43]] people, according to a local official.", ("killed", "Logo", None, None)),
    ("If the dam at Mosul fails, [[500,000]] people could die, engineers in Baghdad have warned.", ("killed", "Mosul", None, None)),
    ("Around [[11,500]] people from Anbar have found shelter in camps near Baghdad.", ("displaced", "near Baghdad", "Anbar", None)),
    ("Somalia's government says drought has forced [[260,000]] people to leave the southern regions of Bay and Bakool.", ("displaced", "the southern regions of Bay and Bakool", "Bay and Bakool", None)),
    ("Mali has [[36,000]] internally displaced people, most of them in Timbuktu and Mopti.", ("displaced", "Mali", None, None)),
    ("Of the [[5,600]] families displaced in Ghazni last month, [[1,300]] have gone back to their villages.", ("displaced", "Ghazni", None, None), ("returned", "Ghazni", None, None)),
    ("Another [[3,000]] families are expected to reach Gao within days, the mayor said.", ("expected_displaced", "Gao", None, "Gao")),
    ("The governor of Borno, Kashim Shettima, said [[1.8 million]] people had been displaced in his state.", ("displaced", "Borno", None, None)),
    ("Most of the town is under water. About [[2,000]] people in Beledweyne are stranded on roofs.", ("trapped", "Beledweyne", None, None)),
    ("Rwandan officials say [[200]] Burundians are entering Rwanda every day through Nemba.", ("refugee", "Rwanda", None, "Rwanda")),
    ("MSF teams in Zahle, in Lebanon's Bekaa Valley, have treated [[340]] wounded.", ("injured", "Zahle", None, None)),
    ("Some [[60,000]] Syrians are stuck at Rukban, on Jordan's north-eastern border.", ("trapped", "Rukban", None, None)),
    ("The floods have killed [[41]] people in Sri Lanka and left [[300,000]] homeless, officials in Colombo said.", ("killed", "Sri Lanka", None, None), ("displaced", "Sri Lanka", None, None)),
    ("Across Yemen, [[18.8 million]] people need help, [[10.3 million]] of them urgently.", ("in_need", "Yemen", None, None), ("in_need", "Yemen", None, None)),
    ("In Haiti's southern peninsula, Matthew destroyed [[29,000]] homes in Grand'Anse alone.", ("homes_destroyed", "Grand'Anse", None, None)),
    ("Police fired on marchers in Bujumbura, wounding [[12]]; [[two]] died later in hospital.", ("injured", "Bujumbura", None, None), ("killed", "Bujumbura", None, None)),
    ("Hundreds of trucks left Goma. The convoy carried [[4,000]] returnees to Rutshuru and Masisi.", ("returned", "Rutshuru and Masisi", None, "Rutshuru and Masisi")),
    ("An air strike on a market in Maarat al-Numan killed at least [[37]] people, the White Helmets said.", ("killed", "Maarat al-Numan", None, None)),
    ("Germany expects to receive [[800,000]] asylum seekers this year.", ("expected_displaced", "Germany", None, None)),
    ("Thailand's nine border camps shelter [[103,000]] refugees from Myanmar.", ("refugee", "Thailand", "Myanmar", None)),
    ("Tens of thousands have fled, and at least [[38,000]] are now in Diffa, Niger, OCHA reported.", ("displaced", "Diffa, Niger", None, None)),
    ("More than [[6,000]] people, mostly women and children, have fled Nigeria's Rann for Cameroon after an attack by Boko Haram.", ("refugee", "Cameroon", "Rann", "Cameroon")),
    ("In the Philippines, Typhoon Haiyan left [[6,300]] dead, most of them in Tacloban.", ("killed", "the Philippines", None, None)),
    ("The International Medical Corps has [[45]] patients in Jalalabad.", ("other", "Jalalabad", None, None)),
    ("The Kurdish authorities in Erbil said [[52,000]] displaced people had reached the region.", ("displaced", "the region", None, "the region")),
    ("“We counted [[212]] houses burned in Kajo Keji,” said Peter Lado, a pastor in Juba.", ("homes_destroyed", "Kajo Keji", None, None)),
    ("Ethiopia's Gambella region received [[1,400]] South Sudanese in one night.", ("refugee", "Gambella", None, None)),
    ("Between Kirkuk and Tikrit, [[2,900]] villagers are cut off.", ("trapped", "Kirkuk and Tikrit", None, None)),
    ("Residents of Taiz say [[200,000]] people remain trapped.", ("trapped", "Taiz", None, None)),
    ("About a third of Darfur's [[six million]] people are displaced.", ("at_risk_population", "Darfur", None, None)),
    ("UNHCR said [[7,200]] people had fled from CAR to Bangassou's twin town of Ndu in the Democratic Republic of Congo.", ("refugee", "Ndu", "CAR", "Ndu")),
    ("Up to [[15,000]] more are on their way to Kukawa from Baga.", ("expected_displaced", "Kukawa", "Baga", "Kukawa")),
    ("Nine out of ten of the [[80,000]] people of Sabratha have stayed.", ("at_risk_population", "Sabratha", None, None)),
    ("Violence in Kasai has uprooted [[1.4 million]] people, and [[33,000]] have fled to Angola.", ("displaced", "Kasai", None, None), ("refugee", "Angola", None, "Angola")),
    ("The number of people sheltering at the UN base in Wau has risen to [[25,000]].", ("displaced", "Wau", None, None)),
    ("Colombia's Chocó department saw [[3,100]] people displaced in March.", ("displaced", "Chocó", None, None)),
    ("At least [[55]] migrants drowned off the coast of Libya.", ("killed", "the coast of Libya", None, None)),
    ("Iraq's prime minister said on Sunday that [[600,000]] civilians were still in Mosul.", ("at_risk_population", "Mosul", None, None)),
    ("[[3,500]] people have been evacuated to Izium from Debaltseve, a rail hub held by Kiev's forces.", ("evacuated", "Debaltseve", "Debaltseve", "Izium")),
]
# A third set, again labelled before it was read.
NEWS = [
    ("UNICEF said [[19,000]] children are among those trapped in the northern Syrian town of al-Bab.", ("trapped", "al-Bab", None, None)),
    ("Thousands fled at dawn. By nightfall, [[4,800]] had reached Dibaga camp, 40 km south-west of Erbil.", ("displaced", "Dibaga camp", None, "Dibaga camp")),
    ("The Red Cross evacuated [[1,050]] wounded people from Daraya to government-held suburbs of Damascus.", ("evacuated", "Daraya", "Daraya", "suburbs of Damascus")),
    ("Bangladesh could see [[300,000]] new arrivals by the end of the year, its foreign minister said in Dhaka.", ("expected_displaced", "Bangladesh", None, None)),
    ("At a crossing point near Elegu, [[5,000]] South Sudanese entered Uganda on Sunday alone.", ("refugee", "Uganda", None, "Uganda")),
    ("Officials in Niamey say at least [[50]] soldiers died in the raid on Bosso.", ("killed", "Bosso", None, None)),
    ("Clashes between farmers and herders in Nigeria's Benue state have killed [[73]] people and driven [[80,000]] into camps.", ("killed", "Benue state", None, None), ("displaced", "Benue state", None, None)),
    ("The army has lost [[300]] men since it began its assault on Marawi in May.", ("killed", "Marawi", None, None)),
    ("An aid convoy reached Rastan, where [[120,000]] people are under siege.", ("trapped", "Rastan", None, None)),
    ("Of the [[1.2 million]] people who once lived in Aleppo, fewer than [[300,000]] remain.", ("at_risk_population", "Aleppo", None, None), ("at_risk_population", "Aleppo", None, None)),
    ("Some [[9,500]] people took shelter at the cathedral in Bossangoa.", ("displaced", "Bossangoa", None, None)),
    ("Flooding along the Shabelle river has displaced [[218,000]] people in Hiraan region.", ("displaced", "Hiraan region", None, None)),
    ("The Maldives took in [[no]] one, but Sri Lanka housed [[1,300]].", ("refugee", "Maldives", None, None), ("refugee", "Sri Lanka", None, None)),
    ("In northern Mali, [[15,000]] people fled their homes around Menaka, while [[3,000]] others crossed into Niger.", ("displaced", "Menaka", "their homes around Menaka", None), ("refugee", "Niger", None, "Niger")),
    ("The quake levelled [[4,300]] houses in Pidie Jaya district in Indonesia's Aceh province.", ("homes_destroyed", "Pidie Jaya district", None, None)),
    ("Aid agencies in Jordan are planning for [[100,000]] people to arrive from Daraa.", ("expected_displaced", "Jordan", "Daraa", None)),
    ("Families have been leaving Hajin for days; [[2,000]] arrived at al-Hol on Monday.", ("displaced", "al-Hol", None, "al-Hol")),
    ("Pope Francis will meet [[12]] refugees on Lesbos.", ("other", "Lesbos", None, None)),
    ("In Juba, where fighting broke out on Friday, [[36,000]] people have sought safety at UN compounds.", ("displaced", "Juba", None, None)),
    ("Cameroon's army forced [[2,600]] Nigerian refugees back to Borno, UNHCR said in Geneva.", ("returned", "Borno", None, "Borno")),
    ("South Sudan: [[1,400]] people displaced in Yei", ("displaced", "Yei", None, None)),
    ("The UN mission, MINUSCA, is protecting [[11,000]] people in the enclave of Boda.", ("displaced", "the enclave of Boda", None, None)),
    ("More than [[700]] houses burned down in Kakuma; nobody died.", ("homes_destroyed", "Kakuma", None, None)),
    ("From Kobane alone, [[130,000]] people have entered Turkey in three days.", ("refugee", "Turkey", "Kobane", "Turkey")),
    ("El Salvador recorded [[81]] murders in a week and Honduras [[60]].", ("killed", "El Salvador", None, None), ("killed", "Honduras", None, None)),
    ("Only [[200]] families remain of the 3,000 that lived in Bartella.", ("at_risk_population", "Bartella", None, None)),
    ("They walked for days. [[One hundred]] of them died on the road to Tine.", ("killed", "the road to Tine", None, None)),
    ("Ukraine's president said [[6,000]] people were waiting to leave Debaltseve.", ("expected_displaced", "Debaltseve", "Debaltseve", None)),
]
# Movements without a number: text, then group, origin, destination, status of each.
MOVING = [
    ("Families are fleeing toward Syria.", ("Families", None, "Syria", "civilian current")),
    ("Residents have begun to leave Tal Afar for Sinjar.", ("Residents", "Tal Afar", "Sinjar", "civilian current")),
    ("Many Daesh families in Mosul have sold their cars and slipped out toward Syria, and a segment even tried to sneak out towards [Iraq's Kurdish] region.",
     ("Many Daesh families", "Mosul", "Syria", "armed past"), ("a segment", None, "[Iraq's Kurdish] region", "armed past")),
    ("Civilians could flee Raqqa towards Turkey if the assault begins.", ("Civilians", "Raqqa", "Turkey", "civilian expected")),
    ("Rebels withdrew from Aleppo to Idlib.", ("Rebels", "Aleppo", "Idlib", "armed past")),
    ("Wives of ISIS fighters have crossed into Turkey.", ("Wives of ISIS fighters", None, "Turkey", "armed past")),
    ("People are streaming into Uganda from South Sudan.", ("People", "South Sudan", "Uganda", "civilian current")),
    ("Some residents were unable to leave Fallujah.",),
    ("500 families fled Mosul for Erbil.",),
    ("Hundreds of people fled Bor.",),
    ("Villagers escaping Boko Haram have arrived in Diffa.", ("Villagers", None, "Diffa", "civilian past")),
    ("The militants' relatives are moving to Tal Afar.", ("The militants' relatives", None, "Tal Afar", "armed current")),
    ("Soldiers fled the town of Kunduz.", ("Soldiers", "the town of Kunduz", None, "armed past")),
    ("Refugees who reached Greece say others will leave Turkey soon.", ("Refugees", None, "Greece", "civilian past"), ("others", "Turkey", None, "civilian expected")),
    ("Syrians continue to cross into Lebanon.", ("Syrians", None, "Lebanon", "civilian current")),
    ("Shelling forced many families from Avdiivka.", ("many families", "Avdiivka", None, "civilian past")),
    ("Displaced residents are expected to return to Ramadi.", ("Displaced residents", None, "Ramadi", "civilian expected")),
    ("Entire communities were driven from Rakhine into Bangladesh.", ("Entire communities", "Rakhine", "Bangladesh", "civilian past")),
    ("The minister left Baghdad for Cairo.",),
    ("Farmers and traders left Baga for Maiduguri last week.", ("Farmers and traders", "Baga", "Maiduguri", "civilian past")),
    ("Fighters loyal to Machar have entered Malakal.", ("Fighters", None, "Malakal", "armed past")),
    ("Most people in Bambari have fled to Grimari.", ("Most people", "Bambari", "Grimari", "civilian past")),
    ("The storm is heading towards Vanuatu.",),
    ("Aid has arrived in Madaya.",),
    # those who share the verb of the movement before
    ("Some families are already slipping out toward Syria, others toward the Kurdish region, residents said.",
     ("Some families", None, "Syria", "civilian current"), ("others", None, "the Kurdish region", "civilian current")),
    ("Villagers fled to Uganda, and others to Rwanda.", ("Villagers", None, "Uganda", "civilian past"), ("others", None, "Rwanda", "civilian past")),
    ("Some families fled from Mosul to Erbil; others from Tal Afar to Sinjar.",
     ("Some families", "Mosul", "Erbil", "civilian past"), ("others", "Tal Afar", "Sinjar", "civilian past")),
    ("Many residents have left for Kassala, some to Gedaref, others to Port Sudan.",
     ("Many residents", None, "Kassala", "civilian past"), ("some", None, "Gedaref", "civilian past"), ("others", None, "Port Sudan", "civilian past")),
    ("Fighters withdrew to Raqqa, others toward Deir ez-Zor.", ("Fighters", None, "Raqqa", "armed past"), ("others", None, "Deir ez-Zor", "armed past")),
    ("Residents could flee to Aleppo, others to Turkey, aid workers warned.",
     ("Residents", None, "Aleppo", "civilian expected"), ("others", None, "Turkey", "civilian expected")),
    ("Women crossed into Thailand on foot, villagers into India.", ("Women", None, "Thailand", "civilian past"), ("villagers", None, "India", "civilian past")),
    ("Families fled to Turkey, others said the road to Kilis was closed.", ("Families", None, "Turkey", "civilian past")),
    ("Families moved to Goma and others were taken to Bukavu.", ("Families", None, "Goma", "civilian past")),
]
# fmt: on


# The forms of other kinds of reports: rows, logs, numbered camps, spots, shares of them, who speaks where, what carries
# over. Term and place of each figure; origin and destination where they matter.
# fmt: off
FORMS = [
    ("Region | IDPs | Sites\nGambela | [[12,400]] | 9\nAfar | [[31,000]] | 14\nBenishangul-Gumuz | [[8,250]] | 3", ("displaced", "Gambela"), ("displaced", "Afar"), ("displaced", "Benishangul-Gumuz")),
    ("DISTRICT: NEW ARRIVALS\n\nBunagana: [[4,120]]\nNyakabande: [[2,310]]\nKisoro: [[980]]", ("refugee", "Bunagana"), ("refugee", "Nyakabande"), ("refugee", "Kisoro")),
    ("Camp \u2013 population\n\nNyarugusu \u2013 [[134,000]]\nNduta \u2013 [[75,300]]\nMtendeli \u2013 [[21,900]]", ("refugee", "Nyarugusu"), ("refugee", "Nduta"), ("refugee", "Mtendeli")),
    ("Refugees in Kakuma: [[198,000]]\nWomen: [[51%]]\nUnder 18: [[58%]]", ("refugee", "Kakuma"), ("refugee", "Kakuma"), ("refugee", "Kakuma")),
    ("KILLED: [[34]]\n\nINJURED: [[112]]", ("killed", None), ("injured", None)),
    ("09:40 Kherson - Officials say [[17]] people were killed when shells hit a market. [[Forty]] more are in hospital.", ("killed", "Kherson"), ("injured", "Kherson")),
    ("Tue 18:05, Nyala: The town's main hospital has counted [[58]] bodies since dawn.", ("killed", "Nyala")),
    ("11:10 Ankara - The interior ministry says [[4,000]] Syrians crossed into Hatay overnight.", ("refugee", "Hatay")),
    ("A fire in Zone 4 of the camp destroyed [[210]] shelters.", ("homes_destroyed", "Zone 4")),
    ("Some [[3,000]] families from Camps 12, 13 and 16 will be moved.", ("displaced", "Camps 12, 13 and 16")),
    ("In Ward 7, [[19]] people drowned.", ("killed", "Ward 7")),
    ("At least [[25]] people were killed when a shell hit the crowded maternity hospital in Mykolaiv.", ("killed", "Mykolaiv")),
    ("About [[900]] people are sheltering in the Orthodox monastery.", ("displaced", "the Orthodox monastery")),
    ("More than [[2,000]] civilians are sheltering at the UN base in Malakal.", ("displaced", "Malakal")),
    ("[[Six hundred]] people have crowded into our compound since Monday.", ("displaced", "our compound")),
    ("The Kasenyi landing site, where fishermen once sold tilapia, has become a camp. Its sheds hold [[1,400]] people.", ("displaced", "The Kasenyi landing site")),
    ("The Bethel church is full. [[Three hundred]] people are sleeping between its pews.", ("displaced", "The Bethel church")),
    ("[[Forty]] people are stuck on the Kharkiv road.", ("trapped", "Kharkiv road")),
    ("Some [[7,000]] have crossed the Roussillon bridge since dawn.", ("refugee", "the Roussillon bridge")),
    ("The storm destroyed [[5,600]] houses, most of them in Sofala.", ("homes_destroyed", None)),
    ("[[120,000]] people have fled, two thirds of them from Kupiansk.", ("displaced", None)),
    ("Some [[80,000]] people fled Tigray, [[half]] of whom are now in Gedaref.", ("refugee", "Tigray"), ("refugee", "Gedaref")),
    ("Around [[45,000]] left Stepanakert, [[12,000]] of them for Goris.", ("displaced", "Stepanakert"), ("displaced", "Goris")),
    ("A World Food Programme official in Nairobi said [[60,000]] people had been cut off in Jonglei.", ("trapped", "Jonglei")),
    ("A diplomat in Addis Ababa believes that [[half a million]] people may be on the move.", ("displaced", None)),
    ("The foreign ministry in Tbilisi puts the number of dead at [[nine]].", ("killed", None)),
    ("Doctors in El Geneina said they had counted [[90]] bodies.", ("killed", "El Geneina")),
    ("“We have taken in [[3,500]] people,” Abdou Sani, the mayor of Diffa, said.", ("displaced", "Diffa")),
    ("Moscow says [[15,000]] people have been evacuated from Belgorod.", ("evacuated", "Belgorod")),
    ("Islamabad denies that [[200]] civilians were killed in the strike on Khost.", ("killed", "Khost")),
    ("Addis Ababa reported [[40]] dead.", ("killed", None)),
    ("Community leaders in Djibo fear that [[5,000]] people are trapped.", ("trapped", "Djibo")),
    ("Bambari is quiet again. Some [[11,000]] people have gone back to their houses there.", ("returned", "Bambari")),
    ("Pibor was overrun on Sunday. Nobody knows how many died, but [[32,000]] people had been living in it.", ("at_risk_population", "Pibor")),
    ("Shelling went on in Avdiivka. [[Eight]] people were killed.", ("killed", "Avdiivka")),
    ("The flood reached Beledweyne on Monday.\n\n[[Ninety per cent]] of the town is under water and [[200,000]] people have left.", ("displaced", "Beledweyne"), ("displaced", "Beledweyne")),
    ("“The toll in Cabo Delgado has reached 30,” the governor said.\n\n“Another [[4,000]] people are in schools,” he added.", ("displaced", "Cabo Delgado")),
    ("Floods have killed 14 people in Bangladesh and 9 in Nepal.\n\nNepalese police said [[two]] children were among the dead.", ("killed", "Nepal")),
    ("In the mountains of Khost, snow blocks the passes. The roads will open in April.\n\nIn total, [[400]] people have died.", ("killed", None)),
    ("Torrential rain hit Freetown on Thursday. At least [[300]] people were killed in the city.", ("killed", "Freetown")),
    ("Torrential rain hit Sylhet district on Thursday. Across the district, [[40,000]] homes are flooded.", ("homes_destroyed", "Sylhet district")),
    ("Aid trucks reached Tawila, where [[200,000]] people are now living under trees.", ("displaced", "Tawila")),
    ("They passed Kousseri, a town of [[90,000]] that now holds [[30,000]] refugees.", ("at_risk_population", "Kousseri"), ("refugee", "Kousseri")),
    ("Shells fell on Orikhiv, once home to [[14,000]] people.", ("at_risk_population", "Orikhiv")),
    ("Lysychansk, whose population was [[95,000]] before the war, is empty.", ("at_risk_population", "Lysychansk")),
    ("Planners assume that [[200,000]] people would flee Rafah for Egypt.", ("expected_displaced", "Egypt", "Rafah", "Egypt")),
    ("UNHCR expects [[30,000]] arrivals in Renk by May.", ("expected_displaced", "Renk")),
    ("Some [[6,000]] people have fled Kunduz for Kabul.", ("displaced", "Kunduz", "Kunduz", "Kabul")),
    ("Up to [[50,000]] people could cross the border into Jordan.", ("expected_displaced", "Jordan", None, "Jordan")),
    ("The army has sent back [[900]], to Masisi and Rutshuru.", ("returned", "Masisi and Rutshuru", None, "Masisi and Rutshuru")),
    ("Between [[400 and 500]] people a day have been entering Poland through Medyka.", ("refugee", "Poland", None, "Poland")),
    ("[[2,700]] families fled from Bakhmut to Dnipro after the shelling.", ("displaced", "Bakhmut", "Bakhmut", "Dnipro")),
    ("Fighting in Blue Nile has driven [[thousands]] across the border.", ("displaced", "Blue Nile")),
    ("Some [[3,000]] people died, and floods around Derna have since displaced [[40,000]] others.", ("killed", None), ("displaced", "Derna")),
    ("Malawi has [[90,000]] displaced, Mozambique around [[130,000]].", ("displaced", "Malawi"), ("displaced", "Mozambique")),
    ("Kenya hosts [[500,000]] refugees, Ethiopia [[800,000]] and Sudan more than [[one million]].", ("refugee", "Kenya"), ("refugee", "Ethiopia"), ("refugee", "Sudan")),
    ("[[1,200]] were evacuated from the Lumino area and [[800]] from Biasca Nord.", ("evacuated", "Lumino"), ("evacuated", "Biasca Nord")),
    ("Some Report\n\nKANEM AND LAKE\n\nPartners assisted [[5,300]] people.", ("other", "KANEM AND LAKE")),
    ("Some report\n\nOuallam\n\n[[Two hundred]] families arrived in Ouallam last week. [[Thirty]] children died.", ("displaced", "Ouallam"), ("killed", "Ouallam")),
    ("Some report\n\nGeneva, 3 March\n\nThe agency says [[6,000]] people died.", ("killed", None)),
    ("Vietnam evacuated [[60,000]] people from low-lying areas.", ("evacuated", "Vietnam")),
    ("Cyclone Batsirai left [[55,000]] homeless as it tore through Mananjary.", ("displaced", "Mananjary")),
    ("Pemba received [[10,000]] of them in a week.", ("displaced", "Pemba")),
    ("Heavy rain pounded Gatunda overnight. Houses in Gatunda slid down the hill. Gatunda lost [[31]] people.", ("killed", "Gatunda")),
    ("At Kasindi-Mpondwe, [[350]] people cross every day.", ("refugee", "Kasindi-Mpondwe")),
    ("An analyst at Chatham House puts the dead at [[2,000]].", ("killed", None)),
    ("[[Thousands]] have left the camps.", ("returned", None)),
    ("[[Twelve thousand]] people live in the 14 camps around Bria.", ("displaced", "the 14 camps around Bria")),
    ("Only [[one in ten]] of the village elders has returned.", ("returned", None)),
    ("[[Three million]] people need aid in the whole of the country.", ("in_need", "the country")),
    ("The rebels say [[400]] of their men hold the northern half of the city.", ("fighters", "the city")),
    ("KYAKA, Uganda - Lorries brought [[1,150]] Congolese to the settlement on Tuesday, the district commissioner said. [[Three in five]] are children.", ("refugee", "the settlement"), ("refugee", "the settlement")),
    ("By midday the bridge at Qarabulli was blocked. [[Two hundred]] cars and perhaps [[a thousand]] people were stuck in front of it.", ("trapped", "the bridge at Qarabulli"), ("trapped", "the bridge at Qarabulli")),
    ("The largest site, Kanyaruchinya, took in [[40,000]] newcomers in March alone.", ("displaced", "Kanyaruchinya")),
    ("In and around Kaga-Bandoro [[17,600]] people sleep in the bush.", ("displaced", "In and around Kaga-Bandoro")),
    ("Our count for the week: Metema [[1,310]], Kurmuk [[220]], Pagak [[95]].", ("refugee", "Metema"), ("refugee", "Kurmuk"), ("refugee", "Pagak")),
    ("Nyal, Panyijiar County, has [[24,000]] islanders and [[9,000]] guests.", ("at_risk_population", "Nyal, Panyijiar County"), ("displaced", "Nyal, Panyijiar County")),
    ("I was in Ain Issa camp when it emptied. [[Twelve thousand]] of us walked out that day.", ("displaced", "Ain Issa camp")),
    ("Soldiers have shut the highway to Sévaré since Monday, leaving [[700]] bus passengers stranded.", ("trapped", "the highway to Sévaré")),
    ("Lebanon's south is emptying. [[Ninety thousand]] people have left, says the mayor of Tyre.", ("displaced", "Lebanon's south")),
    ("There are [[2,300]] orphans among them.", ("other", None)),
    ("After the eruption of Mount Ruang, [[11,615]] residents of Tagulandang were told to leave.", ("evacuated", "Tagulandang")),
    ("Residents of Tagulandang: [[20,000]]\nAlready gone: [[6,045]]", ("at_risk_population", "Tagulandang"), ("evacuated", None)),
    ("An estimated [[2 million]] people have been affected across nine of Chad's 23 provinces.", ("other", "nine of Chad's 23 provinces")),
    ("The wave could reach the Polish border by Sunday. Rzeszow is preparing beds for [[20,000]].", ("expected_displaced", "Rzeszow")),
    ("Mayotte: cyclone Chido feared to have killed [[hundreds]]", ("killed", "Mayotte")),
    ("PORT VILA, Vanuatu (Pacific Wire) — At least [[14]] people have died in the quake, the National Disaster Office said.", ("killed", None)),
    ("In the Bekaa, [[340,000]] Syrians live in tents; in Akkar, [[120,000]].", ("refugee", "the Bekaa"), ("refugee", "Akkar")),
    ("The authorities in Hpakant say [[26]] miners died; the villagers, who dug for three days, say [[seventy]].", ("killed", "Hpakant"), ("killed", "Hpakant")),
    ("Gunmen raided Gubio, Ngubala and Faduma Koloram before dawn and killed [[81]].", ("killed", "Gubio, Ngubala and Faduma Koloram")),
    ("Some [[400]] people a day leave the enclave through Latchi, the Red Cross says, down from [[6,000]] at the peak.", ("displaced", "the enclave"), ("displaced", "the enclave")),
    ("The province of Aceh counted [[1,020]] boat people; its fishermen brought in [[400]].", ("refugee", "the province of Aceh"), ("refugee", "The province of Aceh")),
    ("“Nobody helps us here in Rukban,” said Umm Firas. “We were [[eighty thousand]], now we are [[eight thousand]].”", ("displaced", "Rukban"), ("displaced", "Rukban")),
    ("The exodus from Wad Madani goes on. [[300,000]] have left since 18 December; the first to arrive found the schools of Gedaref full.", ("displaced", "Wad Madani")),
    ("Displacement by state: Sool [[154,000]]; Sanaag [[38,500]]; Togdheer [[24,000]].", ("displaced", "Sool"), ("displaced", "Sanaag"), ("displaced", "Togdheer")),
    ("Ghana has registered [[15,000]] asylum seekers from Burkina Faso in its Upper East region.", ("refugee", "Upper East region", "Burkina Faso", None)),
    ("Doctors Without Borders has treated [[310]] wounded in Port Sudan.", ("injured", "Port Sudan")),
    ("Sharjah and Dubai were spared. In Fujairah, where the wadis burst, [[870]] residents were put up in hotels.", ("evacuated", "Fujairah")),
    ("Kachin State\n\n[[9,400]] people newly displaced since July\n[[2,100]] of them in Momauk", ("displaced", "Kachin State"), ("displaced", "Momauk")),
    ("Number of returnees:\n• Sinjar: [[1,200]]\n• Ba'aj: [[340]]\n• Qahtaniya: [[75]]", ("returned", "Sinjar"), ("returned", "Ba'aj"), ("returned", "Qahtaniya")),
    ("Another [[8,000]] would have to be moved out of Pokrovsk if the front came closer, the regional head, Vadym Filashkin, estimates.", ("expected_displaced", "Pokrovsk", "Pokrovsk", None)),
    ("Armed men stopped [[two]] minibuses outside Mweso and shot [[sixteen]] passengers.", ("other", "Mweso"), ("killed", "Mweso")),
    ("Flooding along the Juba river has cut off [[45,000]] people in Bu'aale and Saakow.", ("trapped", "Bu'aale and Saakow")),
    ("Our team reached Kafia Kingi yesterday. It found [[2,600]] people under plastic sheets.", ("displaced", "Kafia Kingi")),
    ("Half of Port-de-Paix is under water. About [[19,000]] people have lost their homes.", ("displaced", "Port-de-Paix")),
    ("The collapse of the Nova Kakhovka dam put [[40,000]] people at risk on both banks of the Dnipro.", ("at_risk_population", "both banks of the Dnipro")),
    ("In Bentiu they number [[100,000]]; in Malakal, [[37,000]]; in Wau, fewer than [[12,000]].", ("displaced", "Bentiu"), ("displaced", "Malakal"), ("displaced", "Wau")),
    ("The Rwandan foreign minister, speaking in Kigali, denied that [[3,000]] of its soldiers were in North Kivu.", ("forces", "North Kivu")),
    ("Some [[15,000]] Rohingya have crossed since August, most of them by way of Whykong.", ("refugee", None)),
    ("Residents who escaped Al-Jazirah's capital put the number of those still inside at [[120,000]].", ("at_risk_population", "Al-Jazirah's capital")),
    ("Two boats sank off Cap Blanc. Mauritania's coastguard has recovered [[26]] bodies.", ("killed", "Cap Blanc")),
    ("There were once [[3,000]] families in this valley. Today there are [[90]].", ("at_risk_population", "this valley"), ("at_risk_population", "this valley")),
    ("A barge with [[180]] people from Renk arrived in Malakal on Friday.", ("returned", "Malakal", "Renk", "Malakal")),
    ('"Tonight [[two thousand]] people will sleep in the gymnasium," said the head of the Red Crescent in Kahramanmaraş.', ("displaced", "the gymnasium")),
    ("The governorates of Hama and Homs have between them [[310,000]] new displaced.", ("displaced", "Hama and Homs")),
    ("Tropical storm Ana: [[58]] dead, tens of thousands homeless in Madagascar, Malawi, Mozambique", ("killed", "Madagascar, Malawi, Mozambique")),
    ("Guatemala's Alta Verapaz department has the most victims: [[38]] dead and [[100]] missing in Quejá alone.", ("killed", "Quejá"), ("other", "Quejá")),
    ("Trapped between the river and the front, the [[9,000]] inhabitants of Stanytsia wait.", ("trapped", "Stanytsia")),
    ("Lake Chad: insurgents kill [[30]] fishermen", ("killed", "Lake Chad")),
    ("The attack on Ippy displaced [[26,000]] people, [[4,000]] of whom reached Bria.", ("displaced", "Ippy"), ("displaced", "Bria")),
    ("On the Greek islands there are [[11,000]] asylum seekers for [[8,000]] places.", ("refugee", "the Greek islands"), ("other", "the Greek islands")),
    # articles of the press: what is described, who is meant by "it", tolls of wars, those received elsewhere
    ("A convoy left for a besieged Yemeni town where [[4,000]] people are trapped.", ("trapped", "a besieged Yemeni town")),
    ("Gunmen attacked a remote Nigerian village and killed [[40]] people.", ("killed", "a remote Nigerian village")),
    ("The bomb killed [[nine]] people in a Pakistani market town.", ("killed", "a Pakistani market town")),
    ("The Kanyaruchinya II camp houses [[12,000]] people.", ("displaced", "The Kanyaruchinya II camp")),
    ("Chad has appealed for help.\n\nIt is already sheltering [[300,000]] Sudanese.", ("refugee", "Chad")),
    ("The battle for Raqqa is one of many in the war that has killed [[200,000]] people and driven [[11 million]] from their homes in Syria.",
     ("killed", "Syria"), ("displaced", "Syria")),
    ("The siege of Kharkiv, Ukraine's second city, is a turn in the war that has displaced [[7 million]] people.", ("displaced", "Ukraine")),
    ("Some [[9,000]] people have fled Cote d'Ivoire for Liberia.", ("displaced", "Liberia", "Cote d'Ivoire", "Liberia")),
    ("Cote d'Ivoire has [[50,000]] displaced people.", ("displaced", "Cote d'Ivoire")),
    ("The number of displaced people in the world has reached [[60 million]].", ("displaced", "the world")),
    ("Dadaab, the largest refugee camp in the world, holds [[350,000]] Somalis.", ("refugee", "Dadaab, the largest refugee camp")),
    ("Trucks crossed into Sudan from Egypt to help [[70,000]] people who fled an advance on El Fasher.", ("displaced", "El Fasher", "El Fasher", None)),
    ("Officials in Nigeria report that [[30]] soldiers and 12 guards were killed in an ambush in Borno State.", ("killed", "Borno State")),
    ("Mortars hit the Kuweires air base on Sunday.\n\nThe Ministry of Defence said the attack killed [[four]] soldiers.", ("killed", "the Kuweires air base")),
    ("The Government of South Sudan says the clash killed [[12]] people in Bor.", ("killed", "Bor")),
    ("Malaysia detained [[120]] Rohingya who fled violence between soldiers and rebels in Myanmar.", ("other", "Malaysia", "Myanmar", None)),
    ("Tents are being set up for [[20,000]] people fleeing Ethiopia.", ("refugee", None, "Ethiopia", None)),
    ("Returns to Sinjar have begun. Once the remaining [[3,000]] families return, the agency will turn to those still in Duhok.", ("returned", "Sinjar")),
    ("Afghanistan is struggling. More than [[400,000]] people have returned from Iran this year.", ("returned", "Afghanistan", "Iran", None)),
    ("Nearly [[half]] of the population of Goma have fled.", ("displaced", "Goma", "Goma", None)),
    ("Half of Kandahar--a city of [[400,000]]--has left.", ("at_risk_population", "Kandahar")),
    ("The city of Mosul , once home to [[2 million]] people , lies in ruins .", ("at_risk_population", "The city of Mosul")),
    ("Thousands left Homs, once Syria's third-largest city with [[800,000]] people.", ("at_risk_population", "Homs")),
    ("[[400]] people crossed the Bab al-Hawa border crossing into Turkey on Friday.", ("refugee", "the Bab al-Hawa border crossing", None, "Turkey")),
    ("No trucks have reached northern Gaza since Friday.\n\n“This means we cannot reach [[300,000]] people in need.”", ("in_need", "northern Gaza")),
    ("Rockets struck the port of Hodeidah at dawn.\n\nThe death toll rose to [[31]], doctors said.", ("killed", "the port of Hodeidah")),
    ("A car bomb tore through Sadr City on Sunday.\n\n[[Twenty]] people were killed.", ("killed", "Sadr City")),
    ("[[Six thousand]] people have crossed the Congo River from the Central African Republic.", ("displaced", "Congo River", "Central African Republic", None)),
    ("Officials say [[15,000]] people fleeing Kharkiv had arrived at Poland's border by noon.", ("displaced", "Poland's border", "Kharkiv", "Poland's border")),
    ("Around [[8,000]] families who fled Nyala have reached the border.", ("displaced", "the border", "Nyala", "the border")),
    ("Along the Panshir highway, [[500]] families camp beside their cars.", ("displaced", "the Panshir highway")),
]
# fmt: on


def figure_text(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """Take the marks out of a text and give the spans that they marked."""
    text, spans = "A report\n\n", []
    for piece in re.split(r"(\[\[.*?\]\])", marked):
        if piece.startswith("[["):
            spans.append((len(text), len(text) + len(piece) - 4))
            piece = piece[2:-2]  # noqa: PLW2901
        text += piece
    return text, spans


def locate_figures(marked: str, terms: list[str]):
    text, spans = figure_text(marked)
    layout = lay_out(text)
    starts = [s.start for s in layout.sentences]
    quantities = [Quantity(a, b, 1.0, 1.0, 1.0, "exact", bisect_right(starts, a) - 1) for a, b in spans]
    meanings = [
        Meaning("percent" if "%" in text[a:b] else "persons", "people", term, "past")
        for term, (a, b) in zip(terms, spans, strict=True)
    ]
    return locate(layout, quantities, meanings, find_places(layout, GAZETTEER))


def agree(found: str | None, label: str | None) -> bool:
    if label is None or not found:
        return label is None and not found
    return found.lower() in label.lower() or label.lower() in found.lower()


@pytest.mark.parametrize("row", [*WHERE, *REPORTED, *NEWS], ids=lambda row: row[0][:60])
def test_a_figure_gets_its_place_origin_and_destination(row):
    marked, *labels = row
    wheres = locate_figures(marked, [label[0] for label in labels])
    for where, (_, location, origin, destination) in zip(wheres, labels, strict=True):
        assert agree(where.location, location), where
        assert agree(where.origin, origin), where
        assert agree(where.destination, destination), where


@pytest.mark.parametrize("row", FORMS, ids=lambda row: row[0][:60])
def test_a_figure_gets_its_place_whatever_the_form_of_the_report(row):
    marked, *labels = row
    wheres = locate_figures(marked, [label[0] for label in labels])
    for where, (_, location, *ways) in zip(wheres, labels, strict=True):
        assert agree(where.location, location), where
        for found, label in zip((where.origin, where.destination), ways, strict=False):
            assert agree(found, label), where


@pytest.mark.parametrize("row", MOVING, ids=lambda row: row[0][:60])
def test_a_movement_without_a_number_is_read_with_its_direction_and_status(row):
    layout = lay_out("A report\n\n" + row[0])
    found = find_movements(layout, find_places(layout, GAZETTEER), lambda _: "someone")
    assert [(m.group, m.origin, m.destination, m.status) for m in found] == list(row[1:])
    for m in found:
        assert m.source_attribution == "someone"
        assert m.group in layout.text[m.start : m.end]


# What a text of a report is made of, so that chance meets the rules.
PIECES = st.sampled_from(
    [
        "Mosul", "Syria", "in ", "from ", "to ", "toward ", "the ", "town of ", "province", " district", "and ", ", ", ". ",
        "fled ", "have fled ", "people ", "families ", "12,000 ", "500 ", "Iraqi ", "Iraq's ", "[", "] ", "(", ") ", "of ",
        "Deir ez-Zor ", "al-Hol ", "camp ", "camps in ", "their homes in ", "17 prefectures", "the country", "said ", ": ",
        "ISIS ", "fighters ", "\n\n", "\n", "\u00a0", "\u2019s ", "'s ", "South ", "Republic of ", "who ", "while ", "\u2019", "É", "ß", "İ", "",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join))


def read(text: str):
    layout = lay_out(text)
    starts = [s.start for s in layout.sentences]
    quantities = [
        Quantity(m.start(), m.end(), 1.0, 1.0, 1.0, "exact", max(0, bisect_right(starts, m.start()) - 1))
        for m in re.finditer(r"[0-9][0-9,]*", text)
        if starts and m.start() >= starts[0]
    ]
    meanings = [
        None
        if row % 5 == 4
        else Meaning("persons", "people", ("displaced", "killed", "refugee")[row % 3], "past")
        for row in range(len(quantities))
    ]
    mentions = find_places(layout, GAZETTEER)
    return (
        layout,
        mentions,
        locate(layout, quantities, meanings, mentions),
        find_movements(layout, mentions, str),
    )


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_is_read_alike_twice_and_every_span_lies_in_its_sentence(text):
    layout, mentions, wheres, movements = read(text)
    assert read(text)[1:] == (mentions, wheres, movements)
    end = 0
    for mention in mentions:
        sentence = layout.sentences[mention.sentence]
        assert max(end, sentence.start) <= mention.start < mention.end <= sentence.end
        end = mention.end
    for where in wheres:
        for words in (where.location, where.context, where.origin, where.destination):
            assert words is None or (words and words in text)
    for m in movements:
        assert m.start < m.end <= len(text)
        assert m.group in text[m.start : m.end]
        assert m.status.split(" ")[0] in {"civilian", "armed", "unclear"}
        assert m.status.split(" ")[1] in {"past", "current", "expected"}


@pytest.mark.parametrize(
    "piece",
    [
        "Abcd ",
        "in A ",
        "Aab of ",
        "A's ",
        "al-Ab ",
        "fled from Mosul to Erbil 7 ",
        "people fled Mosul and ",
        "(",
        "Mosul, ",
    ],
)
def test_a_text_that_repeats_itself_ends(piece):
    read(piece * (60_000 // len(piece)))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("He spoke in Deir Hafer, a town in Aleppo province.", ["Deir Hafer", "Aleppo province"]),
        ("The fighting reached the Nigerian state of Borno in March.", ["the Nigerian state of Borno"]),
        ("Reuters and the Red Cross said so in May.", []),
        ("President Jordan Smith met Dr Victoria Falls of Human Rights Watch.", []),
        ("Syrian refugees and Turkish officials spoke Arabic.", []),
        ("Islamic State in Iraq and the Levant took Tikrit.", ["Tikrit"]),
        ("People in Umm Dukhun and Forobaranga wait.", ["Umm Dukhun", "Forobaranga"]),
        (
            "Rain fell across 17 prefectures and in rural areas of the country.",
            ["17 prefectures", "rural areas", "the country"],
        ),
        ("Families reached [Iraq's Kurdish] region.", ["[Iraq's Kurdish] region"]),
        ("They live in central and southern Viet Nam.", ["central and southern Viet Nam"]),
        (
            "Floods hit the Democratic Republic of the Congo's east.",
            ["Democratic Republic of the Congo's east"],
        ),
        ("U.S.-backed forces and ISIS-held towns.", []),
        ("It happened in the\u00a0town of Sinjar.", ["the\u00a0town of Sinjar"]),
    ],
)
def test_places_are_told_from_people_groups_and_adjectives(text, names):
    layout = lay_out("A report\n\n" + text)
    found = find_places(layout, GAZETTEER)
    assert [layout.text[m.start : m.end] for m in found] == names


def test_the_places_of_a_case_outrank_the_table_and_bring_their_keys():
    gazetteer = load_gazetteer(
        [("Debaga Camp", "debaga", "IRQ"), ("Mosul", "mosul", "IRQ"), ("Q-West", "qayyarah", "IRQ")]
    )
    layout = lay_out("A report\n\nFrom Mosul, people went to Debaga camp and Q West.")
    found = find_places(layout, gazetteer)
    assert [(m.location, m.country) for m in found] == [
        ("mosul", "IRQ"),
        ("debaga", "IRQ"),
        ("qayyarah", "IRQ"),
    ]


@pytest.mark.parametrize(
    ("name", "country"),
    [("Mossoul", "IRQ"), ("Ar-Raqqa", "SYR"), ("el-Fasher", "SDN"), ("N\u2019Djamena", "TCD"), ("Al Hudaydah", "YEM"),
     ("Cox's Bazar", "BGD"), ("DRC", "COD"), ("Viet Nam", "VNM"), ("Chocó", "COL"), ("Donbass", "UKR")],
)  # fmt: skip
def test_spellings_of_a_name_are_known(name, country):
    assert GAZETTEER.look_up(fold(name))[0].country == country


def test_a_town_of_several_countries_is_that_of_the_country_the_text_is_about():
    for country, code in (("Lebanon", "LBN"), ("Libya", "LBY")):
        layout = lay_out(f"War in {country}\n\nPeople in {country} left Tripoli.")
        towns = [m for m in find_places(layout, GAZETTEER) if layout.text[m.start : m.end] == "Tripoli"]
        assert [m.country for m in towns] == [code]


def test_the_context_of_a_figure_without_a_place_is_what_the_document_is_about():
    (where,) = locate_figures(
        "The siege of Marawi goes on.\n\nIn Marawi, soldiers wait.\n\nIn total, [[300]] have died.",
        ["killed"],
    )
    assert (where.location, where.context) == (None, "Marawi")
