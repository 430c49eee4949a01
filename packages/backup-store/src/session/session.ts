import { listAll } from '@x/storage';

import { type IndexedPack, encodeSegment, readSegment } from '../blob-index/segment.ts';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import { canonicalJson } from '../bytes/canonical-json.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import {
  beatsPrefix,
  commitName,
  indexPrefix,
  nameParts,
  type NewId,
  newSegmentId,
  packsPrefix,
  newSessionId,
  randomId,
  segmentName,
  sessionName,
} from '../layout/names.ts';
import { readSessionPacks } from '../pack/pack-directories.ts';
import { type Clock, type Every, systemEvery } from '../run/clock.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { commitSeal, decodeCommit, encodeCommit, indexSeal, sessionSeal } from './commit.ts';
import { newestEpoch } from './epochs.ts';
import type { SessionMemory } from './open-sessions.ts';

/** Most packs that an index segment names. */
const PACKS_PER_SEGMENT = 32;
/** Bytes of directories after which a segment is full: far below what readers accept. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** A session shows this often that it lives, in milliseconds. */
const HEARTBEAT_MS: number = 5 * 60 * 1000;
/** So often a session may lose the race with rounds of garbage collection that begin. */
const MAX_BEGINNINGS = 16;

/** What a session is begun with. */
export interface SessionOptions {
  readonly sealed: SealedStore;
  readonly tenant: Tenant;
  readonly open: SessionMemory;
  readonly host: string;
  readonly clock: Clock;
  readonly every?: Every | undefined;
  readonly newId?: NewId | undefined;
}

/**
 * One writer's run. Nothing it writes counts until its commit is created; a pruner that stops waiting for it
 * creates the same object first, and then this session has ended without a trace.
 *
 * A session belongs to the newest round of garbage collection that was opened before it began, and whoever begins one
 * looks at what is stored only after that: so either a later round waits for this session, or this session knows what
 * the round may delete.
 */
export class Session {
  readonly id: string;
  readonly epoch: number;
  readonly #options: SessionOptions;
  readonly #newId: NewId;
  readonly #segments: string[] = [];
  readonly #token: string;
  readonly #pending: IndexedPack[] = [];
  #ended = false;
  #writing: Promise<void> = Promise.resolve();
  #beat = 0;
  #silence: () => void = () => undefined;
  /** Stored bytes of session, index and commit. */
  bytes = 0;
  /** An earlier run has begun it, and may have stored something. */
  isContinued = false;

  private constructor(options: SessionOptions, place: { session: string; epoch: number }) {
    this.#options = options;
    this.#newId = options.newId ?? randomId;
    this.#token = this.#newId(16);
    this.id = place.session;
    this.epoch = place.epoch;
  }

  /**
   * Begins a session, or goes on with one that this machine left open.
   *
   * @throws {BackupError} `SESSION_FENCED` when rounds of garbage collection begin faster than sessions can.
   */
  static async begin(options: SessionOptions): Promise<Session> {
    const { open, sealed, tenant } = options;
    for (let left = await open.adopt(); left !== undefined; left = await open.adopt()) {
      const session = new Session(options, left);
      try {
        if (await session.#canGoOn()) return await session.#start();
      } catch (error) {
        await session.stop();
        throw error;
      }
      await open.forget(session.id);
    }
    for (let i = 0; i < MAX_BEGINNINGS; i++) {
      const epoch = await newestEpoch({ sealed, tenant });
      const session = new Session(options, { session: newSessionId(options.newId), epoch });
      await session.#heartbeat();
      // A round that was opened meanwhile may have missed this session: it waits for sessions of earlier rounds.
      if ((await newestEpoch({ sealed, tenant })) === epoch) {
        await open.remember(session.id, epoch);
        session.#keepBeating();
        return session;
      }
      await session.#removeBeats();
    }
    throw new BackupError('SESSION_FENCED', 'Expected to begin a session, rounds of garbage collection began faster', {
      hint: 'Run the backup again, and let fewer programs prune.',
    });
  }

  async #start(): Promise<Session> {
    this.isContinued = true;
    await this.#heartbeat();
    this.#keepBeating();
    return this;
  }

