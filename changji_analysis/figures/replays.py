"""Charts of the proof: what was said, what happened, and how the methods rank."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import FuncFormatter, MultipleLocator

from ..names import area_name
from ..replay import RULES, scores, validation
from .page import ACCENT, GREY, INK, PALE, SKY, Chart, halo, number, page, percent, pick, sources
from .targets import MODEL_NAMES

RULE = "eurostat"
NAMES = MODEL_NAMES | {
    "generic": ("通用先验（无参照组）", "generic prior, no peers"),
    "base_rate": ("参照组基础比率", "base rate of the peers"),
    "weighted": ("加权组合", "weighted combination"),
    "no_change": ("规则：现值已达标", "rule: met already"),
    "eurostat": ("规则：增速比（欧盟统计局）", "rule: ratio of growth (Eurostat)"),
    "un_desa": ("规则：到期弥合差距（联合国）", "rule: gap closed by the deadline (UN)"),
    "linear": ("规则：直线外推", "rule: straight line"),
    "time_progress": ("规则：时序进度", "rule: share of time (时序进度)"),
}
OWN = ("自带区间", "own interval")
SHOWN = ("pooled", "base_rate", *validation.COMBINED, "naive", "drift", *validation.FITTED,
         *validation.OWN, *RULES[2:])  # fmt: skip


def model_name(model: str, lang: str) -> str:
    """Name of a model or rule in the language."""
    side = lang == "en"
    plain, own, _ = model.partition("_own")
    name = NAMES[plain][side]
    return pick(lang, f"{name}·{OWN[0]}", f"{name}, {OWN[1]}") if own else name


def _source(lang: str, *indicators: str) -> str:
    return sources(lang, *((indicator, None) for indicator in indicators))


def calibration(lang: str, as_of: str | None) -> Chart:
    """Stated probabilities of the default model against how often they came true."""
    _, chances = validation.replays()
    said = scores.reliability(chances["pooled"], chances["happened"])
    on_track = chances[chances[RULE].eq(1)]
    right = on_track["happened"].mean()
    factors = sorted(chances["factor"].unique())
    title = pick(
        lang,
        f"说多大概率，大致就实现多少；欧盟统计局规则说“按期”的，只有{percent(right, lang)}实现",
        f"What was said came true about as often; of what the Eurostat rule called on track, "
        f"only {percent(right, lang)} did",
    )
    subtitle = pick(
        lang,
        f"横轴：重演中给出的概率；纵轴：实际实现的比例；竖线为95%区间。"
        f"{chances['area'].nunique()}个地区，{len(chances):,}个构造的目标（现值的{factors[0]}至{factors[-1]:g}倍）",
        "Across: probability stated in replays; up: share that came true, with 95 % intervals. "
        f"{chances['area'].nunique()} areas, {len(chances):,} made-up targets of "
        f"{factors[0]} to {factors[-1]:g} times the last figure",
    )
    chart, (ax,) = page(
        lang, title, subtitle,
        _source(lang, "rd_intensity", "hightech_certificates"), height=4.4,
    )  # fmt: skip
    ax.plot([0, 1], [0, 1], color=GREY, lw=1)
    for row in said.to_dict("records"):
        inside = chances["pooled"].ge(row["low"]) & chances["pooled"].lt(row["high"])
        part = chances[inside]
        at = (row["stated"], row["came_true"])
        low, high = scores.cluster_interval(part["happened"], part["area"], draws=500)
        ax.plot([at[0]] * 2, [low, high], color=SKY, lw=3, solid_capstyle="butt", zorder=2)
        halo(
            ax.annotate(
                number(row["n"]), at, xytext=(8, -2), textcoords="offset points", size=7.5,
                color=INK, va="top" if at[1] > 0.05 else "bottom",
            )
        )  # fmt: skip
    ax.plot(said["stated"], said["came_true"], "o", color=INK, ms=6, gid="said", zorder=3)
    ax.plot([1], [right], "D", color=ACCENT, ms=8, gid="rule", clip_on=False, zorder=4)
    ax.annotate(
        pick(
            lang,
            f"规则说“按期”\n{len(on_track):,}次，{percent(right, lang)}实现",
            f"rule says on track\n{len(on_track):,} times, {percent(right, lang)} came true",
        ),
        (1, right), xytext=(-8, 0), textcoords="offset points", ha="right", va="center",
        color=ACCENT, weight="bold", linespacing=1.3,
    )  # fmt: skip
    halo(
        ax.annotate(
            pick(lang, "说多少、实现多少", "perfect calibration"),
            (0.5, 0.5), xytext=(-6, 6), textcoords="offset points", ha="right", color=GREY, size=8,
        )
    )  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0%}"))
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.xaxis.grid(visible=True)
    return chart


def validation_ranking(lang: str, as_of: str | None) -> Chart:
    """Brier scores of every model on the same targets."""
    _, chances = validation.thin_replays()
    table = validation.ranking(chances, SHOWN)
    ours, rule = table.loc["pooled"], table.loc[RULE]
    first = "pooled" in table.index[:1]
    saved = percent(1 - ours["brier"] / rule["brier"], lang)
    title = pick(
        lang,
        f"同一批目标上，本项目的概率{'误差最小，' if first else ''}比欧盟统计局规则小{saved}",
        f"On the same targets our probabilities {'err least, and ' if first else 'err '}"
        f"{saved} less than the Eurostat rule",
    )
    subtitle = pick(
        lang,
        f"Brier评分（越小越好）和95%区间；{int(ours['areas'])}个地区，{int(ours['cases']):,}个目标。"
        "“自带区间”为statsmodels原有的区间，其余已按重演校准",
        f"Brier score, lower is better, with 95 % intervals; {int(ours['areas'])} areas, "
        f"{int(ours['cases']):,} targets. “Own interval” is statsmodels' as it stands, the others "
        "are recalibrated",
    )
    chart, (ax,) = page(lang, title, subtitle, _source(lang, "rd_intensity"), height=4.6)
    order = table.index[::-1]
    for row, model in enumerate(order):
        found = table.loc[model]
        color = INK if model == "pooled" else ACCENT if model in RULES else GREY
        ax.plot(
            [found["lower"], found["upper"]], [row, row], color=color if color != GREY else PALE,
            lw=3, solid_capstyle="butt",
        )  # fmt: skip
        ax.plot([found["brier"]], [row], "o", color=color, ms=5, gid=f"brier_{model}")
    ax.set_yticks(range(len(order)), [model_name(m, lang) for m in order])
    ax.tick_params(axis="y", labelsize=7.5)
    ax.set_ylim(-0.6, len(order) - 0.4)
    ax.grid(visible=False)
    ax.xaxis.grid(visible=True)
    ax.set_xlim(0, None)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(MultipleLocator(0.05))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.2f}"))
    return chart


def targets_replayed(lang: str, as_of: str | None) -> Chart:
    """What the rule said of the European targets for 2020, what we would have, what happened."""
    table = validation.stories("europe2020").dropna(subset=["p5"]).sort_values("p5")
    met = table["happened"].eq(1)
    track = table["rule"].eq(1)
    brier = scores.brier(table["p5"], table["happened"].astype(float))
    rule = scores.brier(table["rule"], table["happened"].astype(float))
    title = pick(
        lang,
        f"2020年目标，提前五年看：规则说“按期”的{track.sum()}个中实现{(track & met).sum()}个，"
        f"误差{rule:.2f}；本项目概率的误差{brier:.2f}",
        f"Targets for 2020 seen five years ahead: of {track.sum()} that the rule called on track "
        f"{(track & met).sum()} were met, error {rule:.2f}; our probabilities err by {brier:.2f}",
    )
    subtitle = pick(
        lang,
        "欧盟成员国R&D强度目标：点为提前五年给出的概率，线的另一端为提前两年。"
        "◆已实现 ○未实现；“按期”为规则所说",
        "R&D-intensity targets of the members of the EU: the mark is the probability five years "
        "ahead, the line leads to that of two years ahead. ◆ met ○ missed; “on track” is what "
        "the rule said",
    )
    chart, (ax,) = page(lang, title, subtitle, _source(lang, "rd_intensity"), height=4.6)
    for row, (_, target) in enumerate(table.iterrows()):
        happened = target["happened"] == 1
        ax.plot([target["p5"], target["p2"]], [row, row], color=PALE, lw=2, zorder=1)
        ax.plot(
            [target["p5"]], [row], "D" if happened else "o", ms=5.5, zorder=3,
            mfc=INK if happened else "white", mec=INK if happened else ACCENT,
        )  # fmt: skip
        if target["rule"] == 1:
            ax.annotate(
                pick(lang, "按期", "on track"), (1.01, row), va="center", size=7.5,
                color=GREY, annotation_clip=False,
            )  # fmt: skip
    ax.plot(table["p5"], np.arange(len(table)), ls="", gid="p5")
    ax.set_yticks(range(len(table)), [area_name(a, lang) for a in table["area"]])
    ax.tick_params(axis="y", labelsize=7)
    ax.set_ylim(-0.7, len(table) - 0.3)
    ax.set_xlim(-0.01, 1)
    ax.grid(visible=False)
    ax.xaxis.grid(visible=True)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0%}"))
    return chart
