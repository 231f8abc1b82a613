/// <reference lib="esnext.disposable" />

/**
 * What went wrong, as a stable name:
 *
 * - `INVALID_ARGUMENT`: refused before anything was sent: an option, an argument, a closed client.
 * - `INVALID_USER_ID`: the service knows no such contact: already gone, never there, or a damaged
 *   id.
 * - `AUTHENTICATION`: the access token or the app's credentials are not accepted.
 * - `PERMISSION_DENIED`: the app may not delete external contacts, or not this one.
 * - `THROTTLED`: over a rate; it may pass later.
 * - `QUOTA_EXCEEDED`: a quota of the organisation is used up.
 * - `CONFIGURATION`: something around the call is set up wrongly: IP not white-listed, app
 *   disabled, wrong endpoint, proxy login or rules, no thread.
 * - `SERVICE`: DingTalk's own trouble; it may pass later.
 * - `API`: any other code of the service.
 * - `CONNECTION`: lookup, connection or proxy failed, or the connection was lost.
 * - `TLS`: a certificate is not trusted, or the TLS handshake was refused.
 * - `TIMEOUT`: no whole reply in time.
 * - `PROTOCOL`: what came back is not DingTalk's: a login page, a redirect, half a reply.
 * - `CANCELLED`: the caller cancelled the call.
 * - `JOURNAL`: the record of a batch cannot be read, written or locked.
 * - `INTERNAL`: a bug of this library, a caught panic included.
 */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'INVALID_USER_ID'
  | 'AUTHENTICATION'
  | 'PERMISSION_DENIED'
  | 'THROTTLED'
  | 'QUOTA_EXCEEDED'
  | 'CONFIGURATION'
  | 'SERVICE'
  | 'API'
  | 'CONNECTION'
  | 'TLS'
  | 'TIMEOUT'
  | 'PROTOCOL'
  | 'CANCELLED'
  | 'JOURNAL'
  | 'INTERNAL';

/** Times are milliseconds. What is `undefined` is not given. */
export interface ClientOptions {
  /**
   * A token that you keep fresh with {@link Client.setAccessToken}. Either this, or `appKey` and
   * `appSecret`.
   */
  accessToken?: string | null | undefined;
  /** The app's key; the client fetches and refreshes the token. */
  appKey?: string | null | undefined;
  /** The app's secret. */
  appSecret?: string | null | undefined;
  /**
   * `international` (oapi and api.dingtalk.io) or `china` (oapi and api.dingtalk.com).
   * @defaultValue `'international'`
   */
  region?: 'international' | 'china' | null | undefined;
  /**
   * A base URL in place of both hosts of the region: a sandbox or a gateway. https; http to a
   * loopback address only.
   */
  endpoint?: string | null | undefined;
  /**
   * The whole call, from when it gets its turn: token, every attempt and pause. From 1 to 86400000.
   * @defaultValue `30000`
   */
  timeout?: number | null | undefined;
  /**
   * One attempt, from its start to the last byte of the reply. From 1 to 86400000.
   * @defaultValue `10000`
   */
  attemptTimeout?: number | null | undefined;
  /**
   * Lookup, connection and TLS handshake together. From 1 to 86400000.
   * @defaultValue `5000`
   */
  connectTimeout?: number | null | undefined;
  /**
   * How often a request is tried, the first time included, 1 to 100; 1 turns retries off, but for
   * a kept connection that died and for a new token: one request more for each.
   * @defaultValue `3`
   */
  maxAttempts?: number | null | undefined;
  /**
   * Requests to each API in any one second at the service's clock, at most: 1 to 10000, or `null`
   * for no limit. 20 is the limit of the standard edition.
   * @defaultValue `20`
   */
  rate?: number | null | undefined;
  /**
   * Whether "no such contact" ends as `absent` instead of an error. It does not tell a contact
   * already gone from an id that never was one, so it hides damaged ids.
   * @defaultValue `false`
   */
  missingOk?: boolean | null | undefined;
  /**
   * `environment` (HTTPS_PROXY, ALL_PROXY, and NO_PROXY with names, addresses and ranges of
   * them), `none`, or a URL: http, https or socks5. A loopback endpoint never goes through a
   * proxy.
   * @defaultValue `'environment'`
   */
  proxy?: string | null | undefined;
  /**
   * A PEM bundle to trust instead of the system's roots. Each certificate in it is read, or
   * refused with its line.
   */
  caFile?: string | null | undefined;
  /**
   * The language of the advice of errors and checks. All else, messages too, is the same in every
   * language.
   * @defaultValue `'en'`
   */
  language?: 'en' | 'zh' | null | undefined;
}

