"""Office-style sheets with what must be read from them, typed by hand.

``python tests/corpus_sheets.py`` writes them to ``tests/corpus``. A table is written with ``|``
between cells; in workbooks plain digits become numbers, and ``'`` before them keeps them text.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
EXPECTED = CORPUS / "expected.csv"
MADE = dt.datetime(2025, 1, 1)


@dataclass(frozen=True)
class Case:
    """A file, what the user states beside it, and what each cell must become.

    ``taken`` maps a cell to "area indicator year vintage value"; ``left`` maps a cell to the code
    of the reason why it is not taken. Every figure of the sheet stands in one of the two.
    """

    name: str
    table: str
    taken: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    options: dict = field(default_factory=dict)
    merged: tuple[str, ...] = ()
    formats: dict[str, str] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)
    struck: tuple[str, ...] = ()
    dates: dict[str, str] = field(default_factory=dict)
    indents: dict[str, int] = field(default_factory=dict)
    encoding: str = "utf-8"
    delimiter: str = ","
    end: str = "\r\n"

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the table as text."""
        lines = self.table.strip("\n").split("\n")
        return [[cell.strip(" ") for cell in line.split("|")] for line in lines]


def spread(cells: str, words: str, years: str, values: str) -> dict[str, str]:
    """Cells of one row: ``spread("B3 C3", "昌吉市 gdp", "2021 2022", "1 2")``."""
    area, indicator = words.split()
    rows = zip(cells.split(), years.split(), values.split(), strict=True)
    return {cell: f"{area} {indicator} {year} first {value}" for cell, year, value in rows}


def codes(code: str, cells: str) -> dict[str, str]:
    """Cells that are left for one reason."""
    return dict.fromkeys(cells.split(), code)


