"""Log-likelihood of the direct rows, in sufficient statistics.

Beta and Gamma are exponential families: the samples of a cell collapse to a count and two sums, so a gradient costs
cells, not rows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt

from bayescarbon.evidence.quantities import Quantity
from bayescarbon.model.families import FAMILIES, Family, Tensor
from bayescarbon.model.observations import Observations
from bayescarbon.model.outliers import CONTAMINATION

# Log-sd added to the wide component of a contaminated positive sample: a slip of the decimal point either way.
WIDE_LOG_SD = float(np.log(10.0))
# Below this score the asymptotic series of the normal tail takes over; its fifth term is 1e-11 there.
TAIL = -25.0
# Level at which the scatter of a composite is stated; Sun et al. 2020 give 0.064 to 0.109 t C per live tonne.
COMPOSITE_LEVELS = {"carbon_per_live": 0.09, "whole_body_carbon": 0.14, "carbon_deposition_rate": 4.0}


def direct_log_likelihood(observations: Observations, mean: Tensor, cv: Tensor) -> Tensor:
    """Return the log-likelihood of all direct rows, a scalar tensor. Needs a model context (it registers data).

    Parameters
    ----------
    observations : Observations
        Rows, sorted into terms.
    mean : tensor (target,)
        Arithmetic means that the rows observe, natural scale.
    cv : tensor (scatter,)
        Coefficient of variation of single samples, along ``observations.scatter``.
    """
    total = pt.as_tensor(0.0)
    terms = (
        (observations.means, _mean_term),
        (observations.spreads, _spread_term),
        (observations.extents, _extent_term),
        (observations.bounds, _bound_term),
        (observations.doubtful, _doubtful_term),
    )
    at = scatter_levels(observations.scatter)
    for name, family in FAMILIES.items():
        precision = family.precision(cv, at)
        for frame, term in terms:
            part = frame[frame["family"] == name].reset_index(drop=True)
            if len(part):
                theta = mean[part["target"].to_numpy()]
                total = total + term(family, part, theta, precision[part["scatter"].to_numpy()]).sum()
    return total


def scatter_levels(definitions: list[Quantity]) -> np.ndarray:
    """Return the mean at which each stated coefficient of variation holds: the prior median."""
    return np.array(
        [q.prior.q50 if np.isfinite(q.prior.q50) else COMPOSITE_LEVELS[q.name] for q in definitions]
    )


def _data(family: Family, name: str, values: pd.Series) -> Tensor:
    # Held as data so that one compiled model serves many data sets of the same shape (calibration).
    return pm.Data(f"{family.support}_{name}", values.to_numpy(dtype=float))


def _mean_term(family: Family, part: pd.DataFrame, theta: Tensor, precision: Tensor) -> Tensor:
    precision = family.averaged(precision, part["averaged"].to_numpy())
    first, second = _data(family, "s1", part["s1"]), _data(family, "s2", part["s2"])
    return family.log_density(theta, precision, part["count"].to_numpy(), first, second)


def _spread_term(family: Family, part: pd.DataFrame, theta: Tensor, precision: Tensor) -> Tensor:
    """Sample spreads as scaled chi-square, with the degrees of freedom that their variance implies."""
    expected, relative_variance = family.spread(theta, precision, part["n"].to_numpy())
    half = 1 / relative_variance
    scale = half / expected
    u = _data(family, "spread", part["u"])
    return half * pt.log(scale) - pt.gammaln(half) + (half - 1) * pt.log(u) - scale * u


def _extent_term(family: Family, part: pd.DataFrame, theta: Tensor, precision: Tensor) -> Tensor:
    """The n - 2 samples between two extremes."""
    upper = family.normal_score(part["upper"].to_numpy(), theta, precision)
    lower = family.normal_score(part["lower"].to_numpy(), theta, precision)
    inside = 0.5 * (pt.erf(upper / np.sqrt(2)) - pt.erf(lower / np.sqrt(2)))
    return (part["n"].to_numpy() - 2) * pt.log(inside + 1e-12)


def _bound_term(family: Family, part: pd.DataFrame, theta: Tensor, precision: Tensor) -> Tensor:
    """Samples on one side of a bound."""
    sign = np.where(part["below"], 1.0, -1.0)
    z = sign * family.normal_score(part["bound"].to_numpy(), theta, precision)
    return part["n"].to_numpy() * log_normal_cdf(z)


def log_normal_cdf(z: Tensor) -> Tensor:
    """Return log Phi(z), to 1e-10 also in the far lower tail, where Phi underflows.

    Parameters
    ----------
    z : tensor
        Standard scores.
    """
    near, far = pt.maximum(z, TAIL), pt.minimum(z, TAIL)
    inverse = far**-2.0
    series = inverse * (-1.0 + inverse * (3.0 + inverse * (-15.0 + inverse * 105.0)))
    tail = -0.5 * far**2 - pt.log(-far) - 0.5 * np.log(2 * np.pi) + pt.log1p(series)
    return pt.switch(z > TAIL, pt.log(0.5 * pt.erfc(-near / np.sqrt(2))), tail)


def _doubtful_term(family: Family, part: pd.DataFrame, theta: Tensor, precision: Tensor) -> Tensor:
    """Suspects: (1 - eps) clean + eps wide; theta is the mean of the clean component."""
    first, second = family.statistics(part["x"].to_numpy())
    clean = family.log_density(theta, precision, 1.0, first, second)
    return pt.logaddexp(np.log1p(-CONTAMINATION) + clean, np.log(CONTAMINATION) + wide_log_density(part))


def wide_log_density(part: pd.DataFrame) -> np.ndarray:
    """Return the log density of the wide component at each suspect: log-normal about the prior, or uniform."""
    x = part["x"].to_numpy()
    sd = np.hypot(part["sd"].to_numpy(), WIDE_LOG_SD)
    z = (np.log(x) - part["location"].to_numpy()) / sd
    log_normal = -0.5 * z**2 - np.log(sd * x) - 0.5 * np.log(2 * np.pi)
    return np.where(part["family"] == "positive", log_normal, 0.0)
