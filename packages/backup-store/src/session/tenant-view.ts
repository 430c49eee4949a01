import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { PackInfo } from '../blob-index/segment.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { commitName, commitsBefore, commitsPrefix, isCommitId, nameParts, packsPrefix } from '../layout/names.ts';
import { inParallel } from '../run/parallel.ts';
import type { ForgottenSnapshot } from '../snapshots/facts.ts';
import type { Commit } from './commit.ts';
import { committedAs, type CommittedSnapshot, keysOf, readCommit, segmentsOf } from './committed.ts';
import { type EpochState, type EpochPlace, NO_EPOCHS, readEpochs } from './epochs.ts';
import type { CountingSegment, SegmentId } from './epoch-records.ts';
import { Forgotten } from './forgotten.ts';
import { snapshotTimes } from './snapshot-order.ts';
import { TenantIndex } from './tenant-index.ts';

const PARALLEL = 16;

/** What a tenant has stored, as far as it counts: snapshots, and the blobs of the segments that count. */
export class TenantView {
  readonly tenant: Tenant;
  readonly #sealed: SealedStore;
  /** Commits of the newest decided epoch and later ones. */
  #commits = new Map<string, Commit>();
  readonly #forgotten = new Forgotten();
  #epochs: EpochState = NO_EPOCHS;
  #snapshots: CommittedSnapshot[] = [];
  #damaged: BackupError[] = [];
  #known: ReadonlySet<string> = new Set();
  #hidden: ReadonlySet<string> = new Set();
  /** Ids that markers forgot at the last look. */
  #marked: ReadonlySet<string> = new Set();
  #index: TenantIndex;
  #loading: Promise<unknown> = Promise.resolve();
  readonly #believeUnreadable: boolean;
  /** Segments of sessions whose commits can't be read. */
  #unreadable: CountingSegment[] = [];

  /**
   * @param options `believeUnreadable`: what a session has stored whose commit can't be read counts. For repairs: others may
   * need it, and nobody can tell any more whether it was a commit or a fence.
   */
  constructor(sealed: SealedStore, tenant: Tenant, options: { readonly believeUnreadable?: boolean } = {}) {
    this.#believeUnreadable = options.believeUnreadable === true;
    this.#sealed = sealed;
    this.tenant = tenant;
    this.#index = new TenantIndex(sealed, tenant, 0);
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
    return this.#index.errors;
  }

  /** Whether a snapshot is there, readable or not, or was forgotten. */
  knows(id: string): boolean {
    return this.#known.has(id);
  }

  /** Where garbage collection stood at the last look. */
  get epochs(): EpochState {
    return this.#epochs;
  }

  /** The blobs that count. Another object once a round of garbage collection was decided. */
  get index(): BlobIndex {
    return this.#index.index;
  }

  /** Index segments that count. */
  get segments(): readonly CountingSegment[] {
    return this.segmentsBefore(Infinity);
  }

  /** Index segments that count because of sessions of rounds before this one. */
  segmentsBefore(epoch: number): readonly CountingSegment[] {
    const named = [...this.#commits].flatMap(([name, commit]) => {
      const [label, session] = nameParts(name, commitsPrefix(this.tenant.label));
      if (commit.type !== 'snapshot' || Number(label) >= epoch) return [];
      return commit.segments.map((id): CountingSegment => ({ id: `${session}/${id}` }));
    });
    return [...this.#epochs.history.segments, ...named, ...this.#unreadable];
  }

  /** The packs that a segment names; `undefined` when it could not be read. */
  packsOf(segment: SegmentId): readonly PackInfo[] | undefined {
    return this.#index.packsOf(segment);
  }

