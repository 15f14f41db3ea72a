"""What the words beside a figure say: year, area, unit, vintage, footnotes, and a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ..quantities import known_unit
from ..records.schemas import PROVINCES

YEAR_BEFORE_PLANS = 1955  # the nth five-year plan ends in 1955 + 5 n
FUZZY, NEAR, MARGIN = 86.0, 72.0, 4.0

MARK = "①-⑳❶-❿⓪¹²³⁰⁴-⁹"
_MARKS_RE = re.compile(rf"[{MARK}]|\[\d{{1,2}}\]|\(?注\s*\d{{1,2}}\)?(?![.、:：])|[*†‡]+$")
_ORDINAL_RE = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|"
    r"\d{1,2}(?:\.\d{1,2})*[.、)](?!\d)|附?表[一二三四五六七八九十\d]+(?:[-–.]\d+)?[:：.、]?|"
    r"第[一二三四五六七八九十]+[章节部分]+|[ⅠⅡⅢⅣⅤⅥ]+[.、]|[⑴-⒇])\s*"
)
_YEAR_RE = re.compile(
    r"(?<![\d.,])((?:19|20|21)\d\d)(?![\d,]|\.[1-9])(?:\.0)?(?:年[末底]|年度?|年?)"
)
_CHINESE_YEAR_RE = re.compile(r"[一二][〇零○一二三四五六七八九]{3}年度?")
_SPAN_RE = re.compile(r"((?:19|20)\d\d)年?[-—–―~〜至到]+((?:19|20)\d\d)年?")
_PLAN_RE = re.compile(
    r"[“\"']?十([一二三四五六七八九]?)五[”\"']?(?:规划|计划|时期|期)?(末)?(?:年|期)?"
)
_DATE_RE = re.compile(r"((?:19|20)\d\d)[年./-](\d{1,2})(?:[月./-](?:(\d{1,2})日?|末|底)?)?")
_PART_RE = re.compile(
    r"上半年|下半年|[一二三四1-4]季度|前三季度|[1一][-—–~至](?!12)\d{1,2}月份?|"
    r"(?<!\d)(?:[1-9]|1[01])月份?|(?<![\d-])12月份"
)
_WHOLE_YEAR_RE = re.compile(r"1[-—–~至]12月份?|12月(?:31日|末|底)?|全年|年末|年底|截至|截止|末$")
_GROWTH_RE = re.compile(
    "增长|增速|同比|环比|比上年|较上年|比上期|增幅|涨幅|增减|变化|排名|位次|名次|完成率|完成比例|"
    "进度|达标率|权重|得分|年均|指数"
)
_TARGET_RE = re.compile("目标|规划数|规划值|规划指标|计划数|计划值|计划$|预期|任务|约束性")
_RELATIVE = {
    0: "本年 本期 今年 当年 本年度 报告期 本年数 本期数",
    -1: "上年 上期 去年 上年度 上年同期 上年数 上期数 去年同期",
}
_RELATIVE_WORDS = {word: step for step, words in _RELATIVE.items() for word in words.split()}
_VINTAGES = {
    "signal": "快报数据 快报数 快报 预计数 预计 预估 拟认定公示 公示数",
    "preliminary": "初步核算数 初步核算 初步统计数 初步统计 初步数 初核数 初算数 preliminary",
    "revised": "最终核实数 最终核实 修订后 修订数 修订 调整后 核定数 revised",
    "first": "年报数 年报 公报数 定报数",
}
_VINTAGE_WORDS = {word: vintage for vintage, words in _VINTAGES.items() for word in words.split()}
_VINTAGE_RE = re.compile("|".join(sorted(_VINTAGE_WORDS, key=len, reverse=True)))
_NEUTRAL_WORDS = (
    "实际完成数 实际完成 完成数 完成值 完成情况 完成 实际值 实际数 实际 实绩 实现数 "
    "数值 数据 数量 绝对数 绝对量 绝对值 总量 指标值 指标 统计值 统计数 统计 合计 总计 "
    "年度 年份 时间 年 基期值 基期 基数 现状值 现状 本年 本期 值 数 实有 全部 "
    "地区 单位 项目 名称 内容 类别 情况 计量 value total actual"
)
_NEUTRAL_RE = re.compile(
    "(?:" + "|".join(sorted(_NEUTRAL_WORDS.split(), key=len, reverse=True)) + r"|[/\\|&\s])*"
)
_TOTAL_RE = re.compile("(?:合计|总计|小计|总数|共计|全部合计|total)")
_PART_OF_RE = re.compile(r"(?:#|[其內内]\s*中\s*[:：,，]?)\s*")
_FIRM_RE = re.compile(
    "有限(?:责任)?公司|股份|集团|公司|合作社|(?:某|一|1)(?:家|户)?企业|(?:机械|化工|食品|建材|煤|水泥|制药|纺织|电)厂"
)
_OTHER_PLACE_RE = re.compile(
    "(?:新疆生产建设)?兵团(?:第?[一二三四五六七八九十]+师)?|第?[一二三四五六七八九十]+师|.{2,8}?(?:自治州|自治县|自治区|地区)|"
    "[一-鿿]{2,4}?(?:市|县|州|盟|旗|乡|镇)|[一-鿿]{1,5}(?:高新区|农高区|开发区|园区)"
)
_CITYLIKE = {"全市", "本市", "我市", "全县", "本县", "我县"}
_GENERIC = {
    "prefecture": {"全州", "本州", "我州", "全地区"},
    "region": {"自治区", "全自治区", "全省", "我区"},
    "nation": {"全国"},
}
_SEPARATORS = "、,，;；/和及"
_SCOPE_RE = re.compile(
    "兵团|[一二三四五六七八九十]师|五家渠|高新区|农高区|口径|区划|划入|划出|并入|纳入"
)


@dataclass(frozen=True)
class Label:
    """What a piece of text beside a figure says; what it does not say is empty.

    Attributes
    ----------
    text : str
        As it stands.
    name : str
        What is left when everything else has been read off.
    year, relative : int or None
        A year; or 0 for 本年, -1 for 上年.
    area : str or None
        One of the review's areas; ``other`` holds the name of a place that is none.
    units : tuple of str
    vintage : str
    refuse : str
        growth_value, target_value, part_year or several_years, if it is one of these.
    marks : tuple of str
        Footnote marks.
    part, total : bool
        其中 and 合计.
    """

    text: str = ""
    name: str = ""
    year: int | None = None
    relative: int | None = None
    area: str | None = None
    other: str = ""
    units: tuple[str, ...] = ()
    vintage: str = ""
    refuse: str = ""
    marks: tuple[str, ...] = ()
    part: bool = False
    total: bool = False

    @property
    def neutral(self) -> bool:
        """Whether the name adds nothing: 合计, 实际完成, 数值, …"""
        return bool(_NEUTRAL_RE.fullmatch(self.name))

    @property
    def is_year(self) -> bool:
        """Whether it is a year and nothing else but a vintage or a footnote."""
        return self.year is not None and self.neutral and not (self.area or self.other)

    @property
    def is_unit(self) -> bool:
        """Whether it is a unit and nothing else."""
        return bool(self.units) and not self.name and self.year is None


@dataclass(frozen=True)
class Match:
    """An indicator that a name means, how surely (exact, fuzzy, near), and the score."""

    indicator: str
    how: str
    score: float


@dataclass(frozen=True)
class Vocabulary:
    """Names of areas and indicators that a review knows.

    Parameters
    ----------
    areas : dict
        Name as written -> area of the review, or ``""`` for a known place that is none.
    names : dict
        Name as written -> indicator; ``gdp>第一产业`` is 第一产业 under a row that is the GDP.
    chosen : dict
        Names that the user has settled.
    """

    areas: dict[str, str]
    names: dict[str, str]
    chosen: dict[str, str] = field(default_factory=dict)
    _plain: dict[str, str] = field(init=False, repr=False, compare=False)
    _chosen: dict[str, str] = field(init=False, repr=False, compare=False)
    _alike: dict[frozenset[str], dict[str, str]] = field(init=False, repr=False, compare=False)
    _cache: dict[tuple[str, str], Match | None] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self):
        plain = {}
        for name, indicator in self.names.items():
            whole, above, part = name.rpartition(">")
            plain[f"{whole}{above}{normal(part)}"] = indicator
        chosen = {normal(name): indicator for name, indicator in self.chosen.items()}
        alike: dict[frozenset[str], dict[str, str]] = {}
        for name, indicator in plain.items():
            if ">" not in name:
                alike.setdefault(_guards(name), {})[name] = indicator
        object.__setattr__(self, "_plain", plain)
        object.__setattr__(self, "_alike", alike)
        object.__setattr__(self, "_chosen", chosen)

    def match(self, name: str, above: str = "") -> Match | None:
        """The indicator that a name means; ``above`` is the indicator of which it is a part."""
        key = (name, above)
        if key not in self._cache:
            self._cache[key] = self._match(name, above)
        return self._cache[key]

    def _match(self, name: str, above: str) -> Match | None:
        from rapidfuzz import fuzz, process

        wanted = normal(name)
        if not wanted:
            return None
        for table, key in (
            (self._chosen, wanted),
            (self._plain, f"{above}>{wanted}" if above else wanted),
        ):
            if key in table:
                return Match(table[key], "exact", 100.0) if table[key] else None
        if above:
            return None
        alike = self._alike.get(_guards(wanted), {})
        scores: dict[str, float] = {}
        for known, score, _ in process.extract(
            wanted, alike.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=None
        ):
            scores.setdefault(alike[known], score)  # the best comes first
        if not scores:
            return None
        ranked = list(scores.items())
        sure = ranked[0][1] >= FUZZY and len(wanted) >= 4
        sure = sure and (len(ranked) < 2 or ranked[0][1] - ranked[1][1] >= MARGIN)
        return Match(ranked[0][0], "fuzzy" if sure else "near", ranked[0][1])

    def known(self, name: str) -> bool:
        """Whether the name is an indicator's to the letter."""
        match = self.match(name)
        return match is not None and match.how == "exact"


