import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { BackupError } from '../errors.ts';
import type { RepositoryConfig } from '../identity/config.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { comesFrom, rootName } from '../keyring/lineage.ts';

interface Pin {
  readonly repositoryId: string;
  readonly encrypted: boolean;
  readonly createdAt: string;
  /** Number of the newest keyring record seen. */
  readonly keyring: number;
  /** Name of the root key seen last. */
  readonly root?: string | undefined;
  /** Newest snapshots seen, by tenant label. */
  readonly heads: Readonly<Record<string, readonly string[]>>;
  /** Number of the newest decided round of garbage collection seen, by tenant label. */
  readonly rounds?: Readonly<Record<string, number>> | undefined;
  /** Entries of the journal seen, by tenant label. */
  readonly journals?: Readonly<Record<string, number>> | undefined;
}

/**
 * What this machine remembers of a repository, to notice when a store shows another past than before: encryption
 * switched off, another repository under the same id, newest snapshots or rounds of garbage collection taken away.
 */
export class Pins {
  readonly #file: string;
  #pin: Pin | undefined;

  constructor(folder: string) {
    this.#file = join(folder, 'pin.json');
  }

  /** @throws {BackupError} `REPOSITORY_CHANGED`. */
  async check(config: RepositoryConfig, keys: Pick<Keyring, 'number' | 'rootKey' | 'record'>): Promise<void> {
    const pin = await this.#read();
    const { repositoryId, encrypted, createdAt } = config;
    if (
      pin !== undefined &&
      (pin.repositoryId !== repositoryId || pin.encrypted !== encrypted || pin.createdAt !== createdAt)
    ) {
      throw new BackupError(
        'REPOSITORY_CHANGED',
        'Expected the repository that this machine knows, got one with another identity or encryption',
        {
          hint: `If that is right, remove ${this.#file} and try again.`,
        },
      );
    }
    const { number: keyring } = keys;
    const root = rootName(keys.rootKey);
    const repository = Buffer.from(repositoryId, 'hex');
    // Whoever has a former root key, and may write, must not decide what new backups are sealed with.
    if (!comesFrom(keys.record.lineage, { from: pin?.root ?? root, to: root, repositoryId: repository })) {
      throw new BackupError(
        'REPOSITORY_CHANGED',
        'Expected the root key that this machine has seen, or one that it was rotated to, got another one',
        {
          hint: `Somebody who had a former key may have put it back. If the store is an older copy and that is right, remove ${this.#file}.`,
        },
      );
    }
    if (pin !== undefined && keyring < pin.keyring) {
      throw new BackupError(
        'REPOSITORY_CHANGED',
        `Expected keyring record ${pin.keyring}, which this machine has seen, got only ${keyring}`,
        { hint: `Newer records were removed, or the store is an older copy. If that is right, remove ${this.#file}.` },
      );
    }
    const known = { heads: pin?.heads ?? {}, rounds: pin?.rounds ?? {}, journals: pin?.journals ?? {} };
    this.#pin = { repositoryId, encrypted, createdAt, keyring, root, ...known };
    if (pin?.keyring !== keyring || pin.root !== root) await this.#write();
  }

  /** Ids of the newest snapshots this machine has seen of a tenant. */
  heads(label: string): readonly string[] {
    return this.#pin?.heads[label] ?? [];
  }

  async setHeads(label: string, heads: readonly string[]): Promise<void> {
    const pin = this.#pin;
    if (pin === undefined || JSON.stringify(pin.heads[label]) === JSON.stringify(heads)) return;
    this.#pin = { ...pin, heads: { ...pin.heads, [label]: heads } };
    await this.#write();
  }

  /**
   * Remembers a round of garbage collection that was decided: without its records, snapshots that were forgotten and packs that
   * are gone would count again.
   *
   * @throws {BackupError} `REPOSITORY_CHANGED` when this machine has seen a later one.
   */
  async checkRound(label: string, decided: number): Promise<void> {
    const pin = this.#pin;
    const seen = pin?.rounds?.[label] ?? 0;
    if (decided < seen) {
      throw new BackupError(
        'REPOSITORY_CHANGED',
        `Expected round ${seen} of garbage collection, which this machine has seen, got only ${decided}`,
        { hint: `Its records were removed, or the store is an older copy. If that is right, remove ${this.#file}.` },
      );
    }
    if (pin === undefined || decided === seen) return;
    this.#pin = { ...pin, rounds: { ...pin.rounds, [label]: decided } };
    await this.#write();
  }

  /**
   * Remembers how many entries the journal of a tenant has: without its last ones, people who were erased would come back.
   *
   * @throws {BackupError} `REPOSITORY_CHANGED` when this machine has seen more.
   */
  async checkJournal(label: string, entries: number): Promise<void> {
    const pin = this.#pin;
    const seen = pin?.journals?.[label] ?? 0;
    if (entries < seen) {
      throw new BackupError(
        'REPOSITORY_CHANGED',
        `Expected ${seen} entries of a journal, which this machine has seen, got only ${entries}`,
        { hint: `They were removed, or the store is an older copy. If that is right, remove ${this.#file}.` },
      );
    }
    if (pin === undefined || entries === seen) return;
    this.#pin = { ...pin, journals: { ...pin.journals, [label]: entries } };
    await this.#write();
  }

  async #read(): Promise<Pin | undefined> {
    try {
      const pin = JSON.parse(await readFile(this.#file, 'utf8')) as Partial<Pin>;
      return typeof pin.repositoryId === 'string' && typeof pin.keyring === 'number' && typeof pin.heads === 'object'
        ? (pin as Pin)
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** A machine that can't remember is no reason to fail a backup. */
  async #write(): Promise<void> {
    const temp = `${this.#file}.${randomBytes(6).toString('hex')}`;
    try {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
      await writeFile(temp, JSON.stringify(this.#pin), { mode: 0o600 });
      await rename(temp, this.#file);
    } catch {
      // See above.
    }
  }
}
