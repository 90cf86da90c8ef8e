"""Code actions: the fixes of findings, suppressions with a reason, and everything safe at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.errors import FourlayerError
from fourlayer.lsp import convert
from fourlayer.lsp.capabilities import FIX_ALL, QUICK_FIX, Client
from fourlayer.lsp.plain import JsonObject, as_int, as_list, as_object, as_str
from fourlayer.lsp.protocol import CONTENT_MODIFIED, INVALID_PARAMS, ResponseError
from fourlayer.lsp.steady import Shown
from fourlayer.rule.model import Change, FixPlan, TextEdit
from fourlayer.syntax.facts import Comment
from fourlayer.syntax.span import Span
from fourlayer.syntax.text import Text

if TYPE_CHECKING:
    from fourlayer.lsp.folder import Folder
    from fourlayer.rule.outcome import Reported
    from fourlayer.syntax.facts import FileFacts

APPLY_FIX = "fourlayer.applyFix"
_SUPPRESS = "suppress"


class Target(NamedTuple):
    """What an action's `data` names: one fix of one finding in one version of a document."""

    uri: str
    version: int | None
    rule: str
    fingerprint: str
    kind: str
    argument: str


def read_target(data: object) -> Target:
    """The target in an action's `data` or a command's argument; an error answer where it is malformed."""
    fields = as_object(data) or {}
    strings = [as_str(fields.get(name)) for name in ("uri", "rule", "fingerprint", "kind", "argument")]
    uri, rule, fingerprint, kind, argument = strings
    if uri is None or rule is None or fingerprint is None or kind is None:
        raise ResponseError(INVALID_PARAMS, "this names no fix of fourlayer's")
    return Target(uri, as_int(fields.get("version")), rule, fingerprint, kind, argument or "")


def wanted(only: Sequence[str] | None, kind: str) -> bool:
    """Whether a kind is asked for: kinds are prefixes by dotted parts; nothing asked: quick fixes alone."""
    if only is None:
        return kind == QUICK_FIX
    return any(not one or kind == one or kind.startswith(one + ".") for one in only)


def code_actions(
    folder: Folder, path: str, span: Span, only: Sequence[str] | None, client: Client
) -> list[JsonObject]:
    """The actions for a span of bytes of an open document whose findings are current."""
    actions: list[JsonObject] = []
    if wanted(only, QUICK_FIX):
        touched = [one for one in folder.shown.get(path, ()) if _touches(one.span, span)]
        actions.extend(_quick_fixes(folder, path, touched, client))
        actions.extend(_suppressions(folder, path, touched, client))
    if wanted(only, FIX_ALL) and client.action_literals:
        edits = safe_edits(folder, path)
        if edits:
            edit = convert.workspace_edit(Change(edits={path: edits}), client, folder.place)
            actions.append({"title": "Fix every safe fourlayer finding", "kind": FIX_ALL, "edit": edit})
    return actions


def resolved(folder: Folder, path: str, action: JsonObject, client: Client) -> JsonObject:
    """The action with its edit; an error answer when the document has changed since it was offered."""
    target = read_target(action.get("data"))
    if target.kind == _SUPPRESS:
        return action
    edit = convert.workspace_edit(compute(folder, path, target), client, folder.place)
    if edit is None:
        raise ResponseError(CONTENT_MODIFIED, "the editor cannot apply this fix; it was offered as a command")
    return {**action, "edit": edit}


def compute(folder: Folder, path: str, target: Target) -> Change:
    """The change of a fix on the present snapshot; an error answer when it is stale or would overwrite."""
    if target.version != folder.version(path):
        raise ResponseError(CONTENT_MODIFIED, "the document has changed since this fix was offered")
    reported = find(folder, path, target)
    if reported is None:
        raise ResponseError(CONTENT_MODIFIED, "this finding is gone")
    for plan in folder.plans(reported.finding):
        if (plan.kind, plan.argument) == (target.kind, target.argument):
            change = folder.app.change(folder.snapshot, reported.finding, plan)
            if change is None:
                raise ResponseError(CONTENT_MODIFIED, "this fix no longer applies")
            refuse_stale(folder, change)
            return change
    raise ResponseError(CONTENT_MODIFIED, "this fix is no longer offered")


