"""Loops over effects, compiled: from standard effects to what is sampled, from there to links, and slopes back.

The formulas stand in `effects`, but for one: what is sampled where the carbon of a shell lifts the organic share that
rows see. With p that share and s the one that has a prior, both as logits, and m the least share that the mineral
leaves (`bounds.bounded_organic_share`), exp(p) = (exp(s) + m) / (1 - m). Many samples hold p; the carbon may rise until
m comes near p, and on the way s falls without end. Sampled as s that is a thin curve with a bend, along which NUTS
brings few draws. So p is sampled, and s follows from it:

    s = p + log H(q),   q = 1 - m - m exp(-p),   H(q) = (q + sqrt(q^2 + CORNER^2)) / 2.

With H(q) = q this is the equation before. H also takes a p that m rules out, and gives it an s that the prior rules
out. The posterior is the same with any corner: a narrow one makes a wall of that, at which NUTS diverges, and a wide one
leaves some of the bend.

What is imported here is compiled into the code that is kept, and a change of it would not be seen: constants come in
as arguments, and all functions stand in one file.
"""

from __future__ import annotations

import math

import numpy as np

from bayescarbon.model.compiled_ops import compiled

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_CORNER = 0.4


@compiled
def _least_share(carbon: float, mineral: float, corner: float) -> tuple[float, float]:
    """Least organic share of a shell whose carbon has this logit, and its slope by that (`bounds`)."""
    content = 1.0 / (1.0 + math.exp(-carbon))
    gap = content - mineral
    root = math.sqrt(gap * gap + corner * corner)
    least = 0.5 * (gap + root) / content
    return least, (0.5 * (1.0 + gap / root) - least) * (1.0 - content)


@compiled
def _lifted(share: float, least: float) -> float:
    """What is sampled in place of a share, both as logits: the inverse of `_lowering`."""
    ratio, left = 1.0 + least * math.exp(-share), 1.0 - least
    return share + math.log(2.0 * ratio / (left + math.sqrt(left * left + _CORNER * _CORNER * ratio)))


@compiled
def _smoothed(seen: float, least: float) -> tuple[float, float, float]:
    """Return q, H(q) and the slope of log H."""
    q = 1.0 - least - least * math.exp(-seen)
    root = math.sqrt(q * q + _CORNER * _CORNER)
    # Two forms of one number, each without cancellation on its side of zero.
    return q, 0.5 * (q + root) if q > 0.0 else 0.5 * _CORNER * _CORNER / (root - q), 1.0 / root


@compiled
def _lowering(seen: float, least: float) -> tuple[float, float]:
    """Share less what is sampled, both as logits, and the slope of the share by what is sampled."""
    _, smoothed, slope = _smoothed(seen, least)
    return math.log(smoothed), 1.0 + slope * least * math.exp(-seen)


@compiled
def _lowering_slopes(seen: float, least: float) -> tuple[float, float, float, float]:
    """Slopes of the first by what is sampled and by the least share, and of the log of the second by both."""
    q, _, slope = _smoothed(seen, least)
    inverse = math.exp(-seen)
    part = slope * least * inverse
    bend = least * inverse * q * slope**3
    by_least = (bend * (1.0 + inverse) + slope * inverse) / (1.0 + part)
    return part, -slope * (1.0 + inverse), -(part + bend * least * inverse) / (1.0 + part), by_least


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
            effect = (_lifted(own, _least_share(eta[lifter[i]], mineral, corner)[0]) - middle) / t
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
    """Links, log density of what is sampled in their place, effects and their scale, and what lifted nodes give way."""
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
            lowered[i], stretch = _lowering(
                eta[len(mu) + i], _least_share(eta[lifter[i]], mineral, corner)[0]
            )
            eta[len(mu) + i] += lowered[i]
            z[i] += lowered[i] / t
            density += math.log(stretch)
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
        own, effect = back[items + i], z[i]
        if lifter[i] >= 0:
            least, least_slope = _least_share(full[lifter[i]], mineral, corner)
            slopes = _lowering_slopes(full[items + i] - lowered[i], least)
            by_effect = back_z[i] - density * z[i]
            by_lowered = own + by_effect / t
            own += by_lowered * slopes[0] + density * slopes[2]
            back[lifter[i]] += (by_lowered * slopes[1] + density * slopes[3]) * least_slope
            effect -= lowered[i] / t
            by_sd[spread[i]] -= by_effect * lowered[i] / t / sd[spread[i]]
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
