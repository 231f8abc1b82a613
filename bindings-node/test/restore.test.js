'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Client } = require('dingtalk-extcontact');
const { Sandbox } = require('dingtalk-extcontact/testing');
const { failure } = require('./support.js');

const RECORD = {
  userid: '0125400077', name: 'Erika Mustermann', mobile: '17139200001', state_code: '49',
  follower_user_id: 'manager1', label_ids: [1000001], email: 'erika@example.org',
};

function empty(t) {
  const sandbox = new Sandbox({ contacts: [] });
  t.after(() => sandbox.close());
  const client = new Client({ endpoint: sandbox.url, accessToken: sandbox.accessToken });
  t.after(() => client.close());
  const creations = () => sandbox.requests.filter(({ path }) => path.endsWith('/create')).length;
  return { sandbox, client, creations };
}

test('a contact comes back under a new id, and once', async (t) => {
  const { sandbox, client, creations } = empty(t);
  sandbox.addContact(RECORD);
  const { record } = await client.get('0125400077');
  const there = await client.restore(record);
  assert.deepEqual(there, { oldUserId: '0125400077', status: 'still_there', userId: '0125400077', attempts: 0 });
  await client.delete('0125400077');
  const restored = await client.restore(record, { timeout: 10_000 });
  assert.deepEqual([restored.status, restored.attempts, [restored.userId]], ['created', 1, sandbox.created]);
  assert.ok(Object.isFrozen(restored));
  assert.equal((await client.get(restored.userId)).name, 'Erika Mustermann');
  assert.equal((await failure(client.restore(record))).apiCode, '22005');
  assert.equal(creations(), 2);
});

test('what may be created is looked for', async (t) => {
  const { sandbox, client, creations } = empty(t);
  sandbox.faults('lost-reply=1;on=create');
  const restored = await client.restore(RECORD);
  assert.deepEqual([restored.status, restored.userId, restored.attempts], ['may_be_created', undefined, 1]);
  assert.ok(restored.problem);
  assert.equal(creations(), 1);
  sandbox.faults('');
  const again = await client.restore(RECORD, { lookFirst: true });
  assert.equal(again.status, 'created');
  assert.ok(sandbox.contacts.includes(again.userId));
});

test('an abort tells that it may be created', async (t) => {
  const { sandbox, client } = empty(t);
  sandbox.faults('delay=1@60s;on=create');
  const controller = new AbortController();
  const restoring = client.restore(RECORD, { signal: controller.signal });
  while (sandbox.requests.length < 2) await new Promise(setImmediate);
  controller.abort();
  assert.equal((await restoring).status, 'may_be_created');
  const before = await failure(client.restore(RECORD, { signal: AbortSignal.abort() }));
  assert.equal(before.code, 'CANCELLED');
});

test('what cannot be restored is refused', async (t) => {
  const { sandbox, client, creations } = empty(t);
  assert.match((await failure(client.restore({ ...RECORD, label_ids: [] }))).message, /has no labels/);
  for (const wrong of [undefined, null, '0125400077', [RECORD]]) {
    assert.ok((await failure(client.restore(wrong))) instanceof TypeError);
  }
  assert.ok((await failure(client.restore(RECORD, { lookFirst: 1 }))) instanceof TypeError);
  assert.match((await failure(client.restore(RECORD, { missingOk: true }))).message, /missingOk/);
  assert.equal(sandbox.requests.length, 0);
  sandbox.setPermission('qyapi_ext_read', false);
  const refused = await failure(client.restore(RECORD));
  assert.equal(refused.code, 'PERMISSION_DENIED');
  assert.match(refused.advice, /qyapi_ext_read/);
  assert.equal(creations(), 0);
});
