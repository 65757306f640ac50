"""Published budgets, put through the ledger and the frameworks: the same sums must come out."""

from __future__ import annotations

import pytest

from bayescarbon.accounting.constants import CO2E_PER_C
from bayescarbon.accounting.frameworks import net_sink
from bayescarbon.accounting.ledger import ledger
from bayescarbon.accounting.pools import pools, source_split
from tests.published.support import MILLION, budget


def carbon(lines: object, framework: str) -> float:
    """Return the net sink of the single batch in units of carbon, as the papers print it."""
    return net_sink(lines, framework).item() / CO2E_PER_C


def test_munari_2013() -> None:
    # Mytilus galloprovincialis, mol CO2 m-2 yr-1: shell 136.6, calcification 86.8, respiration 187.8.
    psi = 86.8 / 136.6
    assert psi == pytest.approx(0.635, abs=5e-4)
    lines = ledger(budget(shell=136.6, tissue=10.0, psi=psi, respired_per_shell=187.8 / 136.6))
    assert carbon(lines, "individual_budget") == pytest.approx(-138.0, abs=1e-9)


def test_chauvaud_2003() -> None:
    # Potamocorbula amurensis, g C m-2 yr-1: 18 from calcification and 37 from respiration, a source of 55.
    shell = 18.0 / 0.7
    lines = ledger(budget(shell=shell, tissue=5.0, psi=0.7, respired_per_shell=37.0 / shell))
    assert carbon(lines, "respiration_and_calcification") == pytest.approx(-55.0, abs=1e-9)


def test_integrated_budget_2023() -> None:
    # China, Tg C/yr: calcification 0.741, respired 0.580, buried 0.145, shell organic 0.0387: 1.137 (printed 1.136).
    carbonate, organic = 0.741 / 0.7, 0.0387
    shell = carbonate + organic
    inputs = budget(
        shell=shell,
        tissue=0.3,
        psi=0.7,
        respired_per_shell=0.580 / shell,
        shell_organic_share=organic / shell,
        individuals=MILLION,
        biodeposition_rate=1450.0,
        biodeposit_carbon=1.0,
        cycle_days=1.0,
        burial_fraction=0.1,
    )
    lines = ledger(inputs)
    assert lines["buried"].item() == pytest.approx(0.145)
    assert carbon(lines, "integrated_coastal") == pytest.approx(-1.137, abs=5e-4)
    assert carbon(lines, "integrated_coastal") == pytest.approx(-1.136, abs=2e-3)


def test_zhikong_scallop_over_500_days() -> None:
    # mg C per animal: 2070 shell + 1005 tissue + 3985 deposited + 3110 released = 10 170 used. The budget does not
    # follow deposits after they fall: nothing of them is released here (burial of 1).
    psi = 0.7
    inputs = budget(
        shell=2.070,
        tissue=1.005,
        psi=psi,
        respired_per_shell=3.110 / 2.070 - psi,
        individuals=MILLION,
        cycle_days=500.0,
        biodeposition_rate=3985.0 / 500.0 / 0.1,
        biodeposit_carbon=0.1,
        burial_fraction=1.0,
    )
    found = pools(ledger(inputs))
    assert found["used"].item() == pytest.approx(10.170)
    shares = {
        name: 100 * found[name].item() / found["used"].item() for name in ("removed", "stored", "released")
    }
    assert shares == pytest.approx({"removed": 30.2, "stored": 39.2, "released": 30.6}, abs=0.05)
    split = source_split(ledger(inputs))
    assert split["dic"].item() == pytest.approx(2.070 * 1.7)


def test_pacific_oyster_over_360_days() -> None:
    # mg C per animal: (3600 shell + 430 tissue + 3322 "buried") of 14 968 is 49.1 %.
    inputs = budget(
        shell=3.600,
        tissue=0.430,
        respired_per_shell=(14.968 - 3.600 - 0.430 - 3.322) / 3.600,
        individuals=MILLION,
        cycle_days=360.0,
        biodeposition_rate=3322.0 / 360.0 / 0.1,
        biodeposit_carbon=0.1,
        burial_fraction=1.0,
    )
    lines = ledger(inputs)
    kept = carbon(lines, "improved_stock_change")
    assert 100 * kept / pools(lines)["used"].item() == pytest.approx(49.1, abs=0.05)
    # Faeces are 42 to 48 % of intake: calling 3322 buried means that about half of them stay for good.
    assert 100 * lines["buried"].item() / (0.48 * 14.968) == pytest.approx(46, abs=0.5)
    assert 100 * lines["buried"].item() / (0.42 * 14.968) == pytest.approx(53, abs=0.5)


@pytest.mark.parametrize(("deposited", "harvested"), [(0.461, 0.133), (0.462, 0.132)])
def test_manila_clam_over_730_days(deposited: float, harvested: float) -> None:
    # 3310.1 mg C per animal; the two papers round differently. A budget that deposits 3.5 times what is harvested
    # cannot give a bay that deposits 15 000 t and harvests 6000 t.
    used, landed = 3.3101, 3.3101 * harvested
    shell = 0.8 * landed
    inputs = budget(
        shell=shell,
        tissue=0.2 * landed,
        respired_per_shell=used * (1 - deposited - harvested) / shell,
        individuals=MILLION,
        cycle_days=730.0,
        biodeposition_rate=used * deposited * 1000.0 / 730.0 / 0.05,
        biodeposit_carbon=0.05,
        burial_fraction=0.1,
    )
    lines = ledger(inputs)
    found = pools(lines)
    assert found["used"].item() == pytest.approx(used)
    assert lines["deposited"].item() / found["used"].item() == pytest.approx(deposited)
    assert found["removed"].item() / found["used"].item() == pytest.approx(harvested)
    assert lines["deposited"].item() / found["removed"].item() == pytest.approx(3.5, abs=0.05)
    assert pytest.approx(2.5) == 15_000 / 6_000
