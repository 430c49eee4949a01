import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { open, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

import { hasSlept, processStartMs, type Sleep, systemClock, systemEvery, systemSleep } from './clock.ts';
import { processState } from './process-state.ts';

/** Where a process can't be looked for, it counts as ended when it has not renewed its file for so long. */
const LEASE_MS = 5 * 60_000;
const RENEW_MS = 20_000;
/** Within so long everyone who is at work has renewed. */
const ALL_RENEWED_MS = RENEW_MS + 5000;

/** The process that works on what a file tells of, as it stands in the file. */
export interface Holder {
  /** 0 when none does. */
  readonly pid: number;
  /** When it began: another one may get its number. Milliseconds since 1970. */
  readonly startedMs: number;
  /** The same as the system tells it to others, see {@link processState}. */
  readonly ticks?: number | undefined;
  /** Its machine, or container: the folder may be shared, and a number means nothing elsewhere. */
  readonly host?: string | undefined;
  /** Start of the system and set of process numbers (pid_namespaces(7)), where the system tells: with a slash between. */
  readonly space?: string | undefined;
  /** It renews the file as long as it runs, see {@link keepFresh}. */
  readonly renews?: boolean | undefined;
}

/** This process. */
export function ownHolder(): Holder {
  const { pid } = process;
  const ticks = processState(pid)?.ticks;
  return { pid, startedMs: processStartMs, ticks, host: hostname(), space: ownSpace(), renews: true };
}

/** Nobody. */
export const NOBODY: Holder = { pid: 0, startedMs: 0 };

/** This machine, for whoever looks after a lease. */
interface Watch {
  readonly hasSlept: () => boolean;
  readonly sleep: Sleep;
}

/** Whether the process that has written a file may still run. */
export async function isHeld(
  path: string,
  holder: Holder,
  watch: Watch = { hasSlept, sleep: systemSleep },
): Promise<boolean> {
  const { pid, host, space, renews } = holder;
  if (pid <= 0) return false;
  const own = ownSpace();
  const isSameHost = host === undefined || host === hostname();
  const isSameBoot = space !== undefined && own !== undefined && bootOf(space) === bootOf(own);
  if (space === undefined || own === undefined) {
    if (isSameHost) return isRunning(holder);
  } else {
    if (space === own) return isRunning(holder);
    // The machine was started anew since, or it is another one of this name, which renews what it holds.
    if (isSameHost && !isSameBoot && renews !== true) return false;
  }
  // Nobody here can tell but by the time of the file, and to take what another one works on would end its run.
  if (renews !== true || (await isFresh(path))) return true;
  if (!isSameBoot || !watch.hasSlept()) return false;
  // What has slept with this machine may not have come to it yet.
  await watch.sleep(ALL_RENEWED_MS);
  return await isFresh(path);
}

/**
 * Renews a file that this process has just written, so that other machines and containers see that it is at work. A process that is halted
 * for longer than the lease (five minutes), with its machine or without, counts as ended there.
 *
 * @returns Ends that. It ends by itself when the file is gone or another one, and by nothing else: what can't be renewed now may be later.
 */
export function keepFresh(path: string, everyMs: number = RENEW_MS): () => void {
  let inode = inodeOf(path);
  if (inode === 'gone') return () => undefined;
  const end = systemEvery(everyMs, () => void renew());
  const renew = async (): Promise<void> => {
    try {
      await using file = await open(path, 'r+');
      const { ino } = await file.stat({ bigint: true });
      inode ??= ino;
      if (ino !== inode) return end();
      // What is there is written once more: so the time is that of who keeps the file, whose clock may be another one.
      const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
      if (bytesRead === 1) await file.write(buffer, 0, 1, 0);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return end();
      // Where there is no room to write, a time may still have some.
      if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') await touch(path);
    }
  };
  return end;
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** `undefined` where it can't be told now. */
function inodeOf(path: string): bigint | 'gone' | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? 'gone';
  } catch {
    return undefined;
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date(systemClock());
  await utimes(path, now, now).catch(() => undefined);
}

function isRunning({ pid, startedMs, ticks }: Holder): boolean {
  // In a container each run may have the same number.
  if (pid === process.pid) return startedMs === processStartMs;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  const there = processState(pid);
  if (there === undefined) return true;
  // A container may get the set of numbers of one that is gone, and begins with the same ones.
  return !there.isOver && (ticks === undefined || ticks === there.ticks);
}

/** By the clock that both files have their times of. */
async function isFresh(path: string): Promise<boolean> {
  const probe = join(dirname(path), `.${randomBytes(8).toString('hex')}.now`);
  try {
    const { mtimeMs } = await stat(path);
    await writeFile(probe, '');
    return (await stat(probe)).mtimeMs - mtimeMs <= LEASE_MS;
  } catch {
    // Whoever can't look must not take it.
    return true;
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

function ownSpace(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

const bootOf = (space: string): string => space.slice(0, space.indexOf('/'));
