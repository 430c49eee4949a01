import { Crc64 } from '../dump/crc64.ts';
import { isRdb } from '../dump/rdb.ts';
import { BackupError } from '../errors.ts';

const HEAD_BYTES = 9;
const CHECKSUM_BYTES = 8;
/** What a server sends behind a file whose length it does not know before, and `redis-cli` 7 hands on. */
const MARK_BYTES = 40;
const TAIL_BYTES = CHECKSUM_BYTES + MARK_BYTES;
const END = 0xff;

/** What was found out about an RDB file on its way. */
export interface RdbFacts {
  /** Of the format. */
  version?: number;
  /** `false`: the server writes none (`rdbchecksum no`), so only the end could be looked at. */
  hasChecksum?: boolean;
  /** Bytes of the file. */
  bytes: number;
}

/**
 * The RDB file in a stream, without the mark of 40 characters that `redis-cli --rdb -` may leave behind it, held to its CRC-64 and
 * its end (RDB file format: opcode 0xFF, then the checksum). Its last bytes are given only when they fit, so whoever waits for the
 * end takes no part for the whole.
 *
 * @throws {BackupError} `DUMP_INCOMPLETE`.
 */
export async function* wholeRdb(
  stream: AsyncIterable<Uint8Array>,
  facts: RdbFacts,
): AsyncGenerator<Uint8Array, void, undefined> {
  const crc = new Crc64();
  let tail = Buffer.alloc(0);
  let last = -1;
  for await (const piece of stream) {
    const all = Buffer.concat([tail, piece]);
    if (all.length <= TAIL_BYTES) {
      tail = all;
      continue;
    }
    if (facts.version === undefined) readHead(all, facts);
    const body = all.subarray(0, -TAIL_BYTES);
    crc.push(body);
    last = body.at(-1) ?? last;
    tail = all.subarray(-TAIL_BYTES);
    facts.bytes += body.length;
    yield body;
  }
  if (facts.version === undefined) readHead(tail, facts);
  const end = endOf(tail, { crc, last, facts });
  facts.bytes += end.length;
  yield end;
}

function readHead(start: Buffer, facts: RdbFacts): void {
  if (!isRdb(start))
    throw incomplete(
      facts,
      `an RDB file, got something that begins with ${JSON.stringify(start.toString('latin1', 0, HEAD_BYTES))}`,
    );
  facts.version = Number(start.toString('latin1', 5, HEAD_BYTES));
}

/** The last bytes that are of the file. */
function endOf(tail: Buffer, state: { readonly crc: Crc64; readonly last: number; readonly facts: RdbFacts }): Buffer {
  const { crc, last, facts } = state;
  const isMarked = tail.length === TAIL_BYTES && /^[0-9a-f]{40}$/.test(tail.toString('latin1', CHECKSUM_BYTES));
  const fits = (stored: Buffer, before: number | undefined): boolean => {
    if (stored.length < CHECKSUM_BYTES || before !== END) return false;
    const value = stored.readBigUInt64LE(0);
    facts.hasChecksum = value !== 0n;
    return value === 0n || value === crc.value;
  };
  if (isMarked && fits(tail.subarray(0, CHECKSUM_BYTES), last)) return tail.subarray(0, CHECKSUM_BYTES);
  const body = tail.subarray(0, Math.max(0, tail.length - CHECKSUM_BYTES));
  crc.push(body);
  if (fits(tail.subarray(body.length), body.at(-1))) return tail;
  throw incomplete(facts, 'an RDB file that ends with its checksum');
}

function incomplete({ bytes }: RdbFacts, what: string): BackupError {
  const got = what.includes(', got ') ? '' : `, got ${bytes} bytes without it`;
  return new BackupError('DUMP_INCOMPLETE', `Expected ${what}${got}`, {
    hint: 'Something between the server and here has cut or changed it. Run it again.',
  });
}
