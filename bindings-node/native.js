'use strict';
// Loads the native half for this platform. Private: index.js, testing.js and bin.js alone use it.

const { version } = require('./package.json');

const { platform, arch } = process;

/**
 * What is built here stands beside this file; what npm installs is a package for each platform. Each name
 * stands in a `require` and a `try` of its own: so do bundlers find those that are there. Of the two C libraries of
 * Linux one loads, the other fails to: no need to ask which it is.
 */
function load() {
  const errors = [];
  switch (`${platform}-${arch}`) {
    case 'linux-x64':
      try { return require('./dingtalk-extcontact.linux-x64-gnu.node'); } catch (error) { errors.push(error); }
      try { return require('./dingtalk-extcontact.linux-x64-musl.node'); } catch (error) { errors.push(error); }
      try { return require('dingtalk-extcontact-linux-x64-gnu'); } catch (error) { errors.push(error); }
      try { return require('dingtalk-extcontact-linux-x64-musl'); } catch (error) { errors.push(error); }
      break;
    case 'linux-arm64':
      try { return require('./dingtalk-extcontact.linux-arm64-gnu.node'); } catch (error) { errors.push(error); }
      try { return require('./dingtalk-extcontact.linux-arm64-musl.node'); } catch (error) { errors.push(error); }
      try { return require('dingtalk-extcontact-linux-arm64-gnu'); } catch (error) { errors.push(error); }
      try { return require('dingtalk-extcontact-linux-arm64-musl'); } catch (error) { errors.push(error); }
      break;
    case 'darwin-x64':
      try { return require('./dingtalk-extcontact.darwin-x64.node'); } catch (error) { errors.push(error); }
      try { return require('dingtalk-extcontact-darwin-x64'); } catch (error) { errors.push(error); }
      break;
    case 'darwin-arm64':
      try { return require('./dingtalk-extcontact.darwin-arm64.node'); } catch (error) { errors.push(error); }
      try { return require('dingtalk-extcontact-darwin-arm64'); } catch (error) { errors.push(error); }
      break;
    case 'win32-x64':
      try { return require('./dingtalk-extcontact.win32-x64-msvc.node'); } catch (error) { errors.push(error); }
      try { return require('dingtalk-extcontact-win32-x64-msvc'); } catch (error) { errors.push(error); }
      break;
    case 'win32-arm64':
      try { return require('./dingtalk-extcontact.win32-arm64-msvc.node'); } catch (error) { errors.push(error); }
      try { return require('dingtalk-extcontact-win32-arm64-msvc'); } catch (error) { errors.push(error); }
      break;
    default:
      throw new Error(
        `dingtalk-extcontact has no native part for ${platform} on ${arch}. ` +
          'With a Rust toolchain it can be built from its sources: make addon',
      );
  }
  throw unusable(reasons(errors), new AggregateError(errors));
}

/** Why nothing was loaded. What is only absent says nothing that the advice does not. */
function reasons(errors) {
  const absent = (error) => error.code === 'MODULE_NOT_FOUND' && /^Cannot find module/.test(error.message);
  const others = errors.filter((error) => !absent(error)).map((error) => error.message.split('\n', 1)[0]);
  return others.length > 0 ? others.join('; ') : `the package ${packageName()} is not there`;
}

/** The package of this platform. */
function packageName() {
  const glibc = platform === 'linux' && process.report.getReport().header.glibcVersionRuntime !== undefined;
  const kind = { linux: glibc ? '-gnu' : '-musl', win32: '-msvc' }[platform] ?? '';
  return `dingtalk-extcontact-${platform}-${arch}${kind}`;
}

function unusable(reasons, cause) {
  return new Error(
    `dingtalk-extcontact has no native part that loads here (${reasons}). ` +
      `Its package for this system, ${packageName()}@${version}, is an optional dependency: install without ` +
      '--omit=optional (npm install --include=optional), and for another system with --os, --cpu and --libc. ' +
      "In a bundle, leave the package out of it (external: ['dingtalk-extcontact']), or have its .node files copied",
    { cause },
  );
}

const native = load();
// Where a bundler does not load the file but hands over its name, as esbuild does by --loader:.node=file.
if (typeof native === 'string') throw unusable(`the bundler put the name ${native} in its place`);
if (native.version() !== version) {
  throw unusable(`the native part is of version ${native.version()}, the package of ${version}`);
}

module.exports = native;