# ---- names -------------------------------------------------------------------------------------
_SAME = [
    (re.compile(pattern), word)
    for pattern, word in (
        ("(?:研究[与和](?:试验|实验)发展|研发)(?:[(]?r&d[)]?)?|r&d", "rd"),
        ("国内生产总值|地区生产总值|生产总值", "gdp"),
        ("gdp\\(gdp\\)|gdpgdp", "gdp"),
        ("(?:与|占|相当于)gdp的?(?:之比|比重|比例|比率|百分比)", "占gdp比重"),
        ("规上", "规模以上"),
        ("及以上", "以上"),
        ("全社会|“|”|的", ""),
        ("占比$|所占比例$|所占比重$|比例$", "比重"),
    )
]
_TAIL_RE = re.compile(
    "(?:(?<!比)(?:数量|个数|家数|户数|总数|总量|总额|数额|金额|数|值|量|额|情况))+$"
)
# A name that has one of these and another that has not are two things, however alike they look.
_GUARD_WORDS = (
    "规模以上 工业 高校 院校 院所 机构 政府 财政 国有 民营 外资 园区 高新区 开发区 "
    "农业 制造业 服务业 建筑业 新增 新认定 新建 新培育 净增 当年 累计 占 比重 率 强度 "
    "人均 户均 每万 每百 增长 增速 增加 同比 目标 计划 预期 国家 自治区 省级 州级 市级 县级 以上 "
    "复审 认定 培育 入库 备案 发明 实用 外观 申请 授权 有效 户籍 常住 人员 人才 经费 支出 投入 "
    "内部 外部 基础研究 收入 产值 利润 税收 出口 面积 产量 单产 产能 露地 设施 播种 "
    "小麦 玉米 棉花 蔬菜 粮食 林果 果品 志愿者 组织 服务队 第一 第二 第三 一产 二产 三产 "
    "实际 名义 平均 工程 技术中心 孵化 众创 科普 基地 企业 中小 活动 培训 机械 加工 绿色 煤 矿 "
    "不含 其中 不足 以下 领域 园 引进"
).split()


