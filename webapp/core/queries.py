"""Query parameters are a closed list: an unknown one is refused, so that no filter becomes an oracle by accident."""

from __future__ import annotations

from rest_framework.request import Request

from webapp.core.errors import Invalid

PAGING = frozenset({"page", "page_size"})
LONGEST = 200


def known_parameters(request: Request, *names: str) -> dict[str, str]:
    """The request's query parameters among ``names`` that are not empty.

    Raises:
        Invalid: a parameter is not in ``names`` (nor about paging), is given twice, is longer than 200 characters or
            holds a character that cannot be searched for.
    """
    wrong = {}
    for name in request.query_params:
        values = request.query_params.getlist(name)
        if name not in names and name not in PAGING:
            wrong[name] = f"Unknown. Known here: {', '.join(sorted({*names, *PAGING}))}."
        elif len(values) > 1:
            wrong[name] = f"Given {len(values)} times; once is enough."
        elif len(values[0]) > LONGEST or "\x00" in values[0]:
            wrong[name] = f"Not searchable: at most {LONGEST} characters, none of them NUL."
    if wrong:
        raise Invalid("The query parameters are not acceptable.", fields=wrong, code="query")
    return {name: request.query_params[name] for name in names if request.query_params.get(name)}
