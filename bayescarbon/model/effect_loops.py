"""Loops over effects, compiled: from standard effects to what is sampled, from there to links, and slopes back.

The formulas stand in `effects`, but for one: what is sampled of a shell whose carbon lifts the organic share that rows
see. With s and y the links of share and carbon, P the share that is seen, p its logit and m(y) the least share that the
mineral leaves (`bounds.bounded_organic_share`), s = p + log(1 - m(y) / P). Many samples hold p; then the carbon may
rise until m comes near P, and there stops while s falls without end. As s and y that is a thin curve with a bend, along
which NUTS brings few draws. So p is sampled in place of s, and in place of y what goes on rising where y stops:

    (p, y + a) with a = -SOFT log(1 - m(y) / P), so s = p - a / SOFT, and y follows from (1 - exp(-a / SOFT)) P = m(y).

Where the mineral leaves no least share, both are what they stand for. A chain may look anywhere before it has settled,
so every pair of numbers has to stand for a share and a carbon: the odds of P are those of p and a little more, which no
m undercuts that the smallest carbon leaves, and m falls with the carbon to the end. The posterior is the same with
any SOFT, P and m.

What is imported here is compiled into the code that is kept, and a change of it would not be seen: constants come in
as arguments, and all functions stand in one file.
"""

from __future__ import annotations

import math

import numpy as np

from bayescarbon.model.compiled_ops import compiled

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)
# On the scale by which shells differ in the logit of their carbon, so that what stands for y is as smooth as its prior.
_SOFT = 0.04
# Odds that P has more than p: 0.4 % of a share of 0.005, and more than twice the m of no carbon at all, 8.7e-6, which
# grows with the square of the corner of `bounds`. And the carbon, in parts of the mineral's, below which m is no more
# divided by it, with a rounded corner: 0.1 % of m where the carbon is the mineral's.
_LEAST_ODDS = 2e-5
_FLOOR, _FLOOR_CORNER = 0.5, 0.05
_STEPS = 60


@compiled
def _least_share(carbon: float, mineral: float, corner: float) -> tuple[float, float, float]:
    """Least organic share of a shell whose carbon has this logit, its slope and the slope of that."""
    content = 1.0 / (1.0 + math.exp(-carbon))
    gap, above = content - mineral, content - _FLOOR * mineral
    root, other = math.sqrt(gap * gap + corner * corner), math.hypot(above, _FLOOR_CORNER * mineral)
    excess, divisor = 0.5 * (gap + root), 0.5 * (content + _FLOOR * mineral + other)
    # Slopes of both by the content, and the slopes of those.
    rise, by = 0.5 * (1.0 + gap / root), 0.5 * (1.0 + above / other)
    bend, turn = 0.5 * corner * corner / root**3, 0.5 * (_FLOOR_CORNER * mineral) ** 2 / other**3
    least = excess / divisor
    slope = (rise - least * by) / divisor
    curve = (bend - least * turn - 2.0 * slope * by) / divisor
    width = content * (1.0 - content)
    return least, slope * width, curve * width * width + slope * width * (1.0 - 2.0 * content)


@compiled
def _raised(share: float, carbon: float, mineral: float, corner: float) -> float:
    """What is added to the carbon's logit where it is sampled, from the logits of share and carbon."""
    least, odds = _least_share(carbon, mineral, corner)[0], math.exp(share)
    left = 1.0 - least
    # The odds that are seen solve left x^2 + linear x = odds _LEAST_ODDS.
    linear = left * _LEAST_ODDS - least - odds
    root = math.sqrt(linear * linear + 4.0 * left * odds * _LEAST_ODDS)
    seen = 0.5 * (root - linear) / left if linear < 0.0 else 2.0 * odds * _LEAST_ODDS / (root + linear)
    return _SOFT * (math.log(seen) - share)


@compiled
def _floored(seen: float) -> tuple[float, float]:
    """P, and what is left of its odds without those that were added."""
    odds = math.exp(seen)
    return (odds + _LEAST_ODDS) / (1.0 + odds + _LEAST_ODDS), odds / (odds + _LEAST_ODDS)


@compiled
def _lowering(seen: float, sampled: float, mineral: float, corner: float) -> float:
    """By how much the carbon's logit lies below what is sampled, from what is sampled of share and carbon."""
    share, found, low, step = _floored(seen)[0], 0.0, 0.0, math.inf
    # With so much taken off, m is less than half of P.
    high = max(sampled + 20.0, 1.0)
    # Newton's method for the zero of an increasing function, held between where that is negative and where positive:
    # it may alternate for ever where m turns.
    for _ in range(_STEPS):
        least, slope, _ = _least_share(sampled - found, mineral, corner)
        left = math.exp(-found / _SOFT)
        value = (1.0 - left) * share - least
        if value > 0.0:
            high = found
        else:
            low = found
        last, before = found, step
        found -= value / (left * share / _SOFT + slope)
        if not low <= found <= high or abs(found - last) > 0.5 * before:
            found = 0.5 * (low + high)
        step = abs(found - last)
        if step < 1e-9:
            break
    return found


