"""The chart of a whole panel: areas ranked by how likely each is to attain common targets."""

from __future__ import annotations

import pandas as pd

from ..palette import PALE
from ..wording import VERDICTS, Words, language
from .marks import note, rows_only, verdict_mark
from .page import Chart, finished, house_style, need, page, sources


def panel(result: pd.DataFrame, data, lang: str | None = None) -> Chart:
    """Draw the probability of both common targets in every area, the likeliest on top.

    Parameters
    ----------
    result : DataFrame
        Of `changji_analysis.assess_panel` for the targets of
        `changji_analysis.panel.provinces.common_targets`, which names each row ``level`` or
        ``growth``.
    data : Dataset
        For names and sources.
    lang : {"zh", "en"}, optional
    """
    w = Words.of(data, language(lang))
    known = result[result["probability"].notna()]
    need(known, "a common target")
    wide = known.set_index("area", append=True)["probability"].unstack(0)
    wide = wide.sort_values(["level", "growth"], ascending=False)
    fit = known["verdict"].isin(["likely", "achieved"])
    fit = fit.groupby([known["area"], known.index]).all().unstack().fillna(False)
    level, growth, both = fit["level"].sum(), fit["growth"].sum(), int(fit.all(axis=1).sum())
    first, rise = known.loc["level"].iloc[0], known.loc["growth"].iloc[0]
    year, base_year = int(first["year"]), int(rise["base_year"])
    raised = w.percent(rise["value"] / rise["base_value"] - 1, 0)
    goal = f"{first['value']:g}%"
    title = w(
        f"标准不同，达标的省份不同：{len(fit)}个省份中，{level}个可望在{year}年达到{goal}，{growth}个"
        f"可望{year - base_year}年增长{raised}，两项都可望的有{both}个",
        f"The yardstick decides who passes: of {len(fit)} provinces {level} are likely to reach "
        f"{goal} by {year}, {growth} to rise by {raised}, {both} to do both",
    )
    subtitle = w(
        f"R&D经费投入强度实现两项共同目标的概率；左：达到{goal}，右：比{base_year}年增长{raised}",
        f"Probability that R&D intensity attains two common targets. Left: {goal}; right: a rise "
        f"of {raised} on {base_year}",
    )
    with house_style():
        source = sources(data, w, (first["indicator"], wide.index))
        chart, axes = page(data, w, title, subtitle, source, height=1.4 + 0.155 * len(wide),
                           ncols=2, sharey=True)  # fmt: skip
        verdicts = known.set_index("area", append=True)["verdict"]
        for ax, asked in zip(axes, ("level", "growth"), strict=True):
            for y, (area, chance) in enumerate(wide[asked].items()):
                if pd.notna(chance):
                    ax.plot([0, chance], [y, y], color=PALE, lw=1.2, zorder=1)
                    verdict_mark(ax, chance, y, verdicts[asked, area], gid=f"{asked}_{area}",
                                 zorder=3, clip_on=False)  # fmt: skip
                    note(ax, w.chance(chance), (chance, y), (6, 0), size=7.5)
            rows_only(ax, map(w.area, wide.index))
            ax.set_xlim(0, 1.25)
            ax.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
        axes[0].set_title(w(f"达到{goal}", f"at least {goal}"), size=9)
        axes[1].set_title(w(f"增长{raised}", f"a rise of {raised}"), size=9)
        shown = [code for code in VERDICTS if known["verdict"].eq(code).any()]
        marks = [verdict_mark(axes[0], -9, 0, code)[0] for code in shown]
        axes[0].legend(marks, map(w.verdict, shown), loc="lower right", fontsize=7.5)
        return finished(chart)
