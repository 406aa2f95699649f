"""Finds columns that look as if they told who somebody is, by their names and by their values."""

import re
from collections.abc import Sequence

from modelyard.onboarding.profile import Profile

_ENOUGH = 0.8
"""Share of a column's values that must look personal."""
_FEWEST_NAMES = 0.3
"""Full names differ: a column with few different ones per row holds something else."""

_BY_NAME = {
    "an e-mail address": (r"e_?mail", r"e?_?mail_?(address|adresse)"),
    "a phone number": (
        r"(tele)?(ph|f)one?(_?(no|nr|num|number|nummer))?",
        r"mobile(_?(no|number))?|handy(nummer)?|fax|msisdn|telefon(nummer)?",
    ),
    "a name": (
        r"name|(first|last|full|given|family|sur|middle|maiden|user|customer|client)_?names?",
        r"(patient|employee|contact|passenger|driver|owner)_?names?",
        r"vorname|nachname|familienname|nom|prenom|nombre|apellidos?",
    ),
    "a date of birth": (
        r"(date_?of_?)?birth(_?(date|day))?|birthday|dob|born(_on)?",
        r"geb(urts?)?_?(tag|datum)",
    ),
    "an address": (
        r"(home|postal|street|mailing|billing|shipping)?_?address(_?(line)?_?\d)?",
        r"street|strasse|anschrift|(zip|post(al)?)(_?code)?|plz",
    ),
    "a bank account": (r"iban|bic|kontonummer|bank_?account|account_?(no|nr|num|number)",),
    "a card number": (r"(credit_?)?card_?(no|nr|num|number)|pan|kartennummer",),
    "an official number": (
        r"ssn|social_?security(_?(no|number))?|passport(_?(no|number))?|national_?id",
        r"tax_?(id|number)|steuer_?(id|nummer)|licen[cs]e_?plate|nhs_?(no|number)",
    ),
    "a network address": (r"ip(_?address)?|ip_?v[46]|mac(_?address)?|imei|device_?id|cookie_?id",),
    "a position": (r"home_?(lat|lon)\w*|(lat|lon)\w*_home",),
}
_BY_VALUE = {
    "an e-mail address": (r"[^@\s,;]+@[^@\s,;]+\.[A-Za-z]{2,}",),
    "a bank account": (r"[A-Z]{2}\d{2}(\s?[A-Z0-9]{4}){2,7}(\s?[A-Z0-9]{1,4})?",),
    "a network address": (
        r"(\d{1,3}\.){3}\d{1,3}|([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}",
        r"([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}",
    ),
    "a phone number": (
        r"(\+|00)\d{1,3}[\s/().-]*(\d[\s/().-]*){6,13}",
        r"\(?0\d{1,5}\)?[\s/-]\d[\d\s/-]{4,12}|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}",
    ),
    "an official number": (r"\d{3}-\d{2}-\d{4}",),
    "a card number": (r"\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}|[3-6]\d{14,15}",),
    "an address": (
        r".*\d+[a-zA-Z]?,?\s+(street|st|road|rd|avenue|ave|lane|drive|blvd|way)\.?(,.*)?",
        r".*\d+\s(\p{Lu}\S+\s)+(Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Blvd|Way)\.?(,.*)?",
        r".*(stra(ß|ss)e|str\.|gasse|allee|platz|weg)\s+\d+[a-zA-Z]?(,.*)?",
    ),
    "a name": (
        r"(Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau)\.?\s+\p{Lu}.*",
        r"\p{Lu}[\p{L}'-]+,\s+(Mr|Mrs|Ms|Miss|Master|Dr|Rev)\b.*",
    ),
}
_QUASI = re.compile(
    r"sex|gender|geschlecht|age|alter|race|ethnic\w*|nationality|religion|city|town|county|ort"
    r"|occupation|beruf"
)


def by_name(name: str) -> str:
    """What a column of this contract name looks like; empty where it says nothing personal."""
    for what, patterns in _BY_NAME.items():
        if re.fullmatch("|".join(patterns), name):
            return what
    return ""


def by_values(profile: Profile, values: Sequence[str]) -> str:
    """What these texts look like; empty where too few of them look personal."""
    import polars as pl

    texts = pl.Series(values, dtype=pl.String).drop_nulls()
    if texts.is_empty() or profile.kind.logical in ("date", "timestamp", "boolean", "number"):
        return ""
    for what, patterns in _BY_VALUE.items():
        share = texts.str.contains(f"^(?:{'|'.join(patterns)})$").mean()
        differs = what != "a name" or profile.distinct >= _FEWEST_NAMES * profile.present
        if isinstance(share, float) and share >= _ENOUGH and differs:
            return what
    return ""


def narrows_down(name: str) -> bool:
    """Whether a column, together with others, may single somebody out: age, sex, town."""
    return _QUASI.fullmatch(name) is not None