@lru_cache(maxsize=4096)
def normal(name: str) -> str:
    """A name without spelling differences: width, spaces, punctuation, everyday synonyms."""
    plain = "".join(unicodedata.normalize("NFKC", name).lower().split())
    for pattern, word in _SAME:
        plain = pattern.sub(word, plain)
    plain = re.sub(r"[“”\"'‘’·・、,，:：;；()（）\[\]【】<《》\-—–_/\\。.]", "", plain)
    return _TAIL_RE.sub("", plain) or plain


@lru_cache(maxsize=4096)
def _guards(plain: str) -> frozenset[str]:
    return frozenset(word for word in _GUARD_WORDS if word in plain)


def names_a_firm(text: str) -> bool:
    """Whether a label is the name of a single firm."""
    return bool(_FIRM_RE.search(compact(text)))


def discreet(remark: str) -> str:
    """A remark without what it tells of a single firm's figures."""
    firm = names_a_firm(remark) and re.search(r"\d", remark)
    return "***（涉及单个单位的数据，不予收录）" if firm else remark


def tells_of_scope(remark: str) -> bool:
    """Whether a remark tells that what is counted has changed."""
    return bool(_SCOPE_RE.search(compact(remark)))


# ---- reading one label -------------------------------------------------------------------------
def read_label(text: str, words: Vocabulary) -> Label:
    """Read what a header, a row name or a title says.

    Parameters
    ----------
    text : str
    words : Vocabulary

    Returns
    -------
    Label
    """
    label = Label(text=text)
    rest = compact(text)
    label, rest = _take_marks(label, rest)
    if rest.lower() not in ("", "#"):
        rest = _ORDINAL_RE.sub("", rest, count=1) if _ORDINAL_RE.match(rest) else rest
    if match := _PART_OF_RE.match(rest):
        label, rest = replace(label, part=True), rest[match.end() :]
        rest = _ORDINAL_RE.sub("", rest, count=1) if _ORDINAL_RE.match(rest) else rest
    if known_unit(rest) and rest != "年":
        return replace(label, units=(rest,))
    label, rest = _take_brackets(label, rest, words)
    label, rest = _take_unit(label, rest)
    label, rest = _take_time(label, rest)
    label, rest = _take_area(label, rest, words)
    label, rest = _take_vintage(label, rest)
    name = rest.strip(" 　“”\"':：-—–,，;；、。.()（）")
    if label.year is not None and re.fullmatch("[EePp]", name):
        label, name = replace(label, vintage={"e": "signal", "p": "preliminary"}[name.lower()]), ""
    if name in _RELATIVE_WORDS:
        label, name = replace(label, relative=_RELATIVE_WORDS[name]), ""
    if _TOTAL_RE.fullmatch(name):
        label = replace(label, total=True)
    refuse = label.refuse
    if not refuse and _TARGET_RE.search(name):
        refuse = "target_value"
    if not refuse and _GROWTH_RE.search(name):
        refuse = "growth_value"
    return replace(label, name=name, refuse=refuse)


