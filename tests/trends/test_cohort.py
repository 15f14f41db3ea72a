"""The cohort model: an identity, its exact cases, and what it needs."""

import numpy as np
import pandas as pd
import pytest

from changji_analysis.errors import ForecastError
from changji_analysis.trends import cohort


def batches(**years):
    return pd.Series({int(k[1:]): float(v) for k, v in years.items()})


KNOWN = batches(y2019=20, y2020=21, y2021=25, y2022=30, y2023=40, y2024=50)


def test_stock_whose_batches_are_all_known_is_their_sum():
    found = cohort.predict_stock(KNOWN, 2024, renewal_rate=0.8)
    assert set(found.draws.ravel()) == {120}
    assert found.probability(120) == 1
    assert found.probability(121) == 0
    assert np.isnan(cohort.first_time_needed(KNOWN, 2024, 100, [0.8])["first_time"].item())


def test_only_the_last_batch_is_uncertain():
    found = cohort.predict_stock(KNOWN, 2025, renewal_rate=0.8, draws=4000)
    assert found.years == (2025,)
    assert found.draws.min() >= 90  # two batches are out
    low, middle, high = found.quantiles((0.1, 0.5, 0.9)).loc[2025]
    assert low < middle < high
    again = cohort.predict_stock(KNOWN, 2025, renewal_rate=0.8, draws=4000)
    assert again.draws.tolist() == found.draws.tolist()


def test_renewals_are_binomial():
    short = batches(y2022=50, y2023=0, y2024=0)
    found = cohort.predict_stock(short, 2025, renewal_rate=0.6, first_time=0, draws=20000)
    assert found.draws.mean() == pytest.approx(30, abs=0.2)
    assert found.draws.var() == pytest.approx(50 * 0.6 * 0.4, rel=0.05)


def test_draws_scatter_about_the_expected_stock():
    base = cohort.even_batches(41, 2020)
    found = cohort.predict_stock(base, 2025, renewal_rate=0.8, first_time=15.6)
    expected = cohort.expected_stock(base, 2025, 0.8, 15.6)["stock"]
    assert found.draws.mean(axis=0) == pytest.approx(expected.iloc[1:].to_numpy(), rel=0.01)
    assert found.interval()["lower"].lt(found.median).all()


def test_what_is_needed_reaches_the_target():
    base = cohort.even_batches(41, 2020)
    table = cohort.first_time_needed(base, 2025, 100, (0.6, 0.8, 0.9))
    # about 19.5, 15.5 and 14 a year
    assert table["first_time"].round(1).tolist() == [19.6, 15.6, 13.7]
    stock = cohort.expected_stock(base, 2025, 0.8, table["first_time"].iloc[1])
    assert stock.loc[2020].tolist() == [41, 0, 0, 41]
    assert stock["base"].loc[2023:].eq(0).all()
    assert stock.at[2025, "stock"] == pytest.approx(100)
    kept = cohort.expected_stock(cohort.even_batches(30, 2020), 2029, 1.0, 0)
    assert kept["stock"].to_numpy() == pytest.approx(30)
    enough = cohort.first_time_needed(base, 2025, 10, (0.9,))
    assert enough["first_time"].item() == 0


def test_even_batches_keep_the_stock():
    even = cohort.even_batches(41, 2020)
    assert even.sum() == 41
    assert even.index.tolist() == [2018, 2019, 2020]
    assert even.max() - even.min() <= 1


def test_range_runs_over_the_renewal_rates():
    base, options = cohort.even_batches(41, 2020), {"first_time": pd.Series({2020: 6.2})}
    table = cohort.renewal_range(base, 2025, 100, (0.6, 0.9), draws=2000, **options)
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
    known = {"renewal_rate": 0.7, "first_time": pd.Series({2020: 6.0}), "draws": 4000}
    base = cohort.even_batches(41, 2020)
    fast = cohort.predict_stock(base, 2025, peers=growing, **known)
    slow = cohort.predict_stock(base, 2025, peers=flat, **known)
    assert (fast.median > slow.median).all()


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


def test_a_list_says_what_was_valid_renewed_and_lapsed():
    firm = pd.Series(list("abc") + list("ad") + list("e"))
    issued = pd.Series([2020] * 3 + [2023] * 2 + [2024])
    counts = cohort.count_list(firm, issued)
    assert counts["valid"].dropna().to_dict() == {2022: 3, 2023: 2, 2024: 3}
    assert counts.loc[2023, ["first_time", "renewed", "lapsed"]].tolist() == [1, 1, 2]
    assert counts.loc[2022, "expiring"] == 3 and counts.loc[2024, "expiring"] == 0
    assert counts["first_time"].loc[:2022].isna().all()  # what came before is not listed