/** As much of an `AbortSignal` as is used here. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Options of one call. */
export interface DeleteOptions {
  /** How long this call may take, in milliseconds, instead of the client's `timeout`. */
  timeout?: number | null | undefined;
  /** Instead of the client's `missingOk`. */
  missingOk?: boolean | null | undefined;
  /**
   * An `AbortSignal`. An abort ends the call within 100 ms, in whatever it waits for; the error
   * says whether the contact may be gone. One that is aborted already sends nothing.
   */
  signal?: AbortSignalLike | undefined;
}

/** Options of one call that reads. */
export interface ReadOptions {
  /** How long this call, of {@link Client.contacts} each page, may take, in milliseconds, instead of the client's `timeout`. */
  timeout?: number | null | undefined;
  /** An `AbortSignal`. An abort ends the call within 100 ms. */
  signal?: AbortSignalLike | undefined;
}

/** Options of a check. */
export interface RestoreOptions extends ReadOptions {
  /**
   * Whether an earlier call may have created it: all contacts are looked through first for one with
   * its number.
   * @defaultValue `false`
   */
  lookFirst?: boolean | undefined;
}

/** What came of a record that was to be restored. */
export interface Restoration {
  /** The id that the record has. */
  readonly oldUserId: string;
  /**
   * `created` under a new id; `still_there`, so that nothing was created; or `may_be_created`: the
   * one request went out, and no certain answer came.
   */
  readonly status: 'created' | 'still_there' | 'may_be_created';
  /** The id of the contact now, where that is known. */
  readonly userId?: string;
  /** The id under which DingTalk's support finds the call. */
  readonly requestId?: string;
  /** How many requests to create it were written to a connection. */
  readonly attempts: number;
  /** Why something is not known. */
  readonly problem?: string;
}

export interface CheckOptions extends ReadOptions {
  /**
   * Whether to try the permission to delete, too, by a deletion of an id that cannot exist, and only
   * after the service has said that there is no such contact.
   * @defaultValue `false`
   */
  write?: boolean | undefined;
}

/** A step of a check. A plain frozen object. */
export interface CheckStep {
  /**
   * What it looks at: `credentials`, `lookup`, `proxy`, `connection`, `tls`, `clock`, `token`,
   * `read_permission`, `white_list`, `limits` or `write_permission`, in the order in which a call needs
   * them; a later version may look at more.
   */
  readonly name: string;
  /**
   * What came of it. `warning`: it keeps no call from passing, but should be seen to. `unknown`: what
   * the service answered does not tell. `skipped`: it does not apply, was not asked for, or a step
   * before it failed.
   */
  readonly status: 'ok' | 'warning' | 'failed' | 'unknown' | 'skipped';
  /** What was found, in one line for people. */
  readonly text: string;
  /** What to do, where something is to be done. */
  readonly advice?: string;
  /** The error that it ended with, where there is one. */
  readonly error?: DingTalkError;
}

/** What stands and what is missing before contacts can be deleted. A plain frozen object. */
export interface Check {
  /** Whether no step failed, and none is left unknown. */
  readonly ok: boolean;
  /** The steps, in the order in which a call needs them. */
  readonly steps: readonly CheckStep[];
  /**
   * What the service really answered, fit to be shown to others: codes, request ids, sizes and types. Of
   * every other value it has the type and the length; of errmsg the text without the credentials and
   * without addresses.
   */
  readonly report: Readonly<Record<string, unknown>>;
}

