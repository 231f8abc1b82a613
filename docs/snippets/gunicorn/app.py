from dingtalk_extcontact import Client, DingTalkError, InvalidUserIdError

# One client for the process. With --preload it is made before the fork; each worker then has
# connections, a token and a rate of its own.
client = Client.from_env(rate=5, timeout=20)


def application(environ, start_response):
    """DELETE /contacts/0125400001"""
    user_id = environ["PATH_INFO"].removeprefix("/contacts/")
    try:
        status, text = "200 OK", client.delete(user_id).status
    except InvalidUserIdError:
        status, text = "404 Not Found", "no such contact"
    except DingTalkError as error:
        status = "503 Service Unavailable" if error.retryable else "502 Bad Gateway"
        text = f"may be gone: {error.message}" if error.maybe_deleted else error.message
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [text.encode()]