@compiled
def _parts(
    seen: float, sampled: float, lowered: float, mineral: float, corner: float
) -> tuple[float, float, float, float, float, float, float]:
    """Least share, its slope and that of the slope, both of `_floored`, and the two terms of the determinant."""
    least, slope, bend = _least_share(sampled - lowered, mineral, corner)
    share, own = _floored(seen)
    left = share * math.exp(-lowered / _SOFT)
    above, below = left + least * (1.0 - share) * own, left + _SOFT * slope
    return least, slope, bend, share, own, above, below


@compiled
def _stretch(seen: float, sampled: float, lowered: float, mineral: float, corner: float) -> float:
    """Log of the determinant of share and carbon by what is sampled of them."""
    _, _, _, _, _, above, below = _parts(seen, sampled, lowered, mineral, corner)
    return math.log(above / below)


@compiled
def _lowering_slopes(
    seen: float, sampled: float, lowered: float, mineral: float, corner: float
) -> tuple[float, float, float, float]:
    """Slopes of `_lowering` by what is sampled of share and carbon, and of `_stretch` by the same."""
    least, slope, bend, share, own, above, below = _parts(seen, sampled, lowered, mineral, corner)
    left, by_odds = math.exp(-lowered / _SOFT), (1.0 - share) * own
    by_share, by_carbon = -_SOFT * least * by_odds / below, _SOFT * slope / below
    # Of the stretch by P's logit, by the carbon's and by the lowering, each with the others held.
    direct = (
        (left - least * own) * share + least * (1.0 - own)
    ) * by_odds / above - left * share * by_odds / below
    by_link = slope * by_odds / above - _SOFT * bend / below
    by_lowering = left * share / _SOFT * (1.0 / below - 1.0 / above) - by_link
    return by_share, by_carbon, direct + by_lowering * by_share, by_link + by_lowering * by_carbon


# Loops in place of NumPy's concatenate, copy and arithmetic on arrays, whose machine code takes longer to make than all
# the rest here.
@compiled
def _zeros(size: int) -> np.ndarray:
    found = np.empty(size)
    for i in range(size):
        found[i] = 0.0
    return found


