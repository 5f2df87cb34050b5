"""A chat model behind an OpenAI-compatible server: vLLM, SGLang, llama.cpp, or a hosted interface.

The key is read from the environment when a request is made; it is never stored, named in a record or shown in an error.
Requests are retried where that makes sense: on a broken connection, a time-out, 408, 409, 425, 429, 5xx, and an answer
that cannot be read. Reasoning that the server reports apart is put back in front of the answer between the tags.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any

import httpx

from ecot.agents.agent import ContextFull
from ecot.agents.chat import Completion, Message, Sampling
from ecot.agents.chat_agent import ChatAgent, Context
from ecot.agents.pacing import Pace, asked_wait, back_off
from ecot.envs.errors import ChatError, ConfigError
from ecot.envs.types import StopReason, Usage

_AGAIN = frozenset({408, 409, 425, 429})
_NEVER = {
    401: "the key is not accepted",
    403: "the key is not allowed to do this",
    404: "there is no such model or path",
}
_TOO_LONG = ("context length", "context_length", "maximum context", "max_model_len", "too long", "too many tokens")
_MOST_BYTES = 64 << 20
_CHARACTERS_PER_TOKEN = 4
"""Rough; only to claim from the token rate before the server has counted."""
_STOPS = {"stop": StopReason.STOP, "length": StopReason.LENGTH, None: StopReason.STOP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What tokens cost, per million, in one currency; 0 where it does not matter."""

    prompt: float = 0.0
    completion: float = 0.0

    def of(self, usage: Usage) -> float:
        """Return what a reply cost."""
        return (self.prompt * usage.prompt_tokens + self.completion * usage.completion_tokens) / 1e6


