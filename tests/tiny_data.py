"""A data folder small enough to read at a glance, and a way to spoil one file of it."""

from pathlib import Path

FILES = {
    "config.yml": """\
areas: {city: 甲市, prefecture: 乙州, region: 新疆, nation: 中国}
plan: {title_zh: 规划, title_en: the plan, base_year: 2020, target_year: 2025}
verdict: {likely: 0.66, at_risk: 0.33, unlikely: 0.05}
gdp_scenarios: [{id: low, name_zh: 低增长, name_en: low growth, growth: 0.03}]
""",
    "corrections.yml": "[]\n",
    "indicators.csv": """\
id,zh,en,unit,kind,direction,decimals,holder_zh,holder_en,note_zh,note_en
rd_intensity,强度,R&D intensity,%,ratio,at_least,2,,,,
gdp,生产总值,GDP,亿元,level,at_least,2,,,,
hightech_firms,高企,high-tech firms,家,count,at_least,0,,,,
hightech_certificates,证书,certificates,家,count,at_least,0,,,,
science_literacy,素质,literacy,%,share,at_least,2,,,,
spending,投入,spending,亿元,level,non_decreasing,2,,,,
""",
    "sources.csv": """\
id,publisher,title,published,seen_at,licence,note
s1,统计局,公报,2021,,not stated,
s2,报社,报道,2022,,not stated,
""",
    "raw/plan.txt": "资金4500余万元，现有高企41家。到2025年达到100家，力争财政科技投入只增不减。\n",
    "raw/plan_baseline.csv": """\
id,section,indicator,item,item_en,as_printed,context,value,upper,unit,bound,period,note
b01,一（一）,,资金,funds,4500余万元,资金4500余万元,45000000,,元,more_than,2016-2020,
b02,一（一）,hightech_firms,高企,firms,41家,现有高企41家,41,,家,exact,2020,
""",
    "raw/plan_targets.csv": """\
id,section,locators,indicator,item,item_en,as_printed,context,value,upper,unit,bound,direction,\
strength,kind,year,period,stretch_of,holder_zh,note
t01,三,三,hightech_firms,高企,firms,100家,到2025年达到100家,100,,家,exact,at_least,\
firm,,2025,2025,,,
t02,三,三,spending,投入,spending,只增不减,财政科技投入只增不减,,,,non_decreasing,non_decreasing,\
soft,,2025,each year,,,
""",
    "readings.csv": """\
target,reading,default,indicator,base_year,base_value,base_unit,base_rows,direction,tolerance,\
text_zh,text_en,implies_zh,implies_en,reading_zh,reading_en
t01,stock,yes,,2020,41,家,b02,at_least,,存量,the stock,增长,growth,存量,stock
t02,flat,yes,,,,,,non_decreasing,,持平,flat,可以,allowed,持平,level
""",
    "raw/yearly_statistics.csv": """\
area,indicator,year,vintage,value,unit,bound,as_printed,published,known_by,source,confidence,note
甲市,rd_intensity,2020,first,0.17,%,exact,0.17%,2021-09-01,2021-09-01,s1,high,
新疆,rd_intensity,2020,first,0.45,%,exact,0.45%,2021-09-01,2021-09-01,s1,high,
新疆,hightech_certificates,2018,first,250,家,exact,250,,2019-12-31,s1,medium,
新疆,hightech_certificates,2019,first,218,家,exact,218,,2020-12-31,s1,medium,
新疆,hightech_certificates,2020,first,336,家,exact,336家,,2021-12-31,s1,medium,
新疆,hightech_firms,2020,first,834,家,exact,834家,,2021-12-31,s1,medium,
中国,rd_intensity,2018,first,2.19,%,exact,2.19%,2019-09-01,2019-09-01,s1,high,
中国,rd_intensity,2018,revised,2.14,%,derived,2.23%,2020-08-27,2020-08-27,s1,low,implied
中国,rd_intensity,2019,preliminary,2.19,%,exact,2.19%,2020-02-28,2020-02-28,s1,high,
中国,rd_intensity,2019,first,2.23,%,exact,2.23%,2020-08-27,2020-08-27,s1,high,
中国,rd_intensity,2022,first,2.54,%,about,2.54%左右,2023-09-18,2023-09-18,s1,high,
中国,gdp,2020,first,1015986,亿元,exact,101.5986万亿元,2021-02-28,2021-02-28,s1,high,
""",
    "reference/provinces.csv": """\
area,indicator,year,vintage,value,unit,bound,as_printed,published,known_by,source,confidence,note
北京,rd_intensity,2018,first,6.17,%,exact,6.17,,2019-12-31,s1,high,
北京,rd_intensity,2020,first,6.44,%,exact,6.44,,2021-12-31,s1,high,
北京,hightech_certificates,2018,first,10,家,exact,10,,2019-12-31,s1,medium,
北京,hightech_certificates,2020,first,30,家,exact,30,,2021-12-31,s1,medium,
海南,hightech_certificates,2018,first,1,家,exact,1,,2019-12-31,s1,medium,
海南,hightech_certificates,2019,first,2,家,exact,2,,2020-12-31,s1,medium,
海南,hightech_certificates,2020,first,4,家,exact,4,,2021-12-31,s1,medium,
""",
    "reference/cities.csv": """\
area,indicator,year,vintage,value,unit,bound,as_printed,published,known_by,source,confidence,note
""",
    "reference/countries.csv": """\
area,iso3,indicator,year,value,unit,source
Chile,CHL,rd_intensity,2019,0.34,%,s2
""",
    "raw/target_precedents.csv": """\
id,area,area_level,plan,indicator,base_year,base_value,target_year,target,target_as_printed,unit,\
outcome,outcome_as_printed,outcome_year,status,scored,source,confidence,note
p001,海南,province,规划,rd_intensity,,,2023,1.2,1.2%,%,1.19,1.19%,2023,missed,yes,s1,high,
""",
}

YEARLY = "raw/yearly_statistics.csv"


def write(root: Path, **spoiled: str) -> Path:
    """Write the folder with some files replaced: ``write(root, **{"sources.csv": text})``."""
    for name, text in (FILES | spoiled).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """One file with one piece of its text replaced."""
    assert FILES[name].count(old) == 1, (name, old)
    return {name: FILES[name].replace(old, new)}


def added(name: str, *lines: str) -> dict[str, str]:
    """One file with lines added."""
    return {name: FILES[name] + "".join(f"{line}\n" for line in lines)}
