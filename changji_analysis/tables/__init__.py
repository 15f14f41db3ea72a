"""Tables: frames of numbers and ids, and `show`, which prints one in a language.

A frame stays computable whatever it looks like: heads, units and codes are translated when it is
shown, by `changji_analysis.tables.columns`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from ..assessment import Assessment
from ..palette import VERDICTS
from ..wording import Words, language
from .columns import cell, head

__all__ = [
    "VIEWS", "Shown", "compare", "coverage", "precedent_counts", "scored", "show",
    "vintages",
    "windows",
]  # fmt: skip

VIEWS: dict[str, tuple[str, ...]] = {
    "scorecard": ("id", "name", "goal", "base", "last", "required_growth", "probability",
                  "range", "likelihood", "verdict", "evidence", "holder"),
    "asks": ("name", "year", "holder", "due", "changes"),
    "gaps": ("id", "name", "missing_years", "holder"),
    "readings": ("id", "name", "default", "text", "base", "implies", "verdict"),
    "reading_table": ("year", "verdict", "from_value", "to_value", "due_straight", "due_geometric"),
    "baseline": ("id", "section", "item", "as_printed", "value", "unit", "bound", "period"),
    "targets": ("id", "item", "as_printed", "period", "strength", "locators"),
    "consistency": ("place", "computed", "printed", "agrees", "says"),
    "problems": ("severity", "file", "row", "column", "value", "why", "remedy"),
    "precedents": ("area", "plan", "base_value", "target_year", "target", "outcome", "status"),
    "money": ("scenario", "growth", "gdp", "at_base", "needed", "short"),
}  # fmt: skip
"""Columns of the tables that are shown often, by name."""

TALL = 25
"""Rows above which a table gets a box of its own that scrolls."""
_CELL = "text-align:left;vertical-align:top;white-space:normal"


class Shown:
    """A table in one language, which shows itself in a notebook and as plain text.

    Attributes
    ----------
    heads : tuple of str
        Empty for a list of items and values.
    rows : list of tuple of str
    caption : str
    verdict : str
        Code whose colour the caption bears; empty for none.
    """

    def __init__(self, heads, rows, caption: str = "", verdict: str = ""):
        self.heads, self.rows = tuple(heads), [tuple(row) for row in rows]
        self.caption, self.verdict = caption, verdict

    @property
    def text(self) -> pd.DataFrame:
        """The cells as a frame of text, the first column being the index."""
        table = pd.DataFrame(self.rows, columns=list(self.heads) or None)
        return table.set_index(table.columns[0])

    def __repr__(self):
        lines = [" | ".join(row).rstrip(" |") for row in (self.heads, *self.rows) if any(row)]
        return "\n".join([*filter(None, [self.caption]), *(f"  {line}" for line in lines)])

    def _repr_html_(self) -> str:
        caption = escape(self.caption)
        if self.verdict:
            look = VERDICTS[self.verdict]
            style = f"color:{look.letters};background:{look.fill}"
            style += ";padding:.15em .6em;border-radius:.3em"
            caption = f'<span style="{style}">{caption}</span>'
        if caption:
            style = "text-align:left;font-weight:bold;padding:.3em 0"
            caption = f'<caption style="{style}">{caption}</caption>\n'
        heads = "".join(
            f'<th scope="col" style="{_CELL}">{escape(name)}</th>' for name in self.heads
        )
        body = "\n".join(
            f'<tr><th scope="row" style="{_CELL}">{escape(first)}</th>'
            + "".join(f'<td style="{_CELL}">{escape(text)}</td>' for text in rest) + "</tr>"
            for first, *rest in self.rows
        )  # fmt: skip
        html = (
            f"<table>\n{caption}{f'<thead><tr>{heads}</tr></thead>' * bool(heads)}<tbody>\n{body}"
        )
        return scrolling(f"{html}\n</tbody>\n</table>", len(self.rows))


def scrolling(html: str, rows: int) -> str:
    """A long table in a box that the keyboard reaches."""
    if rows <= TALL:
        return html
    printed = "@media print{.scroll{max-height:none!important;overflow:visible!important}}"
    style = "max-height:32em;overflow:auto"
    box = f'<style>{printed}</style><div class="scroll" tabindex="0" style="{style}">'
    return f"{box}\n{html}\n</div>"


def show(
    frame: pd.DataFrame,
    lang: str | None = None,
    columns: str | Sequence[str] | None = None,
    *,
    caption: str = "",
    data: Any = None,
    upright: bool = False,
) -> Shown:
    """Print a frame in a language; the frame itself is left as it is.

    Parameters
    ----------
    frame : DataFrame
        Its columns by their ids; a named index stands before them.
    lang : {"zh", "en"}, optional
    columns : str or sequence of str, optional
        One of `VIEWS`, or ids; by default every column.
    caption : str
    data : Dataset, optional
        Gives areas their names in English.
    upright : bool
        The first row as a list of items and values.

    Examples
    --------
    >>> import pandas as pd
    >>> show(pd.DataFrame({"verdict": ["at_risk"], "probability": [0.4]}), "en")
      verdict | probability
      at risk | 40%
    """
    w = Words(language(lang)) if data is None else Words.of(data, lang)
    named = [name for name in frame.index.names if name is not None]
    table = frame.reset_index(named) if named else frame
    chosen = VIEWS[columns] if isinstance(columns, str) else list(columns or table.columns)
    chosen = [name for name in chosen if not str(name).endswith("_floor")]  # enter other cells
    if columns is None and {"zh", "en"} <= set(chosen):  # names in both languages are one column
        chosen = ["name", *(name for name in chosen if name not in ("zh", "en", "indicator"))]
    heads = [head(name, w) for name in chosen]
    rows = [[cell(name, row, w) for name in chosen] for row in table.to_dict("records")]
    if upright:
        return Shown((), zip(heads, rows[0], strict=True), caption)
    return Shown(heads, rows, caption)


# ---- frames that no result holds already ---------------------------------------------------------
def coverage(data) -> pd.DataFrame:
    """For every indicator and area of the plan, the years of which a figure is known."""
    from ..scorecards import spans

    names = data.indicators.set_index("id")[["zh", "en"]]
    seen = data.statistics.dropna(subset=["value"])
    areas = [a for a in data.config.areas.all if a in set(seen["area"])]
    years = seen.groupby(["indicator", "area"])["year"].agg(lambda y: spans(sorted(set(y))))
    table = years.unstack().reindex(columns=areas).fillna("")
    return names.join(table, how="inner").rename_axis("indicator")


def vintages(data, area: str, indicator: str) -> pd.DataFrame:
    """Years of which more than one published value is known: preliminary, first, revised."""
    table = data.published(area, indicator).pivot_table(
        index="year", columns="vintage", values="value", aggfunc="last"
    )
    table = table.reindex(columns=["preliminary", "first", "revised"]).dropna(axis=1, how="all")
    return table[table.notna().sum(axis=1) > 1].rename_axis(columns=None)


def compare(results: Mapping[str, Any]) -> pd.DataFrame:
    """Forecasts or assessments of one thing side by side, in the last year ahead.

    Parameters
    ----------
    results : mapping
        Name to a Forecast, an Assessment, or the ForecastError that stood in their way.

    Returns
    -------
    DataFrame
        By ``model`` (the name): ``n``, ``lower``, ``median``, ``upper`` (80 % interval),
        ``probability`` and ``verdict`` of assessments, ``reason`` of errors; columns that are
        empty throughout are left out.
    """
    rows = []
    for name, result in results.items():
        if isinstance(result, Exception):
            rows.append({"model": name, "reason": getattr(result, "reason", str(result))})
            continue
        ahead = getattr(result, "forecast", result)
        row = {"model": name, "n": getattr(result, "evidence", ahead).n}
        if ahead is not None:
            low, high = ahead.interval(0.8).iloc[-1]
            row |= {"lower": low, "median": ahead.median.iloc[-1], "upper": high}
        if isinstance(result, Assessment):
            row |= {"probability": result.probability, "probability_floor": result.floor}
            row["verdict"] = result.verdict
        rows.append(row)
    order = "model n lower median upper probability probability_floor verdict reason"
    table = pd.DataFrame(rows).reindex(columns=order.split())
    return table.dropna(axis=1, how="all").set_index("model")


def scored(table: pd.DataFrame) -> pd.DataFrame:
    """A table by model with what each scored in the proof: ``cover80``, ``crps``, ``brier``.

    The scores are those of the origins at which every model could run.
    """
    from ..replay import proof

    spread, chance = proof.table("intervals"), proof.ranking("fitted")
    spread = spread[spread["set"].eq("fitted")].set_index("model")
    return table.join(spread[["cover80", "crps"]]).join(chance["brier"])


def windows(growth: pd.DataFrame, required: float) -> pd.DataFrame:
    """Where a required factor stands among growth windows; one row.

    Parameters
    ----------
    growth : DataFrame
        As `changji_analysis.histories.growth_windows` returns it; windows that hold a declared
        break are not compared; without any only ``windows`` and ``required`` are given.
    required : float
        Factor over the same number of years.
    """
    clean = growth[~growth["broken"].astype(bool)]
    if clean.empty:
        return pd.DataFrame({"windows": [0], "required": [required]})
    top = clean.loc[clean["factor"].idxmax()]
    return pd.DataFrame(
        {
            "windows": [len(clean)],
            "areas": clean["area"].nunique(),
            "median_factor": clean["factor"].median(),
            "upper_tenth": clean["factor"].quantile(0.9),
            "largest": top["factor"],
            "largest_area": top["area"],
            "start": top["start"],
            "end": top["end"],
            "required": required,
            "reached": int((clean["factor"] >= required).sum()),
        }
    )


def precedent_counts(precedents: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """How many scored precedents of an indicator were attained, by level of the area."""
    table = precedents[precedents["indicator"].eq(indicator) & precedents["scored"].eq("yes")]
    met = table["status"].eq("attained").groupby(table["area_level"]).agg(["size", "sum", "mean"])
    return met.set_axis(["targets", "attained", "share"], axis=1).rename_axis("level")
