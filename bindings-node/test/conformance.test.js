'use strict';
// The conformance cases through the public API, each a test of its own.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const readline = require('node:readline');
const { inspect } = require('node:util');
const { test } = require('node:test');
const { Client, DingTalkError, setLogger } = require('dingtalk-extcontact');

const root = path.join(__dirname, '..', '..');
/** The judge: a program that is built already, or the one that cargo builds. */
const judge = process.env.DINGTALK_EXTCONTACT_JUDGE
  ? [process.env.DINGTALK_EXTCONTACT_JUDGE]
  : 'cargo run -q -p dingtalk-extcontact-conformance --'.split(' ');

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const isTime = (name) => /timeout$/.test(name);

/** Options as a case has them, as this language has them. */
const options = (given) =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      camel(name),
      isTime(name) && typeof value === 'number' ? value * 1000 : value,
    ]),
  );

/** The JSON form, made of what the public API shows. */
function form(outcome) {
  const { code, apiCode, retryAfter, ...rest } = outcome;
  const result = Object.fromEntries(Object.entries(rest).map(([name, value]) => [snake(name), value]));
  if (!(outcome instanceof Error)) return result;
  delete result.stack;
  delete result.cause;
  Object.assign(result, { status: 'failed', kind: code.toLowerCase(), message: outcome.message });
  if (apiCode !== undefined) result.code = apiCode;
  if (retryAfter !== undefined) result.retry_after = retryAfter / 1000;
  return result;
}

/** One connection to the judge: lines of JSON, one question and one answer at a time. */
async function connect(control) {
  const [host, port] = control.split(':');
  const socket = net.connect(Number(port), host);
  await once(socket, 'connect');
  const answers = readline.createInterface({ input: socket })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      socket.write(`${JSON.stringify(question)}\n`);
      const answer = JSON.parse((await answers.next()).value);
      assert.equal(answer.error, undefined);
      return answer;
    },
    end: () => socket.destroy(),
  };
}

async function play(judge, name, texts) {
  const { options: given, calls } = await judge.ask({ op: 'start', case: name });
  const outcomes = [];
  const note = (outcome) => {
    outcomes.push(form(outcome));
    texts.push(inspect(outcome, { showHidden: true, depth: 9 }), JSON.stringify(outcome));
    if (outcome instanceof Error) texts.push(outcome.stack, String(outcome));
  };
  const ours = (error) => {
    if (!(error instanceof DingTalkError)) throw error;
    note(error);
  };
  let client;
  try {
    client = new Client(options(given));
  } catch (error) {
    ours(error);
    return { op: 'finish', outcomes, texts };
  }
  texts.push(inspect(client, { showHidden: true }));
  for (const { user_id: userId, cancel, set_access_token: token, close, ...rest } of calls) {
    if (token !== undefined) client.setAccessToken(token);
    if (close) client.close();
    const controller = new AbortController();
    if (cancel === 'before') controller.abort();
    const deletion = client.delete(userId, { ...options(rest), signal: controller.signal });
    const timer = typeof cancel === 'number' && setTimeout(() => controller.abort(), cancel * 1000);
    await deletion.then(note, ours);
    clearTimeout(timer);
  }
  client.close();
  return { op: 'finish', outcomes, texts };
}

test('conformance', { concurrency: 16 }, async (t) => {
  const program = spawn(judge[0], [...judge.slice(1), path.join(root, 'conformance', 'cases')], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => program.stdin.end());
  const [line] = await once(readline.createInterface({ input: program.stdout }), 'line');
  const { control } = JSON.parse(line);
  const listing = await connect(control);
  const { cases } = await listing.ask({ op: 'list' });
  listing.end();
  assert.ok(cases.length > 0, 'there are no cases');

  // One sink a process: every case is given the lines of all that run beside it.
  const sinks = new Set();
  setLogger((level, message) => sinks.forEach((texts) => texts.push(message)), 'debug');
  t.after(() => setLogger(null));

  await Promise.all(
    cases.map((name) =>
      t.test(name, async () => {
        const connection = await connect(control);
        const texts = [];
        sinks.add(texts);
        try {
          const { differences } = await connection.ask(await play(connection, name, texts));
          assert.equal(differences, undefined, differences?.join('\n'));
        } finally {
          sinks.delete(texts);
          connection.end();
        }
      }),
    ),
  );
});
