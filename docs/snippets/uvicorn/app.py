from contextlib import asynccontextmanager

from dingtalk_extcontact import AsyncClient, DingTalkError, InvalidUserIdError
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


@asynccontextmanager
async def lifespan(app):
    async with AsyncClient.from_env(rate=5, timeout=20) as app.state.client:
        yield


async def erase(request):
    try:
        deletion = await request.app.state.client.delete(request.path_params["user_id"])
    except InvalidUserIdError:
        return PlainTextResponse("no such contact", 404)
    except DingTalkError as error:
        text = f"may be gone: {error.message}" if error.maybe_deleted else error.message
        return PlainTextResponse(text, 503 if error.retryable else 502)
    return PlainTextResponse(deletion.status)


app = Starlette(routes=[Route("/contacts/{user_id}", erase, methods=["DELETE"])], lifespan=lifespan)
