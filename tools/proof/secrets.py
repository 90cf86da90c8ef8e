"""Plants generated credentials and innocent texts, and tells which of them hardcoded-secret reports.

The credentials are made at run time from a rule list in gitleaks' format (its public `config/gitleaks.toml`,
given by path), so that no file of this repository holds anything that looks like one.
"""

from __future__ import annotations

import argparse
import importlib
import random
import re
import string
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from math import log2
from pathlib import Path
from typing import Any, NamedTuple

from fourlayer.app import App

# Python's own parser of regular expressions: the way to texts that match one.
parser: Any = importlib.import_module("re._parser")
sre: Any = importlib.import_module("re._constants")

FOLDER = "packages/integrations/planted"
_CONTEXT = r"(?:[ \t\w.-]{0,20})"
_IDS = re.compile(r"client-id$|access-id$|api-id$|-pub-|public-key|pub-key$|^mapbox-")
_ELSEWHERE = frozenset(
    {
        "curl-auth-header",
        "curl-auth-user",
        "freemius-secret-key",
        "hashicorp-tf-password",
        "kubernetes-secret-yaml",
        "nuget-config-password",
        "pkcs12-file",
        "sidekiq-secret",
    }
)
"""Rules about shells, YAML, XML, Terraform, PHP, Ruby and binary files, which TypeScript does not hold."""


class Rule(NamedTuple):
    """One rule of the list."""

    id: str
    pattern: re.Pattern[str]
    entropy: float
    keywords: tuple[str, ...]
    contextual: bool


class Planted(NamedTuple):
    """One line of TypeScript and what it belongs to."""

    group: str
    source: str
    line: str


# The rule list


def load(path: Path) -> list[Rule]:
    """The rules that have a pattern."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        Rule(
            rule["id"],
            re.compile(from_go(rule["regex"])),
            float(rule.get("entropy", 0)),
            tuple(rule.get("keywords", ())),
            _CONTEXT in rule["regex"],
        )
        for rule in document["rules"]
        if rule.get("regex")
    ]


def from_go(pattern: str) -> str:
    """A regular expression of Go in Python's words: flags in the middle hold until their group ends."""
    pattern = pattern.replace(r"\z", r"\Z").replace("[[:alnum:]]", "[0-9A-Za-z]")
    found, depth, pending, index, in_class = "", 0, [0], 0, False
    while index < len(pattern):
        char = pattern[index]
        if char == "\\":
            found += pattern[index : index + 2]
            index += 2
            continue
        if in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif pattern.startswith("(?i)", index):
            found += "(?i:"
            pending[depth] += 1
            index += 4
            continue
        elif char == "(":
            depth += 1
            pending.append(0)
        elif char == ")":
            found += ")" * pending.pop()
            depth -= 1
        elif char == "|" and pending[depth]:
            pass
        found += char
        index += 1
    return found + ")" * pending[0]


def entropy(text: str) -> float:
    """Bits a character."""
    return -sum((part := text.count(char) / len(text)) * log2(part) for char in set(text))


# Texts that match a pattern


def example(rule: Rule, rng: random.Random) -> str | None:
    """A text that the rule takes for a secret; None where chance does not find one."""
    tree = parser.parse(rule.pattern.pattern)
    group = _group(tree, 1) if rule.pattern.groups else None
    for attempt in range(400):
        whole = group is None or (not rule.contextual and attempt % 2 == 1)
        text = _text(tree if whole else group, rng).rstrip(" ;\n\t`'\"")
        if not text.isprintable() or entropy(text or "x") <= max(rule.entropy, 2.5) or _shows(text):
            continue
        if rule.contextual or rule.pattern.search(f'"{text}"') is not None:
            return text
    return None


def _shows(text: str) -> bool:
    return re.search(r"[\"'`\\]", text) is not None


def _group(tree: Any, number: int) -> Any | None:
    for op, value in tree:
        if op is sre.SUBPATTERN:
            if value[0] == number:
                return value[3]
            found = _group(value[3], number)
        elif op is sre.BRANCH:
            found = next((f for part in value[1] if (f := _group(part, number)) is not None), None)
        elif op in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
            found = _group(value[2], number)
        else:
            found = None
        if found is not None:
            return found
    return None


