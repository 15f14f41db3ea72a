"""Charts of the proof, from the tables that `changji_analysis.replay.proof` keeps."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import FuncFormatter, MultipleLocator

from ..palette import ACCENT, GREY, INK, PALE, SKY
from ..replay import RULES
from ..wording import Words
from .marks import note, rows_only
from .page import Chart, need, page, styled

RULE = "eurostat"
SOURCE = "资料来源：本报告测算。", "Source: own calculations."


@styled
def calibration(table: pd.DataFrame, w: Words) -> Chart:
    """Stated probabilities of the default model against how often they came true.

    ``table`` is `replay.proof.table` of ``reliability``, one row a bin and one for that rule.
    """
    said, rule = table[table["model"].eq("pooled")], table[table["model"].eq(RULE)].iloc[0]
    need(said, "replayed statements")
    inside = (said["lower"] <= said["stated"]) & (said["stated"] <= said["upper"])
    off = said[~inside]
    right = w.percent(rule["came_true"], 0)
    low = int((off["came_true"] > off["stated"]).sum())
    sides = [(w("偏低", "too low"), low), (w("偏高", "too high"), len(off) - low)]
    listed = [w(f"，{n}档{word}", f", {n} {word}") for word, n in sides if n]
    title = w(
        f"{len(said)}档概率中{inside.sum()}档与实际实现的比例无显著差别{''.join(listed)}；"
        f"欧盟统计局规则称“按期”的，实现{right}",
        f"{inside.sum()} of {len(said)} bins of probability agree with what came true"
        f"{''.join(listed)}; of what the Eurostat rule called on track {right} did",
    )
    about, least, most = table.attrs, w.number(said["n"].min()), w.number(said["n"].max())
    subtitle = w(
        f"横轴：回溯检验中给出的概率；纵轴：实际实现的比例；竖线为95%区间。{about['areas']}个地区，"
        f"{w.number(about['cases'])}个设定的目标（现值的{about['least']:g}至{about['most']:g}倍），"
        f"每档{least}至{most}次",
        f"Across: probability stated in replays; up: share that came true, with 95% intervals. "
        f"{about['areas']} areas, {w.number(about['cases'])} made-up targets of {about['least']:g} "
        f"to {about['most']:g} times the last figure, {least} to {most} a bin",
    )
    chart, (ax,) = page(None, w, title, subtitle, w(*SOURCE), height=4.4)
    ax.plot([0, 1], [0, 1], color=GREY, lw=1)
    ax.vlines(said["stated"], said["lower"], said["upper"], color=SKY, lw=3, zorder=2)
    ax.plot(said["stated"], said["came_true"], "o", color=INK, ms=6, gid="said", zorder=3)
    ax.plot([1], [rule["came_true"]], "D", color=ACCENT, ms=8, gid="rule", clip_on=False, zorder=4)
    words = w(f"规则称“按期”\n{w.number(rule['n'])}次，实现{right}",
              f"rule says on track\n{w.number(rule['n'])} times, {right} came true")  # fmt: skip
    note(ax, words, (1, rule["came_true"]), (-8, 0), ha="right", color=ACCENT, weight="bold")
    note(ax, w("完全一致", "perfect calibration"), (0.93, 0.93), (-8, 4), ha="right", color=GREY)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0%}"))
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.xaxis.grid(visible=True)
    return chart


@styled
def ranking(table: pd.DataFrame, w: Words) -> Chart:
    """Brier scores of every model on the same targets, as `replay.proof.ranking` returns them."""
    need(table, "replayed models")
    ours, rule = table.loc["pooled"], table.loc[RULE]
    rival, saved = w.model(ours["rival"]), 1 - ours["brier"] / rule["brier"]
    against = w(f"与{rival}不分高下", f"cannot be told from the {rival}")
    if ours["skill_lower"] > 0:
        against = w(f"优于{rival}", f"beats the {rival}")
    elif ours["skill_upper"] < 0:
        against = w(f"不如{rival}", f"loses to the {rival}")
    title = w(
        f"同一批目标上，默认模型{against}；误差比欧盟统计局规则{'小' if saved >= 0 else '大'}"
        f"{w.percent(abs(saved), 0)}",
        f"On the same targets the default model {against}; it errs {w.percent(abs(saved), 0)} "
        f"{'less' if saved >= 0 else 'more'} than the Eurostat rule",
    )
    subtitle = w(
        f"Brier评分（越小越好）和95%区间；{int(ours['areas'])}个地区，{w.number(ours['cases'])}个目标",
        f"Brier score, lower is better, with 95% intervals; {int(ours['areas'])} areas, "
        f"{w.number(ours['cases'])} targets",
    )
    chart, (ax,) = page(None, w, title, subtitle, w(*SOURCE), height=1.4 + 0.19 * len(table))
    for row, (model, found) in enumerate(table.iterrows()):
        color = INK if model == "pooled" else ACCENT if model in RULES else GREY
        ends = [found["lower"], found["upper"]]
        ax.plot(
            ends, [row, row], color=PALE if color == GREY else color, lw=3, solid_capstyle="butt"
        )
        ax.plot([found["brier"]], [row], "o", color=color, ms=5, gid=f"brier_{model}")
    rows_only(ax, map(w.model, table.index))
    ax.set_xlim(0, None)
    ax.xaxis.set_major_locator(MultipleLocator(0.05))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.2f}"))
    return chart
