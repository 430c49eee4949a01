import { IntegrityError } from '../errors.ts';
import { type PublicKey, publicKeyOf } from './key.ts';

/** A public key that is trusted within limits. */
export interface TrustedKey {
  readonly publicKey: PublicKey;
  /** Signatures made before this time don't count. */
  readonly notBefore?: Date | undefined;
  /** Signatures made after this time don't count. */
  readonly notAfter?: Date | undefined;
  /**
   * No signature counts, whenever it says it was made: whoever stole the key can write any time. A key that was merely
   * retired has a `notAfter` instead.
   */
  readonly revoked?: boolean | undefined;
}

/** Who is trusted, and how many of them are needed. */
export interface TrustOptions {
  /** The keys that count. A key listed more than once counts once, within the limits of all its entries. */
  readonly keys: readonly (PublicKey | TrustedKey)[];
  /** How many different keys must have signed. Default 1. */
  readonly threshold?: number | undefined;
  /** The time to judge by. Default: the system's. */
  readonly now?: Date | undefined;
}

/** A trusted key with what all its entries demand. */
export interface RingKey {
  readonly publicKey: PublicKey;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly revoked: boolean;
}

/** Whether a key counts, and if not, why. */
export type KeyVerdict = 'counts' | 'revoked-key' | 'key-not-yet-valid' | 'key-no-longer-valid';

/** All trusted keys, by their ids. */
export interface KeyRing {
  readonly keys: ReadonlyMap<string, RingKey>;
  readonly threshold: number;
}

const EVER = { notBefore: new Date(-8.64e15), notAfter: new Date(8.64e15), revoked: false };

/**
 * Gathers trusted keys by their ids. Ids are computed again: two objects that hold the same key are the same key, whatever
 * they say.
 *
 * @throws {IntegrityError} `INVALID_OPTION` for no keys, for a threshold that is not a whole number from 1 to their number,
 * and for a time that is not one.
 */
export function gatherKeys({ keys, threshold = 1 }: TrustOptions): KeyRing {
  const byId = new Map<string, RingKey>();
  for (const each of keys) {
    const entry: TrustedKey = 'publicKey' in each ? each : { publicKey: each };
    const publicKey = publicKeyOf(entry.publicKey.key);
    const known = byId.get(publicKey.keyId) ?? { publicKey, ...EVER };
    byId.set(publicKey.keyId, {
      publicKey,
      notBefore: later(known.notBefore, checkTime('notBefore', entry.notBefore) ?? EVER.notBefore),
      notAfter: earlier(known.notAfter, checkTime('notAfter', entry.notAfter) ?? EVER.notAfter),
      revoked: known.revoked || entry.revoked === true,
    });
  }
  if (byId.size === 0) throw new IntegrityError('INVALID_OPTION', 'Expected at least one trusted key, got none.');
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > byId.size) {
    const range = `a whole number from 1 to ${byId.size}, the number of different keys`;
    throw new IntegrityError('INVALID_OPTION', `Expected ${range}, as threshold, got ${threshold}.`);
  }
  return { keys: byId, threshold };
}

/** Whether a key counts at a time: when it signed, or now where nothing says when it signed. */
export function judgeKey({ revoked, notBefore, notAfter }: RingKey, at: Date): KeyVerdict {
  if (revoked) return 'revoked-key';
  if (at < notBefore) return 'key-not-yet-valid';
  return at > notAfter ? 'key-no-longer-valid' : 'counts';
}

/**
 * Returns `time` if it is one.
 *
 * @throws {IntegrityError} `INVALID_OPTION` for an invalid `Date` and for anything else.
 */
export function checkTime(name: string, time: Date | undefined): Date | undefined {
  if (time === undefined || (time instanceof Date && !Number.isNaN(time.getTime()))) return time;
  throw new IntegrityError('INVALID_OPTION', `Expected a valid Date as ${name}, got ${String(time)}.`);
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
