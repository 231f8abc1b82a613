'use strict';
// What happens around the calls: the process and its worker threads end, well or badly.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');
const { describe, test } = require('node:test');
const { Sandbox } = require('dingtalk-extcontact/testing');
const { ended, run, silent } = require('./support.js');

const bin = path.join(__dirname, '..', 'bin.js');

/** The start of a program that runs apart. */
const PROGRAM = `
  const { Client, setLogger } = require('dingtalk-extcontact');
  const { Sandbox } = require('dingtalk-extcontact/testing');
  const { Worker, isMainThread, parentPort } = require('node:worker_threads');
  const sandbox = (contacts) => new Sandbox({ contacts, callsPerSecond: null });
  const client = ({ url, accessToken }, options) =>
    new Client({ endpoint: url, accessToken, rate: null, ...options });
`;

async function ends(code, out, options) {
  const result = await run(PROGRAM + code, options);
  assert.deepEqual({ ...result, err: result.err }, { status: 0, signal: null, out, err: '' });
}

describe('calls that wait', () => {
  const linux = { skip: process.platform !== 'linux' && 'threads are counted in /proc' };

  test('have no thread, and keep nobody waiting', linux, () =>
    ends(
      `const { readdirSync, readFileSync } = require('node:fs');
       const threads = (wanted) =>
         readdirSync('/proc/self/task').filter((task) => {
           try {
             return readFileSync('/proc/self/task/' + task + '/comm', 'utf8').trim() === wanted;
           } catch {
             return false;
           }
         }).length;
       const dingtalk = new Sandbox({ contacts: 2000, callsPerSecond: null });
       const [rated, other] = [client(dingtalk, { rate: 20 }), client(dingtalk)];
       const abort = new AbortController();
       let done = 0;
       const calls = dingtalk.contacts.map((id) =>
         rated.delete(id, { signal: abort.signal }).then(() => (done += 1), (error) => error.code));
       const look = async () => {
         // A call may take over a second on a busy machine, and twenty more begin meanwhile.
         if (threads('dingtalk-call') > 40 || threads('dingtalk-timer') > 1) throw new Error('too many threads');
         if (done < 60) return setTimeout(look, 10);
         const before = done;
         const { status } = await other.delete('0199', { missingOk: true });
         abort.abort();
         const codes = await Promise.all(calls);
         const cancelled = codes.filter((code) => code === 'CANCELLED').length;
         console.log(status, done < before + 40, cancelled > 1500, dingtalk.deleted.length < 200);
       };
       look();`,
      'absent true true true\n',
    ));
});

describe('the process ends by itself', () => {
  test('with nothing but the module', () => ends('', ''));

  test('with a client, a sandbox and a logger that nobody closed', () =>
    ends(
      `const dingtalk = sandbox(['1']);
       setLogger(() => {});
       client(dingtalk).delete('1').then((deletion) => console.log(deletion.status));`,
      'deleted\n',
    ));

  test('but not before a pending call, though nothing else is under way', () =>
    ends(
      `const dingtalk = new Sandbox({ contacts: ['1'], latency: 300 });
       client(dingtalk).delete('1').then((deletion) => console.log(deletion.status));`,
      'deleted\n',
    ));

  test('after a call that was aborted', async (t) => {
    const { endpoint } = await silent(t);
    await ends(
      `const one = client({ url: ${JSON.stringify(endpoint)}, accessToken: 'tok-1' });
       one.delete('1', { signal: AbortSignal.timeout(50) }).catch((error) => console.log(error.code));`,
      'CANCELLED\n',
    );
  });

  test('at process.exit, whatever is under way', async (t) => {
    const { endpoint } = await silent(t);
    await ends(
      `const one = client({ url: ${JSON.stringify(endpoint)}, accessToken: 'tok-1' });
       for (let i = 0; i < 100; i += 1) one.delete('1');
       setTimeout(() => process.exit(), 50);`,
      '',
    );
  });

  test('at an uncaught exception, with its status', async (t) => {
    const { endpoint } = await silent(t);
    const result = await run(
      `${PROGRAM}
       client({ url: ${JSON.stringify(endpoint)}, accessToken: 'tok-1' }).delete('1');
       setTimeout(() => { throw new Error('on purpose') }, 50);`,
    );
    assert.deepEqual([result.status, result.signal], [1, null]);
  });

  test('with a rejection that nobody handles, which shows code and advice', async () => {
    const result = await run(`${PROGRAM} client(sandbox([])).delete('0125');`);
    assert.equal(result.status, 1);
    assert.match(result.err, /DingTalkError: contact 0125: /);
    assert.match(result.err, /code: 'INVALID_USER_ID'/);
    assert.match(result.err, /advice: /);
  });

  test('when a logger throws, as with any callback', async () => {
    const result = await run(
      `${PROGRAM} setLogger(() => { throw new Error('my own') }); client(sandbox(['1'])).delete('1');`,
    );
    assert.equal(result.status, 1);
    assert.match(result.err, /my own/);
  });
});

