"""Protects which location a place of a source is taken for, and that it is said."""

from dataclasses import replace

import pytest

from constructed_imports import make_case
from havenward.case.draft import read_draft
from havenward.case.importers.matching import Asked, describe_matches, fold_name, list_unplaced, match_places
from havenward.errors import SettingsError

EXTRA = """\
mosul-dam,Mosul Dam,IQ0103,town,36.6,42.8,Ninewa,Tel Kaif,,,,,,,2016-06-01,
hasansham-u2,Hasansham U2,,camp,36.2,43.5,Ninewa,,,,,,,,2016-06-01,
hasansham-u3,Hasansham U3,,camp,36.2,43.5,Ninewa,,,,,,,,2016-06-01,
left,Al-Rashidiya,IQ0101,origin,36.4,43.1,Ninewa,Mosul,,,,,,,2016-06-01,
makhmur,Makhmur,IQ0104,host,35.8,43.6,Erbil,Makhmur,,,,,,,2016-06-01,
north,North Hill,,host,35.8,43.6,,,,,,,,,2016-06-01,
"""


@pytest.fixture
def case(tmp_path):
    folder = make_case(tmp_path / "case")
    path = folder / "locations.csv"
    path.write_text(path.read_text() + EXTRA)
    return read_draft(folder).case


def match(case, **place):
    asked = Asked(**place)
    found = match_places(case, [asked])[asked]
    return found.location, found.how


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"pcode": "iq0101"}, ("left", "pcode")),
        ({"pcode": "IQ0101", "name": "something else"}, ("left", "pcode")),
        # a town and a camp have the P-code of the area around them: counts of the area are not theirs
        ({"pcode": "IQ0103", "name": "Al-Hamdaniya"}, ("", "none")),
        ({"pcode": "IQ0103"}, ("", "none")),
        ({"pcode": "IQ0103", "name": "Mosul dam"}, ("mosul-dam", "pcode")),
        ({"name": "AL RASHIDIYA"}, ("left", "name")),
        ({"name": "Rashidīya"}, ("left", "name")),
        ({"name": "Camp de Khazer M1"}, ("camp-a", "name")),
        ({"name": "khazer_m1"}, ("camp-a", "name")),
        ({"name": "Khazir M1"}, ("camp-a", "similar")),
        ({"name": "Khazir M2"}, ("", "none")),
        ({"name": "Hasansham U3 IDP camp"}, ("hasansham-u3", "name")),
        ({"name": "Hassan Sham U3"}, ("hasansham-u3", "similar")),
        ({"name": "Hasansham"}, ("", "none")),
        ({"name": "South Hill"}, ("", "none")),
        ({"name": "Makhmour", "admin": "Erbil"}, ("makhmur", "similar")),
        ({"name": "Makhmur", "admin": "Ninewa;Hamdaniya"}, ("", "none")),
        ({"name": "Makhmur", "admin": "Arbil"}, ("", "none")),
        ({"name": "Baghdad"}, ("", "none")),
        ({}, ("", "none")),
    ],
)
def test_places_are_found_by_code_then_name_then_likeness(case, place, expected):
    assert match(case, **place) == expected


def test_what_is_meant_is_suggested_and_a_person_can_say_it(case):
    asked = Asked("", "Hasansham", "")
    found = match_places(case, [asked])
    assert found[asked].suggestions[:2] == ("hasansham-u2", "hasansham-u3")
    (unplaced,) = list_unplaced(found, {asked: 7})
    assert (unplaced.name, unplaced.rows) == ("Hasansham", 7)
    by_hand = match_places(case, [asked], {"hasansham": "hasansham-u2"})
    assert by_hand[asked][:2] == ("hasansham-u2", "settings")
    ruled_out = match_places(case, [asked], {"Hasansham": ""})
    assert list_unplaced(ruled_out, {asked: 7}) == ()


def test_a_wrong_word_of_the_user_is_refused(case):
    with pytest.raises(SettingsError) as error:
        match_places(case, [], {"Hasansham": "hasansham-u4"})
    assert str(error.value) == (
        "settings [places]: 'Hasansham' is 'hasansham-u4'; expected a location of locations.csv; did you mean 'hasansham-u3'?"
    )


def test_a_similar_name_and_a_differing_one_are_always_told(case):
    places = [Asked("", "Khazir M1"), Asked("IQ0101", "Somewhere"), Asked("", "Host town")]
    notes = describe_matches(match_places(case, places), "a.csv")
    assert notes == [
        "a.csv: places found: 1 by P-code, 1 by name",
        "a.csv: 'Khazir M1' was taken for camp-a because the names are alike (89 of 100); if that is wrong, set it in [places] of a settings file",
        "a.csv: found by P-code though the names differ: Somewhere (IQ0101) is left",
    ]


def test_two_names_alike_leave_the_place_open(case):
    twins = [
        replace(case.locations[0], location=f"p{n}", name=name)
        for n, name in enumerate(("Qayara", "Qayarah"))
    ]
    both = replace(case, locations=(*case.locations, *twins))
    asked = Asked("", "Qayyara")
    found = match_places(both, [asked])[asked]
    assert (found.how, found.suggestions[:2]) == ("none", ("p0", "p1"))


def test_arabic_names_meet_whatever_their_spelling():
    assert fold_name("مخيم الخازر") == fold_name("خازر")
    assert fold_name("أربيل") == fold_name("اربيل")
    assert fold_name("الحمدانية") == fold_name("الحمدانيه")


def test_many_places_against_many_locations(case):
    rows = [
        replace(case.locations[0], location=f"place-{n}", name=f"Village {n:04d} of Hill", pcode="")
        for n in range(500)
    ]
    big = replace(case, locations=tuple(rows))
    found = match_places(big, [Asked("", f"Vilage {n:04d} of Hill") for n in range(0, 500, 10)])
    assert {match.how for match in found.values()} == {"similar"}
