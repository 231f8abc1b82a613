"""Deletes N times with one client: python.py CLIENT ENDPOINT N.

Peers get the whole URL beforehand and keep their connection. Each imports what it needs
itself, as the start of the process is measured too.
"""

import sys

TOKEN = "token-4711"
USER_ID = "0125400001"


def url(endpoint):
    return f"{endpoint}/topapi/extcontact/delete?access_token={TOKEN}"


def check(reply):
    if reply["errcode"] != 0:
        sys.exit(f"refused: {reply}")


def ours(endpoint, calls):
    from dingtalk_extcontact import Client

    with Client(access_token=TOKEN, endpoint=endpoint, rate=None) as client:
        for _ in range(calls):
            if client.delete(USER_ID).status != "deleted":
                sys.exit("not deleted")


def ours_asyncio(endpoint, calls):
    import asyncio

    from dingtalk_extcontact import AsyncClient

    async def main():
        async with AsyncClient(access_token=TOKEN, endpoint=endpoint, rate=None) as client:
            for _ in range(calls):
                if (await client.delete(USER_ID)).status != "deleted":
                    sys.exit("not deleted")

    asyncio.run(main())


def ours_concurrent(endpoint, calls):
    """Prints how many milliseconds each of ten times N deletions side by side took."""
    import asyncio
    import time

    from dingtalk_extcontact import AsyncClient

    async def main():
        async with AsyncClient(access_token=TOKEN, endpoint=endpoint, rate=None) as client:
            for _ in range(10):
                start = time.perf_counter()
                await asyncio.gather(*(client.delete(USER_ID) for _ in range(calls)))
                print((time.perf_counter() - start) * 1e3)

    asyncio.run(main())


def requests(endpoint, calls):
    import requests

    address = url(endpoint)
    with requests.Session() as session:
        for _ in range(calls):
            check(session.post(address, data={"user_id": USER_ID}, timeout=10).json())


def httpx(endpoint, calls):
    import httpx

    address = url(endpoint)
    with httpx.Client(timeout=10) as client:
        for _ in range(calls):
            check(client.post(address, data={"user_id": USER_ID}).json())


def pycurl(endpoint, calls):
    import io
    import json
    import os

    import pycurl

    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, url(endpoint))
    curl.setopt(pycurl.TIMEOUT_MS, 10000)
    curl.setopt(pycurl.NOSIGNAL, 1)
    if "SSL_CERT_FILE" in os.environ:
        curl.setopt(pycurl.CAINFO, os.environ["SSL_CERT_FILE"])
    for _ in range(calls):
        body = io.BytesIO()
        curl.setopt(pycurl.POSTFIELDS, f"user_id={USER_ID}")
        curl.setopt(pycurl.WRITEDATA, body)
        curl.perform()
        check(json.loads(body.getvalue()))
    curl.close()


def aiohttp(endpoint, calls):
    import asyncio

    import aiohttp

    async def main():
        address = url(endpoint)
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            for _ in range(calls):
                async with session.post(address, data={"user_id": USER_ID}) as response:
                    check(await response.json())

    asyncio.run(main())


def http_client(endpoint, calls):
    import http.client
    import json

    scheme, _, place = endpoint.partition("://")
    connect = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = connect(place, timeout=10)
    path = url(endpoint)[len(endpoint) :]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(calls):
        connection.request("POST", path, f"user_id={USER_ID}", form)
        check(json.loads(connection.getresponse().read()))
    connection.close()


def dingtalk_sdk(endpoint, calls):
    from dingtalk.client import DingTalkClient

    class Client(DingTalkClient):
        # Its address is no option, and its token not one to give.
        access_token = TOKEN

        def _handle_pre_top_request(self, params, uri):
            params["session"] = self.access_token
            return params, endpoint + uri

    client = Client("corp", timeout=10)
    for _ in range(calls):
        check(client.extcontact.delete(USER_ID))


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