describe('a batch', () => {
  test('keeps the process alive, though nothing else is under way', () =>
    ends(
      `(async () => {
        const dingtalk = new Sandbox({ contacts: ['1', '2', '3'], latency: 100 });
        const items = client(dingtalk).deleteMany(['1', '2', '3'], { concurrency: 1 });
        for await (const item of items) console.log(item.userId, item.deletion.status);
        console.log(items.summary().deleted);
      })();`,
      '1 deleted\n2 deleted\n3 deleted\n3\n',
    ));

  test('whose calls under way are waited for after a break keeps it alive, too', () =>
    ends(
      `(async () => {
        const dingtalk = new Sandbox({ contacts: ['1', '2', '3'], faults: 'delay=300ms' });
        const items = client(dingtalk).deleteMany((function* () { yield ' '; yield '1'; yield '2'; })());
        for await (const item of items) break;
        console.log(items.summary().end instanceof Date, items.summary().calls === dingtalk.deleted.length);
      })();`,
      'true true\n',
    ));

  test('that waits for ids alone does not keep it alive', () =>
    ends(
      `(async () => {
        const slow = (async function* () { yield '1'; yield '1'; await new Promise(() => {}); })();
        for await (const item of client(sandbox(['1'])).deleteMany(slow)) console.log(item.deletion.status);
      })();`,
      'deleted\n',
    ));

  test('that nobody asks any more does not keep it alive', async (t) => {
    const { endpoint } = await silent(t);
    await ends(
      `const one = client({ url: ${JSON.stringify(endpoint)}, accessToken: 'tok-1' });
       const items = one.deleteMany((function* () { yield ' '; for (let i = 0; ; i += 1) yield String(i); })());
       items.next().then(({ value }) => console.log(value.error.code));`,
      'INVALID_ARGUMENT\n',
    );
  });

  test('that is forgotten stops', () =>
    ends(
      `(async () => {
        const dingtalk = new Sandbox({ contacts: 0, latency: 20, callsPerSecond: null });
        const ids = (function* () { for (let i = 0; ; i += 1) yield String(i); })();
        let journal = require('node:path').join(${JSON.stringify(os.tmpdir())}, 'forgotten-' + process.pid);
        process.on('exit', () => require('node:fs').unlinkSync(journal));
        await (() => client(dingtalk).deleteMany(ids, { journal, missingOk: true }).next())();
        // Its journal is free once it has ended.
        for (;;) {
          gc();
          await new Promise((resolve) => setTimeout(resolve, 5));
          try {
            await client(dingtalk).deleteMany([], { journal }).next();
            return console.log('free');
          } catch (error) {
            if (error.code !== 'JOURNAL') throw error;
          }
        }
      })();`,
      'free\n',
      { args: ['--expose-gc'] },
    ));

  test('does no harm at process.exit', async (t) => {
    const { endpoint } = await silent(t);
    await ends(
      `const one = client({ url: ${JSON.stringify(endpoint)}, accessToken: 'tok-1' });
       one.deleteMany((function* () { for (let i = 0; ; i += 1) yield String(i); })(), { concurrency: 64 }).next();
       setTimeout(() => process.exit(), 50);`,
      '',
    );
  });
});

test('a sandbox that is forgotten serves on, and a client that is forgotten ends its calls', () =>
  ends(
    `(async () => {
      const endpoint = (() => { const { url, accessToken } = sandbox(['1']); return { url, accessToken }; })();
      const deletion = (() => client(endpoint).delete('1'))();
      for (let i = 0; i < 5; i += 1) { gc(); await new Promise(setImmediate); }
      console.log((await deletion).status);
      console.log((await client(endpoint).delete('1', { missingOk: true })).status);
    })();`,
    'deleted\nabsent\n',
    { args: ['--expose-gc'] },
  ));

