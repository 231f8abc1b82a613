'use strict';
// Deletes many ids side by side: bulk.js CLIENT ENDPOINT IDS CONCURRENCY [JOURNAL]. Prints the
// seconds that the deletions took; the start of the process is not in them.

const TOKEN = 'token-4711';
const TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

function* userIds(count) {
  for (let number = 0; number < count; number += 1) yield `01254${String(number).padStart(8, '0')}`;
}

function done(start, deleted, ids) {
  const seconds = (performance.now() - start) / 1000;
  if (deleted !== ids) throw new Error(`${deleted} of ${ids} deleted`);
  console.log(seconds);
}

const clients = {
  async ours(endpoint, ids, concurrency, journal) {
    const { Client } = require('dingtalk-extcontact');
    const client = new Client({ accessToken: TOKEN, endpoint, rate: null });
    const start = performance.now();
    let deleted = 0;
    for await (const item of client.deleteMany(userIds(ids), { concurrency, journal })) {
      if (item.deletion?.status !== 'deleted') throw new Error(JSON.stringify(item));
      deleted += 1;
    }
    done(start, deleted, ids);
    client.close();
  },

  async undici(endpoint, ids, concurrency) {
    const { Pool } = require('undici');
    const pool = new Pool(endpoint, { connections: concurrency, headersTimeout: 10000, bodyTimeout: 10000 });
    const path = `/topapi/extcontact/delete?access_token=${TOKEN}`;
    const left = userIds(ids);
    let deleted = 0;
    const work = async () => {
      for (const userId of left) {
        const { body } = await pool.request({ path, method: 'POST', headers: TYPE, body: `user_id=${userId}` });
        const reply = await body.json();
        if (reply.errcode !== 0) throw new Error(`refused: ${JSON.stringify(reply)}`);
        deleted += 1;
      }
    };
    const start = performance.now();
    await Promise.all(Array.from({ length: concurrency }, work));
    done(start, deleted, ids);
    await pool.close();
  },
};

const [client, endpoint, ids, concurrency, journal] = process.argv.slice(2);
clients[client](endpoint, Number(ids), Number(concurrency), journal);
