'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Client, DingTalkError } = require('dingtalk-extcontact');
const { Sandbox } = require('dingtalk-extcontact/testing');
const { failure, silent, soon } = require('./support.js');

function started(t) {
  const sandbox = new Sandbox({ contacts: ['0125400001'] });
  t.after(() => sandbox.close());
  const client = new Client({ endpoint: sandbox.url, accessToken: sandbox.accessToken, maxAttempts: 1 });
  t.after(() => client.close());
  return { sandbox, client };
}

const step = (check, name) => check.steps.find((step) => step.name === name);

test('all stands', async (t) => {
  const { sandbox, client } = started(t);
  const check = await client.check();
  assert.ok(check.ok && Object.isFrozen(check) && Object.isFrozen(check.steps) && Object.isFrozen(check.steps[0]));
  assert.deepEqual([check.steps[0].name, check.steps.at(-1).name], ['credentials', 'write_permission']);
  assert.equal(step(check, 'read_permission').status, 'ok');
  assert.equal(step(check, 'write_permission').status, 'skipped');
  const written = await client.check({ write: true, timeout: 5000 });
  assert.equal(step(written, 'write_permission').status, 'ok');
  assert.deepEqual(sandbox.deleted, []);
  assert.equal(written.report.replies.length, 3);
  assert.ok(!JSON.stringify(written).includes(sandbox.accessToken));
});

test('a step that fails is no rejection', async (t) => {
  const { sandbox, client } = started(t);
  sandbox.setPermission('qyapi_ext_write', false);
  const check = await client.check({ write: true });
  const { status, advice, error } = step(check, 'write_permission');
  assert.deepEqual([check.ok, status, DingTalkError.is(error), error.apiCode], [false, 'failed', true, '60011']);
  assert.match(advice, /qyapi_ext_write/);
});

test('an abort ends it', async (t) => {
  const { endpoint, asked } = await silent(t);
  const client = new Client({ endpoint, accessToken: 't' });
  const controller = new AbortController();
  const checked = failure(client.check({ signal: controller.signal }));
  await asked(1);
  controller.abort('enough');
  const error = await soon(checked);
  assert.deepEqual([error.code, error.cause], ['CANCELLED', 'enough']);
});

test('arguments', async (t) => {
  const { client } = started(t);
  for (const options of [null, 7, { write: 'yes' }]) {
    assert.ok((await failure(client.check(options))) instanceof TypeError);
  }
  for (const options of [{ timeout: 0 }, { missingOk: true }]) {
    assert.equal((await failure(client.check(options))).code, 'INVALID_ARGUMENT');
  }
  client.close();
  assert.match((await failure(client.check())).message, /client is closed/);
});
