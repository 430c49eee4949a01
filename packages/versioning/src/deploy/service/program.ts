import { spawn } from 'node:child_process';
import { programMissing } from './service-failure.ts';

/** How a program ended. */
export interface ProgramAnswer {
  readonly code: number | null;
  readonly output: string;
  /** The last line that it said about what is wrong. */
  readonly said: string;
}

/** How a program runs. */
export interface ProgramCall {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is kept of what a program says, in characters. */
const MOST_SAID = 1_000_000;

/** Runs a program to its end. @throws {VersioningError} `SERVICE_UNAVAILABLE` when it is not there; the reason of the signal. */
export function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  call: ProgramCall = {},
): Promise<ProgramAnswer> {
  const { cwd, env, signal } = call;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(program, args, {
      cwd,
      env: env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(signal === undefined ? {} : { signal }),
    });
    const output = collected(child.stdout);
    const complaints = collected(child.stderr);
    child.once('error', (error) => {
      reject(signal?.aborted === true ? (signal.reason as Error) : programMissing(program, error));
    });
    child.once('close', (code) => {
      const lines = (complaints().trim() || output().trim()).split(/\r?\n/);
      resolve({ code, output: output(), said: lines.at(-1)?.trim() ?? '' });
    });
  });
}

function collected(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (piece: string) => {
    if (text.length < MOST_SAID) text += piece;
  });
  return () => text;
}
