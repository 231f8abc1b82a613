'use strict';
// Builds the native half and puts it where native.js looks. Arguments go to cargo: --profile dist.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const command = ['build', '--locked', '-p', 'dingtalk-extcontact-node', '--message-format=json-render-diagnostics'];
const { status, stdout: out } = spawnSync('cargo', [...command, ...process.argv.slice(2)], {
  cwd: __dirname,
  encoding: 'utf8',
  maxBuffer: 1 << 28,
  stdio: ['ignore', 'pipe', 'inherit'],
});
// What is wrong cargo has said itself.
if (status !== 0) process.exit(status ?? 1);
const built = out
  .split('\n')
  .filter((line) => line.includes('"compiler-artifact"'))
  .map((line) => JSON.parse(line))
  .find(({ target }) => target.name === 'dingtalk_extcontact_node' && target.kind.includes('cdylib'));
const library = built.filenames.find((file) => /\.(so|dylib|dll)$/.test(file));

const { platform, arch, report } = process;
const glibc = platform === 'linux' && report.getReport().header.glibcVersionRuntime !== undefined;
const kind = { linux: glibc ? '-gnu' : '-musl', win32: '-msvc' }[platform] ?? '';
const addon = path.join(__dirname, `dingtalk-extcontact.${platform}-${arch}${kind}.node`);
// A process that runs with the old file keeps it: it is replaced, not written over.
fs.rmSync(addon, { force: true });
fs.copyFileSync(library, addon);
console.log(path.basename(addon));
