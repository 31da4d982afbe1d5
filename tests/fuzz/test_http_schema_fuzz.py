"""Whatever follows, or contradicts, the published description: no 500, and no answer that it does not announce.

schemathesis makes the cases of each operation and judges the answers; a part of the cases is brought closer to what
the served engine holds, so that what is behind the 404s is reached, too. In CI the same cases are tried each time.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from support.described import Closer
from support.populated import a_populated_engine
from support.served import served
from support.work import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case

CASES = 2_000
# Of each operation.
FOLLOWING, CONTRADICTING = 32, 10
# The least share of answers that are no refusals.
TAKEN = 0.25
LIMITS = settings(
    database=None,
    # The server remembers: a case cannot be made smaller by trying others.
    phases=[Phase.generate],
    # Making a package of all that one may hold takes its time, and some of what contradicts a schema follows it.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.slow
def test_every_answer_is_one_that_the_description_announces() -> None:
    engine, bodies = a_populated_engine()
    closer = Closer(bodies)
    statuses: dict[str, Counter[int]] = {}
    with engine, served(engine, token=None) as server, requests.Session() as session:
        session.trust_env = False
        for operation in _operations(server.url, session):
            name = operation.definition.raw["operationId"]
            statuses[name] = Counter()
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                # Any text is a path.
                if mode is GenerationMode.POSITIVE or operation.body or operation.query:
                    _meet(operation, mode, closer, session, statuses[name])
        assert server.complaints == []
    total = sum(statuses.values(), Counter[int]())
    print(total, statuses)  # noqa: T201 - pytest shows it when the test fails
    assert total.total() >= CASES
    assert total[200] >= CASES * TAKEN


def _operations(url: str, session: requests.Session) -> Iterator[Any]:
    """What the server publishes; archiving comes last, and in reverse, as other calls need what it puts away."""
    schema = schemathesis.openapi.from_dict(session.get(f"{url}/openapi.json").json())
    schema.config.update(base_url=url)
    published: Any = schema.get_all_operations()
    found = [each.ok() for each in published]
    yield from [each for each in found if "archive" not in each.path]
    yield from [each for each in reversed(found) if "archive" in each.path]


def _meet(
    operation: Any, mode: GenerationMode, closer: Closer, session: requests.Session, statuses: Counter[int]
) -> None:
    """Send the cases of one operation, a good one first, and judge the answers.

    Those that contradict the description are sent as they are.
    """
    name = operation.definition.raw["operationId"]
    is_following = mode is GenerationMode.POSITIVE

    def meet(case: Case[Any], seed: int) -> None:
        if not statuses:
            closer.put_good(case, name)
        elif is_following:
            closer.bring(case, name, Random(seed))
        # Other headers, such as another host or no length, are those of HTTP: `test_http_head_fuzz.py` is about them.
        for header in [name for name in case.headers or {} if name.lower() != "idempotency-key"]:
            del case.headers[header]
        checks = CHECKS if is_following else [*CHECKS, negative_data_rejection]
        answer = case.call_and_validate(session=session, checks=checks, timeout=PATIENCE)
        assert statuses or answer.status_code == 200, answer.text
        statuses[answer.status_code] += 1
        if answer.status_code == 200:
            closer.learn(name, case.body, answer.json())

    cases = operation.as_strategy(generation_mode=mode)
    limits = settings(LIMITS, max_examples=FOLLOWING if is_following else CONTRADICTING)
    limits(given(case=cases, seed=st.integers(0, 2**32))(meet))()