def compact(text: str) -> str:
    """Width and spaces made plain; footnote figures are left as they are."""
    kept = (c if re.match(f"[{MARK}]", c) else unicodedata.normalize("NFKC", c) for c in text)
    plain = "".join("".join(kept).split())
    return plain.replace("○", "〇") if _CHINESE_YEAR_RE.search(plain) else plain


def _take_marks(label: Label, rest: str) -> tuple[Label, str]:
    marks = tuple(match[0].strip("()") for match in _MARKS_RE.finditer(rest))
    return replace(label, marks=marks), _MARKS_RE.sub("", rest)


def split_units(text: str) -> tuple[str, ...]:
    """Units named in a text such as 万元、%; empty where one of them is unknown."""
    plain = re.sub(r"^(?:计量|数据)?单位[:：]?", "", "".join(compact(text).split())).strip("()")
    plain = {"百分比": "%", "百分数": "%", "percent": "%"}.get(plain, plain)
    plain = plain.removeprefix("人民币")
    if known_unit(plain):
        return (plain,)
    parts = [part for part in re.split(f"[{_SEPARATORS}]", plain) if part]
    return tuple(parts) if parts and all(map(known_unit, parts)) else ()


def _take_brackets(label: Label, rest: str, words: Vocabulary) -> tuple[Label, str]:
    """Read what stands in brackets, as far as it is unit, year or vintage; the rest stays."""
    if "拟认定" in rest:  # a list of firms about to be certified: a flow, and an early signal
        rest = re.sub(r"[(]?拟认定(?:公示数?)?[)]?", "认定", rest)
        label = replace(label, vintage="signal")
    for match in reversed(list(re.finditer(r"[(\[【]([^()\[\]【】]*)[)\]】]", rest))):
        inside, kept = match[1], []
        pieces = [inside] if split_units(inside) else re.split("[,，;；]", inside)
        for piece in pieces:
            if units := split_units(piece):
                label = replace(label, units=label.units or units)
            elif piece in _VINTAGE_WORDS:
                label = replace(label, vintage=_VINTAGE_WORDS[piece])
            elif piece.lower() in ("p", "e"):
                label = replace(label, vintage={"e": "signal", "p": "preliminary"}[piece.lower()])
            elif re.fullmatch(r"年?|\d{1,2}", piece):
                continue
            elif _times_only(piece) or words.areas.get(piece):
                kept.append(piece)
            else:
                kept.append(f"({piece})")
        rest = rest[: match.start()] + "".join(kept) + rest[match.end() :]
    return label, rest


