"""What a planner reads when a case is wrong: one edit of a small sound case each, and the exact words."""

import pytest

from havenward.case.check import check_case
from havenward.case.load import load_case
from havenward.errors import CaseError
from toy_case import TOY, edited, write_files

OBS_ROW = "2016-10-25,,location,camp-a,,stock,1200,,dtm,2016-10-28,counts\n"
LATIN_1 = TOY["locations.csv"].replace("Host Town", "H\u00f4tel").encode("latin-1")
UTF_16 = TOY["stock.csv"].encode("utf-16-le")

# (what is wrong, edits of the toy case: a file with old and new text or its whole content, what is said;
#  a line that starts with "warning: " does not stop the work)
BAD = [
    (
        "no case.toml",
        [("case.toml", None)],
        [
            "case.toml: the file is missing; expected it in every case folder; make a case with 'havenward new', or check the path",
        ],
    ),
    (
        "no locations.csv",
        [("locations.csv", None)],
        [
            "locations.csv: the file is missing; expected it in every case folder; add it with its header, as 'havenward new' does",
        ],
    ),
    (
        "an empty file",
        [("routes.csv", "")],
        [
            "routes.csv: the file is empty; expected at least its first line; copy the file again, or remove it if it is not needed",
        ],
    ),
    (
        "a file of spaces and line breaks",
        [("routes.csv", "\n \n")],
        [
            "routes.csv: the file is empty; expected at least its first line; copy the file again, or remove it if it is not needed",
        ],
    ),
    (
        "a header that holds delimiters only",
        [("stock.csv", ",,,,,\n")],
        [
            "stock.csv: the file has no header; expected the columns item, location, quantity, available_from, published, source, unit, lead_time_days; write the names of the columns into the first row",
        ],
    ),
    (
        "a file in an older encoding",
        [("locations.csv", LATIN_1)],
        [
            "locations.csv row 9: byte 0xf4 at offset 598 is not UTF-8; expected UTF-8 text; save the file again as 'CSV UTF-8'",
        ],
    ),
    (
        "a UTF-16 file without its mark",
        [("stock.csv", UTF_16)],
        [
            "stock.csv: the file holds zero bytes; expected UTF-8 text; save the file again as UTF-8, if it is a text at all",
        ],
    ),
    (
        "a mistyped name of a file",
        [("observation.csv", "x\n")],
        [
            "warning: observation.csv: this file is no part of a case; expected files among assumptions.toml, attributes.csv, case.toml, events.csv, figures.csv, imports.csv, locations.csv, observations.csv, routes.csv, scenarios.toml, sources.csv, stock.csv; did you mean 'observations.csv'?",
        ],
    ),
    (
        "a mistyped column",
        [("routes.csv", "distance_km", "distance_in_km")],
        [
            "routes.csv row 1: unknown column 'distance_in_km'; expected columns among from, to, distance_km, mode, published, source; did you mean 'distance_km'?",
        ],
    ),
    (
        "a column in capitals",
        [("stock.csv", "quantity", "Quantity")],
        [
            "stock.csv row 1: unknown column 'Quantity'; expected columns among item, location, quantity, available_from, published, source, unit, lead_time_days; did you mean 'quantity'?",
        ],
    ),
    (
        "an unknown column",
        [
            (
                "stock.csv",
                "item,location,quantity,available_from,published,source\ntents,camp-a,500,,2016-07-01,plan\ntents,,2500.5,2016-09-01,2016-07-15,\n",
                "item,location,quantity,published,weather\ntents,camp-a,500,2016-07-01,fine\n",
            )
        ],
        [
            "stock.csv row 1: unknown column 'weather'; expected columns among item, location, quantity, available_from, published, source, unit, lead_time_days; remove or rename the column",
        ],
    ),
    (
        "a column twice",
        [("stock.csv", "item,location,quantity", "item,item,quantity")],
        [
            "stock.csv row 1: column 'item' stands twice; expected each column once; remove or rename one of them",
        ],
    ),
    (
        "a missing column",
        [
            (
                "stock.csv",
                "item,location,quantity,available_from,published,source\ntents,camp-a,500,,2016-07-01,plan\ntents,,2500.5,2016-09-01,2016-07-15,\n",
                "item,location,published\ntents,camp-a,2016-07-01\n",
            )
        ],
        [
            "stock.csv row 1: column 'quantity' is missing; expected it in the first row; add the column",
        ],
    ),
    (
        "a column without a name",
        [("stock.csv", "available_from,published", ",published")],
        [
            "stock.csv row 3: there is a value in column 4, which has no name; expected a name in the first row; name the column, or remove it",
        ],
    ),
    (
        "a half-written last row",
        [("stock.csv", "tents,,2500.5,2016-09-01,2016-07-15,\n", "tents,,250")],
        [
            "stock.csv row 3: the row has 3 of 6 cells; expected 6 cells as in the header; complete the row, as the file may have been cut off",
        ],
    ),
    (
        "a row in the middle that is too short",
        [("routes.csv", "east,bridge,9,road,2016-06-01,plan", "east,bridge,9,road")],
        [
            "routes.csv row 2: the row has 4 of 6 cells; expected 6 cells as in the header; complete the row",
        ],
    ),
    (
        "an unquoted comma in a text",
        [("sources.csv", "Response plan", "Response, plan")],
        [
            "sources.csv row 2: the row has 7 cells; expected 6 cells as in the header; put texts that hold the delimiter in quotes, or name the extra column",
        ],
    ),
    (
        "a quotation mark that never closes",
        [("sources.csv", "Response plan", '"Response plan')],
        [
            "sources.csv row 2: a quotation mark opens here and never closes; expected quotes in pairs; close the quotes, and write a quotation mark inside a quoted cell twice",
        ],
    ),
    (
        "text after a closing quotation mark",
        [("sources.csv", "Response plan", '"Response" plan')],
        [
            "sources.csv row 2: text follows a closing quotation mark; expected quotes around whole cells only; write a quotation mark inside a quoted cell twice",
        ],
    ),
    (
        "an empty name",
        [("locations.csv", "bridge,Bridge,", "bridge,,")],
        [
            "locations.csv row 4: name is empty; expected a text; fill it in",
        ],
    ),
    (
        "a very long cell",
        [("sources.csv", "Response plan", "x" * 1_100_000)],
        [
            "sources.csv row 2: a cell has more than 131,072 characters; expected short cells; shorten it, or close the quotation mark that swallowed many rows",
        ],
    ),
    (
        "a name with a semicolon",
        [("sources.csv", "counts,Counting", "co;unts,Counting")],
        [
            "sources.csv row 3: source is 'co;unts'; expected a short name without commas, quotes or line breaks; choose a plain name and use it in every file",
            "observations.csv row 2: source is 'counts'; expected a source of sources.csv; did you mean 'co;unts'?",
            "observations.csv row 3: source is 'counts'; expected a source of sources.csv; did you mean 'co;unts'?",
        ],
    ),
    (
        "fractional people",
        [("observations.csv", "stock,1200,", "stock,1200.5,")],
        [
            "observations.csv row 2: persons is '1200.5'; expected a whole number from 0 to 2,000,000,000 (persons); round it, or correct the value",
        ],
    ),
    (
        "negative people",
        [("observations.csv", "stock,1200,", "stock,-1200,")],
        [
            "observations.csv row 2: persons is '-1200'; expected a whole number from 0 to 2,000,000,000 (persons); correct the value, or leave it empty if it is not known",
        ],
    ),
    (
        "1e12 people",
        [("observations.csv", "stock,1200,", "stock,1000000000000,")],
        [
            "observations.csv row 2: persons is '1000000000000'; expected a whole number from 0 to 2,000,000,000 (persons); correct the value, which may hold digits of another column",
        ],
    ),
    (
        "people in scientific notation",
        [("observations.csv", "stock,1200,", "stock,1.2E+06,")],
        [
            "observations.csv row 2: persons is '1.2E+06'; expected a whole number from 0 to 2,000,000,000 (persons); write all its digits, which this form may drop",
        ],
    ),
    (
        "a point that may part thousands",
        [("observations.csv", "stock,1200,", "stock,1.200,")],
        [
            "observations.csv row 2: persons is '1.200'; expected a whole number from 0 to 2,000,000,000 (persons); write 1200 if the point parts thousands, otherwise round it",
        ],
    ),
    (
        "two points that part thousands",
        [("observations.csv", "stock,1200,", "stock,1.200.000,")],
        [
            "observations.csv row 2: persons is '1.200.000'; expected a whole number from 0 to 2,000,000,000 (persons); write 1200000",
        ],
    ),
    (
        "a decimal comma in a file with commas",
        [("routes.csv", "east,bridge,9,", 'east,bridge,"9,5",')],
        [
            "routes.csv row 2: distance_km is '9,5'; expected a number above 0 and up to 20,000 (km); write a decimal point: 9.5",
        ],
    ),
    (
        "a percentage of people",
        [("observations.csv", "stock,1200,", "stock,12 %,")],
        [
            "observations.csv row 2: persons is '12 %'; expected a whole number from 0 to 2,000,000,000 (persons); write the number without a percent sign",
        ],
    ),
    (
        "n/a",
        [("observations.csv", "stock,1200,", "stock,n/a,")],
        [
            "observations.csv row 2: persons is 'n/a'; expected a whole number from 0 to 2,000,000,000 (persons); leave the cell empty where the number is not known",
        ],
    ),
    (
        "a dash",
        [("observations.csv", "stock,1200,", "stock,-,")],
        [
            "observations.csv row 2: persons is '-'; expected a whole number from 0 to 2,000,000,000 (persons); leave the cell empty where the number is not known",
        ],
    ),
    (
        "NaN",
        [("locations.csv", "36.30,43.15", "NaN,43.15")],
        [
            "locations.csv row 4: latitude is 'NaN'; expected a number from -90 to 90 (degrees); leave the cell empty where the number is not known",
        ],
    ),
    (
        "an error of the spreadsheet",
        [("locations.csv", "36.30,43.15", "#REF!,43.15")],
        [
            "locations.csv row 4: latitude is '#REF!'; expected a number from -90 to 90 (degrees); leave the cell empty where the number is not known",
        ],
    ),
    (
        "infinity",
        [("stock.csv", "camp-a,500", "camp-a,inf")],
        [
            "stock.csv row 2: quantity is 'inf'; expected a number from 0 to 1,000,000,000,000; leave the cell empty where there is no limit",
        ],
    ),
    (
        "a unit beside the number",
        [("routes.csv", "east,bridge,9,", "east,bridge,9 km,")],
        [
            "routes.csv row 2: distance_km is '9 km'; expected a number above 0 and up to 20,000 (km); write the number alone, in digits",
        ],
    ),
    (
        "a distance of nothing",
        [("routes.csv", "east,bridge,9,", "east,bridge,0,")],
        [
            "routes.csv row 2: distance_km is '0'; expected a number above 0 and up to 20,000 (km); correct the value, or its unit",
        ],
    ),
    (
        "a negative distance",
        [("routes.csv", "east,bridge,9,", "east,bridge,-3.0,")],
        [
            "routes.csv row 2: distance_km is '-3.0'; expected a number above 0 and up to 20,000 (km); correct the value",
        ],
    ),
    (
        "a distance in metres",
        [("routes.csv", "bridge,camp-a,30,", "bridge,camp-a,30000,")],
        [
            "routes.csv row 4: distance_km is '30000'; expected a number above 0 and up to 20,000 (km); correct the value, or its unit",
        ],
    ),
    (
        "a latitude that lost its point",
        [("locations.csv", "36.30,43.15", "3630,43.15")],
        [
            "locations.csv row 4: latitude is '3630'; expected a number from -90 to 90 (degrees); correct it: latitude and longitude may be swapped, or the decimal point lost",
        ],
    ),
    (
        "a date with the day first",
        [("routes.csv", "9,road,2016-06-01", "9,road,31/07/2016")],
        [
            "routes.csv row 2: published is '31/07/2016'; expected a date written YYYY-MM-DD; write 2016-07-31",
        ],
    ),
    (
        "a date that may start with day or month",
        [("routes.csv", "9,road,2016-06-01", "9,road,01/06/2016")],
        [
            "routes.csv row 2: published is '01/06/2016'; expected a date written YYYY-MM-DD; write 2016-06-01 or 2016-01-06, whichever is meant",
        ],
    ),
    (
        "a serial number of a spreadsheet",
        [("routes.csv", "9,road,2016-06-01", "9,road,42582")],
        [
            "routes.csv row 2: published is '42582'; expected a date written YYYY-MM-DD; write 2016-07-31",
        ],
    ),
    (
        "a date in words",
        [("routes.csv", "9,road,2016-06-01", "9,road,1 June 2016")],
        [
            "routes.csv row 2: published is '1 June 2016'; expected a date written YYYY-MM-DD; write 2016-06-01",
        ],
    ),
    (
        "a date with a time",
        [("routes.csv", "9,road,2016-06-01", "9,road,2016-06-01 00:00:00")],
        [
            "routes.csv row 2: published is '2016-06-01 00:00:00'; expected a date written YYYY-MM-DD; write 2016-06-01",
        ],
    ),
    (
        "a day that does not exist",
        [("routes.csv", "9,road,2016-06-01", "9,road,2016-06-31")],
        [
            "routes.csv row 2: published is '2016-06-31'; expected a date written YYYY-MM-DD; correct the date",
        ],
    ),
    (
        "a year of another age",
        [("events.csv", "2016-10-20,front", "1066-10-20,front")],
        [
            "events.csv row 3: date is '1066-10-20'; expected a year from 1900 to 2200; correct the year",
        ],
    ),
    (
        "a mistyped kind",
        [("locations.csv", "Bridge,,town", "Bridge,,twon")],
        [
            "locations.csv row 4: kind is 'twon'; expected one of origin, town, camp, host, border, marker; did you mean 'town'?",
        ],
    ),
    (
        "an unknown mode",
        [("routes.csv", "west,bridge,8,foot", "west,bridge,8,helicopter")],
        [
            "routes.csv row 3: mode is 'helicopter'; expected one of road, foot, ferry; choose one of these",
        ],
    ),
    (
        "a mistyped event",
        [("events.csv", "order_to_stay", "order_to_stey")],
        [
            "events.csv row 6: kind is 'order_to_stey'; expected one of operation_starts, front_reaches, retaken, conflict, conflict_ends, route_closes, route_opens, border_closes, border_opens, site_opens, site_closes, capacity, order_to_stay, order_to_leave, screening; did you mean 'order_to_stay'?",
        ],
    ),
    (
        "a country in small letters",
        [("locations.csv", "IRQ", "irq")],
        [
            "locations.csv row 5: country is 'irq'; expected a country code of three capital letters (ISO 3166-1 alpha-3); did you mean 'IRQ'?",
        ],
    ),
    (
        "a country by name",
        [("case.toml", '"IRQ"', '"Iraq"')],
        [
            "case.toml: country is 'Iraq'; expected a country code of three capital letters (ISO 3166-1 alpha-3); look the code up, for example IRQ for Iraq",
        ],
    ),
    (
        "a route to an unknown place",
        [("routes.csv", "east,bridge", "east,bridg")],
        [
            "routes.csv row 2: to is 'bridg'; expected a location of locations.csv; did you mean 'bridge'?",
        ],
    ),
    (
        "an unknown source",
        [("stock.csv", "2016-07-01,plan", "2016-07-01,plaan")],
        [
            "stock.csv row 2: source is 'plaan'; expected a source of sources.csv; did you mean 'plan'?",
        ],
    ),
    (
        "an unknown report",
        [("figures.csv", "million,2016-07-20-times.txt,,", "million,2016-07-21-times.txt,,")],
        [
            "figures.csv row 3: report is '2016-07-21-times.txt'; expected a file in reports/; did you mean '2016-07-20-times.txt'?",
        ],
    ),
    (
        "an event at an unknown place",
        [("events.csv", "front_reaches,east", "front_reaches,aest")],
        [
            "events.csv row 3: location is 'aest'; expected a location of locations.csv; did you mean 'west'?",
        ],
    ),
    (
        "an order to an unknown group",
        [("events.csv", "order_to_stay,city", "order_to_stay,town-hall")],
        [
            "events.csv row 6: location is 'town-hall'; expected a location or a group of origins of locations.csv; correct the name, or add the location",
        ],
    ),
    (
        "a date that is no assumption",
        [("events.csv", "operation_start,operation", "operation_strat,operation")],
        [
            "events.csv row 2: date is 'operation_strat'; expected the name of an assumption of assumptions.toml, or a date written YYYY-MM-DD; did you mean 'operation_start'?",
        ],
    ),
    (
        "a count of an unknown group",
        [("observations.csv", "group,city", "group,citty")],
        [
            "observations.csv row 5: location is 'citty'; expected a group of origins of locations.csv; did you mean 'city'?",
        ],
    ),
    (
        "supplies at an unknown place",
        [("stock.csv", "tents,camp-a", "tents,camp-z9")],
        [
            "stock.csv row 2: location is 'camp-z9'; expected a location of locations.csv; did you mean 'camp-b'?",
        ],
    ),
    (
        "an assumption about an unknown group",
        [("assumptions.toml", "release_fraction.city", "release_fraction.citi")],
        [
            "assumptions.toml assumption 'release_fraction.citi': 'citi' is no group of origins; expected the name of a group of origins after 'release_fraction.'; did you mean 'city'?",
        ],
    ),
    (
        "an assumption with an unknown figure",
        [("assumptions.toml", '["half-million"]', '["half-milion"]')],
        [
            "assumptions.toml assumption 'release_fraction.city': figures is 'half-milion'; expected a figure of figures.csv; did you mean 'half-million'?",
        ],
    ),
    (
        "a place called total",
        [("locations.csv", "camp-b,Camp B", "total,Camp B")],
        [
            "locations.csv row 8: location is 'total'; expected another name: 'total' is the whole case in every result; choose another name and use it in every file",
            "routes.csv row 7: to is 'camp-b'; expected a location of locations.csv; did you mean 'camp-a'?",
            "attributes.csv row 4: location is 'camp-b'; expected a location of locations.csv; did you mean 'camp-a'?",
            "scenarios.toml scenario 'slow' event 1: location is 'camp-b'; expected a location of locations.csv; did you mean 'camp-a'?",
        ],
    ),
    (
        "a group with the name of a place",
        [("locations.csv", "old-city", "host")],
        [
            "locations.csv row 3: group 'host' has the name of a location; expected names of groups of their own; rename the group",
        ],
    ),
    (
        "two versions of a route on one day",
        [("routes.csv", "bridge,gate,28", "bridge,east,11,road,2016-06-01,plan\nbridge,gate,28")],
        [
            "routes.csv row 5: another version of row 2 with the same day of publication 2016-06-01 (differs in distance_km); expected one version for each day of publication; remove the wrong one, or correct its published",
        ],
    ),
    (
        "two versions of a place on one day",
        [("locations.csv", "12000,2016-07-01,,2016-08-01", "12000,2016-07-01,,2016-06-01")],
        [
            "locations.csv row 7: another version of row 6 with the same day of publication 2016-06-01 (differs in capacity); expected one version for each day of publication; remove the wrong one, or correct its published",
        ],
    ),
    (
        "a row that stands twice",
        [("observations.csv", OBS_ROW, OBS_ROW * 2)],
        [
            "warning: observations.csv row 3: the row is the same as row 2; expected each row once; remove one of them",
        ],
    ),
    (
        "a source that stands twice",
        [("sources.csv", "counts,Counting", "plan,Counting")],
        [
            "sources.csv row 3: the name 'plan' stands in row 2 already; expected each name once; choose another name, or remove one of the rows",
            "observations.csv row 2: source is 'counts'; expected a source of sources.csv; correct the name, or add the source",
            "observations.csv row 3: source is 'counts'; expected a source of sources.csv; correct the name, or add the source",
        ],
    ),
    (
        "an assumption twice on one day",
        [
            (
                "scenarios.toml",
                "[[scenario.event]]",
                '[[scenario.assumption]]\nname = "battle_days"\ndistribution = "fixed"\nvalue = 90\nunit = "days"\nreason = "As before."\n\n[[scenario.event]]',
            )
        ],
        [
            "scenarios.toml scenario 'slow' assumption 'battle_days': it stands twice with the same day of publication 2016-07-25; expected one version for each day of publication; remove one of them, or correct its published",
        ],
    ),
    (
        "a route to itself",
        [("routes.csv", "east,bridge,9", "east,east,9")],
        [
            "routes.csv row 2: the route leads from 'east' to itself; expected two different locations; correct one end, or remove the route",
        ],
    ),
    (
        "an origin that is cut off",
        [("routes.csv", "west,bridge,8", "west,east,8")],
        [
            "locations.csv row 3: from origin 'west' no camp or host can be reached; expected a chain of routes to one; add the missing route, which may not lead through another origin",
            "events.csv row 4: there is no route between 'west' and 'bridge'; expected a route of routes.csv; correct from and to, or add the route",
        ],
    ),
    (
        "a camp that is cut off",
        [("routes.csv", "bridge,camp-a,30,road,2016-06-01,plan\n", "")],
        [
            "warning: locations.csv row 7: camp 'camp-a' cannot be reached from any origin; expected a chain of routes to it; add the missing route, or expect nobody there",
        ],
    ),
    (
        "no origin",
        [("locations.csv", ",origin,", ",town,"), ("locations.csv", ",origin,", ",town,")],
        [
            "locations.csv: there is no origin; expected at least one location of kind origin; add the places that people may leave",
            "warning: locations.csv row 2: town 'east' has a population; expected population at origins only; leave it empty, and put counts into observations.csv",
            "warning: locations.csv row 3: town 'west' has a population; expected population at origins only; leave it empty, and put counts into observations.csv",
        ],
    ),
    (
        "half a coordinate",
        [("locations.csv", "36.30,43.15", ",43.15")],
        [
            "locations.csv row 4: latitude is empty; expected both latitude and longitude, or neither; fill it in, or empty the other",
        ],
    ),
    (
        "latitude and longitude exchanged",
        [
            ("locations.csv", "36.34,43.10", "36.34,13.10"),
            ("locations.csv", "36.36,43.20", "36.36,13.20"),
            ("locations.csv", "36.30,43.15", "36.30,13.15"),
            ("locations.csv", "36.20,43.40", "36.20,13.40"),
            ("locations.csv", "36.10,43.30", "36.10,13.30"),
            ("locations.csv", "36.10,43.30", "36.10,13.30"),
            ("locations.csv", "36.00,43.50", "13.50,36.00"),
            ("locations.csv", "36.19,44.01", "36.19,14.01"),
            ("routes.csv", "gate,camp-b,26", "gate,camp-b,4000"),
        ],
        [
            "warning: locations.csv row 8: latitude 13.5, longitude 36 lies 3,389 km from the middle of the other places; expected a place within 2,000 km; swap latitude and longitude",
        ],
    ),
    (
        "a route shorter than the air line",
        [("routes.csv", "gate,host,60", "gate,host,50")],
        [
            "warning: routes.csv row 6: distance_km is 50, the air line is 54.8 km; expected at least the air line in kilometres; correct the distance, or the coordinates of the ends",
        ],
    ),
    (
        "a route in miles of ten",
        [("routes.csv", "gate,host,60", "gate,host,6")],
        [
            "routes.csv row 6: distance_km is 6, the air line is 54.8 km; expected at least the air line in kilometres; correct the distance, its unit, or the coordinates of the ends",
        ],
    ),
    (
        "a place that closes before it opens",
        [("locations.csv", ",,2017-06-01,2016-09-01", ",2017-07-01,2017-06-01,2016-09-01")],
        [
            "locations.csv row 8: opens 2017-07-01 and closes 2017-06-01; expected opens before closes; correct one of the days, or leave it empty",
        ],
    ),
    (
        "a capacity of an origin",
        [("locations.csv", '"400,000",,', '"400,000",500,')],
        [
            "warning: locations.csv row 2: origin 'east' has a capacity; expected capacity at camps and hosts only; leave it empty, as an origin receives nobody",
        ],
    ),
    (
        "a population of a camp",
        [("locations.csv", "36.00,43.50,,,,,,", "36.00,43.50,,,,,900,")],
        [
            "warning: locations.csv row 8: camp 'camp-b' has a population; expected population at origins only; leave it empty, and put counts into observations.csv",
        ],
    ),
    (
        "a P-code that lost its zero",
        [("locations.csv", "Side,1002,", "Side,102,"), ("locations.csv", "Bridge,,", "Bridge,1003,")],
        [
            "warning: locations.csv row 3: pcode '102' has 3 digits; expected 4 digits as in the other rows; write '0102' if a spreadsheet dropped a zero, and format the column as text",
        ],
    ),
    (
        "a population without people",
        [("locations.csv", "600000", "")],
        [
            "warning: locations.csv: 1 of 2 origins have no population (west); expected a population, or the assumption population_at_risk; fill population in, or they can send nobody",
        ],
    ),
    (
        "a closed route that does not exist",
        [("events.csv", "route_closes,,west,bridge", "route_closes,,west,gate")],
        [
            "events.csv row 4: there is no route between 'west' and 'gate'; expected a route of routes.csv; correct from and to, or add the route",
        ],
    ),
    (
        "a closed route without ends",
        [("events.csv", "route_closes,,west,bridge", "route_closes,,,")],
        [
            "events.csv row 4: route_closes names no route; expected both from and to; fill them in",
        ],
    ),
    (
        "a closed route with a place",
        [("events.csv", "route_closes,,west", "route_closes,host,west")],
        [
            "events.csv row 4: route_closes names the location 'host'; expected from and to only; leave location empty",
        ],
    ),
    (
        "a capacity without a number",
        [("events.csv", "camp-a,,,15000", "camp-a,,,")],
        [
            "events.csv row 5: value is empty; expected the number of places for capacity; fill it in",
        ],
    ),
    (
        "a capacity of an origin by an event",
        [("events.csv", "capacity,camp-a", "capacity,west")],
        [
            "events.csv row 5: capacity at 'west', which is of kind origin; expected a camp or host; correct the location, or its kind in locations.csv",
        ],
    ),
    (
        "a front that reaches nothing",
        [("events.csv", "front_reaches,east", "front_reaches,")],
        [
            "events.csv row 3: location is empty; expected a location for front_reaches; fill it in",
        ],
    ),
    (
        "a site that opens with a number",
        [("events.csv", "capacity,camp-a", "site_opens,camp-a")],
        [
            "events.csv row 5: site_opens has the value 15,000; expected no value for this kind; add an event of kind capacity for a number of places",
        ],
    ),
    (
        "a screening at a camp",
        [("events.csv", "screening,gate", "screening,camp-b")],
        [
            "events.csv row 7: screening at 'camp-b', which is of kind camp; expected a town or border; correct the location, or its kind in locations.csv",
        ],
    ),
    (
        "a screening on a route",
        [("events.csv", "screening,gate,,", "screening,gate,west,bridge")],
        [
            "events.csv row 7: screening names a route; expected a location only; leave from and to empty",
        ],
    ),
    (
        "a count published before its day",
        [("observations.csv", "dtm,2016-10-28", "dtm,2016-10-18")],
        [
            "observations.csv row 2: published 2016-10-18 is before the count of 2016-10-25; expected publication on the day of the count or later; correct one of the days, or swap them",
        ],
    ),
    (
        "arrivals without a period",
        [("observations.csv", "2016-10-31,2016-10-25,location", "2016-10-31,,location")],
        [
            "observations.csv row 4: arrivals without date_from; expected the first day of the period; fill in date_from",
        ],
    ),
    (
        "a stock with a period",
        [("observations.csv", "2016-10-25,,location", "2016-10-25,2016-10-20,location")],
        [
            "observations.csv row 2: stock with date_from 2016-10-20; expected date_from for arrivals, departures, returns only; leave date_from empty, or correct the measure",
        ],
    ),
    (
        "a period that ends before it begins",
        [("observations.csv", "2016-10-31,2016-10-25", "2016-10-31,2016-11-25")],
        [
            "observations.csv row 4: date_from 2016-11-25 is after date 2016-10-31; expected date_from on or before date; correct one of the days, or swap them",
        ],
    ),
    (
        "a count of nobody",
        [("observations.csv", "stock,1200,", "stock,,")],
        [
            "observations.csv row 2: persons and households are empty; expected at least one of them; fill one in, or remove the row: a count that is not known is no row",
        ],
    ),
    (
        "a total with a place",
        [("observations.csv", "total,,", "total,host,")],
        [
            "observations.csv row 3: scope total with the location 'host'; expected no location; leave location empty, or correct the scope",
        ],
    ),
    (
        "a count of no place",
        [("observations.csv", "location,camp-a", "location,")],
        [
            "observations.csv row 2: scope location without a location; expected the name of a location; fill in location, or correct the scope",
        ],
    ),
    (
        "an attribute of nothing",
        [("attributes.csv", "camp-b,,,opens", ",,,opens")],
        [
            "attributes.csv row 4: the row describes neither one location nor one route; expected location, or both from and to; fill in one of the two",
        ],
    ),
    (
        "an attribute of half a route",
        [("attributes.csv", ",west,bridge,surface", ",west,,surface")],
        [
            "attributes.csv row 5: the row describes neither one location nor one route; expected location, or both from and to; fill in one of the two",
        ],
    ),
    (
        "a front order in words",
        [("attributes.csv", "front_order,1", "front_order,first")],
        [
            "attributes.csv row 2: front_order is 'first'; expected a number from 0 up; write the number alone, in digits",
        ],
    ),
    (
        "a mistyped front order",
        [("attributes.csv", "front_order,1", "front_ordr,1")],
        [
            "warning: attributes.csv row 2: key 'front_ordr' is read by no rule set of Havenward; expected a key that one reads; did you mean 'front_order'?",
        ],
    ),
    (
        "an unknown group to wait for",
        [("attributes.csv", "opens_after_group,city", "opens_after_group,cities")],
        [
            "attributes.csv row 4: opens_after_group is 'cities'; expected a group of origins of locations.csv; did you mean 'city'?",
        ],
    ),
    (
        "a sentence that is not in the report",
        [("figures.csv", "Up to one million, the", "Up to one million the")],
        [
            "figures.csv row 3: the sentence is not in reports/2016-07-20-times.txt; expected the exact text of the report; copy the sentence from the report",
        ],
    ),
    (
        "a quantity that is not in the sentence",
        [("figures.csv", ",one million,", ",1 million,")],
        [
            "figures.csv row 3: quantity_text '1 million' is not in the sentence; expected the words as they stand there; copy them from the sentence",
        ],
    ),
    (
        "offsets beside the quantity",
        [("figures.csv", "43,57", "44,58")],
        [
            "figures.csv row 2: start 44 and end 58 mark 'alf a million '; expected 'half a million'; write 43 and 57",
        ],
    ),
    (
        "a low above a high",
        [("figures.csv", "million,,1000000,", "million,2000000,1000000,")],
        [
            "figures.csv row 3: low 2,000,000 is above high 1,000,000; expected low up to high; correct one of them, or swap them",
        ],
    ),
    (
        "a figure without a number",
        [("figures.csv", "million,,1000000,", "million,,,")],
        [
            "figures.csv row 3: low, high and point are empty; expected at least one of them; fill in what the sentence states, or write unspecified_many as quantifier",
        ],
    ),
    (
        "half an offset",
        [("figures.csv", "43,57", "43,")],
        [
            "figures.csv row 2: only one of start and end is given; expected both, or neither; fill in the other, or empty both",
        ],
    ),
    (
        "a mistyped key",
        [("case.toml", "audience =", "audiance =")],
        [
            "case.toml [release]: unknown key 'audiance'; expected keys among audience, suppress_below; did you mean 'audience'?",
        ],
    ),
    (
        "a mistyped title",
        [("case.toml", "title", "titel")],
        [
            "case.toml: unknown key 'titel'; expected keys among title, crisis, country, start, horizon_days, rules, residents_held, front_by_cell, publication_lag_days, known; did you mean 'title'?",
        ],
    ),
    (
        "a mistyped table",
        [("case.toml", "[release]", "[relaese]")],
        [
            "case.toml [relaese]: unknown table; expected tables among [release]; did you mean 'release'?",
        ],
    ),
    (
        "a number in quotes",
        [("case.toml", "= 120", '= "120"')],
        [
            "case.toml: horizon_days is '120'; expected a whole number from 1 to 4,000 (days); write the number without quotes",
        ],
    ),
    (
        "a horizon of nothing",
        [("case.toml", "= 120", "= 0")],
        [
            "case.toml: horizon_days is '0'; expected a whole number from 1 to 4,000 (days); correct the value",
        ],
    ),
    (
        "a start with a time",
        [("case.toml", "2016-06-01", "2016-06-01T00:00:00")],
        [
            "case.toml: start is '2016-06-01 00:00:00'; expected a date written YYYY-MM-DD; write 2016-06-01",
        ],
    ),
    (
        "a missing start",
        [("case.toml", "start = 2016-06-01\n", "")],
        [
            "case.toml: key 'start' is missing; expected a date written YYYY-MM-DD; add it",
        ],
    ),
    (
        "TOML that cannot be read",
        [("case.toml", 'title = "Toy"', "title = Toy")],
        [
            'case.toml: the file is not valid TOML (Invalid value (at line 1, column 9)); expected lines such as key = "value"; correct the line: texts stand in quotes, dates do not',
        ],
    ),
    (
        "a distribution with no width",
        [("assumptions.toml", "high = 150", "high = 60")],
        [
            "assumptions.toml assumption 'operation_start': low 60 and high 60; expected low below high; use 'fixed' for a known value; correct the distribution",
        ],
    ),
    (
        "a curve of negative width",
        [("scenarios.toml", "sigma = 0.3", "sigma = -0.3")],
        [
            "scenarios.toml scenario 'slow' assumption 'battle_days': sigma is -0.3; expected sigma above 0; use 'fixed' for a known value; correct the distribution",
        ],
    ),
    (
        "a share above one",
        [("assumptions.toml", "value = 0.9", "value = 90")],
        [
            "assumptions.toml assumption 'release_fraction.city': values reach from 0 to 90; expected a number from 0 to 1 (share); correct the values",
        ],
    ),
    (
        "a share without limits",
        [("assumptions.toml", '"fixed", value = 0.9', '"normal", mean = 0.9, sd = 0.2')],
        [
            "warning: assumptions.toml assumption 'release_fraction.city': values reach from no limit to no limit; expected a number from 0 to 1 (share); add floor = 0 and ceiling = 1",
        ],
    ),
    (
        "not a number",
        [("assumptions.toml", "low = 60", "low = nan")],
        [
            "assumptions.toml assumption 'operation_start': low is 'nan'; expected a finite number; correct the value",
        ],
    ),
    (
        "a parameter of another shape",
        [("assumptions.toml", "low = 60", "low = 60\nsd = 3")],
        [
            "assumptions.toml assumption 'operation_start': key 'sd' has no use here; expected only low, high for a uniform distribution; remove it, or choose another distribution",
        ],
    ),
    (
        "a missing parameter",
        [("assumptions.toml", "high = 150\n", "")],
        [
            "assumptions.toml assumption 'operation_start': high is missing; expected a number for high of a uniform distribution; correct the distribution",
        ],
    ),
    (
        "a mistyped distribution",
        [("assumptions.toml", '"uniform"', '"unifrom"')],
        [
            "assumptions.toml assumption 'operation_start': distribution is 'unifrom'; expected one of fixed, uniform, triangular, normal, halfnormal, lognormal, beta, gamma, mixture, figures; did you mean 'uniform'?",
        ],
    ),
    (
        "the wrong unit",
        [("assumptions.toml", '"days after"\nafter = 2016-07-01', '"weeks"')],
        [
            "assumptions.toml assumption 'operation_start': unit is 'weeks'; expected 'days after' for operation_start; convert the values and write this unit",
        ],
    ),
    (
        "days after nothing",
        [("assumptions.toml", "after = 2016-07-01\n", "")],
        [
            "assumptions.toml assumption 'operation_start': after is missing; expected the date that the days are counted from; add after = YYYY-MM-DD",
        ],
    ),
    (
        "an unknown parameter",
        [("assumptions.toml", '"displaced_total"', '"displaced_totals"')],
        [
            "assumptions.toml assumption 'displaced_totals': name is 'displaced_totals'; expected a parameter that a rule set reads, or a date of an event; did you mean 'displaced_total'?",
        ],
    ),
    (
        "a parameter of a place that has none",
        [("scenarios.toml", '"battle_days"', '"battle_days.city"')],
        [
            "scenarios.toml scenario 'slow' assumption 'battle_days.city': 'battle_days' is given for 'city'; expected 'battle_days' for the whole case; write the name alone",
        ],
    ),
    (
        "figures without a term",
        [("assumptions.toml", 'term = "expected_displaced"\n', "")],
        [
            "assumptions.toml assumption 'displaced_total': term is missing; expected term and places of the figures to pool; add term, or choose another distribution",
        ],
    ),
    (
        "figures of a place that no report names",
        [("assumptions.toml", '["City"]', '["Citty"]')],
        [
            "assumptions.toml assumption 'displaced_total': no figure has the term expected_displaced and one of the places Citty; expected at least one that is not rejected; read the reports with 'havenward read --case', correct the places, or add figures",
        ],
    ),
    (
        "a text for a list",
        [("assumptions.toml", 'sources = ["plan"]', 'sources = "plan"')],
        [
            "assumptions.toml assumption 'operation_start': sources is 'plan'; expected a list of texts in square brackets; write it as [\"one\", \"two\"]",
        ],
    ),
    (
        "one bracket for two",
        [
            (
                "assumptions.toml",
                '[[assumption]]\nname = "operation_start"',
                '[assumption]\nname = "operation_start"',
            )
        ],
        [
            'assumptions.toml: the file is not valid TOML (Cannot overwrite a value (at line 12, column 13)); expected lines such as key = "value"; correct the line: texts stand in quotes, dates do not',
        ],
    ),
    (
        "a mixture of nothing",
        [
            (
                "assumptions.toml",
                '[{weight = 2, distribution = "beta", alpha = 2, beta = 3}, {weight = 1, distribution = "fixed", value = 0.9}]',
                "[]",
            )
        ],
        [
            "assumptions.toml assumption 'release_fraction.city': a mixture without components; expected at least one component; correct the distribution",
        ],
    ),
    (
        "a likelihood above one",
        [("scenarios.toml", "0.3\nwords", "1.3\nwords")],
        [
            "scenarios.toml scenario 'slow': likelihood is '1.3'; expected a number from 0 to 1; correct the value",
        ],
    ),
    (
        "likelihoods that add up to more than one",
        [
            (
                "scenarios.toml",
                "likelihood = 0.3",
                'likelihood = 0.3\n\n[[scenario]]\nname = "fast"\ntitle = "Fast"\npublished = 2016-07-25\nlikelihood = 0.8\n\n[[scenario]]\nname="third"\ntitle="Third"\npublished = 2016-07-25',
            )
        ],
        [
            "scenarios.toml: the likelihoods add up to 1.1; expected at most 1 for all scenarios together; lower them, as scenarios exclude each other",
        ],
    ),
    (
        "a report without a day",
        [("reports/2016-07-20-times.txt", "published: 2016-07-20\n", "")],
        [
            "reports/2016-07-20-times.txt: key 'published' is missing in the header; expected a date written YYYY-MM-DD; add a line 'published: ...' at the top",
        ],
    ),
    (
        "a mistyped key in a report",
        [("reports/2016-07-20-times.txt", "outlet:", "oulet:")],
        [
            "reports/2016-07-20-times.txt line 2: unknown key 'oulet'; expected keys among title, outlet, published, url, kind, source; did you mean 'outlet'?",
        ],
    ),
    (
        "a report without a header",
        [("reports/2016-07-20-times.txt", "title: Agencies prepare", "Agencies prepare")],
        [
            "reports/2016-07-20-times.txt line 1: found 'Agencies prepare'; expected a line 'key: value', and an empty line before the text; complete the header",
            "reports/2016-07-20-times.txt: key 'title' is missing in the header; expected a text; add a line 'title: ...' at the top",
        ],
    ),
    (
        "a report without a text",
        [("reports/other.txt", "title: A\noutlet: B\npublished: 2016-07-20\nkind: original\n")],
        [
            "reports/other.txt: there is no text after the header; expected an empty line, then the text; add the text of the report",
        ],
    ),
    (
        "a report that is no text",
        [("reports/other.pdf", "%PDF")],
        [
            "warning: reports/other.pdf: this is no .txt file; expected reports as text files with a header; save it as .txt, or move it elsewhere",
        ],
    ),
]


