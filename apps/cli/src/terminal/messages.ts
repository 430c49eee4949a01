import pc from 'picocolors';
import type { Colors } from './output.ts';

/** Standard error: everything that is said beside the output. */
export interface Messages {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly colors: Colors;
  readonly verbose: boolean;
  readonly debugging: boolean;
  readonly quiet: boolean;
  /** What went well or is under way; silent with `--quiet`. */
  note(text: string): void;
  /** Only with `--verbose`. */
  detail(text: string): void;
  /** Only with `--debug`. */
  debug(text: string): void;
  /** Always said. */
  warn(text: string): void;
  /** Shows one line that is rewritten in place (terminals only); `undefined` takes it away. */
  status(text: string | undefined): void;
}

/** How much is said. */
export interface MessageOptions {
  readonly color: boolean;
  readonly verbose?: boolean | undefined;
  readonly debug?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** A stream as far as messages need one. */
export interface MessageStream extends NodeJS.EventEmitter {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): boolean;
}

const CLEAR_LINE = '\r\u001b[K';

/** Wraps standard error. Lines and the status line share it without writing over each other. */
export function createMessages(stream: MessageStream, options: MessageOptions): Messages {
  const isTerminal = stream.isTTY === true;
  const { verbose = false, debug = false, quiet = false } = options;
  let status: string | undefined;
  // Nobody reads along: no reason to end the work.
  stream.on('error', () => {});
  const line = (text: string): void => {
    const around = status === undefined ? ['', ''] : [CLEAR_LINE, status];
    stream.write(`${around[0]}${text}\n${around[1]}`);
  };
  return {
    isTerminal,
    get columns() {
      // Some terminals, those of CI systems above all, say 0.
      return stream.columns || 80;
    },
    colors: pc.createColors(options.color),
    verbose,
    debugging: debug,
    quiet,
    note: (text) => (quiet ? undefined : line(text)),
    detail: (text) => (verbose && !quiet ? line(text) : undefined),
    debug: (text) => (debug ? line(`debug: ${text}`) : undefined),
    warn: (text) => line(text),
    status: (text) => {
      if (!isTerminal || text === status) return;
      status = text;
      stream.write(CLEAR_LINE + (text ?? ''));
    },
  };
}
