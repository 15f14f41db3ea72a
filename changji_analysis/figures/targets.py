"""Charts of one target: its forecast fan, its paths, its models."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import FuncFormatter

from .._compat import config, history, peers, plan_targets, target_of
from ..assessment import Assessment, assess
from ..errors import ForecastError
from ..forecasting import forecast
from ..trends import MODELS
from .page import (
    ACCENT,
    FAN,
    GREY,
    INK,
    Chart,
    amount,
    fan,
    goal_of,
    halo,
    label_ends,
    log_axis,
    need,
    nice_ticks,
    number,
    page,
    percent,
    pick,
    place,
    root_of,
    sources,
    target_on,
    year_axis,
)

HORIZON = 5
_COUNTED = {"hightech_firms": "hightech_certificates"}
"""What the peers' figures of an indicator are added up from."""


def judged(indicator: str, as_of: str | None) -> tuple[pd.Series, pd.Series, Assessment]:
    """The target on an indicator, the city's history and the assessment."""
    table = plan_targets()
    row = table[table["id"].eq(target_on(indicator)) & table["default"]].iloc[0]
    known = history(config().areas.city, indicator, as_of)
    reference = peers(indicator, as_of, level="all")
    kind = row["model_kind"]
    return (
        row,
        known,
        assess(known, target_of(row), peers=reference if reference.shape[1] else None, kind=kind),
    )


