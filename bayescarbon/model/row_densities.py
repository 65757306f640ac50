"""Log density of one likelihood term and its two derivatives, compiled.

One loop over terms in place of some eighty array operations: the gradient that NUTS needs compiles in seconds instead
of tens of seconds, and is faster besides. The densities are those of `families`, where they are explained; the
derivatives are theirs by hand, and the tests hold both against SciPy and central differences.

A term is a row of two tables. `codes`: form, whether a fraction, target, scatter. `values`, by form:

=========  ===========================================
mean       count, averaged, first and second statistic
spread     n, spread statistic
extent     n, lower, upper
bound      n, bound, +1 below it or -1 above it
doubtful   first and second statistic, log of (eps x wide density), log of (1 - eps)
=========  ===========================================
"""

from __future__ import annotations

import math

import numpy as np

from bayescarbon.model.compiled_ops import compiled

FORMS = ("mean", "spread", "extent", "bound", "doubtful")
_MEAN, _SPREAD, _EXTENT, _BOUND, _DOUBTFUL = range(len(FORMS))
# Below this score the asymptotic series of the normal tail takes over; its fifth term is 1e-11 there.
TAIL = -25.0
# Keeps the logarithm of what lies between two extremes finite where it underflows.
NOTHING = 1e-12
_HALF_LOG_2_PI = 0.5 * math.log(2 * math.pi)

type Slopes = tuple[float, float, float]  # log density, by the mean, by the precision


@compiled
def log_gamma(x: float) -> tuple[float, float]:
    """Return log Gamma and its derivative at x > 0: recurrence up to 10, then the asymptotic series (to 1e-13).

    Together, because they share the logarithm and the recurrence that cost the time of a likelihood.
    """
    if x <= 0.0:
        # Rounding can bring an argument here at scatters that a first leap of the sampler tries: no density, and no
        # recurrence without an end.
        return math.nan, math.nan
    # The sum of reciprocals as one fraction over the product: a single division.
    product, numerator = 1.0, 0.0
    while x < 10.0:
        numerator = numerator * x + product
        product *= x
        x += 1.0
    inverse = 1.0 / x
    square, log_x = inverse * inverse, math.log(x)
    series = inverse * (
        1 / 12
        - square
        * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - square * 691 / 360360))))
    )
    slopes = square * (
        1 / 12
        - square
        * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132 - square * 691 / 32760))))
    )
    value = (x - 0.5) * log_x - x + _HALF_LOG_2_PI + series
    if product != 1.0:
        value -= math.log(product)
    return value, log_x - 0.5 * inverse - slopes - numerator / product


@compiled
def _of_sample(fraction: bool, mean: float, k: float, count: float, s1: float, s2: float) -> Slopes:
    """`count` values of a Beta or Gamma with this mean and precision, in their sufficient statistics."""
    gamma_k, psi_k = log_gamma(k)
    if fraction:
        a, b = mean * k, (1.0 - mean) * k
        (gamma_a, psi_a), (gamma_b, psi_b) = log_gamma(a), log_gamma(b)
        density = count * (gamma_k - gamma_a - gamma_b) + (a - 1.0) * s1 + (b - 1.0) * s2
        by_mean = k * (count * (psi_b - psi_a) + s1 - s2)
        by_k = count * (psi_k - mean * psi_a - (1.0 - mean) * psi_b) + mean * s1 + (1.0 - mean) * s2
        return density, by_mean, by_k
    rate = k / mean
    log_rate = math.log(rate)
    density = count * (k * log_rate - gamma_k) + (k - 1.0) * s2 - rate * s1
    by_mean = rate * (s1 / mean - count)
    by_k = count * (log_rate + 1.0 - psi_k) + s2 - s1 / mean
    return density, by_mean, by_k


@compiled
def _of_mean(fraction: bool, mean: float, k: float, value: np.ndarray) -> Slopes:
    averaged = value[1]
    of_averages = averaged * (k + 1.0) - 1.0 if fraction else averaged * k
    density, by_mean, by_k = _of_sample(fraction, mean, of_averages, value[0], value[2], value[3])
    return density, by_mean, by_k * averaged


