'use strict';

const assert = require('node:assert/strict');
const { getEventListeners, once } = require('node:events');
const fs = require('node:fs');
const { inspect } = require('node:util');
const vm = require('node:vm');
const { describe, test } = require('node:test');
const api = require('dingtalk-extcontact');
const { Sandbox } = require('dingtalk-extcontact/testing');
const { failure, serving, silent, soon } = require('./support.js');

const { Client, DingTalkError, setLogger } = api;

function sandbox(t, options) {
  const made = new Sandbox({ callsPerSecond: null, ...options });
  t.after(() => made.close());
  return made;
}

function client(t, { url, accessToken }, options) {
  const made = new Client({ endpoint: url, accessToken, rate: null, ...options });
  t.after(() => made.close());
  return made;
}

const refusal = (fields) => (request, reply) => reply.end(JSON.stringify({ errcode: 88, ...fields }));

describe('the module', () => {
  test('exports what is documented and nothing else', () => {
    assert.deepEqual(Object.keys(api).sort(), ['Client', 'DingTalkError', 'readJournal', 'setLogger']);
    assert.deepEqual(Object.keys(require('dingtalk-extcontact/testing')), ['Sandbox']);
    const own = (of) => Reflect.ownKeys(of).filter((key) => typeof key === 'string').sort();
    assert.deepEqual(own(Client.prototype), [
      'check', 'close', 'constructor', 'contacts', 'delete', 'deleteMany', 'get', 'restore', 'setAccessToken',
    ]);
    assert.deepEqual(own(Client), ['fromEnv', 'length', 'name', 'prototype']);
    assert.throws(() => require('dingtalk-extcontact/native.js'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
  });

  test('its native half exports what is used and nothing else', () => {
    assert.deepEqual(
      Object.keys(require('../native.js')).sort(),
      [
        'Batch', 'Bridge', 'Client', 'ContactPages', 'Journal', 'Sandbox', 'connect', 'defaults', 'kinds', 'logOff',
        'logTo', 'readJournal', 'run', 'version',
      ],
    );
  });

  test('every native function is guarded against panics', () => {
    for (const file of fs.readdirSync(`${__dirname}/../src`)) {
      const text = fs.readFileSync(`${__dirname}/../src/${file}`, 'utf8');
      const functions = text.match(/#\[napi[^\]]*\]\s*(#\[[^\]]*\]\s*)*pub fn/g) ?? [];
      for (const one of functions) assert.match(one, /catch_unwind/, `${file}: ${one}`);
    }
  });

  test('states the defaults of the core', () => {
    const text = fs.readFileSync(`${__dirname}/../index.d.ts`, 'utf8');
    const options = text.slice(text.indexOf('interface ClientOptions'), text.indexOf('interface AbortSignalLike'));
    const many = text.slice(text.indexOf('interface DeleteManyOptions'), text.indexOf('interface Deletion '));
    const stated = {};
    for (const [, comment, name] of `${options}${many.split('journal')[0]}`.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*(\w+)\?:/g)) {
      const value = /@defaultValue `(.*)`/.exec(comment)?.[1];
      stated[name] = value === undefined ? null : JSON.parse(value.replaceAll("'", '"'));
    }
    assert.deepEqual(stated, JSON.parse(require('../native.js').defaults()));
    const readme = fs.readFileSync(`${__dirname}/../README.md`, 'utf8');
    for (const [name, value] of Object.entries(stated)) {
      const row = new RegExp(`^\\| \`${name}\` \\| \`?'?([^|\`']*)\`?'? \\|`, 'm').exec(readme);
      if (value !== null && row) assert.equal(row[1], String(value), name);
    }
  });

  test('has the version of the core', () => {
    assert.equal(require('dingtalk-extcontact/package.json').version, require('../native.js').version());
  });
});

describe('a deletion', () => {
  test('resolves to a plain frozen object', async (t) => {
    const dingtalk = sandbox(t, { contacts: ['0125400001'] });
    const deletion = await client(t, dingtalk).delete('0125400001');
    const { requestId, ...rest } = deletion;
    assert.equal(typeof requestId, 'string');
    assert.deepStrictEqual(rest, { userId: '0125400001', status: 'deleted', attempts: 1, maybeDeleted: false });
    assert.equal(Object.getPrototypeOf(deletion), Object.prototype);
    assert.ok(Object.isFrozen(deletion));
    assert.deepEqual(dingtalk.deleted, ['0125400001']);
    assert.deepEqual(dingtalk.requests[0].form, { user_id: '0125400001' });
  });

  test('of nobody is absent where that is fine', async (t) => {
    const dingtalk = sandbox(t);
    assert.equal((await client(t, dingtalk).delete('1', { missingOk: true })).status, 'absent');
    assert.equal((await client(t, dingtalk, { missingOk: true }).delete('1')).status, 'absent');
    const error = await failure(client(t, dingtalk, { missingOk: true }).delete('1', { missingOk: false }));
    assert.equal(error.code, 'INVALID_USER_ID');
  });

  test('takes undefined for what is not given, and null for no limit', async (t) => {
    const dingtalk = sandbox(t, { contacts: ['1'] });
    const one = client(t, dingtalk, { timeout: undefined, proxy: undefined, rate: null });
    const deletion = await one.delete('1', { timeout: undefined, missingOk: undefined, signal: undefined });
    assert.equal(deletion.status, 'deleted');
  });

  test('64 run side by side, and files are read meanwhile', async (t) => {
    const waiting = [];
    const endpoint = await serving(t, (request, reply) => {
      waiting.push(reply);
      if (waiting.length === 64) all();
    });
    let all;
    const asked = new Promise((resolve) => (all = resolve));
    const one = client(t, { url: endpoint, accessToken: 'tok-1' });
    const deletions = Array.from({ length: 64 }, (_, i) => one.delete(`0${i}`));
    await asked;
    const files = await Promise.all(Array.from({ length: 8 }, () => fs.promises.readFile(__filename, 'utf8')));
    assert.equal(files.length, 8);
    waiting.forEach((reply) => reply.end('{"errcode":0}'));
    assert.equal((await Promise.all(deletions)).length, 64);
  });

  test('leaves no handle and no listener behind', async (t) => {
    const warnings = [];
    const warned = (warning) => warnings.push(warning);
    process.on('warning', warned);
    t.after(() => process.off('warning', warned));
    const dingtalk = sandbox(t, { contacts: 0 });
    const one = client(t, dingtalk, { missingOk: true });
    const { signal } = new AbortController();
    await one.delete('1', { signal });
    const before = process.getActiveResourcesInfo().length;
    for (let i = 0; i < 50; i += 1) {
      await Promise.all(Array.from({ length: 20 }, () => one.delete('1', { signal })));
    }
    assert.ok(process.getActiveResourcesInfo().length <= before);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    assert.deepEqual(warnings, []);
  });

  test('on a closed client is refused, one under way finishes', async (t) => {
    const dingtalk = sandbox(t, { contacts: ['1', '2'], latency: 50 });
    const one = client(t, dingtalk);
    const underWay = one.delete('1');
    await dingtalk.waitForRequests(1, 10_000);
    one[Symbol.dispose]();
    one.close();
    const error = await failure(one.delete('2'));
    assert.equal(error.code, 'INVALID_ARGUMENT');
    assert.match(error.message, /client is closed/);
    const closed = { code: 'INVALID_ARGUMENT', message: /client is closed/ };
    assert.throws(() => one.setAccessToken(dingtalk.accessToken), closed);
    assert.equal((await underWay).status, 'deleted');
  });

  test('a new token is taken up', async (t) => {
    const dingtalk = sandbox(t, { contacts: ['1'] });
    const one = client(t, { url: dingtalk.url, accessToken: 'stale' });
    assert.equal((await failure(one.delete('1'))).code, 'AUTHENTICATION');
    one.setAccessToken(dingtalk.accessToken);
    assert.equal((await one.delete('1')).status, 'deleted');
    assert.throws(() => one.setAccessToken('to ken'), { code: 'INVALID_ARGUMENT', name: 'DingTalkError' });
    assert.throws(() => one.setAccessToken(5), TypeError);
  });

  test('with credentials from the environment', async (t) => {
    const dingtalk = sandbox(t, { contacts: ['1'] });
    const { url, appKey, appSecret } = dingtalk;
    const variables = { DINGTALK_ENDPOINT: url, DINGTALK_APP_KEY: appKey, DINGTALK_APP_SECRET: appSecret };
    Object.assign(process.env, variables);
    t.after(() => Object.keys(variables).forEach((name) => delete process.env[name]));
    const one = Client.fromEnv();
    assert.ok(one instanceof Client);
    assert.equal((await one.delete('1')).status, 'deleted');
    assert.throws(() => Client.fromEnv({ region: 'mars' }), { code: 'INVALID_ARGUMENT' });
  });
});

describe('an abort', () => {
  test('ends a call under way, and says that the contact may be gone', async (t) => {
    const server = await silent(t);
    const controller = new AbortController();
    const one = client(t, { url: server.endpoint, accessToken: 'tok-1' });
    const deletion = failure(one.delete('0125', { signal: controller.signal }));
    await server.asked(1);
    const reason = new Error('the user left');
    controller.abort(reason);
    const error = await soon(deletion);
    assert.equal(error.code, 'CANCELLED');
    assert.equal(error.cause, reason);
    assert.equal(error.maybeDeleted, true);
    assert.equal(error.attempts, 1);
    assert.equal(error.userId, '0125');
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });

  test('ends a call that has no thread yet, at once', async (t) => {
    const server = await silent(t);
    const one = client(t, { url: server.endpoint, accessToken: 'tok-1' });
    const busy = new AbortController();
    const others = Array.from({ length: 64 }, () => failure(one.delete('1', { signal: busy.signal })));
    await server.asked(64);
    const controller = new AbortController();
    const deletion = failure(one.delete('2', { signal: controller.signal }));
    controller.abort();
    const error = await soon(deletion);
    assert.deepEqual([error.code, error.attempts, error.maybeDeleted], ['CANCELLED', 0, false]);
    assert.equal(error.cause.name, 'AbortError');
    busy.abort();
    await soon(Promise.all(others));
    assert.equal(server.requests(), 64);
  });

  test('before the call sends nothing', async (t) => {
    const server = await silent(t);
    const one = client(t, { url: server.endpoint, accessToken: 'tok-1' });
    const signal = AbortSignal.abort('no');
    const error = await soon(failure(one.delete('1', { signal })));
    assert.deepEqual([error.code, error.cause, error.attempts], ['CANCELLED', 'no', 0]);
    assert.equal(server.requests(), 0);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  test('by AbortSignal.timeout and AbortSignal.any', async (t) => {
    const server = await silent(t);
    const one = client(t, { url: server.endpoint, accessToken: 'tok-1' });
    const error = await soon(failure(one.delete('1', { signal: AbortSignal.timeout(50) })));
    assert.equal(error.cause.name, 'TimeoutError');
    if (AbortSignal.any === undefined) return;
    const signal = AbortSignal.any([AbortSignal.timeout(50), new AbortController().signal]);
    assert.equal((await soon(failure(one.delete('1', { signal })))).code, 'CANCELLED');
  });

  test('after the call does no harm', async (t) => {
    const controller = new AbortController();
    await client(t, sandbox(t, { contacts: ['1'] })).delete('1', { signal: controller.signal });
    controller.abort();
  });
});

describe('an error', () => {
  test('has every field, in camelCase', async (t) => {
    const endpoint = await serving(
      t,
      refusal({ errmsg: 'no', sub_code: '60011', sub_msg: 'not you', request_id: 'r1' }),
    );
    const error = await failure(client(t, { url: endpoint, accessToken: 'tok-1' }).delete('0125'));
    const { stack, ...fields } = error;
    assert.match(fields.advice, /qyapi_ext_write/);
    assert.deepStrictEqual(
      { ...fields, advice: '', message: error.message },
      {
        code: 'PERMISSION_DENIED',
        message: error.message,
        advice: '',
        apiCode: '60011',
        errcode: 88,
        errmsg: 'no',
        subCode: '60011',
        subMsg: 'not you',
        requestId: 'r1',
        httpStatus: 200,
        attempts: 1,
        retryable: false,
        maybeDeleted: false,
        userId: '0125',
      },
    );
    assert.equal(error.name, 'DingTalkError');
    assert.match(error.message, /^contact 0125: .*not deleted$/);
    assert.equal(error.retryAfter, undefined);
    assert.equal('cause' in error, false);
  });

  test('has times in milliseconds', async (t) => {
    const dingtalk = sandbox(t, { contacts: ['1'] });
    dingtalk.blockIp();
    const error = await failure(client(t, dingtalk).delete('1'));
    assert.deepEqual([error.code, error.retryAfter, error.retryable], ['THROTTLED', 300_000, true]);
    assert.equal(error.toJSON().retryAfter, 300_000);
  });

  test('has advice in Chinese where that is asked for, and all else as ever', async (t) => {
    const dingtalk = sandbox(t);
    const [english, chinese] = await Promise.all(
      ['en', 'zh'].map((language) => failure(client(t, dingtalk, { language }).delete('1'))),
    );
    assert.match(english.advice, /^Check the id/);
    assert.match(chinese.advice, /^请检查 userid.*missingOk/);
    const facts = ({ message, requestId, kind, code, errcode, errmsg, retryable }) =>
      ({ message: message.replace(requestId, ''), kind, code, errcode, errmsg, retryable });
    assert.deepEqual(facts(chinese), facts(english));
    assert.throws(() => new Client({ language: 'zh' }), { advice: /^请给出 accessToken/ });
  });

  test('calls options by their names here', async (t) => {
    const dingtalk = sandbox(t);
    const plain = await serving(t, (request, reply) => reply.end());
    const { url, accessToken } = dingtalk;
    const errors = [
      [{ url, accessToken }, /missingOk/],
      [{ url, accessToken: 'stale' }, /accessToken.*appKey, appSecret/],
      [{ url: plain.replace('http:', 'https:'), accessToken: 't' }, /caFile/],
    ];
    for (const [of, names] of errors) {
      const { advice } = await failure(client(t, of, { maxAttempts: 1 }).delete('1'));
      assert.match(advice, names);
      assert.doesNotMatch(advice.replace('qyapi_ext_write', ''), /[a-z]_[a-z]/);
    }
    for (const options of [{}, { appKey: 'k' }, { accessToken: 't', attemptTimeout: 0 }, { accessToken: 't', caFile: '' }]) {
      assert.throws(
        () => new Client(options),
        ({ message, advice }) => !/[a-z]_[a-z]/.test(message + advice),
      );
    }
  });

  test('is JSON with the names and values of its properties', async (t) => {
    const one = client(t, sandbox(t, { contacts: ['1'] }));
    const error = await failure(one.delete('9'));
    assert.deepEqual(JSON.parse(JSON.stringify({ error })).error, {
      name: 'DingTalkError',
      message: error.message,
      ...error,
    });
    assert.equal(error.toJSON().httpStatus, 200);
    const deletion = await one.delete('1');
    assert.deepEqual(JSON.parse(JSON.stringify(deletion)), deletion);
  });

  test('is recognised by class, and in other copies and realms by is()', async (t) => {
    const error = await failure(client(t, sandbox(t)).delete('1'));
    assert.ok(error instanceof DingTalkError && error instanceof Error);
    assert.ok(DingTalkError.is(error));
    const esm = await import('dingtalk-extcontact');
    assert.ok(error instanceof esm.DingTalkError && esm.Client === Client);
    const path = require.resolve('../outcome.js');
    const { [path]: kept } = require.cache;
    delete require.cache[path];
    const copy = require('../outcome.js').DingTalkError;
    require.cache[path] = kept;
    assert.ok(!(error instanceof copy) && copy.is(error));
    const source = `(function (module, require) { ${fs.readFileSync(path, 'utf8')} })`;
    const realm = { exports: {} };
    vm.runInNewContext(source)(realm, require);
    assert.ok(realm.exports.DingTalkError.is(error));
    for (const other of [null, undefined, 1, 'x', {}, new Error('x')]) assert.ok(!DingTalkError.is(other));
  });

  test('has a stack that names the line of the call', async (t) => {
    const one = client(t, sandbox(t));
    const line = (text) => Number(/client\.test\.js:(\d+)/.exec(text)[1]);
    const here = line(new Error('here').stack);
    const error = await failure(one.delete('1'));
    assert.equal(line(error.stack), here + 1);
    assert.ok(error.stack.startsWith(`DingTalkError: ${error.message}\n    at `));
    const wrong = await failure(one.delete(5));
    assert.match(wrong.stack, /client\.test\.js/);
  });

  test('comes with other stacks too', async (t) => {
    const one = client(t, sandbox(t));
    const { stackTraceLimit, prepareStackTrace } = Error;
    t.after(() => Object.assign(Error, { stackTraceLimit, prepareStackTrace }));
    Error.stackTraceLimit = 0;
    assert.equal((await failure(one.delete('1'))).code, 'INVALID_USER_ID');
    Error.stackTraceLimit = 10;
    Error.prepareStackTrace = (_, sites) => sites;
    assert.equal((await failure(one.delete('1'))).code, 'INVALID_USER_ID');
  });

  test('every kind of the core has a code that the types know', () => {
    const types = fs.readFileSync(require.resolve('../index.d.ts'), 'utf8');
    const union = /type ErrorCode =([^;]*);/.exec(types)[1].match(/[A-Z_]+/g);
    const { codeOf } = require('../outcome.js');
    assert.deepEqual(union, require('../native.js').kinds().map(codeOf));
    for (const code of union) assert.ok(types.includes(` * - \`${code}\`:`), code);
  });

  test('every option of the core is one that the types know', () => {
    const types = fs.readFileSync(require.resolve('../index.d.ts'), 'utf8');
    const known = (name) =>
      [...new RegExp(`interface ${name} {(.*?)\n}`, 's').exec(types)[1].matchAll(/^ {2}(\w+)\?:/gm)].map(
        ([, option]) => option,
      );
    const listed = (error) => error.advice.match(/The options are (.*)\./)[1].split(', ');
    assert.throws(
      () => new Client({ nonsense: 1 }),
      (error) => {
        assert.deepEqual(known('ClientOptions'), listed(error));
        return true;
      },
    );
    return failure(new Client({ accessToken: 't' }).delete('1', { nonsense: 1 })).then((error) => {
      assert.deepEqual(known('DeleteOptions'), [...listed(error), 'signal']);
    });
  });
});

describe('a bad argument', () => {
  const never = { accessToken: 'tok-1', endpoint: 'http://127.0.0.1:1' };

  for (const id of [125400001, 125400001n, null, undefined, {}, [], true, Symbol('1'), new String('1')]) {
    test(`a userId that is ${inspect(id)}`, async () => {
      const error = await failure(new Client(never).delete(id));
      assert.ok(error instanceof TypeError);
      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.match(error.message, /userId must be a string.*leading zeros.*digits.*quoted/s);
    });
  }

  for (const id of ['', ' ', '1\n', '\ud83d', '1\udc00', 'a'.repeat(129), '\ufeff1']) {
    test(`a userId that is ${inspect(id)}`, async () => {
      const error = await failure(new Client(never).delete(id));
      assert.ok(DingTalkError.is(error));
      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.equal(error.userId, id);
      assert.equal(error.attempts, 0);
      assert.match(error.advice, /Give the contact's userid/);
      assert.match(error.message, /not deleted$/);
    });
  }

  for (const [options, named] of [
    [{ access_token: 't' }, /there is no option "access_token"/],
    [{ ...never, retries: 3 }, /there is no option "retries"/],
    [{ ...never, '': 3 }, /there is no option ""/],
    [{ ...never, timeout: NaN }, /^timeout/],
    [{ ...never, attemptTimeout: -1 }, /^attemptTimeout/],
    [{ ...never, connectTimeout: '5s' }, /^connectTimeout/],
    [{ ...never, timeout: 5n }, /^timeout/],
    [{ ...never, rate: 1.5 }, /^rate.*/],
    [{ ...never, missingOk: 'yes' }, /^missingOk/],
    [{ ...never, maxAttempts: Infinity }, /^maxAttempts/],
    [{ ...never, accessToken: 5 }, /^accessToken/],
    [{ ...never, accessToken: '\ud800' }, /^accessToken/],
    [{ ...never, accessToken: { toString: () => 't' } }, /^accessToken/],
    [{ ...never, endpoint: 'http://example.com' }, /^endpoint/],
    [{ ...never, appKey: 'k' }, /accessToken and appKey/],
    [{ ...never, caFile: '/nowhere.pem' }, /^caFile/],
    [{ ...never, language: 'fr' }, /^language/],
    [{}, /no credentials/],
  ]) {
    test(`options that are ${inspect(options)}`, () => {
      assert.throws(
        () => new Client(options),
        (error) => {
          assert.ok(error instanceof DingTalkError);
          assert.equal(error.code, 'INVALID_ARGUMENT');
          assert.match(error.message, named);
          assert.notEqual(error.advice, '');
          assert.equal(error.userId, undefined);
          return true;
        },
      );
    });
  }

  for (const options of [null, 5, 'token', [], () => {}]) {
    test(`options that are ${inspect(options)}`, async () => {
      assert.throws(() => new Client(options), { name: 'TypeError', code: 'INVALID_ARGUMENT' });
      const error = await failure(new Client(never).delete('1', options));
      assert.deepEqual([error.name, error.code], ['TypeError', 'INVALID_ARGUMENT']);
    });
  }

  for (const options of [{ timeout: 0 }, { timeout: NaN }, { missing_ok: true }, { missingOk: 1 }]) {
    test(`options of a call that are ${inspect(options)}`, async () => {
      const error = await failure(new Client(never).delete('1', options));
      assert.deepEqual([error.name, error.code, error.attempts], ['DingTalkError', 'INVALID_ARGUMENT', 0]);
    });
  }

  for (const signal of [null, {}, 'abort', new AbortController()]) {
    test(`a signal that is ${inspect(signal, { depth: 0 })}`, async () => {
      const error = await failure(new Client(never).delete('1', { signal }));
      assert.ok(error instanceof TypeError);
      assert.match(error.message, /AbortSignal/);
    });
  }

  test('a method of another object', async () => {
    await assert.rejects(Client.prototype.delete.call({}, '1'), TypeError);
    assert.throws(() => Client.prototype.close.call({}), TypeError);
    assert.throws(() => Client({}), TypeError);
  });
});

describe('the log', () => {
  test('has outcomes, at the level that was asked for', async (t) => {
    t.after(() => setLogger(null));
    const dingtalk = sandbox(t, { contacts: ['1', '2', '3'] });
    const one = client(t, dingtalk);
    const lines = [];
    setLogger((level, message) => lines.push([level, message]));
    const { requestId } = await one.delete('1');
    assert.deepEqual(lines, [['info', `contact 1: deleted, request id ${requestId}, 1 request`]]);
    setLogger((level) => lines.push(level), 'debug');
    dingtalk.faults('http-500=first=1');
    await one.delete('2');
    assert.ok(lines.includes('debug'));
    const before = lines.length;
    setLogger(null);
    await one.delete('3');
    assert.equal(lines.length, before);
  });

  test('refuses what is no function and no level', () => {
    assert.throws(() => setLogger(), { name: 'TypeError', code: 'INVALID_ARGUMENT' });
    assert.throws(() => setLogger({}), TypeError);
    assert.throws(() => setLogger(() => {}, 5), TypeError);
    assert.throws(() => setLogger(() => {}, 'loud'), { name: 'DingTalkError', code: 'INVALID_ARGUMENT' });
  });
});

describe('a secret', () => {
  const token = 'hush-hush-token';

  test('is not shown with a client', () => {
    const one = new Client({ appKey: 'key', appSecret: token, proxy: `http://u:${token}@127.0.0.1:1` });
    for (const text of [inspect(one), inspect({ one }, { showHidden: true, depth: 9 }), JSON.stringify(one), `${one}`]) {
      assert.ok(!text.includes('hush'), text);
    }
    assert.equal(inspect(one), "Client { endpoint: 'https://oapi.dingtalk.io', appKey: 'key' }");
    assert.equal(
      inspect([new Client({ accessToken: token, endpoint: 'http://127.0.0.1:1' })]),
      "[ Client { endpoint: 'http://127.0.0.1:1' } ]",
    );
  });

  test('is in no error and no log line, though the service sends it back', async (t) => {
    const lines = [];
    setLogger((level, message) => lines.push(message), 'debug');
    t.after(() => setLogger(null));
    const endpoint = await serving(t, refusal({ sub_code: '40014', sub_msg: `bad ${token}`, errmsg: `${token}!` }));
    const error = await failure(client(t, { url: endpoint, accessToken: token }).delete('1'));
    const texts = [inspect(error, { showHidden: true }), JSON.stringify(error), error.stack, String(error), ...lines];
    assert.ok(texts.length > 4);
    for (const text of texts) assert.ok(!text.includes('hush'), text);
    assert.throws(
      () => new Client({ accessToken: `${token}\n` }),
      (wrong) => !inspect(wrong, { showHidden: true }).includes('hush'),
    );
  });
});

describe('the sandbox', () => {
  test('has what people need in tests', async (t) => {
    const dingtalk = sandbox(t, { contacts: [{ userid: '1', name: 'Zhang' }, '2'], appKey: 'key', appSecret: 'sec' });
    assert.deepEqual(dingtalk.contacts, ['1', '2']);
    dingtalk.addContact('3');
    assert.equal(dingtalk.removeContact('2'), true);
    assert.equal(dingtalk.removeContact('2'), false);
    assert.deepEqual(dingtalk.contacts, ['1', '3']);
    const one = new Client({ endpoint: dingtalk.url, appKey: dingtalk.appKey, appSecret: dingtalk.appSecret });
    t.after(() => one.close());
    assert.equal((await one.delete('1')).status, 'deleted');
    assert.deepEqual(dingtalk.requests.map((request) => request.path), ['/v1.0/oauth2/accessToken', '/topapi/extcontact/delete']);
    assert.deepEqual(dingtalk.requests[0].json, { appKey: 'key', appSecret: 'sec' });
    dingtalk.expireTokens();
    assert.equal((await one.delete('3')).status, 'deleted');
    assert.equal(await dingtalk.waitForRequests(100, 10), false);
    for (const [change, back, code] of [
      [() => dingtalk.setPermission('qyapi_ext_write', false), () => dingtalk.setPermission('qyapi_ext_write', true), 'PERMISSION_DENIED'],
      [() => dingtalk.setIpAllowed(false), () => dingtalk.setIpAllowed(true), 'CONFIGURATION'],
      [() => dingtalk.blockIp(), () => dingtalk.unblockIp(), 'THROTTLED'],
      [() => dingtalk.refuseTokens(), () => dingtalk.refuseTokens(false), 'AUTHENTICATION'],
      [() => dingtalk.revokeApp(), () => {}, 'AUTHENTICATION'],
    ]) {
      change();
      assert.equal((await failure(one.delete('1', { timeout: 5000 }))).code, code);
      back();
    }
    dingtalk[Symbol.dispose]();
    dingtalk.close();
    assert.throws(() => dingtalk.contacts, /closed/);
  });

  test('says what is wrong with an option', () => {
    assert.throws(() => new Sandbox({ nonsense: 1 }), /nonsense/);
    assert.throws(() => new Sandbox({ latency: 'long' }), /latency is not a number of milliseconds/);
    assert.throws(() => new Sandbox({ faults: 'gremlins=1' }), /gremlins/);
    assert.throws(() => new Sandbox({ contacts: ['1', '1'] }), /1/);
    assert.throws(() => new Sandbox(5), /./);
  });
});
