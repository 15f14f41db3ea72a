"""Why a cell is faulty and what to do, by code, in both languages."""

from __future__ import annotations

FIRST_YEAR, LAST_YEAR = 1949, 2100

# code: why, remedy, and both in Chinese
MESSAGES = {
    "missing_file": (
        "the file is missing",
        "add it; data/README.md describes its columns",
        "缺少该文件",
        "请补上，各列说明见 data/README.md",
    ),
    "file_too_large": (
        "the file is larger than {limit:,} bytes",
        "check that it is the right file, or split it",
        "文件超过 {limit:,} 字节",
        "请核对是否放错文件",
    ),
    "wrong_encoding": (
        "the file is not UTF-8 text ({detail})",
        "save it again as UTF-8 (in Excel: CSV UTF-8)",
        "文件不是 UTF-8 编码",
        "请另存为 UTF-8（Excel：CSV UTF-8）",
    ),
    "bad_csv": (
        "the line is not valid CSV ({detail})",
        "put cells that hold commas or quotes into double quotes, one cell per column",
        "该行不是合规的 CSV（{detail}）",
        "含逗号或引号的单元格请加双引号，每列一格",
    ),
    "missing_column": (
        "the column is missing",
        "add it to the header; the columns are {allowed}",
        "缺少该列",
        "请在表头补上；应有各列：{allowed}",
    ),
    "extra_column": (
        "the column is unknown or stands twice",
        "remove it or correct its name; the columns are {allowed}",
        "该列未知或重复",
        "请删去或改正列名；应有各列：{allowed}",
    ),
    "missing_value": (
        "the cell is empty",
        "fill it in; if the figure is not known, leave the whole row out",
        "单元格为空",
        "请补填；数值未知时整行不要写入",
    ),
    "missing_source": (
        "the figure has no source",
        "name the id of its document in sources.csv",
        "数据没有来源",
        "请填写 sources.csv 中的来源编号",
    ),
    "not_a_number": (
        "it is not a plain number",
        "write digits with a decimal point only, without separators and units",
        "不是纯数字",
        "只写数字和小数点，不带分隔符和单位",
    ),
    "not_a_year": ("it is not a year", "write four digits", "不是年份", "请写四位数字"),
    "not_a_date": ("it is not a date", "write it as 2023-07-12", "不是日期", "请写成 2023-07-12"),
    "year_out_of_range": (
        f"the year is not within {FIRST_YEAR}-{LAST_YEAR}",
        "correct the year",
        f"年份不在 {FIRST_YEAR}—{LAST_YEAR} 之间",
        "请改正年份",
    ),
    "negative_value": (
        "it cannot be negative",
        "correct the sign or the figure",
        "该数不能为负",
        "请改正符号或数值",
    ),
    "share_out_of_range": (
        "a share cannot exceed 100 %",
        "correct the figure or its unit",
        "比重不能超过 100%",
        "请改正数值或单位",
    ),
    "unknown_word": (
        "it is not one of the words of this column",
        "write one of: {allowed}",
        "不是该列允许的取值",
        "请写下列之一：{allowed}",
    ),
    "unknown_unit": (
        "the unit is unknown",
        "write a known unit; {allowed}",
        "单位未知",
        "请写已知单位；{allowed}",
    ),
    "wrong_unit": (
        "the indicator is kept in {allowed}",
        "convert the figure to {allowed}",
        "该指标的单位应为 {allowed}",
        "请换算为 {allowed}",
    ),
    "unknown_indicator": (
        "indicators.csv has no such indicator",
        "correct the id or add the indicator there{near}",
        "indicators.csv 中没有该指标",
        "请改正编号或先在该表登记{near}",
    ),
    "unknown_area": (
        "the area is unknown",
        "correct the name{near}, or add it under areas in config.yml",
        "地区未知",
        "请改正名称{near}，或在 config.yml 的 areas 中登记",
    ),
    "unknown_source": (
        "sources.csv has no such source",
        "correct the id or add the document there{near}",
        "sources.csv 中没有该来源",
        "请改正编号或先在该表登记{near}",
    ),
    "unknown_row": (
        "{allowed} has no such id",
        "correct the id{near}",
        "{allowed} 中没有该编号",
        "请改正编号{near}",
    ),
    "duplicate_key": (
        "row {first} holds the same {key}",
        "remove one of the two",
        "与第 {first} 行重复（{key}）",
        "请删去其中一行",
    ),
    "twice": (
        "row {first} of raw/yearly_statistics.csv holds the same area, indicator, year and vintage",
        "keep the figure in one of the two files",
        "与 raw/yearly_statistics.csv 第 {first} 行重复",
        "同一数据只放在一个文件中",
    ),
    "superseded": (
        "row {first} holds the same figure",
        "none needed: the public one is used",
        "第 {first} 行有相同数据",
        "无需处理，采用公开的一行",
    ),
    "conflicting_values": (
        "row {first} gives {other} for the same area, indicator, year and vintage",
        "decide in corrections.yml which to drop, and why",
        "第 {first} 行对同一地区、指标、年份和版本给出 {other}",
        "请在 corrections.yml 中决定舍弃哪一个并说明理由",
    ),
    "unreadable_print": (
        "it cannot be read as a quantity",
        "copy the printed figure with its unit only, or set bound to derived and explain in note",
        "无法读作数量",
        "只抄印出的数字与单位；若为推算，bound 写 derived 并在 note 说明",
    ),
    "value_differs": (
        "as_printed {printed!r} reads {expected}",
        "correct whichever was mistyped",
        "as_printed {printed!r} 读作 {expected}",
        "请改正录入有误的一处",
    ),
    "not_in_plan": (
        "it does not stand in {allowed}",
        "copy it from there to the letter",
        "{allowed} 中没有这段文字",
        "请逐字照抄",
    ),
    "known_by_differs": (
        "the date known must be the date published, {expected}, and not before its year",
        "write the date published in both, or leave published empty",
        "known_by 应等于 published（{expected}），且不早于数据年份",
        "请改成相同日期，或将 published 留空",
    ),
    "lies_in_itself": (
        "the area lies in itself",
        "correct the parent of one of the areas in the circle",
        "该地区的上级又归它自己",
        "请改正其中一个地区的上级",
    ),
    "status_differs": (
        "target {target} and outcome {outcome} of year {year} make it {expected}",
        "correct status, scored or the figures",
        "按目标 {target} 与 {year} 年结果 {outcome} 应为 {expected}",
        "请改正 status、scored 或数值",
    ),
    "no_number": (
        "that row prints no number to compute with",
        "name a row that holds a value",
        "该行没有可供计算的数值",
        "请改用有数值的行",
    ),
    "default_reading": (
        "the target has {count} default readings",
        "mark exactly one of its readings with yes",
        "该目标有 {count} 个默认解读",
        "请恰好给一个解读标 yes",
    ),
    "base_differs": (
        "the rows {rows} add up to {expected} {unit}",
        "correct base_value, base_unit or base_rows",
        "{rows} 各行合计为 {expected} {unit}",
        "请改正 base_value、base_unit 或 base_rows",
    ),
    "bad_correction": (
        "the correction is malformed: {detail}",
        "see the form described in data/README.md",
        "更正记录格式有误：{detail}",
        "格式见 data/README.md",
    ),
    "correction_unmatched": (
        "correction {id} matches {count} rows of {target}",
        "correct its match so that it finds exactly one row, or remove it",
        "更正 {id} 在 {target} 中匹配到 {count} 行",
        "请改正 match 使其恰好匹配一行，或删去该更正",
    ),
    "correction_outdated": (
        "correction {id} expects {expected}, the row now holds {actual}",
        "look at the source again: remove the correction if it was mended there, else mend expect",
        "更正 {id} 预期原值 {expected}，现为 {actual}",
        "请重新核对来源：来源已改正则删去该更正，否则更新 expect",
    ),
}


def describe(code: str, fill: dict) -> dict[str, str]:
    """Why a cell is wrong and what to do, in English and Chinese."""
    parts = (text.format(**fill) for text in MESSAGES[code])
    return dict(zip(("why", "remedy", "why_zh", "remedy_zh"), parts, strict=True))
