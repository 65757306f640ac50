"""The settings of a study: ``study.toml``, or the sheet ``study`` of a workbook, as checked values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bayescarbon.errors import Problem, suggest
from bayescarbon.evidence.quantities import Quantiles, check_quantiles, composites, quantities
from bayescarbon.evidence.taxa import Taxa, Taxon, taxa
from bayescarbon.resources import read_toml
from bayescarbon.study.rules import (
    FAMILIES,
    NO_FORMULA,
    NO_FORMULA_REFUSAL,
    OWN,
    Rule,
    default_rules,
    faults,
    rules,
)
from bayescarbon.study.setting_faults import fault_in_words
from bayescarbon.study.spec import magnitude_fault
from bayescarbon.translation import _

HEADLINE_FRAMEWORK = "improved_stock_change"
HEADLINE_RULE = "posterior_q10"
FoulingBasis = Literal["of_total", "of_shellfish"]
Group = Literal["clam", "scallop", "oyster", "mussel", "ascidian", "other"]
Mineral = Literal["aragonite", "calcite"]
NO_MINERAL = "none"


@dataclass(frozen=True)
class StatedPrior:
    """A prior that the study states in place of the shipped one.

    Attributes
    ----------
    quantiles : Quantiles
        Of theta at a new farm, natural scale, in the quantity's unit.
    reason, source : str
        Why, and from where; `reason` is empty only for the key ``baseline_share``.
    """

    quantiles: Quantiles
    reason: str
    source: str


@dataclass(frozen=True)
class Currency:
    """The currency of all money in a study: its three-letter code and the year of its prices."""

    code: str
    year: int


@dataclass(frozen=True)
class CreditPrice:
    """The market price of a credit, in `unit` (currency per t CO2e)."""

    quantiles: Quantiles
    unit: str


@dataclass(frozen=True)
class Settings:
    """Everything that stands in ``study.toml``, with defaults filled in.

    Attributes
    ----------
    title : str
    headline_framework, headline_rule : str
    rules : tuple of str
        Deduction rules to show; if the study names none, in the order of ``data/rules.toml``, then its own.
    own_rules : dict of str to Rule
        Rules that the study states itself, by name.
    fouling_basis : {"of_total", "of_shellfish"}
        How the evidence rows of fouling_ratio are expressed.
    priors : dict of str to StatedPrior
        By quantity; the key ``baseline_share`` lands here too.
    currency : Currency or None
    currency_stated : bool
        Whether ``[currency]`` is there, be it right or wrong.
    credit_price : CreditPrice or None
    taxa : Taxa
        The shipped species and those of ``[taxa]``.
    """

    title: str
    headline_framework: str
    headline_rule: str
    rules: tuple[str, ...]
    own_rules: dict[str, Rule]
    fouling_basis: str
    priors: dict[str, StatedPrior]
    currency: Currency | None
    currency_stated: bool
    credit_price: CreditPrice | None
    taxa: Taxa


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


def _meant(number: float) -> float:
    fault = magnitude_fault(number)
    if fault is not None:
        raise ValueError(fault)
    return number


_Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
_Number = Annotated[float, AfterValidator(_meant)]


class _Stated(_Closed):
    q05: _Number
    q50: _Number
    q95: _Number

    def quantiles(self) -> Quantiles:
        return Quantiles(self.q05, self.q50, self.q95)


class _Prior(_Stated):
    reason: _Text
    source: str = ""


class _Baseline(_Stated):
    reason: str = ""
    source: str = ""


class _Currency(_Closed):
    code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    year: Annotated[int, Field(ge=1900, le=2200)]


class _CreditPrice(_Stated):
    unit: _Text


class _Taxon(_Closed):
    group: Group
    mineral: Mineral | None = None
    synonyms: list[_Text] = []


class _OwnRule(_Closed):
    family: _Text
    source: _Text
    title: str = ""
    thresholds: dict[str, Any] = {}


class _File(_Closed):
    title: _Text
    headline_framework: str = HEADLINE_FRAMEWORK
    headline_rule: str = HEADLINE_RULE
    rules: list[str] | None = None
    fouling_basis: FoulingBasis = "of_total"
    baseline_share: _Baseline | None = None
    currency: _Currency | None = None
    credit_price: _CreditPrice | None = None
    priors: dict[str, _Prior] = {}
    taxa: dict[str, _Taxon] = {}
    own_rules: dict[str, _OwnRule] = {}


#: The model of each nested table, to name its keys when one is misspelt.
_NESTED: dict[str, type[BaseModel]] = {
    "baseline_share": _Baseline,
    "currency": _Currency,
    "credit_price": _CreditPrice,
    "priors": _Prior,
    "taxa": _Taxon,
    "own_rules": _OwnRule,
}
#: Nested tables that hold one table per name.
_BY_NAME = ("priors", "taxa", "own_rules")
_RULE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CHOICES = {"fouling_basis": get_args(FoulingBasis), "group": get_args(Group), "mineral": get_args(Mineral)}


class _Reader:
    """Collects the problems of one settings table; the rows are known for a workbook only."""

    def __init__(self, name: str, rows: dict[str, int]) -> None:
        self.name = name
        self.rows = rows
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def problem(self, key: str, message: str, value: object = None) -> Problem:
        shown = None if value is None or isinstance(value, (dict, list)) else str(value)
        row = self.rows.get(key) or next((r for k, r in self.rows.items() if k.startswith(f"{key}.")), None)
        return Problem(self.name, message, row=row, column=key, value=shown)

    def error(self, key: str, message: str, value: object = None) -> None:
        self.problems.append(self.problem(key, message, value))

    def warn(self, key: str, message: str, value: object = None) -> None:
        self.warnings.append(self.problem(key, message, value))


def read_settings(
    stated: dict[str, Any], name: str, rows: dict[str, int]
) -> tuple[Settings, list[Problem], list[Problem]]:
    """Check the settings of a study.

    Parameters
    ----------
    stated : dict
        Nested keys as TOML gives them.
    name : str
        What to call them in messages, ``study.toml`` or ``study``.
    rows : dict of str to int
        Row of each dotted key in a workbook; empty for TOML.

    Returns
    -------
    Settings
        Usable for checking the tables even where something was wrong: what was wrong is left out.
    problems, warnings : list of Problem
    """
    reader = _Reader(name, rows)
    file, dropped = _parse(stated, reader)
    priors = _stated_priors(file, stated, reader)
    own_rules = _own_rules(file, reader)
    _check_names(file, own_rules, {*file.own_rules, *dropped["own_rules"]}, reader)
    settings = Settings(
        title=file.title,
        headline_framework=file.headline_framework,
        headline_rule=file.headline_rule,
        rules=_rules(file, own_rules, reader),
        own_rules=own_rules,
        fouling_basis=file.fouling_basis,
        priors=priors,
        currency=None if file.currency is None else Currency(file.currency.code, file.currency.year),
        currency_stated="currency" in stated,
        credit_price=_credit_price(file, reader),
        taxa=_taxa(file, dropped["taxa"], reader),
    )
    return settings, reader.problems, reader.warnings


def _parse(stated: dict[str, Any], reader: _Reader) -> tuple[_File, dict[str, list[str]]]:
    """Validate the form; whatever is wrong is reported and left out, so that the rest can still be checked."""
    dropped: dict[str, list[str]] = {table: [] for table in _BY_NAME}
    try:
        return _File.model_validate(stated), dropped
    except ValidationError as error:
        faults_found = error.errors()
    kept = {key: dict(value) if isinstance(value, dict) else value for key, value in stated.items()}
    for fault in faults_found:
        path = [str(part) for part in fault["loc"]]
        reader.error(".".join(path), _in_words(path, fault), _shown(fault))
        if path[0] in _BY_NAME and len(path) > 1:
            kept[path[0]].pop(path[1], None)
            dropped[path[0]].append(path[1])
        else:
            kept.pop(path[0], None)
    if "title" not in kept:
        kept["title"] = "untitled"
    return _File.model_validate(kept), dropped


def _shown(fault: Any) -> object:
    return None if fault["type"] == "missing" else fault["input"]


def _in_words(path: list[str], fault: Any) -> str:
    nested = _NESTED.get(path[0])
    keys = _keys(_File if len(path) == 1 else nested)
    # [currency], or [priors.NAME]; what is nested further (thresholds) has no fixed keys.
    inner = _keys(nested if len(path) <= 2 else None)
    return fault_in_words(path[-1], fault, keys, inner, _CHOICES)


def _keys(model: type[BaseModel] | None) -> list[str]:
    return list(model.model_fields) if model else []


def _check_quantity(key: str, name: str, quantiles: Quantiles, reader: _Reader) -> bool:
    """Report a prior on something that has none, or quantiles that no prior can have."""
    known = quantities()
    if name in composites():
        parts = ", ".join(composites()[name].composite_of)
        reader.error(
            key,
            _(
                "is computed from other quantities and has no prior; state priors for {quantities}.",
                quantities=parts,
            ),
        )
        return False
    if name not in known:
        hint = suggest(name, known) or _(" `bayescarbon priors` lists them.")
        reader.error(key, _("is not a quantity; rename or remove it.") + hint)
        return False
    if known[name].by:
        parts = ", ".join(known[name].by)
        reader.error(
            key,
            _(
                "has one prior for each of {quantities}, and this version reads no stated priors for such a "
                "quantity; remove it.",
                quantities=parts,
            ),
        )
        return False
    refusal = check_quantiles(known[name].support, quantiles)
    if refusal is not None:
        reader.error(key, refusal + ".")
    return refusal is None


def _stated_priors(file: _File, stated: dict[str, Any], reader: _Reader) -> dict[str, StatedPrior]:
    priors = {}
    for name, prior in file.priors.items():
        if _check_quantity(f"priors.{name}", name, prior.quantiles(), reader):
            priors[name] = StatedPrior(prior.quantiles(), prior.reason, prior.source)
    if file.baseline_share is not None:
        if "baseline_share" in stated.get("priors", {}):
            reader.error(
                "baseline_share", _("is stated twice, here and as [priors.baseline_share]; keep one.")
            )
        quantiles = file.baseline_share.quantiles()
        if _check_quantity("baseline_share", "baseline_share", quantiles, reader):
            priors["baseline_share"] = StatedPrior(
                quantiles, file.baseline_share.reason, file.baseline_share.source
            )
    return priors


def _own_rules(file: _File, reader: _Reader) -> dict[str, Rule]:
    """Return the rules that the study states itself; what is wrong is reported and left out."""
    families = [family for family in FAMILIES if family != NO_FORMULA]
    own = {}
    for name, stated in file.own_rules.items():
        key, before = f"own_rules.{name}", len(reader.problems)
        if not _RULE_NAME.fullmatch(name):
            reader.error(key, _("must be named with lower-case letters, digits and _, a letter first."), name)
        if name in rules():
            reader.error(key, _("is the name of a rule that ships; choose another one."), name)
        if stated.family not in families:
            hint = suggest(stated.family, families) or _(
                " The families are: {families}.", families=", ".join(families)
            )
            reader.error(f"{key}.family", _("is not a family of rules.") + hint, stated.family)
            continue
        for threshold, message in faults(stated.family, stated.thresholds):
            reader.error(f"{key}.thresholds.{threshold}", message)
        if len(reader.problems) == before:
            own[name] = Rule(
                name=name,
                family=stated.family,
                thresholds=stated.thresholds,
                title=stated.title or name,
                formula=FAMILIES[stated.family].formula,
                document=stated.source,
                confidence=OWN,
            )
    return own


def _check_names(file: _File, own: dict[str, Rule], stated: set[str], reader: _Reader) -> None:
    frameworks = list(read_toml("data/frameworks.toml"))
    if file.headline_framework not in frameworks:
        hint = suggest(file.headline_framework, frameworks) or _(
            " The frameworks are: {frameworks}.", frameworks=", ".join(frameworks)
        )
        reader.error(
            "headline_framework", _("is not an accounting framework.") + hint, file.headline_framework
        )
    known = rules() | own
    for key, names in (("headline_rule", [file.headline_rule]), ("rules", file.rules or [])):
        for name in names:
            if name in known:
                _check_confidence(key, known[name], reader)
            # An own rule that is wrong has been reported there.
            elif name not in stated:
                hint = suggest(name, known) or _(" The rules are: {rules}.", rules=", ".join(known))
                reader.error(key, _("is not a deduction rule.") + hint, name)
    for name in {name: None for name in file.rules or [] if (file.rules or []).count(name) > 1}:
        reader.error("rules", _("stands twice among the rules; keep one."), name)


def _check_confidence(key: str, rule: Rule, reader: _Reader) -> None:
    if not rule.computable:
        reader.error(key, _("cannot be used: {reason}.", reason=NO_FORMULA_REFUSAL), rule.name)
    elif rule.confidence == "unverified":
        reader.warn(
            key, _("is unverified: its document was not read, so its formula may be wrong."), rule.name
        )


def _rules(file: _File, own: dict[str, Rule], reader: _Reader) -> tuple[str, ...]:
    if file.rules is None:
        shown = {*default_rules(), *own, file.headline_rule}
        return tuple(name for name in rules() | own if name in shown)
    if file.headline_rule not in file.rules:
        reader.error(
            "rules",
            _(
                "leaves out the headline rule {rule!r}; add it, or set headline_rule to one of the rules.",
                rule=file.headline_rule,
            ),
        )
    for name in own:
        if name not in file.rules:
            reader.warn(f"own_rules.{name}", _("is not among `rules`, so nothing is computed with it."), name)
    return tuple(file.rules)


def _credit_price(file: _File, reader: _Reader) -> CreditPrice | None:
    price = file.credit_price
    if price is None:
        return None
    quantiles = price.quantiles()
    if not 0 < quantiles.q05 < quantiles.q50 < quantiles.q95:
        reader.error(
            "credit_price",
            _(
                "q05 = {q05:g}, q50 = {q50:g}, q95 = {q95:g}: prices must be above 0 and the quantiles "
                "must increase strictly, q05 < q50 < q95.",
                q05=quantiles.q05,
                q50=quantiles.q50,
                q95=quantiles.q95,
            ),
        )
    match = re.fullmatch(r"([A-Z]{3})\s*/\s*t\s*CO2e", price.unit.strip())
    if match is None:
        code = file.currency.code if file.currency else "CNY"
        reader.error(
            "credit_price.unit",
            _("must be a currency per t CO2e, such as {currency} / t CO2e.", currency=code),
            price.unit,
        )
    elif file.currency is not None and match[1] != file.currency.code:
        reader.error(
            "credit_price.unit",
            _(
                "is not in the study's currency {currency}; convert the price, or change [currency].",
                currency=file.currency.code,
            ),
            price.unit,
        )
    return CreditPrice(quantiles, price.unit)


def _taxa(file: _File, dropped: list[str], reader: _Reader) -> Taxa:
    """Add the study's own species one by one, so that a name taken twice is reported at the second."""
    known = taxa()
    for name, stated in file.taxa.items():
        key = f"taxa.{name}"
        if not name.strip():
            reader.error(
                "taxa", _('has a species without a name; write it, as in [taxa."Mactra antiquata"].'), name
            )
            continue
        if stated.mineral is None and stated.group != "ascidian":
            reader.error(
                f"{key}.mineral",
                _("is missing; say aragonite or calcite (the mineral that most of the shell is made of)."),
            )
        if stated.mineral is not None and stated.group == "ascidian":
            reader.error(
                f"{key}.mineral", _("must not be given, because an ascidian has no shell; remove it.")
            )
        taken = {spelling: known.resolve(spelling) for spelling in (name, *stated.synonyms)}
        for spelling, found in taken.items():
            if found is not None:
                reader.error(
                    key,
                    _(
                        "is already a name of {species}; use that species, or remove this spelling.",
                        species=found.name,
                    ),
                    spelling,
                )
        if not any(taken.values()):
            mineral = stated.mineral or NO_MINERAL
            known = known.with_added([Taxon(name, stated.group, mineral, tuple(stated.synonyms))])
    # A species whose own entry is wrong has been reported there; the tables may use its name.
    for name in dict.fromkeys(dropped):
        if known.resolve(name) is None:
            known = known.with_added([Taxon(name, "other", "aragonite")])
    return known
