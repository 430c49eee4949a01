import { randomBytes } from 'node:crypto';

import { listAll } from '@x/storage';

import { type IndexedPack, encodeSegment } from '../blob-index/segment.ts';
import { BlobIndex } from '../blob-index/blob-index.ts';
import { canonicalJson } from '../bytes/canonical-json.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import {
  commitName,
  indexPrefix,
  nameParts,
  newSegmentId,
  newSessionId,
  segmentName,
  sessionName,
} from '../layout/names.ts';
import { readSessionPacks } from '../pack/pack-directories.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { commitSeal, decodeCommit, encodeCommit, indexSeal, sessionSeal } from './commit.ts';
import type { OpenSessions } from './open-sessions.ts';

/** Packs that may be stored and not yet named by an index segment. */
const PACKS_PER_SEGMENT = 32;
/** A session shows this often that it lives, in milliseconds. */
const HEARTBEAT_MS = 5 * 60 * 1000;

/** What a session is begun with. */
export interface SessionOptions {
  readonly sealed: SealedStore;
  readonly tenant: Tenant;
  readonly open: OpenSessions;
  readonly host: string;
  readonly clock: () => number;
}

/**
 * One writer's run. Nothing it writes counts until its commit is created; a pruner that stops waiting for it
 * creates the same object first, and then this session has ended without a trace.
 */
export class Session {
  readonly id: string;
  readonly epoch: number;
  readonly #options: SessionOptions;
  readonly #segments: string[] = [];
  readonly #token = randomBytes(16).toString('hex');
  #pending: IndexedPack[] = [];
  #writing: Promise<void> = Promise.resolve();
  #beat = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Stored bytes of session, index and commit. */
  bytes = 0;

  private constructor(options: SessionOptions, id: string, epoch: number) {
    this.#options = options;
    this.id = id;
    this.epoch = epoch;
  }

  /** Begins a session, or goes on with one that this machine left open. */
  static async begin(options: SessionOptions): Promise<Session> {
    const left = await options.open.adopt();
    if (left !== undefined) {
      const taken = await options.sealed.store.stat(commitName(options.tenant.label, left.epoch, left.session));
      if (taken === undefined) return await new Session(options, left.session, left.epoch).#resume();
      await options.open.forget(left.session);
    }
    const session = new Session(options, newSessionId(), 0);
    await options.open.remember({ session: session.id, epoch: session.epoch, pid: process.pid });
    await session.#heartbeat();
    session.#keepBeating();
    return session;
  }

  async #resume(): Promise<this> {
    const { sealed, tenant } = this.#options;
    for await (const { key } of listAll(sealed.store, sessionName(tenant.label, this.id, 0).slice(0, -6))) {
      this.#beat = Math.max(this.#beat, Number(key.slice(-6)) + 1);
    }
    await this.#heartbeat();
    this.#keepBeating();
    return this;
  }

  async #heartbeat(): Promise<void> {
    const { sealed, tenant, host, clock } = this.#options;
    const content = canonicalJson({ at: new Date(clock()).toISOString(), epoch: this.epoch, host, pid: process.pid });
    this.bytes +=
      (await sealed.create(
        sessionName(tenant.label, this.id, this.#beat++),
        sessionSeal(tenant),
        Buffer.from(content),
      )) ?? 0;
  }

  #keepBeating(): void {
    // A heartbeat that fails is no reason to stop: the commit tells whether anybody ended this session.
    this.#timer = setInterval(() => void this.#heartbeat().catch(() => undefined), HEARTBEAT_MS);
    this.#timer.unref();
  }

  /** Adds what an earlier run of this session has stored to `index`, so that it is not sent again. */
  async addOwnPacks(index: BlobIndex, signal?: AbortSignal): Promise<void> {
    const { sealed, tenant } = this.#options;
    const prefix = indexPrefix(tenant.label);
    const own = new BlobIndex();
    for await (const { key } of listAll(sealed.store, `${prefix}${this.id}/`, { signal })) {
      const content = await sealed.read(key, indexSeal(tenant), { signal });
      own.addSegment(content, key);
      index.addSegment(content, key);
      this.#segments.push(nameParts(key, prefix)[1] as string);
    }
    const known = new Set(own.packs.map((pack) => pack.id));
    const { packs } = await readSessionPacks(sealed, tenant, this.id, { epoch: this.epoch, skip: known, signal });
    for (const pack of packs) {
      index.addPack(pack, `packs of session ${this.id}`);
      this.#pending.push(pack);
    }
  }

  /** A pack is stored; now and then an index segment names those that came since the last one. */
  addPack(pack: IndexedPack): void {
    this.#pending.push(pack);
    if (this.#pending.length >= PACKS_PER_SEGMENT) void this.writeSegment().catch(() => undefined);
  }

  /** Writes an index segment of all packs that none names yet. */
  async writeSegment(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      if (this.#pending.length === 0) return;
      const packs = this.#pending;
      this.#pending = [];
      const { sealed, tenant } = this.#options;
      const id = newSegmentId();
      try {
        this.bytes +=
          (await sealed.create(segmentName(tenant.label, this.id, id), indexSeal(tenant), encodeSegment(packs))) ?? 0;
        this.#segments.push(id);
      } catch (error) {
        this.#pending = [...packs, ...this.#pending];
        throw error;
      }
    });
    const written = this.#writing;
    this.#writing = written.catch(() => undefined);
    await written;
  }

  /**
   * Makes the snapshot visible: the last write of a session, after all packs and index segments.
   *
   * @throws {BackupError} `SESSION_FENCED` when a pruner ended this session first.
   */
  async commit(record: SnapshotRecord): Promise<void> {
    const { sealed, tenant, open } = this.#options;
    await this.writeSegment();
    const name = commitName(tenant.label, this.epoch, this.id);
    const content = encodeCommit({ type: 'snapshot', token: this.#token, record, segments: this.#segments });
    const stored = await sealed.create(name, commitSeal(tenant), content);
    if (stored === undefined) {
      // "Taken" may be our own write whose answer was lost: the token tells.
      const winner = decodeCommit(await sealed.read(name, commitSeal(tenant)), name);
      if (winner.token !== this.#token) {
        await open.forget(this.id);
        throw new BackupError('SESSION_FENCED', `Expected to commit session ${this.id}, it was ended by a pruner`, {
          object: name,
          hint: 'Run the backup again: what is stored already is not sent twice.',
        });
      }
    }
    this.bytes += stored ?? content.length;
    this.stop();
    await open.forget(this.id);
  }

  /** Ends the heartbeat. An uncommitted session stays open, to be gone on with. */
  stop(): void {
    clearInterval(this.#timer);
  }
}
