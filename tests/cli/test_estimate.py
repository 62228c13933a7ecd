"""``advisor estimate`` on the shipped rule base: the worked example, and what is asked wrongly."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from advisor.cli.estimate import command
from advisor.errors import UsageError

ANSWERS = {
    "models": ["qwen3-235b-a22b"],
    "requests-per-day": 1_000_000,
    "input-tokens": 1000,
    "output-tokens": 500,
}
PRICES = {"together-serverless": {"input": 1.74, "output": 3.48}}
OWN = "own-gpu-servers"
RACK, TOKENS, CLUSTER = "gmi-gb200-nvl72", "together-serverless", "h200-cluster"


@pytest.fixture
def run(tmp_path):
    def call(*options: str, **answers: object):
        path = tmp_path / "answers.json"
        given = {"format": 1, "answers": {**ANSWERS, **answers}, "prices": PRICES}
        path.write_text(json.dumps(given), encoding="utf-8")
        return CliRunner().invoke(command, [str(path), *options])

    return call


def offers(result) -> dict[str, dict]:
    return {offer["offer"]: offer for offer in json.loads(result.stdout)["offers"]}


def line(offer: dict, item: str) -> dict:
    return next(line for line in offer["lines"] if line["item"] == item)


def test_the_worked_example_comes_out(run):
    """The rack is paid busy or idle, tokens by their count; the break-even ignores capacity."""
    found = offers(run(RACK, TOKENS, "--format", "json"))
    month = 365 / 12
    assert line(found[RACK], "reserved devices")["monthly_usd"] == [
        pytest.approx(13_824 * month),
        pytest.approx(13_824 * month),
    ]
    tokens = sum(line(found[TOKENS], f"{k} tokens")["monthly_usd"][0] for k in ("input", "output"))
    assert tokens == pytest.approx(3_480 * month)
    even = found[RACK]["break_even"]
    assert even["requests_per_day"] == [3_972_414, 3_972_414]
    assert even["label"] == "cost only, capacity ignored"
    assert even["output_tokens_per_second"][0] == pytest.approx(22_989, abs=1)


def test_the_break_even_is_split_where_capacity_and_bands_split_it(run):
    """3,480 USD of tokens a day are at most 18 devices at 8 USD; below the first crossing the
    tokens are surely cheaper, and the steps are those of whole racks."""
    found = offers(run(RACK, TOKENS, "--format", "json"))[RACK]["break_even_stretches"]
    assert found["tokens_daily_usd"] == [3480, 3480]
    assert (found["with"], found["devices_at_most"]) == (TOKENS, 18)
    stretches = found["stretches"]
    assert stretches[0]["cheaper"] == "tokens" and stretches[0]["up_to"] > 3_972_414
    assert [s["above"] for s in stretches[1:]] == [s["up_to"] for s in stretches[:-1]]
    assert stretches[-1]["up_to"] == found["horizon"]


def test_answers_that_cannot_hold_together_are_named(run):
    given = {"concurrent-users": 10, "tokens-per-second-per-user": 25}
    (sentence,) = json.loads(run(CLUSTER, "--format", "json", **given).stdout)["contradictions"]
    assert sentence.startswith("10 users at once with 25 tokens/s each produce at most 250")
    assert "contradict each other: 10 users" in " ".join(run(CLUSTER, **given).stdout.split())
    given["concurrent-users"] = 1000
    assert json.loads(run(CLUSTER, "--format", "json", **given).stdout)["contradictions"] == []


def test_a_first_token_sooner_than_expected_is_said(run):
    found = offers(run(CLUSTER, "--format", "json", **{"first-token-ms": 10}))[CLUSTER]
    assert any("first token within 10 ms" in text for text in found["unknown"])


def test_what_scales_to_zero_may_be_paid_for_busy_hours_alone(run):
    """Fireworks bills by the second and stops; a rented cluster runs day and night."""
    found = offers(
        run("fireworks-dedicated", CLUSTER, "--format", "json", models=["llama-3.3-70b"])
    )
    low, high = found["fireworks-dedicated"]["switched_off_monthly_usd"]
    paid = line(found["fireworks-dedicated"], "reserved devices")["monthly_usd"]
    assert 0 < low < paid[0] and high == paid[1]
    assert found[CLUSTER]["switched_off_monthly_usd"] is None


def test_a_horizon_bounds_the_comparison(run):
    found = offers(run(RACK, TOKENS, "--set", "horizon=2M/day", "--format", "json"))[RACK]
    assert found["break_even_stretches"]["stretches"] == [
        {"above": 0, "up_to": 2_000_000, "cheaper": "tokens"}
    ]
    wrong = run(RACK, "--set", "horizon=soon")
    assert isinstance(wrong.exception, UsageError)
    assert "horizon=10M/day" in str(wrong.exception)


def test_leaving_todays_offer_is_on_the_bill_of_the_others(run):
    answered = offers(run(RACK, TOKENS, "--format", "json", **{"current-offer": TOKENS}))
    switching = line(answered[RACK], "switching from Together AI serverless")
    assert switching["monthly_usd"] == [100, pytest.approx(200 * 140 / 12)]
    assert not any("switching" in item["item"] for item in answered[TOKENS]["lines"])


def test_a_commitment_of_years_lowers_the_price_to_that_of_contracts(run):
    rented = line(offers(run(CLUSTER, "--format", "json"))[CLUSTER], "reserved devices")
    answered = offers(run(CLUSTER, "--format", "json", commitment="years"))[CLUSTER]
    bound = line(answered, "reserved devices")
    assert bound["monthly_usd"][0] < rented["monthly_usd"][0]
    assert bound["monthly_usd"][1] == rented["monthly_usd"][1]
    assert "between a contract of three years and on demand" in bound["formula"]


def test_more_speed_for_each_user_takes_more_devices(run):
    slow, fast = (
        offers(run(CLUSTER, "--format", "json", **{"tokens-per-second-per-user": rate}))[CLUSTER]
        for rate in (20, 60)
    )
    assert slow["devices"][0] <= fast["devices"][0] and slow["devices"][1] < fast["devices"][1]


def test_a_replica_says_what_fits_and_how_it_is_laid_out(run):
    found = offers(run(CLUSTER, "--format", "json"))[CLUSTER]
    fit, replicas = found["fit"], found["replicas"]
    assert fit["weights_gb"] == pytest.approx(235, rel=0.01)
    assert fit["weights_gb"] + fit["reserve_gb"] < fit["available_gb"]
    assert fit["requests"] > replicas["concurrency"] > 1
    assert fit["layouts"][0]["tensor"] == fit["devices"] == replicas["devices_per_replica"]
    assert 0 < replicas["idle_share"] < 1


def test_a_price_given_on_the_command_line_wins(run):
    found = offers(run(RACK, "--set", f"price.{RACK}=10.5/h", "--format", "json"))
    assert "10.5 USD per device-hour" in line(found[RACK], "reserved devices")["formula"]


def test_bought_devices_are_paid_by_item_and_what_is_not_known_of_them_is_asked_for(run):
    """The ledger knows what a GPU costs at least, but not its server."""
    found = offers(run(OWN, "--format", "json"))[OWN]
    items = {x["item"]: x["monthly_usd"] for x in found["lines"]}
    assert list(items) == ["depreciation", "power", "cooling", "space", "people"]
    assert items["depreciation"][1] is None and items["space"][1] is not None
    (asked,) = [text for text in found["unknown"] if "--set" in text]
    assert f"--set price.{OWN}.device=42000" in asked
    # Never less than those who buy by the thousand are said to pay.
    assert found["monthly_usd"][0] >= 1.41 * 730 * found["devices"][0]


def test_own_figures_of_bought_devices_win_in_the_answers_and_on_the_command_line(run):
    told = ("device=42000", "months=48", "watts=1300W")
    settings = [part for text in told for part in ("--set", f"price.{OWN}.{text}")]
    common = [
        p for t in ("pue=1.3", "electricity=0.12/kWh", "space=100/kW-month") for p in ("--set", t)
    ]
    found = offers(run(OWN, *settings, *common, "--format", "json"))[OWN]
    few, many = found["devices"]
    kilowatts = 1.3
    each = {
        "depreciation": 42_000 / 48,
        "power": kilowatts * 730 * 0.12,
        "cooling": kilowatts * 0.3 * 730 * 0.12,
        "space": kilowatts * 100,
    }
    for item, usd in each.items():
        assert line(found, item)["monthly_usd"] == pytest.approx([few * usd, many * usd])
        assert line(found, item)["source"] == "your price"
    assert found["unknown"] == []
    people = line(found, "people")["monthly_usd"]
    total = sum(each.values())
    assert found["monthly_usd"] == pytest.approx(
        [few * total + people[0], many * total + people[1]]
    )


def test_figures_of_bought_devices_do_not_count_for_rented_ones_in_silence(run):
    wrong = run(CLUSTER, "--set", f"price.{CLUSTER}.pue=1.3")
    assert isinstance(wrong.exception, UsageError)
    assert f"rented: give price.{CLUSTER}.device=42000, too" in str(wrong.exception)
    settings = [p for t in ("device=42000", "pue=1.3") for p in ("--set", f"price.{CLUSTER}.{t}")]
    found = offers(run(CLUSTER, *settings, "--format", "json"))[CLUSTER]
    assert [x["item"] for x in found["lines"]][:2] == ["depreciation", "power"]
    assert sum("--set" in text for text in found["unknown"]) == 4


def test_egress_and_storage_stand_apart_until_somebody_knows_their_price(run):
    """Where the ledger knows a price it counts; elsewhere the volume is said."""
    plain = offers(run(RACK, CLUSTER, TOKENS, OWN, "--format", "json"))
    assert [x["item"] for x in plain[RACK]["not_counted"]] == ["egress", "storage"]
    assert [x["item"] for x in plain[CLUSTER]["not_counted"]] == ["egress"]
    assert line(plain[CLUSTER], "storage")["source"] == "runpod-volumes"
    # Bought servers have disks, and tokens nothing to store.
    for offer in (TOKENS, OWN):
        assert [x["item"] for x in plain[offer]["not_counted"]] == ["egress"]
    set_ = ("--set", "egress=0.09/GB", "--set", "storage=0.1/GB-month")
    priced = offers(run(RACK, TOKENS, *set_, "--format", "json"))
    assert priced[RACK]["not_counted"] == priced[TOKENS]["not_counted"] == []
    gigabytes = plain[TOKENS]["not_counted"][0]["gb_per_month"]
    assert line(priced[TOKENS], "egress")["monthly_usd"] == pytest.approx(
        [gigabytes[0] * 0.09, gigabytes[1] * 0.09]
    )
    assert line(priced[RACK], "storage")["monthly_usd"][0] == pytest.approx(23.5, abs=0.1)
    words = " ".join(run(RACK, TOKENS).stdout.split())
    assert "Not counted for 2 offers: egress of 60.83 to 4,562 GB a month" in words
    assert "--set egress=0.09/GB" in words


def test_the_break_even_by_utilisation_is_what_a_busy_replica_costs_over_tokens(run):
    found = offers(run(RACK, TOKENS, "--set", "utilisation=40%", "--format", "json"))[RACK]
    even = found["break_even_utilisation"]
    per_request = 3_480 / 1_000_000
    low, high = even["usd_per_request_fully_used"]
    assert even["share"] == pytest.approx([low / per_request, high / per_request])
    assert even["given"] == 0.4
    assert even["usd_per_million_tokens"] == pytest.approx(
        [low / 0.4 / 1500 * 1e6, high / 0.4 / 1500 * 1e6]
    )
    words = " ".join(run(RACK, TOKENS, "--set", "utilisation=40%").stdout.split())
    assert "Break-even by utilisation with together-serverless" in words
    assert "at 40 % a million tokens cost" in words


def test_less_used_devices_are_cheaper_from_a_larger_volume_on_if_ever(run):
    """Devices that are busy nearly all the time surely beat these tokens from some volume on;
    at half of that nothing is sure."""
    sure = {}
    for share in ("90%", "45%"):
        settings = ("--set", f"utilisation={share}", "--set", "horizon=5M/day")
        found = offers(run(CLUSTER, TOKENS, *settings, "--format", "json"))[CLUSTER]
        stretches = found["break_even_stretches"]["stretches"]
        sure[share] = [s["above"] for s in stretches if s["cheaper"] == "devices"]
    assert 1_000_000 < sure["90%"][0] < 5_000_000
    assert sure["45%"] == []


def test_adapters_take_memory_and_devices(run):
    without = offers(run(CLUSTER, "--format", "json"))[CLUSTER]
    beside = offers(run(CLUSTER, "--set", "adapters=600GB", "--format", "json"))[CLUSTER]
    assert beside["fit"]["devices"] > without["fit"]["devices"]
    assert beside["fit"]["adapters_gb"] == 600 and without["fit"]["adapters_gb"] == 0
    assert beside["devices"][0] >= without["devices"][0]
    assert beside["devices"] == line_devices(beside)
    unsaid = json.loads(run(CLUSTER, "--format", "json", **{"own-weights": "adapter"}).stdout)
    assert any("adapters" in text and "--set" in text for text in unsaid["assumptions"])


def line_devices(offer: dict) -> list[float]:
    """The devices on the bill."""
    low, _, high = line(offer, "reserved devices")["formula"].split(" devices")[0].split()
    return [float(low), float(high)]


def test_a_cluster_is_sized_from_its_traffic_and_more_traffic_needs_no_fewer(run):
    small = offers(run(CLUSTER, "--format", "json"))[CLUSTER]
    large = offers(run(CLUSTER, "--format", "json", **{"requests-per-day": 10_000_000}))[CLUSTER]
    assert small["devices"][0] <= large["devices"][0]
    assert small["devices"][1] < large["devices"][1]
    speed = small["speed"]["tokens_per_second_per_user"]
    assert speed["low"] < speed["value"] < speed["high"]


def test_a_rate_limit_below_the_load_says_by_how_much(run):
    found = offers(run("cerebras-shared", "--format", "json", models=["gpt-oss-120b"]))
    limits = {gap["limit"]: gap for gap in found["cerebras-shared"]["quota"]}
    assert limits["tokens per minute"]["needed"] > limits["tokens per minute"]["allowed"]


def test_what_is_not_answered_is_named_and_nothing_is_sized(run, tmp_path):
    path = tmp_path / "empty.json"
    path.write_text('{"format": 1, "answers": {}}', encoding="utf-8")
    result = CliRunner().invoke(command, [str(path), CLUSTER, "--format", "json"])
    data = json.loads(result.stdout)
    assert data["demand"] is None
    assert data["missing"] == ["requests-per-day", "input-tokens", "output-tokens"]
    assert data["offers"][0]["devices"] is None


def test_text_and_data_say_the_same(run):
    text = " ".join(run(RACK, TOKENS).stdout.split())
    assert "3,972,414 requests/day" in text and "capacity ignored" in text
    assert "busy or idle" in text


@pytest.mark.parametrize(
    "options",
    [("no-such-offer",), ("--set", "price.nope=1/h"), ("--set", f"price.{RACK}=10.5")],
)
def test_wrong_offers_and_settings_are_usage_errors(run, options):
    result = run(*options)
    assert isinstance(result.exception, UsageError)
    assert result.stdout == ""
