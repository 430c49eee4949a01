import type { ViewedRow } from './contract.ts';

const LINE_END = 10;
const TAB = 9;

/** Rows that a program prints, one a line: fields of the key, then all the others, with tabs between them. */
export async function* textRows(
  output: AsyncIterable<Uint8Array>,
  keyFields: number,
  unescaped: (field: string) => string,
): AsyncGenerator<ViewedRow, void, undefined> {
  for await (const line of linesOf(output)) {
    const key: Buffer[] = [];
    let at = 0;
    for (let i = 0; i < keyFields; i++) {
      const end = line.indexOf(TAB, at);
      const field = line.subarray(at, end < 0 ? line.length : end);
      key.push(field.includes('\\') ? Buffer.from(unescaped(field.toString('utf8'))) : field);
      at = end < 0 ? line.length : end + 1;
    }
    yield { key, content: line.subarray(at) };
  }
}

/** Memory: the longest line, and what comes at a time. */
async function* linesOf(output: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  let begun: Buffer[] = [];
  for await (const piece of output) {
    const bytes = Buffer.from(piece);
    let at = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, at)) {
      const rest = bytes.subarray(at, end);
      yield begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
      begun = [];
      at = end + 1;
    }
    if (at < bytes.length) begun.push(bytes.subarray(at));
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}