def refuse_stale(folder: Folder, change: Change) -> None:
    """Error answers for a change that would overwrite a file, or that was computed from old content."""
    for create in change.creates:
        if not folder.is_absent(create.path):
            folder.disk_changed([create.path], names=True)
            raise ResponseError(CONTENT_MODIFIED, f"{create.path} exists already")
    for path in change.edits:
        if not folder.is_on_disk_as_known(path):
            folder.disk_changed([path], names=False)
            raise ResponseError(CONTENT_MODIFIED, f"{path} has changed on disk")


def find(folder: Folder, path: str, target: Target) -> Reported | None:
    """The finding that a target means; one that is only held has no fixes."""
    for one in folder.shown.get(path, ()):
        if not one.held and (one.reported.finding.rule, one.reported.fingerprint) == (
            target.rule,
            target.fingerprint,
        ):
            return one.reported
    return None


def safe_edits(folder: Folder, path: str) -> tuple[TextEdit, ...]:
    """What fixing on save does: every safe fix within the document that creates, moves and deletes no file.

    Of fixes that touch the same text the first one counts; the others are left for the next time.
    """
    accepted: list[TextEdit] = []
    fixable = {meta.id for meta in folder.app.rules if any("safe" in fix.applicability for fix in meta.fixes)}
    for one in folder.shown.get(path, ()):
        if one.held or one.reported.finding.rule not in fixable:
            continue
        plans = folder.plans(one.reported.finding)
        plan = next((plan for plan in plans if plan.applicability == "safe"), None)
        if plan is None or plan.reach != "document":
            continue
        try:
            change = folder.app.change(folder.snapshot, one.reported.finding, plan)
        except FourlayerError:
            continue
        if (
            change is None
            or change.creates
            or change.renames
            or change.deletes
            or set(change.edits) != {path}
        ):
            continue
        edits = change.edits[path]
        if not any(_overlap(new, old) for new in edits for old in accepted):
            accepted.extend(edits)
    return tuple(sorted(accepted))


def _quick_fixes(folder: Folder, path: str, shown: Iterable[Shown], client: Client) -> Iterable[JsonObject]:
    text = folder.text(path) or Text(b"")
    found: dict[tuple[str, str], JsonObject] = {}
    for one in shown:
        if one.held:
            continue
        diagnostic = convert.diagnostic(one, text, client, folder.place)
        preferred = False
        for plan in folder.plans(one.reported.finding):
            if plan.applicability == "input":
                continue
            known = found.get((one.reported.finding.rule, plan.title))
            if known is not None:
                _link(known, diagnostic)
                continue
            action = _fix_action(folder, path, one.reported, plan, diagnostic, client)
            if action is None:
                continue
            if plan.preferred and not preferred and client.preferred:
                action["isPreferred"] = preferred = True
            found[(one.reported.finding.rule, plan.title)] = action
    return found.values()


def _fix_action(
    folder: Folder, path: str, reported: Reported, plan: FixPlan, diagnostic: JsonObject, client: Client
) -> JsonObject | None:
    """One fix as the client can take it: resolved later, with its edit, or as a command."""
    finding = reported.finding
    document = folder.uri(path), folder.version(path)
    target = Target(*document, finding.rule, reported.fingerprint, plan.kind, plan.argument)._asdict()
    command: JsonObject = {"title": plan.title, "command": APPLY_FIX, "arguments": [target]}
    if not client.action_literals:
        return command
    action: JsonObject = {"title": plan.title, "kind": QUICK_FIX, "diagnostics": [diagnostic]}
    if (
        client.resolves_edits
        and client.document_changes
        and client.operations >= {"create", "rename", "delete"}
    ):
        action["data"] = target
        return action
    try:
        change = folder.app.change(folder.snapshot, finding, plan)
    except FourlayerError:
        return None
    if change is None:
        return None
    edit = convert.workspace_edit(change, client, folder.place)
    if edit is None:
        action["command"] = command
    else:
        action["edit"] = edit
    return action


