import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { RunOwner } from './entry.ts';

function text(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
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

/** This process, as claims name it. */
export function ownProcess(): Pick<RunOwner, 'host' | 'pid' | 'process'> {
  const [place, start] = [placeOf(), startOf('self')];
  const named = place === undefined || start === undefined ? undefined : `${place} ${start}`;
  return { host: hostname(), pid: process.pid, process: named };
}

/** Whether it is certain that a process has ended: it was one of this very system, and is not there. */
export function hasEnded({ pid, process: named }: Pick<RunOwner, 'pid' | 'process'>): boolean {
  const place = placeOf();
  if (named === undefined || place === undefined || !named.startsWith(`${place} `)) return false;
  return `${place} ${startOf(pid) ?? 'none'}` !== named;
}
