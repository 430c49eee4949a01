import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { resolvePath } from '../config/locations.ts';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { type Daemon, isThere, refuseSecondDaemon, runningDaemon } from './daemon-file.ts';

/** Files of a process in the background. */
export interface DaemonFiles {
  readonly pidFile: string;
  readonly log: string;
}

/** Waits for a process to begin or end, in milliseconds. */
const STEP_MS = 50;
const BEGIN_MS = 60_000;
/** Bytes of a log that are looked at when its process has not begun. */
const LOG_END = 2000;

/** The files that are named, or those beside the configuration. */
export async function daemonFiles(
  context: Context,
  named: { readonly pidFile?: string | undefined; readonly log?: string | undefined },
): Promise<DaemonFiles> {
  const { file } = await context.effective();
  const folder = join(file === undefined ? context.workingDirectory : dirname(file), '.holdfast');
  const place = (given: string | undefined, usual: string): string =>
    given === undefined ? join(folder, usual) : resolvePath(given, context.workingDirectory);
  return { pidFile: place(named.pidFile, `schedule-${hostname()}.pid`), log: place(named.log, 'schedule.log') };
}

/**
 * Starts this very command line again, in the background and without `--daemon`, and waits until it runs.
 *
 * @throws {CliError} `USAGE` when one runs already; `DAEMON_ENDED` with the end of its log when it ends at once.
 */
export async function startDaemon(context: Context, { pidFile, log }: DaemonFiles): Promise<Daemon> {
  await refuseSecondDaemon(pidFile);
  await mkdir(dirname(log), { recursive: true });
  await using file = await open(log, 'a', 0o600);
  const own = process.argv.slice(2).filter((word) => word !== '--daemon');
  const files = ['--pid-file', pidFile, '--log', log];
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...own, ...files], {
    detached: true,
    stdio: ['ignore', file.fd, file.fd],
    env: { ...context.env },
    cwd: context.workingDirectory,
  });
  let hasEnded = false;
  child.once('exit', () => (hasEnded = true)).once('error', () => (hasEnded = true));
  for (let waited = 0; !hasEnded && waited < BEGIN_MS; waited += STEP_MS) {
    const daemon = await runningDaemon(pidFile);
    if (daemon !== undefined && daemon.pid === child.pid) {
      child.unref();
      return daemon;
    }
    await setTimeout(STEP_MS);
  }
  child.kill();
  throw new CliError('DAEMON_ENDED', 'Expected the process in the background to begin, got its end', {
    details: (await readFile(log, 'utf8').catch(() => '')).slice(-LOG_END).trimEnd().split('\n'),
    hint: 'Set right what it says, or try it in the foreground, without --daemon.',
  });
}

/** Asks a process to end, and waits for it. @returns Whether it has ended. */
export async function stopDaemon(daemon: Daemon, waitMs: number): Promise<boolean> {
  try {
    process.kill(daemon.pid, 'SIGTERM');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
    throw new CliError('UNWRITABLE', `Expected to be allowed to end process ${daemon.pid}, got no permission`, {
      cause: error,
      hint: 'Call it as the user that has started it.',
    });
  }
  for (let waited = 0; waited < waitMs; waited += STEP_MS) {
    if (!(await isThere(daemon))) return true;
    await setTimeout(STEP_MS);
  }
  return !(await isThere(daemon));
}
