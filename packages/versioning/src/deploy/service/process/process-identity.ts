import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, told apart from all others that get its id later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, as its system tells it; empty where that can't be told. */
  readonly start: string;
}

/** Whether there is a process of this id, be it whose it may. A zombie is none: it only waits for its parent to hear of it. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is there all the same.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const stat = statOf(pid);
  return stat === undefined || (stat.state !== 'Z' && stat.state !== 'X');
}

/** Whether this very process is still there. Where its start can't be compared, it counts as being there: a second copy does more harm than a wait. */
export async function isAlive({ pid, start }: ProcessIdentity): Promise<boolean> {
  if (!isThere(pid)) return false;
  if (start === '') return true;
  const now = (await identityOf(pid)).start;
  return now === '' ? isThere(pid) : now === start;
}

/** The process that has this id now. */
export async function identityOf(pid: number): Promise<ProcessIdentity> {
  if (process.platform === 'linux') return { pid, start: statOf(pid)?.start ?? '' };
  return { pid, start: (await startByPs(pid)).trim() };
}

/** Fields of proc_pid_stat(5) on Linux: the state, and when it began in ticks since the system started, with which start of the system that was. */
function statOf(pid: number): { readonly state: string; readonly start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return parseStat(stat, readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  } catch {
    return undefined;
  }
}

/** Takes a line of `/proc/<pid>/stat` apart. */
export function parseStat(stat: string, boot: string): { readonly state: string; readonly start: string } {
  // The second field is a name in brackets that may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', start: `${boot.trim()}/${fields[19] ?? ''}` };
}

function startByPs(pid: number): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C' };
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], { env }, (error, stdout) =>
      resolve(error === null ? stdout : ''),
    );
  });
}
