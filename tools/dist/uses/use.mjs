// What a user of the npm package does first, in the folder that it was installed into.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Client } from 'dingtalk-extcontact';
import { Sandbox } from 'dingtalk-extcontact/testing';

const ids = Array.from({ length: 100 }, (_, number) => `01254${String(number).padStart(5, '0')}`);
const sandbox = new Sandbox({ contacts: ids, callsPerSecond: null });
const client = new Client({ accessToken: sandbox.accessToken, endpoint: sandbox.url, rate: null });

assert.equal((await client.delete(ids[0])).status, 'deleted');
await assert.rejects(client.delete('gone'), { code: 'INVALID_USER_ID' });
for (const settled of [false, true]) {
  const items = client.deleteMany(ids.slice(1), { journal: 'journal.jsonl' });
  for await (const item of items) assert.equal(item.settledBefore, settled);
  assert.equal(items.summary().deleted, ids.length - 1);
}
assert.deepEqual(sandbox.contacts, []);
sandbox.close();

const { version } = createRequire(import.meta.url)('dingtalk-extcontact/package.json');
console.log(`Node ${process.versions.node}: ${ids.length} deleted, version ${version}`);
