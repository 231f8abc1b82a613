"""Deletes many ids side by side: bulk.py CLIENT ENDPOINT IDS CONCURRENCY [JOURNAL].

Prints the seconds that the deletions took; imports and the start of the process are not in
them. A peer keeps as many connections as it has calls under way.
"""

import sys
import time

TOKEN = "token-4711"


def user_ids(count):
    return (f"01254{number:08}" for number in range(count))


def url(endpoint):
    return f"{endpoint}/topapi/extcontact/delete?access_token={TOKEN}"


def check(reply):
    if reply["errcode"] != 0:
        sys.exit(f"refused: {reply}")


def done(start, deleted, ids):
    seconds = time.perf_counter() - start
    if deleted != ids:
        sys.exit(f"{deleted} of {ids} deleted")
    print(seconds)


def check_item(item):
    if item.deletion is None or item.deletion.status != "deleted":
        sys.exit(f"not deleted: {item}")


def ours(endpoint, ids, concurrency, journal=None):
    from dingtalk_extcontact import Client

    with Client(access_token=TOKEN, endpoint=endpoint, rate=None) as client:
        start, deleted = time.perf_counter(), 0
        for item in client.delete_many(user_ids(ids), concurrency=concurrency, journal=journal):
            check_item(item)
            deleted += 1
        done(start, deleted, ids)


def ours_asyncio(endpoint, ids, concurrency, journal=None):
    import asyncio

    from dingtalk_extcontact import AsyncClient

    async def main():
        async with AsyncClient(access_token=TOKEN, endpoint=endpoint, rate=None) as client:
            start, deleted = time.perf_counter(), 0
            async for item in client.delete_many(user_ids(ids), concurrency=concurrency, journal=journal):
                check_item(item)
                deleted += 1
            done(start, deleted, ids)

    asyncio.run(main())


def requests(endpoint, ids, concurrency):
    from concurrent.futures import ThreadPoolExecutor

    import requests

    address = url(endpoint)
    with requests.Session() as session:
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=concurrency))

        def delete(user_id):
            check(session.post(address, data={"user_id": user_id}, timeout=10).json())
            return 1

        start = time.perf_counter()
        with ThreadPoolExecutor(concurrency) as threads:
            deleted = sum(threads.map(delete, user_ids(ids)))
        done(start, deleted, ids)


def aiohttp(endpoint, ids, concurrency):
    import asyncio

    import aiohttp

    async def main():
        address, left = url(endpoint), user_ids(ids)

        async def work():
            deleted = 0
            for user_id in left:
                async with session.post(address, data={"user_id": user_id}) as response:
                    check(await response.json())
                deleted += 1
            return deleted

        connector, timeout = aiohttp.TCPConnector(limit=concurrency), aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            start = time.perf_counter()
            deleted = sum(await asyncio.gather(*(work() for _ in range(concurrency))))
            done(start, deleted, ids)

    asyncio.run(main())


def pycurl(endpoint, ids, concurrency):
    import io
    import json

    import pycurl

    address, left, deleted = url(endpoint), user_ids(ids), 0
    multi, bodies = pycurl.CurlMulti(), {}

    def handle():
        curl = pycurl.Curl()
        curl.setopt(pycurl.URL, address)
        curl.setopt(pycurl.TIMEOUT_MS, 10000)
        curl.setopt(pycurl.NOSIGNAL, 1)
        return curl

    def begin(curl):
        user_id = next(left, None)
        if user_id is not None:
            bodies[curl] = io.BytesIO()
            curl.setopt(pycurl.POSTFIELDS, f"user_id={user_id}")
            curl.setopt(pycurl.WRITEDATA, bodies[curl])
            multi.add_handle(curl)

    def ended():
        queued = 1
        while queued:
            queued, good, bad = multi.info_read()
            if bad:
                sys.exit(f"failed: {bad}")
            yield from good

    start = time.perf_counter()
    for _ in range(concurrency):
        begin(handle())
    while bodies:
        multi.perform()
        before = deleted
        for curl in ended():
            multi.remove_handle(curl)
            check(json.loads(bodies.pop(curl).getvalue()))
            deleted += 1
            begin(curl)
        # What has just begun has no socket to wait for before the next perform().
        if deleted == before:
            multi.select(1.0)
    done(start, deleted, ids)


if __name__ == "__main__":
    client, endpoint, ids, concurrency, *journal = sys.argv[1:]
    globals()[client](endpoint, int(ids), int(concurrency), *journal)