def _times_only(piece: str) -> bool:
    return bool(_YEAR_RE.fullmatch(piece) or _PART_RE.fullmatch(piece) or _SPAN_RE.fullmatch(piece))


def _take_unit(label: Label, rest: str) -> tuple[Label, str]:
    """A unit after a stroke, a comma or 单位: R&D经费/万元."""
    match = re.search(r"[/,，:：]?(?:计量)?单位[:：](.+)$", rest)
    if match and (units := split_units(match[1])):
        return replace(label, units=label.units or units), rest[: match.start()]
    for sign in "/,，:：":
        head, found, tail = rest.rpartition(sign)
        if found and head and tail != "年" and (units := split_units(tail)):
            return replace(label, units=label.units or units), head
    if rest.endswith(("%", "‰", "‱")) and len(rest) > 1 and not rest[-2].isdigit():
        return replace(label, units=label.units or (rest[-1],)), rest[:-1]
    return label, rest


def _take_time(label: Label, rest: str) -> tuple[Label, str]:
    whole = _WHOLE_YEAR_RE
    rest = re.sub(r"(?<!\d)1月?[-—–~至]12月份?", "", rest)
    if match := _SPAN_RE.search(rest):
        return replace(label, refuse="several_years"), rest.replace(match[0], "")
    if match := _DATE_RE.search(rest):
        month, day = int(match[2]), match[3]
        end = rest[match.end() :]
        if month == 12 and day in (None, "31") and not end.startswith("份"):
            rest = rest[: match.start()] + end
            return replace(label, year=int(match[1])), whole.sub("", rest)
        if 1 <= month <= 12:
            return replace(label, refuse="part_year"), rest
    if match := _CHINESE_YEAR_RE.search(rest):
        digits = "".join(
            str("〇一二三四五六七八九".index(c.replace("零", "〇"))) for c in match[0][:4]
        )
        rest = rest.replace(match[0], digits + "年")
    years = sorted({int(match[1]) for match in _YEAR_RE.finditer(rest)})
    if len(years) > 1:
        return replace(label, refuse="several_years"), _YEAR_RE.sub("", rest)
    if years:
        rest = whole.sub("", _YEAR_RE.sub("", rest))
        label = replace(label, year=years[0])
    elif match := _PLAN_RE.search(rest):
        place = "零一二三四五六七八九".index(match[1] or "零")
        end_year = YEAR_BEFORE_PLANS + (10 + place) * 5
        if match[2]:
            return replace(label, year=end_year), rest.replace(match[0], "")
        if not _TARGET_RE.search(rest):
            return replace(label, refuse="several_years"), rest.replace(match[0], "")
    if _PART_RE.search(rest):
        label = replace(label, refuse="part_year")
    return label, rest


