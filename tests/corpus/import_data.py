"""A data folder to import into: the repository's registry and names, few and literal figures."""

from pathlib import Path

import tiny_data

HOME = Path(__file__).resolve().parents[2] / "data"
AREAS = "{city: 昌吉市, prefecture: 昌吉州, region: 新疆, nation: 中国, others: [昌吉国家高新区]}"
ROWS = """\
area,indicator,year,vintage,value,unit,bound,as_printed,published,known_by,source,confidence,note
昌吉市,gdp,2021,first,471.76,亿元,exact,471.76亿元,,2022-12-31,s1,medium,
昌吉市,hightech_firms,2020,first,41,家,exact,41家,2023-07-12,2023-07-12,s1,high,
昌吉市,rd_intensity,2020,first,0.17,%,exact,0.17%,2023-07-12,2023-07-12,s1,high,
昌吉州,gdp,2020,first,1387.2484,亿元,exact,1387.2484,,2021-12-31,s1,medium,
"""


def write(root: Path) -> Path:
    """Write the folder."""
    config = tiny_data.FILES["config.yml"].replace(
        "{city: 甲市, prefecture: 乙州, region: 新疆, nation: 中国}", AREAS
    )
    return tiny_data.write(
        root,
        **{
            "config.yml": config,
            "indicators.csv": (HOME / "indicators.csv").read_text(encoding="utf-8"),
            "aliases.csv": (HOME / "aliases.csv")
            .read_text(encoding="utf-8")
            .replace("area,昌吉国家农高区,昌吉农高区\n", "")
            .replace("area,昌吉国家农高区,昌吉国家农业高新技术产业示范区\n", ""),
            "raw/plan_targets.csv": tiny_data.FILES["raw/plan_targets.csv"].replace(
                ",spending,", ",fiscal_st_spending,"
            ),
            "raw/yearly_statistics.csv": ROWS,
        },
    )
