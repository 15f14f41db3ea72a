"""Results that the notebooks' prose states in words of its own are computed again here."""

import pandas as pd

import changji_analysis as ca
from changji_analysis import tables
from changji_analysis.histories import growth_windows
from changji_analysis.needs import past_first_time
from changji_analysis.replay import proof
from changji_analysis.tables import says
from changji_analysis.trends.cohort import certificate_identity

DATA = ca.Dataset()
AREAS = DATA.config.areas


def test_01_the_carriers_met_their_target_at_the_base_in_one_reading():
    rows = DATA.scorecard.query("indicator == 'incubators'")
    assert (rows["base_value"] >= rows["value"]).any() and (rows["base_value"] < 6).any()


def test_02_the_target_lies_above_the_region():
    region = DATA.history(AREAS.region, "rd_intensity")
    assert DATA.assessment("rd_intensity").target.value > region.iloc[-1] > region[2020]


def test_02_one_area_has_a_break_in_its_gdp():
    assert DATA.history(AREAS.city, "gdp").attrs["breaks"]


def test_03_no_province_attained_a_target_above_its_base_in_more_than_a_year():
    table = DATA.precedents.query("indicator == 'rd_intensity' and scored == 'yes'")
    table = table[table["area_level"].eq("province") & (table["target"] > table["base_value"])]
    several = table[table["target_year"] - table["base_year"] > 1]
    assert len(several) and not several["status"].eq("attained").any()
    counts = tables.precedent_counts(DATA.precedents, "rd_intensity")
    assert (counts["share"] < 0.3).all()


def test_03_and_06_models_fitted_to_a_series_alone_score_worse():
    brier = proof.ranking("fitted")["brier"]
    fitted = ["drift", "log_linear", "damped_ets", "theta", "local_linear", "combination"]
    assert (brier[fitted] > brier["pooled"]).all()
    crps = proof.table("intervals").query("set == 'fitted'").set_index("model")["crps"]
    assert (crps[fitted] > crps["pooled"]).all()


def test_04_others_kept_the_pace_and_the_region_was_faster():
    windows, a = growth_windows(DATA.peers("hightech_firms"), 4), DATA.assessment("hightech_firms")
    needed = (1 + a.required_growth) ** 4
    assert (windows["factor"] >= needed).sum() > 5
    assert windows.set_index("area").at[AREAS.region, "factor"] > needed
    met = tables.precedent_counts(DATA.precedents, "hightech_firms")
    assert met["attained"].sum() > met["targets"].sum() / 2


def test_04_the_zone_had_nearly_as_many_firms_as_the_city_two_years_later():
    zone = DATA.history("昌吉国家高新区", "hightech_firms")
    assert zone[2018] == 39 and DATA.city("hightech_firms")[2020] == 41


def test_04_every_renewal_rate_takes_more_new_firms_than_there_were():
    outlook, past = DATA.cohort_outlook, past_first_time(DATA.baseline)["per_year"]
    assert (outlook["first_time_needed"] > past).all()
    assert outlook["first_time_needed"].is_monotonic_decreasing


def test_04_the_region_stock_is_since_2021_below_the_sum_of_certificates():
    parts = (DATA.history(AREAS.region, f"hightech_{name}") for name in ("certificates", "firms"))
    assert (certificate_identity(*parts)["gap"].loc[2021:] < 0).all()


def test_06_rules_that_extrapolate_do_worse_than_no_change():
    brier = proof.ranking("all")["brier"]
    assert (brier[["linear", "eurostat", "un_desa", "time_progress"]] > brier["no_change"]).all()


def test_06_the_order_of_the_verdicts_holds_and_low_areas_are_a_little_narrow():
    single = says.words("zh").query("single")["came_true"]
    assert single.is_monotonic_increasing
    lowest = proof.table("coverage").query("panel == 'rd_intensity'").iloc[0]
    assert 0.7 < lowest["one"] < 0.8
    own = proof.table("intervals").query("set == 'fitted' and model.str.endswith('_own')")
    assert own["cover80"].min() < 0.35


def test_06_the_panels_of_firms_have_little_power():
    power = proof.table("calibration_tests").set_index(["model", "panel"])["power"]["pooled"]
    assert (power[["certificates", "stock"]] < 0.2).all()


def test_05_paths_can_contradict_each_other():
    known = pd.Series({**DATA.city("hightech_firms"), 2023: 70})
    target = DATA.assessment("hightech_firms").target
    status = ca.assess(known, target, kind="count").pace["status"]
    assert status["time_progress_straight"] != status["time_progress_geometric"]
