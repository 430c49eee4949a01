import type { ExportedRecord } from './export-records.ts';

/** Characters that are gathered before they are given. */
const PIECE = 64 * 1024;

/**
 * Records as JSON Lines in UTF-8, in pieces of about 64 KiB that end with a line: `module`, `id`, `updatedAt` in milliseconds since
 * 1970 if it is known, `data`.
 */
export async function* recordLines(
  records: AsyncIterable<ExportedRecord>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let piece = '';
  for await (const { module, record } of records) {
    const { id, updatedAt, data } = record;
    piece += `${JSON.stringify({ module, id, updatedAt, data })}\n`;
    if (piece.length < PIECE) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  if (piece !== '') yield Buffer.from(piece);
}
