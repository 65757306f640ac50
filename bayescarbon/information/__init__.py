"""What to measure next: shares of the variance, and the value of information for the decision how much to issue.

Everything is read off joint draws of an outcome and of the quantities that it depends on, which may be correlated.
"""

from __future__ import annotations

from bayescarbon.information.perfect_information import evppi
from bayescarbon.information.sample_information import evsi
from bayescarbon.information.variance import variance_shares

__all__ = ["evppi", "evsi", "variance_shares"]
