"""The tiny data with offices that hold targets, two readings of GDP and a task."""

import tiny_data

OFFICE, BUREAU, THIRD = "甲市统计局", "甲市科技局", "甲市科协"

_TARGET = "{},三,三,{},{},{},{},{},{},,{},exact,at_least,firm,,2025,2025,,{},"
_READING = "{},{},{},,,,,,at_least,,{},as read,增长,growth,{},as read"
TARGETS = [
    _TARGET.format("t03", "rd_intensity", "强度", "R&D", "1.5%", "强度1.5%", 1.5, "%", OFFICE),
    _TARGET.format("t04", "gdp", "产值", "GDP", "500亿元", "产值500亿元", 5e10, "元", OFFICE),
    _TARGET.format("t05", "science_literacy", "素质", "S", "13%", "素质13%", 13, "%", THIRD),
]
WORDS = "强度1.5%，产值500亿元，素质13%。印发政策。\n"
TASKS = "id,section,kind,text,text_en,lead,lead_en", "k01,三,task,印发政策,policy,,"
HOLDERS = {
    "rd_intensity": (OFFICE, "Statistics Bureau"),
    "gdp": (OFFICE, "Statistics Bureau"),
    "hightech_firms": (BUREAU, "Science Bureau"),
    "science_literacy": (THIRD, "Science Association"),
    "spending": (OFFICE, "Statistics Bureau"),
}
CHANGED = {
    "config.yml": tiny_data.FILES["config.yml"] + "report: {headline: [rd_intensity]}\n",
    "indicators.csv": "".join(
        line.replace(",,,,", f",{zh},{en},,")
        for line in tiny_data.FILES["indicators.csv"].splitlines(keepends=True)
        for zh, en in [HOLDERS.get(line.partition(",")[0], ("", ""))]
    ),
    "raw/plan.txt": tiny_data.FILES["raw/plan.txt"] + WORDS,
    "readings.csv": tiny_data.FILES["readings.csv"]
    + "".join(
        _READING.format(*row) + "\n"
        for row in (
            ("t03", "ratio", "yes", "比值", "占比"),
            ("t04", "current", "yes", "当年价", "当年价"),
            ("t04", "constant", "no", "不变价", "不变价"),
            ("t05", "survey", "yes", "调查", "调查"),
        )
    ),
    "raw/plan_tasks.csv": "\n".join(TASKS) + "\n",
}


def write(folder, **spoiled):
    """Write the folder, with some files replaced."""
    targets = tiny_data.FILES["raw/plan_targets.csv"].replace(
        "firm,,2025,2025,,,", f"firm,,2025,2025,,{BUREAU},"
    )
    targets = targets.replace("soft,,2025,each year,,,", f"soft,,2025,each year,,{OFFICE},")
    made = CHANGED | {"raw/plan_targets.csv": targets + "\n".join(TARGETS) + "\n"}
    stock = "甲市,hightech_firms,2020,first,41,家,exact,41家,,2021-12-31,s1,high,"
    made |= tiny_data.added(tiny_data.YEARLY, stock)
    return tiny_data.write(folder, **made | spoiled)
