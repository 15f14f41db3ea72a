"""Reading printed quantities, and converting units."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changji_analysis.errors import ChangjiError, QuantityError
from changji_analysis.quantities import Quantity, convert, known_unit, parse_quantity


@pytest.mark.parametrize(
    ("text", "value", "unit", "bound"),
    [
        ("4500余万元", 45_000_000, "元", "more_than"),
        ("4,500余万元", 45_000_000, "元", "more_than"),
        ("百余家", 100, "家", "more_than"),
        ("万余人次", 10_000, "人次", "more_than"),
        ("210余项", 210, "项", "more_than"),
        ("20多个", 20, "个", "more_than"),
        ("2.5万余册", 25_000, "册", "more_than"),
        ("20万余人次", 200_000, "人次", "more_than"),
        ("38万多人次", 380_000, "人次", "more_than"),
        ("43.87亿元", 4_387_000_000, "元", "exact"),
        ("1亿2000万元", 120_000_000, "元", "exact"),
        ("1.5万亿元", 1_500_000_000_000, "元", "exact"),
        ("3千万吨", 30_000_000, "吨", "exact"),
        ("0.17%", 0.17, "%", "exact"),
        ("达到1.5%", 1.5, "%", "exact"),
        ("13%以上", 13, "%", "at_least"),
        ("600人以上", 600, "人", "at_least"),
        ("不低于120万吨", 1_200_000, "吨", "at_least"),
        ("≥120万吨", 1_200_000, "吨", "at_least"),
        ("60万吨以下", 600_000, "吨", "at_most"),
        ("60万吨（含）以下", 600_000, "吨", "at_most"),
        ("60万吨(不含)以下", 600_000, "吨", "less_than"),
        ("5家（含）以上", 5, "家", "at_least"),
        ("100家（不含）以上", 100, "家", "more_than"),
        ("大于等于5家", 5, "家", "at_least"),
        ("小于或等于5家", 5, "家", "at_most"),
        ("不超过28万亩", 280_000, "亩", "at_most"),
        ("调整到28万亩左右", 280_000, "亩", "about"),
        ("约28万亩左右", 280_000, "亩", "about"),
        ("约40 人", 40, "人", "about"),
        ("近百分之十五", 15, "%", "about"),
        ("超过100家", 100, "家", "more_than"),
        ("不足5家", 5, "家", "less_than"),
        ("不到5个", 5, "个", "less_than"),
        ("累计达126家", 126, "家", "exact"),
        ("约20余人", 20, "人", "more_than"),
        ("超过100人次以上", 100, "人次", "at_least"),
        ("5公斤", 5, "公斤", "exact"),
        ("30万平方米", 300_000, "平方米", "exact"),
        ("0.09个百分点", 0.09, "百分点", "exact"),
        ("4.81703e+06万元", 48_170_300_000, "元", "exact"),
        ("-3.2%", -3.2, "%", "exact"),
        ("−3.2%", -3.2, "%", "exact"),
        ("负3.2%", -3.2, "%", "exact"),
        ("0.17‰", 0.17, "‰", "exact"),
        ("1万2千元", 12_000, "元", "exact"),
        ("１，２３４．５万元", 12_345_000, "元", "exact"),
        ("1,234,567元", 1_234_567, "元", "exact"),
        ("６０％", 60, "%", "exact"),
        ("3 billion yuan", 3_000_000_000, "元", "exact"),
        ("954", 954, "", "exact"),
        ("三", 3, "", "exact"),
        ("两家", 2, "家", "exact"),
        ("十", 10, "", "exact"),
        ("十二", 12, "", "exact"),
        ("一百二十", 120, "", "exact"),
        ("二百零三人", 203, "人", "exact"),
        ("一千零一十", 1010, "", "exact"),
        ("三万零五十人", 30_050, "人", "exact"),
        ("一亿三千万元", 130_000_000, "元", "exact"),
        ("二十多万", 200_000, "", "more_than"),
        ("十来家", 10, "家", "about"),
        ("二〇二五", 2025, "", "exact"),
        ("百分之零点五七", 0.57, "%", "exact"),
        ("千分之五", 5, "‰", "exact"),
    ],
)
def test_reads_what_documents_print(text, value, unit, bound):
    assert parse_quantity(text) == Quantity(value, unit, bound)


@pytest.mark.parametrize(
    ("text", "lower", "upper", "unit"),
    [
        ("1—3名", 1, 3, "名"),
        ("1–3名", 1, 3, "名"),
        ("1-3名", 1, 3, "名"),
        ("1−3名", 1, 3, "名"),
        ("1--3名", 1, 3, "名"),
        ("-5至-3%", -5, -3, "%"),
        ("1~3名", 1, 3, "名"),
        ("１～３名", 1, 3, "名"),
        ("1至3名", 1, 3, "名"),
        ("10到15家", 10, 15, "家"),
        ("三至五名", 3, 5, "名"),
        ("10%-15%", 10, 15, "%"),
        ("百分之十至十五", 10, 15, "%"),
        ("5—8万亩", 50_000, 80_000, "亩"),
        ("5万亩—8万亩", 50_000, 80_000, "亩"),
        ("500—1万家", 500, 10_000, "家"),
        ("约30—50人", 30, 50, "人"),
    ],
)
def test_reads_ranges(text, lower, upper, unit):
    assert parse_quantity(text) == Quantity(lower, unit, "between", upper)


@pytest.mark.parametrize(
    "text", ["", " ", "—", "——", "-", "…", "……", "...", "空", "/", "无数据", "未统计", None]
)
def test_missing_marks(text):
    quantity = parse_quantity(text)
    assert math.isnan(quantity.value)
    assert (quantity.unit, quantity.bound) == ("", "missing")


def test_not_a_number_is_missing():
    assert parse_quantity(float("nan")).bound == "missing"


@pytest.mark.parametrize(
    "text",
    [
        "只增不减",
        "亿元",
        "五分之一",
        "三五家",
        "一百二",
        "三万五",
        "3万5",
        "十几家",
        "数十家",
        "百万元",
        "10²",
        "3①",
        "½",
        "1,23",
        "3 5",
        "3亿万元",
        "2021-07-12",
        "5万亩和15万亩以上",
        "13%以上，力争实现14%",
        "39家 = 44.3%",
        "不足5家以上",
        "3—1名",
        "-5--3",
        "百家",
        "(5)",
        "无",
        "5家—8亩",
        "1e999",
        "=1+1",
        "3名具有发展潜力的科技创新人才",
    ],
)
def test_refuses_what_would_be_a_guess(text):
    with pytest.raises(QuantityError) as caught:
        parse_quantity(text)
    assert repr(text) in str(caught.value)
    assert "understood are" in str(caught.value)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, ChangjiError)


def test_refuses_long_texts_before_reading_them():
    with pytest.raises(QuantityError, match="at most 64"):
        parse_quantity("9" * 100_000)


AMOUNTS = st.decimals(0, 10**6, places=2, allow_nan=False, allow_infinity=False)
UNITS = st.sampled_from(["元", "亩", "吨", "家", "人次", "册", "%"])
POWERS = st.sampled_from([("", 1), ("万", 10**4), ("亿", 10**8), ("百万", 10**6)])
FORMS = st.sampled_from(
    [
        ("{}", "exact"),
        ("达到{}", "exact"),
        ("约{}", "about"),
        ("{}左右", "about"),
        ("{}以上", "at_least"),
        ("不低于{}", "at_least"),
        ("不超过{}", "at_most"),
        ("{}以下", "at_most"),
        ("超过{}", "more_than"),
        ("不足{}", "less_than"),
    ]
)
FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in "0123456789.,%"}


@given(AMOUNTS, POWERS, UNITS, FORMS, st.booleans(), st.booleans())
def test_printed_forms_read_back(amount, power, unit, form, grouped, full_width):
    word, size = power
    text = form[0].format(f"{amount:,}{word}{unit}" if grouped else f"{amount}{word}{unit}")
    if full_width:
        text = text.translate(FULL_WIDTH)
    assert parse_quantity(text) == Quantity(float(amount * size), unit, form[1])


def chinese(number: int) -> str:
    """The standard numeral below 10**8."""
    if number >= 10**4:
        high, low = divmod(number, 10**4)
        gap = "零" if 0 < low < 1000 else ""
        return chinese(high) + "万" + gap + (chinese(low) if low else "")
    text, gap = "", False
    for size, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, size)
        if digit:
            text += ("零" if gap and text else "") + "零一二三四五六七八九"[digit] + word
        gap = not digit
    return text or "零"


@given(st.integers(0, 10**8 - 1))
def test_chinese_numerals_read_back(number):
    assert parse_quantity(chinese(number) + "家") == Quantity(number, "家", "exact")


@given(AMOUNTS, AMOUNTS, st.sampled_from("—–~～至-到"), POWERS)
def test_ranges_read_back(one, other, sign, power):
    low, high = sorted((one, other))
    quantity = parse_quantity(f"{low}{power[0]}亩{sign}{high}{power[0]}亩")
    assert quantity == Quantity(float(low * power[1]), "亩", "between", float(high * power[1]))


PIECES = (
    "0123456789.,-+—–~至到 e万亿千百十两三五点余多约近左右以上以下不低于超过"
    "%‰元亩人次个分之百空…()（）²①"
)


@given(st.one_of(st.text(max_size=70), st.text(alphabet=PIECES, max_size=14)))
def test_never_fails_otherwise(text):
    try:
        quantity = parse_quantity(text)
    except QuantityError:
        return
    assert quantity.bound == "missing" or math.isfinite(quantity.value)
    assert (quantity.upper is None) == (quantity.bound != "between")
    assert quantity.upper is None or quantity.value <= quantity.upper
    assert not any(c.isdigit() for c in quantity.unit)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1, "亿元", "万元", 10_000),
        (4_717_572, "万元", "亿元", 471.7572),
        (45_000_000, "元", "万元", 4500),
        (5, "万亩", "亩", 50_000),
        (1, "公顷", "亩", 15),
        (11.59, "千公顷", "万亩", 17.385),
        (120, "万吨", "吨", 1_200_000),
        (5, "千克", "吨", 0.005),
        (20, "万人", "人", 200_000),
        (3, "个", "家", 3),
        (1, "万家", "家", 10_000),
        (5, "‰", "%", 0.5),
        (7, "场次", "场次", 7),
    ],
)
def test_convert(value, source, target, expected):
    assert convert(value, source, target) == expected


@given(AMOUNTS, st.sampled_from([("元", "亿元"), ("亩", "万亩"), ("吨", "万吨"), ("人", "万人")]))
def test_convert_there_and_back(amount, units):
    there = convert(float(amount), *units)
    assert math.isclose(convert(there, *units[::-1]), float(amount), rel_tol=1e-12)
    assert Decimal(repr(there)) >= 0


def test_convert_keeps_missing_missing():
    assert math.isnan(convert(math.nan, "元", "亿元"))


@pytest.mark.parametrize("units", [("公里", "元"), ("元", "公里"), ("元", ""), ("万", "元")])
def test_convert_refuses_unknown_units(units):
    with pytest.raises(QuantityError, match="unknown unit"):
        convert(1, *units)


@pytest.mark.parametrize("units", [("元", "亩"), ("%", "家"), ("人", "人次")])
def test_convert_refuses_other_kinds(units):
    with pytest.raises(QuantityError, match="measure different things"):
        convert(1, *units)


def test_known_unit():
    assert all(map(known_unit, ["元", "亿元", "万亩", "%", "万人次", "家"]))
    assert not any(map(known_unit, ["", "万", "公里", "元元"]))