@compiled
def _beside(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    found = np.empty(len(first) + len(last))
    for i in range(len(first)):
        found[i] = first[i]
    for i in range(len(last)):
        found[len(first) + i] = last[i]
    return found


@compiled
def zeta_of(
    mu: np.ndarray,
    sd: np.ndarray,
    contrasts: np.ndarray,
    standard: np.ndarray,
    parent: np.ndarray,
    spread: np.ndarray,
    weight: np.ndarray,
    leader: np.ndarray,
    constants: np.ndarray,
    order: np.ndarray,
    first: np.ndarray,
    beside: np.ndarray,
    times: np.ndarray,
    factor: np.ndarray,
    lifter: np.ndarray,
) -> np.ndarray:
    """What is sampled in place of the effects, for standard normal ones."""
    eta = _beside(mu, _beside(_zeros(len(parent)), contrasts))
    found = np.empty(len(parent))
    follows, mineral, corner = constants[0], constants[1], constants[2]
    left = math.sqrt(1.0 - follows**2)
    for i in order:
        t, middle = sd[spread[i]], eta[parent[i]]
        if leader[i] >= 0:
            middle += follows * t * standard[leader[i]]
            t *= left
        effect, own = standard[i], middle + t * standard[i]
        eta[len(mu) + i] = own
        if lifter[i] >= 0:
            j = lifter[i]
            raised = _raised(own, eta[len(mu) + j], mineral, corner)
            found[j] += sd[spread[j]] ** (weight[j] - 1.0) * raised
            effect += raised / _SOFT / t
        seen = middle
        for k in range(first[i], first[i + 1]):
            seen += factor[k] * eta[beside[k]] * (eta[times[k]] if times[k] >= 0 else 1.0)
        found[i] = weight[i] * seen + t ** weight[i] * effect
    return found


@compiled
def links_of(
    mu: np.ndarray,
    sd: np.ndarray,
    contrasts: np.ndarray,
    zeta: np.ndarray,
    parent: np.ndarray,
    spread: np.ndarray,
    weight: np.ndarray,
    leader: np.ndarray,
    constants: np.ndarray,
    order: np.ndarray,
    first: np.ndarray,
    beside: np.ndarray,
    times: np.ndarray,
    factor: np.ndarray,
    lifter: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Links, log density of what is sampled in their place, effects and their scale, and what lifted pairs give way."""
    eta = _beside(mu, _beside(_zeros(len(zeta)), contrasts))
    z, scale, lowered, log_sd = np.empty(len(zeta)), np.empty(len(zeta)), _zeros(len(zeta)), np.empty(len(sd))
    for i in range(len(sd)):
        log_sd[i] = math.log(sd[i])
    follows, mineral, corner = constants[0], constants[1], constants[2]
    left = math.sqrt(1.0 - follows**2)
    density = 0.0
    for i in order:
        t, log_t, middle = sd[spread[i]], log_sd[spread[i]], eta[parent[i]]
        if leader[i] >= 0:
            middle += follows * t * z[leader[i]]
            t *= left
            log_t += math.log(left)
        seen = middle
        for k in range(first[i], first[i + 1]):
            seen += factor[k] * eta[beside[k]] * (eta[times[k]] if times[k] >= 0 else 1.0)
        scale[i] = math.exp(-weight[i] * log_t)
        z[i] = (zeta[i] - weight[i] * seen) * scale[i]
        eta[len(mu) + i] = middle + t * z[i]
        if lifter[i] >= 0:
            j = lifter[i]
            lowered[j] = _lowering(eta[len(mu) + i], eta[len(mu) + j], mineral, corner)
            lowered[i] = lowered[j] / _SOFT
            density += _stretch(eta[len(mu) + i], eta[len(mu) + j], lowered[j], mineral, corner)
            density += 0.5 * z[j] * z[j]
            z[j] -= lowered[j] / sd[spread[j]]
            density -= 0.5 * z[j] * z[j]
            z[i] -= lowered[i] / t
            eta[len(mu) + i] -= lowered[i]
            eta[len(mu) + j] -= lowered[j]
        density -= 0.5 * z[i] * z[i] + weight[i] * log_t + _HALF_LOG_TWO_PI
    links = np.empty(len(mu) + len(zeta))
    for i in range(len(links)):
        links[i] = eta[i]
    return links, np.array(density), z, scale, lowered


@compiled
def slopes_of(
    mu: np.ndarray,
    sd: np.ndarray,
    contrasts: np.ndarray,
    zeta: np.ndarray,
    parent: np.ndarray,
    spread: np.ndarray,
    weight: np.ndarray,
    leader: np.ndarray,
    constants: np.ndarray,
    order: np.ndarray,
    first: np.ndarray,
    beside: np.ndarray,
    times: np.ndarray,
    factor: np.ndarray,
    lifter: np.ndarray,
    eta: np.ndarray,
    z: np.ndarray,
    scale: np.ndarray,
    lowered: np.ndarray,
    by_eta: np.ndarray,
    by_density: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Carry the cotangents of both back to overall means, spreads, seasonal contrasts and what is sampled."""
    items, n = len(mu), len(zeta)
    full, back = _beside(eta, contrasts), _beside(by_eta, _zeros(len(contrasts)))
    back_z, by_sd, by_zeta = _zeros(n), _zeros(len(sd)), np.empty(n)
    follows, mineral, corner, density = constants[0], constants[1], constants[2], by_density.item()
    left = math.sqrt(1.0 - follows**2)
    for k in range(n - 1, -1, -1):
        i = order[k]
        t = sd[spread[i]]
        if leader[i] >= 0:
            t *= left
        own, effect, by_effect = back[items + i], z[i], back_z[i] - density * z[i]
        if lifter[i] >= 0:
            j = lifter[i]
            seen, sampled = full[items + i] + lowered[i], full[items + j] + lowered[j]
            slopes = _lowering_slopes(seen, sampled, lowered[j], mineral, corner)
            by_lowered = -(own + by_effect / t) / _SOFT
            by_lowered -= back[items + j] + (back_z[j] - density * z[j]) / sd[spread[j]]
            own += by_lowered * slopes[0] + density * slopes[2]
            back[items + j] += by_lowered * slopes[1] + density * slopes[3]
        if lowered[i] != 0.0:
            effect += lowered[i] / t
            by_sd[spread[i]] += by_effect * lowered[i] / t / sd[spread[i]]
        slope = back_z[i] + own * t - density * z[i]
        by_zeta[i] = slope * scale[i]
        by_middle = own - weight[i] * by_zeta[i]
        for m in range(first[i], first[i + 1]):
            by_product = -weight[i] * by_zeta[i] * factor[m]
            if times[m] >= 0:
                back[times[m]] += by_product * full[beside[m]]
                by_product *= full[times[m]]
            back[beside[m]] += by_product
        by_log_t = own * t * effect - weight[i] * (density + slope * effect)
        by_sd[spread[i]] += by_log_t / sd[spread[i]]
        back[parent[i]] += by_middle
        if leader[i] >= 0:
            expected = follows * sd[spread[i]]
            back_z[leader[i]] += expected * by_middle
            by_sd[spread[i]] += follows * z[leader[i]] * by_middle
    by_mu, by_contrast = np.empty(items), np.empty(len(contrasts))
    for i in range(items):
        by_mu[i] = back[i]
    for i in range(len(contrasts)):
        by_contrast[i] = back[items + n + i]
    return by_mu, by_sd, by_contrast, by_zeta
