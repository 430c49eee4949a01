import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { processStartMs } from '../run/clock.ts';

/** A session that this machine has begun and not yet ended. */
export interface OpenSession {
  /** 32 hex digits. */
  readonly session: string;
  readonly epoch: number;
  /** The process that works on it; 0 when none does. */
  readonly pid: number;
  /** When that process began: another one may get its number. Milliseconds since 1970. */
  readonly startedMs: number;
  /** The machine it runs on: the folder may be shared, and a number means nothing elsewhere. */
  readonly host?: string | undefined;
}

const SUFFIX = '.json';

/** Remembers which sessions a machine has begun and not ended. What it fails to remember is sent again, and no more. */
export interface SessionMemory {
  /** This process works on the session, which has begun: its first sign of life is stored. */
  remember(session: string, epoch: number): Promise<void>;
  /** Nobody works on the session any more, and it may be gone on with. */
  release(session: string, epoch: number): Promise<void>;
  /** The session has ended. */
  forget(session: string): Promise<void>;
  /** Takes over a session that nobody works on. Of several processes that try, one gets it. */
  adopt(): Promise<{ readonly session: string; readonly epoch: number } | undefined>;
}

/**
 * Remembers open sessions of this machine, one small file each, so that a run after Ctrl-C or a crash goes on with
 * what is stored already. Losing these files only means that some data is sent again.
 */
export class OpenSessions implements SessionMemory {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async remember(session: string, epoch: number): Promise<void> {
    await this.#write({ session, epoch, pid: process.pid, startedMs: processStartMs, host: hostname() });
  }

  async release(session: string, epoch: number): Promise<void> {
    await this.#write({ session, epoch, pid: 0, startedMs: 0 });
  }

  /** A machine that can't remember is no reason to fail a backup. */
  async #write(session: OpenSession): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(join(this.#folder, `${session.session}${SUFFIX}`), JSON.stringify(session), { mode: 0o600 });
    } catch {
      // See above.
    }
  }

  async forget(session: string): Promise<void> {
    await rm(join(this.#folder, `${session}${SUFFIX}`), { force: true }).catch(() => undefined);
  }

  async adopt(): Promise<{ readonly session: string; readonly epoch: number } | undefined> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    for (const name of names.filter((each) => each.endsWith(SUFFIX))) {
      const found = await readOpen(join(this.#folder, name));
      if (found === undefined || isAlive(found)) continue;
      const taken = join(this.#folder, `${name}.${randomBytes(6).toString('hex')}`);
      try {
        await rename(join(this.#folder, name), taken);
      } catch {
        continue;
      }
      // Between the look and the rename another process may have taken it, and this file is that one's.
      const moved = await readOpen(taken);
      if (moved === undefined || isAlive(moved)) {
        await rename(taken, join(this.#folder, name)).catch(() => undefined);
        continue;
      }
      await rm(taken, { force: true });
      await this.remember(found.session, found.epoch);
      return found;
    }
    return undefined;
  }
}

async function readOpen(path: string): Promise<OpenSession | undefined> {
  try {
    const { session, epoch, pid, startedMs, host } = JSON.parse(await readFile(path, 'utf8')) as Record<
      string,
      unknown
    >;
    const valid =
      typeof session === 'string' &&
      /^[0-9a-f]{32}$/.test(session) &&
      Number.isSafeInteger(epoch) &&
      Number.isSafeInteger(pid) &&
      Number.isSafeInteger(startedMs);
    if (!valid) return undefined;
    const open = { session, epoch: Number(epoch), pid: Number(pid), startedMs: Number(startedMs) };
    return typeof host === 'string' ? { ...open, host } : open;
  } catch {
    return undefined;
  }
}

/** Whether the process that has left this mark may still run. */
export function isAlive({ pid, startedMs, host }: Pick<OpenSession, 'pid' | 'startedMs' | 'host'>): boolean {
  if (pid <= 0) return false;
  // Nobody here can tell, and taking over what another machine works on would end its run.
  if (host !== undefined && host !== hostname()) return true;
  // In a container each run may have the same number.
  if (pid === process.pid) return startedMs === processStartMs;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