/** Options of a batch. */
export interface DeleteManyOptions {
  /**
   * How many calls run side by side, at most; 1 to 64. `rate` holds all the same.
   * @defaultValue `8`
   */
  concurrency?: number | null | undefined;
  /**
   * A file that records the batch, JSON Lines, readable by its owner alone. A later run on the
   * same file takes the batch up: what is settled is not called again.
   */
  journal?: string | null | undefined;
  /**
   * A file that keeps the full record of each contact, JSON Lines, on disk before its deletion: the
   * only way back there is. A contact whose record cannot be had is not deleted. All of it is
   * personal data, and its owner alone can read the file. The app needs the permission point
   * `qyapi_ext_read`.
   */
  backup?: string | null | undefined;
  /** Instead of the client's `missingOk`. */
  missingOk?: boolean | null | undefined;
  /**
   * Whether the batch stops when 20 of the last 40 ids that were answered were no contact, as in a
   * damaged list, or one of people who are long gone. Default: true.
   */
  stopOnMissing?: boolean | null | undefined;
  /**
   * An `AbortSignal`. After an abort no more ids are taken. The calls under way end within
   * 100 ms, as items with an error that is `CANCELLED` and says whether the contact may be gone;
   * ids that were taken and not called come out as `notAttempted`. Behind the last item the
   * iterator throws the signal's `reason`.
   */
  signal?: AbortSignalLike | undefined;
}

/** The good end of a call: the contact is gone. A plain frozen object. */
export interface Deletion {
  /** The contact, as it was given. */
  readonly userId: string;
  /**
   * `deleted` by this call; or `absent`: the service knows no such contact, and `missingOk` is
   * set, or an earlier request of this same call may have deleted it.
   */
  readonly status: 'deleted' | 'absent';
  /** The id under which DingTalk's support finds the call. */
  readonly requestId?: string;
  /** How many delete requests were written to a connection. */
  readonly attempts: number;
  /** With `absent`: this call may have deleted it, in an earlier request whose reply was lost. */
  readonly maybeDeleted: boolean;
}

/**
 * An external contact. Text that is missing or empty is `undefined`. All of it is personal data. A
 * plain frozen object.
 */
