import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Holder, isHeld, keepFresh, NOBODY, ownHolder } from '../run/holder.ts';

/** A session that this machine has begun and not yet ended, and the process that works on it. */
interface OpenSession extends Holder {
  /** 32 hex digits. */
  readonly session: string;
  readonly epoch: number;
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
  #endRenewing: (() => void) | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async remember(session: string, epoch: number): Promise<void> {
    await this.#write({ session, epoch, ...ownHolder() });
    this.#endRenewing?.();
    this.#endRenewing = keepFresh(this.#path(session));
  }

  #path(session: string): string {
    return join(this.#folder, `${session}${SUFFIX}`);
  }

  async release(session: string, epoch: number): Promise<void> {
    this.#endRenewing?.();
    await this.#write({ session, epoch, ...NOBODY });
  }

  /** A machine that can't remember is no reason to fail a backup. */
  async #write(session: OpenSession): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(this.#path(session.session), JSON.stringify(session), { mode: 0o600 });
    } catch {
      // See above.
    }
  }

  async forget(session: string): Promise<void> {
    this.#endRenewing?.();
    await rm(this.#path(session), { force: true }).catch(() => undefined);
  }

  async adopt(): Promise<{ readonly session: string; readonly epoch: number } | undefined> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    for (const name of names.filter((each) => each.endsWith(SUFFIX))) {
      const found = await readOpen(join(this.#folder, name));
      if (found === undefined || (await isHeld(join(this.#folder, name), found))) continue;
      const taken = join(this.#folder, `${name}.${randomBytes(6).toString('hex')}`);
      try {
        await rename(join(this.#folder, name), taken);
      } catch {
        continue;
      }
      // Between the look and the rename another process may have taken it, and this file is that one's.
      const moved = await readOpen(taken);
      if (moved === undefined || (await isHeld(taken, moved))) {
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
    const stored = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    const { session, epoch, pid, startedMs, ticks, host, space, renews } = stored;
    const valid =
      typeof session === 'string' &&
      /^[0-9a-f]{32}$/.test(session) &&
      Number.isSafeInteger(epoch) &&
      Number.isSafeInteger(pid) &&
      Number.isSafeInteger(startedMs);
    if (!valid) return undefined;
    return {
      session,
      epoch: Number(epoch),
      pid: Number(pid),
      startedMs: Number(startedMs),
      ticks: typeof ticks === 'number' ? ticks : undefined,
      host: typeof host === 'string' ? host : undefined,
      space: typeof space === 'string' ? space : undefined,
      renews: renews === true,
    };
  } catch {
    return undefined;
  }
}
