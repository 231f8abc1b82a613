'use strict';
// The package as people install it: packed, and used in projects that have nothing else.

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, test } = require('node:test');
const { Sandbox } = require('dingtalk-extcontact/testing');
const { ESM, CJS, TS, SAID } = require('./sample.js');
const { ended } = require('./support.js');

const root = path.join(__dirname, '..');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'dingtalk-extcontact-'));
const npm = (args, cwd) => sh('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], cwd);
const tool = (name, entry) => path.join(path.dirname(require.resolve(`${name}/package.json`)), entry);
let tarball;
let files;

async function sh(program, args, cwd, env) {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, shell: process.platform === 'win32' });
  const result = await ended(child, 300_000);
  assert.equal(result.status, 0, `${program} ${args.join(' ')}\n${result.out}${result.err}`);
  return result.out;
}

/** A project of its own with the package and these files. */
async function project(name, contents, fields = {}) {
  const folder = path.join(work, name);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, ...fields }));
  for (const [file, text] of Object.entries(contents)) fs.writeFileSync(path.join(folder, file), text);
  await npm(['install', '--offline', tarball], folder);
  return folder;
}

before(async () => {
  const out = await npm(['pack', '--json', '--pack-destination', work], root);
  // What npm says of scripts comes first.
  const packed = JSON.parse(out.slice(out.search(/^[[{]/m)));
  const [{ filename, files: list }] = Array.isArray(packed) ? packed : Object.values(packed);
  tarball = path.join(work, filename);
  files = list.map((file) => file.path).sort();
});

after(() => fs.rmSync(work, { recursive: true, force: true }));

describe('the package', () => {
  test('holds what is used and nothing else', () => {
    const native = files.filter((file) => file.endsWith('.node'));
    assert.ok(native.some((file) => file.includes(`${process.platform}-${process.arch}`)), String(files));
    assert.deepEqual(
      files.filter((file) => !native.includes(file)),
      ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'README.zh-CN.md', 'batch.js', 'bin.js', 'bridge.js', 'check.js',
        'contact.js', 'index.d.ts', 'index.js', 'journal.js', 'native.js', 'outcome.js', 'package.json', 'testing.d.ts', 'testing.js'],
    );
    const { scripts } = require('../package.json');
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) assert.ok(!(script in scripts));
  });

  test('is in order, says publint', () => sh(process.execPath, [path.join(root, 'node_modules', 'publint', 'src', 'cli.js'), 'run', '--strict', tarball]));

  test('has types that resolve, says attw', () =>
    sh(process.execPath, [tool('@arethetypeswrong/cli', 'dist/index.js'), tarball, '--profile', 'node16'], work));

  test('works in an empty ES module project', async () => {
    const folder = await project('esm', { 'main.js': ESM }, { type: 'module' });
    assert.equal(await sh(process.execPath, ['main.js'], folder), SAID);
    assert.match(await sh('npx', ['--no-install', 'dingtalk-extcontact', 'explain', '33012'], folder), /invalid_user_id/);
  });

  test('works in an empty CommonJS project', async () => {
    const folder = await project('cjs', { 'main.js': CJS });
    assert.equal(await sh(process.execPath, ['main.js'], folder), SAID);
  });

  const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  for (const [name, source, flags] of [
    ['cjs', CJS, ['--outfile=out/main.js']],
    ['esm', ESM, ['--outfile=out/main.mjs', '--format=esm', `--banner:js=${REQUIRE}`]],
  ]) {
    test(`can be bundled, its addon copied: ${name}`, async () => {
      const folder = await project(`bundled-${name}`, { 'main.js': source });
      const all = ['--bundle', '--platform=node', '--loader:.node=copy', '--log-level=warning', ...flags];
      assert.equal(await sh(tool('esbuild', 'bin/esbuild'), ['main.js', ...all], folder), '');
      fs.rmSync(path.join(folder, 'node_modules'), { recursive: true });
      assert.equal(await sh(process.execPath, [flags[0].split('=')[1]], folder), SAID);
      assert.ok(name === 'cjs' || fs.readFileSync(path.join(root, 'README.md'), 'utf8').includes(REQUIRE));
    });
  }

  for (const [name, flag] of [['external', '--external:*.node'], ['file', '--loader:.node=file']]) {
    test(`says in a bundle without its addon how to make one: ${flag}`, async () => {
      const folder = await project(`bundled-${name}`, { 'main.js': CJS });
      const flags = ['--bundle', '--platform=node', '--outdir=out', flag, '--log-level=warning'];
      await sh(tool('esbuild', 'bin/esbuild'), ['main.js', ...flags], folder);
      const result = await ended(spawn(process.execPath, ['out/main.js'], { cwd: folder }));
      assert.equal(result.status, 1);
      assert.match(result.err, /no native part that loads here .*external: \['dingtalk-extcontact'\]/);
    });
  }

  for (const [name, fields, source] of [
    ['ts-esm', { type: 'module' }, TS],
    ['ts-cjs', {}, TS],
  ]) {
    test(`compiles and works in an empty TypeScript project: ${name}`, async () => {
      const folder = await project(name, { 'main.ts': source }, fields);
      const flags = ['--strict', '--module', 'nodenext', '--skipLibCheck', 'false', '--types', '', '--lib', 'esnext,dom'];
      await sh(process.execPath, [tool('typescript', 'bin/tsc'), ...flags, 'main.ts'], folder);
      assert.equal(await sh(process.execPath, ['main.js'], folder), SAID);
    });
  }
});

describe('the examples of the README', () => {
  const text = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
  let folder;
  let sandbox;

  before(async () => {
    folder = await project('readme', {});
    sandbox = new Sandbox({ contacts: [1, 2, 3, 4, 5, 6, 7].map((n) => ({
        userid: `012540000${n}`, name: `Sample ${n}`, mobile: `1713920000${n}`, state_code: '49',
        follower_user_id: 'manager1', label_ids: [1000001],
      })),
    });
  });
  after(() => sandbox.close());

  test('are there', () => assert.ok(blocks.length >= 4));

  for (const [index, code] of blocks.entries()) {
    const first = code.split('\n').find((line) => !/^(import|const \{)|^$/.test(line));
    test(`run: ${first}`, async () => {
      const file = path.join(folder, `example${index}.${code.includes('import ') ? 'mjs' : 'cjs'}`);
      fs.writeFileSync(file, code);
      const env = { DINGTALK_ENDPOINT: sandbox.url, DINGTALK_APP_KEY: sandbox.appKey, DINGTALK_APP_SECRET: sandbox.appSecret };
      const out = await sh(process.execPath, [file], folder, env);
      if (code.includes('restore(')) assert.match(out, /^\d+\n$/, 'the new id');
      else if (code.includes('console.log') && code.includes('status')) assert.match(out, /deleted/);
    });
  }
});

describe('other runtimes', () => {
  for (const [name, args] of [
    ['bun', ['main.mjs']],
    ['deno', ['run', '--allow-all', '--no-lock', 'main.mjs']],
  ]) {
    // `npm run tools` puts them there.
    const places = [path.join(__dirname, 'tools', 'node_modules', '.bin'), ...process.env.PATH.split(path.delimiter)];
    const program = places.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
    test(name, async (t) => {
      if (program === undefined) {
        const script = path.join(root, '../tools/left-out.sh');
        execFileSync('sh', [script, `node: under ${name}`, `no ${name}`]);
        return t.skip();
      }
      const folder = await project(name, { 'main.mjs': ESM });
      assert.equal(await sh(program, args, folder), SAID);
    });
  }
});