@pytest.mark.parametrize(("edits", "expected"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_messages_say_where_what_and_how(tmp_path, edits, expected):
    folder = write_files(tmp_path, edited(*edits))
    problems = check_case(folder)
    said = [("warning: " if problem.severity == "warning" else "") + str(problem) for problem in problems]
    assert said == expected
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        with pytest.raises(CaseError) as raised:
            load_case(folder)
        assert list(raised.value.problems) == errors
    else:
        load_case(folder)


def test_the_toy_case_is_sound(tmp_path):
    assert check_case(write_files(tmp_path, TOY)) == []


def test_there_are_at_least_fifty_cases_with_names_of_their_own():
    assert len({row[0] for row in BAD}) == len(BAD) >= 50


def test_parts_of_a_message_do_not_run_into_each_other():
    for _, _, expected in BAD:
        for line in expected:
            found = line.split(": ", 1)[1]
            assert "; expected " in found, line
            assert not line.endswith((".", ";", " ")), line


def test_a_folder_that_is_none(tmp_path):
    (problem,) = check_case(tmp_path / "nowhere")
    assert str(problem) == (
        f"{tmp_path / 'nowhere'}: there is no such folder; expected the folder of a case, or its workbook (.xlsx); "
        "check the path, or make a case with 'havenward new'"
    )


def test_ten_thousand_errors_at_once_are_counted_and_the_first_thousand_listed(tmp_path):
    rows = "2016-10-25,,location,camp-a,,stock,x,,dtm,,\n" * 10_000
    folder = write_files(
        tmp_path, edited(("observations.csv", TOY["observations.csv"].split("\n")[0] + "\n" + rows))
    )
    problems = check_case(folder)
    assert len(problems) == 1001
    assert str(problems[0]) == (
        "observations.csv row 2: persons is 'x'; expected a whole number from 0 to 2,000,000,000 (persons); "
        "write the number alone, in digits"
    )
    assert str(problems[-1]) == (
        "observations.csv: 9,000 more errors that are not listed; expected a file without errors; "
        "repair the ones above, which often have one cause, and check again"
    )


def test_all_files_are_checked_in_one_pass(tmp_path):
    files = edited(
        ("case.toml", "title", "titel"),
        ("routes.csv", "east,bridge,9,", "east,bridge,-9,"),
        ("observations.csv", "stock,1200,", "stock,n/a,"),
        ("assumptions.toml", "high = 150", "high = 50"),
        ("reports/2016-07-20-times.txt", "kind: paraphrase", "kind: rumour"),
    )
    wheres = [problem.where for problem in check_case(write_files(tmp_path, files))]
    assert wheres == [
        "case.toml",
        "routes.csv row 2",
        "observations.csv row 2",
        "reports/2016-07-20-times.txt line 5",
        "assumptions.toml assumption 'operation_start'",
    ]
