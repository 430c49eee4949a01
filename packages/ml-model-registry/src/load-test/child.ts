import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { RunEnd } from './contract.ts';

/** A program to run within limits. */
export interface ChildOptions {
  readonly folder: string;
  /** All that it gets; see `cleanEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly ms: number;
  readonly memoryBytes: number;
  /** The largest file that it may write, in bytes, where the kernel can limit that (Linux). Default: any. */
  readonly fileBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a program has ended, and what it has said. */
export interface ChildEnd {
  /** `ended` with exit code 0, `failed` with another one. */
  readonly end: RunEnd;
  /** `exit code 1`, `the signal SIGSEGV`, `no end within 500 ms`. */
  readonly outcome: string;
  readonly code: number | null;
  readonly stdout: string;
  /** The end of what it said on its other output. */
  readonly lastLines: readonly string[];
}

const HAS_GROUPS = process.platform !== 'win32';
/** Whether the kernel limits what processes here may take. */
export const LIMITS_MEMORY: boolean = process.platform === 'linux';

/** Bytes of its output that are kept. */
const STDOUT_BYTES = 16 * 1024 * 1024;
const STDERR_BYTES = 8192;
const KEPT_LINES = 5;
/** After its end, what it has left running may hold its outputs open for this long, in milliseconds. */
const DRAIN_MS = 500;

const OUT_OF_MEMORY =
  /bad_alloc|out of memory|MemoryError|cannot allocate memory|failed to allocate|allocation failed/i;

/**
 * Runs a program without a shell of its own, in a group of processes that all ends with it: at its end, at the end of its time, and when the signal
 * says so. It gets no input.
 *
 * @throws The reason of the signal.
 */
export async function runChild(command: readonly [string, ...string[]], options: ChildOptions): Promise<ChildEnd> {
  options.signal?.throwIfAborted();
  const [program, ...args] = limited(command, options);
  const child = spawn(program, args, {
    cwd: options.folder,
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: HAS_GROUPS,
    windowsHide: true,
  });
  const [stdout, stderr] = [new Kept(STDOUT_BYTES, 'first'), new Kept(STDERR_BYTES, 'last')];
  child.stdout?.on('data', (bytes: Buffer) => stdout.add(bytes));
  child.stderr?.on('data', (bytes: Buffer) => stderr.add(bytes));
  let isLate = false;
  const kill = (): void => killGroup(child);
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, options.ms);
  options.signal?.addEventListener('abort', kill);
  try {
    const { code, signal, error } = await ending(child);
    // Whatever it has left running goes too, and lets go of its outputs.
    kill();
    await drained(child);
    options.signal?.throwIfAborted();
    const lastLines = stderr.lines();
    const text = lastLines.join('\n');
    const said = { code, stdout: stdout.text(), lastLines };
    if (error !== undefined) return { ...said, end: 'failed', outcome: error };
    if (isLate) return { ...said, end: 'timeout', outcome: `no end within ${options.ms} ms` };
    if (code === 0) return { ...said, end: 'ended', outcome: 'exit code 0' };
    const outcome = outcomeOf(command[0], { code, signal, lastLines });
    if (OUT_OF_MEMORY.test(text)) return { ...said, end: 'out-of-memory', outcome: `${outcome}, out of memory` };
    return { ...said, end: code === null || code >= 128 ? 'crashed' : 'failed', outcome };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', kill);
  }
}

/**
 * With limits of data (`RLIMIT_DATA`, in KiB), of files (`RLIMIT_FSIZE`, in blocks of 512 bytes) and of processor time (`RLIMIT_CPU`, in seconds) that go for it and all that it starts. The latter ends what
 * computes on when this process was killed.
 */
function limited(
  command: readonly [string, ...string[]],
  { memoryBytes, fileBytes, ms }: Pick<ChildOptions, 'memoryBytes' | 'fileBytes' | 'ms'>,
): readonly [string, ...string[]] {
  if (!LIMITS_MEMORY) return command;
  const kibibytes = String(Math.floor(memoryBytes / 1024));
  const blocks = fileBytes === undefined ? 'unlimited' : String(Math.ceil(fileBytes / 512));
  const seconds = String(Math.ceil(ms / 1000) * availableParallelism() + 1);
  // No core is written: it would have all of the model.
  return [
    '/bin/sh',
    '-c',
    'ulimit -c 0; ulimit -d "$1" && ulimit -t "$2" && { [ "$3" = unlimited ] || ulimit -f "$3"; } || exit 126; shift 3; exec "$@"',
    'sh',
    kibibytes,
    seconds,
    blocks,
    ...command,
  ];
}

function outcomeOf(program: string, end: Omit<Ending, 'error'> & { readonly lastLines: readonly string[] }): string {
  const { code, signal, lastLines } = end;
  if (code === null) return `the signal ${signal}`;
  const isMissing = LIMITS_MEMORY && code === 127 && lastLines.some((line) => /not found|no such file/i.test(line));
  return isMissing ? `no program ${program}` : `exit code ${code}`;
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: string | undefined;
}

async function ending(child: ChildProcess): Promise<Ending> {
  return await new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (error: NodeJS.ErrnoException) => {
      const what = error.code === 'ENOENT' ? `no program ${child.spawnfile}` : (error.code ?? error.message);
      if (child.pid === undefined) resolve({ code: null, signal: null, error: what });
    });
  });
}

async function drained({ stdout, stderr }: ChildProcess): Promise<void> {
  const open = [stdout, stderr].filter((stream) => stream !== null && !stream.closed);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS);
  });
  const closed = open.map((stream) => new Promise<void>((resolve) => stream?.once('close', resolve)));
  await Promise.race([Promise.all(closed), late]);
  clearTimeout(timer);
  for (const stream of open) stream?.destroy();
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    if (HAS_GROUPS) process.kill(-pid, 'SIGKILL');
    else if (exitCode === null && signalCode === null) process.kill(pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

/** The first or last bytes of a stream. */
class Kept {
  readonly #most: number;
  readonly #end: 'first' | 'last';
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(most: number, end: 'first' | 'last') {
    this.#most = most;
    this.#end = end;
  }

  add(bytes: Buffer): void {
    if (this.#end === 'first') {
      const rest = bytes.subarray(0, this.#most - this.#bytes);
      if (rest.length > 0) this.#pieces.push(rest);
      this.#bytes += rest.length;
      return;
    }
    this.#pieces = [Buffer.concat([...this.#pieces, bytes]).subarray(-this.#most)];
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }

  lines(): readonly string[] {
    const lines = this.text()
      .split(/\r?\n/)
      .map((line) => line.slice(0, 500));
    return lines.filter((line) => line.trim() !== '').slice(-KEPT_LINES);
  }
}
