import { checkedDump } from '../dump/checked-dump.ts';
import { rdbVersion } from '../dump/rdb.ts';

const MARK_BYTES = 40;
const HEAD_BYTES = 16;

/** What was found out about an RDB file on its way. */
export interface RdbFacts {
  /** Of the format. */
  version?: number | undefined;
  /** `false`: the server writes none (`rdbchecksum no`), so only the end could be looked at. */
  hasChecksum?: boolean | undefined;
  /** Bytes of the file. */
  bytes: number;
}

/**
 * The RDB file in a stream, held to its CRC-64 and its end: it throws at its end unless all of it is there.
 *
 * @throws {BackupError} `DUMP_INCOMPLETE`.
 */
export async function* wholeRdb(
  stream: AsyncIterable<Uint8Array>,
  facts: RdbFacts,
): AsyncGenerator<Uint8Array, void, undefined> {
  const onChecked = (_detail: string, verdict: string): void => {
    facts.hasChecksum = verdict === 'sound';
  };
  for await (const piece of checkedDump(withoutMark(stream), 'redis', { onChecked })) {
    if (facts.bytes === 0) facts.version = rdbVersion(piece);
    facts.bytes += piece.length;
    yield piece;
  }
}

/**
 * Without the mark of 40 characters that a server sends behind a file whose length it does not know before, and `redis-cli` 7 hands on.
 * A file without one is not cut: nine bytes before its end it has a byte that no mark has.
 */
async function* withoutMark(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let held = Buffer.alloc(0);
  for await (const piece of stream) {
    const all = Buffer.concat([held, piece]);
    const end = Math.max(0, all.length - MARK_BYTES);
    held = all.subarray(end);
    // The first piece has the head as a whole.
    if (end < HEAD_BYTES) held = all;
    else yield all.subarray(0, end);
  }
  if (!/^[0-9a-f]{40}$/.test(held.toString('latin1', held.length - MARK_BYTES))) yield held;
  else if (held.length > MARK_BYTES) yield held.subarray(0, -MARK_BYTES);
}
