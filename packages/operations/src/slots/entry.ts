import { OperationsError } from '../errors.ts';
import type { NamedProcess } from './process-proof.ts';

/** Who has claimed a run. */
export interface RunOwner extends NamedProcess {
  /** Of one scheduler, from its start to its end. */
  readonly id: string;
  /** A name that only one running process has at a time: who comes after has proof that the one before is gone. */
  readonly instance: string | undefined;
}

/** Slots before this one that nobody has run, and nobody will. */
export interface MissedSlots {
  /** How many; of very many, 1,000. */
  readonly count: number;
  /** The first and the last of them, in milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** How a run ended. `partial`: it did less than it should, such as a backup of which one source failed. */
export type RunOutcome = 'ok' | 'partial' | 'failed';

/** Why a run began: its time had come, somebody asked for it, or something that it watches has changed. */
export type RunReason = 'time' | 'manual' | 'change';

/** Why a run failed. */
export interface RunError {
  readonly code: string | undefined;
  readonly message: string;
}

/**
 * One entry of a slot's ledger. The token is that of who has claimed it: after an answer that was lost it tells whether an entry is one's own.
 */
export type SlotEntry =
  | {
      readonly kind: 'claimed';
      readonly atMs: number;
      readonly attempt: number;
      readonly owner: RunOwner;
      /** Whoever has seen no entry after this one for so many milliseconds takes over. */
      readonly leaseMs: number;
      readonly reason: RunReason;
      readonly missed: MissedSlots | undefined;
    }
  | { readonly kind: 'renewed'; readonly atMs: number; readonly token: string; readonly leaseMs: number }
  /** Given back by its owner, who was told to stop. */
  | { readonly kind: 'released'; readonly atMs: number; readonly token: string }
  | {
      readonly kind: 'finished';
      readonly atMs: number;
      readonly token: string;
      readonly outcome: RunOutcome;
      readonly error: RunError | undefined;
      /** What the job says of its run, as JSON. */
      readonly details: unknown;
    }
  | { readonly kind: 'missed'; readonly atMs: number; readonly missed: MissedSlots };

/** The largest entry, in bytes. */
export const MAX_ENTRY_BYTES: number = 256 * 1024;

const isTime = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isOneOf = (value: unknown, ...all: readonly string[]): boolean => isText(value) && all.includes(value);
const isMissed = (value: unknown): boolean =>
  isRecord(value) && isTime(value['count']) && isTime(value['firstMs']) && isTime(value['lastMs']);
const isOwner = (value: unknown): boolean =>
  isRecord(value) &&
  isText(value['id']) &&
  isText(value['host']) &&
  isTime(value['pid']) &&
  (value['instance'] === undefined || isText(value['instance'])) &&
  (value['process'] === undefined || isText(value['process']));
const isError = (value: unknown): boolean =>
  isRecord(value) && isText(value['message']) && (value['code'] === undefined || isText(value['code']));

const checks: Readonly<Record<string, (entry: Readonly<Record<string, unknown>>) => boolean>> = {
  claimed: (entry) =>
    isTime(entry['attempt']) &&
    isTime(entry['leaseMs']) &&
    isOwner(entry['owner']) &&
    isOneOf(entry['reason'], 'time', 'manual', 'change') &&
    (entry['missed'] === undefined || isMissed(entry['missed'])),
  renewed: (entry) => isTime(entry['leaseMs']) && isText(entry['token']),
  released: (entry) => isText(entry['token']),
  finished: (entry) =>
    isText(entry['token']) &&
    isOneOf(entry['outcome'], 'ok', 'partial', 'failed') &&
    (entry['error'] === undefined || isError(entry['error'])),
  missed: (entry) => isMissed(entry['missed']),
};

/** The bytes of an entry. Clocks may give fractions of milliseconds. */
export function writeEntry(entry: SlotEntry): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...entry, atMs: Math.floor(entry.atMs) }));
}

/**
 * Reads an entry.
 *
 * @throws {OperationsError} `SCHEDULE_DAMAGED`
 */
export function readEntry(bytes: Uint8Array, key: string): SlotEntry {
  let entry: unknown;
  try {
    entry = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged(key, 'it is no JSON', error);
  }
  if (!isRecord(entry) || !isText(entry['kind']) || !isTime(entry['atMs']))
    throw damaged(key, 'it has no kind or time');
  const check = Object.hasOwn(checks, entry['kind']) ? checks[entry['kind']] : undefined;
  if (check?.(entry) !== true) throw damaged(key, 'its fields are not those of its kind');
  return entry as unknown as SlotEntry;
}

function damaged(key: string, why: string, cause?: unknown): OperationsError {
  return new OperationsError('SCHEDULE_DAMAGED', `Expected an entry of a schedule in "${key}": ${why}`, {
    cause,
    hint: 'The run counts as failed; the next one is run as usual.',
  });
}
