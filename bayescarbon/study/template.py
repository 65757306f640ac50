"""Write a study to fill in: a small invented one with every column explained, or a copy of a shipped one."""

from __future__ import annotations

import shutil
from pathlib import Path

from bayescarbon.errors import Problem, StudyError, suggest
from bayescarbon.resources import root
from bayescarbon.study.columns import TABLES
from bayescarbon.study.describe import describe
from bayescarbon.study.reading import SETTINGS_FILE, read_raw
from bayescarbon.translation import _

WORKBOOK = "study.xlsx"
SETTINGS = """\
# Settings of the study. README.md beside this file explains every key.
# 研究设置；各项说明见同一文件夹的 README.md。

title = "Example Bay (invented numbers, replace them)"

# What the headline number is computed with. / 主要结果的核算框架与扣减规则。
headline_framework = "improved_stock_change"
headline_rule = "posterior_q10"
# rules = ["posterior_q10", "vcs_mr24"]     # without this: all that are not unverified

# How fouling_ratio is written in evidence.csv: "of_total" or "of_shellfish". / 附着生物比例的表示方式。
fouling_basis = "of_total"

# Share of the sink that the water would have fixed anyway. / 基线份额。
baseline_share = { q05 = 0.01, q50 = 0.05, q95 = 0.2 }

# Needed with economics.csv. / 有 economics.csv 时必填。
[currency]
code = "CNY"
year = 2024

# Market price of a credit. / 碳信用价格。
[credit_price]
q05 = 20.0
q50 = 60.0
q95 = 100.0
unit = "CNY / t CO2e"

# A prior of your own: the value at a new farm, as quantiles, and why. / 自定先验（分位数与理由）。
# [priors.burial_fraction]
# q05 = 0.03
# q50 = 0.08
# q95 = 0.2
# reason = "sediment cores within 20 km"

# A deduction rule of your own: the family of its formula, its numbers, where it stands. / 自定扣减规则。
# [own_rules.our_buyer]
# family = "quantile"
# thresholds = { level = 0.2 }
# source = "contract of 2024, section 3"

# A species that is not known yet. / 新增物种。
# [taxa."Mimachlamys asperrima"]
# group = "scallop"
# mineral = "calcite"
# synonyms = ["doughboy scallop"]
"""

# Invented, and labelled so in the source column and the title.
ROWS = {
    "harvest": """\
batch,site,species,harvest_t,cycle_days,individuals,farm,year,harvest_cv,stocked_t,emissions_t_co2e
north-2024,North,Azumapecten farreri,420,540,14000000,Example Farm,2024,0.02,12,
south-2024,South,Magallana gigas,260,400,,Example Farm,2024,,,9.5
""",
    "evidence": """\
quantity,unit,value,species,site,season,sd,n,low,high,method,rq_convention,sample,shell_length_mm,dry_weight_g,source
shell_carbon,%,11.6,Azumapecten farreri,North,autumn,,,,,,,S1,62,14.1,invented
shell_carbon,%,11.4,Azumapecten farreri,North,autumn,,,,,,,S2,58,12.7,invented
dry_fraction,g/g,0.61,Azumapecten farreri,North,,0.03,12,,,,,,,,invented
biodeposition_rate,mg/ind/d,95,Azumapecten farreri,North,May,,,,,,,,,,invented
biodeposition_rate,mg/ind/d,,Magallana gigas,South,8,,,60,140,,,,,,invented
respired_shell_fraction,fraction,,Magallana gigas,South,,,,,0.12,,,,,,invented
burial_fraction,%,7,,North,,,,,,core,,,,,invented
fouling_ratio,kg/kg,0.15,Azumapecten farreri,North,autumn,0.04,6,,,,,,,,invented
""",
    "water": """\
site,temperature_c,salinity,alkalinity_umol_kg,pco2_uatm,temperature_c_sd,salinity_sd,alkalinity_umol_kg_sd,pco2_uatm_sd
North,14.2,31.4,2260,430,0.5,0.1,15,20
South,15.0,31.1,2255,450,,,,
""",
    "economics": """\
batch,year,revenue,cost,alternative_revenue,alternative_cost,margin_gap,margin_gap_sd,cycle_months,discount_rate
north-2024,2023,5100000,3600000,5000000,3450000,,,18,0.05
north-2024,2024,5300000,3700000,5150000,3500000,,,18,0.05
south-2024,,,,,,60000,25000,,
""",
    "sampling": """\
quantity,cost_per_sample,fixed_cost,max_samples,site,species
burial_fraction,1500,8000,12,North,
shell_carbon,120,,60,,
""",
}
README = """\
# How to fill in this study

The numbers here are invented. Replace the rows with your own, delete the tables that you do not have (only `harvest`
is required), and run `bayescarbon check` on this folder; then `bayescarbon run`.

- Keep the names of the columns. Their order is free, and columns that are not in bold may be left out.
- Numbers are plain: `1234.5`, no thousands separators, no units, no `<` and no `±`. The unit has its own column, or is
  fixed for the column. A cell without a value stays empty.
- There are more tables than the files here, for what is measured in other ways. If you have such measurements, add a
  table of that name with the columns listed below: {more}.
- Files are UTF-8 or GB18030.

# 填写说明

表中数字均为虚构。请换成自己的数据，删去没有的表（只有 harvest 必需），然后对本文件夹运行
`bayescarbon check` 与 `bayescarbon run`。
列名不可改动，列的顺序不限；数字用半角，不带千位分隔符和单位；没有数据的单元格留空。
除已有的表外，还可添加 {more}；各列说明见下。

"""


