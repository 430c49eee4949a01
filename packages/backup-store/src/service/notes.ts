import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupError } from '../errors.ts';
import type { NotedService, ServiceCommand, ServiceFacts, StoppedService } from '../repository/service-contract.ts';
import { type Holder, isHeld, keepFresh, NOBODY, ownHolder } from '../run/holder.ts';

const SUFFIX = '.service';
/** What others may do with a file whose commands are run. */
const WRITE_BY_OTHERS = 0o022;

interface Stored extends Omit<StoppedService, 'lastSeen'>, Holder {
  /** It is being started, and rests for nobody any more. */
  readonly starts?: boolean | undefined;
}

/** What is found on disk. */
interface Found extends Stored, Pick<StoppedService, 'lastSeen'> {}

/** The note of a service that others may hold at rest at the same time. */
export interface SharedNote extends NotedService {
  /** It is about to be started. `false`: others still hold it at rest, and the last of them starts it. */
  starting(): Promise<boolean>;
  /** It did not start, and rests again. */
  resting(): Promise<void>;
}

/**
 * Services that processes of this machine have stopped, one file of JSON each in the cache folder: there before a service is stopped,
 * and gone when it works again.
 */
export class ServiceNotes {
  readonly #folder: string;
  readonly #clock: () => number;

  constructor(parts: { readonly cacheFolder: string; readonly clock: () => number }) {
    this.#folder = join(parts.cacheFolder, 'services');
    this.#clock = parts.clock;
  }

  /** @throws {BackupError} `PATH_FAILED`: then it must not be stopped. */
  async write(facts: ServiceFacts & Pick<StoppedService, 'restore'>): Promise<SharedNote> {
    const id = randomBytes(8).toString('hex');
    const since = new Date(this.#clock()).toISOString();
    const stored: Stored = { ...facts, id, since, ...ownHolder() };
    try {
      await this.#store(stored);
    } catch (cause) {
      throw new BackupError('PATH_FAILED', `Expected to note in ${this.#folder} what is stopped, got an error`, {
        cause,
        hint: 'Nothing was stopped. Make room in the cache folder, or name another one.',
      });
    }
    let endRenewing = keepFresh(this.#path(id));
    const change = async (starts: boolean): Promise<void> => {
      endRenewing();
      // It is another file then.
      await this.#store({ ...stored, starts }).finally(() => {
        endRenewing = keepFresh(this.#path(id));
      });
    };
    return {
      starting: async () => {
        try {
          // In this order: of two that are done at once, both start it, and not neither.
          await change(true);
          return !(await this.#isAtRest(stored));
        } catch {
          return true;
        }
      },
      resting: async () => await change(false).catch(() => undefined),
      // It works: a note that can't be taken away leads to one more start, and is no reason to undo anything.
      started: async () => {
        endRenewing();
        await this.#started(stored).catch(() => undefined);
      },
      left: async () => {
        endRenewing();
        await this.#store({ ...stored, ...NOBODY }).catch(() => undefined);
      },
    };
  }

  /** Those on which nobody works any more, oldest first. One that another process holds at rest is none of them. */
  async left(): Promise<StoppedService[]> {
    const all = await Promise.all(
      (await this.#all()).map(async (stored) => ({ stored, isHeld: await isHeld(this.#path(stored.id), stored) })),
    );
    const held = new Set(all.filter((each) => each.isHeld).map(({ stored }) => nameOf(stored.startBy)));
    return all
      .filter((each) => !each.isHeld && !held.has(nameOf(each.stored.startBy)))
      .map(({ stored }) => serviceOf(stored))
      .toSorted((a, b) => (a.since < b.since ? -1 : 1));
  }

  #path(id: string): string {
    return join(this.#folder, `${id}${SUFFIX}`);
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  /** Whether others hold the same service. */
  async #isAtRest({ id, startBy }: Stored): Promise<boolean> {
    for (const other of await this.#all())
      if (other.id !== id && other.starts !== true && nameOf(other.startBy) === nameOf(startBy))
        if (await isHeld(this.#path(other.id), other)) return true;
    return false;
  }

  /** What an earlier process has left of the same service is done with that, too. */
  async #started({ id, startBy }: Stored): Promise<void> {
    await this.remove(id);
    for (const older of await this.left())
      if (older.restore === undefined && nameOf(older.startBy) === nameOf(startBy)) await this.remove(older.id);
  }

  async #store(stored: Stored): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.#folder, `.${stored.id}.${randomBytes(6).toString('hex')}`);
    try {
      {
        await using file = await open(temporary, 'wx', 0o600);
        await file.writeFile(JSON.stringify(stored));
        await file.sync();
      }
      await rename(temporary, this.#path(stored.id));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async #all(): Promise<Found[]> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    const found = await Promise.all(
      names.filter((name) => name.endsWith(SUFFIX)).map(async (name) => await readStored(join(this.#folder, name))),
    );
    return found.filter((each) => each !== undefined);
  }
}

/** Without who holds it. */
function serviceOf({ id, since, lastSeen, tenant, reason, stopBy, startBy, place, restore }: Found): StoppedService {
  return { id, since, lastSeen, tenant, reason, stopBy, startBy, place, restore };
}

/** The same for the same service. */
export const nameOf = ({ command, args = [], cwd }: ServiceCommand): string =>
  JSON.stringify([command, args, cwd ?? null]);

/** What others could have written is not run. */
async function readStored(path: string): Promise<Found | undefined> {
  try {
    const { uid, mode, mtime } = await stat(path);
    if (process.platform !== 'win32' && (uid !== process.getuid?.() || (mode & WRITE_BY_OTHERS) !== 0))
      return undefined;
    const stored = JSON.parse(await readFile(path, 'utf8')) as Stored;
    const isWhole = [stored.id, stored.since, stored.tenant, stored.reason, stored.startBy.command].every(
      (each) => typeof each === 'string',
    );
    return isWhole ? { ...stored, lastSeen: mtime.toISOString() } : undefined;
  } catch {
    return undefined;
  }
}