@compiled
def spread_moments(fraction: bool, mean: float, k: float, n: float) -> tuple[Slopes, Slopes]:
    """Return expectation and relative variance of a sample's spread, each with its slopes by mean and precision.

    Fractions: of the sample variance, with relative variance 2/(n-1) + excess kurtosis/n. Positive values: of the
    squared coefficient of variation u, which for a Gamma is independent of the sample mean, so that s^2 = u mean^2
    gives its moments as ratios; the variance itself rises with the mean and would count it in part twice.
    """
    if fraction:
        q, skewed = mean * (1.0 - mean), 1.0 - 2.0 * mean
        above, below = (k + 1.0) / q - (5.0 * k + 6.0), (k + 2.0) * (k + 3.0)
        by_mean = -6.0 * (k + 1.0) / (q * q * below) * skewed / n
        by_k = 6.0 / n * ((1.0 / q - 5.0) / below - above * (2.0 * k + 5.0) / below**2)
        variance = 2.0 / (n - 1.0) + 6.0 * above / below / n
        return (q / (k + 1.0), skewed / (k + 1.0), -q / (k + 1.0) ** 2), (variance, by_mean, by_k)
    t = n * k  # shape of the sum
    level = 1.0 + 2.0 / (n - 1.0) + 6.0 / t
    ratio = t * (t + 1.0) / ((t + 2.0) * (t + 3.0))
    ratio_by_t = ratio * (1.0 / t + 1.0 / (t + 1.0) - 1.0 / (t + 2.0) - 1.0 / (t + 3.0))
    by_k = n * (level * ratio_by_t - 6.0 / (t * t) * ratio)
    return (n / (t + 1.0), 0.0, -n * n / (t + 1.0) ** 2), (level * ratio - 1.0, 0.0, by_k)


@compiled
def _of_spread(fraction: bool, mean: float, k: float, value: np.ndarray) -> Slopes:
    """Scaled chi-square of a sample's spread, with the degrees of freedom that its variance implies."""
    spread = value[1]
    expected, variance = spread_moments(fraction, mean, k, value[0])
    half = 1.0 / variance[0]
    scale = half / expected[0]
    (gamma_half, psi_half), log_scale, log_spread = log_gamma(half), math.log(scale), math.log(spread)
    density = half * log_scale - gamma_half + (half - 1.0) * log_spread - scale * spread
    by_half = log_scale + 1.0 - psi_half + log_spread - spread / expected[0]
    by_expected = (scale * spread - half) / expected[0]
    by_variance = -by_half * half * half
    by_mean = by_expected * expected[1] + by_variance * variance[1]
    return density, by_mean, by_expected * expected[2] + by_variance * variance[2]


@compiled
def normal_score(fraction: bool, x: float, mean: float, k: float) -> Slopes:
    """Return z with Phi(z) = P(sample < x), nearly, and its derivatives by mean and precision.

    Fractions: Camp and Paulson's cube root of the F distribution that a Beta is (Paulson 1942). Positive values: the
    cube root of a chi-square of Wilson and Hilferty (1931). Good about the middle; in the far lower tail of skewed
    samples both are too heavy (a Beta of mean 0.05 and precision 255 below 0.002: log P is -28.8 for -33.0).
    """
    if not fraction:
        root = (x / mean) ** (1.0 / 3.0)
        centred, steep = root - 1.0 + 1.0 / (9.0 * k), 3.0 * math.sqrt(k)
        return (
            centred * steep,
            -root / (3.0 * mean) * steep,
            centred * steep / (2.0 * k) - steep / (9.0 * k * k),
        )
    first, second = 1.0 / (9.0 * mean * k), 1.0 / (9.0 * (1.0 - mean) * k)
    root = (x / (1.0 - x) * (1.0 - mean) / mean) ** (1.0 / 3.0)
    above = (1.0 - second) * root - (1.0 - first)
    below = math.sqrt(second * root * root + first)
    z = above / below
    root_by_mean = -root / (3.0 * mean * (1.0 - mean))
    first_by_mean, second_by_mean = -first / mean, second / (1.0 - mean)
    above_by_mean = (1.0 - second) * root_by_mean - second_by_mean * root + first_by_mean
    squared_by_mean = second_by_mean * root * root + 2.0 * second * root * root_by_mean + first_by_mean
    by_mean = (above_by_mean - z * squared_by_mean / (2.0 * below)) / below
    # Both reciprocals fall as 1/k, so the squared denominator does as well.
    by_k = ((second * root - first) / below + z / 2.0) / k
    return z, by_mean, by_k


