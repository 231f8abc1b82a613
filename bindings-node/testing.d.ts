/// <reference lib="esnext.disposable" />

/** A contact as DingTalk's get call answers it; only `userid` is needed. */
export interface ContactRecord {
  userid: string;
  [field: string]: unknown;
}

/** Times are milliseconds. */
export interface SandboxOptions {
  /** The contacts, as userids or records; or how many made-up ones. Default: 20. */
  contacts?: (string | ContactRecord)[] | number;
  /** The seed of the made-up contacts, credentials, tokens and request ids. Default: 1. */
  seed?: number;
  /** The app's key. Default: made up. */
  appKey?: string;
  /** The app's secret. Default: made up. */
  appSecret?: string;
  /** How long a token lives after it was last asked for. Default: 7200 s. */
  tokenLife?: number;
  /** The app's limit for each API; `null`: no limit. Default: 20. */
  callsPerSecond?: number | null;
  /** How long every call takes before it is worked on. Default: 0. */
  latency?: number;
  /** What goes wrong from the start; see {@link Sandbox.faults}. Default: nothing. */
  faults?: string;
  /** Default: any free one. */
  port?: number;
}

/** A request as it came. */
export interface SandboxRequest {
  method: string;
  path: string;
  /** The query, decoded; it holds the access token. */
  query: Record<string, string>;
  /** The names in small letters. */
  headers: Record<string, string>;
  /** A form body, decoded. */
  form: Record<string, string>;
  /** A JSON body; `null` where it is none. */
  json: unknown;
  /** The number of the connection that it came on, from 1. */
  connection: number;
}

/**
 * A DingTalk to try against, on 127.0.0.1, with contacts, tokens, limits, and faults on demand.
 * It knows one organisation with one app, runs on threads of its own until it is closed, and
 * keeps no process alive.
 */
export class Sandbox {
  /** Starts it. Throws an Error if an option is bad or the port taken. */
  constructor(options?: SandboxOptions);
  /** The base URL: the option `endpoint` of a client. */
  readonly url: string;
  /** A token that is valid now. */
  readonly accessToken: string;
  /** The key of the app. */
  readonly appKey: string;
  /** The secret of the app. */
  readonly appSecret: string;
  /** The userids of the contacts that are left. */
  readonly contacts: string[];
  /** The userids that calls have created, in order. */
  readonly created: string[];
  /** The userids that calls have deleted, in order. */
  readonly deleted: string[];
  /** The requests that have come, in order. */
  readonly requests: SandboxRequest[];
  /**
   * Waits until so many requests have come since the start, `timeout` milliseconds at most;
   * whether they have. They may not have been answered yet.
   */
  waitForRequests(count: number, timeout: number): Promise<boolean>;
  /** Adds a contact, as if somebody else had created it. */
  addContact(contact: string | ContactRecord): void;
  /** Takes a contact away, as if somebody else had deleted it; whether it was there. */
  removeContact(userId: string): boolean;
  /**
   * Sets what goes wrong from now on: faults by name, how often, and a seed, such as
   * `lost-reply=first=1` or `delay=50ms..200ms,http-502=0.1;seed=7`; an empty text ends them
   * all. A name that is none is answered with the list of names.
   */
  faults(faults: string): void;
  /** Ends the life of every token that was handed out. */
  expireTokens(): void;
  /** Hands tokens out as ever, but refuses them when they are used (or no longer so). */
  refuseTokens(refuse?: boolean): void;
  /** Ends the app: its token is refused, and so are its credentials. */
  revokeApp(): void;
  /** Grants or takes away a permission point. */
  setPermission(scope: 'qyapi_ext_read' | 'qyapi_ext_write', granted: boolean): void;
  /** Puts the caller's address on the app's white list or takes it off. */
  setIpAllowed(allowed: boolean): void;
  /** Blocks the caller's address for 300 s, or until {@link Sandbox.unblockIp}. */
  blockIp(): void;
  /** Ends the block. */
  unblockIp(): void;
  /** Ends it, and closes all connections. Doing it again does nothing. */
  close(): void;
  /** The same as {@link Sandbox.close}. */
  [Symbol.dispose](): void;
}
