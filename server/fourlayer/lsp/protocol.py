"""JSON-RPC dispatch over pygls: every request gets exactly one answer, whatever the client sends."""

from __future__ import annotations

import asyncio
import itertools
import json
import traceback
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Literal, cast

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol

from fourlayer.errors import FourlayerError
from fourlayer.lsp.plain import JsonObject, as_object

if TYPE_CHECKING:
    from cattrs import Converter
    from pygls.lsp.server import LanguageServer

MessageId = str | int
Handler = Callable[[object], object]
State = Literal["new", "running", "stopped"]

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
NOT_INITIALIZED = -32002
REQUEST_CANCELLED = -32800
CONTENT_MODIFIED = -32801
REQUEST_FAILED = -32803

_RAW = frozenset(
    {
        types.INITIALIZE,
        types.WORKSPACE_DIAGNOSTIC,
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CODE_ACTION_RESOLVE,
        types.WORKSPACE_EXECUTE_COMMAND,
    }
)
"""Methods whose handlers take plain JSON: lsprotocol's strict types refuse what newer clients add there."""

ANSWER_SECONDS = 30.0
"""How long a request to the client is remembered."""


class ResponseError(Exception):
    """Raised by a handler: its request is answered with this error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class ClientError(Exception):
    """The client answered a request of ours with an error."""


class Protocol(LanguageServerProtocol):
    """pygls' features, converter and writer behind our own dispatch.

    pygls' built-in handlers (workspace, documents, shutdown, exit) are not registered at all: its text
    documents go out of step, it never forgets a notification's future, and it leaves requests unanswered.
    """

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)  # pyright: ignore[reportUnknownMemberType]
        self.state: State = "new"
        self.exit_code = 1
        self.exited = asyncio.Event()
        self.running: dict[MessageId, asyncio.Task[object]] = {}
        self.asked: dict[MessageId, asyncio.Future[object]] = {}
        self.tasks: set[asyncio.Task[object]] = set()
        self.log: Callable[[str], None] = lambda _message: None
        self.arrived = False
        """Whether messages wait for their turn; set by the thread that reads them."""
        self._ids = itertools.count(1)

    def _register_builtin_features(self) -> None:
        """Register none."""

    # Receiving

    def receive(self, body: bytes | None) -> None:
        """Handle one message body; None stands for one whose header made no sense."""
        if body is None:
            self.refuse(None, PARSE_ERROR, "the message's header has no usable Content-Length")
            return
        try:
            message = as_object(json.loads(body))
        except (ValueError, RecursionError) as error:
            self.refuse(None, PARSE_ERROR, f"the message is not JSON: {error}")
            return
        if message is None:
            self.refuse(None, INVALID_REQUEST, "a message is one JSON object")
            return
        self._dispatch(message)

    def _dispatch(self, message: JsonObject) -> None:
        method = message.get("method")
        identity = message.get("id")
        if isinstance(method, str):
            if "id" not in message:
                self._notification(method, message)
            elif isinstance(identity, (str, int)) and not isinstance(identity, bool):
                self._request(identity, method, message)
            else:
                self.refuse(None, INVALID_REQUEST, "a request's id is a string or an integer")
        elif (
            "method" not in message
            and isinstance(identity, (str, int))
            and ("result" in message or "error" in message)
        ):
            self._answer(identity, message)
        else:
            known = identity if isinstance(identity, (str, int)) else None
            self.refuse(known, INVALID_REQUEST, "this is no request, notification or response")

    def _request(self, identity: MessageId, method: str, message: Mapping[str, object]) -> None:
        if identity in self.running:
            self.refuse(identity, INVALID_REQUEST, "a request with this id is still running")
        elif self.state == "stopped":
            self.refuse(identity, INVALID_REQUEST, "the server has been shut down")
        elif self.state == "new" and method != types.INITIALIZE:
            self.refuse(identity, NOT_INITIALIZED, "the server has not been initialized")
        elif self.state != "new" and method == types.INITIALIZE:
            self.refuse(identity, INVALID_REQUEST, "the server is initialized already")
        elif (handler := self._handler(method)) is None:
            self.refuse(identity, METHOD_NOT_FOUND, f"there is no method {method!r}")
        else:
            try:
                params = self._params(method, message)
            except Exception as error:  # noqa: BLE001 - whatever the converter says about what a client sent
                self.refuse(
                    identity,
                    INVALID_PARAMS,
                    f"the parameters of {method} are not valid: {_first_line(error)}",
                )
                return
            self._run(identity, method, handler, params)

    def _notification(self, method: str, message: Mapping[str, object]) -> None:
        if method == types.EXIT:
            self.stop()
            return
        if self.state != "running":
            return
        if method == types.CANCEL_REQUEST:
            self._cancel(message)
            return
        handler = self._handler(method)
        if handler is None:
            return
        try:
            params = self._params(method, message)
        except Exception as error:  # noqa: BLE001 - whatever the converter says about what a client sent
            self.log(f"The parameters of {method} are not valid and were ignored: {_first_line(error)}")
            return
        try:
            result = handler(params)
            if asyncio.iscoroutine(result):
                self.spawn(result, method)
        except Exception:  # noqa: BLE001 - a handler's crash must not end the server
            self.log(f"{method} failed:\n{traceback.format_exc()}")

    def _handler(self, method: str) -> Handler | None:
        features = cast("Mapping[str, Handler]", self.fm.features)  # pyright: ignore[reportUnknownMemberType]
        return features.get(method)

    def _params(self, method: str, message: Mapping[str, object]) -> object:
        """The parameters as lsprotocol's type; raises whatever its converter raises."""
        if method in _RAW:
            params = as_object(message.get("params"))
            if params is None:
                raise TypeError("an object is expected")
            return params
        message_type = self.get_message_type(method)
        if message_type is None:
            return message.get("params")
        probe = {**message, "jsonrpc": "2.0"}
        if probe.get("params", 0) is None:
            del probe["params"]
        structured: object = self._converter.structure(probe, message_type)
        return getattr(structured, "params", None)

    def _run(self, identity: MessageId, method: str, handler: Handler, params: object) -> None:
        try:
            result = handler(params)
        except Exception as error:  # noqa: BLE001 - every failure becomes the request's answer
            self._failed(identity, method, error)
            return
        if not asyncio.iscoroutine(result):
            self.answer(identity, result)
            return
        task = asyncio.ensure_future(result)
        self.running[identity] = task
        task.add_done_callback(lambda done: self._finished(identity, method, done))

    def _finished(self, identity: MessageId, method: str, task: asyncio.Task[object]) -> None:
        self.running.pop(identity, None)
        if task.cancelled():
            self.refuse(identity, REQUEST_CANCELLED, "the request was cancelled")
        elif (error := task.exception()) is not None:
            self._failed(identity, method, error)
        else:
            self.answer(identity, task.result())

    def _failed(self, identity: MessageId, method: str, error: BaseException) -> None:
        if isinstance(error, ResponseError):
            self.refuse(identity, error.code, str(error))
            return
        if isinstance(error, (FourlayerError, ClientError, TimeoutError)):
            self.refuse(identity, REQUEST_FAILED, str(error) or "the client did not answer")
            return
        self.log(f"{method} failed:\n{''.join(traceback.format_exception(error))}")
        self.refuse(identity, INTERNAL_ERROR, f"{method} failed: {type(error).__name__}: {error}")

    def _cancel(self, message: Mapping[str, object]) -> None:
        params = as_object(message.get("params"))
        identity = params.get("id") if params is not None else None
        if isinstance(identity, (str, int)) and (task := self.running.get(identity)) is not None:
            task.cancel()

    def _answer(self, identity: MessageId, message: Mapping[str, object]) -> None:
        """Hand the client's answer to whoever still waits for it."""
        future = self.asked.pop(identity, None)
        if future is None or future.done():
            return
        if (error := message.get("error")) is not None:
            details = as_object(error)
            text = error if details is None else details.get("message")
            future.set_exception(ClientError(str(text)))
        else:
            future.set_result(message.get("result"))

    # Sending

    def answer(self, identity: MessageId, result: object) -> None:
        """Answer a request. `result` is JSON, lsprotocol objects, or a mixture."""
        self._send_data({"jsonrpc": "2.0", "id": identity, "result": result})

    def refuse(self, identity: MessageId | None, code: int, message: str) -> None:
        """Answer a request with an error."""
        self._send_data({"jsonrpc": "2.0", "id": identity, "error": {"code": code, "message": message}})

    def tell(self, method: str, params: object) -> None:
        """Send a notification. `params` is JSON, lsprotocol objects, or a mixture."""
        self._send_data({"jsonrpc": "2.0", "method": method, "params": params})

    def _send_data(self, data: object) -> None:
        """Write one message; nothing is logged of it, and a client that has gone ends the server."""
        if self.writer is None:
            return
        body = json.dumps(data, default=self._to_json, separators=(",", ":")).encode()
        try:
            self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        except OSError:
            self.stop()

    def _to_json(self, value: object) -> object:
        plain: object = self._converter.unstructure(value)
        return plain

    async def ask(self, method: str, params: object, seconds: float = ANSWER_SECONDS) -> object:
        """Send a request and wait for its result as plain JSON; `ClientError` or `TimeoutError` otherwise."""
        identity = f"fourlayer-{next(self._ids)}"
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.asked[identity] = future
        try:
            self._send_data({"jsonrpc": "2.0", "id": identity, "method": method, "params": params})
            return await asyncio.wait_for(future, seconds)
        finally:
            self.asked.pop(identity, None)

    # Life

    def spawn(self, work: Coroutine[object, object, object], name: str) -> asyncio.Task[object]:
        """Run something in the background; a crash is logged."""
        task: asyncio.Task[object] = asyncio.ensure_future(work)
        self.tasks.add(task)

        def done(finished: asyncio.Task[object]) -> None:
            self.tasks.discard(finished)
            if not finished.cancelled() and (error := finished.exception()) is not None:
                self.log(f"{name} failed:\n{''.join(traceback.format_exception(error))}")

        task.add_done_callback(done)
        return task

    def counts(self) -> dict[str, int]:
        """How many messages are remembered; what pygls remembers must stay at nothing."""
        return {
            "running": len(self.running),
            "asked": len(self.asked),
            "tasks": len(self.tasks),
            "requestFutures": len(self._request_futures),
            "resultTypes": len(self._result_types),
        }

    def shut_down(self) -> None:
        """Stop all work; requests that are still running are answered as cancelled."""
        for task in list(self.running.values()) + list(self.tasks):
            task.cancel()

    def stop(self) -> None:
        """Leave at once, with exit code 0 only after a shutdown."""
        self.exit_code = 0 if self.state == "stopped" else 1
        self.exited.set()


def _first_line(error: BaseException) -> str:
    """The innermost cause, in one line: converters nest a group of errors per level."""
    seen = error
    while isinstance(seen, BaseExceptionGroup):
        seen = cast("BaseExceptionGroup[BaseException]", seen).exceptions[0]
    text = str(seen).splitlines()
    return f"{type(seen).__name__}: {text[0][:200]}" if text else type(seen).__name__
