import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import { withoutOwn } from '../checks/program.ts';

/** How a command is run. */
export interface CommandOptions {
  readonly folder: string;
  /** Beside the variables of this process, but for those of Holdfast. */
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** The file that its output goes to, in the place of an older one. */
  readonly log: string;
  /** Told the id of the process, which is that of its group, too. */
  readonly onStart?: ((pid: number) => Promise<void>) | undefined;
}

/** How a command ended. */
export interface CommandEnd {
  readonly isOk: boolean;
  /** For people: `exit code 1`. */
  readonly outcome: string;
  /** Of what it said on both outputs. */
  readonly lastLines: readonly string[];
}

/** Of what a command said, for messages. */
const KEPT_BYTES = 4096;
const KEPT_LINES = 10;
/** From a request to end until it is ended. */
const GRACE_MS = 2000;

/**
 * Runs a command without a shell. At the end of its time, or of ours, all that it has started in its group of processes ends with it.
 *
 * @throws {VersioningError} `WRITE_FAILED` for the log; the reason of the signal.
 */
export async function runCommand(
  command: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<CommandEnd> {
  options.signal?.throwIfAborted();
  const log = await openLog(options.log);
  try {
    const outcome = await outcomeOf(command, log, options);
    options.signal?.throwIfAborted();
    return { isOk: outcome === 'exit code 0', outcome, lastLines: await lastLines(log) };
  } finally {
    await log.close();
  }
}

async function openLog(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w+', 0o640);
  } catch (cause) {
    throw fileFailure('WRITE_FAILED', 'a log that can be written', { path, cause });
  }
}

async function outcomeOf(
  [program, ...args]: readonly [string, ...string[]],
  log: FileHandle,
  { folder, environment, timeoutMs, signal, onStart }: CommandOptions,
): Promise<string> {
  const child = spawn(program, args, {
    cwd: folder,
    // Keys and passwords of Holdfast are not for what others have written.
    env: { ...withoutOwn(process.env), ...environment },
    // Straight to the file: what it leaves running in the background keeps nobody waiting.
    stdio: ['ignore', log.fd, log.fd],
    // A group of its own, so that all of it can be ended.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const group = new ProcessGroup(child);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    group.end();
  }, timeoutMs);
  const stop = (): void => group.end();
  signal?.addEventListener('abort', stop);
  try {
    const ended = ending(child);
    if (child.pid !== undefined) await onStart?.(child.pid);
    const outcome = await ended;
    return isLate ? `no end within ${timeoutMs} ms` : outcome;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    group.sweep();
  }
}

async function ending(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      resolve(codeOf(error) === 'ENOENT' ? `no program ${child.spawnfile}` : (codeOf(error) ?? 'an error'));
    });
    child.on('exit', (code, signal) => resolve(code === null ? `the signal ${signal}` : `exit code ${code}`));
  });
}

/** A process with all that it has started, but for what has left its group. */
class ProcessGroup {
  readonly #child: ChildProcess;
  #timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Asks it to end, and after a while ends it. */
  end(): void {
    if (this.#timer !== undefined) return;
    this.#send('SIGTERM');
    this.#timer = setTimeout(() => this.#send('SIGKILL'), GRACE_MS);
  }

  /** Ends what is left of a group that was asked to end. */
  sweep(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#send('SIGKILL');
  }

  #send(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (process.platform === 'win32') this.#child.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // All of it has ended.
    }
  }
}

async function lastLines(log: FileHandle): Promise<readonly string[]> {
  const { size } = await log.stat();
  const start = Math.max(0, size - KEPT_BYTES);
  const { buffer, bytesRead } = await log.read(Buffer.alloc(KEPT_BYTES), 0, KEPT_BYTES, start);
  const lines = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/);
  return lines.filter((line) => line.trim() !== '').slice(-KEPT_LINES);
}
