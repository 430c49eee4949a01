import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { NamedProcess } from '@x/operations';
import { CliError } from '../errors.ts';

/** A process that runs jobs, as its pid file has it. */
export interface Daemon extends NamedProcess {
  /** When it began, in milliseconds since 1970. */
  readonly startedMs: number;
  /** File that its lines go to. */
  readonly log: string | undefined;
}

/** The running process of a pid file; `undefined` when there is none, or the file was left behind by one that has died. */
export async function runningDaemon(file: string): Promise<Daemon | undefined> {
  const daemon = await readDaemon(file);
  return daemon !== undefined && (await isThere(daemon)) ? daemon : undefined;
}

/**
 * Makes the pid file of this process.
 *
 * @returns What takes it away.
 * @throws {CliError} `USAGE` when another process runs by it, `UNWRITABLE`.
 */
export async function takeDaemonFile(
  file: string,
  startedMs: number,
  log: string | undefined,
): Promise<AsyncDisposable> {
  const { ownProcess } = await import('@x/operations');
  const daemon: Daemon = { ...ownProcess(), startedMs, log };
  const own = `${file}.${daemon.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(own, `${JSON.stringify(daemon)}\n`);
    for (;;) {
      try {
        await link(own, file);
        return { [Symbol.asyncDispose]: async () => leave(file, daemon) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      await takeAway(file, `${own}.left`);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('UNWRITABLE', `Expected to write the pid file ${file}, got an error`, {
      cause: error,
      hint: 'Name another one with --pid-file.',
    });
  } finally {
    await rm(own, { force: true });
  }
}

/** Takes away what a process has left that has died. Another's file goes back. @throws {CliError} `USAGE`. */
async function takeAway(file: string, aside: string): Promise<void> {
  await refuseSecondDaemon(file);
  await rename(file, aside).catch(ignoring('ENOENT'));
  const found = await readDaemon(aside);
  const isLive = found !== undefined && (await isThere(found));
  if (isLive) await link(aside, file).catch(ignoring('EEXIST'));
  await rm(aside, { force: true });
  if (isLive) throw alreadyRunning(file, found);
}

/** Takes the file of a process away, and no other's. */
async function leave(file: string, { pid, host, startedMs }: Daemon): Promise<void> {
  const found = await readDaemon(file).catch(() => undefined);
  if (found?.pid === pid && found.host === host && found.startedMs === startedMs) await rm(file, { force: true });
}

function ignoring(code: string): (error: unknown) => undefined {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== code) throw error;
  };
}

/** @throws {CliError} `USAGE` when a process runs by this file. */
export async function refuseSecondDaemon(file: string): Promise<void> {
  const other = await runningDaemon(file);
  if (other !== undefined) throw alreadyRunning(file, other);
}

/** Whether the process of a pid file is still there, and no other one that was given its number, where the system tells. */
export async function isThere(daemon: Daemon): Promise<boolean> {
  // What another machine has written says nothing about the processes of this one; nor does what was written before it was started anew.
  if (daemon.host !== hostname()) return false;
  const { processNow } = await import('@x/operations');
  const now = processNow(daemon);
  if (now !== 'unknown' || daemon.process !== undefined) return now === 'runs';
  try {
    process.kill(daemon.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** @throws {CliError} `USAGE` for a file that is of something else. */
async function readDaemon(file: string): Promise<Daemon | undefined> {
  const text = await readFile(file, 'utf8').catch(ignoring('ENOENT'));
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Daemon> | null;
    if (Number.isSafeInteger(value?.pid) && (value?.pid ?? 0) > 0 && typeof value?.host === 'string')
      return value as Daemon;
  } catch {
    // Said below.
  }
  throw new CliError('USAGE', `Expected a pid file of holdfast at ${file}, got something else`, {
    hint: 'Name another file with --pid-file, or remove this one.',
  });
}

function alreadyRunning(file: string, { pid }: Daemon): CliError {
  return new CliError('USAGE', `Expected no process that runs by ${file}, got process ${pid}`, {
    hint: '`holdfast schedule stop` ends it; another one needs a --pid-file of its own.',
  });
}
