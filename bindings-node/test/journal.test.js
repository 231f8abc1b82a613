'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { Client, DingTalkError, readJournal } = require('dingtalk-extcontact');
const { Sandbox } = require('dingtalk-extcontact/testing');

async function all(entries) {
  const taken = [];
  for await (const entry of entries) taken.push(entry);
  return taken;
}

/** A run that deletes one contact and meets an id that is none, and a call that was cut off. */
async function leftBehind(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dingtalk-extcontact-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const journal = path.join(folder, 'journal.jsonl');
  const sandbox = new Sandbox({ contacts: ['0125'], callsPerSecond: null });
  t.after(() => sandbox.close());
  const client = new Client({ endpoint: sandbox.url, accessToken: sandbox.accessToken, rate: null });
  await all(client.deleteMany(['0125', '0999'], { concurrency: 1, journal }));
  client.close();
  fs.appendFileSync(journal, '{"event":"announced","time":"2026-01-01T00:00:00.000Z","user_id":"0888"}\n');
  return { folder, journal, endpoint: sandbox.url };
}

test('each id has an entry', async (t) => {
  const { journal, endpoint } = await leftBehind(t);
  const [gone, missing, cutOff, ...more] = await all(readJournal(journal));
  assert.deepEqual(more, []);
  const { time, requestId, meaning, ...rest } = gone;
  assert.deepEqual(rest, { userId: '0125', state: 'gone', run: 1, attempts: 1, journal, endpoint });
  assert.ok(time instanceof Date && typeof requestId === 'string' && meaning.length > 0);
  assert.ok(Object.isFrozen(gone));
  assert.deepEqual([missing.userId, missing.state, missing.code], ['0999', 'was_not_there', '33012']);
  assert.equal(missing.kind, 'INVALID_USER_ID');
  assert.deepEqual([cutOff.userId, cutOff.state, cutOff.attempts], ['0888', 'may_be_gone', undefined]);
  assert.equal(cutOff.time.toISOString(), '2026-01-01T00:00:00.000Z');
});

test('several files, and more entries than come over at once', async (t) => {
  const { folder, journal } = await leftBehind(t);
  const lines = fs.readFileSync(journal, 'utf8').split('\n');
  const second = path.join(folder, 'second');
  const announced = Array.from({ length: 1000 }, (_, n) => lines.at(-2).replace('0888', `1${n}`));
  fs.writeFileSync(second, [lines[0], ...announced, ''].join('\n'));
  assert.equal((await all(readJournal(journal, second))).length, 3 + 1000);
  for await (const entry of readJournal(journal, second)) {
    assert.equal(entry.userId, '0125');
    break;
  }
  assert.deepEqual(await all(readJournal()), []);
});

test('what is no journal is an error', async (t) => {
  const { folder, journal } = await leftBehind(t);
  const list = path.join(folder, 'list');
  fs.writeFileSync(list, '0125400001\n');
  for (const [paths, told] of [
    [[list], 'list is not a journal of a batch'],
    [[journal, path.join(folder, 'none')], 'none does not exist'],
  ]) {
    await assert.rejects(all(readJournal(...paths)), (error) => {
      assert.ok(error instanceof DingTalkError);
      assert.equal(error.code, 'JOURNAL');
      assert.ok(error.message.includes(told), error.message);
      return true;
    });
  }
  assert.throws(() => readJournal([journal]), { name: 'TypeError', code: 'INVALID_ARGUMENT' });
});