def write_template(directory: str | Path, example: str | None = None, xlsx: bool = False) -> Path:
    """Write a study that can be filled in, or a copy of a shipped study.

    Parameters
    ----------
    directory : str or Path
        Where; made if it is not there. It must be empty.
    example : str, optional
        Name of a shipped study to copy instead.
    xlsx : bool
        Write one workbook, ``study.xlsx``, in place of TOML and CSV files.

    Returns
    -------
    Path
        What to give to `read_study`: the directory, or the workbook in it.

    Raises
    ------
    StudyError
        If the directory is not empty or is a file, or there is no such example. Nothing is written then.
    """
    directory = Path(directory)
    source = None if example is None else _shipped(example)
    if directory.exists() and not directory.is_dir():
        raise StudyError(
            [Problem("init", _("is a file; give the name of a new directory."), value=str(directory))]
        )
    if directory.is_dir() and any(directory.iterdir()):
        raise StudyError(
            [
                Problem(
                    "init",
                    _("is not empty, and nothing in it is overwritten; give the name of a new directory."),
                    value=str(directory),
                )
            ]
        )
    directory.mkdir(parents=True, exist_ok=True)
    if xlsx:
        return _write_xlsx(directory / WORKBOOK, source)
    if source is None:
        _write_folder(directory)
    else:
        _copy(source, directory)
    return directory


def examples() -> list[str]:
    """Return the names of the shipped studies."""
    return sorted(path.parent.name for path in (root() / "data/studies").glob(f"*/{SETTINGS_FILE}"))


def _shipped(name: str) -> Path:
    if name not in examples():
        hint = suggest(name, examples()) or _(
            " There are: {studies}.", studies=", ".join(examples()) or _("none")
        )
        raise StudyError([Problem("init", _("is not a shipped study.") + hint, value=name)])
    return root() / "data/studies" / name


def _write_folder(directory: Path) -> None:
    (directory / SETTINGS_FILE).write_text(SETTINGS, encoding="utf-8")
    for name, rows in ROWS.items():
        # With a byte-order mark Excel shows Chinese names as they are.
        (directory / f"{name}.csv").write_text(rows, encoding="utf-8-sig", newline="\r\n")
    (directory / "README.md").write_text(_readme() + describe(), encoding="utf-8")


def _copy(source: Path, directory: Path) -> None:
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if path.is_file() and relative.parts[0] not in ("results", "__pycache__"):
            (directory / relative).parent.mkdir(parents=True, exist_ok=True)
            # Contents only: an installed file may be read-only, a study to fill in may not.
            shutil.copyfile(path, directory / relative)


def _write_xlsx(path: Path, source: Path | None) -> Path:
    # openpyxl is slow to import and a folder does not need it
    from bayescarbon.study.form import write_form
    from bayescarbon.study.sheets import write_workbook

    if source is None:
        write_form(path, ROWS)
        return path
    raw = read_raw(source)
    if raw.problems or raw.settings is None:
        raise StudyError(raw.problems)
    notes = source / "README.md"
    readme = notes.read_text(encoding="utf-8") if notes.is_file() else _readme()
    write_workbook(path, raw.settings, raw.tables, readme)
    return path


def _readme() -> str:
    more = ", ".join(f"`{name}`" for name in TABLES if name not in ROWS)
    return README.format(more=more)