@compiled
def log_normal_cdf(z: float) -> tuple[float, float]:
    """Return log Phi(z) and its slope, to 1e-10 also in the far lower tail, where Phi underflows."""
    if z > TAIL:
        value = math.log(0.5 * math.erfc(-z / math.sqrt(2.0)))
    else:
        inverse = 1.0 / (z * z)
        series = inverse * (-1.0 + inverse * (3.0 + inverse * (-15.0 + inverse * 105.0)))
        value = -0.5 * z * z - math.log(-z) - _HALF_LOG_2_PI + math.log1p(series)
    return value, math.exp(-0.5 * z * z - _HALF_LOG_2_PI - value)


@compiled
def _of_extent(fraction: bool, mean: float, k: float, value: np.ndarray) -> Slopes:
    """The n - 2 samples between two extremes."""
    lower, lower_by_mean, lower_by_k = normal_score(fraction, value[1], mean, k)
    upper, upper_by_mean, upper_by_k = normal_score(fraction, value[2], mean, k)
    root_2 = math.sqrt(2.0)
    inside = 0.5 * (math.erf(upper / root_2) - math.erf(lower / root_2)) + NOTHING
    at_lower = math.exp(-0.5 * lower * lower - _HALF_LOG_2_PI)
    at_upper = math.exp(-0.5 * upper * upper - _HALF_LOG_2_PI)
    between = value[0] - 2.0
    by_mean = between * (at_upper * upper_by_mean - at_lower * lower_by_mean) / inside
    by_k = between * (at_upper * upper_by_k - at_lower * lower_by_k) / inside
    return between * math.log(inside), by_mean, by_k


@compiled
def _of_bound(fraction: bool, mean: float, k: float, value: np.ndarray) -> Slopes:
    """Samples on one side of a bound."""
    z, by_mean, by_k = normal_score(fraction, value[1], mean, k)
    density, slope = log_normal_cdf(value[2] * z)
    factor = value[0] * value[2] * slope
    return value[0] * density, factor * by_mean, factor * by_k


@compiled
def _of_doubtful(fraction: bool, mean: float, k: float, value: np.ndarray) -> Slopes:
    """A suspect: (1 - eps) clean + eps wide; the mean is that of the clean component."""
    clean, by_mean, by_k = _of_sample(fraction, mean, k, 1.0, value[0], value[1])
    clean, wide = clean + value[3], value[2]
    largest = max(clean, wide)
    total = largest + math.log(math.exp(clean - largest) + math.exp(wide - largest))
    share = math.exp(clean - total)
    return total, share * by_mean, share * by_k


@compiled
def row_densities(
    mean: np.ndarray, cv: np.ndarray, level: np.ndarray, codes: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the sum of the log densities of all terms, and its derivatives by every mean and every scatter.

    Parameters
    ----------
    mean : array (target,)
        Arithmetic means, natural scale.
    cv : array (scatter,)
        Coefficients of variation of single samples.
    level : array (scatter,)
        Mean at which each coefficient of variation is stated; fractions only.
    codes : array of int (term, 4)
        See the module.
    values : array (term, 4)
        See the module.

    Returns
    -------
    total : array without dims
    by_mean : array (target,)
    by_cv : array (scatter,)
    """
    total = 0.0
    by_mean, by_cv = np.zeros_like(mean), np.zeros_like(cv)
    for i in range(len(codes)):
        form, fraction, target, scatter = codes[i, 0], codes[i, 1] == 1, codes[i, 2], codes[i, 3]
        theta, spread, value = mean[target], cv[scatter], values[i]
        k = 1.0 / (spread * spread)
        if fraction:
            k *= (1.0 - level[scatter]) / level[scatter]
        if form == _MEAN:
            found = _of_mean(fraction, theta, k, value)
        elif form == _SPREAD:
            found = _of_spread(fraction, theta, k, value)
        elif form == _EXTENT:
            found = _of_extent(fraction, theta, k, value)
        elif form == _BOUND:
            found = _of_bound(fraction, theta, k, value)
        else:
            found = _of_doubtful(fraction, theta, k, value)
        total += found[0]
        by_mean[target] += found[1]
        by_cv[scatter] -= found[2] * 2.0 * k / spread
    return np.asarray(total), by_mean, by_cv
