"""Units: hand-computed conversions, and every confusion of basis refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescarbon.evidence.units import UnitError, convert, registry

RATE = "mg dry / ind / d"
CARBON_RATE = "mg C / ind / d"
SHELL = "t C / t shell"
TISSUE = "t C / t tissue"
PSI = "mol CO2 / mol CaCO3"


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (9.1, "mmol C/g", SHELL, 0.1093001),  # 9.1 x 12.011 / 1000
        (10.38, "mmol/g", SHELL, 0.12467418),
        (33.64, "mmol C/g", TISSUE, 0.40405004),
        (11.28, "mmol C/g dry", "t C / t dry", 0.13548408),
        (0.317, "g CO2/g CaCO3", PSI, 0.7209391),  # 0.317 x 100.09 / 44.01
        (0.29, "g CO2/g CaCO3", PSI, 0.6595342),
        (0.7, "mol/mol", PSI, 0.7),
        (0.7, "fraction", PSI, 0.7),
        (70.0, "%", PSI, 0.7),
        (5.16, "%", "g C / g dry", 0.0516),
        (51.6, "mg C/g", "g C / g dry", 0.0516),
        (51.6, "‰", "g C / g dry", 0.0516),
        (59.9, "mg dry/ind/d", RATE, 59.9),
        (59.9, "mg/day", RATE, 59.9),
        (2.5, "mg DW/individual/hour", RATE, 60.0),
        (59.9, "mg dry ind-1 d-1", RATE, 59.9),
        (59.9, "mg dry ind^-1 day**-1", RATE, 59.9),
        (59.9, "mg/(ind d)", RATE, 59.9),
        (5.99, "g dry/(100 ind)/d", RATE, 59.9),
        (0.365, "g/yr", RATE, 1000 * 0.365 / 365.25),
        (0.03, "kg/ind", "g live / ind", 30.0),
        (30.0, "g", "g live / ind", 30.0),
        (30.0, "g fresh weight/individual", "g live / ind", 30.0),
        (0.6, "kg/kg", "kg live / kg live", 0.6),
        (0.6, "g/g", "t shell / t dry", 0.6),
        (0.6, "g shell/g dry", "t shell / t dry", 0.6),
        (0.43, "g C/g dry tissue", TISSUE, 0.43),
        (1.2, "ind/ind", "ind / ind", 1.2),
        (1.2, "-", "ind / ind", 1.2),
        (45.0, "kg CO2e/t", "kg CO2e / t live", 45.0),
        (0.045, "t CO2e/t live", "kg CO2e / t live", 45.0),
        (4.5, "%", "kg CO2e / t live", 45.0),
        (-19.4, "permil VPDB", "permil", -19.4),
        (60.0, "yuan/t CO2e", "CNY / t CO2e", 60.0),
        (0.06, "元/kg", "CNY / t CO2e", 60.0),
        (6.03, "mmol O2 m-2 d-1", "mmol O2/m2/d", 6.03),
        (239.9, "t/km2", "kg live/m2", 0.2399),
        (0.306, "g C/m2/d", "mg C/m2/d", 306.0),
    ],
)
def test_conversions_by_hand(value: float, unit: str, to: str, expected: float) -> None:
    assert convert(value, unit, to) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("unit", "to", "words"),
    [
        ("mg wet/ind/d", RATE, ("wet", "dry")),
        ("mg C/ind/d", RATE, ("is C", "dry")),
        ("mg dry/ind/d", CARBON_RATE, ("dry", "C")),
        ("mg CO2/ind/d", CARBON_RATE, ("CO2", "(C)")),
        ("mg dry/g wet", "g C / g dry", ("dry", "C")),
        ("mg C/g wet tissue", TISSUE, ("wet", "per tissue")),
        ("g C/g live", SHELL, ("live", "shell")),
        ("g C/g shell", TISSUE, ("shell", "tissue")),
        ("g shell/g live", "t shell / t dry", ("live", "dry")),
        ("g tissue/g dry", "t shell / t dry", ("tissue", "shell")),
        ("g CO2/g CaCO3", "t C / t C", ("CO2", "(C)")),
        ("g wet/g wet", "t C / t C", ("wet", "(C)")),
        ("g dry/ind", "g live / ind", ("dry", "live")),
        ("kg CO2/t", "kg CO2e / t live", ("CO2", "CO2e")),
        ("CNY/t C", "CNY / t CO2e", ("per C", "per CO2e")),
        ("USD/t CO2e", "CNY / t CO2e", ("USD", "CNY")),
        ("mg dry/g AFDW/d", RATE, ("afdw", "dry")),
        ("g/ind", "t C / t C", ("individuals",)),
        ("mg dry/ind/ind/d", RATE, ("ind", "twice")),
    ],
)
def test_another_basis_is_refused_by_name(unit: str, to: str, words: tuple[str, ...]) -> None:
    with pytest.raises(UnitError) as caught:
        convert(1.0, unit, to)
    message = str(caught.value)
    assert repr(unit) in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("unit", "to", "word"),
    [
        ("mg/m2/d", RATE, "length"),
        ("mg", RATE, "something else"),
        ("mg/ind", RATE, "something else"),
        ("cm", "g live / ind", "something else"),
        ("%", RATE, "bare number"),
        ("fraction", "CNY / t CO2e", "bare number"),
        ("g/g", PSI, "substances"),
        ("mg dri/ind/d", RATE, "did you mean 'dry'"),
        ("", RATE, "no unit"),
        ("   ", RATE, "no unit"),
        ("mg/", RATE, "nothing on one side"),
        ("mg//d", RATE, "nothing on one side"),
        ("(mg/d", RATE, "not closed"),
        ("mg)/d", RATE, "too many"),
        ("mg^x", RATE, "exponent"),
        ("0 mg/d", RATE, "zero"),
        ("degC", RATE, "cannot be scaled"),
        ("mg;d", RATE, "cannot be read"),
        ("mg qqqqqq/d", RATE, "unknown word 'qqqqqq'$"),
    ],
)
def test_what_cannot_be_read_is_refused(unit: str, to: str, word: str) -> None:
    with pytest.raises(UnitError, match=word):
        convert(1.0, unit, to)


def test_arrays_are_converted() -> None:
    np.testing.assert_allclose(convert(np.array([9.1, 10.0]), "mmol C/g", SHELL), [0.1093001, 0.12011])


def test_carbon_is_not_coulomb_and_never_co2() -> None:
    units = registry()
    assert not units.Unit("t C").is_compatible_with("t CO2")
    assert not units.Unit("C").is_compatible_with("A s")


@given(
    st.lists(
        st.sampled_from(
            ["mg", "dry", "d", "ind", "CO2", "C", "/", "*", "(", ")", "^", "-", "1", "2", "0", "%"]
        ),
        max_size=8,
    ),
    st.sampled_from([" ", ""]),
)
def test_any_text_is_a_number_or_a_unit_error(parts: list[str], joint: str) -> None:
    try:
        converted = convert(1.0, joint.join(parts), RATE)
    except UnitError:
        return
    assert 0 < converted < float("inf")
