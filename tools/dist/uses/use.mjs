// What a user of the npm package does first, in the folder that it was installed into. Against a
// sandbox of its own, or one at DINGTALK_ENDPOINT, whose contacts are the arguments then.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Client } from 'dingtalk-extcontact';
import { Sandbox } from 'dingtalk-extcontact/testing';

const given = process.argv.slice(2);
const ids = given.length > 0 ? given : Array.from({ length: 100 }, (_, n) => `01254${String(n).padStart(5, '0')}`);
const sandbox = given.length > 0 ? undefined : new Sandbox({ contacts: ids, callsPerSecond: null });
const client = sandbox
  ? new Client({ accessToken: sandbox.accessToken, endpoint: sandbox.url, rate: null })
  : Client.fromEnv({ rate: null });

assert.equal((await client.delete(ids[0])).status, 'deleted');
await assert.rejects(client.delete('gone'), { code: 'INVALID_USER_ID' });
for (const settled of [false, true]) {
  const items = client.deleteMany(ids.slice(1), { journal: 'journal.jsonl' });
  for await (const item of items) assert.equal(item.settledBefore, settled);
  assert.equal(items.summary().deleted, ids.length - 1);
}
if (sandbox) assert.deepEqual(sandbox.contacts, []);
sandbox?.close();

const { version } = createRequire(import.meta.url)('dingtalk-extcontact/package.json');
console.log(`Node ${process.versions.node}: ${ids.length} deleted, version ${version}`);
