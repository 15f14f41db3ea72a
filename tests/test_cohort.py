"""The cohort model: an identity, its exact cases, and what it needs."""

import numpy as np
import pandas as pd
import pytest

from changji_analysis.errors import ForecastError
from changji_analysis.needs import first_time_certificates
from changji_analysis.trends import cohort


def batches(**years):
    return pd.Series({int(k[1:]): float(v) for k, v in years.items()})


KNOWN = batches(y2019=20, y2020=21, y2021=25, y2022=30, y2023=40, y2024=50)


def test_stock_whose_batches_are_all_known_is_their_sum():
    found = cohort.predict_stock(KNOWN, 2024, renewal_rate=0.8)
    assert set(found.draws) == {120}
    assert found.known == 120
    assert found.probability(120) == 1
    assert found.probability(121) == 0
    assert np.isnan(cohort.first_time_needed(KNOWN, 2024, 100, renewal_rate=0.8))


def test_only_the_last_batch_is_uncertain():
    found = cohort.predict_stock(KNOWN, 2025, renewal_rate=0.8, draws=4000)
    assert found.known == 90
    assert found.draws.min() >= 90
    low, middle, high = found.quantiles((0.1, 0.5, 0.9))
    assert low < middle < high
    assert cohort.predict_stock(KNOWN, 2025, renewal_rate=0.8, draws=4000).draws.tolist() == (
        found.draws.tolist()
    )


def test_renewals_are_binomial():
    none = pd.Series({2024: 0.0})
    found = cohort.predict_stock(
        batches(y2022=50, y2023=0, y2024=0), 2025, renewal_rate=0.6, first=none, draws=20000
    )
    renewed = found.draws[found.draws <= 50]
    assert renewed.mean() == pytest.approx(30.5, abs=1.0)
    assert cohort.predict_stock(KNOWN, 2024, renewal_rate=0.8, exit_rate=1.0).draws.max() == 0


@pytest.mark.parametrize("rate", [0.6, 0.7, 0.8, 0.9])
def test_need_agrees_with_the_plain_identity(rate):
    even = pd.Series([41 / 3] * 3, index=[2018, 2019, 2020])
    table = first_time_certificates(41, 100, [rate])
    assert cohort.first_time_needed(even, 2025, 100, renewal_rate=rate) == pytest.approx(
        table["first_time"].iloc[0]
    )


def test_even_batches_keep_the_stock():
    even = cohort.even_batches(41, 2020)
    assert even.sum() == 41
    assert even.index.tolist() == [2018, 2019, 2020]
    assert even.max() - even.min() <= 1


def test_range_runs_over_the_renewal_rates():
    table = cohort.renewal_range(
        cohort.even_batches(41, 2020), 2025, 100, first=pd.Series({2020: 6.2}), draws=2000
    )
    assert table["median"].is_monotonic_increasing
    assert table["first_time_needed"].is_monotonic_decreasing
    assert table["probability"].between(0, 1).all()


def test_peers_set_the_pace_of_first_time_certificates():
    rng = np.random.default_rng(1)
    years = range(2012, 2025)
    growing = pd.DataFrame(
        {k: 100 * np.exp(0.2 * np.arange(13) + rng.normal(0, 0.05, 13)) for k in "abcdef"},
        index=years,
    )
    flat = growing / np.exp(0.2 * np.arange(13))[:, None]
    known = {"renewal_rate": 0.7, "first": pd.Series({2020: 6.0}), "draws": 4000}
    base = cohort.even_batches(41, 2020)
    fast = cohort.predict_stock(base, 2025, peers=growing, **known)
    slow = cohort.predict_stock(base, 2025, peers=flat, **known)
    assert fast.quantiles([0.5])[0.5] > slow.quantiles([0.5])[0.5]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: cohort.predict_stock(KNOWN, 2025, renewal_rate=1.2), "rate"),
        (lambda: cohort.predict_stock(KNOWN.drop(2023), 2025, renewal_rate=0.8), "missing_batch"),
        (
            lambda: cohort.predict_stock(cohort.even_batches(41, 2020), 2025, renewal_rate=0.8),
            "no_first_time",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(call, reason):
    with pytest.raises(ForecastError) as caught:
        call()
    assert caught.value.reason == reason
