"""What `assess` says of one target of a panel, and where a panel says otherwise."""

import math

import pandas as pd

import changji_analysis as ca

MEASURES = [
    "base_value", "last_value", "probability", "required_growth", "required_growth_from_last",
    "observed_growth", "pace_ratio", "gap_closed", "expected_gap_closed", "time_elapsed",
    "base_year", "verdict", "likelihood",
]  # fmt: skip
EVIDENCE = ["n", "span", "last_year", "method"]
FORECAST = ["median", "lower", "upper", "peers", "pass_through"]


def around(area, parents):
    """The areas that contain this one, the nearest first."""
    chain = []
    while area := parents.get(area):
        chain.append(area)
    return chain


def all_series(histories):
    """The history of every area and indicator."""
    found = {}
    ordered = histories.sort_values("year").set_index("year")
    units = ordered.groupby(["area", "indicator"])["unit"].first() if "unit" in ordered else {}
    for key, one in ordered.groupby(["area", "indicator"])["value"]:
        found[key] = one
        one.attrs = {"area": key[0]}
        if key in units:
            one.attrs["unit"] = units[key]
    return found


def parent_of(known, row, parents):
    """The nearest ancestor that is known for longer than the area, else the nearest known."""
    chain = around(row["area"], parents)
    if not chain:
        return None
    last = known[row["area"], row["indicator"]].loc[: row["year"]].index.max()
    keys = [(area, row["indicator"]) for area in chain]
    given = [known[key].copy() for key in keys if key in known]
    later = [p for p in given if p.index[-1] > last]
    parent = (later or given or [pd.Series(dtype=float)])[0]
    inside = [area for area in parents if row["area"] in around(area, parents)]
    parent.attrs["lineage"] = (*chain, *inside)
    return parent


def alone(known, row, parents, **options):
    """The row of one target by `assess`, or the reason why it has none."""

    def number(name, kind=float):
        cell = row.get(name)
        return None if pd.isna(cell) else kind(cell)

    target = ca.Target(
        number("value"), int(row["year"]), row["direction"], number("base_year", int),
        number("base_value"), number("tolerance"),
    )  # fmt: skip
    own, parent = known[row["area"], row["indicator"]], parent_of(known, row, parents)
    try:
        a = ca.assess(own, target, parent=parent, kind=row["kind"], **options)
    except ca.ForecastError as error:
        return {"reason": error.reason, "notes": str(error), "parent": ""}
    used, out = a.evidence.parent, {name: getattr(a, name) for name in MEASURES}
    out |= {name: getattr(a.evidence, name) for name in EVIDENCE}
    out |= {"notes": "; ".join(a.evidence.notes), "parent": used.area if used else ""}
    if a.forecast is not None:
        last = a.forecast.quantiles([(1 - 0.8) / 2, 0.5, (1 + 0.8) / 2]).to_numpy()[-1]
        out |= dict(zip(("lower", "median", "upper"), last, strict=True))
        out |= {"peers": a.forecast.peers, "pass_through": used.pass_through if used else None}
    return out


def differences(histories, targets, result, options_of=lambda row: {}, parents=()):
    """Every cell in which a panel and `assess` differ."""
    found, known = [], all_series(histories)
    pairs = zip(targets.to_dict("records"), result.to_dict("records"), strict=True)
    for row, got in pairs:
        wanted = alone(known, row, dict(parents), **options_of(row))
        for name in (*MEASURES, *EVIDENCE, *FORECAST, "parent", "notes", "reason"):
            one, other = wanted.get(name), got[name]
            if name == "reason" and name not in wanted:
                continue
            if one is None:
                same = pd.isna(other)
            elif isinstance(one, str):
                same = one == other
            else:
                same = math.isclose(other, one, rel_tol=1e-9, abs_tol=1e-9)
            if not same:
                found.append((row, name, one, other))
    return found