_ALPHABET = string.ascii_letters + string.digits


def _text(tree: Any, rng: random.Random) -> str:
    return "".join(_piece(op, value, rng) for op, value in tree)


def _piece(op: Any, value: Any, rng: random.Random) -> str:
    if op is sre.LITERAL:
        return chr(value)
    if op is sre.IN:
        return _member(value, rng)
    if op is sre.ANY:
        return "."
    if op in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
        low, high, inner = value
        most = low + 8 if high is sre.MAXREPEAT else min(int(high), int(low) + 40)
        return "".join(_text(inner, rng) for _ in range(rng.randint(low, most)))
    if op is sre.SUBPATTERN:
        return _text(value[3], rng)
    if op is sre.BRANCH:
        return _text(rng.choice(value[1]), rng)
    return ""


def _member(items: Any, rng: random.Random) -> str:
    pool = ""
    for op, value in items:
        if op is sre.LITERAL:
            pool += chr(value)
        elif op is sre.RANGE:
            pool += "".join(map(chr, range(value[0], value[1] + 1)))
        elif op is sre.CATEGORY:
            pool += string.digits if value is sre.CATEGORY_DIGIT else _ALPHABET + "_"
        elif op is sre.NEGATE:
            return rng.choice(_ALPHABET)
    plain = [char for char in pool if char not in "\"'`\\\n"]
    return rng.choice(plain or [" "])


# What is planted


def planted(rules: Sequence[Rule], rng: random.Random, each: int) -> Iterator[Planted]:
    """Credentials of every rule, called as such things are called; lines that the rule itself matches."""
    for rule in rules:
        group = _group_of(rule)
        names = _GENERIC if rule.id == "generic-api-key" else (rule.id,)
        for number in range(each * len(names)):
            line = _matched(rule, rng, number, names[number % len(names)].split("-"))
            if line is not None:
                yield Planted(group, rule.id, line)
            if group == _SHAPES:
                vendor = rule.keywords[0].strip("_-")
                line = _matched(rule, rng, number, [vendor])
                if line is not None:
                    yield Planted("the same, called by the vendor's name alone", rule.id, line)


_SHAPES = "a vendor's name and a shape"
_GENERIC = (
    "service-api-key",
    "access-token",
    "auth-token",
    "client-secret",
    "password",
    "secret-key",
    "credential",
    "encryption-key",
    "auth",
    "access",
)


def _group_of(rule: Rule) -> str:
    if rule.id in _ELSEWHERE:
        return "other languages and files"
    if rule.id == "generic-api-key":
        return "generic names"
    if _IDS.search(rule.id):
        return "identifiers and public keys"
    return _SHAPES if rule.contextual else "tokens that tell by themselves"


def _matched(rule: Rule, rng: random.Random, number: int, words: list[str]) -> str | None:
    """A line with a secret in it that the rule itself matches, its key words included."""
    for _ in range(20):
        text = example(rule, rng)
        line = _line(rule, text, number, words) if text is not None else ""
        match = rule.pattern.search(line)
        if match is not None and (not rule.keywords or any(word in line.lower() for word in rule.keywords)):
            return line
    return None


def _line(rule: Rule, text: str, number: int, words: list[str]) -> str:
    forms: tuple[str, ...]
    if not rule.contextual:
        forms = (
            f'export const value{number} = "{text}";',
            f'export const options{number} = {{ first: "{text}" }};',
            f'call("{text}");',
            f"// {text}",
        )
        return forms[number % len(forms)]
    camel = re.sub(r"\W", "", words[0] + "".join(word.capitalize() for word in words[1:]))
    screaming = re.sub(r"\W", "_", "_".join(words).upper())
    forms = (
        f'export const {camel} = "{text}";',
        f'export const options{number} = {{ {camel}: "{text}" }};',
        f'export const {screaming} = "{text}";',
        f'settings.{camel} = "{text}";',
        f'export const read{number} = process.env.{screaming} ?? "{text}";',
    )
    return forms[number % len(forms)]


