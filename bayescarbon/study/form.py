"""A workbook to fill in: tables with headings only, the first sheet in words, invented rows on a sheet of their own."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from bayescarbon.study.columns import TABLES
from bayescarbon.study.describe import KEYS
from bayescarbon.study.dropdowns import add_lists
from bayescarbon.study.reading import EXAMPLES_SHEET, SETTINGS_SHEET, RawTable
from bayescarbon.study.settings import HEADLINE_FRAMEWORK, HEADLINE_RULE
from bayescarbon.study.sheets import BOLD, columns_sheet, dress, fit, settings_sheet, table_sheet

_SETTINGS = {
    "title": "Untitled study",
    "headline_framework": HEADLINE_FRAMEWORK,
    "headline_rule": HEADLINE_RULE,
    **dict.fromkeys(
        (
            "rules", "fouling_basis", "baseline_share.q05", "baseline_share.q50", "baseline_share.q95", "currency.code",
            "currency.year", "credit_price.q05", "credit_price.q50", "credit_price.q95", "credit_price.unit",
        ),
        "",
    ),
}  # fmt: skip
_GUIDE = (
    ("A study of carbon sinks of farmed shellfish", "贝类养殖碳汇研究"),
    (
        "1. Fill in the sheet `harvest`: one row per batch. Headings in yellow are required; every heading explains "
        "itself when pointed at. Nothing else is needed.",
        "1. 填写 harvest 表：一行为一批。黄色表头为必填；鼠标停在表头上可看说明。只填此表即可计算。",
    ),
    (
        "2. Write the title of the study in the sheet `study`. A key without a value is as if it were not there.",
        "2. 在 study 表中填写研究名称。没有值的键视为未填。",
    ),
    (
        "3. Fill in the sheets of what you measured; leave the others as they are. Each own sample narrows the result.",
        "3. 有测定数据的，填入相应的表；其余各表保持原样。自有样品越多，结果越窄。",
    ),
    (
        "4. `bayescarbon check study.xlsx` says what is wrong, all at once; `bayescarbon run study.xlsx` computes, and "
        "writes the report into the folder study_results beside this file.",
        "4. 运行 bayescarbon check study.xlsx 一次列出全部错误；bayescarbon run study.xlsx 计算，报告写入同目录下的 "
        "study_results 文件夹（加 --language zh 为中文）。",
    ),
    (
        "Numbers are plain: 1234.5, no thousands separators, units, `<` or `±`; fractions as 0.12, not 12 %. Do not "
        "rename sheets or headings. Cells offer lists where only certain words are read.",
        "数字用半角，不带千位分隔符、单位、< 或 ±；比例写 0.12，不写 12%。不要改动工作表名和表头。"
        "只接受特定词语的单元格有下拉列表。",
    ),
    (
        "Sheets `examples` (invented rows), `lists` and `columns` (every column and setting) are never read.",
        "examples（虚构示例）、lists（列表）和 columns（各列与设置的说明）不会被读取。",
    ),
)


def write_form(path: Path, examples: Mapping[str, str]) -> None:
    """Write a workbook to fill in.

    Parameters
    ----------
    path : Path
        The file to write.
    examples : mapping of str to str
        Invented rows of tables, as CSV with a header, for the sheet `examples`.
    """
    book = Workbook()
    _guide_sheet(book.worksheets[0])
    settings_sheet(book.create_sheet(SETTINGS_SHEET), _SETTINGS)
    headers = {name: tuple(column.name for column in table.columns) for name, table in TABLES.items()}
    for name, header in headers.items():
        table_sheet(book.create_sheet(name), RawTable(name, f"sheet {name}", header, (), ()))
    add_lists(book, headers)
    _examples_sheet(book.create_sheet(EXAMPLES_SHEET), examples)
    columns_sheet(book.create_sheet("columns"), KEYS)
    book.save(path)


def _guide_sheet(sheet: Worksheet) -> None:
    sheet.title = "README"
    for width, letter in ((80, "A"), (60, "B")):
        sheet.column_dimensions[letter].width = width
    rows = [*_GUIDE, ("", ""), ("Sheets, and what one row of each is", "各表，及其一行的含义")]
    rows += [(f"{table.name}: {table.english}", table.chinese) for table in TABLES.values()]
    for texts in rows:
        sheet.append(texts)
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number, size in ((1, 14), (len(_GUIDE) + 2, 11)):
        for cell in sheet[number]:
            cell.font = Font(name=BOLD.name, bold=True, size=size)
    fit(sheet)


def _examples_sheet(sheet: Worksheet, examples: Mapping[str, str]) -> None:
    sheet.append(["invented rows, to see how a table is filled in / 虚构示例，仅供参考"])
    for name, rows in examples.items():
        sheet.append([])
        sheet.append([name])
        sheet.cell(sheet.max_row, 1).font = BOLD
        for row in csv.reader(io.StringIO(rows)):
            sheet.append([cell or None for cell in row])
    dress(sheet)
