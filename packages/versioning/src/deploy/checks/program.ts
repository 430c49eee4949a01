import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { ended } from './failure.ts';

/** A program to run, without a shell. */
export interface ProgramCall {
  /** The program and its arguments. Secrets never stand here: others see arguments. */
  readonly command: readonly [string, ...string[]];
  readonly folder?: string | undefined;
  /** Beside the variables of this process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Whether others have written it: then it gets no `HOLDFAST_*` variables, which may be keys and passwords. Default: `false`. */
  readonly isForeign?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told each line that it prints, without its end. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** The variables of a process without those of Holdfast. */
export function withoutOwn(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('HOLDFAST_')));
}

/** How it ended. */
export interface ProgramEnd {
  /** None when a signal ended it. */
  readonly code: number | null;
  /** What it printed, on both streams in the order of its arrival: the last 64 KiB. */
  readonly output: string;
}

const MOST_OUTPUT = 65_536;
/** A single line that never ends is handed on in pieces. */
const LONGEST_LINE = 65_536;

/**
 * Runs a program to its end. When the signal is given, it and all that it has started are killed.
 *
 * @throws The system's error when it can't be started; the reason of the signal.
 */
export async function runProgram(call: ProgramCall): Promise<ProgramEnd> {
  const { command, folder, environment, isForeign = false, signal, onLine } = call;
  signal?.throwIfAborted();
  const [program, ...args] = command;
  const isGroup = process.platform !== 'win32';
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...(isForeign ? withoutOwn(process.env) : process.env), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it has started can be ended, too.
    detached: isGroup,
  });
  let output = '';
  const take = (text: string): void => {
    output = (output + text).slice(-MOST_OUTPUT);
  };
  const lines = [child.stdout, child.stderr].map((stream) => {
    const splitter = lineSplitter(onLine);
    const decoder = new StringDecoder('utf8');
    stream.on('data', (piece: Buffer) => {
      const text = decoder.write(piece);
      take(text);
      splitter.add(text);
    });
    return splitter;
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject).on('close', resolve);
  try {
    const code = await (signal === undefined ? promise : Promise.race([promise, ended(signal)]));
    for (const each of lines) each.end();
    return { code, output };
  } catch (error) {
    promise.catch(() => undefined);
    kill(child.pid, isGroup);
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    throw error;
  }
}

function kill(pid: number | undefined, isGroup: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(isGroup ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function lineSplitter(onLine: ((line: string) => void) | undefined): { add(text: string): void; end(): void } {
  let rest = '';
  const tell = (line: string): void => onLine?.(line.replace(/\r$/, ''));
  return {
    add(text) {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) tell(part);
      if (rest.length <= LONGEST_LINE) return;
      tell(rest);
      rest = '';
    },
    end() {
      if (rest !== '') tell(rest);
      rest = '';
    },
  };
}

/** The last lines of an output that say something. */
export function lastLines(output: string, count: number): readonly string[] {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
  return count <= 0 ? [] : lines.slice(-count);
}