  /** Whether an earlier run of this session has not ended it: neither with a commit whose answer was lost, nor by a fence. */
  async #canGoOn(): Promise<boolean> {
    const { sealed, tenant } = this.#options;
    for await (const { key } of listAll(sealed.store, beatsPrefix(tenant.label, this.epoch, this.id))) {
      this.#beat = Math.max(this.#beat, Number(key.slice(-6)) + 1);
    }
    if (this.#beat === 0) return false;
    return (await sealed.store.stat(commitName(tenant.label, this.epoch, this.id))) === undefined;
  }

  async #heartbeat(): Promise<void> {
    const { sealed, tenant, host, clock } = this.#options;
    const at = new Date(clock()).toISOString();
    const content = canonicalJson({ at, epoch: this.epoch, host, pid: process.pid, token: this.#newId(8) });
    const name = sessionName(tenant.label, this.epoch, this.id, this.#beat++);
    this.bytes += (await sealed.create(name, sessionSeal(tenant), Buffer.from(content))) ?? 0;
  }

  #keepBeating(): void {
    const every = this.#options.every ?? systemEvery;
    // A heartbeat that fails is no reason to stop: the commit tells whether anybody ended this session.
    this.#silence = every(HEARTBEAT_MS, () => void this.#heartbeat().catch(() => undefined));
  }

  /** Takes the signs of life away. What stays of them is cleaned up by the next round of garbage collection. */
  async #removeBeats(): Promise<void> {
    const { sealed, tenant } = this.#options;
    for (let beat = 0; beat < this.#beat; beat++) {
      await sealed.store.delete(sessionName(tenant.label, this.epoch, this.id, beat)).catch(() => undefined);
    }
    await sealed.store.tidy?.(beatsPrefix(tenant.label, this.epoch, this.id)).catch(() => undefined);
  }

  /**
   * Adds what an earlier run of this session has stored to `index`, so that it is not sent again. Nothing of it counts
   * before the commit: `index` must not be one that other sessions go by.
   */
  async addOwnPacks(index: BlobIndex, signal?: AbortSignal): Promise<void> {
    const { sealed, tenant } = this.#options;
    const prefix = indexPrefix(tenant.label);
    const known = new Set<string>();
    for await (const { key } of listAll(sealed.store, `${prefix}${this.id}/`, { signal })) {
      try {
        const content = await sealed.read(key, indexSeal(tenant), { signal });
        const named = readSegment(content, key);
        // One that was written twice, because an answer was lost, names what another one does.
        if (named.every((pack) => known.has(pack.id))) continue;
        index.addSegment(content, key);
        for (const pack of named) known.add(pack.id);
        this.#segments.push(nameParts(key, prefix)[1] as string);
      } catch (error) {
        // A damaged segment is no loss: its packs get another one.
        if (!(error instanceof BackupError)) throw error;
      }
    }
    const { packs } = await readSessionPacks(sealed, tenant, this.id, { skip: known, signal });
    for (const pack of packs) {
      index.addPack(pack, `packs of session ${this.id}`);
      this.#pending.push(pack);
    }
  }

