"""The Kubernetes API as JSON: the client's own classes cost a second of start-up and much of the memory."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal, Self

from kubernetes import aio

MERGE = "application/merge-patch+json"
TIMEOUT_S = 10.0
Method = Literal["GET", "POST", "PATCH", "DELETE"]


class OperatorError(Exception):
    """Root of the operator's errors."""


class Refused(OperatorError):
    """The API server answered with an error."""

    def __init__(self, method: str, path: str, status: int, message: str) -> None:
        super().__init__(f"{method} {path}: expected to be served, got {status}: {message}")
        self.status = status


class Api:
    """A connection to the API server, with the rights of a service account or of a kubeconfig."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @classmethod
    async def connect(cls, kubeconfig: str | None = None) -> Self:
        """By a kubeconfig if told one, else by the pod's service account, else by $KUBECONFIG."""
        try:
            if kubeconfig is not None:
                await aio.config.load_kube_config(kubeconfig)  # type: ignore[no-untyped-call]
            else:
                aio.config.load_incluster_config()  # type: ignore[no-untyped-call]
        except aio.config.ConfigException:
            await aio.config.load_kube_config()  # type: ignore[no-untyped-call]
        return cls(aio.client.ApiClient())

    async def close(self) -> None:
        await self._client.close()

    async def ask(
        self,
        method: Method,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        kind: str = "application/json",
        **query: str,
    ) -> Any:
        """The answer's JSON.

        Raises
        ------
        Refused
            The server says no; `status` says how.
        aiohttp.ClientError or TimeoutError
            It did not answer.
        """
        response = await self.opened(method, path, body, kind=kind, timeout_s=TIMEOUT_S, **query)
        data = await response.read()
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise Refused(method, path, response.status, data.decode(errors="replace"))
        return json.loads(data)

    async def opened(
        self, method: Method, path: str, body: Mapping[str, Any] | None, *, kind: str, timeout_s: float, **query: str
    ) -> Any:
        """The answer as it begins, for whoever reads it in pieces."""
        request = await self._client.param_serialize(
            method,
            path,
            query_params=list(query.items()),
            header_params={"Accept": "application/json", "Content-Type": kind},
            body=body,
            auth_settings=["BearerToken"],
        )
        return (await self._client.call_api(*request, _request_timeout=timeout_s)).response
