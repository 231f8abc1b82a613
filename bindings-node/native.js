'use strict';
// Loads the native half for this platform. Private: index.js, testing.js and bin.js alone use it.

const { platform, arch } = process;

/**
 * Each name stands in a `require` and a `try` of its own: so do bundlers find those that are there.
 * Of the two C libraries of Linux one loads, the other fails to: no need to ask which it is.
 */
function load() {
  const errors = [];
  switch (`${platform}-${arch}`) {
    case 'linux-x64':
      try { return require('./dingtalk-extcontact.linux-x64-gnu.node'); } catch (error) { errors.push(error); }
      try { return require('./dingtalk-extcontact.linux-x64-musl.node'); } catch (error) { errors.push(error); }
      break;
    case 'linux-arm64':
      try { return require('./dingtalk-extcontact.linux-arm64-gnu.node'); } catch (error) { errors.push(error); }
      try { return require('./dingtalk-extcontact.linux-arm64-musl.node'); } catch (error) { errors.push(error); }
      break;
    case 'darwin-x64':
      try { return require('./dingtalk-extcontact.darwin-x64.node'); } catch (error) { errors.push(error); }
      break;
    case 'darwin-arm64':
      try { return require('./dingtalk-extcontact.darwin-arm64.node'); } catch (error) { errors.push(error); }
      break;
    case 'win32-x64':
      try { return require('./dingtalk-extcontact.win32-x64-msvc.node'); } catch (error) { errors.push(error); }
      break;
    case 'win32-arm64':
      try { return require('./dingtalk-extcontact.win32-arm64-msvc.node'); } catch (error) { errors.push(error); }
      break;
    default:
      errors.push(new Error(`none is made for ${platform} on ${arch}`));
  }
  const reasons = errors.map((error) => error.message.split('\n', 1)[0]).join('; ');
  throw unusable(reasons, new AggregateError(errors));
}

function unusable(reasons, cause) {
  return new Error(
    `dingtalk-extcontact has no native part that loads here (${reasons}). ` +
      "In a bundle, leave the package out of it (external: ['dingtalk-extcontact']), or have its .node files copied",
    { cause },
  );
}

const native = load();
// Where a bundler does not load the file but hands over its name, as esbuild does by --loader:.node=file.
if (typeof native === 'string') throw unusable(`the bundler put the name ${native} in its place`);

module.exports = native;
