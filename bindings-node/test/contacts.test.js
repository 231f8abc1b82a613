'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { Client, DingTalkError } = require('dingtalk-extcontact');
const { Sandbox } = require('dingtalk-extcontact/testing');
const { failure, silent, soon } = require('./support.js');

const TEXTS = {
  name: 'Jane Doe', mobile: '2025550100', state_code: '1', company_name: 'Acme Samples, Inc.', title: 'Buyer',
  email: 'jane@acme.example', address: 'Nowhere Street 1', remark: 'met at a fair', follower_user_id: '0666',
};
const RECORD = {
  userid: '0125400001', ...TEXTS, label_ids: [1000007], share_dept_ids: [7], share_user_ids: ['0777'],
  of_a_later_version: { x: [1.5] },
};
const BARE = { userid: '0125400002', name: '' };

/** One contact with all fields and one with none, among 250. */
function full(t) {
  const others = Array.from({ length: 248 }, (_, n) => `01299${String(n).padStart(5, '0')}`);
  const sandbox = new Sandbox({ contacts: [RECORD, BARE, ...others], callsPerSecond: null });
  t.after(() => sandbox.close());
  const client = new Client({ endpoint: sandbox.url, accessToken: sandbox.accessToken, rate: null });
  t.after(() => client.close());
  return { sandbox, client };
}

test('a record has named fields and all that the service sent', async (t) => {
  const { client } = full(t);
  const contact = await client.get('0125400001', { timeout: 5000 });
  assert.deepStrictEqual(contact, {
    userId: '0125400001', name: 'Jane Doe', mobile: '2025550100', stateCode: '1', companyName: 'Acme Samples, Inc.',
    title: 'Buyer', email: 'jane@acme.example', address: 'Nowhere Street 1', remark: 'met at a fair',
    followerUserId: '0666', labelIds: ['1000007'], shareDeptIds: ['7'], shareUserIds: ['0777'], record: RECORD,
  });
  assert.ok(Object.isFrozen(contact) && Object.isFrozen(contact.labelIds));
  const bare = { userId: '0125400002', labelIds: [], shareDeptIds: [], shareUserIds: [], record: BARE };
  assert.deepStrictEqual(await client.get('0125400002'), bare);
});

test('who is gone has no record', async (t) => {
  const { sandbox, client } = full(t);
  await client.delete('0125400001');
  const error = await failure(client.get('0125400001'));
  assert.ok(DingTalkError.is(error));
  assert.deepEqual([error.code, error.apiCode, error.userId], ['INVALID_USER_ID', '33012', '0125400001']);
  assert.ok((await failure(client.get(125))) instanceof TypeError);
  assert.ok((await failure(client.get('0125', 5))) instanceof TypeError);
  const unknown = await failure(client.get('0125400002', { missingOk: true }));
  assert.match(unknown.message + unknown.advice, /"missingOk".*timeout/);
  sandbox.setPermission('qyapi_ext_read', false);
  const refused = await failure(client.get('0125400002'));
  assert.equal(refused.code, 'PERMISSION_DENIED');
  assert.match(refused.advice, /qyapi_ext_read/);
});

test('each contact can be deleted before the next is read', async (t) => {
  const { sandbox, client } = full(t);
  const contacts = client.contacts();
  assert.equal(sandbox.requests.length, 0);
  const { value: first } = await contacts.next();
  assert.equal(sandbox.requests.length, 1);
  await client.delete(first.userId);
  for await (const { userId } of contacts) await client.delete(userId);
  assert.deepEqual(sandbox.contacts, []);
  assert.equal(sandbox.deleted.length, 250);
  for await (const none of client.contacts({ timeout: 5000 })) assert.fail(none.userId);
  assert.equal((await failure(client.contacts({ timeout: -1 }).next())).code, 'INVALID_ARGUMENT');
  assert.ok((await failure(client.contacts(5).next())) instanceof TypeError);
  sandbox.setPermission('qyapi_ext_read', false);
  assert.equal((await failure(client.contacts().next())).code, 'PERMISSION_DENIED');
});

test('an abort ends what reads', async (t) => {
  const server = await silent(t);
  const client = new Client({ endpoint: server.endpoint, accessToken: 'token' });
  t.after(() => client.close());
  const reads = [({ signal }) => client.get('0125400001', { signal }), (options) => client.contacts(options).next()];
  for (const [index, read] of reads.entries()) {
    const controller = new AbortController();
    const failed = failure(read({ signal: controller.signal }));
    await server.asked(index + 1);
    const reason = new Error('enough');
    controller.abort(reason);
    const error = await soon(failed);
    assert.deepEqual([error.code, error.cause, error.maybeDeleted], ['CANCELLED', reason, false]);
    const early = await failure(read({ signal: controller.signal }));
    assert.equal(early.cause, reason);
    assert.equal(server.requests(), index + 1);
  }
});

test('a backup holds each record before its deletion', async (t) => {
  const { sandbox, client } = full(t);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dingtalk-extcontact-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const backup = path.join(folder, 'backup.jsonl');
  for await (const item of client.deleteMany(['0125400001', '0125400002'], { backup })) assert.ok(item.deletion);
  const lines = fs.readFileSync(backup, 'utf8').trimEnd().split('\n');
  const kept = lines.map((line) => JSON.parse(line).record).filter((record) => record !== undefined);
  assert.deepEqual(kept.sort((a, b) => a.userid.localeCompare(b.userid)), [RECORD, BARE]);
  // Without its record no contact is deleted.
  sandbox.setPermission('qyapi_ext_read', false);
  for await (const item of client.deleteMany(['0129900001'], { backup })) assert.equal(item.error.code, 'PERMISSION_DENIED');
  assert.ok(sandbox.contacts.includes('0129900001'));
  const nowhere = client.deleteMany(['0129900001'], { backup: path.join(folder, 'no', 'folder') });
  assert.equal((await failure(nowhere.next())).code, 'JOURNAL');
});
