import pc from 'picocolors';
import type { Environment } from '../config/locations.ts';

/** The functions that colour text; they leave it alone where colours are off. */
export type Colors = ReturnType<typeof pc.createColors>;

/** Standard output: what the user asked for, and nothing else. */
export interface Output {
  readonly isTerminal: boolean;
  readonly colors: Colors;
  /** The reader is gone (`holdfast backup ls latest | head`): nothing more needs to be said. */
  readonly closed: boolean;
  /** Settles when more may be written, so that a slow reader never fills the memory. */
  write(text: string | Uint8Array): Promise<void>;
  /** A line. */
  line(text?: string): Promise<void>;
  /** All lines of a listing, many to a write; stops early when the reader goes away. */
  lines(texts: AsyncIterable<string>): Promise<void>;
}

/** Characters of a listing that are gathered before they are written. */
const BATCH = 32 * 1024;

/** A stream as far as output needs one. */
export interface OutputStream extends NodeJS.EventEmitter {
  readonly isTTY?: boolean | undefined;
  write(text: string | Uint8Array, callback: (error?: Error | null) => void): boolean;
}

/** Whether to colour what goes to `stream`: `--no-color` and `NO_COLOR` say no, `FORCE_COLOR` says yes, else terminals only. */
export function wantsColor(stream: { readonly isTTY?: boolean | undefined }, env: Environment, flag: boolean): boolean {
  if (!flag || (env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'] ?? '';
  if (forced !== '') return forced !== '0';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Wraps standard output. A reader that went away ends the output quietly. */
export function createOutput(stream: OutputStream, color: boolean): Output {
  let closed = false;
  // Without a listener EPIPE would end the process with a stack trace.
  stream.on('error', () => (closed = true));
  const write = (text: string | Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      if (closed) return resolve();
      stream.write(text, (error) => {
        if (error) closed = true;
        resolve();
      });
    });
  const lines = async (texts: AsyncIterable<string>): Promise<void> => {
    let batch = '';
    for await (const text of texts) {
      batch += `${text}\n`;
      if (batch.length < BATCH) continue;
      await write(batch);
      batch = '';
      if (closed) return;
    }
    await write(batch);
  };
  return {
    isTerminal: stream.isTTY === true,
    colors: pc.createColors(color),
    get closed() {
      return closed;
    },
    write,
    line: (text = '') => write(`${text}\n`),
    lines,
  };
}
