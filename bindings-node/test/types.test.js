'use strict';
// The types against code that uses them.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { ended } = require('./support.js');

const folder = path.join(__dirname, 'types');
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
const files = ['usage.mts', 'usage.cts'].map((file) => path.join(folder, file));
const declarations = ['index.d.ts', 'testing.d.ts'].map((file) => path.join(__dirname, '..', file));
const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'];

for (const [about, which, flags] of [
  ['nodenext', files, ['--module', 'nodenext', '--types', 'node']],
  ['node16', files, ['--module', 'node16', '--target', 'es2022', '--types', 'node']],
  ['neither Node nor DOM known', declarations, ['--module', 'node16', '--lib', 'es2022', '--types', '']],
]) {
  test(`types: ${about}`, async () => {
    const result = await ended(spawn(process.execPath, [tsc, ...strict, ...flags, ...which]), 120_000);
    assert.equal(result.status, 0, result.out + result.err);
  });
}
