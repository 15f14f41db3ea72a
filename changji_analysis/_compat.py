"""Temporary: the old signatures over the current dataset, until every caller takes a dataset."""

from __future__ import annotations

from . import needs as _needs
from . import plan as _plan
from . import scorecards as _scorecards
from .dataset import (  # noqa: F401
    consistency,
    current,
    history,
    indicators,
    load_baseline,
    load_precedents,
    load_readings,
    load_reference,
    load_sources,
    load_statistics,
    load_targets,
    peers,
    plan_target,
    plan_targets,
    problems,
    scorecard,
)
from .needs import (  # noqa: F401
    PEER_QUANTILES,
    reachable,
)
from .records import as_date, near_matches  # noqa: F401
from .records import stamp as _stamp
from .trends import cohort as _cohort
from .wording import Words


def config():
    return current().config


def stamp():
    from .config import data_dir, use_private

    return _stamp(data_dir(), private=use_private())


def private_tables(root):
    return current()._folder.private


def load_tasks():
    return current().tasks.copy()


def load_aliases():
    return current().aliases.copy()


def breaks():
    return current().breaks.copy()


def not_public(lang):
    return Words(lang).not_public(current().not_public)


def target_of(row):
    return _plan.target_of(row, config().plan.base_year)


checked_targets = plan_targets


def plan_assessments(as_of=None):
    return dict(current(as_of).assessments)


def city_history(indicator, as_of=None):
    return current(as_of).city(indicator)


def required_paths(as_of=None):
    return current(as_of).required_paths.copy()


def probability_history(target_id, reading=None, dates=None):
    return current().probability_history(target_id, reading, dates)


def reference_windows(indicator, span, as_of=None):
    return _scorecards.reference_windows(current(as_of).peers(indicator, "all"), span)


def region_pace(indicator, until, as_of=None):
    data = current(as_of)
    known = data.history(data.config.areas.region, indicator)
    return _needs.region_pace(known, data.config.plan.base_year, until)


def rd_spending(intensity, base_intensity, year, as_of=None):
    return current(as_of).rd_spending(intensity, base_intensity, year)


def certificate_identity(area, as_of=None):
    data = current(as_of)
    parts = (data.history(area, name) for name in ("hightech_certificates", "hightech_firms"))
    return _cohort.certificate_identity(*parts)


def past_first_time():
    return _needs.past_first_time(current().baseline)


def adjusted_targets(judged, windows, span, decimals):
    asked = config().report.probabilities
    return _needs.adjusted_targets(judged, windows, span, decimals, asked)


def load_areas():
    return current().areas.copy()
