"""Credits: what deduction rules issue from the draws of a net removal, and the risk that it is too much.

Works on draws alone; knows nothing of samplers or studies. `issue` applies rules, `scopes` chooses what to
apply them to and allocates back, `vintages` follows them over years, `decision` chooses a level, `revenue` turns
credits into money.
"""

from __future__ import annotations

from bayescarbon.issuance.issue import Issuance, issue, issue_table

__all__ = ["Issuance", "issue", "issue_table"]
