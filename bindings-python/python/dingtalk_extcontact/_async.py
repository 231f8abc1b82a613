"""The client for asyncio."""

from __future__ import annotations

import asyncio

from ._native import Client, Deletion, PendingCall
from .errors import _cancelled_after

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from types import TracebackType
    from typing import Any

__all__ = ["AsyncClient"]


class AsyncClient:
    """Deletes external contacts of a DingTalk organisation, for asyncio.

    The options are those of ``Client``, and so are the outcomes. Calls run on up to 64
    threads of their own, so they neither block the event loop nor use its executor. One
    client may serve several loops.
    """

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            access_token: str | None = None,
            app_key: str | None = None,
            app_secret: str | None = None,
            region: str | None = None,
            endpoint: str | None = None,
            timeout: float | None = None,
            attempt_timeout: float | None = None,
            connect_timeout: float | None = None,
            max_attempts: int | None = None,
            rate: int | None = ...,  # pyright: ignore[reportArgumentType]
            missing_ok: bool | None = None,
            proxy: str | None = None,
            ca_file: str | os.PathLike[str] | None = None,
        ) -> None: ...

        @classmethod
        def from_env(
            cls,
            *,
            access_token: str | None = None,
            app_key: str | None = None,
            app_secret: str | None = None,
            region: str | None = None,
            endpoint: str | None = None,
            timeout: float | None = None,
            attempt_timeout: float | None = None,
            connect_timeout: float | None = None,
            max_attempts: int | None = None,
            rate: int | None = ...,  # pyright: ignore[reportArgumentType]
            missing_ok: bool | None = None,
            proxy: str | None = None,
            ca_file: str | os.PathLike[str] | None = None,
        ) -> AsyncClient:
            """A client with the credentials and the place that the environment names."""
            raise NotImplementedError

    else:

        def __init__(self, **options) -> None:
            self._client = Client(**options)

        @classmethod
        def from_env(cls, **options) -> AsyncClient:
            """A client with the credentials and the place that the environment names."""
            client = cls.__new__(cls)
            client._client = Client.from_env(**options)
            return client

    _client: Client

    async def delete(
        self, user_id: str, *, timeout: float | None = None, missing_ok: bool | None = None
    ) -> Deletion:
        """Deletes a contact and says what happened. There is no undo.

        Cancelling the task (``task.cancel()``, ``asyncio.timeout``) ends the call within
        100 ms; the CancelledError has our error as its cause, which says whether the contact
        may be gone.

        :param user_id: the contact's userid: text, with its leading zeros
        :param timeout: seconds for this call instead of the client's timeout
        :param missing_ok: for this call instead of the client's missing_ok
        :raises DingTalkError: one subclass for each kind of trouble
        """
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        outcome: list[tuple[Deletion | None, BaseException | None]] = []

        def settle(deletion: Deletion | None, error: BaseException | None) -> None:
            outcome.append((deletion, error))
            if not ended.done():
                ended.set_result(None)

        submitted = False

        def submit() -> None:
            nonlocal submitted
            self._client._submit(call, loop.call_soon_threadsafe, settle)
            submitted = True

        call = PendingCall(user_id, timeout, missing_ok)
        try:
            # A cancel that is due already comes here, before anything is sent.
            await asyncio.sleep(0)
            submit()
            await ended
        except asyncio.CancelledError as cancelled:
            call.cancel()
            if not submitted:
                submit()
            # The truth about the contact is at most 100 ms away. A second cancel in that
            # time asks for what is happening already.
            while not outcome:
                ended = loop.create_future()
                try:
                    await ended
                except asyncio.CancelledError:
                    continue
            deletion, error = outcome[0]
            raise cancelled from (error if deletion is None else _cancelled_after(deletion))
        except GeneratorExit:
            # Thrown away with its loop: nobody waits for the outcome any more.
            call.cancel()
            raise
        deletion, error = outcome[0]
        if deletion is not None:
            return deletion
        assert error is not None
        try:
            raise error
        finally:
            # An exception that holds the frame that holds it would wait for the collector.
            outcome.clear()
            del error

    def set_access_token(self, token: str) -> None:
        """Replaces the access token that the client was made with.

        Calls under way take the new one up if the old one is refused.
        """
        self._client.set_access_token(token)

    async def close(self) -> None:
        """Closes the client: later calls are refused, calls under way finish."""
        self._client.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def __repr__(self) -> str:
        return repr(self._client).replace("Client", "AsyncClient", 1)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "an AsyncClient cannot be pickled: it would carry its secret into a broker or "
            "onto a disk; make one in the worker with AsyncClient.from_env()"
        )