def innocent(rng: random.Random, each: int) -> Iterator[Planted]:
    """Texts of everyday code that hold nothing to hide."""
    for number in range(each):
        for source, line in _everyday(rng, number).items():
            yield Planted("innocent", source, line)


def _everyday(rng: random.Random, number: int) -> Mapping[str, str]:
    hexes = "".join(rng.choices("0123456789abcdef", k=64))
    mixed = "".join(rng.choices(_ALPHABET, k=40))
    uuid = "-".join("".join(rng.choices("0123456789abcdef", k=k)) for k in (8, 4, 4, 4, 12))
    word = rng.choice(["deals", "contacts", "tickets", "pages", "issues", "invoices"])
    verb = rng.choice(["created", "updated", "deleted", "archived"])
    digits = "".join(rng.choices(string.digits, k=18))
    return {
        "identifier": f'export const recordId{number} = "{uuid}";',
        "client id": f'export const clientId{number} = "{mixed[:32]}";',
        "digest": f'export const contentHash{number} = "{hexes}";',
        "commit": f'export const commitSha{number} = "{hexes[:40]}";',
        "etag": f'export const etag{number} = "W/{hexes[:32]}";',
        "integrity": f'export const integrity{number} = "sha512-{mixed}{mixed}==";',
        "token hash": f'export const tokenHash{number} = "{hexes}";',
        "page token": f'export const nextPageToken{number} = "{mixed}";',
        "idempotency": f'export const idempotencyKey{number} = "{uuid}";',
        "cache key": f'export const cacheKey{number} = "{word}:{digits}:{hexes[:8]}";',
        "sort key": f'export const sortKey{number} = "{word}#{digits}";',
        "public key": f'export const publicKey{number} = "{mixed}{mixed}";',
        "publishable": f'export const options{number}a = {{ publishableKey: "pk_live_{mixed[:24]}" }};',
        "header name": f'export const apiKeyHeader{number} = "X-{word.capitalize()}-Api-Key";',
        "header": f'headers.set("X-Request-Id", "{uuid}");',
        "grant": f'export const body{number} = {{ grant_type: "client_credentials", token_type: "{word}" }};',
        "endpoint": f'export const tokenUrl{number} = "https://auth.{word}.example/oauth2/v{number}/token";',
        "path": f'export const secretPath{number} = "/var/run/secrets/{word}/{verb}{number}";',
        "variable name": f'export const apiKeyVar{number} = "{word.upper()}_API_KEY";',
        "secret's name": f'export const secretName{number} = "prod/{word}/{verb}-{number}";',
        "placeholder": f'export const apiKey{number} = "your-{word}-api-key";',
        "placeholder x": f'export const options{number}b = {{ apiKey: "sk_live_{"x" * 24}" }};',
        "angle brackets": f'export const token{number} = "<{word}-token>";',
        "message": f'export const password{number} = "The password must have {number + 8} characters";',
        "error code": f'export const options{number}c = {{ token: "no_{word}_token_{number}" }};',
        "enum": f'export enum Auth{number} {{ ApiKey = "apiKey", Token = "t{number}" }}',
        "event": f'export const webhookTokenEvent{number} = "{word}.{verb}";',
        "selector": f'export const passwordField{number} = "form-{word} input-{verb}-{number}";',
        "translation": f'export const options{number}d = {{ password: "forms.{word}.password" }};',
        "date": f'export const apiVersion{number} = "2026-0{number % 9 + 1}-15";',
        "address": f'export const databaseUrl{number} = "postgres://user:password@host:5432/{word}";',
        "plain url": f'export const keyUrl{number} = "https://{word}.example/{hexes[:24]}?page={number}";',
        "image": f'export const icon{number} = "data:image/png;base64,{mixed}{mixed}";',
        "algorithm": f'export const signingKeyAlgorithm{number} = "RSA-SHA{number + 256}";',
        "sample": f'export const accessKey{number} = "AKIAIOSFODNN7EXAMPLE";',
        "snowflake": f'export const channelId{number} = "{digits}";',
        "empty fallback": f'export const read{number} = process.env.{word.upper()}_SECRET ?? "";',
        "plain fallback": f'export const zone{number} = process.env.{word.upper()}_ZONE ?? "eu-{number}";',
        "key of a list": f'export const options{number}e = {{ key: "{word}-{verb}-{number}" }};',
        "scopes": f'export const tokenScopes{number} = "crm.objects.{word}.read crm.objects.{word}.write";',
    }