  /** A pack is stored; now and then an index segment names those that came since the last one. */
  addPack(pack: IndexedPack): void {
    this.#pending.push(pack);
    if (segmentSize(this.#pending) < this.#pending.length) void this.writeSegment().catch(() => undefined);
  }

  /** Writes index segments of all packs that none names yet. */
  async writeSegment(): Promise<void> {
    const written = this.#writing.then(async () => {
      while (this.#pending.length > 0) await this.#writeSegment(this.#pending.splice(0, segmentSize(this.#pending)));
    });
    this.#writing = written.catch(() => undefined);
    await written;
  }

  async #writeSegment(packs: readonly IndexedPack[]): Promise<void> {
    const { sealed, tenant } = this.#options;
    const id = newSegmentId(this.#newId);
    try {
      this.bytes +=
        (await sealed.create(segmentName(tenant.label, this.id, id), indexSeal(tenant), encodeSegment(packs))) ?? 0;
      this.#segments.push(id);
    } catch (error) {
      this.#pending.unshift(...packs);
      throw error;
    }
  }

  /**
   * Makes the snapshot visible: the last write of a session, after all packs and index segments.
   *
   * @throws {BackupError} `SESSION_FENCED` when a pruner ended this session first.
   */
  async commit(record: SnapshotRecord): Promise<void> {
    const { sealed, tenant } = this.#options;
    await this.writeSegment();
    const name = commitName(tenant.label, this.epoch, this.id);
    const content = encodeCommit({ type: 'snapshot', token: this.#token, record, segments: this.#segments });
    const stored = await sealed.create(name, commitSeal(tenant), content);
    if (stored === undefined) {
      // "Taken" may be our own write whose answer was lost: the token tells.
      const winner = decodeCommit(await sealed.read(name, commitSeal(tenant)), name);
      if (winner.token !== this.#token) {
        await this.#end();
        throw this.#fenced();
      }
    }
    this.bytes += stored ?? content.length;
    await this.#end();
    await this.#removeBeats();
  }

  /**
   * Ends the session for good without a snapshot, and takes away what it has stored, as far as this writer may delete: nothing of it can
   * count any more. What stays goes with the next prune.
   */
  async giveUp(): Promise<void> {
    const { sealed, tenant } = this.#options;
    const content = encodeCommit({ type: 'fence', token: this.#token });
    await sealed.create(commitName(tenant.label, this.epoch, this.id), commitSeal(tenant), content);
    await this.#end();
    for (const prefix of [packsPrefix(tenant.label), indexPrefix(tenant.label)]) {
      const own = `${prefix}${this.id}/`;
      for await (const { key } of listAll(sealed.store, own)) await sealed.store.delete(key);
      await sealed.store.tidy?.(own);
    }
    await this.#removeBeats();
  }

  #fenced(cause?: unknown): BackupError {
    return new BackupError('SESSION_FENCED', `Expected to commit session ${this.id}, it was ended by a pruner`, {
      cause,
      object: commitName(this.#options.tenant.label, this.epoch, this.id),
      hint: 'Run the backup again: what is stored already is not sent twice.',
    });
  }

  /**
   * Tells what a failure is about: whoever was ended by a pruner may lose what it is writing under its hands, and hears
   * of that first. Any other error comes back as it is.
   */
  async explain(error: unknown): Promise<unknown> {
    const { sealed, tenant } = this.#options;
    if (this.#ended) return error;
    try {
      const name = commitName(tenant.label, this.epoch, this.id);
      if (decodeCommit(await sealed.read(name, commitSeal(tenant)), name).type !== 'fence') return error;
    } catch {
      return error;
    }
    await this.#end();
    return this.#fenced(error);
  }

  async #end(): Promise<void> {
    this.#ended = true;
    await this.stop();
    await this.#options.open.forget(this.id);
  }

  /** Ends the heartbeat. A session that has not ended stays open, to be gone on with. */
  async stop(): Promise<void> {
    this.#silence();
    if (!this.#ended) await this.#options.open.release(this.id, this.epoch);
  }
}

/** How many of the first of `packs` one segment takes. */
function segmentSize(packs: readonly IndexedPack[]): number {
  let bytes = 0;
  const over = packs.findIndex((pack, i) => {
    bytes += pack.directory.length;
    return i >= PACKS_PER_SEGMENT || (i > 0 && bytes > SEGMENT_BYTES);
  });
  return over < 0 ? packs.length : over;
}
