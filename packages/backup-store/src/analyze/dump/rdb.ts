import type { ByteReader } from './byte-reader.ts';
import { Crc64 } from './crc64.ts';
import { DumpFlaw } from './flaw.ts';

const CHECKSUM_BYTES = 8;
const END = 0xff;
/** The first version with a checksum at its end. */
const CHECKSUM_SINCE = 5;

/** Whether this begins an RDB file of Redis: `REDIS` and a version of four digits. */
export const isRdb = (head: Buffer): boolean => /^REDIS\d{4}/.test(head.toString('latin1', 0, 9));

/**
 * Holds an RDB file to its CRC-64, which is the last eight bytes, behind the opcode of the end.
 *
 * @returns What was found.
 * @throws {DumpFlaw} `damaged`, `incomplete`; `unknown` where there is no checksum.
 */
export async function checkRdb(reader: ByteReader): Promise<string> {
  const version = Number((await reader.peek(9)).toString('latin1', 5, 9));
  const crc = new Crc64();
  // The last bytes are known as such when no more come.
  let tail = Buffer.alloc(0);
  let last = -1;
  for (let piece = await reader.piece(); piece !== undefined; piece = await reader.piece()) {
    const all = Buffer.concat([tail, piece]);
    const from = Math.max(0, all.length - CHECKSUM_BYTES);
    const body = all.subarray(0, from);
    crc.push(body);
    last = body.at(-1) ?? last;
    tail = all.subarray(from);
  }
  if (version < CHECKSUM_SINCE) throw new DumpFlaw('unknown', `RDB version ${version} has no checksum`);
  const stored = tail.length < CHECKSUM_BYTES ? undefined : tail.readBigUInt64LE(0);
  if (last !== END || stored === undefined)
    throw new DumpFlaw('incomplete', `RDB version ${version} does not end as one does: it was cut, or added to`);
  if (stored === 0n)
    throw new DumpFlaw('unknown', `RDB version ${version} was written without a checksum (rdbchecksum no)`);
  if (stored !== crc.value)
    throw new DumpFlaw('damaged', `RDB version ${version} does not have the CRC-64 that it says`);
  return `RDB version ${version}, its CRC-64 fits`;
}
