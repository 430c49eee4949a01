import { Crc64 } from './crc64.ts';
import { DumpFlaw } from './flaw.ts';
import type { StreamCheck } from './stream-check.ts';

const CHECKSUM_BYTES = 8;
const HEAD_BYTES = 9;
const END = 0xff;
/** The first version with a checksum at its end. */
const CHECKSUM_SINCE = 5;

/** Whether this begins an RDB file of Redis: `REDIS` and a version of four digits. */
export const isRdb = (head: Buffer): boolean => rdbVersion(head) !== undefined;

/** Version of the format that a file begins with; `undefined` for what begins otherwise. */
export function rdbVersion(head: Uint8Array): number | undefined {
  const [, version] = /^REDIS(\d{4})/.exec(Buffer.from(head.subarray(0, HEAD_BYTES)).toString('latin1')) ?? [];
  return version === undefined ? undefined : Number(version);
}

/** Whether the last bytes are the checksum of what is before them. */
function verdictOf(version: number, found: { last: number; tail: Buffer; crc: bigint }): string {
  if (version < CHECKSUM_SINCE) throw new DumpFlaw('unknown', `RDB version ${version} has no checksum`);
  const { last, tail, crc } = found;
  const stored = tail.length < CHECKSUM_BYTES ? undefined : tail.readBigUInt64LE(0);
  if (last !== END || stored === undefined)
    throw new DumpFlaw('incomplete', `RDB version ${version} does not end as one does: it was cut, or added to`);
  if (stored === 0n)
    throw new DumpFlaw('unknown', `RDB version ${version} was written without a checksum (rdbchecksum no)`);
  if (stored !== crc) throw new DumpFlaw('damaged', `RDB version ${version} does not have the CRC-64 that it says`);
  return `RDB version ${version}, its CRC-64 fits`;
}

/**
 * Holds an RDB file to its CRC-64, which is the last eight bytes, behind the opcode of the end. Finds `damaged` and `incomplete`;
 * `unknown` where there is no checksum.
 */
export function rdbCheck(): StreamCheck {
  const crc = new Crc64();
  let head = Buffer.alloc(0);
  // The last bytes are known as such when no more come.
  let tail = Buffer.alloc(0);
  let last = -1;
  return {
    push(piece) {
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES - head.length)]);
      if (piece.length < CHECKSUM_BYTES) {
        const all = Buffer.concat([tail, piece]);
        const from = Math.max(0, all.length - CHECKSUM_BYTES);
        crc.push(all.subarray(0, from));
        if (from > 0) last = all[from - 1] as number;
        tail = all.subarray(from);
        return;
      }
      const body = piece.subarray(0, -CHECKSUM_BYTES);
      crc.push(tail);
      crc.push(body);
      last = body.at(-1) ?? tail.at(-1) ?? last;
      tail = Buffer.from(piece.subarray(-CHECKSUM_BYTES));
    },
    end: () => verdictOf(Number(head.toString('latin1', 5)), { last, tail, crc: crc.value }),
  };
}
