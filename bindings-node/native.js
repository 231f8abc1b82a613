'use strict';
// Loads the native half for this platform. Private: index.js, testing.js and bin.js alone use it.

const { platform, arch } = process;
// Of the two C libraries of Linux one loads, the other fails to: no need to ask which it is.
const kinds = { linux: ['-gnu', '-musl'], win32: ['-msvc'] }[platform] ?? [''];
const names = kinds.map((kind) => `./dingtalk-extcontact.${platform}-${arch}${kind}.node`);

function load() {
  const errors = [];
  for (const name of names) {
    try {
      return require(name);
    } catch (error) {
      errors.push(error);
    }
  }
  const reasons = errors.map((error) => error.message.split('\n', 1)[0]).join('; ');
  throw new Error(`dingtalk-extcontact has no native part that loads here (${reasons})`, {
    cause: new AggregateError(errors),
  });
}

module.exports = load();