describe('worker threads', () => {
  const IN_WORKER = (code) => `new Worker(${JSON.stringify(PROGRAM + code)}, { eval: true })`;

  test('make calls side by side with the main thread, and share one logger', () =>
    ends(
      `(async () => {
        const dingtalk = sandbox(['1', '2', '3', '4', '5']);
        const lines = [];
        // Lines of other threads come by a way of their own, after the outcome or before.
        const allLines = new Promise((resolve) => {
          setLogger((level, message) => lines.push(message) === 5 && resolve());
        });
        const workers = ['1', '2', '3', '4'].map((id) => new Promise((resolve, reject) => {
          const worker = ${IN_WORKER(`
            parentPort.once('message', ([dingtalk, id]) =>
              client(dingtalk).delete(id).then((deletion) => parentPort.postMessage(deletion.status)));
          `)};
          worker.postMessage([{ url: dingtalk.url, accessToken: dingtalk.accessToken }, id]);
          worker.on('message', resolve).on('error', reject);
        }));
        await client(dingtalk).delete('5');
        console.log((await Promise.all(workers)).join());
        await allLines;
        console.log(dingtalk.deleted.length, lines.length);
      })();`,
      'deleted,deleted,deleted,deleted\n5 5\n',
    ));

  test('that are terminated in the middle of calls do no harm, and their queued calls are not sent', async (t) => {
    const server = await silent(t);
    await ends(
      `(async () => {
        const worker = ${IN_WORKER(`
          const one = client({ url: ${JSON.stringify(server.endpoint)}, accessToken: 'tok-1' });
          setLogger(() => {}, 'debug');
          for (let i = 0; i < 200; i += 1) one.delete('1').catch(() => {});
          parentPort.postMessage('started');
        `)};
        await new Promise((resolve) => worker.once('message', resolve));
        await worker.terminate();
        const dingtalk = sandbox(['1']);
        const lines = [];
        setLogger((level, message) => lines.push(message));
        const { status, requestId } = await client(dingtalk).delete('1');
        // Lines of calls that the worker left may come still.
        console.log(status, lines.find((line) => line.includes(requestId)).replace(requestId, 'r1'));
      })();`,
      'deleted contact 1: deleted, request id r1, 1 request\n',
    );
    assert.ok(server.requests() <= 64, `${server.requests()} requests`);
  });

  test('that are terminated in the middle of batches do no harm, and call nothing more', async (t) => {
    const server = await silent(t);
    await ends(
      `(async () => {
        for (let i = 0; i < 5; i += 1) {
          const worker = ${IN_WORKER(`
            const one = client({ url: ${JSON.stringify(server.endpoint)}, accessToken: 'tok-1' });
            const ids = (function* () { for (let i = 0; ; i += 1) yield String(i); })();
            one.deleteMany(ids, { concurrency: 4 }).next();
            const { url, accessToken } = sandbox([]);
            const busy = client({ url, accessToken }).deleteMany(ids, { missingOk: true });
            (async () => { for await (const item of busy) parentPort.postMessage('an item'); })();
          `)};
          await new Promise((resolve) => worker.once('message', resolve));
          await worker.terminate();
        }
        const dingtalk = sandbox(['1']);
        console.log((await client(dingtalk).deleteMany(['1']).next()).value.deletion.status);
      })();`,
      'deleted\n',
    );
    assert.ok(server.requests() <= 5 * 4, `${server.requests()} requests`);
  });

  test('that are terminated while outcomes come in do no harm, again and again', () =>
    ends(
      `(async () => {
        const dingtalk = sandbox([]);
        const given = { url: dingtalk.url, accessToken: dingtalk.accessToken };
        for (let round = 0; round < 15; round += 1) {
          const workers = [0, 1, 2, 3].map(() => ${IN_WORKER(`
            parentPort.once('message', async (dingtalk) => {
              const one = client(dingtalk);
              setLogger(() => {}, 'debug');
              parentPort.postMessage('go');
              const loop = async () => { for (;;) await one.delete('1').catch(() => {}); };
              for (let i = 0; i < 8; i += 1) loop();
            });
          `)});
          await Promise.all(workers.map((worker) => new Promise((resolve) => {
            worker.once('message', () => setTimeout(resolve, round));
            worker.postMessage(given);
          })));
          await Promise.all(workers.map((worker) => worker.terminate()));
        }
        console.log((await client(dingtalk).delete('1', { missingOk: true })).status);
      })();`,
      'absent\n',
    ));

  test('may be the first to load the package, and go before anybody else does', async () => {
    const program = `
      const { Worker } = require('node:worker_threads');
      const work = (code) => new Worker(${JSON.stringify(PROGRAM)} + code, { eval: true });
      (async () => {
        for (const code of [
          'parentPort.postMessage(1); setInterval(() => {}, 1000);',
          'const dingtalk = sandbox([]); parentPort.postMessage(1); setInterval(() => {}, 1000);',
          'const one = client(new Sandbox({ latency: 1000 })); for (let i = 0; i < 9; i += 1) one.delete("1"); parentPort.postMessage(1);',
        ]) {
          const worker = work(code);
          await new Promise((resolve) => worker.once('message', resolve));
          await worker.terminate();
        }
        const { Client } = require('dingtalk-extcontact');
        const { Sandbox } = require('dingtalk-extcontact/testing');
        const dingtalk = new Sandbox({ contacts: ['1'] });
        const one = new Client({ endpoint: dingtalk.url, accessToken: dingtalk.accessToken });
        console.log((await one.delete('1')).status);
      })();`;
    const result = await run(program);
    assert.deepEqual(result, { status: 0, signal: null, out: 'deleted\n', err: '' });
  });

  test('end by themselves, and with process.exit of their own', () =>
    ends(
      `(async () => {
        const dingtalk = sandbox(['1']);
        const given = { url: dingtalk.url, accessToken: dingtalk.accessToken };
        for (const last of ['', 'one.delete("3"); process.exit(7);']) {
          const worker = new Worker(${JSON.stringify(PROGRAM)} +
            'parentPort.once("message", async (dingtalk) => {' +
            '  const one = client(dingtalk); await one.delete("1", { missingOk: true });' + last +
            '});', { eval: true });
          worker.postMessage(given);
          console.log(await new Promise((resolve) => worker.once('exit', resolve)));
        }
      })();`,
      '0\n7\n',
    ));
});

