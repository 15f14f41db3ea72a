"""Sheets of many other kinds, composed at random: a plain table whose truth is known, disturbed.

A disturbance either leaves the figures as they are, makes some of them figures of something else
(``lost``), or all of them. Nothing may be taken that is not in the truth; of a sheet that is only
written in another way, everything must be taken.
"""

# ruff: noqa: E501  (lists of words)
from __future__ import annotations

import random
from dataclasses import dataclass, replace

OWN = {
    "昌吉市": ("昌吉市",),
    "昌吉州": ("昌吉州", "昌吉回族自治州"),
    "新疆": ("新疆", "新疆维吾尔自治区"),
}
OTHERS = (
    "阜康市 阜康 奇台县 玛纳斯县 石河子市 凉州区 甘肃省 乌鲁木齐市 克拉玛依 兵团 第六师 新疆兵团 自治区直属 昌吉市城区 "
    "昌吉市乡镇 昌吉市（不含高新区） 昌吉州（含兵团） 昌吉州平均 全州平均 昌吉州本级 其他县市 昌吉市区 昌吉东部 "
    "昌吉市及阜康市 新疆北疆 南疆四地州 昌吉高新区管委会 全国31省平均 昌吉市（地方） 昌吉市辖区 县域合计 昌吉市周边"
).split()
# id: name, units with their size in the indicator's own unit, values in the first unit
INDICATORS = {
    "gdp": (("地区生产总值", "GDP", "地区生产总值（GDP）"), {"亿元": 1, "万元": 1e-4}, (430, 520)),
    "rd_expenditure": (("R&D经费支出", "研发经费投入", "R&D经费内部支出"), {"亿元": 1, "万元": 1e-4},
                       (0.8, 1.9)),
    "hightech_firms": (("高新技术企业数", "国家级高新技术企业", "有效期内高新技术企业数"),
                       {"家": 1, "个": 1}, (45, 120)),
    "tech_smes": (("科技型中小企业数", "入库科技型中小企业"), {"家": 1}, (60, 180)),
    "patents_granted": (("专利授权量", "专利授权数"), {"件": 1}, (200, 900)),
    "resident_population": (("常住人口", "年末常住人口"), {"万人": 1, "人": 1e-4}, (58, 66)),
    "grain_area": (("粮食播种面积",), {"万亩": 1, "亩": 1e-4}, (20, 40)),
    "rd_intensity": (("R&D经费投入强度", "研发投入强度", "R&D经费占GDP比重"), {"%": 1}, (0.15, 0.4)),
}  # fmt: skip
SCALE = {"昌吉市": 1, "昌吉州": 4, "新疆": 40}  # so that no part exceeds its whole
NARROW = (
    "规模以上工业企业 规上企业 限额以上单位 高等学校 高校 科研院所 民营企业 国有企业 园区 开发区 农村 城镇 中央驻疆单位 兵团系统 "
    "外资企业 大中型工业企业 （不含兵团） （不含五家渠市） （仅统计规上） 上市公司 服务业 建筑业 人均 每万人 "
    "市本级 局属单位 重点监测单位 样本企业 专精特新企业 乡镇企业 制造业"
).split()
NOTES = (
    "注：本表不含兵团。|注：数据仅包括规模以上企业|说明：统计范围为高校和科研院所|注：不包括农户|备注：只统计科技局备案单位|"
    "注：剔除了高新区|注：R&D经费未包括企业|说明：口径为规上工业"
).split("|")
PERIODS = (
    "{y}年1-11月|{y}年上半年|{y}年前三季度|{y}年12月|{y}年四季度|{y}Q4|{y}年第一季度|{y}年1-3月|{y}-06|{y}年下半年|"
    "{y}.6|{y}年二季度末|{y}年6月末|{y}年一至十月|{p}-{y}年累计|{p}—{y}年合计|十四五累计|{p}/{y}|{p}至{y}年平均"
).split("|")
DERIVED = (
    "{y}年增长（%）|{y}年同比增速|{y}年比{p}年增加|{y}年增减|{y}年目标|{y}年计划数|{y}年预计目标|{y}年完成率|{y}年排名|"
    "{y}年占全疆比重|{y}年人均|{y}年为{p}年%|{y}年指数（上年=100）|{y}年预算|较{p}年变化|年均增长|{y}年构成（%）|{y}年位次|{y}年增量"
).split("|")
NEAR = {
    "gdp": "地区生产总值指数 人均地区生产总值 地区生产总值增速 非公有制经济增加值 绿色GDP GDP缩减指数",
    "rd_expenditure": "R&D经费外部支出 R&D人员折合全时当量 企业R&D经费支出 基础研究经费 新产品研发经费 R&D经费加计扣除",
    "hightech_firms": "高新技术企业营业收入 高新技术企业从业人员 规上高新技术企业数 高技术企业数 高新技术企业申报数 拟认定高新技术企业数",
    "tech_smes": "科技型企业数 中小企业数 科技型中小企业融资额 科技型中小企业研发人员",
    "patents_granted": "专利授权率 有效发明专利 PCT专利申请 专利质押金额 专利实施许可数",
    "resident_population": "常住人口城镇化率 城镇常住人口 人口自然增长率 农村常住人口 常住人口中少数民族",
    "grain_area": "粮食产量 粮食播种面积占比 粮食单产 粮食高产示范面积",
    "rd_intensity": "企业R&D投入强度 R&D人员占比 规上工业R&D强度",
}


