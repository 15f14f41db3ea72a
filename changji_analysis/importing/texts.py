"""What is said of a file, a cell or a figure that comes in from outside, in both languages."""

from __future__ import annotations

from typing import Any

# What becomes of a figure
COLOURS = {
    "error": "#F4B6B6",
    "refused": "#F4B6B6",
    "question": "#FFE699",
    "new": "#C6E0B4",
    "revised": "#C6E0B4",
    "known": "#D9E1F2",
    "left_out": "#E7E6E6",
}
STATUS = {
    "error": "不能导入 / cannot be taken",
    "refused": "不予导入 / refused",
    "question": "待确认 / to be settled",
    "new": "可导入 / will be taken",
    "revised": "作为修订数导入 / taken as a revision",
    "known": "已有 / there already",
    "left_out": "不导入 / left out",
}
# code: why, remedy, and both in Chinese
MESSAGES = {
    # the file
    "empty": (
        "the file is empty",
        "check that it was saved, and send it again",
        "文件为空",
        "请确认已保存后重新提供",
    ),
    "too_large": (
        "the file is larger than {limit}",
        "keep the table only and save it again",
        "文件过大（上限 {limit}）",
        "请只保留数据表后另存",
    ),
    "unopened": (
        "the file cannot be opened ({detail})",
        "close the program that uses it, or check the rights",
        "文件无法打开（{detail}）",
        "请关闭正在使用它的程序，或检查权限",
    ),
    "encrypted": (
        "the file is encrypted",
        "open it with its password and save it without one",
        "文件已加密",
        "请用密码打开后另存为不加密的文件",
    ),
    "damaged": (
        "the file is damaged or cut off ({detail})",
        "copy it again from where it came, or open it in Excel and save it anew",
        "文件损坏或不完整（{detail}）",
        "请重新复制，或用 Excel 打开后另存",
    ),
    "not_a_sheet": (
        "the file is no spreadsheet but {what}, whatever its name says",
        "open it in the program that made it and save the table as .xlsx or .csv",
        "该文件不是电子表格，而是 {what}",
        "请用原程序打开，将表格另存为 .xlsx 或 .csv",
    ),
    "entities": (
        "the part {what} of the workbook declares XML entities, which no spreadsheet needs",
        "do not trust this file; ask for it anew, saved by Excel or WPS",
        "工作簿中的 {what} 含有 XML 实体声明，正常表格不会出现",
        "请勿信任该文件，请对方用 Excel 或 WPS 重新保存",
    ),
    "too_many": (
        "it holds {what}, more than {limit}",
        "keep the table only: delete what lies around it, or split the file",
        "内容过多：{what}，上限 {limit}",
        "请只保留数据表，或拆分文件",
    ),
    "long_cell": (
        "the cell holds more than {limit} characters",
        "shorten it, or check that quotes are closed",
        "单元格超过 {limit} 个字符",
        "请缩短，或检查引号是否成对",
    ),
    "bad_csv": (
        "it is not valid CSV ({detail})",
        "close every quote, or save the table as .xlsx",
        "不是合规的 CSV（{detail}）",
        "请检查引号是否成对，或另存为 .xlsx",
    ),
    "unknown_encoding": (
        "the text is neither UTF-8, UTF-16 nor GB 18030 (perhaps {what})",
        "save it again as UTF-8 (in Excel: CSV UTF-8)",
        "文字编码不是 UTF-8、UTF-16 或 GB 18030（可能是 {what}）",
        "请另存为 UTF-8（Excel：CSV UTF-8）",
    ),
    "renamed": (
        "the name ends in {value!r}, the content is {what}; it was read by its content",
        "give it the right ending",
        "扩展名为 {value}，内容实为 {what}，已按内容读取",
        "请改正扩展名",
    ),
    "hidden_sheet": (
        "the sheet is hidden; it was read all the same",
        "check that it holds what you want to hand in",
        "该工作表被隐藏，仍已读取",
        "请核对其中内容是否应当提供",
    ),
    "no_figures": (
        "no figure in it belongs to an indicator of this review",
        "name the indicator with --map NAME=ID, or use the sheet of 'changji template'",
        "没有属于本评估指标的数据",
        "请用 --map 名称=编号 指明指标，或使用 changji template 生成的填报表",
    ),
    # a figure that cannot be taken
    "excel_error": (
        "the cell shows an error of Excel",
        "mend the formula, or type the figure",
        "单元格显示 Excel 错误值",
        "请修正公式或直接填写数值",
    ),
    "no_result": (
        "the cell holds a formula without a stored result, and formulas are never computed here",
        "open the file in Excel and save it, or type the figure",
        "单元格是没有保存结果的公式，本程序不计算公式",
        "请用 Excel 打开并保存，或直接填写数值",
    ),
    "date_value": (
        "the cell holds a date where a figure is due",
        "type the figure; put the cell's format to text first",
        "此处应为数值，单元格却是日期",
        "请先把单元格格式改为文本，再填写数值",
    ),
    "odd_format": (
        "the cell's number format shows another number than is stored",
        "type the figure as it is to be read, in a plain format",
        "单元格格式显示的数与存储的数不同",
        "请用常规格式填写应读取的数值",
    ),
    "struck_out": (
        "the figure is struck out",
        "delete it, or take the line off if it holds",
        "该数已被划去",
        "请删除；若仍有效请去掉删除线",
    ),
    "unreadable": (
        "it cannot be read as one figure: {detail}",
        "type digits with at most one unit, e.g. 1234.5 or 12.3万元",
        "无法读作一个数{detail_zh}",
        "请只写数字和一个单位，如 1234.5 或 12.3万元",
    ),
    "unknown_unit": (
        "the unit {unit!r} is unknown",
        "write one of 元 万元 亿元 亩 万亩 公顷 吨 人 万人 家 个 件 % ‰ ‱ …",
        "单位“{unit}”未知",
        "请写 元、万元、亿元、亩、万亩、公顷、吨、人、万人、家、个、件、%、‰、‱ 等",
    ),
    "wrong_unit": (
        "{zh} is kept in {wanted}, and {unit} measures something else",
        "correct the unit, or the indicator",
        "“{zh}”的单位为 {wanted}，{unit} 不能换算",
        "请改正单位或指标",
    ),
    "unit_conflict": (
        "its row says {unit} and its column says {other}",
        "leave the one unit that holds",
        "行标 {unit} 与列标 {other} 的单位不一致",
        "请只保留正确的单位",
    ),
    "year_conflict": (
        "its row says {year} and its column says {other}",
        "leave the one year that holds",
        "行标 {year} 与列标 {other} 的年份不一致",
        "请只保留正确的年份",
    ),
    "area_conflict": (
        "its row says {area} and its column says {other}",
        "leave the one area that holds",
        "行标 {area} 与列标 {other} 的地区不一致",
        "请只保留正确的地区",
    ),
    "year_out_of_range": (
        "the year {year} is not within 1949-2100",
        "correct the year",
        "年份 {year} 不在 1949—2100 之间",
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
    "ragged_row": (
        "the row has more cells than the header, so that a comma inside a number may have split it",
        "put numbers with separators into quotes, or take the separators out",
        "该行单元格多于表头，可能是数字中的千位逗号被当作分隔符",
        "请给带千位逗号的数字加引号，或去掉逗号",
    ),
    "one_firm": (
        "figures of single firms are not taken and not shown (Statistics Law, article on "
        "confidentiality)",
        "hand in the total of the area only",
        "单个单位的数据依《统计法》保密，不导入、不显示",
        "请只提供地区合计数",
    ),
    "duplicate_in_file": (
        "{other} gives another figure for the same area, indicator, year and vintage",
        "leave the one that holds, or mark one as 快报 or 修订",
        "与 {other} 对同一地区、指标、年份给出不同数值",
        "请只保留正确的一个，或注明快报、修订",
    ),
    "bad_date": (
        "the date of publication is not a full date",
        "write it as 2024-03-15",
        "发布日期不完整",
        "请写成 2024-03-15",
    ),
    # a question
    "no_year": (
        "no year belongs to it",
        "write the year into its header, or state it with --year",
        "没有对应的年份",
        "请在表头注明年份，或用 --year 指明",
    ),
    "no_area": (
        "no area belongs to it",
        "write the area into the title, or state it with --area",
        "没有对应的地区",
        "请在标题注明地区，或用 --area 指明",
    ),
    "no_unit": (
        "no unit is printed with {zh}, and {wanted} is not taken for granted",
        "write the unit into the header, or state it with --unit {id}={wanted}",
        "“{zh}”没有标明单位，不默认为 {wanted}",
        "请在表头注明单位，或用 --unit {id}={wanted} 指明",
    ),
    "near_name": (
        "the name {name!r} may mean {zh} ({id}), but does not say so",
        "confirm with --map '{name}={id}', or correct the name",
        "“{name}”可能是“{zh}”（{id}），但名称不一致",
        "请用 --map '{name}={id}' 确认，或改正名称",
    ),
    "contradicts": (
        "{had} stands there already ({source}), not published earlier than this figure",
        "find out which holds; take this one as a revision with --take {cell}",
        "已有数值 {had}（{source}），且其发布不早于本数",
        "请核实以哪个为准；确属修订可用 --take {cell} 作为修订数导入",
    ),
    "contradicts_twice": (
        "a revised figure {had} stands there already ({source})",
        "decide in corrections.yml which revision to drop, and add the row by hand",
        "已有修订数 {had}（{source}）",
        "请在 corrections.yml 中决定舍弃哪个修订数后再手工补行",
    ),
    "implausible": (
        "it is {factor} times the figure {had} of {year}",
        "check the unit; if it holds, take it with --take {cell}",
        "是 {year} 年数值 {had} 的 {factor} 倍",
        "请核对单位；确认无误可用 --take {cell} 导入",
    ),
    "narrowed": (
        "{zh} stands under {group!r}, which may narrow it to a part",
        "confirm with --take {cell}, or name it in full",
        "“{zh}”列在“{group}”之下，可能只是其中一部分",
        "确认口径后用 --take {cell} 导入，或写全名称",
    ),
    # left out on purpose
    "unknown_name": (
        "{name!r} is no indicator of this review",
        "none needed; --map '{name}=ID' takes it as one",
        "“{name}”不是本评估的指标",
        "无需处理；如需导入请用 --map '{name}=编号'",
    ),
    "no_name": (
        "no name belongs to it",
        "write the indicator beside or above it",
        "没有对应的指标名称",
        "请在行或列注明指标",
    ),
    "other_area": (
        "{area} is not among the areas of this review",
        "none needed; add it to config.yml if it is to be kept",
        "{area} 不在本评估的地区之内",
        "无需处理；如需保留请在 config.yml 的 areas 中登记",
    ),
    "sub_row": (
        "it is a part (其中) of {parent!r}, not an indicator of its own",
        "none needed",
        "是“{parent}”的其中项，不是单独的指标",
        "无需处理",
    ),
    "target_value": (
        "it is a target, not an observation",
        "none needed; targets stand in raw/plan_targets.csv",
        "这是目标数，不是实际数",
        "无需处理；目标见 raw/plan_targets.csv",
    ),
    "growth_value": (
        "it is a change, a rank or a rate of completion, not the figure itself",
        "none needed",
        "这是增速、位次或完成率，不是指标本身",
        "无需处理",
    ),
    "part_year": (
        "it covers part of a year",
        "hand in the figure of the whole year",
        "只是年内部分时期的数",
        "请提供全年数",
    ),
    "several_years": (
        "it covers several years",
        "hand in the figure of each year",
        "是多年合计数",
        "请提供各年数",
    ),
    "future_value": (
        "the year {year} was not over or not begun when it was published: a plan or a forecast",
        "correct the year or the date of publication",
        "发布时 {year} 年尚未到来，应为计划或预测",
        "请改正年份或发布日期",
    ),
    "stray": (
        "it stands outside any table that could be understood",
        "give its column a header and its row a name",
        "不在任何可识别的表格之内",
        "请补上表头和行名",
    ),
    "ordinal": (
        "it is a number of a row or column, not a figure",
        "none needed",
        "这是序号或栏次",
        "无需处理",
    ),
    "text_figure": (
        "it stands in a column of remarks",
        "give the figure a column of its own if it is to be taken",
        "写在备注性文字栏中",
        "如需导入请单独成列",
    ),
    # said of a figure that is taken
    "fuzzy_name": (
        "the name {name!r} was read as {zh}",
        "correct the name, or say --map '{name}={id}'",
        "“{name}”按“{zh}”读取",
        "如有误请改正名称，或用 --map '{name}={id}'",
    ),
    "unit_assumed": (
        "no unit is printed; counted in {wanted}",
        "write the unit into the header",
        "没有标明单位，按 {wanted} 计",
        "请在表头注明单位",
    ),
    "formula_value": (
        "the stored result of a formula was taken, unchecked",
        "hand in values (paste special) where that matters",
        "取自公式保存的结果，未重新计算",
        "如有疑问请粘贴为数值后再提供",
    ),
    "external_value": (
        "the figure comes from another workbook, which was not opened",
        "hand in values (paste special)",
        "数值来自另一工作簿的链接，未打开核对",
        "请粘贴为数值后再提供",
    ),
    "early": (
        "it was published before {year} was over and is kept as an early signal",
        "correct the date of publication if it is not so",
        "发布时 {year} 年尚未结束，按早期信号保存",
        "如不属实请改正发布日期",
    ),
    "scope_change": (
        "the remark {remark!r} tells of a change of scope: growth over {year} counts as a break",
        "say --no-break if the scope is the same",
        "说明“{remark}”表示口径变动：{year} 年按断点处理",
        "口径未变请用 --no-break",
    ),
    "footnote": (
        "its footnote says {remark!r}",
        "none needed; the remark is kept with the figure",
        "脚注：“{remark}”",
        "无需处理，已随数据保存",
    ),
    "total_differs": (
        "the parts add up to {expected}",
        "check the parts and the total; the figure is kept as printed",
        "各分项合计为 {expected}，与总数不符",
        "请核对分项和总数；已按印出的数保存",
    ),
    "as_revision": (
        "{had} stood there ({source}); this later figure is kept beside it as revised",
        "none needed; nothing is overwritten",
        "原有 {had}（{source}），本数发布较晚，作为修订数并存",
        "无需处理，原数不会被覆盖",
    ),
    "known": (
        "it stands there already",
        "none needed",
        "已有相同数据",
        "无需处理",
    ),
    "repeated": (
        "{other} gives the same figure",
        "none needed",
        "与 {other} 相同",
        "无需处理",
    ),
}


def texts(code: str, **fill: Any) -> dict[str, str]:
    """Why, and what to do, in English and Chinese."""
    parts = (text.format(**fill) for text in MESSAGES[code])
    return dict(zip(("why", "remedy", "why_zh", "remedy_zh"), parts, strict=True))


def problem(
    code: str,
    file: str,
    *,
    severity: str = "error",
    row: Any = None,
    column: str = "",
    value: Any = "",
    **fill: Any,
) -> dict:
    """One row of a problem table; ``column`` takes the address of a cell."""
    place = {"file": file, "row": row, "column": column, "value": str(value)[:80]}
    return place | {"severity": severity, "code": code} | texts(code, value=value, **fill)