describe('the command', () => {
  const command = (args, env) => ended(spawn(process.execPath, [bin, ...args], { env: { ...process.env, ...env } }));

  test('deletes and says so in JSON', async (t) => {
    const dingtalk = new Sandbox({ contacts: ['0125400001'] });
    t.after(() => dingtalk.close());
    const env = { DINGTALK_ENDPOINT: dingtalk.url, DINGTALK_ACCESS_TOKEN: dingtalk.accessToken };
    const result = await command(['delete', '--json', '0125400001'], env);
    assert.equal(result.status, 0, result.err);
    assert.equal(JSON.parse(result.out.split('\n')[0]).status, 'deleted');
    assert.deepEqual(dingtalk.deleted, ['0125400001']);
    assert.equal((await command(['delete', '--json', '0125400001'], env)).status, 1);
  });

  test('shows on request what it does, without a secret', async (t) => {
    const dingtalk = new Sandbox({ contacts: ['0125400001'] });
    t.after(() => dingtalk.close());
    const env = { DINGTALK_ENDPOINT: dingtalk.url, DINGTALK_ACCESS_TOKEN: dingtalk.accessToken };
    const shown = await command(['delete', '0125400001', '-vv'], env);
    assert.equal(shown.status, 0);
    assert.match(shown.err, /INFO {2}calls go to .*\n.*INFO {2}.*\n.*INFO {2}contact 0125400001: deleted/);
    assert.ok(!shown.err.includes(dingtalk.accessToken));
    assert.equal((await command(['delete', '0999', '--missing-ok'], env)).err.includes('INFO'), false);
    assert.match((await command(['delete', '0999'], { ...env, DINGTALK_LOG: 'info' })).err, /INFO {2}calls go to /);
  });

  test('explains, helps, and refuses what it does not know', async () => {
    const explained = await command(['explain', '60011']);
    assert.deepEqual([explained.status, explained.err], [0, '']);
    assert.match(explained.out, /qyapi_ext_write/);
    const chinese = await command(['--lang', 'zh', 'explain', '60011']);
    assert.match(chinese.out, /请在开发者后台/);
    const helped = await command(['--help']);
    assert.equal(helped.status, 0);
    assert.match(helped.out, /Usage: dingtalk-extcontact/);
    assert.equal((await command(['nonsense'])).status, 2);
    assert.equal((await command([])).status, 2);
  });

  test('is interrupted by SIGINT, with status 130', { skip: process.platform === 'win32' && 'no signals' }, async (t) => {
    const server = await silent(t);
    const env = { ...process.env, DINGTALK_ENDPOINT: server.endpoint, DINGTALK_ACCESS_TOKEN: 'tok-1' };
    const child = spawn(process.execPath, [bin, 'delete', '1'], { env });
    server.asked(1).then(() => child.kill('SIGINT'));
    assert.equal((await ended(child)).status, 130);
  });

  test('is interrupted by SIGTERM and SIGHUP, too', { skip: process.platform === 'win32' && 'no signals' }, async (t) => {
    for (const signal of ['SIGTERM', 'SIGHUP']) {
      const server = await silent(t);
      const env = { ...process.env, DINGTALK_ENDPOINT: server.endpoint, DINGTALK_ACCESS_TOKEN: 'tok-1' };
      const child = spawn(process.execPath, [bin, 'delete', '1'], { env });
      server.asked(1).then(() => child.kill(signal));
      assert.equal((await ended(child)).status, 130);
    }
    const sandbox = spawn(process.execPath, [bin, 'sandbox']);
    sandbox.stdout.once('data', () => sandbox.kill('SIGTERM'));
    assert.equal((await ended(sandbox)).signal, null);
  });

  test('refuses an id that is not UTF-8', { skip: process.platform === 'win32' && 'no bytes' }, async () => {
    const child = spawn('sh', ['-c', `exec "$0" "$1" delete "$(printf '01\\377')"`, process.execPath, bin]);
    const result = await ended(child);
    assert.equal(result.status, 2);
    assert.match(result.err, /UTF-8/);
  });
});
