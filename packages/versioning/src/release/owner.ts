import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';

/** The process that works on a release. */
export interface RunOwner {
  /** Who started it. */
  readonly by: string;
  readonly host: string;
  readonly pid: number;
  /** When the process began, as its system tells it: ids of processes are given out again. */
  readonly startedAt: string;
}

/** This process. */
export function thisOwner(by: string): RunOwner {
  return { by, host: hostname(), pid: process.pid, startedAt: startOf(process.pid) ?? '' };
}

/** Whether the process is still there; `unknown` on another machine. */
export function isRunning(owner: RunOwner): boolean | 'unknown' {
  if (owner.host !== hostname()) return 'unknown';
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // Somebody else's process is there all the same.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const start = startOf(owner.pid);
  return start === undefined || owner.startedAt === '' || start === owner.startedAt;
}

/** When a process began: field 22 of proc_pid_stat(5), in ticks since the system started; `undefined` where there is no such file. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    // The second field is a name in brackets that may hold anything.
    return `${boot}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch {
    return undefined;
  }
}

/** Who is logged in. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
