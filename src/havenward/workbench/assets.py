"""How scripts, styles and drawings of the workbench are handed out: from memory, and only when changed."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "json": "application/json"}
_NAME = re.compile(rf"(?:[a-z0-9_-]+/)*[a-z0-9_.-]+\.({'|'.join(TYPES)})")


def asset_route(folder: Path) -> Route:
    """Make the route `/static/...` of a folder."""
    held: dict[str, tuple[int, bytes, str]] = {}

    async def give_asset(request: Request) -> Response:
        name = request.path_params["name"]
        kind = _NAME.fullmatch(name)
        try:
            if kind is None or ".." in name:
                raise HTTPException(404)
            path = folder / name
            changed = path.stat().st_mtime_ns
            if name not in held or held[name][0] != changed:
                body = path.read_bytes()
                held[name] = (changed, body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')
        except OSError as error:
            raise HTTPException(404) from error
        _, body, tag = held[name]
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"etag": tag})
        return Response(body, media_type=TYPES[kind.group(1)], headers={"etag": tag})

    return Route("/static/{name:path}", give_asset, methods=["GET"])
