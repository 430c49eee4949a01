import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process by what no other one ever has had. */
export interface NamedProcess {
  readonly host: string;
  readonly pid: number;
  /** The start of the system, its space of numbers of processes, and the start of the process; `undefined` where the system does not tell. */
  readonly process: string | undefined;
}

/** This process. */
export function ownProcess(): NamedProcess {
  const [place, start] = [placeOf(), startOf('self')];
  const named = place === undefined || start === undefined ? undefined : `${place} ${start}`;
  return { host: hostname(), pid: process.pid, process: named };
}

/** Whether a process runs. It is known on Linux only, in the container that it was started in, as long as that was not started anew. */
export function processNow({ pid, process: named }: NamedProcess): 'runs' | 'ended' | 'unknown' {
  const place = placeOf();
  if (named === undefined || place === undefined || !named.startsWith(`${place} `)) return 'unknown';
  return named === `${place} ${startOf(pid) ?? ''}` ? 'runs' : 'ended';
}

/** The 22nd field of `/proc/PID/stat`, see proc(5): when a process began. The name in the second may have blanks and brackets. */
function startOf(pid: number | 'self'): string | undefined {
  const stat = text(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // One that has ended and was not waited for is there by its number only.
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}

/** The start of this system and its space of numbers of processes. `undefined` where it does not tell. */
function placeOf(): string | undefined {
  const boot = text(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  const space = text(() => readlinkSync('/proc/self/ns/pid'));
  return boot === undefined || space === undefined ? undefined : `${boot} ${space}`;
}

function text(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
