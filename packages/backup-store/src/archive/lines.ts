import { damaged } from './failure.ts';

/** The first line has the record of a snapshot, with what its sources say of themselves. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** The lines of a text, each of which has an end. @throws {BackupError} `ARCHIVE_DAMAGED`. */
export async function* linesOf(
  content: AsyncIterable<Buffer>,
  each: (bytes: Buffer) => void,
): AsyncGenerator<string, void, undefined> {
  let rest: Buffer[] = [];
  let length = 0;
  for await (const piece of content) {
    each(piece);
    let start = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, start)) {
      const line = Buffer.concat([...rest, piece.subarray(start, end)]);
      rest = [];
      length = 0;
      start = end + 1;
      const text = line.toString('utf8');
      if (text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(line))
        throw damaged('a text in UTF-8', 'other bytes');
      yield text;
    }
    if (start === piece.length) continue;
    rest.push(Buffer.from(piece.subarray(start)));
    length += piece.length - start;
    if (length > MAX_LINE_BYTES) throw damaged(`lines of at most ${MAX_LINE_BYTES} bytes`, 'a longer one');
  }
  if (length > 0) throw damaged('lines that end', 'one that was cut');
}
