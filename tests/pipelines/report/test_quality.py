from pipelines.report.quality import BETTER, UNCLEAR, UNKNOWN, WORSE, qualities


def estimate(value, low, high):
    return {"value": value, "low": low, "high": high}


def report(horizon=90, **gains):
    return {
        "horizon": horizon,
        "accounts": 400,
        "events": 60,
        "dates": ["2025-01-31", "2025-06-30"],
        "metrics": {
            "auc": estimate(0.83, 0.812, 0.849),
            "log_loss": estimate(0.2, 0.18, 0.22),
            "top_decile_lift": estimate(4.12, 3.5, 4.6),
            "expected_over_observed": estimate(0.9, 0.8, 1.1),
        },
        "gains": gains,
        "baselines": {name: {"auc": 0.5, "log_loss": 0.25} for name in gains},
    }


def quality(**gains):
    return qualities({"horizons": {"90": report(**gains)}})[0]


def test_horizons_come_in_order_of_days():
    found = qualities({"horizons": {"180": report(180), "30": report(30), "90": report(90)}})
    assert [each.horizon for each in found] == [30, 90, 180]
    assert qualities({}) == ()


def test_figures_in_words():
    pairs, lift, foretold, beside = quality(recency=estimate(0.05, 0.01, 0.09)).sentences()
    assert "right one in 83 (81 to 85) of 100 such pairs" in pairs
    assert "lost 4.1 (3.5 to 4.6) times as often" in lift
    assert "foretold 90 (80 to 110) losses for every 100" in foretold
    assert beside == "It is better than “recency”, beyond what chance explains."


def test_only_a_range_clear_of_zero_is_a_difference():
    found = quality(
        age=estimate(0.05, 0.01, 0.09),
        recency=estimate(0.01, -0.01, 0.03),
        rate=estimate(-0.05, -0.09, -0.01),
        lost=None,
    )
    assert [each.verdict for each in found.rivals] == [BETTER, UNCLEAR, WORSE, UNKNOWN]
    said = " ".join(found.sentences())
    assert "It is better than “age”, beyond" in said
    assert "Whether it is better than “recency” cannot be told" in said
    assert "It is worse than “rate”, beyond" in said


def test_a_gain_is_a_share_of_the_others_log_loss():
    (rival,) = quality(age=estimate(0.05, -0.0125, 0.075)).rivals
    assert rival.saved == "+20.0\u202f% (\u22125.0 to +30.0)"


def test_figures_that_were_no_numbers_are_left_out():
    given = report(age=estimate(None, None, None))
    given["metrics"]["auc"] = estimate(0.8, None, None)
    (found,) = qualities({"horizons": {"90": given}})
    assert found.pairs is None
    assert not any("pairs" in said for said in found.sentences())
    assert found.rivals[0].verdict == UNKNOWN