def fan_chart(indicator: str, lang: str, as_of: str | None) -> Chart:
    """The city's figures, the forecast and the two required paths of one target."""
    row, known, a = judged(indicator, as_of)
    name, unit, decimals = row[lang], row["unit"], int(row["decimals"])
    goal, year, base_year, base_value = goal_of(indicator)

    def show(value):
        return amount(value, unit, decimals, lang)

    aim = amount(goal, unit, 1 if unit == "%" else decimals, lang)
    city = place(lang, "city")
    if a.evidence.method == "outcome":
        met = a.verdict == "achieved"
        title = pick(
            lang,
            f"{year}年{name}为{show(a.last_value)}，{aim}的目标{'已实现' if met else '未实现'}",
            f"{name} was {show(a.last_value)} in {year}: the target of {aim} was "
            f"{'met' if met else 'missed'}",
        )
    elif a.forecast is None:
        title = pick(
            lang,
            f"{name}没有可用的数据：{year}年达到{aim}的可能性依据不足",
            f"No usable figure for {name}: insufficient evidence on reaching {aim} by {year}",
        )
    else:
        title = pick(
            lang,
            f"{year}年{name}达到{aim}的概率{_chance(a.probability, lang)}，"
            f"预测中位数为{show(a.forecast.median.iloc[-1])}",
            f"{name}: the chance of {aim} by {year} is {_chance(a.probability, lang)}, "
            f"the median forecast {show(a.forecast.median.iloc[-1])}",
        )
    logarithmic = base_value > 0 and goal / base_value > 3
    scale = pick(lang, "，对数坐标", ", logarithmic scale") if logarithmic else ""
    measure = unit if lang == "zh" or unit == "%" else ""
    subtitle = pick(
        lang,
        f"{city}{name}（{measure}{scale}）：已公布数据、预测区间与两条应达路径",
        f"{city}: {name}{f' ({measure})' if measure else ''}{scale}; published figures, forecast "
        "and the two required paths",
    )
    chart, (ax,) = page(
        lang,
        title,
        subtitle,
        sources(
            lang,
            (row["indicator"], [config().areas.city]),
            (_COUNTED.get(row["indicator"], row["indicator"]), None),
            as_of=as_of,
        ),
        height=3.7,
    )
    if a.forecast is not None:
        fan(ax, a.forecast, (int(known.index[-1]), float(known.iloc[-1])))
    labels = []
    if len(a.due):
        for shape, style in (("straight", (0, (5, 2))), ("geometric", (0, (1, 1.4)))):
            if a.due[shape].notna().all():
                ax.plot(a.due.index, a.due[shape], color=ACCENT, ls=style, lw=1.4, gid=shape)
    shown = known[known.index >= min(year - 10, base_year)]
    ax.plot(shown.index, shown, "o", color="black", ms=6, gid="figures", zorder=5)
    for when, value in shown.items():
        ax.annotate(
            show(value), (when, value), xytext=(-6, 4), textcoords="offset points", ha="right"
        )
    ax.plot([year], [goal], "*", color=ACCENT, ms=14, gid="target", zorder=6, clip_on=False)
    labels.append((goal, pick(lang, f"目标 {aim}", f"target {aim}"), ACCENT))
    if a.forecast is not None:
        labels.append(
            (
                a.forecast.median.iloc[-1],
                pick(lang, "中位数 ", "median ") + show(a.forecast.median.iloc[-1]),
                INK,
            )
        )
        for coverage in FAN:
            low, high = a.forecast.interval(coverage).iloc[-1]
            words = pick(lang, f"{coverage:.0%}区间", f"{100 * coverage:g} % interval")
            labels += [(high, f"{words} {show(high)}", GREY), (low, show(low), GREY)]
    first = min([*shown.index, *a.due.index, year - HORIZON])
    ax.set_xlim(first - 0.85, year + (1.75 if lang == "zh" else 2.1))
    year_axis(ax, range(int(first), year + 1))
    values = [*shown, goal, *(value for value, _, _ in labels)]
    if logarithmic:
        ax.set_yscale("log")
        ax.set_ylim(min(values) / 1.25, max(values) * 1.3)
        log_axis(ax.yaxis, nice_ticks(min(values) / 1.25, max(values) * 1.3), "{:g}".format)
    else:
        ax.set_ylim(0, max(values) * 1.08)
    label_ends(ax, labels, year, offset=9)
    if len(a.due):
        _path_words(ax, a, a.due.index[len(a.due) // 2], lang)
    return chart


def _chance(probability: float | None, lang: str) -> str:
    words = percent(probability or 0.0, lang)
    return words if words[0] in "不超lm" else pick(lang, f"约{words}", f"about {words}")


def _path_words(ax, a: Assessment, year: int, lang: str) -> None:
    words = {
        "straight": pick(lang, "直线路径", "straight path"),
        "geometric": pick(lang, "几何路径", "geometric path"),
    }
    for shape, shift, align in (("straight", (-6, 5), "right"), ("geometric", (7, -11), "left")):
        value = a.due.loc[year, shape]
        if pd.isna(value):
            continue
        leader = None
        known = a.forecast if a.forecast is not None and year in a.forecast.years else None
        if shape == "geometric" and known and value < 2 * known.median[year]:
            # the median is close below: write under the fan
            lower = known.interval(max(FAN)).at[year, "lower"]
            here, foot = ax.transData.transform([(year, value), (year, lower)])[:, 1]
            shift = (7, (foot - here) * 72 / root_of(ax).dpi - 14)
            leader = {"arrowstyle": "-", "color": ACCENT, "lw": 0.7, "shrinkA": 1, "shrinkB": 0}
        halo(
            ax.annotate(
                words[shape],
                (year, value),
                xytext=shift,
                textcoords="offset points",
                ha=align,
                size=8,
                color=ACCENT,
                arrowprops=leader,
            )
        )


def rd_paths(lang: str, as_of: str | None) -> Chart:
    """What each path asks for year by year, and the region where they contradict each other."""
    row, known, a = judged("rd_intensity", as_of)
    unit, decimals, due = row["unit"], int(row["decimals"]), a.due
    need(due.dropna(), "the base")
    later = known[(known.index > due.index[0]) & (known.index < a.target.year)]
    gap = (due["straight"] / due["geometric"]).idxmax()

    def show(value):
        return amount(value, unit, decimals, lang)

    straight, geometric = show(due.loc[gap, "straight"]), show(due.loc[gap, "geometric"])
    inside = later.index[
        [due.loc[y, "geometric"] < v < due.loc[y, "straight"] for y, v in later.items()]
    ]
    if len(inside):
        y = inside[-1]
        title = pick(
            lang,
            f"{y}年的{show(known[y])}落后于直线路径、却超前于几何路径：选哪条路径，结论就相反",
            f"{show(known[y])} in {y} is behind the straight path and ahead of the geometric one: "
            "the choice of path alone flips the verdict",
        )
    else:
        title = pick(
            lang,
            f"{gap}年直线路径要求{straight}，几何路径只要求{geometric}：介于两者之间的数字，"
            "换一条路径结论就相反",
            f"For {gap} the straight path asks for {straight}, the geometric one for {geometric}: "
            "between them the choice of path alone flips the verdict",
        )
    note = pick(
        lang,
        f"{place(lang, 'city')}{row['zh']}的应达值（{unit}）",
        f"{place(lang, 'city')}, {row['en']}: values due ({unit})",
    )
    if later.empty:
        note += pick(
            lang,
            f"；{due.index[0]}年以后未见公布数据",
            f"; no figure after {due.index[0]} is public",
        )
    chart, (ax,) = page(
        lang,
        title,
        note,
        sources(lang, (row["indicator"], [config().areas.city]), as_of=as_of),
        height=3.6,
    )
    ax.fill_between(
        due.index,
        due["geometric"],
        due["straight"],
        facecolor="#F3DFCF",
        edgecolor=ACCENT,
        hatch="///",
        linewidth=0,
        alpha=0.55,
        gid="between",
    )
    ax.plot(due.index, due["straight"], "s--", color=ACCENT, ms=4, gid="straight")
    ax.plot(due.index, due["geometric"], "o:", color=ACCENT, ms=4, gid="geometric")
    ax.plot(known.index, known, "o", color="black", ms=6, gid="figures", zorder=5)
    for y in due.index[1:-1]:
        for shape, shift, align in (
            ("straight", (-4, 6), "right"),
            ("geometric", (5, -11), "left"),
        ):
            ax.annotate(
                number(due.loc[y, shape], decimals),
                (y, due.loc[y, shape]),
                xytext=shift,
                textcoords="offset points",
                ha=align,
                size=8,
            )
    first, end = due.index[0], a.target.year
    for y, shift, align in ((first, (0, 8), "center"), (end, (8, -3), "left")):
        ax.annotate(
            show(due.loc[y, "straight"]),
            (y, due.loc[y, "straight"]),
            xytext=shift,
            textcoords="offset points",
            ha=align,
            weight="bold",
        )
    words = {
        "straight": pick(lang, "直线路径：每年增加相同的量", "straight path: equal yearly amounts"),
        "geometric": pick(
            lang, "几何路径：每年增长相同的比例", "geometric path: equal yearly growth"
        ),
    }
    span = end - first
    for shape, x, height, align in (
        ("straight", first + 0.5 * span, due["straight"].iloc[span * 3 // 5], "right"),
        ("geometric", first + 0.62 * span, due["geometric"].iloc[span * 2 // 5], "left"),
    ):
        ax.text(
            x, height, words[shape], ha=align, va="center", size=8.5, color=ACCENT, weight="bold"
        )
    ax.set_xlim(first - 0.75, end + (1.1 if lang == "zh" else 1.3))
    ax.set_ylim(0, due.to_numpy().max() * 1.08)
    year_axis(ax, due.index)
    return chart


MODEL_NAMES = {
    "pooled": ("借用参照组（本项目默认）", "pooled with peers (our default)"),
    "naive": ("保持不变", "no change"),
    "drift": ("随机游走加漂移", "random walk with drift"),
    "log_linear": ("对数线性回归", "log-linear regression"),
    "damped_ets": ("阻尼指数平滑", "damped exponential smoothing"),
    "theta": ("Theta法", "Theta"),
    "local_linear": ("局部线性趋势", "local linear trend"),
    "count_trend": ("计数趋势", "count trend"),
    "combination": ("等权组合", "equal-weight combination"),
}


def models(lang: str, as_of: str | None) -> Chart:
    """Every model from one origin, against what came."""
    areas, indicator = config().areas, "rd_intensity"
    known = history(areas.region, indicator, as_of)
    need(known, f"{areas.region}, {indicator}")
    year = int(known.index[-1])
    origin = year - HORIZON
    past, actual = known[known.index <= origin], float(known.iloc[-1])
    need(past, f"{areas.region}, {indicator} up to {origin}")
    reference = peers(indicator, as_of, level="all", exclude=[areas.region])
    reference = reference[reference.index <= origin]
    results, refused = {}, {}
    for model in MODELS:
        if model == "count_trend":
            refused[model] = "not_counts"
            continue
        try:
            f = forecast(past, year, model=model, peers=reference, kind="ratio")
            results[model] = (*f.interval(0.8).loc[year], f.median.loc[year])
        except ForecastError as error:
            refused[model] = error.reason
    covered = [m for m, (low, high, _) in results.items() if low <= actual <= high]
    region = place(lang, "region")
    value = amount(actual, "%", 2, lang)
    title = pick(
        lang,
        f"站在{origin}年看，{len(results)}个模型中{f'有{len(covered)}' if covered else '没有一'}"
        "个的80%区间包含了"
        f"{region}{year}年的实际值{value}",
        f"From {origin}, {len(covered) or 'none'} of {len(results)} models have an 80 % interval "
        f"that contains {region}'s actual {value} of {year}",
    )
    subtitle = pick(
        lang,
        f"{region}R&D经费投入强度（%）：只用{past.index[0]}—{origin}年数据，对{year}年的中位数和80%区间",
        f"{region}, R&D intensity (%): median and 80 % interval for {year} from the figures of "
        f"{past.index[0]}–{origin} only",
    )
    source = sources(lang, (indicator, [areas.region]), as_of=as_of)
    source = pick(
        lang,
        "逐个序列拟合的模型保留其中心，区间宽度按重演校准（见第六本笔记）。" + source,
        "Models fitted to the series keep their centre; their width is calibrated on replays "
        "(notebook 06). " + source,
    )
    chart, (ax,) = page(lang, title, subtitle, source, height=3.6)
    order = list(MODELS)[::-1]
    for row, model in enumerate(order):
        if model in results:
            low, high, median = results[model]
            ax.plot(
                [low, high],
                [row, row],
                color=INK if model == "pooled" else GREY,
                lw=5 if model == "pooled" else 3,
                solid_capstyle="butt",
                gid=f"interval_{model}",
            )
            ax.plot(
                [median],
                [row],
                "o",
                mfc="white",
                mec="black",
                ms=6,
                gid=f"median_{model}",
                zorder=4,
            )
        else:
            ax.annotate(
                _refusal(refused[model], lang),
                (actual, row),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                size=8,
                color=GREY,
            )
    ax.axvline(actual, color=ACCENT, lw=1.4, ls="--", gid="actual")
    ax.annotate(
        pick(lang, f"实际 {value}", f"actual {value}"),
        (actual, len(order) - 0.45),
        xytext=(4, 0),
        textcoords="offset points",
        color=ACCENT,
        size=8.5,
        va="center",
    )
    ax.set_yticks(range(len(order)), [MODEL_NAMES[m][lang == "en"] for m in order])
    ax.set_ylim(-0.6, len(order) - 0.1)
    ax.grid(visible=False)
    ax.xaxis.grid(visible=True)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, 2)))
    return chart


def _refusal(reason: str, lang: str) -> str:
    words = {
        "too_few_points": ("数据点太少，不能运行", "too few points to run"),
        "not_counts": ("只适用于计数，不能运行", "for counts only, cannot run"),
    }
    default = (f"不能运行（{reason}）", f"cannot run ({reason})")
    return words.get(reason, default)[lang == "en"]
