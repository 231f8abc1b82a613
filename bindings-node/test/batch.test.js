'use strict';

const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { Readable } = require('node:stream');
const { describe, test } = require('node:test');
const { Client, DingTalkError } = require('dingtalk-extcontact');
const { Sandbox } = require('dingtalk-extcontact/testing');
const { failure, serving, silent, soon } = require('./support.js');

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

function folder(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'dingtalk-extcontact-'));
  t.after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

/** All items, and what ended them if that was an error. */
async function all(items) {
  const taken = [];
  try {
    for await (const item of items) taken.push(item);
  } catch (error) {
    return { taken, error };
  }
  return { taken };
}

const kind = ({ deletion, error, notAttempted }) => deletion?.status ?? error?.code ?? (notAttempted && 'notAttempted');
const kinds = (taken) => Object.fromEntries(taken.map((item) => [item.userId, kind(item)]));
const ids = (count, first = 0) => Array.from({ length: count }, (_, i) => `0${first + i}`);

/** A server whose replies wait until they are released, and how many requests came. */
async function gate(t) {
  const waiting = [];
  const came = [];
  let requests = 0;
  let opened = false;
  const url = await serving(t, (request, reply) => {
    requests += 1;
    const answer = () => reply.end('{"errcode":0,"request_id":"r"}');
    if (opened) answer();
    else waiting.push(answer);
    for (const [count, resolve] of came) if (requests >= count) resolve();
  });
  return {
    url,
    accessToken: 'tok-1',
    requests: () => requests,
    asked: (count) => new Promise((resolve) => (requests >= count ? resolve() : came.push([count, resolve]))),
    release: (count = Infinity) => waiting.splice(0, count).forEach((answer) => answer()),
    open() {
      opened = true;
      this.release();
    },
  };
}

/** A source that tells what was done with it. */
function source(values, { end } = {}) {
  const seen = { taken: 0, closed: 0 };
  const iterator = {
    async next() {
      seen.taken += 1;
      if (values.length > 0) return { done: false, value: values.shift() };
      return end === undefined ? { done: true, value: undefined } : end();
    },
    async return() {
      seen.closed += 1;
      return { done: true, value: undefined };
    },
  };
  return [{ [Symbol.asyncIterator]: () => iterator }, seen];
}

