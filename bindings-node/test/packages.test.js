'use strict';
// The packages of the registry, from a registry on loopback: installed by each package manager into
// empty projects, and taken into bundles.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, test } = require('node:test');
const { main, native, platforms } = require('../pack.js');
const { ended } = require('./support.js');
const { ESM, CJS, TS, SAID } = require('./sample.js');

const root = path.join(__dirname, '..');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'dingtalk-extcontact-'));
const tools = path.join(__dirname, 'tools', 'node_modules');
const tool = (...parts) => path.join(tools, ...parts);
const { name, version } = main();

let registry;
let ours;

async function sh(program, args, cwd, home = cwd) {
  // Under `npm test` npm tells the folder of its cache, and all its settings, by the environment.
  const own = Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key));
  const homes = { HOME: home, USERPROFILE: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home };
  const env = { ...Object.fromEntries(own), ...homes };
  const child = spawn(program, args, { cwd, env, shell: process.platform === 'win32' });
  const result = await ended(child, 300_000);
  assert.equal(result.status, 0, `${program} ${args.join(' ')}\n${result.out}${result.err}`);
  return result.out;
}

/** A project of its own with these files, where package managers ask the registry here; it is also their home,
 * so that none has something from before. */
function project(title, contents, fields = {}) {
  const folder = fs.mkdtempSync(path.join(work, `${title}-`));
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'sample', private: true, ...fields }));
  fs.writeFileSync(path.join(folder, '.npmrc'), `registry=${registry.url}\n`);
  const yarn = {
    npmRegistryServer: registry.url, unsafeHttpWhitelist: ['127.0.0.1'], enableTelemetry: false,
    enableImmutableInstalls: false, npmMinimalAgeGate: 0, pnpEnableEsmLoader: true,
  };
  fs.writeFileSync(path.join(folder, '.yarnrc.yml'), JSON.stringify(yarn));
  for (const [file, text] of Object.entries(contents)) fs.writeFileSync(path.join(folder, file), text);
  return folder;
}

