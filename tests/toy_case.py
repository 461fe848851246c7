"""A small sound case that uses every file, as texts that a test can edit before it writes them."""

TOY = {
    "case.toml": """\
title = "Toy"
crisis = "toy"
country = "IRQ"
start = 2016-06-01
horizon_days = 120

[release]
audience = "public"
suppress_below = 10
""",
    "sources.csv": """\
source,title,publisher,url,published,licence
plan,Response plan,Agency,https://example.org/plan,2016-06-01,CC BY
counts,Counting,Agency,,,
""",
    "locations.csv": """\
location,name,pcode,kind,latitude,longitude,admin1,admin2,country,group,population,capacity,opens,closes,published,source
east,East Side,1001,origin,36.36,43.20,,,,city,"400,000",,,,2016-06-01,plan
west,West Side,1002,origin,36.34,43.10,,,,old-city,600000,,,,2016-06-01,plan
bridge,Bridge,,town,36.30,43.15,,,,,,,,,2016-06-01,plan
gate,Gate,,border,36.20,43.40,,,IRQ,,,,,,2016-06-01,plan
camp-a,Camp A,,camp,36.10,43.30,,,,,,10000,2016-07-01,,2016-06-01,plan
camp-a,Camp A,,camp,36.10,43.30,,,,,,12000,2016-07-01,,2016-08-01,plan
camp-b,Camp B,,camp,36.00,43.50,,,,,,,,2017-06-01,2016-09-01,
host,Host Town,,host,36.19,44.01,,,,,,,,,2016-06-01,plan
""",
    "routes.csv": """\
from,to,distance_km,mode,published,source
east,bridge,9,road,2016-06-01,plan
west,bridge,8,foot,2016-06-01,plan
bridge,camp-a,30,road,2016-06-01,plan
bridge,gate,28,,2016-06-01,plan
gate,host,60,road,2016-06-01,plan
gate,camp-b,26,road,2016-09-01,
""",
    "events.csv": """\
date,kind,location,from,to,value,published,source
operation_start,operation_starts,,,,,2016-07-01,
2016-10-20,front_reaches,east,,,,2016-10-21,plan
2016-11-01,route_closes,,west,bridge,,2016-10-30,
2016-11-05,capacity,camp-a,,,15000,2016-11-01,plan
2016-10-17,order_to_stay,city,,,,2016-10-16,
2016-10-17,screening,gate,,,5000,2016-10-16,
""",
    "observations.csv": """\
date,date_from,scope,location,origin,measure,persons,households,series,published,source
2016-10-25,,location,camp-a,,stock,1200,,dtm,2016-10-28,counts
2016-10-25,,total,,,cumulative_displaced,9000,1500,dtm,,counts
2016-10-31,2016-10-25,location,host,east,arrivals,600,,gov,2016-11-02,
2016-10-31,,group,city,,remaining,390000,,gov,2016-11-02,
""",
    "attributes.csv": """\
location,from,to,key,value,published,source
east,,,front_order,1,,
west,,,front_order,2,2016-07-01,plan
camp-b,,,opens_after_group,city,2016-09-01,
,west,bridge,surface,asphalt,,
""",
    "stock.csv": """\
item,location,quantity,available_from,published,source
tents,camp-a,500,,2016-07-01,plan
tents,,2500.5,2016-09-01,2016-07-15,
""",
    "figures.csv": """\
figure,report,start,end,sentence,quantity_text,low,high,point,quantifier,unit,group,term,temporality,location,origin,destination,date_expression,date_from,date_to,source_attribution,fact_group,relation,review
half-million,2016-07-20-times.txt,43,57,"The minister of migration expects at least half a million people to flee the city.",half a million,500000,,,at_least,persons,people,expected_displaced,expected,City,,,,,,minister,,,accepted
million,2016-07-20-times.txt,,,"Up to one million, the agency says.",one million,,1000000,,up_to,persons,,expected_displaced,expected,City,,,,,,agency,,,
""",
    "reports/2016-07-20-times.txt": """\
title: Agencies prepare
outlet: Times
published: 2016-07-20
url: https://example.org/times
kind: paraphrase
source: plan

The minister of migration expects at least half a million people to flee the city.
Up to one million, the agency says.
""",
    "assumptions.toml": """\
[[assumption]]
name = "operation_start"
published = 2016-07-01
distribution = "uniform"
low = 60
high = 150
unit = "days after"
after = 2016-07-01
reason = "Announced for the autumn."
sources = ["plan"]

[[assumption]]
name = "displaced_total"
published = 2016-07-20
distribution = "figures"
term = "expected_displaced"
places = ["City"]
unit = "persons"
reason = "What was expected."

[[assumption]]
name = "release_fraction.city"
published = 2016-07-20
distribution = "mixture"
components = [{weight = 2, distribution = "beta", alpha = 2, beta = 3}, {weight = 1, distribution = "fixed", value = 0.9}]
unit = "share"
reason = "Two humps."
figures = ["half-million"]
""",
    "scenarios.toml": """\
[[scenario]]
name = "slow"
title = "A slow advance"
published = 2016-07-25
likelihood = 0.3
words = "unlikely"
triggers = ["no bridge by December"]

[[scenario.assumption]]
name = "battle_days"
distribution = "lognormal"
median = 200
sigma = 0.3
unit = "days"
reason = "Twice as slow."

[[scenario.event]]
date = 2016-12-01
kind = "site_opens"
location = "camp-b"
""",
}


def write_files(folder, files):
    """Write texts (or bytes) of a case; None leaves a file out."""
    for name, content in files.items():
        if content is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return folder


def edited(*edits):
    """Give the toy case with texts replaced: (file, old, new), or (file, content) for the whole file."""
    files = dict(TOY)
    for file, *change in edits:
        if len(change) == 1:
            files[file] = change[0]
        else:
            old, new = change
            assert old in files[file], f"{old!r} is not in {file}"
            files[file] = files[file].replace(old, new, 1)
    return files
