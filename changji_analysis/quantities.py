"""Reading quantities as Chinese official documents print them, and converting units."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from .errors import QuantityError

MAX_LENGTH = 64
BOUNDS = ("exact", "at_least", "at_most", "more_than", "less_than", "about", "between", "missing")

_UNDERSTOOD = (
    "understood are Arabic or Chinese numerals with 万/亿/千/百, 余/多/约/左右/以上/以下/不低于 "
    "and the like, %, ranges with — – ~ 至 到, one unit, and the missing marks — … 空"
)

_LEADING = {
    "exact": "达到 多达 高达 可达 达 为 是 共计 合计 累计 总计 共 计 调整到 调整为 稳定在 "
    "保持在 控制在 增加到 增加至 提高到 提高至 增长到 增长至 减少到 减少至 下降到 下降至 降至 "
    "增至 实现 同比增长 增长",
    "at_least": "大于等于 大于或等于 不低于 不少于 不小于 不下于 至少 最少 >= ≥ ≧",
    "at_most": "小于等于 小于或等于 不超过 不高于 不多于 不大于 至多 最多 <= ≤ ≦",
    "more_than": "超过 突破 高于 多于 大于 超 >",
    "less_than": "不足 不到 不满 低于 少于 小于 <",
    "about": "大约 大概 接近 将近 约为 约 近",
}
_LEADING_WORDS = {word: bound for bound, words in _LEADING.items() for word in words.split()}
_LEADING_RE = re.compile("|".join(sorted(_LEADING_WORDS, key=len, reverse=True)))

_TRAILING = {
    "at_least": "(含)以上 及以上 以上",
    "at_most": "(含)以下 (含)以内 及以下 以下 以内 之内",
    "about": "左右 上下",
    "more_than": "(不含)以上 有余 余 多",
    "less_than": "(不含)以下",
}
_TRAILING_WORDS = {word: bound for bound, words in _TRAILING.items() for word in words.split()}
_TRAILING_RE = re.compile(
    f"(?:{'|'.join(map(re.escape, sorted(_TRAILING_WORDS, key=len, reverse=True)))})$"
)
_INFIX_WORDS = {"余": "more_than", "多": "more_than", "来": "about"}

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_POWERS |= {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}

_ARABIC = (
    r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9])|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?"
)
_CHINESE = r"[零〇一二两三四五六七八九十百千]+(?:点[零〇一二三四五六七八九]+)?"
_PART = re.compile(
    rf"(?P<number>{_ARABIC}|{_CHINESE})(?P<before>[余多来]?)"
    r"(?P<power>[十百千]?万亿|[十百千]?[万亿]|[十千]|百(?!分点)|thousand|million|billion|trillion)?"
    r"(?P<after>[余多来]?)"
)
_RATIOS = {"百分之": "%", "千分之": "‰", "万分之": "‱"}
_MISSING_RE = re.compile(
    r"[-—–―─−.…/*]*|[(（]?(?:空|空白|缺|缺失|暂无|无数据|不详|未公布|未统计)[)）]?|n/?a|nan|none|null|<na>"
)
_UNIT_RE = re.compile(r"[^\W\d_%‰‱][^\W\d_]{0,7}(?:/[^\W\d_]{1,4})?|[%‰‱]|")
_NOT_IN_UNIT = re.compile(
    "以上|以下|左右|以内|分之|^分点|^(?!百分点)[百千万亿]|[约超至到和与及或其不几数半〇一二三四五六七八九十]"
)
_RANGE_SIGNS = re.compile(r"——|--|[-−—–―~〜至到]")
_MINUS = ("-", "−", "负")
_UNIT_NAMES = {"个百分点": "百分点", "yuan": "元", "CNY": "元", "RMB": "元"}


@dataclass(frozen=True)
class Quantity:
    """A figure as printed, in base units.

    Attributes
    ----------
    value : float
        The number with 万 and 亿 multiplied out (NaN when missing); the lower end of a range.
    unit : str
        The printed unit without multiplier: 元, 亩, 家, %, …; empty if none was printed.
    bound : str
        One of `BOUNDS`.
    upper : float or None
        The upper end of a range (``bound="between"``), else None.
    """

    value: float
    unit: str
    bound: str
    upper: float | None = None


@dataclass(frozen=True)
class _Measure:
    number: Decimal
    power: int
    unit: str
    bounds: frozenset[str]

    @property
    def value(self) -> float:
        value = float(self.number * self.power)
        if not math.isfinite(value):
            raise _Unreadable("the number is too large")
        return value


class _Unreadable(Exception):
    pass


@lru_cache(maxsize=4096)
def parse_quantity(text: str | float | None) -> Quantity:
    """Read one printed quantity.

    Parameters
    ----------
    text : str
        The figure with its unit and bound words, e.g. ``4500余万元`` or ``1—3名``; at most 64
        characters. Full-width characters and spaces do not matter. None and NaN are missing.

    Returns
    -------
    Quantity
        ``parse_quantity("4500余万元")`` is ``Quantity(45_000_000.0, "元", "more_than")``.
        A range has ``upper`` and the bound ``between``. Missing marks give NaN and ``missing``.

    Raises
    ------
    QuantityError
        The text is not one quantity, or would have to be guessed (三五家, 一百二, 五分之一,
        circled or superscript figures, bound words that contradict each other).
    """
    printed = "" if text is None else str(text)
    if len(printed) > MAX_LENGTH:
        raise QuantityError(
            f"cannot read {printed[:20]!r}… as a quantity: it has {len(printed)} characters, "
            f"at most {MAX_LENGTH} are read; pass the figure with its unit only"
        )
    try:
        return _read(_plain(printed))
    except _Unreadable as why:
        raise QuantityError(
            f"cannot read {printed!r} as a quantity: {why}; {_UNDERSTOOD}"
        ) from None


def _plain(printed: str) -> str:
    """Full-width forms made plain, spaces and closing punctuation taken off."""
    for char in printed:
        plain = unicodedata.normalize("NFKC", char)
        if char != plain and not "０" <= char <= "９" and any(c.isdigit() for c in plain):
            raise _Unreadable(f"{char!r} is a raised, circled or fraction figure")
    if re.search(r"\d\s+\d", printed):
        raise _Unreadable("there is a space between its digits")
    return "".join(unicodedata.normalize("NFKC", printed).split()).rstrip("。;,、")


def _read(text: str) -> Quantity:
    if _MISSING_RE.fullmatch(text.lower()):
        return Quantity(math.nan, "", "missing")
    bounds = set()
    while leading := _LEADING_RE.match(text):
        bounds.add(_LEADING_WORDS[leading[0]])
        text = text[leading.end() :]
    if trailing := _TRAILING_RE.search(text):
        bounds.add(_TRAILING_WORDS[trailing[0]])
        text = text[: trailing.start()]
    try:
        measure = _measure(text)
    except _Unreadable as why:
        ends = _range(text)
        if ends is None:
            raise why
        return _between(*ends, bounds)
    return Quantity(measure.value, measure.unit, _bound(bounds | measure.bounds))


def _bound(bounds: set[str]) -> str:
    """One bound from the words printed; of two that agree in direction the weaker holds."""
    stated = bounds - {"exact", "about"}
    if stated & {"at_least", "more_than"} and stated & {"at_most", "less_than"}:
        raise _Unreadable("its bound words contradict each other")
    if not stated:
        return "about" if "about" in bounds else "exact"
    return stated.pop() if len(stated) == 1 else (stated & {"at_least", "at_most"}).pop()


def _measure(text: str) -> _Measure:
    """Number, multiplier and unit of a text without leading and trailing bound words."""
    sign = -1 if text.startswith(_MINUS) else 1
    rest = text[1:] if text.startswith((*_MINUS, "+")) else text
    ratio = next((word for word in _RATIOS if rest.startswith(word)), "")
    rest = rest.removeprefix(ratio)
    if re.match("[百千万亿][余多]", rest):
        rest = f"一{rest}"
    numbers, powers, bounds = [], [], set()
    while part := _PART.match(rest):
        number = _number(part["number"])
        power = math.prod(_POWERS[word] for word in _power_words(part["power"]))
        if powers:
            # 1亿2000万 adds up; 3万5 may be 35 000 as well as 30 005
            short = power == 1 and number < 10 and part["number"][0] not in "零〇"
            if number * power >= powers[-1] or short:
                raise _Unreadable("its parts do not add up to one number")
        numbers.append(number)
        powers.append(power)
        bounds |= {_INFIX_WORDS[word] for word in (part["before"], part["after"]) if word}
        rest = rest[part.end() :]
        if bounds or power == 1:
            break
    if not numbers:
        raise _Unreadable("it does not begin with a number" if text else "there is no number")
    if ratio and rest:
        raise _Unreadable(f"{rest!r} follows the percentage")
    if not _UNIT_RE.fullmatch(rest) or _NOT_IN_UNIT.search(rest):
        raise _Unreadable(f"{rest!r} is not a unit")
    unit = _RATIOS[ratio] if ratio else _UNIT_NAMES.get(rest, rest)
    number, power = numbers[0], powers[0]
    if len(numbers) > 1:
        number, power = sum(n * p for n, p in zip(numbers, powers, strict=True)), 1
    return _Measure(sign * number, power, unit, frozenset(bounds))


def _power_words(word: str | None) -> list[str]:
    if not word:
        return []
    return [word] if word in _POWERS else list(word)


def _number(digits: str) -> Decimal:
    if digits[0].isascii():
        return Decimal(digits.replace(",", ""))
    whole, _, fraction = digits.partition("点")
    tail = "".join(str(_DIGITS[c]) for c in fraction)
    return Decimal(f"{_chinese(whole)}.{tail}" if tail else _chinese(whole))


def _chinese(numeral: str) -> int:
    """Chinese integer below 10 000; raises where the reading would be a guess."""
    if len(numeral) > 1 and set(numeral) <= set(_DIGITS) and set(numeral[1:]) & set("零〇"):
        return int("".join(str(_DIGITS[c]) for c in numeral))
    total, digit, last, zero = 0, None, 10**4, False
    for place, char in enumerate(numeral):
        if char in _POWERS:
            if digit is None and not (char == "十" and place == 0):
                raise _Unreadable(f"{numeral!r} has no digit before {char}")
            if _POWERS[char] >= last:
                raise _Unreadable(f"{numeral!r} is not one number")
            last = _POWERS[char]
            total += (1 if digit is None else digit) * last
            digit, zero = None, False
        elif digit is not None:
            raise _Unreadable(f"{numeral!r} is not one number")
        elif _DIGITS[char] == 0 and len(numeral) > 1:
            zero = True
        else:
            digit = _DIGITS[char]
    if digit is not None and total and last > 10 and not zero:
        raise _Unreadable(f"{numeral!r} may be short for {total + digit * last // 10}")
    return total + (digit or 0)


def _range(text: str) -> tuple[_Measure, _Measure] | None:
    """Both ends where the text is a range, else None."""
    for sign in _RANGE_SIGNS.finditer(text, 1):
        if sign[0] == "--" and text.startswith(_MINUS):
            raise _Unreadable("its double sign may be a dash or a dash and a minus")
        try:
            return _measure(text[: sign.start()]), _measure(text[sign.end() :])
        except _Unreadable:
            continue
    return None


def _between(low: _Measure, high: _Measure, bounds: set[str]) -> Quantity:
    if (bounds | low.bounds | high.bounds) - {"exact", "about"}:
        raise _Unreadable("a range with a further bound word")
    if low.unit and high.unit and low.unit != high.unit:
        raise _Unreadable(f"its ends have the units {low.unit} and {high.unit}")
    lower, upper = low.value, high.value
    if low.power == 1 and not low.unit and lower * high.power <= upper:
        lower = float(low.number * high.power)
    if lower > upper:
        raise _Unreadable("its ends are the wrong way round")
    return Quantity(lower, high.unit or low.unit, "between", upper)


# unit -> (what is measured, size in that dimension's base unit). Measure words of one row count
# the same kind of thing, so that 3个 centres and 3家 centres agree.
_UNITS: dict[str, tuple[str, Decimal]] = {
    unit: (dimension, Decimal(size))
    for dimension, sizes in {
        "money": {"元": "1"},
        "area": {"亩": "1", "公顷": "15", "平方公里": "1500"},
        "mass": {"吨": "1", "公斤": "0.001", "克": "0.000001"},
        "ratio": {"%": "1", "‰": "0.1", "‱": "0.01"},
        "persons": {"人": "1", "名": "1"},
        "things": {"家": "1", "个": "1", "座": "1", "所": "1"},
    }.items()
    for unit, size in sizes.items()
} | {
    unit: (unit, Decimal(1))
    for unit in "百分点 人次 场次 场 次 期 项 件 册 份 支 处 户 台 套 年 倍 条".split()
}
_PREFIX_RE = re.compile("[十百千]?万亿|[十百千]?[万亿]|[百千]")


def known_unit(unit: str) -> bool:
    """Whether `convert` knows the unit."""
    return _resolve(unit) is not None


def convert(value: float, from_unit: str, to_unit: str) -> float:
    """Convert between units of one kind: 元/万元/亿元, 亩/万亩/公顷, 吨/万吨, 人/万人, 家, %, …

    Parameters
    ----------
    value : float
        NaN stays NaN.
    from_unit, to_unit : str
        A unit, with 万 or 亿 before it or not.

    Returns
    -------
    float
        The value in `to_unit`, without the error of binary multiplication.

    Raises
    ------
    QuantityError
        A unit is unknown, or the two measure different things.
    """
    (kind, size), (wanted, wanted_size) = _known(from_unit), _known(to_unit)
    if kind != wanted:
        raise QuantityError(f"{from_unit} and {to_unit} measure different things")
    if size == wanted_size or not math.isfinite(value):
        return float(value)
    return float(Decimal(repr(float(value))) * size / wanted_size)


def _known(unit: str) -> tuple[str, Decimal]:
    resolved = _resolve(unit)
    if resolved is None:
        raise QuantityError(
            f"unknown unit {unit!r}; known are {'、'.join(_UNITS)}, each also with 万 or 亿"
        )
    return resolved


def _resolve(unit: str) -> tuple[str, Decimal] | None:
    if unit in _UNITS:
        return _UNITS[unit]
    prefix = _PREFIX_RE.match(unit)
    if prefix is None or unit[prefix.end() :] not in _UNITS:
        return None
    dimension, size = _UNITS[unit[prefix.end() :]]
    return dimension, size * math.prod(_POWERS[c] for c in prefix[0])
