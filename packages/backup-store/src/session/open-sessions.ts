import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A session that this machine has begun and not yet ended. */
export interface OpenSession {
  /** 32 hex digits. */
  readonly session: string;
  readonly epoch: number;
  /** The process that works on it. */
  readonly pid: number;
}

const SUFFIX = '.json';

/**
 * Remembers open sessions of this machine, one small file each, so that a run after Ctrl-C or a crash goes on with
 * what is stored already. Losing these files only means that some data is sent again.
 */
export class OpenSessions {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async remember(open_: OpenSession): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = await open(join(this.#folder, `${open_.session}${SUFFIX}`), 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(open_));
    } finally {
      await file.close();
    }
  }

  async forget(session: string): Promise<void> {
    await rm(join(this.#folder, `${session}${SUFFIX}`), { force: true });
  }

  /** Takes over a session whose process is gone. Of several processes that try, one gets it. */
  async adopt(): Promise<OpenSession | undefined> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    for (const name of names.filter((each) => each.endsWith(SUFFIX))) {
      const found = await readOpen(join(this.#folder, name));
      if (found === undefined || isAlive(found.pid)) continue;
      const taken = join(this.#folder, `${name}.${process.pid}`);
      try {
        await rename(join(this.#folder, name), taken);
      } catch {
        continue;
      }
      await rm(taken, { force: true });
      const mine = { ...found, pid: process.pid };
      await this.remember(mine);
      return mine;
    }
    return undefined;
  }
}

async function readOpen(path: string): Promise<OpenSession | undefined> {
  try {
    const { session, epoch, pid } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    const valid =
      typeof session === 'string' &&
      /^[0-9a-f]{32}$/.test(session) &&
      Number.isSafeInteger(epoch) &&
      Number.isSafeInteger(pid);
    return valid ? { session, epoch: Number(epoch), pid: Number(pid) } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
