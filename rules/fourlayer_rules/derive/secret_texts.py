"""What a credential looks like: tokens that tell by themselves, and texts that are none."""

from __future__ import annotations

import re
from functools import cache
from math import log2
from typing import TYPE_CHECKING, NamedTuple

from fourlayer_rules.derive.secret_names import OTHER_THINGS, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer_rules.derive.secret_names import Strength

_B64 = r"[A-Za-z0-9+/]"
_W = r"[A-Za-z0-9_-]"
_AN = r"[A-Za-z0-9]"
_HEX = r"[a-f0-9]"


class Token(NamedTuple):
    """A kind of token: what it is, the bytes of which a file must hold one, its pattern, its entropy."""

    label: str
    needles: tuple[bytes, ...]
    pattern: str
    entropy: float = 3.0


TOKENS: tuple[Token, ...] = (
    Token(
        "a private key",
        (b"PRIVATE KEY",),
        r"-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[^\"'`]{64,}?KEY(?: BLOCK)?-----",
        0,
    ),
    Token(
        "an AWS access key",
        (b"AKIA", b"ASIA", b"ABIA", b"ACCA", b"A3T"),
        r"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
    ),
    Token("an Amazon Bedrock key", (b"ABSK",), rf"ABSK{_B64}{{109,269}}={{0,2}}"),
    Token(
        "an Amazon Bedrock key",
        (b"bedrock-api-key-",),
        r"bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[\w%=-]*",
        2.5,
    ),
    Token("a GitHub token", (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), rf"gh[pousr]_{_AN}{{36,}}"),
    Token("a GitHub token", (b"github_pat_",), r"github_pat_\w{82}"),
    Token(
        "a GitLab token",
        (
            b"glpat-",
            b"gldt-",
            b"glft-",
            b"glrt-",
            b"glsoat-",
            b"glimt-",
            b"glagent-",
            b"gloas-",
            b"glptt-",
            b"glffct-",
            b"glcbt-",
        ),
        r"gl(?:pat|dt|ft|rt|soat|imt|agent|oas|ptt|ffct|cbt)-[A-Za-z0-9_.-]{20,300}",
    ),
    Token("a GitLab token", (b"GR1348941",), r"GR1348941[\w-]{20}"),
    Token("a GitLab session", (b"_gitlab_session=",), r"_gitlab_session=[0-9a-z]{32}"),
    Token(
        "a Slack token",
        (b"xox", b"XOX"),
        r"xox(?:b-[0-9]{8,14}-[A-Za-z0-9-]{10,}|[pe](?:-[0-9]{10,13}){3}-[A-Za-z0-9-]{28,34}|[os]-\d+-\d+-\d+-[a-fA-F\d]+|[ar]-(?:\d-)?[0-9A-Za-z]{8,48}|e-\d-[A-Za-z0-9]{146}|e.xox[bp]-\d-[A-Za-z0-9]{163,166})",
        2.0,
    ),
    Token("a Slack app token", (b"xapp-",), r"xapp-\d-[A-Za-z0-9]+-\d+-[A-Za-z0-9]+", 2.0),
    Token(
        "a Slack webhook",
        (b"hooks.slack.com/",),
        r"(?:https?://)?hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,56}",
    ),
    Token(
        "a Microsoft Teams webhook",
        (b"webhook.office.com",),
        r"https://[a-z0-9]+\.webhook\.office\.com/webhookb2/[a-z0-9@-]+/IncomingWebhook/[a-z0-9]{32}/[a-z0-9-]+",
    ),
    Token(
        "a Discord webhook",
        (b"/api/webhooks/",),
        rf"https://(?:ptb\.|canary\.)?discord(?:app)?\.com/api/webhooks/[0-9]{{17,20}}/{_W}{{60,}}",
    ),
    Token(
        "a Discord bot token",
        (b"iscord", b"ISCORD"),
        r"[MNO][A-Za-z\d_-]{23,25}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27,38}",
        4.0,
    ),
    Token(
        "a Stripe key",
        (b"sk_live_", b"sk_test_", b"sk_prod_", b"rk_live_", b"rk_test_", b"rk_prod_"),
        rf"[sr]k_(?:test|live|prod)_{_AN}{{10,99}}",
    ),
    Token("a Stripe webhook secret", (b"whsec_",), r"whsec_[A-Za-z0-9+/=]{24,64}"),
    Token("a SendGrid key", (b"SG.",), r"SG\.[A-Za-z0-9=_.-]{66}"),
    Token("a Sendinblue key", (b"xkeysib-",), rf"xkeysib-{_HEX}{{64}}-{_AN}{{16}}"),
    Token("a Twilio key", (b"SK",), r"SK[0-9a-fA-F]{32}"),
    Token("a Mailgun key", (b"key-",), rf"key-{_HEX}{{32}}"),
    Token("a Google API key", (b"AIza",), r"AIza[\w-]{35}", 3.5),
    Token("a Google OAuth secret", (b"GOCSPX-",), r"GOCSPX-[\w-]{28}"),
    Token("a Google OAuth token", (b"ya29.",), r"ya29\.[\w-]{40,}"),
    Token(
        "an OpenAI key",
        (b"T3BlbkFJ",),
        r"sk-(?:(?:proj|svcacct|admin)-)?[A-Za-z0-9_-]{20,74}T3BlbkFJ[A-Za-z0-9_-]{20,74}",
    ),
    Token("an Anthropic key", (b"sk-ant-",), rf"sk-ant-(?:api|admin)\d\d-{_W}{{80,120}}"),
    Token("an npm token", (b"npm_",), r"npm_[A-Za-z0-9]{36}", 2.0),
    Token(
        "a JSON web token",
        (b".ey",),
        r"ey[A-Za-z0-9]{17,}\.ey[A-Za-z0-9/\\_-]{17,}\.(?:[A-Za-z0-9/\\_-]{10,}={0,2})?",
    ),
    Token("a JSON web token in base64", (b"ZXlK",), r"ZXlK[A-Za-z0-9+/_-]{30,}={0,2}"),
    Token(
        "a HubSpot token",
        (b"pat-",),
        r"pat-(?:na|eu|ap|ca)\d-[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}",
    ),
    Token("a Salesforce session", (b"00D",), r"00D[A-Za-z0-9]{12,15}![A-Za-z0-9_.]{80,120}"),
    Token("an Azure client secret", (b"Q~",), r"[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}"),
    Token("an Azure storage key", (b"AccountKey=",), rf"AccountKey={_B64}{{86}}=="),
    Token(
        "a Shopify token",
        (b"shpat_", b"shpca_", b"shppa_", b"shpss_"),
        r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
        2.0,
    ),
    Token("a Telegram bot token", (b":A",), rf"[0-9]{{8,10}}:AA{_W}{{33}}"),
    Token("a Notion token", (b"ntn_",), r"ntn_[0-9]{11}[A-Za-z0-9]{35}"),
    Token("an Atlassian token", (b"ATATT3",), r"ATATT3[A-Za-z0-9_=-]{186}"),
    Token("a Linear key", (b"lin_api_",), rf"lin_api_{_AN}{{40}}", 2.0),
    Token("a Square token", (b"sq0atp-", b"EAAA"), r"(?:EAAA|sq0atp-)[\w-]{22,60}", 3.5),
    Token("a Facebook token", (b"acebook", b"ACEBOOK"), r"\d{15,16}[|%][0-9A-Za-z_-]{27,40}"),
    Token("a Facebook token", (b"EAAM", b"EAAC"), r"EAA[MC][A-Za-z0-9]{100,}", 4.0),
    Token("a DigitalOcean token", (b"doo_v1_", b"dop_v1_", b"dor_v1_"), rf"do[opr]_v1_{_HEX}{{64}}"),
    Token("a Databricks token", (b"dapi",), rf"dapi{_HEX}{{32}}(?:-\d)?"),
    Token("a Doppler token", (b"dp.pt.",), rf"dp\.pt\.{_AN}{{43}}", 2.0),
    Token("a Vault token", (b'"s.', b"'s.", b"`s."), r"s\.[A-Za-z0-9]{24}(?=[\"'`])", 3.5),
    Token("a Vault token", (b"hvs.", b"hvb."), r"hv[sb]\.[\w-]{90,300}", 3.5),
    Token("a Terraform token", (b".atlasv1.",), r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9=_-]{60,70}", 3.5),
    Token("a Cloudflare key", (b"v1.0-",), rf"v1\.0-{_HEX}{{24}}-{_HEX}{{146}}", 2.0),
    Token(
        "a Grafana token",
        (b"glc_", b"glsa_", b"eyJrIjoi"),
        rf"(?:glc_{_B64}{{32,400}}={{0,3}}|glsa_{_AN}{{32}}_[A-Fa-f0-9]{{8}}|eyJrIjoi{_AN}{{70,400}}={{0,3}})",
    ),
    Token("a Hugging Face token", (b"hf_", b"api_org_"), r"(?:hf|api_org)_[A-Za-z]{34}", 2.0),
    Token("a Heroku key", (b"HRKU-AA",), rf"HRKU-AA{_W}{{58}}", 3.5),
    Token("a Dynatrace token", (b"dt0c01.",), rf"dt0c01\.{_AN}{{24}}\.{_AN}{{64}}", 3.5),
    Token(
        "a New Relic key",
        (b"NRAK-", b"NRII-", b"NRJS-"),
        r"NR(?:AK-[A-Za-z0-9]{27}|II-[A-Za-z0-9-]{32}|JS-[a-f0-9]{19})",
        2.5,
    ),
    Token(
        "a Sentry token",
        (b"sntrys_", b"sntryu_"),
        r"sntry(?:s_[A-Za-z0-9+/]{20,}={0,2}_[A-Za-z0-9+/]{43}|u_[a-f0-9]{64})",
    ),
    Token("a Postman key", (b"PMAK-",), rf"PMAK-{_HEX}{{24}}-{_HEX}{{34}}"),
    Token("a PlanetScale credential", (b"pscale_",), r"pscale_(?:tkn|oauth|pw)_[\w=.-]{32,64}"),
    Token("a Pulumi token", (b"pul-",), rf"pul-{_HEX}{{40}}", 2.0),
    Token("a Prefect token", (b"pnu_",), rf"pnu_{_AN}{{36}}", 2.0),
    Token("a Perplexity key", (b"pplx-",), rf"pplx-{_AN}{{48}}", 3.5),
    Token("a PyPI token", (b"pypi-AgEIcHlwaS5vcmc",), r"pypi-AgEIcHlwaS5vcmc[\w-]{50,1000}"),
    Token("a RubyGems key", (b"rubygems_",), rf"rubygems_{_HEX}{{48}}", 2.0),
    Token("a ReadMe key", (b"rdme_",), r"rdme_[a-z0-9]{70}", 2.0),
    Token("a Shippo token", (b"shippo_",), r"shippo_(?:live|test)_[a-fA-F0-9]{40}", 2.0),
    Token("a Sourcegraph token", (b"sgp_",), r"sgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}"),
    Token("a SettleMint token", (b"sm_aat_", b"sm_pat_", b"sm_sat_"), rf"sm_[aps]at_{_AN}{{16}}"),
    Token("a Scalingo token", (b"tk-us-",), r"tk-us-[\w-]{48}", 2.0),
    Token("an OpenShift token", (b"sha256~",), r"sha256~[\w-]{43}", 3.5),
    Token("an Octopus Deploy key", (b"API-",), r"API-[A-Z0-9]{26}"),
    Token("a Maxmind key", (b"_mmk",), rf"{_AN}{{6}}_{_AN}{{29}}_mmk", 3.5),
    Token("an Infracost token", (b"ico-",), rf"ico-{_AN}{{32}}"),
    Token("an Intra42 secret", (b"s-s4t2",), rf"s-s4t2(?:ud|af)-{_HEX}{{64}}"),
    Token("a Harness key", (b"pat.", b"sat."), rf"[ps]at\.{_W}{{22}}\.{_AN}{{24}}\.{_AN}{{20}}"),
    Token("a Frame.io token", (b"fio-u-",), r"fio-u-[A-Za-z0-9=_-]{64}"),
    Token(
        "a Fly.io token",
        (b"fo1_", b"fm1", b"fm2_"),
        r"(?:fo1_[\w-]{43}|fm(?:1[ar]|2)_[A-Za-z0-9+/]{100,}={0,3})",
        3.5,
    ),
    Token("a Flutterwave key", (b"FLWSECK_TEST-",), r"FLWSECK_TEST-[A-Ha-h0-9]{12,32}(?:-X)?", 2.0),
    Token("an EasyPost key", (b"EZAK", b"EZTK"), rf"EZ[AT]K{_AN}{{54}}", 2.0),
    Token("a Duffel token", (b"duffel_",), r"duffel_(?:test|live)_[A-Za-z0-9_=-]{43}", 2.0),
    Token("a Clojars token", (b"CLOJARS_",), rf"CLOJARS_{_AN}{{60}}", 2.0),
    Token("a ClickHouse key", (b"4b1d",), rf"4b1d{_AN}{{38}}"),
    Token("an Artifactory key", (b"AKCp", b"cmVmd"), rf"(?:AKCp{_AN}{{69}}|cmVmd{_AN}{{59}})", 4.0),
    Token("an Alibaba key", (b"LTAI",), rf"LTAI{_AN}{{20}}", 2.0),
    Token("an age key", (b"AGE-SECRET-KEY-1",), r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
    Token("an Adobe secret", (b"p8e-",), rf"p8e-{_AN}{{32}}", 2.0),
    Token("an Airtable token", (b"irtable", b"IRTABLE"), rf"pat{_AN}{{14}}\.{_HEX}{{64}}"),
    Token(
        "an Authress key",
        (b".acc",),
        r"(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}",
    ),
    Token("a 1Password token", (b"ops_eyJ",), rf"ops_eyJ{_B64}{{250,}}={{0,3}}", 3.5),
    Token(
        "a 1Password key",
        (b"A3-",),
        r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
        3.5,
    ),
    Token("a Typeform token", (b"tfp_",), r"tfp_[A-Za-z0-9_.=-]{59}"),
    Token(
        "a Dropbox token",
        (b"sl.", b"AAAAAAAAAA"),
        r"(?:sl\.[A-Za-z0-9=_-]{135}|[a-z0-9]{11}AAAAAAAAAA[A-Za-z0-9_=-]{43})",
    ),
    Token("a Defined Networking token", (b"dnkey-",), r"dnkey-[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}"),
    Token(
        "a Plaid token",
        (b"access-",),
        r"access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    Token("a Mailchimp key", (b"-us",), rf"{_HEX}{{32}}-us\d\d"),
    Token("a GoCardless or Lob key", (b"live_",), r"live_(?!pub_)(?:[a-f0-9]{35}|[A-Za-z0-9=_-]{40})"),
    Token("a Twitter bearer token", (b"AAAAAAAAAAAAAAAAAAAAAA",), r"A{22}[A-Za-z0-9%]{80,100}"),
    Token(
        "a Sidekiq credential",
        (b"contribsys.com",),
        r"[a-f0-9]{8}:[a-f0-9]{8}(?=@(?:gems|enterprise)\.contribsys\.com)",
    ),
    Token("a Freemius key", (b"secret_key",), r"sk_[A-Za-z0-9!#$%&*+=?@^_~.-]{29}(?=[\"'])", 3.5),
)
"""Tokens that tell by themselves what they are, most of them listed by gitleaks as well."""

_EDGE_BEFORE = rb"(?<![A-Za-z0-9_])"
_EDGE_AFTER = rb"(?![A-Za-z0-9_])"


@cache
def _compiled(index: int) -> re.Pattern[bytes]:
    return re.compile(_EDGE_BEFORE + b"(?:" + TOKENS[index].pattern.encode() + b")" + _EDGE_AFTER)


class Hit(NamedTuple):
    """A token in a text: its place in bytes, what it is."""

    start: int
    end: int
    label: str


def tokens(data: bytes, low: int = 0, high: int | None = None) -> Iterator[Hit]:
    """The tokens in a file, a part or a text that tell by themselves; examples and low entropy are left out.

    `low` and `high` are the bytes where the part begins and ends.
    """
    high = len(data) if high is None else high
    for index, token in enumerate(TOKENS):
        if not any(data.find(needle, low, high) >= 0 for needle in token.needles):
            continue
        for match in _compiled(index).finditer(data, low, high):
            text = match[0].decode("ascii", "replace")
            start, end = match.span()
            if token.entropy and (entropy(text) < token.entropy or is_example(text)):
                continue
            if text.count(".") >= 2 and text.startswith("ey") and _is_public_token(text):
                continue
            if token.entropy == 0 and _is_sketch(text):
                continue
            yield Hit(start, end, token.label)


def entropy(text: str) -> float:
    """Shannon entropy in bits a character."""
    if not text:
        return 0.0
    total = len(text)
    return -sum((count := text.count(char)) / total * log2(count / total) for char in set(text))


@cache
def _examples() -> re.Pattern[str]:
    return re.compile(
        r"(?i)example|placeholder|change[-_ ]?me|dummy|redacted|sample|x{5,}|(.)\1{7,}|1234567890|abcdefgh|"
        r"your[-_ ]|0123456789|deadbeef"
    )


def is_example(text: str) -> bool:
    """Whether a text says of itself that it is no real credential."""
    found = _examples().search(text)
    return found is not None and not text.startswith("AAAAAAAAAAAAAAAAAAAAAA") and "AAAAAAAAAA" not in text


def _is_sketch(text: str) -> bool:
    """Whether a key in PEM says so (`BEGIN EXAMPLE PRIVATE KEY`), or has no content: dots, one letter."""
    if re.match(r"-----BEGIN[ A-Z0-9_-]*\b(?:EXAMPLE|SAMPLE|DUMMY|FAKE|TEST|MOCK)\b", text) is not None:
        return True
    body = re.sub(r"-----[A-Z0-9 _-]+-----|\\n|\s", "", text)
    return len(set(body)) < 8 or "..." in body


def _is_public_token(text: str) -> bool:
    """Whether a JSON web token is one of documentation, or Supabase's `anon` key, which browsers hold."""
    from base64 import urlsafe_b64decode

    part = text.split(".")[1]
    try:
        payload = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return False
    plain = payload.replace(b" ", b"")
    return b'"role":"anon"' in plain or (b'"sub":"1234567890"' in plain and b"JohnDoe" in plain)


# Values


_SCHEMES = re.compile(r"(?i)^(?:bearer|basic|token|apikey|api-key|bot)\s+")
_PLACEHOLDER = re.compile(
    r"(?i)^(?:x+|\*+|\.+|-+|_+|<.*>|\[.*\]|\{.*\}|\$.*|%.*%|@\w+@|your.*|my[-_ ].*|some[-_ ].*|"
    r"an?[-_ ].*|enter.*|insert.*|change.*|replace.*|example.*|sample.*|dummy.*|fake.*|mock.*|test.*|todo.*|"
    r"placeholder.*|secret|password|passwd|token|apikey|none|null|nil|undefined|unset|missing|n/a|na|redacted.*|default.*|"
    r"foo.*|bar|baz|invalid.*|expired.*|not[-_ ].*|unknown.*|dev|local|string|value|"
    r".*[-_ ](?:here|placeholder|example))$"
)
_SHAM = re.compile(r"(?i)(?:^|[^a-z])(?:test|tests|testing|mock|fake|demo|stub|noop|ci)(?:[^a-z]|$)")
_COMMON = re.compile(
    r"(?i)super[-_ ]?secret\w*|s[e3]cr[e3]t\d+|let[-_ ]?me[-_ ]?in\d*|qwerty\w*|admin\d+|"
    r"p[a@]ssw[o0]rd[\d!]+|pa55w(?:or|0r)d|hunter\d|sh{2,}|keyboard[-_ ]?cat|root\d*|postgres|12345\d*"
)
"""Passwords that everybody knows."""
_WORDY = re.compile(r"[A-Za-z]*\d{0,4}")
_UUID = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_common(value: str) -> bool:
    """Whether a text is a password that everybody tries first."""
    return _COMMON.fullmatch(value) is not None


def is_placeholder(value: str) -> bool:
    """Whether a text stands for a credential that is put in later."""
    text = _SCHEMES.sub("", value).strip()
    if _PLACEHOLDER.match(text) is not None or is_example(text):
        return True
    return _SHAM.search(text) is not None


def is_wordy(value: str) -> bool:
    """Whether a text is made of words, as identifiers, headers, paths and error codes are."""
    parts = re.split(r"[-_.:/\s@#?&=+,;]+", value)
    return all(_WORDY.fullmatch(part) for part in parts)


def looks_random(value: str, minimum: int = 16) -> bool:
    """Whether a text can hardly be written by hand: letters and digits mixed, of high entropy."""
    if len(value) < minimum or not any(char.isdigit() for char in value):
        return False
    if not any(char.isalpha() for char in value) or re.search(r"\s", value):
        return False
    least = 2.6 if re.fullmatch(r"[0-9a-fA-F-]+", value) else 3.0
    return entropy(value) >= least and not is_wordy(value)


def looks_like_secret(value: str) -> bool:
    """Whether a text may be a credential whatever it is called."""
    return looks_random(value, 20) or any(tokens(value.encode())) or credentials_in_url(value) is not None


Grade = str
"""`violation`, `suspicious`, or empty where a value is no credential."""


def grade(strength: Strength, value: str) -> Grade:
    """How sure it is that a text is a credential, given the strength of its name."""
    text = _SCHEMES.sub("", value).strip()
    if strength == 3 and is_common(text):
        return "suspicious"
    if not text or "://" in text or re.search(r"\s", text) or is_placeholder(value):
        return ""
    if text.startswith(("/", "./", "../", "#", ".", "@")) or "${" in text:
        return ""
    if re.fullmatch(
        r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|[\w.+-]+@[\w-]+\.[\w.]+|x-[a-z0-9-]+|([A-Z]\w*-)+[A-Z0-9]\w*", text
    ):
        return ""
    if strength == 1:
        return "violation" if looks_random(text, 20) and not _UUID.fullmatch(text) else ""
    if looks_random(text, 12):
        return "suspicious" if _UUID.fullmatch(text) and strength < 3 else "violation"
    if strength < 3:
        return ""
    digits = any(char.isdigit() for char in text)
    signs = any(not char.isalnum() and char not in "-_./: " for char in text)
    if len(text) >= 6 and digits and (signs or not is_wordy(text) or text.isalnum()):
        return "violation" if signs and len(text) >= 8 else "suspicious"
    return ""


_URL = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]{1,30}://([^\s:/@\"'`$<>{}\[\]]{1,100}):([^\s/@\"'`<>{}\[\]]{1,200})@([^\s/\"'`:?#]*)"
)
_URL_WORDS = frozenset(
    {
        "pass",
        "password",
        "passwd",
        "pw",
        "pwd",
        "secret",
        "token",
        "x",
        "xxx",
        "xxxx",
        "key",
        "apikey",
        "***",
        "...",
    }
)
_LOCAL = re.compile(
    r"(?i)^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal|[a-z0-9_-]+|.*\.(?:local|test|localhost|internal))$"
)