describe('a batch', () => {
  test('has one frozen item for each id, and a summary', async (t) => {
    const dingtalk = sandbox(t, { contacts: ['1', '2'] });
    const before = Date.now();
    const items = client(t, dingtalk).deleteMany(['1', '9', '2', '1', '']);
    const { taken } = await all(items);
    assert.deepEqual(kinds(taken), { 1: 'deleted', 2: 'deleted', 9: 'INVALID_USER_ID', '': 'INVALID_ARGUMENT' });
    assert.equal(taken.length, 4);
    for (const item of taken) {
      assert.ok(Object.isFrozen(item));
      assert.equal(Object.getPrototypeOf(item), Object.prototype);
      assert.deepEqual(Object.keys(item), ['userId', 'time', 'settledBefore', item.deletion ? 'deletion' : 'error']);
      assert.ok(item.time instanceof Date && item.time >= before && item.time <= Date.now());
      assert.equal(item.settledBefore, false);
      assert.equal('time' in (item.deletion ?? item.error.toJSON()), false);
      assert.equal((item.deletion ?? item.error).userId, item.userId);
      if (item.error) assert.ok(item.error instanceof DingTalkError);
      else assert.ok(Object.isFrozen(item.deletion));
    }
    const summary = items.summary();
    const texts = JSON.stringify([taken, summary]);
    assert.ok(!/"\w*_\w*":/.test(texts), texts);
    assert.ok(Object.isFrozen(summary));
    const { start, end, ...rest } = summary;
    assert.deepStrictEqual(rest, {
      deleted: 2,
      absent: 0,
      maybeDeleted: 0,
      failed: 2,
      notAttempted: 0,
      settledBefore: 0,
      repeated: 1,
      calls: 3,
      unrecorded: 0,
      endpoint: dingtalk.url,
    });
    assert.ok(start instanceof Date && end instanceof Date && start >= before && end >= start && end <= Date.now());
    assert.deepEqual(await items.next(), { done: true, value: undefined });
    assert.deepEqual(dingtalk.deleted.sort(), ['1', '2']);
  });

  test('names the app in its summary', async (t) => {
    const { url, appKey, appSecret } = sandbox(t, { contacts: ['1'] });
    const one = new Client({ endpoint: url, appKey, appSecret });
    t.after(() => one.close());
    const items = one.deleteMany(['1']);
    await all(items);
    assert.equal(items.summary().appKey, appKey);
  });

  for (const [about, of] of [
    ['an array', (some) => some],
    ['a Set', (some) => new Set(some)],
    ['a generator', function* (some) { yield* some; }],
    ['an async generator', async function* (some) { yield* some; }],
    ['a stream', (some) => Readable.from(some)],
    ['an iterator of a Map', (some) => new Map(some.map((id) => [id, 1])).keys()],
  ]) {
    test(`takes ${about}`, async (t) => {
      const contacts = ids(40);
      const dingtalk = sandbox(t, { contacts });
      const { taken, error } = await all(client(t, dingtalk).deleteMany(of(contacts), { concurrency: 3 }));
      assert.equal(error, undefined);
      assert.deepEqual(taken.map((item) => item.userId).sort(), contacts.sort());
      assert.ok(taken.every((item) => item.deletion.status === 'deleted'));
    });
  }

  test('takes lines of a file, with a journal to be opened first', async (t) => {
    const contacts = ids(40);
    const input = Readable.from([contacts.join('\n')]);
    const lines = readline.createInterface({ input, crlfDelay: Infinity });
    const journal = path.join(folder(t), 'erasure.jsonl');
    const { taken } = await all(client(t, sandbox(t, { contacts })).deleteMany(lines, { journal }));
    assert.deepEqual(taken.map((item) => item.userId).sort(), contacts.sort());
  });

  test('of nothing has no item', async (t) => {
    const items = client(t, sandbox(t)).deleteMany([]);
    assert.deepEqual(await all(items), { taken: [] });
    assert.ok(items.summary().end instanceof Date);
  });

  test('takes options, and undefined for what is not given', async (t) => {
    const one = client(t, sandbox(t, { contacts: ['1'] }));
    const given = { missingOk: true, concurrency: undefined, journal: undefined, signal: undefined };
    assert.deepEqual(kinds((await all(one.deleteMany(['1', '2'], given))).taken), { 1: 'deleted', 2: 'absent' });
    const defaults = { missingOk: null, concurrency: null, journal: null };
    assert.deepEqual(kinds((await all(one.deleteMany(['2'], defaults))).taken), { 2: 'INVALID_USER_ID' });
  });

  test('stops at a damaged list, unless it is said to be right', async (t) => {
    const one = client(t, sandbox(t, { contacts: [] }));
    const items = one.deleteMany(ids(50), { concurrency: 1 });
    await all(items);
    const { failed, notAttempted, stopped } = items.summary();
    assert.deepEqual([failed, notAttempted], [20, 30]);
    assert.match(stopped, /missingOk: true or stopOnMissing: false/);
    for (const option of [{ missingOk: true }, { stopOnMissing: false }]) {
      const right = one.deleteMany(ids(50), { concurrency: 1, ...option });
      assert.equal((await all(right)).taken.length, 50);
      assert.equal(right.summary().stopped, undefined);
    }
  });

  test('begins when its first item is asked for', async (t) => {
    const server = await silent(t);
    const [some, seen] = source(ids(3));
    const one = client(t, { url: server.endpoint, accessToken: 'tok-1' });
    const items = one.deleteMany(some, { journal: path.join(folder(t), 'never', 'made') });
    assert.throws(() => items.summary(), /not begun/);
    assert.deepEqual(await items.return('x'), { done: true, value: 'x' });
    assert.deepEqual(await items.next(), { done: true, value: undefined });
    assert.deepEqual([seen.taken, seen.closed, server.requests()], [0, 0, 0]);
  });

  test('makes so many calls side by side, and takes ids only when it needs them', async (t) => {
    const server = await gate(t);
    const [some, seen] = source(ids(1000));
    const items = client(t, server).deleteMany(some, { concurrency: 4 });
    const first = items.next();
    await server.asked(4);
    assert.ok(seen.taken <= 9, `${seen.taken} ids taken for 4 calls`);
    assert.equal(server.requests(), 4);
    server.release(1);
    assert.equal(kind((await first).value), 'deleted');
    await server.asked(5);
    assert.ok(seen.taken <= 10, `${seen.taken} ids taken for 5 calls`);
    server.open();
    assert.equal((await all(items)).taken.length, 999);
  });

  test('has items while ids are slow to come', async (t) => {
    let more;
    const dingtalk = sandbox(t, { contacts: ['1', '2', '3'] });
    const later = new Promise((resolve) => (more = resolve));
    const items = client(t, dingtalk).deleteMany((async function* () {
      yield '1';
      yield '2';
      yield '1';
      await later;
      yield '3';
    })());
    const two = [await soon(items.next()), await soon(items.next())];
    assert.deepEqual(kinds(two.map(({ value }) => value)), { 1: 'deleted', 2: 'deleted' });
    const third = items.next();
    more();
    assert.equal((await third).value.userId, '3');
    assert.equal((await items.next()).done, true);
    assert.equal(items.summary().repeated, 1);
  });

  test('can be asked for several items at once', async (t) => {
    const contacts = ids(5);
    const items = client(t, sandbox(t, { contacts })).deleteMany(contacts);
    const results = await Promise.all(Array.from({ length: 7 }, () => items.next()));
    assert.deepEqual(results.map(({ done }) => done), [false, false, false, false, false, true, true]);
    assert.equal(new Set(results.slice(0, 5).map(({ value }) => value.userId)).size, 5);
  });

  test('leaves everything else in the process its turn', async (t) => {
    const one = client(t, sandbox(t, { contacts: ['1'] }));
    let turns = 0;
    let going = true;
    const turn = () => going && setImmediate(turn, (turns += 1));
    turn();
    await all(one.deleteMany((function* () { for (let i = 0; i < 10_000; i += 1) yield '1'; })()));
    going = false;
    assert.ok(turns > 50, `${turns} turns`);
  });

  test('stops where no call could pass, and says why', async (t) => {
    const dingtalk = sandbox(t, { contacts: ids(30) });
    dingtalk.setPermission('qyapi_ext_write', false);
    const items = client(t, dingtalk).deleteMany(ids(30), { concurrency: 1 });
    const { taken, error } = await all(items);
    assert.equal(error, undefined);
    assert.equal(taken.length, 30);
    assert.equal(kind(taken[0]), 'PERMISSION_DENIED');
    for (const { userId, time, ...rest } of taken.slice(1)) {
      assert.deepStrictEqual(rest, { settledBefore: false, notAttempted: true });
    }
    const { stopped, notAttempted, failed } = items.summary();
    assert.match(stopped, /permission/);
    assert.deepEqual([failed, notAttempted], [1, 29]);
  });

  test('of a closed client makes no call', async (t) => {
    const server = await silent(t);
    const one = client(t, { url: server.endpoint, accessToken: 'tok-1' });
    one.close();
    const { taken } = await all(one.deleteMany(ids(3), { concurrency: 1 }));
    assert.deepEqual(Object.values(kinds(taken)), ['INVALID_ARGUMENT', 'notAttempted', 'notAttempted']);
    assert.match(taken[0].error.message, /client is closed/);
    assert.equal(server.requests(), 0);
  });

  test('has errors with a stack that names the loop', async (t) => {
    const { taken } = await all(client(t, sandbox(t)).deleteMany(['1']));
    assert.match(taken[0].error.stack, /^DingTalkError: contact 1: .*batch\.test\.js:\d+/s);
  });
});

