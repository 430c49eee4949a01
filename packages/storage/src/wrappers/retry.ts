import { fullJitter } from '../backoff.ts';
import { isReplayable } from '../body.ts';
import { resolveRange } from '../byte-range.ts';
import { sleep as realSleep } from '../clock.ts';
import type { Sleep } from '../clock.ts';
import type { Body, CallOptions, CreateOutcome, ObjectStore, ReplaceOutcome } from '../contract.ts';
import { isStorageError } from '../errors.ts';
import type { StorageError } from '../errors.ts';
import { systemRandom } from '../random.ts';
import type { Random } from '../random.ts';
import { delegate } from './delegate.ts';
import { ownObject } from './own-object.ts';
import { resumedBody } from './resumed-body.ts';
import type { Persist } from './resumed-body.ts';

/** Options of {@link withRetry}. */
export interface RetryOptions {
  /** How often a call is tried in all; default 6. */
  readonly attempts?: number | undefined;
  /** The ceiling of the first wait, in milliseconds; it doubles each time. Default 100. */
  readonly baseMs?: number | undefined;
  /** No wait is longer, in milliseconds; default 10,000. */
  readonly capMs?: number | undefined;
  readonly random?: Random | undefined;
  readonly sleep?: Sleep | undefined;
  /** Called before each wait. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
}

/** What {@link RetryOptions.onRetry} is told. */
export interface RetryEvent {
  /** The attempt that failed; the first one is 1. */
  readonly attempt: number;
  readonly waitMs: number;
  readonly error: StorageError;
}

/**
 * Repeats calls whose error is `retryable`, after a random wait whose ceiling doubles ("full jitter"). A body that can be sent only once
 * is not sent again. A body that breaks off while it is read is continued where it broke.
 *
 * A failed create may have taken effect. When a later attempt hears "already there", the first 64 bytes and the size of what is there are
 * compared with what was sent: if they are the same, it was our own success. So bodies should start with, or carry early, a random token.
 *
 * @example
 * ```ts
 * import { fsStore, withRetry } from '@x/storage';
 *
 * const store = withRetry(fsStore('/mnt/nas/backups'), { attempts: 8 });
 * ```
 */
export function withRetry(store: ObjectStore, options: RetryOptions = {}): ObjectStore {
  const persist = persistence(options);
  const { replace } = store;
  return delegate(store, {
    async createIfAbsent(key, body, call) {
      const send = async (): Promise<string | undefined> => versionOf(await store.createIfAbsent(key, body, call));
      const version = await win(store, { key, body, signal: call?.signal, send, persist });
      return version === undefined ? { created: false } : { created: true, version };
    },
    async get(key, call) {
      const reading = await persist(() => store.get(key, call), call?.signal);
      const span = resolveRange(call?.range, reading.size, key);
      return { ...reading, body: resumedBody(store, reading, { span, persist, signal: call?.signal }) };
    },
    stat: (key, call) => persist(() => store.stat(key, call), call?.signal),
    list: (prefix, call) => persist(() => store.list(prefix, call), call?.signal),
    delete: (key, call) => persist(() => store.delete(key, call), call?.signal),
    put(key, body, call) {
      const send = (): Promise<void> => store.put(key, body, call);
      return isReplayable(body) ? persist(send, call?.signal) : send();
    },
    ...(replace === undefined
      ? {}
      : {
          async replace(key, body, ifVersion, call) {
            const send = async (): Promise<string | undefined> =>
              versionOf(await replace.call(store, key, body, ifVersion, call));
            const version = await win(store, { key, body, signal: call?.signal, send, persist });
            return version === undefined ? { replaced: false } : { replaced: true, version };
          },
        }),
  });
}

/** A write that has one winner. */
interface ConditionalWrite extends CallOptions {
  readonly key: string;
  readonly body: Body;
  /** Gives the new version, or `undefined` when the race was lost. */
  readonly send: () => Promise<string | undefined>;
  readonly persist: Persist;
}

/** Repeats a conditional write; one that lost after an earlier attempt had failed may have lost to that attempt. */
async function win(store: ObjectStore, write: ConditionalWrite): Promise<string | undefined> {
  const { key, body, signal } = write;
  if (!isReplayable(body)) return write.send();
  let isUnsure = false;
  return write.persist(async () => {
    try {
      const version = await write.send();
      if (version !== undefined || !isUnsure) return version;
      return (await ownObject(store, key, { body, signal }))?.version;
    } catch (error) {
      isUnsure = true;
      throw error;
    }
  }, signal);
}

function versionOf(outcome: CreateOutcome | ReplaceOutcome): string | undefined {
  return 'version' in outcome ? outcome.version : undefined;
}

function persistence(options: RetryOptions): Persist {
  const { attempts = 6, baseMs = 100, capMs = 10_000, random = systemRandom, sleep = realSleep, onRetry } = options;
  return async (call, signal) => {
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      try {
        return await call();
      } catch (error) {
        if (!isStorageError(error) || !error.retryable || attempt >= attempts) throw error;
        const waitMs = fullJitter(attempt - 1, { baseMs, capMs, random });
        onRetry?.({ attempt, waitMs, error });
        await sleep(waitMs, signal);
      }
    }
  };
}
