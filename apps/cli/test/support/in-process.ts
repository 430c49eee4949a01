import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { runCommandLine } from '../../src/process/run.ts';
import { BUNDLE } from './bundle.ts';

interface Program {
  readonly runCommandLine: typeof runCommandLine;
}

/** A run of the program in this process. */
export interface Call {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly input: string;
}

/** What a run has ended with. */
export interface Outcome {
  readonly code: number;
  readonly signal: null;
  readonly stdout: string;
  readonly stderr: string;
}

let program: Promise<Program> | undefined;
let isRunning = false;

/** The part of the bundle behind the look at the version of Node. It is loaded once a process of tests: a start costs more than most commands. */
async function load(): Promise<Program> {
  const main = await readFile(BUNDLE, 'utf8');
  const name = /import\("\.\/(run-[^"]+\.js)"\)/.exec(main)?.[1];
  if (name === undefined) throw new Error(`Expected ${BUNDLE} to load the program, got a bundle that does not`);
  return (await import(pathToFileURL(join(dirname(BUNDLE), name)).href)) as Program;
}

/** Makes the environment and the working directory of this process those of a run. @returns What puts them back. */
function enter({ env, cwd }: Call): () => void {
  const before = { env: { ...process.env }, cwd: process.cwd() };
  const become = (wanted: NodeJS.ProcessEnv, folder: string): void => {
    for (const name of Object.keys(process.env)) if (!(name in wanted)) delete process.env[name];
    Object.assign(process.env, wanted);
    process.chdir(folder);
  };
  become(env, cwd);
  return () => become(before.env, before.cwd);
}

/** A stream that keeps what is written to it. */
class Kept extends Writable {
  readonly #parts: Buffer[] = [];

  override _write(part: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#parts.push(part);
    done();
  }

  text(): string {
    return Buffer.concat(this.#parts).toString('utf8');
  }
}

/** Whether a run may begin: a process has one environment and one working directory. */
export function isFree(): boolean {
  return !isRunning;
}

/** Runs what is shipped, without a process of its own: everything is real but the start, the end and the terminal. */
export async function runHere(call: Call): Promise<Outcome> {
  isRunning = true;
  try {
    const { runCommandLine: runIt } = await (program ??= load());
    const [stdout, stderr] = [new Kept(), new Kept()];
    const stdin = Readable.from([Buffer.from(call.input)]) as unknown as NodeJS.ReadStream;
    const leave = enter(call);
    try {
      const entry = pathToFileURL(join(dirname(BUNDLE), 'worker.js'));
      const code = await runIt(entry, call.args, { stdin, stdout, stderr });
      return { code, signal: null, stdout: stdout.text(), stderr: stderr.text() };
    } finally {
      leave();
    }
  } finally {
    isRunning = false;
  }
}