describe('a batch that is left early', () => {
  test('stops: calls under way finish, the source is closed', async (t) => {
    const server = await gate(t);
    const [some, seen] = source(ids(100));
    const items = client(t, server).deleteMany(some, { concurrency: 3 });
    server.asked(3).then(() => server.release(1));
    for await (const item of items) {
      assert.equal(kind(item), 'deleted');
      await server.asked(4);
      // They are answered only once the loop is left.
      setImmediate(() => server.open());
      break;
    }
    const { deleted, notAttempted, calls, end, stopped } = items.summary();
    assert.deepEqual([deleted, calls, server.requests()], [4, 4, 4]);
    assert.ok(notAttempted <= 6 && end instanceof Date && stopped !== undefined);
    assert.equal(seen.closed, 1);
    assert.ok(seen.taken <= 10);
  });

  test('stops by what the loop throws, too', async (t) => {
    const contacts = ids(100);
    const dingtalk = sandbox(t, { contacts });
    const [some, seen] = source([...contacts]);
    const mine = new Error('mine');
    const items = client(t, dingtalk).deleteMany(some);
    const error = await failure((async () => {
      for await (const _ of items) throw mine;
    })());
    assert.equal(error, mine);
    assert.equal(seen.closed, 1);
    assert.equal(items.summary().deleted, dingtalk.deleted.length);
    assert.ok(dingtalk.deleted.length < 100);
  });

  test('does not wait for a source that is slow', async (t) => {
    const [some, seen] = source(['1'], { end: () => new Promise(() => {}) });
    const items = client(t, sandbox(t, { contacts: ['1'] })).deleteMany(some);
    await items.next();
    await soon(items.return());
    assert.equal(seen.closed, 1);
  });

  test('passes on what the source throws at its end', async (t) => {
    const mine = new Error('mine');
    const some = (function* () {
      try {
        yield* ids(100);
      } finally {
        throw mine;
      }
    })();
    const items = client(t, sandbox(t, { contacts: ids(100) })).deleteMany(some);
    await items.next();
    assert.equal(await failure(items.return()), mine);
    assert.ok(items.summary().end instanceof Date);
  });
});

