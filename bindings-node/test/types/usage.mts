// Compiled and not run: what must compile, and with @ts-expect-error what must not.
import {
  Client,
  DingTalkError,
  readJournal,
  setLogger,
  type AbortSignalLike,
  type Check,
  type CheckStep,
  type ClientOptions,
  type Contact,
  type DeleteManyOptions,
  type DeleteOptions,
  type Deletion,
  type DingTalkErrorJson,
  type ErrorCode,
  type Item,
  type Items,
  type JournalEntry,
  type LogLevel,
  type ReadOptions,
  type Summary,
} from 'dingtalk-extcontact';
import { Sandbox, type SandboxOptions, type SandboxRequest } from 'dingtalk-extcontact/testing';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const sure = <T extends true>(): T | undefined => undefined;

const options: ClientOptions = {
  appKey: 'key',
  appSecret: 'secret',
  region: 'china',
  timeout: 5000,
  rate: null,
  missingOk: true,
  proxy: undefined,
};
const client = new Client(options);
new Client({ accessToken: 't', endpoint: 'http://127.0.0.1:1', caFile: 'ca.pem', connectTimeout: 1, attemptTimeout: 1, maxAttempts: 1 });
Client.fromEnv().close();
Client.fromEnv({ timeout: 1000 }).setAccessToken('t');
// @ts-expect-error options are needed
new Client();
// @ts-expect-error another language's spelling
new Client({ access_token: 't' });
// @ts-expect-error times are numbers
new Client({ accessToken: 't', timeout: '5s' });
// @ts-expect-error there are two regions
new Client({ accessToken: 't', region: 'mars' });

const call: DeleteOptions = { signal: AbortSignal.timeout(50), timeout: 1000, missingOk: true };
const deletion: Deletion = await client.delete('0125400001', call);
await client.delete('0125400001', { signal: undefined });
const signal: AbortSignalLike = new AbortController().signal;
await client.delete('0125400001', { signal });
sure<Same<typeof deletion.userId, string>>();
sure<Same<typeof deletion.status, 'deleted' | 'absent'>>();
sure<Same<typeof deletion.requestId, string | undefined>>();
sure<Same<typeof deletion.attempts, number>>();
sure<Same<typeof deletion.maybeDeleted, boolean>>();
// @ts-expect-error ids are text
await client.delete(125400001);
// @ts-expect-error ids are text
await client.delete(125400001n);
// @ts-expect-error an id is needed
await client.delete();
// @ts-expect-error no such option
await client.delete('1', { retries: 3 });
// @ts-expect-error not a signal
await client.delete('1', { signal: new AbortController() });
// @ts-expect-error frozen
deletion.status = 'absent';

const reading: ReadOptions = { timeout: 1000, signal: AbortSignal.timeout(50) };
const contact: Contact = await client.get('0125400001', reading);
sure<Same<typeof contact.name, string | undefined>>();
sure<Same<typeof contact.labelIds, readonly string[]>>();
for await (const each of client.contacts()) sure<Same<typeof each, Contact>>();
// @ts-expect-error ids are text
await client.get(125400001);
// @ts-expect-error nothing is deleted
await client.get('0125400001', { missingOk: true });
// @ts-expect-error frozen
contact.labelIds.push('1');

const check: Check = await client.check({ write: true, ...reading });
const step: CheckStep | undefined = check.steps.at(0);
sure<Same<typeof step, CheckStep | undefined>>();
// @ts-expect-error a truth value
await client.check({ write: 'yes' });