  /** Snapshots (forgotten ones as well) and fences that the last decision does not cover: `epoch` and session of each. */
  get commits(): readonly { readonly session: string; readonly epoch: number; readonly type: Commit['type'] }[] {
    return [...this.#commits].map(([name, { type }]) => {
      const [epoch, session] = nameParts(name, commitsPrefix(this.tenant.label)) as [string, string];
      return { session, epoch: Number(epoch), type };
    });
  }

  /** Ids of forgotten snapshots. */
  get forgotten(): ReadonlySet<string> {
    return this.#hidden;
  }

  /** Forgotten snapshots that are still remembered, in the order in which they were made. */
  get remembered(): readonly ForgottenSnapshot[] {
    const known = new Map((this.#epochs.history.remembered ?? []).map((each) => [each.facts.id, each]));
    for (const id of this.#marked) {
      const marked = this.#forgotten.facts(id);
      if (marked !== undefined) known.set(id, marked);
    }
    return [...known.values()].toSorted((a, b) => a.facts.madeMs - b.facts.madeMs);
  }

  /** Packs that an open round may delete: what is in them must be stored again by whoever begins now. */
  tombstoned(): ReadonlySet<PackInfo> {
    const { tombstones } = this.#epochs;
    if (tombstones.size === 0) return new Set();
    return new Set(this.index.packs.filter(({ session, id }) => tombstones.has(`${session}/${id}`)));
  }

  #place(signal: AbortSignal | undefined): EpochPlace {
    return { sealed: this.#sealed, tenant: this.tenant, signal };
  }

  /** Reads what is new since the last time. */
  async loadSnapshots(signal?: AbortSignal): Promise<void> {
    const { label } = this.tenant;
    // First the markers: one that a round takes away meanwhile is in the history that is read after it.
    const forgotten = await this.#forgotten.load(this.#place(signal));
    const epochs = await readEpochs(this.#place(signal), this.#epochs);
    const prefix = commitsPrefix(label);
    const listed = await keysOf(this.#place(signal), prefix, commitsBefore(label, epochs.decided));
    const names = listed.filter((name) => isCommitId(name.slice(prefix.length)));
    // Nothing new: what was arranged stays.
    const isSame = epochs.decided === this.#epochs.decided && this.#isArranged(names, forgotten);
    this.#epochs = epochs;
    if (isSame) return;
    const damaged: BackupError[] = [];
    const read = new Map<string, Commit>();
    await inParallel(names, PARALLEL, async (name) => {
      try {
        read.set(name, this.#commits.get(name) ?? (await readCommit(this.#place(signal), name)));
      } catch (error) {
        if (!(error instanceof BackupError)) throw error;
        damaged.push(error);
      }
    });
    // In the order of their names, whichever was read first.
    const commits = new Map(names.flatMap((name) => (read.has(name) ? [[name, read.get(name) as Commit]] : [])));
    const unreadable = names.filter((name) => !commits.has(name));
    this.#unreadable = this.#believeUnreadable ? await segmentsOf(this.#place(signal), unreadable) : [];
    this.#commits = commits;
    this.#arrange(names, forgotten);
    // What was forgotten need not be readable.
    const isWanted = ({ object = '' }: BackupError): boolean => !this.#hidden.has(object.slice(-32));
    this.#damaged = [...damaged.filter(isWanted), ...this.#forgotten.damaged];
  }

  /** Whether these commits and these markers are those of the last look, and all of them could be read. */
  #isArranged(names: readonly string[], forgotten: ReadonlySet<string>): boolean {
    return (
      this.#damaged.length + this.#forgotten.damaged.length === 0 &&
      names.length === this.#commits.size &&
      names.every((name) => this.#commits.has(name)) &&
      forgotten.size === this.#marked.size &&
      [...forgotten].every((id) => this.#marked.has(id))
    );
  }

  #arrange(names: readonly string[], forgotten: ReadonlySet<string>): void {
    const { label } = this.tenant;
    const { history } = this.#epochs;
    const hidden = new Set([...history.forgotten, ...forgotten]);
    const before = history.snapshots.map(({ epoch, record }) => ({
      name: commitName(label, epoch, record.id),
      session: record.id,
      epoch,
      record,
    }));
    const committed = [...before, ...names.flatMap((name) => committedAs(label, name, this.#commits.get(name)))];
    this.#known = new Set([
      ...before.map(({ session }) => session),
      ...names.map((name) => nameParts(name, commitsPrefix(label))[1] as string),
      ...hidden,
    ]);
    this.#hidden = hidden;
    this.#marked = forgotten;
    const times = snapshotTimes(committed.map(({ record }) => record));
    this.#snapshots = committed
      .filter(({ record }) => !hidden.has(record.id))
      .map((snapshot) => ({ ...snapshot, madeMs: times.get(snapshot.record.id) as number }))
      .toSorted((a, b) => a.madeMs - b.madeMs || (a.record.id < b.record.id ? -1 : 1));
  }

  /** Loads the index: the segments that count. A segment that can't be read is made up from its session's packs. */
  async loadIndex(signal?: AbortSignal): Promise<BlobIndex> {
    // One at a time: two that run side by side would both add what is new.
    const loaded = this.#loading.then(async () => await this.#loadNew(signal));
    this.#loading = loaded.catch(() => undefined);
    await loaded;
    return this.index;
  }

  async #loadNew(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const { decided } = this.#epochs;
      if (this.#index.epoch !== decided) this.#index = new TenantIndex(this.#sealed, this.tenant, decided);
      await this.#index.add(this.segments, signal);
      // Segments of an earlier round go when the next one ends: then it was not damage, only late.
      if (this.#index.errors.size === 0) return;
      await this.loadSnapshots(signal);
      if (this.#epochs.decided === decided) return;
    }
  }

  /** Reads snapshots and index as they are now. */
  async reload(signal?: AbortSignal): Promise<void> {
    await this.loadSnapshots(signal);
    await this.loadIndex(signal);
  }

  /** Adds packs of sessions without a readable commit to the index. */
  async loadStrays(signal?: AbortSignal): Promise<void> {
    const prefix = packsPrefix(this.tenant.label);
    const committed = new Set(this.#snapshots.map(({ session }) => session));
    const sessions = new Set(
      (await keysOf(this.#place(signal), prefix)).map((name) => nameParts(name, prefix)[0] as string),
    );
    for (const session of sessions) if (!committed.has(session)) await this.#index.addPacks(session, signal);
  }

  /** The segments that could not be read are there again. */
  segmentsRebuilt(): void {
    this.#index.errors.clear();
  }
}
