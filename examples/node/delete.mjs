// Deletes the external contacts whose ids are given.
//
//   make addon && npm install ./bindings-node     (in a clone; npm has no release of it yet)
//   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
//   node delete.mjs 0125400001 0125400002
//
// DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
// DINGTALK_REGION to the hosts in China.
//
// Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
import { Client, DingTalkError } from 'dingtalk-extcontact';

function printError(what, error) {
  // All else is a mistake in this program.
  if (!(error instanceof DingTalkError)) throw error;
  const fields = {
    // The kind is upper case in Node, like the code of every error.
    kind: error.code.toLowerCase(),
    code: error.apiCode,
    message: error.message,
    advice: error.advice,
    'request id': error.requestId,
    'may be gone': error.maybeDeleted ? 'yes' : 'no',
    'retry after': error.retryAfter === undefined ? undefined : `${error.retryAfter} ms`,
  };
  console.error(`failed: ${what}`);
  for (const [name, value] of Object.entries(fields)) {
    // Undefined is "not known", which is not the same as empty.
    if (value !== undefined) console.error(`  ${name}: ${value}`);
  }
}

function printDeletion({ status, userId, requestId, maybeDeleted }) {
  // Absent is fine, but not the same: it does not prove that the id was ever right.
  const lost = ', perhaps deleted just now: the reply to an earlier request was lost';
  console.log(`${status}: ${userId} (request id ${requestId ?? 'not known'})${maybeDeleted ? lost : ''}`);
}

async function deleteAll(ids) {
  let client;
  try {
    client = Client.fromEnv();
  } catch (error) {
    printError('no client', error);
    return 2;
  }
  // One client for all: it keeps its connection and its token, and heeds the rate limit.
  let failed = 0;
  let refused = 0;
  for (const id of ids) {
    try {
      printDeletion(await client.delete(id));
    } catch (error) {
      printError(id, error);
      failed += 1;
      // Refused before anything was sent.
      if (error.code === 'INVALID_ARGUMENT') refused += 1;
    }
  }
  client.close();
  if (failed === 0) return 0;
  return refused === ids.length ? 2 : 1;
}

const ids = process.argv.slice(2);
if (ids.length === 0) console.error('usage: node delete.mjs ID...');
process.exitCode = ids.length === 0 ? 2 : await deleteAll(ids);
