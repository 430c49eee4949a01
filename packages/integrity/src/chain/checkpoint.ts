import { fromBase64, toBase64 } from '../encoding.ts';
import { IntegrityError } from '../errors.ts';
import { checkHash, isHash } from '../merkle/hashing.ts';
import { isSize } from '../merkle/position.ts';
import { checkOrigin, isNoteLine } from './link.ts';

/** What a chain was at some time: so many entries, with this root. It stays true as the chain grows. */
export interface Checkpoint {
  /** Names the chain. */
  readonly origin: string;
  /** Entries, up to 2^53 - 1. */
  readonly size: number;
  /** Root of the Merkle tree over the entries, 32 bytes. */
  readonly root: Uint8Array;
}

const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;

/** The failure to read a checkpoint. */
export function invalidCheckpoint(got: string): IntegrityError {
  return new IntegrityError('INVALID_CHECKPOINT', `Expected a signed checkpoint, got ${got}.`);
}

/**
 * The text that is signed: origin, decimal size and base64 root, a line each.
 *
 * Source: C2SP, tlog-checkpoint.
 *
 * @throws {IntegrityError} `INVALID_ORIGIN`, `INVALID_HASH`, `INVALID_CHECKPOINT` for a size that is none.
 */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  if (!isSize(size)) throw invalidCheckpoint(`the size ${String(size)}`);
  return `${checkOrigin(origin)}\n${size}\n${toBase64(checkHash(root))}\n`;
}

/**
 * Reads the signed text. Further lines are extensions of others: they are signed too, but mean nothing here.
 *
 * @throws {IntegrityError} `INVALID_CHECKPOINT`, `INVALID_ORIGIN`.
 */
export function parseCheckpointText(text: string): Checkpoint {
  const [origin, decimal = '', base64 = '', ...extensions] = text.replace(/\n$/, '').split('\n');
  const size = DECIMAL.test(decimal) ? Number(decimal) : Number.NaN;
  if (!isSize(size)) throw invalidCheckpoint('a second line that is not a size');
  const root = fromBase64(base64);
  if (!isHash(root)) throw invalidCheckpoint('a third line that is not 32 bytes of base64');
  if (!extensions.every(isNoteLine)) throw invalidCheckpoint('an empty line before the signatures');
  return { origin: checkOrigin(origin), size, root };
}