class _AgainError(Exception):
    """This attempt failed; another may not."""

    def __init__(self, message: str, *, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class ServedModel:
    """Completes chats by `POST base_url/chat/completions`.

    Args:
        model: its name at the server.
        base_url: up to and with the version, such as `http://127.0.0.1:8000/v1`.
        api_key_env: environment variable that holds the key; where it is unset, none is sent.
        timeout: seconds that one request may take, from the first byte sent to the last read.
        attempts: requests at most for one completion.
        requests_per_minute: at most, over all threads; None for no limit.
        tokens_per_minute: likewise, read and written together.
        concurrency: requests at once.
        prices: for the account.
        tokens: ask for token ids and log-probabilities (`return_token_ids`, `logprobs`; vLLM gives both).
        extra: further fields of every request, such as `chat_template_kwargs`.

    Raises:
        ConfigError: an argument does not fit.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str,
        api_key_env: str = "OPENAI_API_KEY",
        timeout: float = 600.0,
        attempts: int = 6,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        concurrency: int = 256,
        prices: Prices | None = None,
        tokens: bool = False,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise ConfigError(f"base_url must begin with http:// or https://, not {base_url!r}")
        if timeout <= 0 or attempts < 1 or concurrency < 1:
            raise ConfigError(
                f"timeout {timeout!r}, attempts {attempts!r} and concurrency {concurrency!r} must be above 0"
            )
        for name, rate in (("requests_per_minute", requests_per_minute), ("tokens_per_minute", tokens_per_minute)):
            if rate is not None and rate <= 0:
                raise ConfigError(f"{name} must be above 0, or null for no limit, not {rate!r}")
        self.version = ""
        self._model, self._url, self._key_name = model, f"{base_url.rstrip('/')}/chat/completions", api_key_env
        self._timeout, self._attempts = timeout, attempts
        self._requests, self._tokens = Pace(requests_per_minute), Pace(tokens_per_minute)
        self._slots = threading.BoundedSemaphore(concurrency)
        self._prices = prices or Prices()
        self._wants_tokens = tokens
        self._extra = dict(extra or {})
        self._random = Random()
        limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        self._client = httpx.Client(timeout=httpx.Timeout(timeout, connect=min(30.0, timeout)), limits=limits)

    @property
    def name(self) -> str:
        """The model's name at the server, and the further fields where there are some."""
        return self._model + (json.dumps(self._extra, sort_keys=True, separators=(",", ":")) if self._extra else "")

    def complete(self, messages: Sequence[Message], *, sampling: Sampling, seed: int) -> Completion:
        """See `ChatModel.complete`."""
        body = self._body(messages, sampling=sampling, seed=seed)
        claimed = sum(len(message.content) for message in messages) // _CHARACTERS_PER_TOKEN
        began = time.monotonic()
        for attempt in range(1, self._attempts + 1):
            self._requests.take()
            self._tokens.take(claimed)
            try:
                with self._slots:
                    answer = self._post(body)
                completion = _completion_of(answer)
            except _AgainError as error:
                self._tokens.settle(-claimed)
                if attempt == self._attempts:
                    raise ChatError(f"{self._url} failed {attempt} times; the last time: {error}") from None
                if error.wait is not None:
                    self._requests.hold(error.wait)
                time.sleep(max(error.wait or 0.0, back_off(attempt, random=self._random)))
                continue
            usage = replace(completion.usage, requests=attempt, seconds=time.monotonic() - began)
            self._tokens.settle(usage.prompt_tokens + usage.completion_tokens - claimed)
            self.version = str(answer.get("system_fingerprint") or answer.get("model") or "")
            return replace(completion, usage=replace(usage, cost=self._prices.of(usage)))
        raise ChatError("unreachable")  # pragma: no cover

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _body(self, messages: Sequence[Message], *, sampling: Sampling, seed: int) -> dict[str, Any]:
        tokens = {"logprobs": True, "return_token_ids": True} if self._wants_tokens else {}
        return {
            "model": self._model,
            "messages": [asdict(message) for message in messages],
            **sampling.describe(),
            "seed": seed % 2**31,
            **tokens,
            **self._extra,
        }

    def _post(self, body: Mapping[str, Any]) -> dict[str, Any]:
        key = os.environ.get(self._key_name, "")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        deadline = time.monotonic() + self._timeout
        try:
            with self._client.stream("POST", self._url, json=body, headers=headers) as response:
                data = _read(response, deadline)
        except httpx.TransportError as error:
            raise _AgainError(f"{type(error).__name__}: {_shown(str(error), key)}") from None
        if response.status_code != 200:
            raise self._failure(response, _shown(data.decode("utf-8", "replace"), key))
        try:
            answer = json.loads(data)
        except ValueError:
            raise _AgainError(f"the answer is no JSON: {_shown(data.decode('utf-8', 'replace'), key)}") from None
        if not isinstance(answer, dict):
            raise _AgainError(f"the answer is no JSON object: {_shown(str(answer), key)}")
        return answer

    def _failure(self, response: httpx.Response, said: str) -> Exception:
        status = response.status_code
        if status in _AGAIN or status >= 500:
            return _AgainError(f"status {status}: {said}", wait=asked_wait(response.headers.get("retry-after")))
        if status in _NEVER:
            return ConfigError(f"{self._url} answered {status}, {_NEVER[status]} ({said}); see {self._key_name}, model")
        if status in (400, 413, 422) and any(words in said.lower() for words in _TOO_LONG):
            return ContextFull(f"{self._url} answered {status}: {said}")
        return ChatError(f"{self._url} answered {status}: {said}")


def _read(response: httpx.Response, deadline: float) -> bytes:
    """Read a body by a deadline: a server that sends a byte now and then would never run into a time-out."""
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if time.monotonic() > deadline:
            raise _AgainError("the answer did not end in time")
        if size > _MOST_BYTES:
            raise _AgainError(f"the answer is longer than {_MOST_BYTES >> 20} MiB")
    return b"".join(parts)


def _shown(text: str, key: str) -> str:
    """An excerpt on one line; a server that echoes the key must not bring it into a record."""
    line = " ".join((text.replace(key, "[key]") if key else text).split())
    return line if len(line) <= 300 else f"{line[:300]} ..."


def _completion_of(answer: Mapping[str, Any]) -> Completion:
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        reason = choice.get("finish_reason")
        content = message.get("content") or ""
        thoughts = message.get("reasoning_content") or message.get("reasoning") or ""
        usage = _usage_of(answer.get("usage") or {})
        ids = tuple(int(item) for item in choice.get("token_ids") or ())
        read = tuple(int(item) for item in answer.get("prompt_token_ids") or ())
        logprobs = tuple(float(item["logprob"]) for item in (choice.get("logprobs") or {}).get("content") or ())
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise _AgainError(f"the answer is no chat completion ({type(error).__name__}: {error})") from None
    if not isinstance(content, str) or not isinstance(thoughts, str):
        raise _AgainError("the answer is no chat completion: its content is no text")
    return Completion(
        text=_with_reasoning(content, thoughts, ended=reason != "length"),
        stop_reason=_STOPS.get(reason, StopReason.ERROR),
        usage=usage,
        prompt_ids=read,
        completion_ids=ids,
        logprobs=logprobs if len(logprobs) == len(ids) else (),
    )


def _usage_of(counts: Mapping[str, Any]) -> Usage:
    details = counts.get("completion_tokens_details") or {}
    return Usage(
        prompt_tokens=int(counts.get("prompt_tokens") or 0),
        completion_tokens=int(counts.get("completion_tokens") or 0),
        reasoning_tokens=int(details.get("reasoning_tokens") or 0),
    )


def _with_reasoning(content: str, thoughts: str, *, ended: bool) -> str:
    """Reasoning that ran out of tokens stays open, so that it is judged as what it is."""
    if not thoughts:
        return content
    if not content and not ended:
        return f"<think>\n{thoughts}"
    return f"<think>\n{thoughts.strip()}\n</think>\n\n{content}"


def served_agent(
    *,
    model: str,
    base_url: str,
    api_key_env: str = "OPENAI_API_KEY",
    context: Context = "strip_thinking",
    temperature: float = 0.7,
    top_p: float = 1.0,
    max_tokens: int = 16384,
    timeout: float = 600.0,
    attempts: int = 6,
    requests_per_minute: float | None = None,
    tokens_per_minute: float | None = None,
    concurrency: int = 256,
    prompt_price: float = 0.0,
    completion_price: float = 0.0,
    tokens: bool = False,
    extra: Mapping[str, Any] | None = None,
) -> ChatAgent:
    """Return the agent of `agent=chat`; for the arguments see `ServedModel`, `Sampling` and `ChatAgent`.

    Raises:
        ConfigError: an argument does not fit.
    """
    served = ServedModel(
        model,
        base_url=base_url,
        api_key_env=api_key_env,
        timeout=timeout,
        attempts=attempts,
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        concurrency=concurrency,
        prices=Prices(prompt=prompt_price, completion=completion_price),
        tokens=tokens,
        extra=extra,
    )
    sampling = Sampling(temperature=temperature, top_p=top_p, max_tokens=max_tokens)
    return ChatAgent(served, sampling=sampling, context=context)
