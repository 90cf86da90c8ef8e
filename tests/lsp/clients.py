"""Clients as they introduce themselves today: name and the capabilities that a server looks at."""

from __future__ import annotations

import os
from copy import deepcopy
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_KINDS = ["", "quickfix", "refactor", "refactor.extract", "refactor.inline", "refactor.rewrite", "source"]
_CODE_ACTION: Json = {
    "dynamicRegistration": True,
    "isPreferredSupport": True,
    "disabledSupport": True,
    "dataSupport": True,
    "resolveSupport": {"properties": ["edit", "command"]},
    "codeActionLiteralSupport": {
        "codeActionKind": {"valueSet": [*_KINDS, "source.organizeImports", "source.fixAll"]}
    },
}
_PUBLISH: Json = {
    "relatedInformation": True,
    "versionSupport": True,
    "codeDescriptionSupport": True,
    "dataSupport": True,
    "tagSupport": {"valueSet": [1, 2]},
}
_EDIT: Json = {
    "documentChanges": True,
    "resourceOperations": ["create", "rename", "delete"],
    "failureHandling": "textOnlyTransactional",
    "normalizesLineEndings": True,
}

VSCODE: Json = {
    "clientInfo": {"name": "Visual Studio Code", "version": "1.139.0"},
    "capabilities": {
        "general": {
            "positionEncodings": ["utf-16"],
            "staleRequestSupport": {"cancel": True, "retryOnContentModified": []},
        },
        "workspace": {
            "applyEdit": True,
            "workspaceEdit": {
                **_EDIT,
                "changeAnnotationSupport": {"groupsOnLabel": True},
                "snippetEditSupport": True,
            },
            "configuration": True,
            "workspaceFolders": True,
            "didChangeConfiguration": {"dynamicRegistration": True},
            "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
            "diagnostics": {"refreshSupport": True},
            "executeCommand": {"dynamicRegistration": True},
        },
        "window": {"workDoneProgress": True, "showDocument": {"support": True}},
        "textDocument": {
            "synchronization": {"dynamicRegistration": True, "didSave": True},
            "publishDiagnostics": _PUBLISH,
            "diagnostic": {"dynamicRegistration": True, "relatedDocumentSupport": False},
            "codeAction": {**_CODE_ACTION, "honorsChangeAnnotations": True},
            "hover": {"dynamicRegistration": True, "contentFormat": ["markdown", "plaintext"]},
        },
    },
}

NEOVIM_012: Json = {
    "clientInfo": {"name": "Neovim", "version": "0.12.4+v0.12.4"},
    "capabilities": {
        "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
        "workspace": {
            "applyEdit": True,
            "workspaceEdit": {**_EDIT, "resourceOperations": ["rename", "create", "delete"]},
            "configuration": True,
            "workspaceFolders": True,
            "didChangeConfiguration": {"dynamicRegistration": False},
            "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
            "diagnostics": {"refreshSupport": True},
        },
        "window": {"workDoneProgress": True, "showDocument": {"support": True}},
        "textDocument": {
            "synchronization": {"didSave": True},
            "publishDiagnostics": {**_PUBLISH, "tagSupport": {"valueSet": [1, 2]}},
            "diagnostic": {"dynamicRegistration": True, "tagSupport": {"valueSet": [1, 2]}},
            "codeAction": {**_CODE_ACTION, "resolveSupport": {"properties": ["edit", "command"]}},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
        },
    },
}

NEOVIM_011 = deepcopy(NEOVIM_012)
NEOVIM_011["clientInfo"]["version"] = "0.11.5"
NEOVIM_011["capabilities"]["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] = False
NEOVIM_011["capabilities"]["workspace"]["diagnostics"] = {"refreshSupport": False}
NEOVIM_011["capabilities"]["textDocument"]["diagnostic"] = {"dynamicRegistration": False}

HELIX: Json = {
    "clientInfo": {"name": "helix", "version": "25.7"},
    "capabilities": {
        "general": {"positionEncodings": ["utf-8", "utf-32", "utf-16"]},
        "workspace": {
            "applyEdit": True,
            "workspaceEdit": {
                "documentChanges": True,
                "resourceOperations": ["create", "rename", "delete"],
                "failureHandling": "abort",
                "normalizesLineEndings": False,
            },
            "configuration": True,
            "workspaceFolders": True,
            "didChangeConfiguration": {"dynamicRegistration": False},
            "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": False},
        },
        "window": {"workDoneProgress": True, "showDocument": {"support": True}},
        "textDocument": {
            "publishDiagnostics": {"versionSupport": True, "tagSupport": {"valueSet": [1, 2]}},
            "codeAction": {
                "dataSupport": True,
                "isPreferredSupport": True,
                "resolveSupport": {"properties": ["edit", "command"]},
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": _KINDS}},
            },
            "hover": {"contentFormat": ["markdown"]},
        },
    },
}

EGLOT: Json = {
    "clientInfo": {"name": "Eglot", "version": "1.9"},
    "capabilities": {
        "workspace": {
            "applyEdit": True,
            "executeCommand": {"dynamicRegistration": False},
            "workspaceEdit": {"documentChanges": True},
            "didChangeWatchedFiles": {"dynamicRegistration": True},
            "configuration": True,
            "workspaceFolders": True,
        },
        "textDocument": {
            "synchronization": {"didSave": True},
            "hover": {"contentFormat": ["plaintext"]},
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": _KINDS}},
                "isPreferredSupport": True,
            },
            "publishDiagnostics": {
                "relatedInformation": False,
                "codeDescriptionSupport": False,
                "tagSupport": {"valueSet": [1, 2]},
            },
        },
    },
}

BARE: Json = {"capabilities": {}}
"""A client that declares nothing."""

ALL = {
    "vscode": VSCODE,
    "neovim-0.11": NEOVIM_011,
    "neovim-0.12": NEOVIM_012,
    "helix": HELIX,
    "eglot": EGLOT,
    "bare": BARE,
}


def initialize_params(client: Json, root: Path | None, **more: Any) -> Json:
    """The parameters of `initialize` of a client that opens one folder, or none."""
    uri = None if root is None else root.as_uri()
    return {
        "processId": os.getpid(),
        "rootUri": uri,
        "workspaceFolders": None if root is None or uri is None else [{"uri": uri, "name": root.name}],
        **deepcopy(client),
        **more,
    }