# What is reported


def reported(lines: Sequence[Planted]) -> set[int]:
    """The indices of the lines in which the rule finds something, be it suspicious."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, FOLDER)
        target.mkdir(parents=True)
        text = "".join(f"{item.line}\n" for item in lines)
        (target / "planted.ts").write_text(text, encoding="utf-8")
        app = App.open(folder, select=("hardcoded-secret",))
        outcome = app.check(app.snapshot())
        for trouble in outcome.troubles:
            if trouble.kind == "crash":
                raise RuntimeError(trouble.message)
        return {found.range.start_line - 1 for found in outcome.findings}


def by_patterns(lines: Sequence[Planted], rules: Sequence[Rule]) -> set[int]:
    """The lines that some pattern of the list matches with enough entropy; its allow lists are left out."""
    found: set[int] = set()
    for index, item in enumerate(lines):
        lower = item.line.lower()
        for rule in rules:
            if rule.keywords and not any(word in lower for word in rule.keywords):
                continue
            match = rule.pattern.search(item.line)
            if match is not None and entropy(match[1 if rule.pattern.groups else 0] or "x") > rule.entropy:
                found.add(index)
                break
    return found


def main(arguments: Sequence[str]) -> int:
    """Print recall by group of rules, the rules that are missed, and the false alarms."""
    options = argparse.ArgumentParser(prog="secrets", description=__doc__)
    options.add_argument("--rules", type=Path, required=True, help="gitleaks' config/gitleaks.toml")
    options.add_argument("--each", type=int, default=5, help="credentials of each rule")
    options.add_argument("--innocent", type=int, default=20, help="innocent texts of each kind")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args(arguments)
    rng = random.Random(given.seed)
    rules = load(given.rules)
    _print_recall(list(planted(rules, rng, given.each)), len(rules))
    _print_alarms(list(innocent(rng, given.innocent)), rules)
    return 0


def _print_recall(lines: list[Planted], count: int) -> None:
    hits = reported(lines)
    sys.stdout.write(f"{count} rules, {len(lines)} planted credentials\n")
    for group in dict.fromkeys(item.group for item in lines):
        own = [index for index, item in enumerate(lines) if item.group == group]
        seen = [index for index in own if index in hits]
        sys.stdout.write(f"  {group}: {len(seen)} of {len(own)} ({len(seen) / len(own):.1%})\n")
        for source in dict.fromkeys(lines[index].source for index in own):
            each = [index for index in own if lines[index].source == source]
            missed = sum(index not in hits for index in each)
            if missed:
                sys.stdout.write(f"      {source}: {missed} of {len(each)} missed\n")


def _print_alarms(lines: list[Planted], rules: Sequence[Rule]) -> None:
    hits, theirs = reported(lines), by_patterns(lines, rules)
    sys.stdout.write(
        f"{len(lines)} innocent texts: {len(hits)} false alarms ({len(hits) / len(lines):.1%}); "
        f"the list's patterns alone match {len(theirs)} ({len(theirs) / len(lines):.1%})\n"
    )
    for source in dict.fromkeys(item.source for item in lines):
        each = [index for index, item in enumerate(lines) if item.source == source]
        ours, others = (sum(index in found for index in each) for found in (hits, theirs))
        if ours or others:
            sys.stdout.write(f"      {source}: {ours} here, {others} by the patterns, of {len(each)}\n")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except RuntimeError as error:
        sys.exit(str(error))