CASES = [
    Case(
        "long.csv",
        """
地区|指标|年份|数值|单位
昌吉市|高新技术企业数|2021|52|家
昌吉市|R&D经费支出|2021|8100|万元
昌吉州|地区生产总值|2024|2412.5|亿元
""",
        {
            "D2": "昌吉市 hightech_firms 2021 first 52",
            "D3": "昌吉市 rd_expenditure 2021 first 0.81",
            "D4": "昌吉州 gdp 2024 first 2412.5",
        },
    ),
    Case(
        "long_gbk.csv",
        """
年度,地区,指标名称,计量单位,指标值,备注
2021,昌吉市,财政科技支出,万元,12345.6,决算数
2022,昌吉市,财政科技支出,万元,13000,
""".replace(",", "|"),
        spread("E2 E3", "昌吉市 fiscal_st_spending", "2021 2022", "1.23456 1.3"),
        encoding="gbk",
    ),
    Case(
        "long_gb18030.csv",
        """
指标|单位|2021年|2022年
昌吉市有效期内高新技术企业数㐂|家|52|63
R&D经费投入强度|%|0.18|0.21
""",
        spread("C2 D2", "昌吉市 hightech_firms", "2021 2022", "52 63")
        | spread("C3 D3", "昌吉市 rd_intensity", "2021 2022", "0.18 0.21"),
        options={"area": "昌吉市"},
        encoding="gb18030",
    ),
    Case(
        "wide_utf16.tsv",
        """
指标|2021|2022|2023
科技型中小企业数|88|97|120
""",
        spread("B2 C2 D2", "昌吉市 tech_smes", "2021 2022 2023", "88 97 120"),
        options={"area": "昌吉市"},
        encoding="utf-16",
        delimiter="\t",
    ),
    Case(
        "wide_bom.csv",
        """
指标名称|计量单位|2021年|2022年
地区生产总值|亿元|471.76|590.1
 第一产业增加值|亿元|45.2|48.3
""",
        spread("D2", "昌吉市 gdp", "2022", "590.1")
        | spread("C3 D3", "昌吉市 gdp_primary", "2021 2022", "45.2 48.3"),
        codes("known", "C2"),
        {"area": "昌吉市"},
        encoding="utf-8-sig",
    ),
    Case(
        "semicolons.csv",
        """
年份|高新技术企业数（家）|R&D经费支出（万元）
2021|52|8100
2022|63|9,000
""",
        spread("B2 B3", "昌吉市 hightech_firms", "2021 2022", "52 63")
        | spread("C2 C3", "昌吉市 rd_expenditure", "2021 2022", "0.81 0.9"),
        options={"area": "昌吉市"},
        delimiter=";",
    ),
    Case(
        "quoted_thousands.csv",
        """
指标|单位|2021年|2022年
R&D经费支出|万元|8,100|12,345.6
""",
        spread("C2 D2", "昌吉市 rd_expenditure", "2021 2022", "0.81 1.23456"),
        options={"area": "昌吉市"},
    ),
    Case(
        "split_thousands.csv",
        # the comma inside 1,234 stands without quotes, as some programs write it
        """
年份|高新技术企业数（家）
2021|1|234
2022|63
""",
        spread("B3", "昌吉市 hightech_firms", "2022", "63"),
        codes("ragged_row", "B2") | codes("no_name", "C2"),
        {"area": "昌吉市"},
    ),
    Case(
        "title_units.xlsx",
        """
昌吉市2021—2023年主要科技指标
单位：万元|||
指标|2021年|2022年|2023年
R&D经费支出|8100|9000|10500
财政科技支出|12000|12500|13000
高新技术企业数|52|63|75
""",
        spread("B4 C4 D4", "昌吉市 rd_expenditure", "2021 2022 2023", "0.81 0.9 1.05")
        | spread("B5 C5 D5", "昌吉市 fiscal_st_spending", "2021 2022 2023", "1.2 1.25 1.3"),
        codes("no_unit", "B6 C6 D6"),
        merged=("A1:D1",),
    ),
    Case(
        "title_two_units.xlsx",
        """
昌吉市科技统计表
单位：亿元、%
项目|2022年|2023年
R&D经费内部支出|0.9|1.05
R&D经费投入强度|0.18|0.19
""",
        spread("B4 C4", "昌吉市 rd_expenditure", "2022 2023", "0.9 1.05")
        | spread("B5 C5", "昌吉市 rd_intensity", "2022 2023", "0.18 0.19"),
    ),
    Case(
        "merged_headers.xlsx",
        """
昌吉市、昌吉州科技投入情况|||||
指标|昌吉市||昌吉州||备注
|2022年|2023年|2022年|2023年|
R&D经费支出（亿元）|0.9|1.05|6.1|6.8|
高新技术企业数（家）|63|75|210|246|
""",
        spread("B4 C4", "昌吉市 rd_expenditure", "2022 2023", "0.9 1.05")
        | spread("D4 E4", "昌吉州 rd_expenditure", "2022 2023", "6.1 6.8")
        | spread("B5 C5", "昌吉市 hightech_firms", "2022 2023", "63 75")
        | spread("D5 E5", "昌吉州 hightech_firms", "2022 2023", "210 246"),
        merged=("A1:F1", "A2:A3", "B2:C2", "D2:E2", "F2:F3"),
    ),
    Case(
        "unmerged_headers.xlsx",
        """
地区|高新技术企业数（家）||R&D经费支出（万元）|
|2022年|2023年|2022年|2023年
昌吉市|63|75|9000|10500
昌吉州|210|246|61000|68000
""",
        spread("B3 C3", "昌吉市 hightech_firms", "2022 2023", "63 75")
        | spread("D3 E3", "昌吉市 rd_expenditure", "2022 2023", "0.9 1.05")
        | spread("B4 C4", "昌吉州 hightech_firms", "2022 2023", "210 246")
        | spread("D4 E4", "昌吉州 rd_expenditure", "2022 2023", "6.1 6.8"),
    ),
    Case(
        "years_down.xlsx",
        """
昌吉市历年科技指标
年份|高新技术企业数|科技型中小企业数|R&D经费投入强度
|家|家|%
2021|52|88|0.18
2022|63|97|0.21
2023|75|120|0.24
""",
        spread("B4 B5 B6", "昌吉市 hightech_firms", "2021 2022 2023", "52 63 75")
        | spread("C4 C5 C6", "昌吉市 tech_smes", "2021 2022 2023", "88 97 120")
        | spread("D4 D5 D6", "昌吉市 rd_intensity", "2021 2022 2023", "0.18 0.21 0.24"),
        merged=("A1:D1",),
    ),
    Case(
        "column_numbers.xlsx",
        """
表3 昌吉市科技活动基本情况（2023年）
指标名称|计量单位|代码|本年|上年
甲|乙|丙|1|2
R&D经费支出|万元|01|10500|9000
高新技术企业数|家|02|75|63
""",
        {
            "D4": "昌吉市 rd_expenditure 2023 first 1.05",
            "E4": "昌吉市 rd_expenditure 2022 first 0.9",
            "D5": "昌吉市 hightech_firms 2023 first 75",
            "E5": "昌吉市 hightech_firms 2022 first 63",
        },
        codes("ordinal", "D3 E3 C4 C5"),
        merged=("A1:E1",),
    ),
    Case(
        "this_year_stated.xlsx",
        """
指标|单位|本年|上年同期|同比增长（%）
高新技术企业数|家|75|63|19.0
""",
        {
            "C2": "昌吉市 hightech_firms 2023 first 75",
            "D2": "昌吉市 hightech_firms 2022 first 63",
        },
        codes("growth_value", "E2"),
        {"area": "昌吉市", "year": 2023},
    ),
    Case(
        "this_year_unstated.xlsx",
        """
指标|单位|本年|上年
高新技术企业数|家|75|63
""",
        {},
        codes("no_year", "C2 D2"),
        {"area": "昌吉市"},
    ),
    Case(
        "of_which.xlsx",
        """
昌吉市国民经济主要指标
指标|单位|2022年|2023年
地区生产总值|亿元|590.1|620.77
其中：第一产业|亿元|50.1|52.34
　　　第二产业|亿元|240|254.09
　　　第三产业|亿元|300|314.34
专利授权量|件|300|320
其中：发明专利|件|30|33
R&D经费支出|亿元|0.9|1.05
其中：规模以上工业企业|亿元|0.7|0.8
""",
        spread("C3", "昌吉市 gdp", "2022", "590.1")
        | spread("C4", "昌吉市 gdp_primary", "2022", "50.1")
        | spread("C5", "昌吉市 gdp_secondary", "2022", "240")
        | spread("C6", "昌吉市 gdp_tertiary", "2022", "300")
        | spread("C7 D7", "昌吉市 patents_granted", "2022 2023", "300 320")
        | spread("C8 D8", "昌吉市 invention_patents_granted", "2022 2023", "30 33")
        | spread("C9 D9", "昌吉市 rd_expenditure", "2022 2023", "0.9 1.05")
        | spread("D3", "昌吉市 gdp", "2023", "620.77")
        | spread("D4", "昌吉市 gdp_primary", "2023", "52.34")
        | spread("D5", "昌吉市 gdp_secondary", "2023", "254.09")
        | spread("D6", "昌吉市 gdp_tertiary", "2023", "314.34"),
        codes("sub_row", "C10 D10"),
    ),
    Case(
        "indented_parts.xlsx",
        """
昌吉市科技指标
指标|2022年|2023年
规模以上工业企业|120|125
R&D经费支出（万元）|7000|8000
""",
        {},
        codes("unknown_name", "B3 C3") | codes("narrowed", "B4 C4"),
        indents={"A4": 1},
    ),
    Case(
        "footnotes.xlsx",
        """
昌吉市科技指标统计
指标|2021年|2022年|2023年①
R&D经费支出（万元）|8100|9000|10500
高新技术企业数（家）②|52|63*|75
注：①为快报数。②指有效期内的企业。
* 含昌吉国家高新区
""",
        spread("B3 C3", "昌吉市 rd_expenditure", "2021 2022", "0.81 0.9")
        | {"D3": "昌吉市 rd_expenditure 2023 signal 1.05"}
        | spread("B4 C4", "昌吉市 hightech_firms", "2021 2022", "52 63")
        | {"D4": "昌吉市 hightech_firms 2023 signal 75"},
    ),
    Case(
        "raised_marks.xlsx",
        """
年份|高新技术企业数（家）
2021|52
2022|63
注：1 含高新区
""",
        spread("B2 B3", "昌吉市 hightech_firms", "2021 2022", "52 63"),
        options={"area": "昌吉市"},
        raised={"B3": "1"},
    ),
    Case(
        "flash_and_preliminary.xlsx",
        """
指标|2022年|2023年（初步核算）|2024年快报数
昌吉市地区生产总值（亿元）|590.1|620.77|651.2
昌吉市R&D经费支出（亿元）|0.9|1.05（快报数）|1.2
""",
        {
            "B2": "昌吉市 gdp 2022 first 590.1",
            "C2": "昌吉市 gdp 2023 preliminary 620.77",
            "D2": "昌吉市 gdp 2024 signal 651.2",
            "B3": "昌吉市 rd_expenditure 2022 first 0.9",
            "C3": "昌吉市 rd_expenditure 2023 signal 1.05",
            "D3": "昌吉市 rd_expenditure 2024 signal 1.2",
        },
    ),
    Case(
        "about_to_be_certified.csv",
        """
年份|昌吉市高新技术企业（家）|昌吉市高新技术企业（拟认定公示）（家）
2022|63|25
2023|75|31
""",
        {
            "B2": "昌吉市 hightech_firms 2022 first 63",
            "B3": "昌吉市 hightech_firms 2023 first 75",
            "C2": "昌吉市 hightech_certificates 2022 signal 25",
            "C3": "昌吉市 hightech_certificates 2023 signal 31",
        },
    ),
    Case(
        "plan_periods.xlsx",
        """
昌吉市“十四五”规划指标
指标|单位|十三五末|2023年|2025年目标
R&D经费投入强度|%|0.17|0.24|1.5
高新技术企业数|家|41|75|100
""",
        {
            "D3": "昌吉市 rd_intensity 2023 first 0.24",
            "D4": "昌吉市 hightech_firms 2023 first 75",
        },
        codes("known", "C3 C4") | codes("target_value", "E3 E4"),
    ),
    Case(
        "blanks.xlsx",
        """
昌吉市科普指标
指标|2021年|2022年|2023年|2024年
科普教育基地数（个）|—|…|10|-
注册科普志愿者人数（人）|/|空|1200|……
公民具备科学素质的比例（%）|||12.5|
""",
        {
            "D3": "昌吉市 science_bases 2023 first 10",
            "D4": "昌吉市 volunteers 2023 first 1200",
            "D5": "昌吉市 science_literacy 2023 first 12.5",
        },
    ),
    Case(
        "full_width.csv",
        """
指标|单位|２０２１年|２０２２年
高新技术企业数|家|５２|６３
Ｒ＆Ｄ经费支出|万元|８，１００|９０００．５
""",
        spread("C2 D2", "昌吉市 hightech_firms", "2021 2022", "52 63")
        | spread("C3 D3", "昌吉市 rd_expenditure", "2021 2022", "0.81 0.90005"),
        options={"area": "昌吉市"},
    ),
    Case(
        "chinese_years.csv",
        """
年度|高新技术企业数
二〇二一年|52家
二○二二年度|63家
""",
        spread("B2 B3", "昌吉市 hightech_firms", "2021 2022", "52 63"),
        options={"area": "昌吉市"},
    ),
    Case(
        "percentages.xlsx",
        """
昌吉市R&D经费投入强度
年份|R&D经费投入强度
2021|0.0018
2022|0.21%
2023|24‱
2024|0.26
""",
        {
            "B3": "昌吉市 rd_intensity 2021 first 0.18",
            "B4": "昌吉市 rd_intensity 2022 first 0.21",
            "B5": "昌吉市 rd_intensity 2023 first 0.24",
        },
        codes("no_unit", "B6"),
        formats={"B3": "0.00%"},
    ),
    Case(
        "fraction_for_percent.xlsx",
        """
昌吉市
指标|2021年|2022年
R&D经费投入强度（%）|0.0018|0.21
""",
        {"C3": "昌吉市 rd_intensity 2022 first 0.21"},
        codes("implausible", "B3"),
    ),
    Case(
        "units_in_cells.csv",
        """
指标|2021年|2022年
昌吉市R&D经费支出|8100万元|1.05亿元
昌吉市高新技术企业数|52家|60余家
昌吉市小麦种植面积|12.5万亩|8300公顷
""",
        {
            "B2": "昌吉市 rd_expenditure 2021 first 0.81",
            "C2": "昌吉市 rd_expenditure 2022 first 1.05",
            "B3": "昌吉市 hightech_firms 2021 first 52",
            "C3": "昌吉市 hightech_firms 2022 first 60",
            "B4": "昌吉市 wheat_area 2021 first 12.5",
            "C4": "昌吉市 wheat_area 2022 first 12.45",
        },
    ),
    Case(
        "units_in_formats.xlsx",
        """
昌吉市
指标|2021年|2022年
高新技术企业数|52|63
R&D经费支出|8100|9000
地区生产总值|47176000000|59010000000
""",
        spread("B3 C3", "昌吉市 hightech_firms", "2021 2022", "52 63")
        | spread("B4 C4", "昌吉市 rd_expenditure", "2021 2022", "0.81 0.9"),
        codes("odd_format", "B5 C5"),
        formats={
            "B3": '0"家"',
            "C3": '0"家"',
            "B4": '#,##0"万元"',
            "C4": '#,##0"万元"',
            "B5": '0.00,,"百万元"',
            "C5": '0.00,,"百万元"',
        },
    ),
    Case(
        "wrong_units.xlsx",
        """
昌吉市
指标|单位|2022年|2023年
R&D经费支出|家|9000|10500
高新技术企业数|万元|63|75
R&D经费投入强度|瓩|0.21|0.24
""",
        {},
        codes("wrong_unit", "C3 D3 C4 D4") | codes("unknown_unit", "C5 D5"),
    ),
    Case(
        "units_disagree.csv",
        """
指标|单位|2022年（万元）
昌吉市R&D经费支出|亿元|0.9
昌吉市财政科技支出（亿元）|亿元|1.25
""",
        {},
        codes("unit_conflict", "C2 C3"),
    ),
    Case(
        "totals.xlsx",
        """
昌吉州各县市高新技术企业数（家）
地区|2022年|2023年
昌吉市|63|75
阜康市|40|46
呼图壁县|20|22
玛纳斯县|30|31
合计|153|179
""",
        {
            "B3": "昌吉市 hightech_firms 2022 first 63",
            "C3": "昌吉市 hightech_firms 2023 first 75",
            "B7": "昌吉州 hightech_firms 2022 first 153",
            "C7": "昌吉州 hightech_firms 2023 first 179",
        },
        codes("other_area", "B4 C4 B5 C5 B6 C6"),
    ),
    Case(
        "areas_across.xlsx",
        """
2023年各地区R&D情况
指标|单位|昌吉市|昌吉回族自治州|新疆维吾尔自治区|全国|甘肃省
R&D经费支出|亿元|1.05|6.8|130.2|33357.1|150.1
R&D经费投入强度|%|0.17|0.3|0.68|2.65|1.33
""",
        {
            "C3": "昌吉市 rd_expenditure 2023 first 1.05",
            "D3": "昌吉州 rd_expenditure 2023 first 6.8",
            "E3": "新疆 rd_expenditure 2023 first 130.2",
            "F3": "中国 rd_expenditure 2023 first 33357.1",
            "C4": "昌吉市 rd_intensity 2023 first 0.17",
            "D4": "昌吉州 rd_intensity 2023 first 0.3",
            "E4": "新疆 rd_intensity 2023 first 0.68",
            "F4": "中国 rd_intensity 2023 first 2.65",
        },
        codes("other_area", "G3 G4"),
    ),
    Case(
        "filled_down.xlsx",
        """
地区|指标|2022年|2023年
昌吉市|高新技术企业数（家）|63|75
|科技型中小企业数（家）|97|120
昌吉州|高新技术企业数（家）|210|246
|科技型中小企业数（家）|300|350
""",
        spread("C2 D2", "昌吉市 hightech_firms", "2022 2023", "63 75")
        | spread("C3 D3", "昌吉市 tech_smes", "2022 2023", "97 120")
        | spread("C4 D4", "昌吉州 hightech_firms", "2022 2023", "210 246")
        | spread("C5 D5", "昌吉州 tech_smes", "2022 2023", "300 350"),
    ),
    Case(
        "merged_areas.xlsx",
        """
地区|指标|单位|2022年|2023年
昌吉市|高新技术企业数|家|63|75
|R&D经费支出|万元|9000|10500
""",
        spread("D2 E2", "昌吉市 hightech_firms", "2022 2023", "63 75")
        | spread("D3 E3", "昌吉市 rd_expenditure", "2022 2023", "0.9 1.05"),
        merged=("A2:A3",),
    ),
    Case(
        "sections.xlsx",
        """
昌吉市科技创新主要指标
序号|指标|单位|2022年|2023年
一、科技投入
1|R&D经费支出|万元|9000|10500
2|R&D经费投入强度|%|0.21|0.24
二、创新主体
3|高新技术企业数|家|63|75
4|科技型中小企业数|家|97|120
""",
        spread("D4 E4", "昌吉市 rd_expenditure", "2022 2023", "0.9 1.05")
        | spread("D5 E5", "昌吉市 rd_intensity", "2022 2023", "0.21 0.24")
        | spread("D7 E7", "昌吉市 hightech_firms", "2022 2023", "63 75")
        | spread("D8 E8", "昌吉市 tech_smes", "2022 2023", "97 120"),
        codes("ordinal", "A4 A5 A7 A8"),
    ),
    Case(
        "two_tables.xlsx",
        """
表1 昌吉市科技指标
指标|2022年|2023年
高新技术企业数（家）|63|75

表2 昌吉州科技指标
单位：亿元
指标|2022年|2023年
R&D经费支出|6.1|6.8
""",
        spread("B3 C3", "昌吉市 hightech_firms", "2022 2023", "63 75")
        | spread("B8 C8", "昌吉州 rd_expenditure", "2022 2023", "6.1 6.8"),
    ),
    Case(
        "side_by_side.xlsx",
        """
昌吉市2023年科技指标||||
指标|数值||指标|数值
高新技术企业数（家）|75||科技型中小企业数（家）|120
R&D经费支出（万元）|10500||科普教育基地数（个）|10
""",
        {
            "B3": "昌吉市 hightech_firms 2023 first 75",
            "E3": "昌吉市 tech_smes 2023 first 120",
            "B4": "昌吉市 rd_expenditure 2023 first 1.05",
            "E4": "昌吉市 science_bases 2023 first 10",
        },
    ),
    Case(
        "key_value.xlsx",
        """
昌吉市2023年科技工作数据
高新技术企业|75家
科技型中小企业|120家
R&D经费投入强度|0.24%
""",
        {
            "B2": "昌吉市 hightech_firms 2023 first 75",
            "B3": "昌吉市 tech_smes 2023 first 120",
            "B4": "昌吉市 rd_intensity 2023 first 0.24",
        },
    ),
    Case(
        "subject_in_title.xlsx",
        """
昌吉市历年高新技术企业数统计表（家）
2021年|2022年|2023年
52|63|75
""",
        spread("A3 B3 C3", "昌吉市 hightech_firms", "2021 2022 2023", "52 63 75"),
    ),
    Case(
        "part_of_year.xlsx",
        """
昌吉市2024年1—9月主要指标
指标|单位|数值|比上年同期增长%
R&D经费支出|万元|7000|8.1
高新技术企业数|家|80|6.6
""",
        {},
        codes("part_year", "C3 C4") | codes("growth_value", "D3 D4"),
    ),
    Case(
        "months_and_years.csv",
        """
指标|单位|2022年|2023年上半年|2023年1-12月|2021-2023年累计
昌吉市专利授权量|件|300|150|320|900
""",
        spread("C2 E2", "昌吉市 patents_granted", "2022 2023", "300 320"),
        codes("part_year", "D2") | codes("several_years", "F2"),
    ),
    Case(
        "one_firm.xlsx",
        """
昌吉市重点企业R&D经费情况
企业名称|2022年（万元）|2023年（万元）
昌吉某新材料有限公司|3500|4100
昌吉某机械股份有限公司|1200|1500
合计|4700|5600
""",
        {},
        codes("one_firm", "B3 C3 B4 C4 B5 C5"),
    ),
    Case(
        "a_firm_among_totals.xlsx",
        """
昌吉市R&D经费支出（万元）
项目|2022年|2023年
R&D经费支出|9000|10500
昌吉某化工有限公司|3500|4100
""",
        spread("B3 C3", "昌吉市 rd_expenditure", "2022 2023", "0.9 1.05"),
        codes("one_firm", "B4 C4"),
    ),
    Case(
        "scope_change.xlsx",
        """
昌吉州主要指标
指标|2021年|2022年|2023年
地区生产总值（亿元）|1698.21|2169①|2329.52
①2022年起含兵团第六师数据
""",
        spread("B3 C3 D3", "昌吉州 gdp", "2021 2022 2023", "1698.21 2169 2329.52"),
    ),
    Case(
        "contradictions.csv",
        """
地区|指标|年份|数值|单位|数据来源|发布日期
昌吉市|高新技术企业数|2020|43|家|市科技局：更正函|2024-05-20
昌吉市|R&D经费投入强度|2020|0.19|%|市科技局：旧表|2021-10-01
昌吉市|高新技术企业数|2021|52|家|市科技局：年报|2022-03-01
昌吉市|高新技术企业数|2021|54|家|市科技局：年报|2022-03-01
""",
        {"D2": "昌吉市 hightech_firms 2020 revised 43"},
        codes("contradicts", "D3") | codes("duplicate_in_file", "D4 D5"),
        {"source": "", "published": None},
    ),
    Case(
        "excel_errors.xlsx",
        """
昌吉市
指标|2021年|2022年|2023年
R&D经费支出（万元）|8100|#REF!|10500
高新技术企业数（家）|#N/A|63|75
""",
        spread("B3 D3", "昌吉市 rd_expenditure", "2021 2023", "0.81 1.05")
        | spread("C4 D4", "昌吉市 hightech_firms", "2022 2023", "63 75"),
        codes("excel_error", "C3 B4"),
    ),
    Case(
        "formulas.xlsx",
        """
昌吉市
指标|2021年|2022年|2023年
R&D经费支出（万元）|8100|9000|10500
高新技术企业数（家）|52|63|
""",
        spread("B3 C3 D3", "昌吉市 rd_expenditure", "2021 2022 2023", "0.81 0.9 1.05")
        | spread("B4 C4", "昌吉市 hightech_firms", "2021 2022", "52 63"),
        codes("no_result", "D4"),
        formulas={"D3": "=B3+2400", "C4": "='[old.xlsx]Sheet1'!A1", "D4": "=C4+12"},
    ),
    Case(
        "dates_for_figures.xlsx",
        """
昌吉市
年份|高新技术企业数（家）|科普教育基地数（个）
2021|52|
2022|63|11
""",
        spread("B3 B4", "昌吉市 hightech_firms", "2021 2022", "52 63")
        | spread("C4", "昌吉市 science_bases", "2022", "11"),
        codes("date_value", "C3"),
        dates={"C3": "2021-09-10"},
    ),
    Case(
        "years_as_dates.xlsx",
        """
昌吉市
年份|高新技术企业数（家）
|52
|63
""",
        spread("B3 B4", "昌吉市 hightech_firms", "2021 2022", "52 63"),
        dates={"A3": "2021-01-01 yyyy", "A4": "2022-01-01 yyyy"},
    ),
    Case(
        "struck_out.xlsx",
        """
昌吉市
年份|高新技术企业数（家）
2021|50
2021|52
""",
        {"B4": "昌吉市 hightech_firms 2021 first 52"},
        codes("struck_out", "B3"),
        struck=("B3",),
    ),
    Case(
        "unreadable.csv",
        """
指标|单位|2021年|2022年|2023年
昌吉市高新技术企业数|家|五六十|63|见附件
昌吉市R&D经费支出|万元|8100-8200|9.000.5|10500
""",
        {
            "D2": "昌吉市 hightech_firms 2022 first 63",
            "E3": "昌吉市 rd_expenditure 2023 first 1.05",
        },
        codes("unreadable", "C2 E2 C3 D3"),
    ),
    Case(
        "other_names.xlsx",
        """
昌吉市科技指标
指标|单位|2023年
规模以上工业企业R&D经费支出|万元|8000
高新技术企业工业总产值|亿元|320
全社会R&D经费内部支出|万元|10500
研究与试验发展（R&D）经费支出占GDP的比重|%|0.17
高企数量|个|75
新认定高新技术企业数|家|20
R&D人员|人|500
""",
        {
            "C5": "昌吉市 rd_expenditure 2023 first 1.05",
            "C6": "昌吉市 rd_intensity 2023 first 0.17",
            "C7": "昌吉市 hightech_firms 2023 first 75",
        },
        codes("unknown_name", "C3 C4 C8 C9"),
    ),
    Case(
        "typing_errors.xlsx",
        """
昌吉市科技指标
指标|单位|2023年
高新技木企业数|家|75
自治区级以上工程技术研究中心（新型研发机构）数量|家|9
有效期内高新技术企业数量|家|75
""",
        {
            "C4": "昌吉市 engineering_centres 2023 first 9",
            "C5": "昌吉市 hightech_firms 2023 first 75",
        },
        codes("near_name", "C3"),
    ),
    Case(
        "no_area.csv",
        """
指标|单位|2023年
高新技术企业数|家|75
""",
        {},
        codes("no_area", "C2"),
    ),
    Case(
        "future.csv",
        """
年份|昌吉市高新技术企业数（家）
2024|80
2025|92
2026|100
""",
        {
            "B2": "昌吉市 hightech_firms 2024 first 80",
            "B3": "昌吉市 hightech_firms 2025 signal 92",
        },
        codes("future_value", "B4"),
    ),
    Case(
        "old_excel.xls",
        """
昌吉市主要科技指标
单位：万元
指标|2021年|2022年|2023年
R&D经费支出|8100|9000|10500
R&D经费投入强度|0.0018|0.0021|0.0024
高新技术企业数|52|63|75
""",
        spread("B4 C4 D4", "昌吉市 rd_expenditure", "2021 2022 2023", "0.81 0.9 1.05")
        | spread("B5 C5 D5", "昌吉市 rd_intensity", "2021 2022 2023", "0.18 0.21 0.24")
        | spread("B6 C6 D6", "昌吉市 hightech_firms", "2021 2022 2023", "52 63 75"),
        merged=("A1:D1",),
        formats={
            "B5": "0.00%",
            "C5": "0.00%",
            "D5": "0.00%",
            "B6": '0"家"',
            "C6": '0"家"',
            "D6": '0"家"',
        },
    ),
    Case(
        "old_excel_marks.xls",
        """
指标|昌吉市||昌吉州|
|2022年|2023年|2022年|2023年
高新技术企业数（家）|63|75|210|246
R&D经费支出（亿元）|0.9|#REF!|6.1|6.8
""",
        spread("B3 C3", "昌吉市 hightech_firms", "2022 2023", "63 75")
        | spread("D3 E3", "昌吉州 hightech_firms", "2022 2023", "210 246")
        | spread("B4", "昌吉市 rd_expenditure", "2022", "0.9")
        | spread("D4 E4", "昌吉州 rd_expenditure", "2022 2023", "6.1 6.8"),
        codes("excel_error", "C4"),
        merged=("A1:A2", "B1:C1", "D1:E1"),
        raised={"C3": "2"},
    ),
    Case(
        "renamed.csv",  # a workbook under a wrong name
        """
昌吉市
指标|2023年
高新技术企业数（家）|75
""",
        {"B3": "昌吉市 hightech_firms 2023 first 75"},
        encoding="xlsx",
    ),
    Case(
        "form_head.xlsx",
        """
科技统计报表|||
填报单位：昌吉市科技局||填报日期：2024年1月15日|
昌吉市2023年科技创新情况||单位：家、万元、%|
指标|本年|上年|增减
高新技术企业数|75|63|12
R&D经费支出|10500|9000|1500
R&D经费投入强度|0.24|0.21|0.03
填表人：张三|联系电话：13800000000||
""",
        {
            "B5": "昌吉市 hightech_firms 2023 first 75",
            "C5": "昌吉市 hightech_firms 2022 first 63",
            "B6": "昌吉市 rd_expenditure 2023 first 1.05",
            "C6": "昌吉市 rd_expenditure 2022 first 0.9",
            "B7": "昌吉市 rd_intensity 2023 first 0.24",
            "C7": "昌吉市 rd_intensity 2022 first 0.21",
        },
        codes("growth_value", "D5 D6 D7"),
        merged=("A1:D1",),
    ),
    Case(
        "notes_column.csv",
        """
地区|指标|年份|数值|单位|版本|备注
昌吉市|R&D经费支出|2023|10500|万元|快报|2024年1月口径
昌吉市|R&D经费支出|2023|10800|万元|年报|
昌吉市|高新技术企业数|2023|75|家||快报数
""",
        {
            "D2": "昌吉市 rd_expenditure 2023 signal 1.05",
            "D3": "昌吉市 rd_expenditure 2023 first 1.08",
            "D4": "昌吉市 hightech_firms 2023 signal 75",
        },
    ),
    Case(
        "own_schema.csv",
        """
area|indicator|year|vintage|value|unit|bound|as_printed|published|known_by|source|confidence|note
昌吉市|hightech_firms|2021|first|52|家|exact|52家|2022-03-01|2022-03-01|s1|high|x
""",
        {"E2": "昌吉市 hightech_firms 2021 first 52"},
        codes("stray", "H2"),
        {"source": "", "published": None},
    ),
]


