"""Scores against closed forms, numerical integration and worlds of known calibration."""

import numpy as np
import pytest
from scipy import special

from changji_analysis.errors import UsageError
from changji_analysis.replay import scores


def test_brier_and_log_score_by_hand():
    assert scores.brier([0.9, 0.2, 0.5], [1, 0, 1]) == pytest.approx((0.01 + 0.04 + 0.25) / 3)
    assert scores.log_score([0.9, 0.2], [1, 0]) == pytest.approx(-np.log([0.9, 0.8]).mean())
    assert np.isfinite(scores.log_score([1.0], [0]))


@pytest.mark.parametrize("wrong", [([1.1], [1]), ([0.5], [2]), ([0.5, 0.5], [1]), ([], [])])
def test_what_is_no_probability_is_refused(wrong):
    with pytest.raises(UsageError):
        scores.brier(*wrong)


@pytest.mark.parametrize(("df", "x"), [(1.3, 0.4), (3.0, -2.0), (12.0, 1.5), (np.inf, 0.3)])
def test_crps_of_the_t_is_the_integral(df, x):
    from scipy import integrate, stats

    law = stats.t(df, loc=0.2, scale=0.7) if np.isfinite(df) else stats.norm(0.2, 0.7)
    below = integrate.quad(lambda z: law.cdf(z) ** 2, -np.inf, x, limit=300)[0]
    above = integrate.quad(lambda z: law.sf(z) ** 2, x, np.inf, limit=300)[0]
    assert scores.t_crps(x, 0.2, 0.7, df) == pytest.approx(below + above, rel=1e-4)
    assert scores.t_pit(x, 0.2, 0.7, df) == pytest.approx(law.cdf(x))


def test_crps_without_a_mean_is_infinite():
    assert np.isinf(scores.t_crps(0.0, 0.0, 1.0, 1.0))


def test_crps_of_the_normal_as_published():
    # Gneiting and Raftery 2007, eq. 21, at its centre: (sqrt 2 - 1) / sqrt pi
    assert scores.t_crps(0.0, 0.0, 1.0, np.inf) == pytest.approx((np.sqrt(2) - 1) / np.sqrt(np.pi))


def test_coverage_and_reliability():
    assert scores.coverage([0.05, 0.11, 0.5, 0.89, 0.95], 0.8) == pytest.approx(0.6)
    table = scores.reliability([0.1, 0.15, 0.8, 1.0], [0, 1, 1, 1])
    assert table["n"].tolist() == [2, 1, 1]
    assert table["stated"].tolist() == pytest.approx([0.125, 0.8, 1.0])
    assert table["came_true"].tolist() == [0.5, 1.0, 1.0]
    assert scores.ece([0.1, 0.15, 0.8, 1.0], [0, 1, 1, 1]) == pytest.approx(
        (2 * 0.375 + 0.2 + 0) / 4
    )


def test_cluster_interval_knows_that_copies_are_no_evidence():
    rng = np.random.default_rng(2)
    values = rng.random(40)
    areas = np.arange(40)
    alone = scores.cluster_interval(values, areas)
    copied = scores.cluster_interval(np.repeat(values, 25), np.repeat(areas, 25))
    naive = scores.cluster_interval(np.repeat(values, 25), np.arange(1000))
    assert np.ptp(copied) == pytest.approx(np.ptp(alone), rel=0.01)
    assert np.ptp(naive) < 0.5 * np.ptp(alone)
    low, high = scores.cluster_interval(values, areas, reference=2 * values)
    assert low == pytest.approx(0.5)
    assert high == pytest.approx(0.5)


def test_years_that_hang_together_widen_the_interval():
    rng = np.random.default_rng(4)
    area, year = np.repeat(range(30), 12), np.tile(range(12), 30)
    values = rng.normal(size=12)[year] + 0.1 * rng.normal(size=360)
    by_area = scores.cluster_interval(values, area)
    assert np.ptp(scores.cluster_interval(values, area, year)) > 5 * np.ptp(by_area)


def _walks(rng, areas=40, years=25, span=3):
    """Overlapping cases of random walks with their true probabilities."""
    path = np.cumsum(rng.standard_normal((areas, years)), axis=1)
    area, start = np.meshgrid(np.arange(areas), np.arange(years - span), indexing="ij")
    rise = path[:, span:] - path[:, :-span]
    level = rng.normal(0, 1.5, rise.shape)
    p = special.ndtr(-level / np.sqrt(span))
    return p.ravel(), (rise >= level).ravel().astype(int), area.ravel(), start.ravel()


def test_calibration_test_keeps_its_size_under_overlap_and_finds_faults():
    rng = np.random.default_rng(3)
    found = []
    for _ in range(40):
        p, y, area, start = _walks(rng)
        found.append(scores.calibration_test(p, y, area, start, start + 3, draws=60)[0])
    assert np.mean(np.array(found) < 0.1) < 0.25
    bold = np.clip(p + 0.4 * (p - 0.5), 0.001, 0.999)
    p_value, power = scores.calibration_test(bold, y, area, start, start + 3, draws=200)
    assert p_value < 0.02 and power > 0.5
    few = area < 3
    given = p[few], y[few], area[few], start[few], start[few] + 3
    assert scores.calibration_test(*given, common=0.5, draws=100)[1] < 0.5
    assert scores.calibration_test(*given, draws=50) == scores.calibration_test(*given, draws=50)
