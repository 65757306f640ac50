"""Every refusal of the study format names its table, row, column and value, and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescarbon.study import read_study
from tests.study.conftest import SOUND, Write, assert_told_once, evidence, problems_of

HARVEST = "batch,site,species,harvest_t,cycle_days,individuals\n"
SCALLOP = "Azumapecten farreri"
ECONOMICS = SOUND["economics.csv"].splitlines()[0] + "\n"
WATER = "site,temperature_c,salinity,alkalinity_umol_kg,pco2_uatm,salinity_sd\n"


def harvest(row: str) -> dict[str, str]:
    """Return a harvest whose second batch is this row."""
    return {
        "harvest.csv": f"{HARVEST}a,North,{SCALLOP},100,500,\n{row}\n",
        "economics.csv": None,
        "sampling.csv": None,
    }


def economics(*rows: str) -> dict[str, str]:
    """Return economics with these rows."""
    return {"economics.csv": ECONOMICS + "\n".join(rows) + "\n"}


def toml(text: str) -> dict[str, str]:
    """Return settings with these lines after the title."""
    return {"study.toml": f'title = "T"\n{text}\n[currency]\ncode = "CNY"\nyear = 2024\n'}


# changes, table, row, column, value, part of the message
REFUSED = {
    # files and encodings
    "no harvest": ({"harvest.csv": None}, "harvest", None, None, None, "`harvest` is missing"),
    "no settings": ({"study.toml": None}, "study.toml", None, None, None, "is missing"),
    "misspelt file": ({"evidnce.csv": "a\n1\n"}, "evidnce.csv", None, None, None, "Did you mean 'evidence'?"),
    "strange file": (
        {"costs.csv": "a\n1\n"}, "costs.csv", None, None, None, "The tables are: harvest, evidence",
    ),
    "capital file": ({"Water.CSV": "a\n1\n"}, "Water.CSV", None, None, None, "Did you mean 'water'?"),
    "UTF-16": (
        {"water.csv": SOUND["water.csv"].encode("utf-16")}, "water", None, None, None, "save it as UTF-8",
    ),
    "no encoding": (
        {"water.csv": b"site\n\xff\x80\xff\n"}, "water", None, None, None, "not in a readable encoding",
    ),
    "only a header": ({"water.csv": WATER}, "water", None, None, None, "column names but no rows"),
    "blank rows only": (
        {"water.csv": WATER + ",,,,,\n\n"}, "water", None, None, None, "column names but no rows",
    ),
    "empty file": ({"water.csv": ""}, "water", 1, None, None, "no column names in row 1; remove it"),
    "semicolons": (
        {"water.csv": "site;salinity\nNorth;31\n"},
        "water", 1, None, "site;salinity", "save it with commas",
    ),
    "open quotation": ({"water.csv": 'site\n"North\n'}, "water", None, None, None, "check its quotation marks"),
    "slipped cells": (
        harvest(f"b,South,{SCALLOP},1,000,400,"), "harvest", 3, None, None, "has 7 cells but there are 6",
    ),
    "empty harvest": (
        {"harvest.csv": ""}, "harvest", 1, None, None, "harvest.csv has no column names in row 1; fill it in.",
    ),
    "harvest without rows": (
        {"harvest.csv": HARVEST}, "harvest", None, None, None, "column names but no rows; fill it in.",
    ),
    "settings in UTF-16": (
        {"study.toml": SOUND["study.toml"].encode("utf-16")},
        "study.toml", None, None, None, "binary file); save it as UTF-8.",
    ),
    # columns
    "blank row above the names": (
        {"water.csv": f"\n{WATER}North,14,31,2260,430,\n"},
        "water", 1, None, None, "write the names of the columns there",
    ),
    "title above the names": (
        {"water.csv": f"Water of 2024,,,,,\n{WATER}North,14,31,2260,430,\n"},
        "water", 1, None, "Water of 2024", "row 1 must hold them (site, temperature_c, salinity,",
    ),
    "note above the names": (
        {"water.csv": f"# Water of 2024\n{WATER}North,14,31,2260,430,\n"},
        "water", 1, None, "# Water of 2024", "remove what stands above them",
    ),
    "missing column": (
        {"water.csv": "site,temperature_c,salinity,pco2_uatm\nNorth,14,31,430\n"},
        "water", 1, "alkalinity_umol_kg", None, "the column is missing; add it",
    ),
    "duplicate column": (
        {"water.csv": WATER.strip() + ",salinity\nNorth,14,31,2260,430,,31\n"},
        "water", 1, "salinity", None, "stands twice",
    ),
    "unknown column": (
        {"water.csv": WATER.replace("salinity_sd", "salinty_sd") + "North,14,31,2260,430,\n"},
        "water", 1, "salinty_sd", None, "Did you mean 'salinity_sd'?",
    ),
    "nameless column": (
        {"water.csv": WATER.strip() + ",\nNorth,14,31,2260,430,,x\n"},
        "water", 1, None, None, "column 7 has values (row 2)",
    ),
    # numbers
    "text": (
        harvest(f"b,South,{SCALLOP},many,400,"), "harvest", 3, "harvest_t", "many", "write a plain number",
    ),
    # What every row needs is not to be left empty.
    "NaN": (harvest(f"b,South,{SCALLOP},NaN,400,"), "harvest", 3, "harvest_t", "NaN", "; write the number."),
    "infinity": (
        harvest(f"b,South,{SCALLOP},inf,400,"), "harvest", 3, "harvest_t", "inf", "; write a finite number.",
    ),
    "no number": (harvest(f"b,South,{SCALLOP},-,400,"), "harvest", 3, "harvest_t", "-", "; write the number."),
    "undetected harvest": (
        harvest(f"b,South,{SCALLOP},n.d.,400,"), "harvest", 3, "harvest_t", "n.d.", "; write the number.",
    ),
    "words": (
        harvest(f"b,South,{SCALLOP},many,400,"), "harvest", 3, "harvest_t", "many", "number such as 12.5.",
    ),
    "optional NaN": (
        harvest(f"b,South,{SCALLOP},1,400,NaN"), "harvest", 3, "individuals", "NaN", "or leave the cell empty",
    ),
    # No part of these is the number that was meant.
    "fraction": (
        harvest(f"b,South,{SCALLOP},1/2,400,"), "harvest", 3, "harvest_t", "1/2", "write a plain number",
    ),
    "two points": (
        harvest(f"b,South,{SCALLOP},1.000.5,400,"), "harvest", 3, "harvest_t", "1.000.5", "write a plain number",
    ),
    "two years": (
        {**harvest(""), "harvest.csv": f"{HARVEST[:-12]}year\na,North,{SCALLOP},1,400,2020/21\n"},
        "harvest", 2, "year", "2020/21", "write a plain number such as 12,",
    ),
    "spaces": (
        harvest(f"b,South,{SCALLOP},20 000,400,"), "harvest", 3, "harvest_t", "20 000", "separators; write 20000.",
    ),
    "too large": (harvest(f"b,South,{SCALLOP},1e999,400,"), "harvest", 3, "harvest_t", "1e999", "infinity"),
    "absurdly large": (
        harvest(f"b,South,{SCALLOP},1e305,400,"), "harvest", 3, "harvest_t", "1e305", "(1e+15); check its exponent",
    ),
    "absurdly small": (
        harvest(f"b,South,{SCALLOP},1e-300,400,"), "harvest", 3, "harvest_t", "1e-300", "(1e-15); check its exponent",
    ),
    "nothing": (
        harvest(f"b,South,{SCALLOP},1,400,n/a"), "harvest", 3, "individuals", "n/a", "leave the cell empty",
    ),
    "thousands": (
        harvest(f'b,South,{SCALLOP},1,400,"33,000"'), "harvest", 3, "individuals", "33,000", "write 33000",
    ),
    "decimal comma": (harvest(f'b,South,{SCALLOP},"0,5",400,'), "harvest", 3, "harvest_t", "0,5", "write 0.5"),
    "full width": (
        harvest(f"b,South,{SCALLOP},１２．５,400,"), "harvest", 3, "harvest_t", "１２．５", "write 12.5",
    ),
    "unit in cell": (
        harvest(f"b,South,{SCALLOP},12 t,400,"), "harvest", 3, "harvest_t", "12 t", "the number alone, in t live",
    ),
    "another unit": (
        harvest(f"b,South,{SCALLOP},12 kg,400,"), "harvest", 3, "harvest_t", "12 kg", "the number alone, in t live",
    ),
    "a percentage of days": (
        harvest(f"b,South,{SCALLOP},12,5%,"), "harvest", 3, "cycle_days", "5%", "the number alone, in d",
    ),
    "a percentage": (
        {"harvest.csv": f"batch,site,species,harvest_t,cycle_days,harvest_cv\na,North,{SCALLOP},12,400,5 %\n",
         "economics.csv": None, "sampling.csv": None},
        "harvest", 2, "harvest_cv", "5 %", "write 0.05",
    ),
    "failed formula": (
        harvest(f"b,South,{SCALLOP},1,400,#DIV/0!"), "harvest", 3, "individuals", "#DIV/0!", "mend the formula",
    ),
    "failed lookup": (harvest(f"#N/A,South,{SCALLOP},1,400,"), "harvest", 3, "batch", "#N/A", "mend the formula"),
    "date": (
        harvest(f"b,South,{SCALLOP},2024-05-01,400,"), "harvest", 3, "harvest_t", "2024-05-01", "is a date",
    ),
    "spread": (
        evidence("live_weight,g,30±3,mussel,North"),
        "evidence", 2, "value", "30±3", "30 in `value` and 3 in `sd`",
    ),
    "range": (
        evidence("live_weight,g,3-5,mussel,North"),
        "evidence", 2, "value", "3-5", "3 in `low` and 5 in `high`",
    ),
    "bound": (
        evidence("live_weight,g,<5,mussel,North"),
        "evidence", 2, "value", "<5", "write the bound in `high`",
    ),
    "undetected": (
        evidence("live_weight,g,n.d.,mussel,North"),
        "evidence", 2, "value", "n.d.", "detection limit in `low`",
    ),
    "negative mass": (
        harvest(f"b,South,{SCALLOP},-3,400,"), "harvest", 3, "harvest_t", "-3", "must be above 0",
    ),
    "zero days": (harvest(f"b,South,{SCALLOP},3,0,"), "harvest", 3, "cycle_days", "0", "must be above 0"),
    "no animals": (
        harvest(f"b,South,{SCALLOP},3,400,0"), "harvest", 3, "individuals", "0", "must be 1 or more",
    ),
    "whole year": (
        {**harvest(""), "harvest.csv": f"{HARVEST[:-12]}year\na,North,{SCALLOP},1,400,2024.5\n"},
        "harvest", 2, "year", "2024.5", "must be a whole number",
    ),
    "weighing error": (
        {**harvest(""), "harvest.csv": f"{HARVEST[:-12]}harvest_cv\na,North,{SCALLOP},1,400,2\n"},
        "harvest", 2, "harvest_cv", "2", "between 0 and 1 (both excluded)",
    ),
    "alkalinity in mmol": (
        {"water.csv": WATER + "North,14,31,2.26,430,\n"},
        "water", 2, "alkalinity_umol_kg", "2.26", "write 2.3 mmol/kg as 2300",
    ),
    "zero sd in water": (
        {"water.csv": WATER + "North,14,31,2260,430,0\n"}, "water", 2, "salinity_sd", "0", "must be above 0",
    ),
    "empty cell": (harvest(f"b,,{SCALLOP},3,400,"), "harvest", 3, "site", None, "is empty; every row needs it"),
    # batches
    "duplicate batch": (harvest(f"a,South,{SCALLOP},3,400,"), "harvest", 3, "batch", "a", "a name of its own"),
    "batch of the sum": (
        harvest(f"total,South,{SCALLOP},3,400,"), "harvest", 3, "batch", "total", "give this batch another name",
    ),
    "batch of a farm's sum": (
        harvest(f"farm:b,South,{SCALLOP},3,400,"), "harvest", 3, "batch", "farm:b", "give this batch another name",
    ),
    "unknown species": (
        harvest("b,South,Magalana gigass,3,400,"),
        "harvest", 3, "species", "Magalana gigass", "Magallana gigas",
    ),
    "how to add": (
        harvest("b,South,Xyz abc,3,400,"),
        "harvest", 3, "species", "Xyz abc", '[taxa."Xyz abc"] with group',
    ),
    "ascidian batch": (
        harvest("b,South,Styela clava,3,400,"), "harvest", 3, "species", "Styela clava", "only shellfish",
    ),
    "heavy animals": (
        harvest(f"b,South,{SCALLOP},3,400,300"),
        "harvest", 3, "individuals", "300", "makes 1e+04 g per animal",
    ),
    "light animals": (
        harvest(f"b,South,{SCALLOP},3,400,4e7"), "harvest", 3, "individuals", "4e7", "[priors.live_weight]",
    ),
    # evidence
    "unknown quantity": (
        evidence("shel_carbon,%,11,mussel"), "evidence", 2, "quantity", "shel_carbon", "'shell_carbon'?",
    ),
    "mix": (
        evidence("fouler_mix,fraction,0.5,,North"),
        "evidence", 2, "quantity", "fouler_mix", "table `fouling`",
    ),
    "no species": (
        evidence("shell_carbon,%,11,,North"), "evidence", 2, "species", None, "differs between species",
    ),
    "ascidian tissue": (
        evidence("tissue_carbon,%,30,Styela clava"),
        "evidence", 2, "species", "Styela clava", "ascidian_tissue_carbon",
    ),
    "ascidian shell": (
        evidence("shell_carbon,%,11,Styela clava"),
        "evidence", 2, "species", "Styela clava", "has no shell",
    ),
    "season": (
        evidence("shell_carbon,%,11,mussel,North,rainy"), "evidence", 2, "season", "rainy", "or a month",
    ),
    "failed unit": (
        evidence("shell_carbon,#REF!,11,mussel"), "evidence", 2, "unit", "#REF!", "mend the formula",
    ),
    "failed species": (
        evidence("shell_carbon,%,11,#N/A"), "evidence", 2, "species", "#N/A", "mend the formula",
    ),
    "dimension": (
        evidence("shell_carbon,mg,11,mussel"), "evidence", 2, "unit", "mg", "does not fit shell_carbon",
    ),
    "unknown unit": (
        evidence("live_weight,grms,11,mussel"), "evidence", 2, "unit", "grms", "Its unit is g live / ind.",
    ),
    "unit with a bracket": (
        evidence("shell_carbon,g/(g,11,mussel"), "evidence", 2, "unit", "g/(g", "Its unit is t C / t shell.",
    ),
    "basis": (
        evidence("biodeposition_rate,mg wet/ind/d,90,mussel"), "evidence", 2, "unit", "mg wet/ind/d", "wet",
    ),
    "carbon dioxide": (evidence("shell_carbon,g CO2/g,0.11,mussel"), "evidence", 2, "unit", "g CO2/g", "CO2"),
    "fraction above 1": (
        evidence("shell_carbon,g/g,11.6,mussel"), "evidence", 2, "value", "11.6", "between 0 and 1",
    ),
    "fraction of 1": (evidence("shell_carbon,%,100,mussel"), "evidence", 2, "value", "100", "between 0 and 1"),
    "negative": (evidence("live_weight,g,-3,mussel"), "evidence", 2, "value", "-3", "above 0"),
    "low of 0": (
        evidence("shell_carbon,%,,mussel,,,,,0,12"), "evidence", 2, "low", "0", "Leave the cell empty",
    ),
    "no value": (
        evidence("shell_carbon,%,,mussel"),
        "evidence", 2, "value", None, "write a value, or `low` and `high`",
    ),
    "value and range": (
        evidence("shell_carbon,%,11,mussel,,,,,10,12"),
        "evidence", 2, "value", "11", "beside `low` or `high`",
    ),
    "zero": (
        evidence("respired_shell_fraction,%,0,mussel"),
        "evidence", 2, "value", "0", "detection limit in `low`",
    ),
    "zero and high": (
        evidence("respired_shell_fraction,%,0,mussel,,,,,1,5"), "evidence", 2, "high", "5", "in `low`",
    ),
    "crossed": (
        evidence("shell_carbon,%,,mussel,,,,,12,10"), "evidence", 2, "low", "12", "must be below `high`",
    ),
    "zero sd": (evidence("shell_carbon,%,11,mussel,,,0,5"), "evidence", 2, "sd", "0", "must be above 0"),
    "n of the stock": (
        evidence("shell_carbon,%,11,mussel,,,0.2,3300000"), "evidence", 2, "n", "3300000", "the number of samples",
    ),
    "a number with underscores": (
        evidence("live_weight,g/ind,1_200,mussel"), "evidence", 2, "value", "1_200", "write 1200",
    ),
    "a hexadecimal number": (
        evidence("shell_carbon,%,0x12,mussel"), "evidence", 2, "value", "0x12", "write a plain number such as 12.5",
    ),
    "a time of day": (
        evidence("shell_carbon,%,05:30,mussel"), "evidence", 2, "value", "05:30", "write a plain number such as 12.5",
    ),
    "n below 1": (evidence("shell_carbon,%,11,mussel,,,0.2,0"), "evidence", 2, "n", "0", "must be 1 or more"),
    "range of one": (
        evidence("shell_carbon,%,,mussel,,,,1,10,12"), "evidence", 2, "n", "1", "one sample has no range",
    ),
    "bound of many": (
        evidence("shell_carbon,%,,mussel,,,,3,,12"), "evidence", 2, "n", "3", "one row for each bound",
    ),
    "sd of range": (
        evidence("shell_carbon,%,,mussel,,,1,,10,12"),
        "evidence", 2, "sd", "1", "belongs to a measured `value`",
    ),
    "impossible sd": (
        evidence("shell_carbon,%,11,mussel,,,40,5"),
        "evidence", 2, "sd", "40", "larger than any n fractions",
    ),
    "impossible cv": (
        evidence("live_weight,g,10,mussel,,,30,5"), "evidence", 2, "sd", "30", "larger than any n positive",
    ),
    "burial method": (
        evidence("burial_fraction,%,7,,North"), "evidence", 2, "method", None, "`core` or as `oxygen`",
    ),
    "other method": (
        evidence("shell_carbon,%,11,mussel,,,,,,,core"), "evidence", 2, "method", "core", "empty it",
    ),
    "unknown method": (
        evidence("burial_fraction,%,7,,North,,,,,,coer"),
        "evidence", 2, "method", "coer", "Did you mean 'core'?",
    ),
    "convention": (
        evidence("burial_fraction,%,7,,North,,,,,,core,divided"),
        "evidence", 2, "rq_convention", "divided", "`oxygen`",
    ),
    # economics
    "no currency": ({"study.toml": 'title = "T"\n'}, "economics", None, None, None, "add [currency]"),
    "unknown batch": (economics("c,,,,,,20,5,,"), "economics", 2, "batch", "c", "not a batch of `harvest`"),
    "no money": (economics("a,2024,,,,,,,18,"), "economics", 2, "batch", "a", "has no money in this row"),
    "both forms": (
        economics("a,,500,300,480,310,20,5,,0.05"),
        "economics", 2, "batch", "a", "keep one of the two forms",
    ),
    "forms of a batch": (
        economics("a,2023,500,300,480,310,,,,0.05", "a,,,,,,20,5,,"),
        "economics", 2, "batch", "a", "for the whole batch",
    ),
    "incomplete": (
        economics("a,,500,300,,310,,,,0.05"),
        "economics", 2, "alternative_revenue", None, "write 0 for none",
    ),
    "no discount": (
        economics("a,,500,300,480,310,,,,"),
        "economics", 2, "discount_rate", None, "a discount rate per year",
    ),
    "gap without sd": (economics("a,,,,,,20,,,"), "economics", 2, "margin_gap_sd", None, "belong together"),
    "two gaps": (economics("a,,,,,,20,5,,", "a,,,,,,30,5,,"), "economics", 3, "batch", "a", "it has one row"),
    "no year": (
        economics("a,2023,500,300,480,310,,,,0.05", "a,,500,300,480,310,,,,0.05"),
        "economics", 3, "year", None, "needs a year in each",
    ),
    "same year": (
        economics("a,2023,500,300,480,310,,,,0.05", "a,2023,500,300,480,310,,,,0.05"),
        "economics", 3, "year", "2023", "one row for each year",
    ),
    "rate in per cent": (
        economics("a,,500,300,480,310,,,,5"), "economics", 2, "discount_rate", "5", "5 % per year as 0.05",
    ),
    "days for months": (economics("a,,,,,,20,5,500,"), "economics", 2, "cycle_months", "500", "in months"),
    "years for months": (economics("a,,,,,,20,5,1.4,"), "economics", 2, "cycle_months", "1.4", "in months"),
    # sampling
    "sampling quantity": (
        {"sampling.csv": "quantity,cost_per_sample\nburial,1\n"},
        "sampling", 2, "quantity", "burial", "is not a quantity",
    ),
    "sampling site": (
        {"sampling.csv": "quantity,cost_per_sample,site\nburial_fraction,1,Nord\n"},
        "sampling", 2, "site", "Nord", "Did you mean 'North'?",
    ),
    "sampling twice": (
        {"sampling.csv": "quantity,cost_per_sample\nburial_fraction,1\nburial_fraction,2\n"},
        "sampling", 3, "quantity", "burial_fraction", "keep one",
    ),
    # settings
    "broken TOML": ({"study.toml": "title = T\n"}, "study.toml", None, None, None, "is not valid TOML"),
    "no title": (
        {"study.toml": '[currency]\ncode = "CNY"\nyear = 2024\n'},
        "study.toml", None, "title", None, "add it",
    ),
    "blank title": (
        {"study.toml": 'title = " "\n', "economics.csv": None},
        "study.toml", None, "title", " ", "must not be blank",
    ),
    "unknown key": (
        toml("headline_rul = 'x'"),
        "study.toml", None, "headline_rul", "x", "Did you mean 'headline_rule'?",
    ),
    "unknown inner key": (
        toml("[credit_price]\nunits = 'x'\nq05 = 1.0\nq50 = 2.0\nq95 = 3.0\nunit = 'CNY / t CO2e'"),
        "study.toml", None, "credit_price.units", "x", "Did you mean 'unit'?",
    ),
    "priors that are no tables": (
        toml("priors = 'none'"), "study.toml", None, "priors", "none", "such as [priors.NAME]",
    ),
    "mineral of an ascidian": (
        toml("[taxa.'Ascidia nova']\ngroup = 'ascidian'\nmineral = 'calcite'"),
        "study.toml", None, "taxa.Ascidia nova.mineral", None, "has no shell; remove it",
    ),
    "framework": (
        toml("headline_framework = 'stock_chang'"),
        "study.toml", None, "headline_framework", "stock_chang", "'stock_change'?",
    ),
    "rule": (
        toml("headline_rule = 'posterior_q11'"),
        "study.toml", None, "headline_rule", "posterior_q11", "Did you mean",
    ),
    "rules": (
        toml("rules = ['posterior_q10', 'zzz']"),
        "study.toml", None, "rules", "zzz", "The rules are: posterior_q40",
    ),
    "headline left out": (
        toml("rules = ['vcs_mr24']"), "study.toml", None, "rules", None, "leaves out the headline rule",
    ),
    "rule twice": (
        toml("rules = ['posterior_q10', 'posterior_q10']"),
        "study.toml", None, "rules", "posterior_q10", "stands twice",
    ),
    "basis of fouling": (
        toml("fouling_basis = 'of_shelfish'"),
        "study.toml", None, "fouling_basis", "of_shelfish", "Did you mean 'of_shellfish'?",
    ),
    "prior name": (
        toml("[priors.burial]\nq05 = 0.1\nq50 = 0.2\nq95 = 0.3\nreason = 'r'"),
        "study.toml", None, "priors.burial", None, "is not a quantity",
    ),
    "prior of a composite": (
        toml("[priors.carbon_per_live]\nq05 = 0.1\nq50 = 0.2\nq95 = 0.3\nreason = 'r'"),
        "study.toml", None, "priors.carbon_per_live", None, "state priors for dry_fraction",
    ),
    "prior of a mix": (
        toml("[priors.fouler_mix]\nq05 = 0.1\nq50 = 0.2\nq95 = 0.3\nreason = 'r'"),
        "study.toml", None, "priors.fouler_mix", None, "one prior for each of mussel",
    ),
    "no reason": (
        toml("[priors.burial_fraction]\nq05 = 0.1\nq50 = 0.2\nq95 = 0.4"),
        "study.toml", None, "priors.burial_fraction.reason", None, "needs a reason",
    ),
    "quantiles": (
        toml("[priors.burial_fraction]\nq05 = 0.2\nq50 = 0.1\nq95 = 0.4\nreason = 'r'"),
        "study.toml", None, "priors.burial_fraction", None, "increase strictly",
    ),
    "absurd quantile": (
        toml("[credit_price]\nq05 = 1.0\nq50 = 2.0\nq95 = 1e300\nunit = 'CNY / t CO2e'"),
        "study.toml", None, "credit_price.q95", "1e+300", "(1e+15); check its exponent",
    ),
    "outside": (
        toml("[priors.burial_fraction]\nq05 = 0.2\nq50 = 0.4\nq95 = 1.4\nreason = 'r'"),
        "study.toml", None, "priors.burial_fraction", None, "strictly between 0 and 1",
    ),
    "the first word of a prior": (
        toml("[priors.burial]\nq05 = 0.02\nq50 = 0.08\nq95 = 0.3\nreason = 'r'"),
        "study.toml", None, "priors.burial", None, "Did you mean 'burial_fraction'?",
    ),
    "lopsided": (
        toml("[priors.live_weight]\nq05 = 1.0\nq50 = 9.0\nq95 = 10.0\nreason = 'r'"),
        "study.toml", None, "priors.live_weight", None, "imply a median of 3.16",
    ),
    "text for a number": (
        toml("[priors.burial_fraction]\nq05 = '0.2'\nq50 = 0.4\nq95 = 0.6\nreason = 'r'"),
        "study.toml", None, "priors.burial_fraction.q05", "0.2", "must be a number",
    ),
    "infinite prior": (
        toml("[priors.burial_fraction]\nq05 = 0.2\nq50 = 0.4\nq95 = inf\nreason = 'r'"),
        "study.toml", None, "priors.burial_fraction.q95", "inf", "finite",
    ),
    "baseline twice": (
        toml("baseline_share = {q05 = 0.01, q50 = 0.05, q95 = 0.2}\n[priors.baseline_share]\nq05 = 0.01\nq50 = 0.05\n"
             "q95 = 0.2\nreason = 'r'"),
        "study.toml", None, "baseline_share", None, "stated twice",
    ),
    "baseline order": (
        toml("baseline_share = {q05 = 0.2, q50 = 0.05, q95 = 0.01}"),
        "study.toml", None, "baseline_share", None, "increase strictly",
    ),
    "baseline as a number": (
        toml("baseline_share = 0.05"),
        "study.toml", None, "baseline_share", "0.05", "must be a table with the keys q05, q50, q95, reason, source.",
    ),
    "a species without a name": (
        toml("[taxa.' ']\ngroup = 'clam'\nmineral = 'aragonite'"), "study.toml", None, "taxa", " ", "without a name",
    ),
    "currency code": (
        {"study.toml": 'title = "T"\n[currency]\ncode = "yuan"\nyear = 2024\n'},
        "study.toml", None, "currency.code", "yuan", "three-letter",
    ),
    "price order": (
        toml("[credit_price]\nq05 = 9.0\nq50 = 2.0\nq95 = 3.0\nunit = 'CNY / t CO2e'"),
        "study.toml", None, "credit_price", None, "increase strictly",
    ),
    "price unit": (
        toml("[credit_price]\nq05 = 1.0\nq50 = 2.0\nq95 = 3.0\nunit = 'CNY / t C'"),
        "study.toml", None, "credit_price.unit", "CNY / t C", "CNY / t CO2e",
    ),
    "price currency": (
        toml("[credit_price]\nq05 = 1.0\nq50 = 2.0\nq95 = 3.0\nunit = 'EUR / t CO2e'"),
        "study.toml", None, "credit_price.unit", "EUR / t CO2e", "study's currency CNY",
    ),
    "group": (
        toml('[taxa."Xyz abc"]\ngroup = "clams"\nmineral = "calcite"'),
        "study.toml", None, "taxa.Xyz abc.group", "clams", "'clam'?",
    ),
    "mineral": (
        toml('[taxa."Xyz abc"]\ngroup = "clam"'),
        "study.toml", None, "taxa.Xyz abc.mineral", None, "aragonite or calcite",
    ),
    "known species": (
        toml('[taxa."Xyz abc"]\ngroup = "clam"\nmineral = "calcite"\nsynonyms = ["Pacific oyster"]'),
        "study.toml", None, "taxa.Xyz abc", "Pacific oyster", "already a name of Magallana gigas",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_its_message(write: Write, case: str) -> None:
    changes, *expected = REFUSED[case]
    assert_told_once(problems_of(write(changes)), *expected)


def test_the_sound_study_is_sound(write: Write) -> None:
    study = read_study(write({}))
    assert study.warnings == ()
    assert study.title == "Test"


def test_everything_wrong_is_told_at_once(write: Write) -> None:
    problems = problems_of(
        write({
            "study.toml": 'titel = "T"\n[priors.burial_fraction]\nq05 = 0.2\nq50 = 0.1\nq95 = 0.4\nreason = "r"\n',
            "harvest.csv": f"{HARVEST}a,North,{SCALLOP},-1,zero,\na,North,Nobody,1,400,\n",
            **evidence("shell_carbon,mg,x,mussel,North,rainy", "shell_carbn,%,11,mussel"),
            "water.csv": "site\n",
            "economics.csv": ECONOMICS + "c,,,,,,20,,,\n",
            "oxygen.csv": "core\n1\n",
            "evidnce.csv": "a\n",
        })
    )  # fmt: skip
    places = {(p.table, p.row, p.column) for p in problems}
    assert places == {
        ("evidnce.csv", None, None), ("water", None, None), ("study.toml", None, "title"),
        ("study.toml", None, "titel"),
        ("study.toml", None, "priors.burial_fraction"), ("oxygen", 1, "site"), ("oxygen", 1, "oxygen_uptake"),
        ("harvest", 2, "harvest_t"), ("harvest", 2, "cycle_days"), ("harvest", 3, "batch"), ("harvest", 3, "species"),
        ("evidence", 2, "unit"), ("evidence", 2, "value"), ("evidence", 2, "season"), ("evidence", 3, "quantity"),
        ("economics", None, None), ("economics", 2, "batch"), ("economics", 2, "margin_gap_sd"),
        ("water", 1, "temperature_c"), ("water", 1, "salinity"), ("water", 1, "alkalinity_umol_kg"),
        ("water", 1, "pco2_uatm"),
    }  # fmt: skip


def test_the_same_fault_in_many_rows_is_one_message_with_all_rows(write: Write) -> None:
    (problem,) = problems_of(write(evidence(*["shell_carbon,mg,11,mussel"] * 3)))
    assert (problem.row, problem.value) == (2, "mg")
    assert problem.message.endswith("(Also in rows 3 and 4.)")


def test_many_different_wrong_values_end_in_a_count(write: Write) -> None:
    rows = [f"shell_carbon,g/g,{11 + i / 100},mussel" for i in range(50)]
    problems = problems_of(write(evidence(*rows)))
    assert len(problems) == 21
    assert problems[-1].row == 22
    assert "30 more cells" in problems[-1].message


def test_blank_rows_are_no_rows_and_do_not_shift_numbers(write: Write) -> None:
    text = f"{HARVEST}a,North,{SCALLOP},100,500,\n\n,,,,,\nb,South,{SCALLOP},-3,400,\n,,,,,\n\n"
    (problem,) = problems_of(write({"harvest.csv": text, "economics.csv": None, "sampling.csv": None}))
    assert problem.row == 5


def test_a_row_with_some_blanks_is_a_row(write: Write) -> None:
    text = f"{HARVEST}a,North,{SCALLOP},100,500,\n,,,7,,\n"
    problems = problems_of(write({"harvest.csv": text, "economics.csv": None, "sampling.csv": None}))
    assert {(p.row, p.column) for p in problems} == {
        (3, "batch"),
        (3, "site"),
        (3, "species"),
        (3, "cycle_days"),
    }


def test_no_such_path(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "nowhere")
    assert "there is no such folder or workbook" in problem.message


def test_a_file_of_the_folder_is_not_the_study(write: Write) -> None:
    (problem,) = problems_of(write({}) / "harvest.csv")
    assert "give the folder that holds this file" in problem.message