def _take_area(label: Label, rest: str, words: Vocabulary) -> tuple[Label, str]:
    """The review's area or another place at the beginning; the smallest of nested ones."""
    order = list(dict.fromkeys(area for area in words.areas.values() if area))
    found: list[str] = []
    while rest and not words.known(rest):
        name = next((n for n in _by_length(tuple(words.areas)) if rest.startswith(n)), None)
        if name is None or (words.areas[name] and _continues(name, rest)):
            break
        if not words.areas[name]:
            other = _OTHER_PLACE_RE.match(rest)
            place = other[0] if other and other[0].startswith(name) else name
            return replace(label, other=place), rest[len(place) :]
        found.append(words.areas[name])
        rest = rest[len(name) :]
    if found:
        return replace(label, area=min(found, key=order.index)), rest
    if rest and not words.known(rest) and (match := _OTHER_PLACE_RE.match(rest)):
        tail = rest[match.end() :]
        if not tail or words.match(tail) or _NEUTRAL_RE.fullmatch(tail):
            return replace(label, other=match[0]), tail
    return label, rest


def _continues(name: str, rest: str) -> bool:
    """Whether a short area name is only the beginning of a longer word: 自治区级, 新疆兵团."""
    tail = rest[len(name) :]
    return tail.startswith(("级", "生产建设", "兵团", "省级"))


@lru_cache(maxsize=16)
def _by_length(names: tuple[str, ...]) -> list[str]:
    return sorted(names, key=len, reverse=True)


def _take_vintage(label: Label, rest: str) -> tuple[Label, str]:
    if match := _VINTAGE_RE.search(rest):
        rest = rest.replace(match[0], "")
        label = replace(label, vintage=label.vintage or _VINTAGE_WORDS[match[0]])
    return label, rest


# ---- building a vocabulary ---------------------------------------------------------------------
def vocabulary(
    areas: dict[str, str],
    registry: Iterable[dict],
    aliases: Iterable[dict],
    chosen: dict[str, str] | None = None,
) -> Vocabulary:
    """Names that a review knows.

    Parameters
    ----------
    areas : dict
        Role (city, prefecture, region, nation, or anything else) -> area, the smallest first.
    registry : iterable of dict
        Indicators with id, zh and en.
    aliases : iterable of dict
        kind (area or indicator), id, name.
    chosen : dict, optional
        Name -> indicator or area, settled by the user.
    """
    places = {name: name for name in areas.values()}
    for role, words in {"city": _CITYLIKE, **_GENERIC}.items():
        if role in areas:
            places |= dict.fromkeys(words, areas[role])
    names: dict[str, str] = {}
    for row in registry:
        names |= {row["id"]: row["id"], row["zh"]: row["id"], row["en"]: row["id"]}
    for row in aliases:
        (places if row["kind"] == "area" else names)[row["name"]] = row["id"]
    for province in PROVINCES:
        for suffix in ("", "省", "市", "自治区", "壮族自治区", "回族自治区"):
            places.setdefault(province + suffix, "")
    for name in ("新疆生产建设兵团", "兵团"):
        places.setdefault(name, "")
    settled = {}
    for name, meant in (chosen or {}).items():
        if meant in areas.values():
            places[name] = meant
        else:
            settled[name] = meant
    return Vocabulary(places, names, settled)
