import { listAll } from '@x/storage';

import { BlobIndex } from '../blob-index/blob-index.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { parseJson } from '../bytes/canonical-json.ts';
import { BackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import {
  commitsPrefix,
  epochsPrefix,
  forgetPrefix,
  nameParts,
  packName,
  packsPrefix,
  segmentName,
} from '../layout/names.ts';
import { readSessionPacks } from '../pack/pack-directories.ts';
import { snapshotTimes } from './snapshot-order.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { type Commit, commitSeal, decodeCommit, forgetSeal, indexSeal } from './commit.ts';
import { inParallel } from '../run/parallel.ts';

const PARALLEL = 16;

/** A committed snapshot and where its commit stands. */
export interface CommittedSnapshot {
  readonly name: string;
  readonly session: string;
  readonly epoch: number;
  readonly record: SnapshotRecord;
  readonly segments: readonly string[];
  /** Milliseconds since 1970: when it was made, by its writer's clock, but after all that it follows. */
  readonly madeMs: number;
}

/** What a tenant has stored, as far as it counts: committed sessions, and the blobs of their segments. */
export class TenantView {
  readonly tenant: Tenant;
  readonly #sealed: SealedStore;
  readonly #commits = new Map<string, Commit>();
  readonly #loadedSegments = new Set<string>();
  #snapshots: CommittedSnapshot[] = [];
  #damaged: BackupError[] = [];
  #known: ReadonlySet<string> = new Set();
  readonly #index = new BlobIndex();
  readonly #segmentErrors = new Map<string, BackupError>();
  #loading: Promise<unknown> = Promise.resolve();

  constructor(sealed: SealedStore, tenant: Tenant) {
    this.#sealed = sealed;
    this.tenant = tenant;
  }

  /** Oldest first; forgotten ones are left out. */
  get snapshots(): readonly CommittedSnapshot[] {
    return this.#snapshots;
  }

  /** Commits that can't be read. */
  get damaged(): readonly BackupError[] {
    return this.#damaged;
  }

  /** Index segments that can't be read, by name; their packs were looked into instead. */
  get segmentErrors(): ReadonlyMap<string, BackupError> {
    return this.#segmentErrors;
  }

  /** Whether a snapshot is there, readable or not, or was forgotten. */
  knows(id: string): boolean {
    return this.#known.has(id);
  }

  get index(): BlobIndex {
    return this.#index;
  }

  /** Reads the commits that are new since the last time. */
  async loadSnapshots(signal?: AbortSignal): Promise<void> {
    const { label } = this.tenant;
    await this.#refuseEpochs();
    this.#damaged = [];
    const [names, forgotten] = await Promise.all([this.#list(commitsPrefix(label), signal), this.#forgotten(signal)]);
    await inParallel(names, PARALLEL, async (name) => {
      if (this.#commits.has(name)) return;
      try {
        this.#commits.set(name, await this.#readCommit(name, signal));
      } catch (error) {
        if (!(error instanceof BackupError)) throw error;
        this.#damaged.push(error);
      }
    });
    this.#known = new Set([...names.map((name) => nameParts(name, commitsPrefix(label))[1] as string), ...forgotten]);
    const committed = names.flatMap((name) => this.#committed(name));
    const times = snapshotTimes(committed.map(({ record }) => record));
    this.#snapshots = committed
      .map((snapshot) => ({ ...snapshot, madeMs: times.get(snapshot.record.id) as number }))
      .filter(({ record }) => !forgotten.has(record.id))
      .toSorted((a, b) => a.madeMs - b.madeMs || a.record.id.localeCompare(b.record.id));
  }

  async #readCommit(name: string, signal: AbortSignal | undefined): Promise<Commit> {
    const commit = decodeCommit(await this.#sealed.read(name, commitSeal(this.tenant), { signal }), name);
    const session = nameParts(name, commitsPrefix(this.tenant.label))[1];
    if (commit.type === 'snapshot' && commit.record.id !== session) {
      throw new BackupError('OBJECT_INVALID', `Expected ${name} to commit the snapshot of its session, got another`, {
        object: name,
      });
    }
    return commit;
  }

  #committed(name: string): Omit<CommittedSnapshot, 'madeMs'>[] {
    const commit = this.#commits.get(name);
    if (commit?.type !== 'snapshot') return [];
    const [epoch, session] = nameParts(name, commitsPrefix(this.tenant.label));
    return [
      { name, session: session as string, epoch: Number(epoch), record: commit.record, segments: commit.segments },
    ];
  }

  async #list(prefix: string, signal: AbortSignal | undefined): Promise<string[]> {
    const names: string[] = [];
    for await (const { key } of listAll(this.#sealed.store, prefix, { signal })) names.push(key);
    return names;
  }

  /** A marker counts only if it opens with the keeper's key and names what it forgets; any other is damage. */
  async #forgotten(signal: AbortSignal | undefined): Promise<Set<string>> {
    const prefix = forgetPrefix(this.tenant.label);
    const forgotten = new Set<string>();
    for (const name of await this.#list(prefix, signal)) {
      const [id] = nameParts(name, prefix);
      try {
        const content = await this.#sealed.read(name, forgetSeal(this.tenant), { signal });
        if (id !== undefined && parseJson(content, name)['snapshot'] === id) forgotten.add(id);
      } catch (error) {
        if (!(error instanceof BackupError)) throw error;
        this.#damaged.push(error);
      }
    }
    return forgotten;
  }

  /** Garbage collection came after this version: its records decide what counts, so they can't be passed over. */
  async #refuseEpochs(): Promise<void> {
    const { objects } = await this.#sealed.store.list(epochsPrefix(this.tenant.label), { limit: 1 });
    if (objects.length > 0) {
      throw new BackupError(
        'UNSUPPORTED_FORMAT',
        'Expected a repository without rounds of garbage collection, got one with',
        {
          object: objects[0]?.key,
          hint: 'Use a newer version of this program.',
        },
      );
    }
  }

  /** Loads the index: the segments that commits name. A segment that can't be read is made up from its session's packs. */
  async loadIndex(signal?: AbortSignal): Promise<BlobIndex> {
    // One at a time: two that run side by side would both add what is new.
    const loaded = this.#loading.then(async () => await this.#loadNew(signal));
    this.#loading = loaded.catch(() => undefined);
    await loaded;
    return this.#index;
  }

  async #loadNew(signal: AbortSignal | undefined): Promise<void> {
    const { label } = this.tenant;
    const wanted = [...this.#commits].flatMap(([name, commit]) => {
      const session = nameParts(name, commitsPrefix(label))[1] as string;
      return commit.type === 'snapshot'
        ? commit.segments.map((id) => ({ session, name: segmentName(label, session, id) }))
        : [];
    });
    const missing = wanted.filter(({ name }) => !this.#loadedSegments.has(name));
    const unreadable = new Map<string, string>();
    await inParallel(missing, PARALLEL, async ({ session, name }) => {
      try {
        this.#index.addSegment(await this.#sealed.read(name, indexSeal(this.tenant), { signal }), name);
        this.#loadedSegments.add(name);
      } catch (error) {
        if (!(error instanceof BackupError)) throw error;
        this.#segmentErrors.set(name, error);
        unreadable.set(name, session);
      }
    });
    // Only now: packs that another segment names need not be looked into.
    for (const session of new Set(unreadable.values())) await this.#loadPacks(session, signal);
    for (const name of unreadable.keys()) this.#loadedSegments.add(name);
    await this.#markLost(signal);
  }

  /** Packs that the store does not have in full: their blobs must be stored again, and copies of them found first. */
  async #markLost(signal: AbortSignal | undefined): Promise<void> {
    const sizes = new Map<string, number>();
    for await (const { key, size } of listAll(this.#sealed.store, packsPrefix(this.tenant.label), { signal })) {
      sizes.set(key, size);
    }
    const { label } = this.tenant;
    this.#index.markLost(
      this.#index.packs.filter(({ session, id, size }) => sizes.get(packName(label, session, id)) !== size),
    );
  }

  /** The segments that could not be read are there again. */
  segmentsRebuilt(): void {
    this.#segmentErrors.clear();
  }

  /** Adds packs of sessions without a readable commit to the index. */
  async loadStrays(signal?: AbortSignal): Promise<void> {
    const prefix = packsPrefix(this.tenant.label);
    const committed = new Set(this.#snapshots.map(({ session }) => session));
    const sessions = new Set((await this.#list(prefix, signal)).map((name) => nameParts(name, prefix)[0] as string));
    for (const session of sessions) if (!committed.has(session)) await this.#loadPacks(session, signal);
  }

  async #loadPacks(session: string, signal: AbortSignal | undefined): Promise<void> {
    const known = new Set(this.#index.packs.map((pack) => pack.id));
    const { packs } = await readSessionPacks(this.#sealed, this.tenant, session, { epoch: 0, skip: known, signal });
    for (const pack of packs) this.#index.addPack(pack, `packs of session ${session}`);
  }
}