@dataclass(frozen=True)
class Sheet:
    """Rows of a sheet, the figures that stand in it, and its tab.

    ``truth`` maps (area, indicator, year) to the value; ``whole`` says whether all of it must be
    taken.
    """

    rows: list[list[str]]
    truth: dict[tuple[str, str, int], float]
    kind: str
    tab: str = "Sheet1"
    merged: tuple[str, ...] = ()
    whole: bool = True


class _Maker:
    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.truth: dict[tuple[str, str, int], float] = {}

    def figure(self, area: str, indicator: str, year: int, unit: str, lost: bool = False) -> str:
        low, high = INDICATORS[indicator][2]
        size = INDICATORS[indicator][1][unit]
        scale = 1 if indicator == "rd_intensity" else SCALE.get(area, 1)
        value = self.rng.uniform(low, high) * scale / size
        counted = unit in ("家", "个", "件", "人")
        text = f"{value:.0f}" if counted or value > 1e4 else f"{value:.2f}"
        if not lost:
            self.truth[area, indicator, year] = float(text) * size
        return text

    def name(self, indicator: str) -> str:
        return self.rng.choice(INDICATORS[indicator][0])

    def unit(self, indicator: str) -> str:
        return self.rng.choice(list(INDICATORS[indicator][1]))

    def place(self, area: str) -> str:
        text = self.rng.choice(OWN[area])
        return "　".join(text) if self.rng.random() < 0.1 else text

    def make(self) -> Sheet:
        rng = self.rng
        layout = rng.choice([self.years_across, self.areas_down, self.years_down, self.areas_across,
                             self.long, self.two_heads, self.export])  # fmt: skip
        kind = rng.choice("plain narrow_title narrow_line narrow_note narrow_tab narrow_section "
                          "other_place period derived near_name second_table".split())  # fmt: skip
        return layout(kind)

    # -- the layouts, each with the disturbances that fit it -----------------------------------------
    def title(self, kind: str, area: str, year: str, about: str) -> str:
        narrow = self.rng.choice(NARROW) if kind == "narrow_title" else ""
        before = "" if narrow.startswith("（") else narrow
        behind = narrow if narrow.startswith("（") else ""
        return self.rng.choice(
            [f"{area}{year}{before}{about}{behind}", f"{year}{area}{before}{about}{behind}"]
        )

    def finish(self, kind: str, rows: list[list[str]], heads: int, **more) -> Sheet:
        """Lines of a disturbance that touches all figures."""
        rng, tab = self.rng, "Sheet1"
        lost = kind in (
            "narrow_title",
            "narrow_line",
            "narrow_note",
            "narrow_tab",
            "narrow_section",
        )
        if kind == "narrow_line":
            rows.insert(heads, [rng.choice(NARROW)])
        if kind == "narrow_note":
            rows.append([rng.choice(NOTES)])
        if kind == "narrow_tab":
            tab = rng.choice(
                "规上工业 高校 科研院所 市本级 园区 不含兵团 国有企业 农村 城镇部分".split()
            )
        if kind == "narrow_section":
            at = next(i for i, row in enumerate(rows) if any(map(_number, row[1:])))
            rows.insert(at, [f"一、{rng.choice([n for n in NARROW if n[0] != '（'])}"])
        if kind == "second_table":
            rows += [["指标", "数值"], ["其他", "5"]]
        truth = {} if lost else self.truth
        return Sheet(rows, truth, kind, tab, whole=kind == "plain", **more)

    def years_across(self, kind: str) -> Sheet:
        rng, area = self.rng, self.rng.choice(list(OWN))
        years = rng.sample(range(2019, 2024), rng.randint(1, 4))
        heads = [rng.choice([f"{y}年", str(y), f"{y}年度", f"{y}年末"]) for y in years]
        extra = ""
        if kind in ("period", "derived"):
            y = rng.choice(years)
            extra = rng.choice(PERIODS if kind == "period" else DERIVED).format(y=y, p=y - 2)
        rows = [[self.title(kind, self.place(area), "", rng.choice(["科技主要指标", "主要指标", "统计数据表"]))],
                ["指标", "单位", *heads, *[extra] * bool(extra)]]  # fmt: skip
        for indicator in rng.sample(list(INDICATORS), rng.randint(2, 5)):
            unit = self.unit(indicator)
            row = [
                self.name(indicator),
                unit,
                *(self.figure(area, indicator, y, unit) for y in years),
            ]
            rows.append(row + [self.figure(area, indicator, 0, unit, lost=True)] * bool(extra))
            if kind == "near_name":
                near = rng.choice(NEAR[indicator].split())
                rows.append(
                    [near, unit, *(self.figure(area, indicator, y, unit, True) for y in years)]
                )
        return self.finish(kind, rows, 1)

    def areas_down(self, kind: str) -> Sheet:
        rng, indicator = self.rng, self.rng.choice(list(INDICATORS))
        years = rng.sample(range(2019, 2024), rng.randint(1, 3))
        unit, corner = (
            self.unit(indicator),
            rng.choice(["地区", "县市", "地区名称", "地 区", "行政区划"]),
        )
        rows = [[self.title(kind, "", "", f"各地区{self.name(indicator)}")], [f"单位：{unit}"],
                [corner, *(f"{y}年" for y in years)]]  # fmt: skip
        if kind in ("period", "derived"):
            extra = rng.choice(PERIODS if kind == "period" else DERIVED)
            rows[-1].append(extra.format(y=years[0], p=years[0] - 2))
        own = list(OWN)
        places = own + (rng.sample(OTHERS, 6) if kind == "other_place" else ["阜康市", "玛纳斯县"])
        rng.shuffle(places)
        for place in places:
            known = place in OWN
            row = [self.place(place) if known else place]
            row += [self.figure(place, indicator, y, unit, lost=not known) for y in years]
            rows.append(
                row + [self.figure(place, indicator, 0, unit, True)] * (len(rows[2]) - len(row))
            )
        return self.finish(kind, rows, 1)

    def years_down(self, kind: str) -> Sheet:
        rng, area = self.rng, self.rng.choice(list(OWN))
        chosen = rng.sample(list(INDICATORS), rng.randint(1, 3))
        units = {indicator: self.unit(indicator) for indicator in chosen}
        heads = [f"{self.name(i)}（{units[i]}）" for i in chosen]
        if kind == "near_name":
            heads.append(f"{rng.choice(NEAR[chosen[0]].split())}（{units[chosen[0]]}）")
        rows = [[self.title(kind, self.place(area), "", "历年科技统计资料")], ["年份", *heads]]
        for year in range(2019, 2024):
            label = str(year)
            lost = False
            if year == 2023 and kind in ("period", "derived"):
                label = rng.choice(PERIODS if kind == "period" else DERIVED).format(y=2023, p=2021)
                lost = True
            row = [label, *(self.figure(area, i, year, units[i], lost) for i in chosen)]
            rows.append(row + [self.figure(area, chosen[0], year, units[chosen[0]], True)] * (
                len(heads) - len(chosen)))  # fmt: skip
        return self.finish(kind, rows, 1)

    def areas_across(self, kind: str) -> Sheet:
        rng, year = self.rng, self.rng.randint(2019, 2023)
        places = [*OWN, *(rng.sample(OTHERS, 4) if kind == "other_place" else ["阜康市"])]
        rng.shuffle(places)
        stated = f"{year}年"
        if kind == "period":
            stated = rng.choice(PERIODS).format(y=year, p=year - 2)
        rows = [[self.title(kind, "", stated, "各地州主要指标")],
                ["指标", "计量单位", *(self.place(p) if p in OWN else p for p in places)]]  # fmt: skip
        for indicator in rng.sample(list(INDICATORS), 3):
            unit, name = self.unit(indicator), self.name(indicator)
            if kind == "near_name":
                rows.append([rng.choice(NEAR[indicator].split()), unit,
                             *(self.figure(p, indicator, year, unit, True) for p in places)])  # fmt: skip
            lost = kind == "period"
            rows.append([name, unit, *(self.figure(p, indicator, year, unit, lost or p not in OWN)
                                       for p in places)])  # fmt: skip
        return self.finish(kind, rows, 1)

    def long(self, kind: str) -> Sheet:
        rng, rows = self.rng, [["地区", "年份", "指标", "数值", "单位"]]
        for _ in range(8):
            area, indicator, year = (
                rng.choice(list(OWN)),
                rng.choice(list(INDICATORS)),
                rng.randint(2019, 2023),
            )
            if (area, indicator, year) in self.truth:
                continue
            unit, name, place, label = (
                self.unit(indicator),
                self.name(indicator),
                self.place(area),
                str(year),
            )
            lost = kind in ("other_place", "near_name", "period", "derived") and rng.random() < 0.5
            if lost and kind == "other_place":
                place = rng.choice(OTHERS)
            if lost and kind == "near_name":
                name = rng.choice(NEAR[indicator].split())
            if lost and kind in ("period", "derived"):
                label = rng.choice(PERIODS if kind == "period" else DERIVED).format(
                    y=year, p=year - 2
                )
            rows.append([place, label, name, self.figure(area, indicator, year, unit, lost), unit])
        if kind == "narrow_title":
            rows.insert(0, [f"{rng.choice(NARROW)}数据"])
        return self.finish("plain" if kind == "narrow_section" else kind, rows, 0)

    def two_heads(self, kind: str) -> Sheet:
        rng, area = self.rng, self.rng.choice(list(OWN))
        years = [2021, 2022]
        second = rng.choice(DERIVED).format(y=2022, p=2021) if kind == "derived" else "增长%"
        second = "增长%" if "2022" in second or "2021" in second else second
        rows = [
            [self.title(kind, self.place(area), "", "主要指标")],
            ["指标", "单位", "2021年", "", "2022年", ""],
            ["", "", "绝对数", second, "绝对数", second],
        ]
        for indicator in rng.sample(list(INDICATORS), 3):
            unit = self.unit(indicator)
            cells = [
                [self.figure(area, indicator, y, unit), f"{rng.uniform(-9, 20):.1f}"] for y in years
            ]
            rows.append([self.name(indicator), unit, *cells[0], *cells[1]])
        sheet = self.finish(kind, rows, 1)
        at = 1 + next(i for i, row in enumerate(sheet.rows) if row[0] == "指标")
        spans = (f"A{at}:A{at + 1}", f"B{at}:B{at + 1}", f"C{at}:D{at}", f"E{at}:F{at}")
        return replace(sheet, merged=spans)

    def export(self, kind: str) -> Sheet:
        rng, indicator = self.rng, self.rng.choice(list(INDICATORS))
        unit = self.unit(indicator)
        name = rng.choice(NEAR[indicator].split()) if kind == "near_name" else self.name(indicator)
        lost = kind == "near_name"
        rows = [["数据库：分省年度数据"], [f"指标：{name}({unit})"], ["时间：最近3年"],
                ["地区", "2023年", "2022年", "2021年"]]  # fmt: skip
        for place in [*OWN, *rng.sample(OTHERS, 3)]:
            known = place in OWN
            rows.append([self.place(place) if known else place,
                         *(self.figure(place, indicator, y, unit, lost or not known)
                           for y in (2023, 2022, 2021))])  # fmt: skip
        rows.append(["数据来源：国家统计局"])
        if kind == "narrow_title":
            rows.insert(1, [f"口径：{rng.choice(NARROW)}"])
        return self.finish(kind, rows, 3)


def _number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit() and not (len(text) == 4 and text.startswith("20"))


def generated(seed: int) -> Sheet:
    """One sheet."""
    return _Maker(seed).make()