# ---- writing -----------------------------------------------------------------------------------
def place(cell: str) -> tuple[int, int]:
    """Row and column of an address, both from 0."""
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def value_of(text: str) -> str | float | None:
    """What a workbook stores for a cell: a number where plain digits stand."""
    if text.startswith("'"):
        return text[1:]
    if re.fullmatch(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", text):
        return float(text)
    return text or None


def build(case: Case) -> bytes:
    """The file of a case."""
    kind = case.encoding if case.encoding == "xlsx" else case.name.rpartition(".")[2]
    return {"xlsx": build_xlsx, "xls": build_xls}.get(kind, build_text)(case)


def build_text(case: Case) -> bytes:
    """Delimited text; unquoted where the table has more cells than the header."""
    out = io.StringIO()
    csv.writer(out, delimiter=case.delimiter, lineterminator=case.end).writerows(case.rows)
    return out.getvalue().encode(case.encoding)


def build_xlsx(case: Case) -> bytes:
    """A workbook with merged cells, formats, formulas with results, raised and struck text."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": MADE})
    sheet = book.add_worksheet("Sheet1")
    formats = {place(cell): {"num_format": form} for cell, form in case.formats.items()}
    for cell in case.struck:
        formats.setdefault(place(cell), {})["font_strikeout"] = True
    for cell, steps in case.indents.items():
        formats.setdefault(place(cell), {})["indent"] = steps
    for span in case.merged:
        first, last = span.split(":")
        (top, left), (bottom, right) = place(first), place(last)
        sheet.merge_range(top, left, bottom, right, "")
    raised = book.add_format({"font_script": 1})
    for r, row in enumerate(case.rows):
        for c, text in enumerate(row):
            form = book.add_format(formats[r, c]) if (r, c) in formats else None
            name = f"{chr(65 + c)}{r + 1}"
            value = value_of(text)
            if name in case.formulas:
                sheet.write_formula(r, c, case.formulas[name], form, "" if value is None else value)
            elif name in case.raised:
                sheet.write_rich_string(r, c, text, raised, case.raised[name])
            elif name in case.dates:
                day, _, style = case.dates[name].partition(" ")
                style = book.add_format({"num_format": style or "m月d日"})
                sheet.write_datetime(r, c, dt.datetime.fromisoformat(day), style)
            elif isinstance(value, float):
                sheet.write_number(r, c, value, form)
            elif text.startswith("#"):
                sheet.write_formula(r, c, "=1/0", form, text)
            elif value is not None:
                sheet.write_string(r, c, value, form)
    book.close()
    return without_empty_results(out.getvalue(), case)


def without_empty_results(content: bytes, case: Case) -> bytes:
    """Take out the results of formulas that shall have none (Excel has not yet computed them)."""
    import zipfile

    bare = [name for name in case.formulas if not cell_text(case, name)]
    if not bare:
        return content
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                for name in bare:
                    cell = re.compile(
                        rb'(<c r="%s"[^>]*?)(?: t="str")?(>.*?)<v>.*?</v>' % name.encode()
                    )
                    text = cell.sub(rb"\1\2", text)
            new.writestr(part, text)
    return out.getvalue()


def cell_text(case: Case, name: str) -> str:
    """What the table has in a cell."""
    r, c = place(name)
    return case.rows[r][c] if r < len(case.rows) and c < len(case.rows[r]) else ""


def build_xls(case: Case) -> bytes:
    """An Excel 97 workbook."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1", cell_overwrite_ok=True)
    covered = {}
    for span in case.merged:
        (top, left), (bottom, right) = map(place, span.split(":"))
        covered[top, left] = (bottom, right)
    for r, row in enumerate(case.rows):
        for c, text in enumerate(row):
            name = f"{chr(65 + c)}{r + 1}"
            value = value_of(text)
            style = xlwt.XFStyle()
            style.num_format_str = case.formats.get(name, "General")
            if (r, c) in covered:
                sheet.write_merge(r, covered[r, c][0], c, covered[r, c][1], value or "")
            elif name in case.raised:
                raised = xlwt.Font()
                raised.escapement = xlwt.Font.ESCAPEMENT_SUPERSCRIPT
                sheet.write_rich_text(r, c, [text, (case.raised[name], raised)])
            elif text.startswith("#"):
                sheet.row(r).set_cell_error(c, text)
            elif value is not None:
                sheet.write(r, c, value, style)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def expected_rows(case: Case) -> list[list[str]]:
    """Lines of the file of expected results."""
    rows = [[case.name, cell, "taken", *said.split()] for cell, said in case.taken.items()]
    rows += [[case.name, cell, code, "", "", "", "", ""] for cell, code in case.left.items()]
    return sorted(rows, key=lambda row: place(row[1]))


def write() -> None:
    """Write the corpus and what is expected of it."""
    CORPUS.mkdir(exist_ok=True)
    with EXPECTED.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow("file cell result area indicator year vintage value".split())
        for case in CASES:
            (CORPUS / case.name).write_bytes(build(case))
            table.writerows(expected_rows(case))


if __name__ == "__main__":
    write()