describe('ids that go wrong', () => {
  test('an error of the source comes out unchanged, behind the items of what was taken', async (t) => {
    const server = await gate(t);
    const mine = new Error('mine');
    let fail;
    const [some, seen] = source(ids(3), { end: () => new Promise((_, reject) => (fail = () => reject(mine))) });
    const items = client(t, server).deleteMany(some, { concurrency: 2 });
    const run = all(items);
    await server.asked(2);
    fail();
    // The third stays in the queue while two are under way.
    setImmediate(() => server.open());
    const { taken, error } = await run;
    assert.equal(error, mine);
    assert.deepEqual(kinds(taken), { '00': 'deleted', '01': 'deleted', '02': 'notAttempted' });
    assert.equal(seen.closed, 0);
    assert.equal(server.requests(), 2);
    assert.ok(items.summary().end instanceof Date);
  });

  test('an error in beginning the iteration', async (t) => {
    const mine = new Error('mine');
    const some = { [Symbol.iterator]: () => { throw mine; } };
    assert.deepEqual(await all(client(t, sandbox(t)).deleteMany(some)), { taken: [], error: mine });
  });

  for (const wrong of [125400001, 125400001n, null, undefined, {}, Promise.resolve('1')]) {
    test(`an id that is no text: ${typeof wrong} ${wrong}`, async (t) => {
      const dingtalk = sandbox(t, { contacts: ids(2) });
      const [some, seen] = source([...ids(2), wrong, '03']);
      const { taken, error } = await all(client(t, dingtalk).deleteMany(some));
      assert.ok(error instanceof TypeError);
      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.match(error.message, /userId must be a string.*leading zeros.*digits.*quoted/s);
      assert.deepEqual(taken.map((item) => item.userId).sort(), ids(2));
      assert.equal(seen.closed, 1);
      assert.equal(dingtalk.requests.length, taken.filter((item) => item.deletion).length);
    });
  }

  test('an id with half of a surrogate pair', async (t) => {
    const { taken, error } = await all(client(t, sandbox(t)).deleteMany(['1\ud800']));
    assert.deepEqual([taken, error.code, error.userId], [[], 'INVALID_ARGUMENT', '1\ud800']);
  });

  for (const wrong of ['0125400001', 5, null, undefined, {}, () => {}, { [Symbol.iterator]: 5 }]) {
    test(`ids that are ${typeof wrong} ${JSON.stringify(wrong)}`, async (t) => {
      const { taken, error } = await all(client(t, sandbox(t)).deleteMany(wrong));
      assert.ok(error instanceof TypeError);
      assert.deepEqual([taken, error.code], [[], 'INVALID_ARGUMENT']);
      assert.match(error.message, /^ids must be an iterable or async iterable of strings, not /);
    });
  }
});