export interface Contact {
  /** The id, as {@link Client.delete} takes it. */
  readonly userId: string;
  /** Its name. */
  readonly name?: string;
  /** The number of its mobile, without the country's code. */
  readonly mobile?: string;
  /** The country's code of the number, such as `86`. */
  readonly stateCode?: string;
  /** Where it works. */
  readonly companyName?: string;
  /** As what it works. */
  readonly title?: string;
  /** Its e-mail address. */
  readonly email?: string;
  /** Its address. */
  readonly address?: string;
  /** What was noted about it. */
  readonly remark?: string;
  /** The userid of the employee who is in charge of it. */
  readonly followerUserId?: string;
  /** The ids of its labels, as text. */
  readonly labelIds: readonly string[];
  /** The ids of the departments that it is shared with, as text. */
  readonly shareDeptIds: readonly string[];
  /** The userids of the employees that it is shared with. */
  readonly shareUserIds: readonly string[];
  /** The whole record with the names of the service, as it was sent. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** What every item has. */
interface AnyItem {
  /** The contact, as it was given. */
  readonly userId: string;
  /** When it was known what came of it; for what an earlier run settled, the time in its journal. */
  readonly time: Date;
  /** Whether an earlier run with the same journal settled it, so that it was not called now. */
  readonly settledBefore: boolean;
}

/**
 * What came of one id of many: exactly one of `deletion`, `error` and `notAttempted` is there.
 * A plain frozen object.
 */
export type Item = AnyItem &
  (
    | {
        /** The contact is gone. */
        readonly deletion: Deletion;
        readonly error?: undefined;
        readonly notAttempted?: undefined;
      }
    | {
        readonly deletion?: undefined;
        /** Why it was not deleted; with `maybeDeleted` it may be gone all the same. */
        readonly error: DingTalkError;
        readonly notAttempted?: undefined;
      }
    | {
        readonly deletion?: undefined;
        readonly error?: undefined;
        /** It was not called, as the batch had stopped. */
        readonly notAttempted: true;
      }
  );

/**
 * A batch in numbers. Each id is in one of five groups: `deleted`, `absent`, `maybeDeleted`,
 * `failed` and `notAttempted` add up. A plain frozen object.
 */
export interface Summary {
  /** Ids deleted, by this run or, where the journal says so, by an earlier one. */
  readonly deleted: number;
  /** Ids that were no contact, where that is fine. */
  readonly absent: number;
  /** Ids that ended in an error and may be gone all the same: no certain answer came. */
  readonly maybeDeleted: number;
  /** Ids that ended in an error and are not gone by a call of this batch. */
  readonly failed: number;
  /** Ids that were taken and not called, as the batch had stopped. */
  readonly notAttempted: number;
  /** Of all these, those that were settled by an earlier run and not called again. */
  readonly settledBefore: number;
  /** Ids that came again and were dropped. */
  readonly repeated: number;
  /** Delete requests written by this run. */
  readonly calls: number;
  /** Ids of which the journal does not say what came of them, as it could not be written. */
  readonly unrecorded: number;
  /** When the batch began. */
  readonly start: Date;
  /** When its last item was done; `undefined` while it runs. */
  readonly end?: Date;
  /** Where the requests went. */
  readonly endpoint: string;
  /** The app, where the client has app credentials. */
  readonly appKey?: string;
  /** Why the batch stopped early; `undefined` where it did not. */
  readonly stopped?: string;
}

/** The items of {@link Client.deleteMany}, in the order of completion. */
export interface Items extends AsyncGenerator<Item, void, void> {
  /**
   * The batch in numbers, up to now.
   *
   * @throws {Error} before the first item was asked for
   */
  summary(): Summary;
}

/** An error as `JSON.stringify` has it: its properties, without `cause` and `stack`. */
export type DingTalkErrorJson = Omit<DingTalkError, 'cause' | 'stack' | 'toJSON'>;

/**
 * Why a contact was not deleted, or a client not made. Branch on `code`, record the rest. What
 * is not known is `undefined`. No field and no text holds a token, a secret or a password.
 */
export class DingTalkError extends Error {
  private constructor();
  readonly name: 'DingTalkError';
  /** What went wrong; the field to branch on. */
  readonly code: ErrorCode;
  /** One line for people: to which contact, what, and whether it may be gone. */
  readonly message: string;
  /** What to do now. */
  readonly advice: string;
  /** The service's code that decides, as text: `33012`, `60011`, `isp.-1`. */
  readonly apiCode?: string;
  /** The errcode as the service sent it. */
  readonly errcode?: number;
  /** The service's own words, with secrets masked. */
  readonly errmsg?: string;
  /** The sub_code as the service sent it. */
  readonly subCode?: string;
  /** The service's words on the sub_code. */
  readonly subMsg?: string;
  /** The id under which DingTalk's support finds the call. */
  readonly requestId?: string;
  /** The HTTP status of the last reply. */
  readonly httpStatus?: number;
  /** How many milliseconds to wait before the next call, where that is known. */
  readonly retryAfter?: number;
  /** How many delete requests were written to a connection. */
  readonly attempts: number;
  /** Whether the same call may pass later, unchanged. */
  readonly retryable: boolean;
  /** Whether the contact may be gone all the same: a request went out and no certain answer came. */
  readonly maybeDeleted: boolean;
  /** The contact that the call was about; `undefined` for errors of making a client. */
  readonly userId?: string;
  /** With `CANCELLED`: the signal's `reason`. */
  readonly cause?: unknown;
  /**
   * Whether a value is such an error; true also for one of another copy of this package or of
   * another realm, where `instanceof` is false.
   */
  static is(value: unknown): value is DingTalkError;
  /** What `JSON.stringify` takes: names, codes and units are those of the properties. */
  toJSON(): DingTalkErrorJson;
}

/**
 * Deletes external contacts. A client keeps its connections and its token, so make one and
 * share it. It works on threads of its own, not on those of libuv, and never blocks.
 */
export class Client {
  /**
   * Checks the options and makes a client; nothing is sent.
   *
   * @throws {DingTalkError} `INVALID_ARGUMENT` that names the option
   * @throws {TypeError} if `options` is not an object
   */
  constructor(options: ClientOptions);
  /**
   * A client with the options that the environment names: `DINGTALK_ACCESS_TOKEN`, or
   * `DINGTALK_APP_KEY` and `DINGTALK_APP_SECRET`; `DINGTALK_REGION`, `DINGTALK_ENDPOINT`.
   * `options` go before the environment.
   */
  static fromEnv(options?: ClientOptions): Client;
  /**
   * Deletes an external contact. There is no undo.
   *
   * At most 64 requests are under way at a time in the process; a call that waits (for its turn
   * within `rate`, a token, its next attempt) has no thread. The process stays alive until all
   * have ended. A call that is still waiting when its worker ends is never sent.
   *
   * Rejects with a {@link DingTalkError}, or with a TypeError for an argument of a wrong type.
   *
   * @param userId the contact's userid, text with its leading zeros
   */
  delete(userId: string, options?: DeleteOptions): Promise<Deletion>;
  /**
   * The record of a contact: to look whether it is still there, or to keep a copy. The app needs
   * the permission point `qyapi_ext_read`.
   *
   * Rejects with a {@link DingTalkError}, `INVALID_USER_ID` where there is no such contact; or with
   * a TypeError for an argument of a wrong type.
   *
   * @param userId the contact's userid, text with its leading zeros
   */
  get(userId: string, options?: ReadOptions): Promise<Contact>;
  /**
   * What stands and what is missing before contacts can be deleted, step by step: credentials, name
   * lookup, proxy, connection, TLS, clock, token, the permission to read (by a page of one contact),
   * white list, limits. Nothing is deleted. A step that fails is no rejection: it stands in the result.
   *
   * Rejects with a {@link DingTalkError} where the client is closed, an option is no good, or by an
   * abort; or with a TypeError for an argument of a wrong type.
   */
  check(options?: CheckOptions): Promise<Check>;
  /**
   * Creates the contact of a record again, under a new id: of {@link Contact.record}, or of a line of
   * a backup. What the service does not take is lost: the id, the e-mail address, the history.
   *
   * Nobody is created twice: the old id is asked for first, and who is still there stays. Then one
   * request is sent, and sent again only where it was certainly refused. Without a certain answer,
   * also after an abort, it ends as `may_be_created`; call again with `lookFirst` then. The app needs
   * the permission points `qyapi_ext_read` and `qyapi_ext_write`.
   *
   * Rejects with a {@link DingTalkError} where it was not created, with `INVALID_ARGUMENT` for a
   * record that lacks what a contact needs; or with a TypeError for an argument of a wrong type.
   */
  restore(record: Readonly<Record<string, unknown>>, options?: RestoreOptions): Promise<Restoration>;
  /**
   * All contacts of the organisation: an async iterator that reads a page of a hundred when it is
   * needed. Contacts may be deleted while it goes on: what is there from the start to the end
   * comes out, and once. The app needs the permission point `qyapi_ext_read`.
   *
   * Throws a {@link DingTalkError}, or a TypeError for an argument of a wrong type.
   */
  contacts(options?: ReadOptions): AsyncGenerator<Contact, void, void>;
  /**
   * Deletes many external contacts: an async iterator over what came of each, one item an id,
   * in the order of completion. It begins when the first item is asked for, takes ids as it
   * needs them, and calls a repeated one once. The process stays alive while an item is waited
   * for and calls are under way.
   *
   * An error of a call is an item's, and is not thrown. Where no call could pass (a token
   * refused, no permission, 20 ids in a row without the network) the batch stops, and the rest
   * of the ids comes out as `notAttempted`; {@link Summary.stopped} says why.
   *
   * `break`, or anything else that leaves the loop, stops the batch and closes `ids`. The loop
   * is left once the calls under way have ended, which an abort of `signal` makes soon.
   *
   * Throws, with nothing called: a {@link DingTalkError}, `INVALID_ARGUMENT` for a bad option,
   * `JOURNAL` for a journal or backup that cannot be read, written or locked or belongs to something
   * else; a TypeError for an argument of a wrong type. Throws, behind the items of what was
   * taken: what `ids` throws, unchanged; a TypeError for an id that is no string; the reason of
   * an abort.
   *
   * @param ids userids, text with their leading zeros
   */
  deleteMany(ids: (Iterable<string> | AsyncIterable<string>) & object, options?: DeleteManyOptions): Items;
  /**
   * Replaces the access token. Calls under way go on with the old one, and take the new one up
   * if the old one is refused.
   *
   * @throws {DingTalkError} `INVALID_ARGUMENT` if it cannot be a token, or if the client has app
   * credentials
   */
  setAccessToken(accessToken: string): void;
  /** Later calls are refused, calls under way finish, idle connections are closed. */
  close(): void;
  /** The same as {@link Client.close}. */
  [Symbol.dispose](): void;
}

/** What journals say of one id; frozen. What is not known is `undefined`. */
export interface JournalEntry {
  /** The contact, as it was given. */
  readonly userId: string;
  /**
   * What became of it. `gone`: a run deleted it, or the service knows it no more after a request
   * of ours whose reply was lost. `was_not_there`: the service knew no such contact.
   * `not_deleted`: it was refused, or not called. `may_be_gone`: a request went out, or may have,
   * and no certain answer came.
   */
  readonly state: 'gone' | 'was_not_there' | 'not_deleted' | 'may_be_gone';
  /** When that was known; of a call that was cut off, when it was announced. */
  readonly time: Date;
  /** Which of the runs that wrote the journal says so, from 1. */
  readonly run: number;
  /** How many delete requests were written; not known of a call that was cut off. */
  readonly attempts?: number;
  /** The id under which DingTalk's support finds the call. */
  readonly requestId?: string;
  /** Of a failure, its kind. */
  readonly kind?: ErrorCode;
  /** Of a failure, the service's code that decides. */
  readonly code?: string;
  /** What happened, as a phrase of one line; of a code, what it means. */
  readonly meaning: string;
  /** The file that says so. */
  readonly journal: string;
  /** Where the requests went. */
  readonly endpoint: string;
  /** The app, where the client had an app's credentials. */
  readonly appKey?: string;
}

/**
 * Reads one or many journals: an async iterator over what became of each id, one entry an id.
 *
 * The files are read from end to end when the first entry is asked for, and left as they are;
 * about 32 bytes are kept of an id. In one file the last line about an id counts;
 * docs/journal.md has the rule for several. A run may be writing a file: what it writes later is
 * not told.
 *
 * Throws a {@link DingTalkError} with the code `JOURNAL` where a file cannot be read, is empty,
 * is no journal, or is damaged before its last line; the message names file and line.
 */
export function readJournal(...paths: string[]): AsyncGenerator<JournalEntry, void, void>;

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/**
 * Hands the library's log lines to `fn`: outcomes at `info`, attempts that failed at `debug`.
 * There is one such function in the process, worker threads included: the last that was set, or
 * none (`null`). It never keeps the process alive. No line holds a secret. What `fn` throws is
 * an uncaught exception.
 *
 * @param level lines of this level and above. Default: `info`
 */
export function setLogger(
  fn: ((level: LogLevel, message: string) => void) | null,
  level?: LogLevel | 'off',
): void;
