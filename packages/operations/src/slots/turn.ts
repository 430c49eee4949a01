import { OperationsError } from '../errors.ts';
import type { MissedSlots, RunReason } from './entry.ts';

/**
 * One step of a job through its slots. The turns of a job are one ledger, so that of all who would go on from the same slot one does, and
 * whoever comes after its death knows where it was.
 *
 * - `seen`: slots up to this moment are none of the job's.
 * - `run`: this slot is to be run, and those that were missed before it are not.
 * - `missed`: nor is this one.
 */
export interface Turn {
  readonly kind: 'seen' | 'run' | 'missed';
  /** Milliseconds since 1970. */
  readonly slotMs: number;
  readonly reason: RunReason;
  readonly missed: MissedSlots | undefined;
}

/** A turn and its number. */
export interface NumberedTurn extends Turn {
  readonly n: number;
}

/** The largest turn, in bytes. */
export const MAX_TURN_BYTES: number = 4096;

const KINDS: readonly unknown[] = ['seen', 'run', 'missed'];
const REASONS: readonly unknown[] = ['time', 'manual', 'change'];
const isTime = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** The bytes of a turn. */
export function writeTurn(turn: Turn): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(turn));
}

/** @throws {OperationsError} `SCHEDULE_DAMAGED` */
export function readTurn(bytes: Uint8Array, key: string): Turn {
  let found: Partial<Turn> | null;
  try {
    found = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Partial<Turn> | null;
  } catch (error) {
    throw damaged(key, error);
  }
  const { kind, slotMs, reason, missed } = found ?? {};
  const isWhole = missed === undefined || (isTime(missed.count) && isTime(missed.firstMs) && isTime(missed.lastMs));
  if (!KINDS.includes(kind) || !REASONS.includes(reason) || !isTime(slotMs) || !isWhole) throw damaged(key);
  return found as Turn;
}

function damaged(key: string, cause?: unknown): OperationsError {
  return new OperationsError('SCHEDULE_DAMAGED', `Expected a turn of a schedule in "${key}", got something else`, {
    cause,
    hint: 'It is passed over, and the one before it counts.',
  });
}