const many: DeleteManyOptions = { backup: 'backup.jsonl', concurrency: 16, journal: 'erasure.jsonl', missingOk: true, signal };
const items: Items = client.deleteMany(new Set(['1']), many);
for await (const item of items) {
  sure<Same<typeof item, Item>>();
  const { userId, deletion, error, notAttempted } = item;
  if (deletion) sure<Same<typeof deletion, Deletion>>();
  else if (error) sure<Same<typeof error, DingTalkError>>();
  else sure<Same<typeof notAttempted, true>>();
  sure<Same<typeof item.time, Date>>();
  sure<Same<typeof item.settledBefore, boolean>>();
  if (item.error) console.error(userId, item.error.code);
  // @ts-expect-error frozen
  item.userId = '1';
}
const summary: Summary = items.summary();
sure<Same<typeof summary.start, Date>>();
sure<Same<typeof summary.end, Date | undefined>>();
sure<Same<typeof summary.settledBefore, number>>();
sure<Same<typeof summary.maybeDeleted, number>>();
sure<Same<typeof summary.appKey, string | undefined>>();
client.deleteMany((async function* () { yield '1'; })());
client.deleteMany(['1'], { journal: null, concurrency: undefined });
// @ts-expect-error ids are text
client.deleteMany([125400001]);
// @ts-expect-error each letter would be an id
client.deleteMany('125400001');
// @ts-expect-error no such option
client.deleteMany(['1'], { timeout: 5000 });
// @ts-expect-error an iterator is no promise of an array
(await client.deleteMany(['1'])).length;

try {
  await client.delete('1');
} catch (error) {
  if (DingTalkError.is(error)) {
    const code: ErrorCode = error.code;
    const json: DingTalkErrorJson = error.toJSON();
    sure<Same<typeof error.apiCode, string | undefined>>();
    sure<Same<typeof error.errcode, number | undefined>>();
    sure<Same<typeof error.retryAfter, number | undefined>>();
    sure<Same<typeof error.cause, unknown>>();
    sure<Same<typeof error.name, 'DingTalkError'>>();
    const texts: string[] = [error.message, error.advice, code, JSON.stringify(json)];
    const known: (string | undefined)[] = [error.errmsg, error.subCode, error.subMsg, error.requestId, error.userId];
    const facts: (boolean | number | undefined)[] = [error.retryable, error.maybeDeleted, error.attempts, error.httpStatus];
    console.error(texts, known, facts);
    switch (error.code) {
      case 'INVALID_USER_ID':
      case 'PERMISSION_DENIED':
        break;
      // @ts-expect-error no such code
      case 'NOT_FOUND':
        break;
    }
  }
  if (error instanceof DingTalkError) throw error;
}
// @ts-expect-error made by this library alone
new DingTalkError();

for await (const entry of readJournal('a', 'b')) {
  const read: JournalEntry = entry;
  sure<Same<typeof read.state, 'gone' | 'was_not_there' | 'not_deleted' | 'may_be_gone'>>();
  sure<Same<typeof read.time, Date>>();
  sure<Same<typeof read.attempts, number | undefined>>();
  sure<Same<typeof read.kind, ErrorCode | undefined>>();
}
// @ts-expect-error paths are text
readJournal(['a']);

const log = (level: LogLevel, message: string): void => console.error(level, message);
setLogger(log);
setLogger(log, 'debug');
setLogger(null);
// @ts-expect-error no such level
setLogger(log, 'loud');

const given: SandboxOptions = { contacts: ['1', { userid: '2', name: 'Zhang' }], callsPerSecond: null, faults: 'delay=5ms' };
const sandbox = new Sandbox(given);
const request: SandboxRequest | undefined = sandbox.requests[0];
const came: boolean = await sandbox.waitForRequests(1, 1000);
const texts: string[] = [...sandbox.contacts, ...sandbox.deleted, sandbox.url, sandbox.appKey, sandbox.appSecret, sandbox.accessToken];
const removed: boolean = sandbox.removeContact('1');
sandbox.setPermission('qyapi_ext_write', false);
// @ts-expect-error no such permission point
sandbox.setPermission('write', false);
sandbox.close();
{
  using inner = Client.fromEnv();
  using dingtalk = new Sandbox();
  console.log(inner, dingtalk, request, came, texts, removed);
}
