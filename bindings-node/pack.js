'use strict';
// Makes the packages that go to the registry: pack.js OUT FOLDER [PAPER...]
//
// One without native parts, which names the others as optional dependencies of exactly its
// version, and one for each platform whose addon lies in FOLDER. Each is packed into OUT. The papers,
// such as a bill of materials, are in each package with an addon. Refused where FOLDER has no addon at
// all: what is packed has to work somewhere.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const platforms = require('./platforms.json');
const { scripts, devDependencies, ...manifest } = require('./package.json');

const addon = ({ name }) => `${manifest.name}.${name}.node`;
const packageOf = ({ name }) => `${manifest.name}-${name}`;
const readmes = ['README.md', 'README.zh-CN.md'].map((name) => path.join(__dirname, name));
const licences = ['LICENSE-APACHE', 'LICENSE-MIT'].map((name) => path.join(__dirname, '..', name));

/** The package that people name. */
function main() {
  const optionalDependencies = Object.fromEntries(platforms.map((platform) => [packageOf(platform), manifest.version]));
  return { ...manifest, files: manifest.files.filter((file) => file !== '*.node'), optionalDependencies };
}

/** The package with the addon of a platform, which npm installs where it fits. */
function native(platform) {
  const { os, cpu, libc } = platform;
  const { version, license, repository, bugs, engines } = manifest;
  return {
    name: packageOf(platform),
    version,
    description: `The native part of ${manifest.name} for ${platform.name}; install that one`,
    license,
    repository,
    bugs,
    main: addon(platform),
    files: [addon(platform), 'LICENSE-*', 'THIRD-PARTY-LICENSES', '*.cdx.json'],
    engines,
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
  };
}

/** Packs a folder of its own with these files; the tarball's name. */
function packed(manifest, files, out) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dingtalk-extcontact-'));
  try {
    fs.writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    for (const file of files) fs.copyFileSync(file, path.join(folder, path.basename(file)));
    const options = { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' };
    const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', path.resolve(out)];
    return execFileSync('npm', args, options).trim();
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function run(out, folder, papers) {
  const there = platforms.filter((platform) => fs.existsSync(path.join(folder, addon(platform))));
  if (there.length === 0) {
    const names = platforms.map(addon).join(', ');
    throw new Error(`${folder} has no addon, so there is nothing to pack. make addon builds it; it is one of ${names}`);
  }
  fs.mkdirSync(out, { recursive: true });
  const sources = manifest.files.filter((file) => !/[*]/.test(file)).map((file) => path.join(__dirname, file));
  const names = [packed(main(), [...sources, ...readmes, ...licences], out)];
  for (const platform of there) {
    names.push(packed(native(platform), [path.join(folder, addon(platform)), ...licences, ...papers], out));
  }
  return names;
}

module.exports = { main, native, platforms };

if (require.main === module) {
  const [out, folder, ...papers] = process.argv.slice(2);
  if (folder === undefined) {
    console.error('pack.js OUT FOLDER [PAPER...]');
    process.exitCode = 2;
  } else {
    try {
      for (const name of run(out, folder, papers)) console.log(name);
    } catch (error) {
      console.error(error.message);
      process.exitCode = 1;
    }
  }
}