def credentials_in_url(text: str) -> tuple[int, int, Grade] | None:
    """The place (in characters) of `user:password` in a URL, and how sure it is that it is real."""
    for match in _URL.finditer(text):
        user, password, host = match[1], match[2], match[3]
        if (
            password.lower() in _URL_WORDS
            or password.startswith(("$", "%", "*", "<", "{"))
            or is_example(password)
        ):
            continue
        if re.fullmatch(r"[A-Z_]+", password) or re.fullmatch(r"(?i)your.*|x+|\*+|\.+|some.*", password):
            continue
        if re.search(r"(?i)(^|\.)example\.(com|org|net)$", host) and is_wordy(password):
            continue
        local = _LOCAL.match(host) is not None
        return match.start(1), match.end(2), "suspicious" if local or user == password else "violation"
    return None


# Names of vendors whose keys have a shape, but no sign


_ALNUM32 = "[a-z0-9]{32}"
VENDORS: tuple[tuple[str, str], ...] = (
    ("adafruit", "[a-z0-9_-]{32}"),
    ("airtable", "[a-z0-9]{17}"),
    ("algolia", _ALNUM32),
    ("alibaba", "[a-z0-9]{30}"),
    ("asana", _ALNUM32),
    ("atlassian|confluence|jira", "[a-z0-9]{20}[a-f0-9]{4}"),
    ("beamer", "b_[a-z0-9=_-]{44}"),
    ("bitbucket", "[a-z0-9=_-]{64}"),
    ("bittrex", _ALNUM32),
    ("meraki", "[0-9a-f]{40}"),
    ("cloudflare", "[a-z0-9_-]{40}|[a-f0-9]{37}"),
    ("codecov|droneci|flickr|fastly|nytimes|newyorktimes|privateai", "[a-z0-9=_-]{32}"),
    ("cohere|coapi", "[a-zA-Z0-9]{40}"),
    (
        "coinbase|confluent|freshbooks|newrelic|sumo|jfrog|artifactory|bintray|xray",
        "[a-z0-9_-]{64}|[a-z0-9]{73}",
    ),
    ("confluent", "[a-z0-9]{16}"),
    ("contentful", "[a-z0-9=_-]{43}"),
    ("datadog|zendesk|launchdarkly|gitter|sendbird|netlify|sonar", "(?:squ_|sqp_|sqa_)?[a-z0-9=_-]{40,46}"),
    ("discord", "[a-f0-9]{64}|[a-z0-9=_-]{32}"),
    ("dropbox", "[a-z0-9]{15}"),
    ("etsy", "[a-z0-9]{24}"),
    ("facebook|finicity|linear", "[a-f0-9]{32}"),
    ("finicity|finnhub", "[a-z0-9]{20}"),
    ("heroku|hubspot|messagebird|snyk|squarespace|kucoin|sendbird", _UUID.pattern.removeprefix("(?i)")),
    ("intercom", "[a-z0-9=_-]{60}"),
    ("kraken", r"[a-z0-9/=_+-]{80,90}"),
    ("kucoin", "[a-f0-9]{24}"),
    ("linkedin", "[a-z0-9]{16}"),
    ("lob", "(?:live|test)_[a-f0-9]{35}"),
    ("looker|plaid", "[a-z0-9]{24}|[a-z0-9]{30}"),
    ("mailchimp", r"[a-f0-9]{32}-us\d\d"),
    ("mailgun", "key-[a-f0-9]{32}|[a-h0-9]{32}-[a-h0-9]{8}-[a-h0-9]{8}"),
    ("mattermost", "[a-z0-9]{26}"),
    ("messagebird|twitter", "[a-z0-9]{25}"),
    ("okta", r"00[\w=-]{40}"),
    ("rapidapi|twitter", "[a-z0-9_-]{50}"),
    ("sentry", "[a-f0-9]{64}"),
    ("telegr", "[0-9]{5,16}:A[a-z0-9_-]{34}"),
    ("travis", "[a-z0-9]{22}"),
    ("twitch", "[a-z0-9]{30}"),
    ("twitter", "[a-z0-9]{45}|[0-9]{15,25}-[a-zA-Z0-9]{20,40}"),
    ("yandex", r"t1\.[A-Za-z0-9_-]+=*\.[A-Za-z0-9_-]{86}=*|AQVN[A-Za-z0-9_-]{35,38}|YC[a-zA-Z0-9_-]{38}"),
)
"""Words in a name, and what the vendor's keys look like."""


@cache
def vendor_hint() -> re.Pattern[str]:
    """Any vendor's word."""
    return re.compile("|".join(words for words, _ in VENDORS))


def is_vendor_key(name: str, value: str) -> bool:
    """Whether a text has the shape of the keys of the vendor in its name; ids and addresses have not."""
    words = words_of(name)
    if words and words[-1] in OTHER_THINGS:
        return False
    plain = "".join(words)
    if vendor_hint().search(plain) is None or not any(char.isdigit() for char in value):
        return False
    if entropy(value) < 2.5 or is_example(value) or is_wordy(value):
        return False
    return any(
        re.search(words_, plain) is not None and re.fullmatch(shape, value, re.IGNORECASE) is not None
        for words_, shape in VENDORS
    )
