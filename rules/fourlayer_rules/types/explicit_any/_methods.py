"""What the names of methods and global functions say about the values they are used on."""

from __future__ import annotations

STRING = frozenset(
    [
        "toLowerCase",
        "toUpperCase",
        "toLocaleLowerCase",
        "toLocaleUpperCase",
        "trim",
        "trimStart",
        "trimEnd",
        "split",
        "replace",
        "replaceAll",
        "startsWith",
        "endsWith",
        "charAt",
        "charCodeAt",
        "codePointAt",
        "padStart",
        "padEnd",
        "substring",
        "substr",
        "localeCompare",
    ]
)
STRING_BY_ARGUMENT = frozenset({"match", "matchAll", "search", "repeat", "normalize"})
"""Methods of strings that clients and services have too."""
ARRAY_CALLBACK = frozenset(
    [
        "map",
        "filter",
        "forEach",
        "reduce",
        "reduceRight",
        "some",
        "every",
        "find",
        "findIndex",
        "findLast",
        "findLastIndex",
        "flatMap",
    ]
)
ARRAY = frozenset(["push", "pop", "shift", "unshift", "splice", "sort", "reverse", "join", "flat", "fill"])
EITHER = frozenset(["slice", "concat", "includes", "indexOf", "lastIndexOf", "at"])
"""Methods that strings and arrays have."""
NUMBER = frozenset({"toFixed", "toPrecision", "toExponential"})
DATE = frozenset(
    [
        "getTime",
        "toISOString",
        "getFullYear",
        "getMonth",
        "getDate",
        "getDay",
        "getHours",
        "getMinutes",
        "getSeconds",
        "getMilliseconds",
        "getTimezoneOffset",
        "getUTCFullYear",
        "getUTCMonth",
        "getUTCDate",
        "getUTCDay",
        "getUTCHours",
        "getUTCMinutes",
        "toUTCString",
        "toDateString",
        "toLocaleDateString",
        "toLocaleTimeString",
        "setHours",
        "setDate",
        "setMonth",
        "setFullYear",
    ]
)
UNIVERSAL = frozenset({"toString", "toLocaleString", "valueOf", "hasOwnProperty"})
SAME_ARRAY = frozenset({"filter", "slice", "concat", "sort", "reverse", "splice"})
"""Methods of arrays that give an array of the same items."""
ONE_ITEM = frozenset({"find", "findLast", "pop", "shift", "at"})
"""Methods of arrays that give an item, or undefined."""

HARMLESS = frozenset({"JSON.stringify", "String", "Boolean", "Number", "Array.isArray", "structuredClone"})
"""Functions whose parameter is `any` or `unknown`, and whose result does not depend on its type."""
HARMLESS_NUMBER = frozenset({"Number.isInteger", "Number.isFinite", "Number.isNaN", "Number.isSafeInteger"})
GLOBAL_PARAMETERS: dict[str, tuple[str, ...]] = {
    "parseInt": ("string", "number"),
    "parseFloat": ("string",),
    "Number.parseInt": ("string", "number"),
    "Number.parseFloat": ("string",),
    "Date.parse": ("string",),
    "JSON.parse": ("string",),
    "encodeURIComponent": ("string",),
    "encodeURI": ("string",),
    "decodeURIComponent": ("string",),
    "decodeURI": ("string",),
    "isNaN": ("number",),
    "isFinite": ("number",),
    "URL": ("string", "string"),
    "RegExp": ("string", "string"),
    "Buffer.from": ("string", "string"),
    "atob": ("string",),
    "btoa": ("string",),
    "setTimeout": ("", "number"),
    "Error": ("string",),
    "TypeError": ("string",),
    "RangeError": ("string",),
    "Math.round": ("number",),
    "Math.floor": ("number",),
    "Math.ceil": ("number",),
    "Math.abs": ("number",),
    "Math.sqrt": ("number",),
    "Math.trunc": ("number",),
    "Math.sign": ("number",),
    "Math.log": ("number",),
    "Math.pow": ("number", "number"),
}
EVERY_NUMBER = frozenset({"Math.max", "Math.min", "Math.hypot"})
RESULTS: dict[str, str] = {
    "String": "string",
    "Number": "number",
    "Boolean": "boolean",
    "parseInt": "number",
    "parseFloat": "number",
    "Date.now": "number",
    "Date.parse": "number",
    "JSON.stringify": "string",
    "encodeURIComponent": "string",
    "Array.isArray": "boolean",
    "crypto.randomUUID": "string",
    "randomUUID": "string",
}
STRING_RESULTS = STRING - {"split", "startsWith", "endsWith", "charCodeAt", "codePointAt", "localeCompare"}
BUILTIN_STRING_TYPES = frozenset({"string", "number", "boolean", "bigint", "symbol"})
METHOD_PARAMETERS: dict[str, tuple[str, ...]] = {
    "slice": ("number", "number"),
    "substring": ("number", "number"),
    "substr": ("number", "number"),
    "charAt": ("number",),
    "at": ("number",),
    "repeat": ("number",),
    "toFixed": ("number",),
    "padStart": ("number", "string"),
    "padEnd": ("number", "string"),
    "startsWith": ("string",),
    "endsWith": ("string",),
    "localeCompare": ("string",),
    "split": ("string",),
    "join": ("string",),
    "setHours": ("number",),
    "setDate": ("number",),
}
"""What methods of built-in values take, where nothing says that the method is another one."""
OPTIONAL_SECOND = frozenset({"slice", "substring", "substr"})
TAKES_ARRAY = frozenset({"Promise.all", "Set", "Array.from", "Object.fromEntries"})
TAKES_OBJECT = frozenset({"Object.keys", "Object.values", "Object.entries", "Object.assign"})
TAKES_UNDEFINED = frozenset({"Error", "TypeError", "RangeError"})
"""Constructors whose message may be left out."""
PARSERS = frozenset({"parse", "safeParse", "parseAsync", "safeParseAsync"})
"""Methods of schemas, which take anything."""