def _link(action: JsonObject, diagnostic: JsonObject) -> None:
    as_list(action.get("diagnostics")).append(diagnostic)


def _suppressions(folder: Folder, path: str, shown: Iterable[Shown], client: Client) -> Iterable[JsonObject]:
    """One action a rule, which leaves the reason to the user.

    Without a reason a comment suppresses nothing and is reported itself, so an unfinished one is no silence.
    """
    facts = folder.snapshot.facts(path)
    if facts is None or not client.action_literals:
        return
    text = folder.text(path) or Text(b"")
    protected = folder.app.settings.rules.protected
    seen: set[str] = set()
    for one in shown:
        name = suppressed_name(one.reported)
        if name in seen or one.reported.finding.rule in protected or one.reported.category == "suppressions":
            continue
        seen.add(name)
        at, before, after = comment_place(facts, text, one.span.start)
        comment = f"{before}// fourlayer-ignore {name}: "
        if client.snippets and client.document_changes:
            snippet = f"{_snippet_text(comment)}$1{_snippet_text(after)}"
            edit = convert.snippet_edit(path, at, snippet, client, folder.place)
        else:
            change = Change(edits={path: (TextEdit(at, at, comment.rstrip() + after),)})
            edit = convert.workspace_edit(change, client, folder.place) or {}
        yield {
            "title": f"Suppress {name} here, with a reason",
            "kind": QUICK_FIX,
            "diagnostics": [convert.diagnostic(one, text, client, folder.place)],
            "edit": edit,
        }


_OF_FILES = frozenset({"missing-file", "missing-test"})


def suppressed_name(reported: Reported) -> str:
    """How a suppression names the finding: what is missing is suppressed for one file at a time."""
    finding = reported.finding
    return f"{finding.rule}({finding.key})" if finding.rule in _OF_FILES and finding.key else finding.rule


def comment_place(facts: FileFacts, text: Text, offset: int) -> tuple[int, str, str]:
    """Where a comment on its own line covers the code at a byte offset.

    Returns the byte offset to insert at, and what to put before and after the comment: the nearest line at
    or above whose first statement (or member, property, element) covers the offset.
    """
    line = text.line_of(offset)
    fallback = line
    while line >= 0:
        start, end = text.line_span(line)
        code = start + len(text.data[start:end]) - len(text.data[start:end].lstrip())
        if code < end and not facts.in_string_or_comment(code):
            covered = facts.covered_by(Comment(Span(start, start), "", own_line=True))
            if covered is not None and covered.start == code and covered.start <= offset < covered.end:
                return _above(text, line)
        line -= 1
    return _above(text, fallback)


def _above(text: Text, line: int) -> tuple[int, str, str]:
    start, end = text.line_span(line)
    data = text.data[start:end]
    indentation = text.slice(start, start + len(data) - len(data.lstrip()))
    break_at = text.data[end : end + 2]
    ending = "\r\n" if break_at == b"\r\n" else "\n"
    return start, indentation, ending


def _snippet_text(text: str) -> str:
    """The text with what is special in snippets escaped."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")


def _touches(one: Span, two: Span) -> bool:
    return one.start <= two.end and two.start <= one.end


def _overlap(one: TextEdit, two: TextEdit) -> bool:
    """Whether two edits share text, or insert at the same place."""
    if one.start == one.end or two.start == two.end:
        return one.start <= two.end and two.start <= one.end
    return one.start < two.end and two.start < one.end