/** A registry with the packages: of those for other platforms only what they say of themselves. */
async function serve(tarballs) {
  const fetched = [];
  const manifests = [main(), ...platforms.map(native)];
  const server = http.createServer((request, reply) => {
    const asked = decodeURIComponent(request.url.slice(1).split('?')[0]);
    const tarball = tarballs.find((file) => path.basename(file) === asked);
    if (tarball) {
      fetched.push(asked);
      return reply.end(fs.readFileSync(tarball));
    }
    const manifest = manifests.find((one) => one.name === asked);
    if (!manifest) {
      reply.statusCode = 404;
      return reply.end('{}');
    }
    const file = `${manifest.name}-${version}.tgz`;
    const packed = tarballs.find((tarball) => path.basename(tarball) === file);
    const integrity = `sha512-${createHash('sha512').update(packed ? fs.readFileSync(packed) : '').digest('base64')}`;
    const dist = { tarball: `${registry.url}${file}`, integrity, shasum: '0'.repeat(40) };
    const time = '2020-01-01T00:00:00.000Z';
    return reply.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        name: manifest.name,
        'dist-tags': { latest: version },
        versions: { [version]: { ...manifest, dist } },
        time: { created: time, modified: time, [version]: time },
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/`, fetched, close: () => server.close() };
}

before(async () => {
  const out = path.join(work, 'packed');
  const names = (await sh(process.execPath, ['pack.js', out, '.'], root, work)).trim().split('\n');
  ours = names.find((file) => file.includes(`-${process.platform}-${process.arch}`));
  registry = await serve(names.map((file) => path.join(out, file)));
});

after(() => {
  registry?.close();
  fs.rmSync(work, { recursive: true, force: true });
});

const npm = (folder, ...flags) =>
  sh('npm', ['install', name, '--no-audit', '--no-fund', '--loglevel=error', ...flags], folder);

describe('the packages', () => {
  test('are refused without an addon', () => {
    const folder = project('empty', {});
    const here = { cwd: root, encoding: 'utf8' };
    const { status, stderr } = spawnSync(process.execPath, ['pack.js', folder, folder], here);
    assert.equal(status, 1);
    assert.match(stderr, /has no addon, so there is nothing to pack. make addon builds it/);
    fs.copyFileSync(path.join(root, 'prepack.js'), path.join(folder, 'prepack.js'));
    const own = spawnSync(process.execPath, ['prepack.js'], { cwd: folder, encoding: 'utf8' });
    assert.equal(own.status, 1);
    assert.match(own.stderr, /there is no addon here/);
  });

  test('have no script that runs at an install, and each its platform', () => {
    for (const manifest of [main(), ...platforms.map(native)]) {
      assert.equal(manifest.scripts, undefined);
      assert.equal(manifest.version, version);
    }
    assert.deepEqual(
      Object.entries(main().optionalDependencies),
      platforms.map((platform) => [`${name}-${platform.name}`, version]),
    );
    // A package of a platform that native.js never asks for would be of no use.
    const source = fs.readFileSync(path.join(root, 'native.js'), 'utf8');
    for (const platform of platforms) {
      assert.ok(source.includes(`require('${name}-${platform.name}')`), platform.name);
      assert.ok(source.includes(`require('./${native(platform).main}')`), platform.name);
    }
  });

  test('say in a sentence what is missing', async () => {
    const folder = project('omitted', { 'main.cjs': CJS });
    await npm(folder, '--omit=optional');
    const result = await ended(spawn(process.execPath, ['main.cjs'], { cwd: folder }));
    assert.equal(result.status, 1);
    const missing = ours.replace(`-${version}.tgz`, '');
    assert.match(result.err, new RegExp(`the package ${missing} is not there`));
    assert.match(result.err, /npm install --include=optional/);
    // And what it says helps.
    await npm(folder, '--include=optional');
    assert.equal(await sh(process.execPath, ['main.cjs'], folder), SAID);
  });

  test('of two versions are not mixed', async () => {
    const folder = project('mixed', { 'main.cjs': CJS });
    await npm(folder);
    const file = path.join(folder, 'node_modules', name, 'package.json');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(`"version": "${version}"`, '"version": "98.7.6"'));
    const result = await ended(spawn(process.execPath, ['main.cjs'], { cwd: folder }));
    assert.equal(result.status, 1);
    assert.match(result.err, new RegExp(`the native part is of version ${version}, the package of 98.7.6`));
  });
});

/** Left out, or a failure where nothing may be, if these tools are not installed. */
function without(t, what) {
  if (fs.existsSync(tools)) return false;
  execFileSync('sh', [path.join(root, '../tools/left-out.sh'), `node: ${what}`, 'npm run tools']);
  t.skip();
  return true;
}

describe('an empty project', () => {
  const managers = {
    npm: (folder) => npm(folder),
    pnpm: (folder) => sh(process.execPath, [tool('pnpm', 'bin', 'pnpm.cjs'), 'add', name], folder),
    yarn: (folder) => sh(process.execPath, [tool('@yarnpkg', 'cli-dist', 'bin', 'yarn.js'), 'add', name], folder),
  };
  // Yarn hands packages out of its archives: its own Node knows of them.
  const node = (manager, folder, file) =>
    manager === 'yarn'
      ? sh(process.execPath, [tool('@yarnpkg', 'cli-dist', 'bin', 'yarn.js'), 'node', file], folder)
      : sh(process.execPath, [file], folder);

  for (const [manager, install] of Object.entries(managers)) {
    test(`of ${manager}: ES modules, CommonJS and TypeScript`, async (t) => {
      if (manager !== 'npm' && without(t, `the packages under ${manager}`)) return;
      const folder = project(manager, { 'main.mjs': ESM, 'main.cjs': CJS, 'main.mts': TS });
      registry.fetched.length = 0;
      await install(folder);
      assert.deepEqual(registry.fetched.sort(), [`${name}-${version}.tgz`, ours].sort(), 'no other platform');
      assert.equal(await node(manager, folder, 'main.mjs'), SAID);
      assert.equal(await node(manager, folder, 'main.cjs'), SAID);
      if (manager === 'yarn') return; // Only a TypeScript that yarn has patched reads its archives.
      const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
      const flags = ['--strict', '--module', 'nodenext', '--types', '', '--lib', 'esnext,dom', '--outDir', 'out'];
      await sh(process.execPath, [tsc, ...flags, 'main.mts'], folder);
      assert.equal(await node(manager, folder, 'out/main.mjs'), SAID);
    });
  }
});

describe('a bundle', () => {
  /** An installed project, and what it makes runs in a folder that has nothing else. */
  async function bundled(source, make) {
    const folder = project('bundle', { 'main.js': source });
    await npm(folder);
    const out = path.join(folder, 'out');
    const file = await make(folder, out);
    const alone = fs.mkdtempSync(path.join(work, 'alone-'));
    fs.cpSync(out, alone, { recursive: true });
    fs.rmSync(folder, { recursive: true });
    return { file: path.join(alone, file), alone };
  }

  test('of esbuild', async () => {
    const esbuild = path.join(path.dirname(require.resolve('esbuild/package.json')), 'bin', 'esbuild');
    const flags = ['--bundle', '--platform=node', '--loader:.node=copy', '--outfile=out/main.js'];
    const { file } = await bundled(CJS, async (folder) => {
      assert.equal(await sh(esbuild, ['main.js', '--log-level=warning', ...flags], folder), '');
      return 'main.js';
    });
    assert.equal(await sh(process.execPath, [file], work), SAID);
  });

  test('of webpack, beside the package', async (t) => {
    if (without(t, 'a bundle of webpack')) return;
    const folder = project('webpack', { 'main.js': CJS });
    await npm(folder);
    const webpack = require(tool('webpack'));
    const externals = { [name]: `commonjs ${name}`, [`${name}/testing`]: `commonjs ${name}/testing` };
    const out = { path: path.join(folder, 'out'), filename: 'main.js' };
    const options = { mode: 'production', target: 'node', context: folder, entry: './main.js', output: out, externals };
    await new Promise((resolve, reject) => {
      webpack(options, (error, stats) =>
        error || stats.hasErrors() ? reject(error ?? new Error(stats.toString())) : resolve());
    });
    assert.equal(await sh(process.execPath, ['out/main.js'], folder), SAID);
  });

  test('of ncc', async (t) => {
    if (without(t, 'a bundle of ncc')) return;
    const { file } = await bundled(CJS, async (folder, out) => {
      const ncc = tool('@vercel', 'ncc', 'dist', 'ncc', 'cli.js');
      await sh(process.execPath, [ncc, 'build', 'main.js', '-o', out, '-q'], folder);
      return 'index.js';
    });
    assert.equal(await sh(process.execPath, [file], work), SAID);
  });

  test('of the files that nft traces', async (t) => {
    if (without(t, 'the files of nft')) return;
    const { file } = await bundled(CJS, async (folder, out) => {
      const { nodeFileTrace } = require(tool('@vercel', 'nft'));
      const { fileList } = await nodeFileTrace([path.join(folder, 'main.js')], { base: folder });
      assert.ok([...fileList].some((file) => file.endsWith('.node')), [...fileList].join('\n'));
      for (const file of fileList) fs.cpSync(path.join(folder, file), path.join(out, file), { recursive: true });
      return 'main.js';
    });
    assert.equal(await sh(process.execPath, [file], work), SAID);
  });

  test('of bun, as one executable', async (t) => {
    if (without(t, 'an executable of bun')) return;
    const { file, alone } = await bundled(CJS, async (folder, out) => {
      await sh(tool('.bin', 'bun'), ['build', 'main.js', '--compile', '--outfile', path.join(out, 'main')], folder);
      return 'main';
    });
    assert.equal(await sh(file, [], alone), SAID);
  });
});
