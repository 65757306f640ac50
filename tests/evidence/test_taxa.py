"""Names: one animal each, in any spelling that was met."""

from __future__ import annotations

import pytest

from bayescarbon.evidence.taxa import GROUPS, Taxa, Taxon, taxa


@pytest.mark.parametrize(
    ("name", "accepted", "group", "mineral"),
    [
        ("Chlamys fareri", "Azumapecten farreri", "scallop", "calcite"),
        ("Chlamysfareri", "Azumapecten farreri", "scallop", "calcite"),
        ("chlamys  FARRERI ", "Azumapecten farreri", "scallop", "calcite"),
        ("栉孔扇贝", "Azumapecten farreri", "scallop", "calcite"),
        ("Alectryonela plicatula", "Alectryonella plicatula", "oyster", "calcite"),
        ("Alectryonella plicatula", "Alectryonella plicatula", "oyster", "calcite"),
        ("褶牡蛎", "Alectryonella plicatula", "oyster", "calcite"),
        ("海湾扇贝", "Argopecten irradians", "scallop", "calcite"),
        ("Crassostrea gigas", "Magallana gigas", "oyster", "calcite"),
        ("长牡蛎", "Magallana gigas", "oyster", "calcite"),
        ("太平洋牡蛎", "Magallana gigas", "oyster", "calcite"),
        ("花蛤", "Ruditapes philippinarum", "clam", "aragonite"),
        ("杂色蛤", "Ruditapes philippinarum", "clam", "aragonite"),
        ("菲律宾蛤仔", "Ruditapes philippinarum", "clam", "aragonite"),
        ("紫贻贝", "Mytilus galloprovincialis", "mussel", "calcite"),
        ("厚壳贻贝", "Mytilus unguiculatus", "mussel", "calcite"),
        ("缢蛏", "Sinonovacula constricta", "clam", "aragonite"),
        ("泥蚶", "Tegillarca granosa", "clam", "aragonite"),
        ("文蛤", "Meretrix meretrix", "clam", "aragonite"),
        ("柄海鞘", "Styela clava", "ascidian", "none"),
        ("other shellfish", "other (unspecified)", "other", "aragonite"),
        ("oyster", "oyster (unspecified)", "oyster", "calcite"),
    ],
)
def test_names_resolve(name: str, accepted: str, group: str, mineral: str) -> None:
    taxon = taxa().resolve(name)
    assert taxon is not None
    assert (taxon.name, taxon.group, taxon.mineral) == (accepted, group, mineral)


def test_every_group_has_a_placeholder() -> None:
    for group in GROUPS:
        taxon = taxa().resolve(f"{group} (unspecified)")
        assert taxon is not None and taxon.group == group


def test_only_ascidians_are_without_a_mineral() -> None:
    for taxon in taxa().taxa.values():
        assert (taxon.mineral == "none") == (taxon.group == "ascidian"), taxon.name


def test_an_unknown_name_has_near_matches() -> None:
    assert taxa().resolve("Ruditapes filippinarum") is None
    assert "Ruditapes philippinarum" in taxa().near("Ruditapes filippinarum")
    assert taxa().near("Gadus morhua") == []


@pytest.mark.parametrize(
    ("written", "meant"), [("长牡厉", "长牡蛎"), ("栉孔扇见", "栉孔扇贝"), ("菲律宾哈仔", "菲律宾蛤仔")]
)
def test_one_wrong_chinese_character_has_a_near_match(written: str, meant: str) -> None:
    assert taxa().near(written)[0] == meant
    assert taxa().near("海带") == []


def test_a_species_can_be_added() -> None:
    more = taxa().with_added([Taxon("Donax trunculus", "clam", "aragonite", ("wedge clam",))])
    found = more.resolve("Wedge clam")
    assert found is not None and found.name == "Donax trunculus"
    assert taxa().resolve("wedge clam") is None


@pytest.mark.parametrize(
    ("taxon", "word"),
    [
        (Taxon("Magallana gigas", "oyster", "calcite"), "known already"),
        (Taxon("New name", "oyster", "calcite", ("Crassostrea gigas",)), "both"),
        (Taxon("New name", "fish", "calcite"), "group"),
        (Taxon("New name", "clam", "dolomite"), "mineral"),
    ],
)
def test_a_contradiction_is_refused(taxon: Taxon, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        taxa().with_added([taxon])


def test_a_name_filed_wrongly_is_refused() -> None:
    with pytest.raises(ValueError, match="filed"):
        Taxa({"a": Taxon("b", "clam", "aragonite")})