describe('an abort', () => {
  test('ends the calls under way, takes no more ids, and is thrown behind the items', async (t) => {
    const server = await silent(t);
    const [some, seen] = source(ids(100));
    const controller = new AbortController();
    const items = client(t, { url: server.endpoint, accessToken: 'tok-1' })
      .deleteMany(some, { concurrency: 3, signal: controller.signal });
    const run = all(items);
    await server.asked(3);
    const reason = new Error('the user left');
    controller.abort(reason);
    const { taken, error } = await soon(run);
    assert.equal(error, reason);
    const errors = taken.filter((item) => item.error).map((item) => item.error);
    assert.deepEqual(errors.map(({ code, cause, maybeDeleted }) => [code, cause, maybeDeleted]), Array(3).fill(['CANCELLED', reason, true]));
    assert.ok(taken.filter((item) => !item.error).every((item) => item.notAttempted === true));
    assert.equal(taken.length, seen.taken);
    assert.ok(seen.taken <= 6);
    assert.deepEqual([seen.closed, server.requests()], [1, 3]);
    const { maybeDeleted, failed, notAttempted, calls, end } = items.summary();
    assert.deepEqual([maybeDeleted, failed, notAttempted, calls], [3, 0, taken.length - 3, 3]);
    assert.ok(end instanceof Date);
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });

  test('before the beginning sends nothing and takes no id', async (t) => {
    const server = await silent(t);
    const [some, seen] = source(ids(3));
    const signal = AbortSignal.abort('no');
    const one = client(t, { url: server.endpoint, accessToken: 'tok-1' });
    assert.deepEqual(await soon(all(one.deleteMany(some, { signal }))), { taken: [], error: 'no' });
    assert.deepEqual([seen.taken, seen.closed, server.requests()], [0, 1, 0]);
  });

  test('does not wait for a source that is slow, nor minds what becomes of it', async (t) => {
    const controller = new AbortController();
    let fail;
    const [some, seen] = source(['1'], { end: () => new Promise((_, reject) => (fail = reject)) });
    const one = client(t, sandbox(t, { contacts: ['1'] }));
    const items = one.deleteMany(some, { signal: controller.signal });
    assert.equal(kind((await items.next()).value), 'deleted');
    const rest = all(items);
    controller.abort();
    const { taken, error } = await soon(rest);
    assert.deepEqual([taken, error.name, seen.closed], [[], 'AbortError', 1]);
    fail(new Error('too late'));
  });

  test('in the body of the loop', async (t) => {
    const server = await gate(t);
    const controller = new AbortController();
    const items = client(t, server).deleteMany(ids(20), { concurrency: 2, signal: controller.signal });
    server.asked(2).then(() => server.release(1));
    const seen = [];
    const error = await soon(failure((async () => {
      for await (const item of items) {
        seen.push(kind(item));
        if (seen.length > 1) continue;
        await server.asked(3);
        controller.abort();
      }
    })()));
    assert.equal(error.name, 'AbortError');
    assert.deepEqual(seen.slice(0, 1), ['deleted']);
    assert.equal(seen.filter((one) => one === 'CANCELLED').length, 2);
    assert.ok(seen.slice(1).every((one) => one !== 'deleted'));
  });

  test('ends the wait for calls under way after a break', async (t) => {
    const server = await gate(t);
    const controller = new AbortController();
    const items = client(t, server).deleteMany(ids(20), { concurrency: 2, signal: controller.signal });
    server.asked(2).then(() => server.release(1));
    await items.next();
    await server.asked(3);
    const left = items.return();
    controller.abort();
    assert.equal((await soon(left)).done, true);
    assert.equal(items.summary().maybeDeleted, 2);
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });

  test('by time, and one for many batches', async (t) => {
    const warnings = [];
    const warned = (warning) => warnings.push(warning);
    process.on('warning', warned);
    t.after(() => process.off('warning', warned));
    const server = await silent(t);
    const one = client(t, { url: server.endpoint, accessToken: 'tok-1' });
    const signal = AbortSignal.timeout(100);
    const runs = Array.from({ length: 20 }, () => all(one.deleteMany(['1'], { signal })));
    for (const { taken, error } of await soon(Promise.all(runs))) {
      assert.equal(error.name, 'TimeoutError');
      assert.deepEqual(kinds(taken), { 1: 'CANCELLED' });
    }
    assert.deepEqual(warnings, []);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  test('after the end does no harm', async (t) => {
    const controller = new AbortController();
    const items = client(t, sandbox(t, { contacts: ['1'] })).deleteMany(['1'], { signal: controller.signal });
    assert.equal((await all(items)).error, undefined);
    controller.abort();
    assert.equal(items.summary().stopped, undefined);
  });
});

describe('a journal', () => {
  test('is taken up by a later run, and is free once the loop is left', async (t) => {
    const contacts = ids(20);
    const dingtalk = sandbox(t, { contacts });
    const one = client(t, dingtalk);
    const journal = path.join(folder(t), 'erasure.jsonl');
    let seen = 0;
    for await (const item of one.deleteMany(contacts, { journal, concurrency: 2 })) {
      assert.equal(kind(item), 'deleted');
      if (++seen === 5) break;
    }
    const before = dingtalk.deleted.length;
    assert.ok(before >= 5 && before < 20);
    const items = one.deleteMany(contacts, { journal });
    const { taken } = await all(items);
    assert.deepEqual(Object.values(kinds(taken)), Array(20).fill('deleted'));
    const { deleted, settledBefore, calls } = items.summary();
    assert.deepEqual([deleted, settledBefore, calls], [20, before, 20 - before]);
    assert.equal(dingtalk.requests.length, 20);
    const lines = fs.readFileSync(journal, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    const ended = lines.filter((line) => line.status === 'deleted');
    assert.equal(ended.length, 20);
    assert.equal(taken.filter((item) => item.settledBefore).length, before);
    const times = Object.fromEntries(ended.map((line) => [line.user_id, new Date(line.time)]));
    for (const { userId, time } of taken) assert.deepEqual(time, times[userId]);
  });

  test('is refused where it cannot serve, and nothing is called or taken', async (t) => {
    const dingtalk = sandbox(t, { contacts: ['1'] });
    const one = client(t, dingtalk);
    const place = folder(t);
    const journal = path.join(place, 'erasure.jsonl');
    const held = one.deleteMany((async function* () { yield '1'; await new Promise(() => {}); })(), { journal });
    await held.next();
    const other = client(t, { url: 'http://127.0.0.1:1', accessToken: 'tok-1' });
    fs.writeFileSync(path.join(place, 'damaged'), '{"journal":"some other"}\n');
    for (const [of, file, said] of [
      [one, journal, /in use/],
      [one, path.join(place, 'no', 'such', 'folder'), /cannot be opened/],
      [one, path.join(place, 'damaged'), /not a journal/],
    ]) {
      const [some, seen] = source(['2']);
      const { taken, error } = await all(of.deleteMany(some, { journal: file }));
      assert.ok(error instanceof DingTalkError);
      assert.deepEqual([taken, error.code, seen.taken, seen.closed], [[], 'JOURNAL', 0, 1]);
      assert.match(error.message, said);
    }
    await held.return();
    const { error } = await all(other.deleteMany(['2'], { journal }));
    assert.match(error.message, /was written for the endpoint/);
    assert.equal(dingtalk.requests.length, 1);
  });
});

describe('a bad option of a batch', () => {
  for (const [options, named] of [
    [{ concurrency: 0 }, /^concurrency/],
    [{ concurrency: 65 }, /^concurrency/],
    [{ concurrency: 1.5 }, /^concurrency/],
    [{ concurrency: '8' }, /^concurrency/],
    [{ journal: 5 }, /^journal/],
    [{ missingOk: 'yes' }, /^missingOk/],
    [{ missing_ok: true }, /there is no option "missing_ok"/],
    [{ timeout: 5000 }, /there is no option "timeout"/],
  ]) {
    test(JSON.stringify(options), async (t) => {
      const [some, seen] = source(['1']);
      const { taken, error } = await all(client(t, sandbox(t)).deleteMany(some, options));
      assert.ok(error instanceof DingTalkError);
      assert.deepEqual([taken, error.code, seen.taken, seen.closed], [[], 'INVALID_ARGUMENT', 0, 1]);
      assert.match(error.message, named);
    });
  }

  for (const options of [null, 5, [], { signal: {} }, { signal: new AbortController() }]) {
    test(`of a wrong type: ${JSON.stringify(options)}`, async (t) => {
      const { error } = await all(client(t, sandbox(t)).deleteMany(['1'], options));
      assert.deepEqual([error.name, error.code], ['TypeError', 'INVALID_ARGUMENT']);
    });
  }

  test('every option of the core is one that the types know', async (t) => {
    const { error } = await all(client(t, sandbox(t)).deleteMany([], { nonsense: 1 }));
    const types = fs.readFileSync(require.resolve('../index.d.ts'), 'utf8');
    const [, body] = /interface DeleteManyOptions {(.*?)\n}/s.exec(types);
    const known = [...body.matchAll(/^ {2}(\w+)\?:/gm)].map(([, option]) => option);
    assert.deepEqual(known, [...error.advice.match(/The options are (.*)\./)[1].split(', '), 'signal']);
  });

  test('every field of the summary is one that the types know', async (t) => {
    const dingtalk = sandbox(t, { contacts: ['1'] });
    const one = new Client({ endpoint: dingtalk.url, appKey: dingtalk.appKey, appSecret: dingtalk.appSecret });
    t.after(() => one.close());
    dingtalk.setPermission('qyapi_ext_write', false);
    const items = one.deleteMany(['1']);
    await all(items);
    const types = fs.readFileSync(require.resolve('../index.d.ts'), 'utf8');
    const [, body] = /interface Summary {(.*?)\n}/s.exec(types);
    assert.deepEqual([...body.matchAll(/readonly (\w+)\??:/g)].map(([, field]) => field), Object.keys(items.summary()));
  });
});
