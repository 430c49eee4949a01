import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { CliError } from '../errors.ts';

/** A process that runs jobs, as its pid file has it. */
export interface Daemon {
  readonly pid: number;
  readonly host: string;
  /** When it began, in milliseconds since 1970. */
  readonly startedMs: number;
  /** When the system has started the process, in ticks since it was booted itself; `undefined` where it does not say. */
  readonly startTicks: string | undefined;
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
  const { pid } = process;
  const daemon: Daemon = { pid, host: hostname(), startedMs, startTicks: await startTicks(pid), log };
  const own = `${file}.${pid}`;
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
async function leave(file: string, { pid, host, startTicks: ticks }: Daemon): Promise<void> {
  const found = await readDaemon(file);
  if (found?.pid === pid && found.host === host && found.startTicks === ticks) await rm(file, { force: true });
}

function ignoring(code: string): (error: unknown) => void {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== code) throw error;
  };
}

/** @throws {CliError} `USAGE` when a process runs by this file. */
export async function refuseSecondDaemon(file: string): Promise<void> {
  const other = await runningDaemon(file);
  if (other !== undefined) throw alreadyRunning(file, other);
}

/** Whether the process of a pid file is still there, and no other one that was given its number. */
export async function isThere({ pid, host, startTicks: ticks }: Daemon): Promise<boolean> {
  // What another machine has written says nothing about the processes of this one.
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return ticks === undefined || (await startTicks(pid)) === ticks;
}

async function readDaemon(file: string): Promise<Daemon | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<Daemon> | null;
    return Number.isSafeInteger(value?.pid) && (value?.pid ?? 0) > 0 && typeof value?.host === 'string'
      ? (value as Daemon)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The 22nd field of `/proc/PID/stat`, see proc(5); the name in the second may have blanks and brackets. */
async function startTicks(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A process that has ended and was not waited for is there by its number only.
  return fields[0] === 'Z' ? 'ended' : fields[19];
}

function alreadyRunning(file: string, { pid }: Daemon): CliError {
  return new CliError('USAGE', `Expected no process that runs by ${file}, got process ${pid}`, {
    hint: '`holdfast schedule stop` ends it; another one needs a --pid-file of its own.',
  });
}
