import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { isWithin } from '../catalog/path-order.ts';
import { BackupError } from '../errors.ts';
import { type Holder, isHeld, keepFresh, ownHolder } from '../run/holder.ts';
import { type JournalEntry, RESTORES } from './journal.ts';

const SUFFIX = '.claim';
const LOCK = 'claims.lock';
const RETRY_MS = 2;
/** Whoever has the lock looks through a few small files. */
const PATIENCE_MS = 5000;

/** What is restored into, or gone back in: a place by its name, or files. */
export interface ClaimedPlace {
  readonly name?: string | undefined;
  /** Paths, one character a byte. */
  readonly roots: readonly string[];
}

/** What to claim for going back behind a restore. */
export const placeOf = ({ into, roots }: JournalEntry): ClaimedPlace => ({
  name: into?.name,
  roots: roots.map((root) => Buffer.from(root).toString('latin1')),
});

interface Claim extends ClaimedPlace, Holder {
  readonly id?: string | undefined;
  readonly as: 'restore' | 'return';
}

/** A place that this process has claimed. */
export interface RestoreClaim extends AsyncDisposable {
  /**
   * A restore goes back by itself: nobody else may begin there any more.
   *
   * @returns Whether nobody else is at work there. Those who have begun go on.
   * @throws {BackupError} `ROLLBACK_BUSY` when others can't be looked for.
   */
  becomeReturn(): Promise<boolean>;
}

/**
 * Who restores and who goes back, one file each in the cache folder: several may restore into a place at once, which a merge of two
 * tenants into one database does, and nobody while one goes back in it. A claim ends with its process, however that ends.
 */
export class RestoreClaims {
  readonly #folder: string;

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, RESTORES);
  }

  /** @throws {BackupError} `ROLLBACK_BUSY` when others are at work there. */
  async take(place: ClaimedPlace, as: Claim['as']): Promise<RestoreClaim> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await using lock = await this.#lock();
    if (lock === undefined) throw busy(place, as);
    for (const other of await this.#others())
      if ((as === 'return' || other.as === 'return') && meets(place, other)) throw busy(place, as);
    const id = randomBytes(8).toString('hex');
    const path = join(this.#folder, `${id}${SUFFIX}`);
    const claim: Claim = { ...place, id, as, ...ownHolder() };
    await writeFile(path, JSON.stringify(claim), { mode: 0o600 });
    return { ...released(path), becomeReturn: async () => await this.#becomeReturn(path, claim) };
  }

  async #becomeReturn(path: string, claim: Claim): Promise<boolean> {
    await using lock = await this.#lock();
    if (lock === undefined) throw busy(claim, 'return');
    const others = (await this.#others()).filter(({ id }) => id !== claim.id);
    await using file = await open(path, 'r+');
    // Over what is there, which needs no room on the disk and leaves the same file to be renewed.
    const { size } = await file.stat();
    await file.write(JSON.stringify({ ...claim, as: 'return' }).padEnd(size), 0);
    return !others.some((other) => meets(claim, other));
  }

  /** Those that hold. What others have left goes; what can't be read now is left alone. */
  async #others(): Promise<Claim[]> {
    const found: Claim[] = [];
    for (const name of await readdir(this.#folder)) {
      if (!name.endsWith(SUFFIX)) continue;
      const path = join(this.#folder, name);
      const claim = await readClaim(path);
      if (claim !== undefined && (await isHeld(path, claim))) found.push(claim);
      else await rm(path, { force: true });
    }
    return found;
  }

  /** For as long as claims are looked at. `undefined`: it can't be had. */
  async #lock(): Promise<AsyncDisposable | undefined> {
    const path = join(this.#folder, LOCK);
    const own = join(this.#folder, `.${randomBytes(8).toString('hex')}.lock`);
    await writeFile(own, JSON.stringify(ownHolder()), { mode: 0o600 });
    try {
      for (let waited = 0; !(await linked(own, path));) {
        if (!(await isLocked(path))) {
          await takeAway(path, `${own}.left`);
          continue;
        }
        if (waited >= PATIENCE_MS) return undefined;
        await setTimeout(RETRY_MS);
        waited += RETRY_MS;
      }
    } finally {
      await rm(own, { force: true });
    }
    return released(path);
  }
}

function released(path: string): AsyncDisposable {
  const endRenewing = keepFresh(path);
  return {
    [Symbol.asyncDispose]: async () => {
      endRenewing();
      await rm(path, { force: true });
    },
  };
}

/** Of several that find a lock left, one takes it away; who has taken another's by that puts it back. */
async function takeAway(path: string, left: string): Promise<void> {
  await rename(path, left).catch(() => undefined);
  if (await isLocked(left).catch(() => true)) await linked(left, path);
  await rm(left, { force: true });
}

/** Gives a file a second name. `false`: there is one. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isLocked(path: string): Promise<boolean> {
  const holder = await readJson(path);
  return holder !== undefined && (await isHeld(path, holder as Holder));
}

/** Of a claim of a version before, which names no place: it may be of any. */
const ANYWHERE: readonly string[] = [];

/** Whether two claims are about the same. */
function meets(a: ClaimedPlace, b: ClaimedPlace): boolean {
  if (b.roots === ANYWHERE) return true;
  if (a.name !== undefined && a.name === b.name) return true;
  const [ours, theirs] = [a.roots, b.roots].map((roots) =>
    roots.map((root) => Buffer.from(root === '/' ? '' : root, 'latin1')),
  );
  return ours?.some((one) => theirs?.some((two) => isWithin(one, two) || isWithin(two, one))) === true;
}

/** `undefined` for what is none: who has written it died over it. */
async function readClaim(path: string): Promise<Claim | undefined> {
  const claim = (await readJson(path)) as Claim | undefined;
  if (typeof claim?.pid !== 'number') return undefined;
  return Array.isArray(claim.roots) ? claim : { ...claim, as: 'return', name: undefined, roots: ANYWHERE };
}

/** @throws {BackupError} `ROLLBACK_BUSY` when there is something that can't be read. */
async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw unreadable(path, cause);
  });
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const unreadable = (path: string, cause: Error): BackupError =>
  new BackupError('ROLLBACK_BUSY', `Expected to read in ${path} who is at work where, got "${cause.message}"`, {
    cause,
    hint: 'Nothing was changed. See to it that this user may read it, and try again. Remove it when nobody restores on any machine.',
  });

const busy = ({ name, roots }: ClaimedPlace, as: Claim['as']): BackupError => {
  const shown = name ?? roots.map((root) => Buffer.from(root, 'latin1').toString('utf8')).join(', ');
  return new BackupError(
    'ROLLBACK_BUSY',
    as === 'return'
      ? `Expected nobody at work in ${shown}, got another process that restores or goes back there`
      : `Expected nobody to go back in ${shown}, got another process that does`,
    { hint: 'Nothing was changed. Wait for the other one, and try again.' },
  );
};
