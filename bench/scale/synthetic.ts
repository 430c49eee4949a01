import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { fsStore } from '@x/storage';

import { PackSet } from '../../packages/backup-store/src/backup/pack-set.ts';
import { blobId } from '../../packages/backup-store/src/blob-index/blob-id.ts';
import { encodeSegment, type IndexedPack } from '../../packages/backup-store/src/blob-index/segment.ts';
import { CatalogWriter, type FinishedCatalog } from '../../packages/backup-store/src/catalog/catalog-writer.ts';
import type { Entry } from '../../packages/backup-store/src/catalog/entry.ts';
import { encodeFrame } from '../../packages/backup-store/src/codec/codec.ts';
import { paddingFor, sealedLength } from '../../packages/backup-store/src/envelope/blocks.ts';
import { HEADER_BYTES } from '../../packages/backup-store/src/envelope/header.ts';
import { SealedStore } from '../../packages/backup-store/src/envelope/sealed-store.ts';
import { createRepository } from '../../packages/backup-store/src/index.ts';
import { readMarker } from '../../packages/backup-store/src/identity/marker.ts';
import { openKeyring } from '../../packages/backup-store/src/keyring/open-keyring.ts';
import { passphraseSecret } from '../../packages/backup-store/src/keyring/unlock.ts';
import type { Tenant } from '../../packages/backup-store/src/keyring/tenant.ts';
import {
  commitName,
  newPackId,
  newSegmentId,
  newSessionId,
  packName,
  segmentName,
} from '../../packages/backup-store/src/layout/names.ts';
import { BLOB, DirectoryBuilder } from '../../packages/backup-store/src/pack/directory.ts';
import { commitSeal, encodeCommit, indexSeal } from '../../packages/backup-store/src/session/commit.ts';
import { manifestDigest } from '../../packages/backup-store/src/snapshots/manifest.ts';
import type { SnapshotRecord } from '../../packages/backup-store/src/snapshots/record.ts';

const PACKS_PER_SEGMENT = 32;
const DAY_MS = 86_400_000;
const NO_CATALOG: FinishedCatalog = {
  top: { sha256: Buffer.alloc(32, 1), length: 3, height: 0 },
  entries: 0,
  treeSha256: Buffer.alloc(32),
  contentSha256: undefined,
};

/** Blobs that an index names. */
export interface BlobPlan {
  readonly blobs: number;
  readonly perFrame: number;
  /** Bytes of one blob. */
  readonly bytes: number;
  /** Stored bytes after which a pack ends. */
  readonly packBytes: number;
}

/** A repository whose objects are made directly, without a backup: as large as one likes, and soon there. */
export class SyntheticRepository {
  readonly #folder: string;
  readonly #sealed: SealedStore;
  readonly #tenant: Tenant;
  #last: SnapshotRecord | undefined;
  #count = 0;

  private constructor(folder: string, sealed: SealedStore, tenant: Tenant) {
    this.#folder = folder;
    this.#sealed = sealed;
    this.#tenant = tenant;
  }

  /** Makes one without a secret: the empty passphrase opens it. */
  static async create(folder: string): Promise<SyntheticRepository> {
    const store = fsStore(folder, { durable: false });
    const cacheDirectory = `${folder}.made`;
    const { repository } = await createRepository({ store, encrypted: false, cacheDirectory });
    await repository.close();
    const sealed = new SealedStore(store, (await readMarker(store)).id);
    const { keyring } = await openKeyring(sealed, passphraseSecret(''));
    const tenant = keyring.find('default');
    if (tenant === undefined) throw new Error('Expected a tenant "default"');
    return new SyntheticRepository(folder, sealed, tenant);
  }

  /** Index segments that name blobs, and packs of the right sizes with holes in place of their bytes. */
  async addBlobs(plan: BlobPlan): Promise<void> {
    const session = newSessionId();
    const segments: string[] = [];
    let packs: IndexedPack[] = [];
    const write = async (): Promise<void> => {
      const id = newSegmentId();
      segments.push(id);
      const name = segmentName(this.#tenant.label, session, id);
      await this.#sealed.create(name, indexSeal(this.#tenant), encodeSegment(packs));
      packs = [];
    };
    const frameBytes = plan.perFrame * plan.bytes;
    const framesPerPack = Math.max(1, Math.floor(plan.packBytes / frameBytes));
    for (let made = 0; made < plan.blobs; made += framesPerPack * plan.perFrame) {
      const builder = new DirectoryBuilder();
      for (let frame = 0; frame < framesPerPack; frame++) {
        const count = Math.min(plan.perFrame, plan.blobs - made - frame * plan.perFrame);
        if (count <= 0) break;
        const blobs = Array.from({ length: count }, () => ({
          type: BLOB.data,
          id: randomBytes(16),
          length: plan.bytes,
        }));
        builder.addFrame(Math.ceil((count * plan.bytes) / 2), count * plan.bytes, 1, blobs);
      }
      packs.push(await this.#emptyPack(session, builder.finish(), (framesPerPack * frameBytes) / 2));
      if (packs.length === PACKS_PER_SEGMENT) await write();
    }
    if (packs.length > 0) await write();
    await this.commit(session, segments, NO_CATALOG);
  }

  async #emptyPack(session: string, directory: Buffer, content: number): Promise<IndexedPack> {
    const id = newPackId();
    const plaintext = Math.ceil(content) + directory.length + 4;
    const size = 2 * HEADER_BYTES + sealedLength(plaintext + paddingFor(plaintext, 2 * HEADER_BYTES));
    const path = join(this.#folder, packName(this.#tenant.label, session, id));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '');
    await truncate(path, size);
    return { session, id, epoch: 0, size, identity: { salt: randomBytes(32), commitment: randomBytes(32) }, directory };
  }

  /** Empty objects in one folder, named as packs that no index names. */
  async addObjects(count: number): Promise<void> {
    const session = newSessionId();
    const folder = dirname(join(this.#folder, packName(this.#tenant.label, session, newPackId())));
    await mkdir(folder, { recursive: true });
    for (let i = 0; i < count; i++) closeSync(openSync(join(folder, i.toString(16).padStart(16, '0')), 'w'));
    await this.commit();
  }

  /** A snapshot with a real catalog of these entries. Pages that were stored before are not stored again. */
  async addCatalog(entries: Iterable<Entry>, stored: Set<string> = new Set()): Promise<void> {
    const session = newSessionId();
    const { label, labelBytes, idKey } = this.#tenant;
    const pieces = new Map<string, Buffer[]>();
    const packs: IndexedPack[] = [];
    const writes: Promise<unknown>[] = [];
    const set = new PackSet(
      {
        repositoryId: this.#sealed.repositoryId,
        label: labelBytes,
        session,
        packKey: this.#tenant.subkey('pack/0'),
        packBytes: 16 * 1024 * 1024,
        openPacks: 1,
      },
      {
        piece: (pack, bytes) => void pieces.set(pack, [...(pieces.get(pack) ?? []), bytes]),
        finished: (id, { size, identity, directory }) => {
          packs.push({ session, id, epoch: 0, size, identity, directory });
          writes.push(
            this.#sealed.store.createIfAbsent(packName(label, session, id), Buffer.concat(pieces.get(id) ?? [])),
          );
          pieces.delete(id);
        },
      },
    );
    const catalog = new CatalogWriter((page, sha256) => {
      const key = sha256.toString('hex');
      if (stored.has(key)) return;
      stored.add(key);
      set.addFrame(
        page,
        [{ type: BLOB.catalog, id: blobId(idKey, BLOB.catalog, sha256), length: page.length }],
        (raw) => encodeFrame(raw, 1),
      );
    });
    for (const entry of entries) catalog.add(entry);
    const made = catalog.finish();
    set.finish();
    await Promise.all(writes);
    const segment = newSegmentId();
    await this.#sealed.create(segmentName(label, session, segment), indexSeal(this.#tenant), encodeSegment(packs));
    await this.commit(session, [segment], made);
  }

  /** A commit that follows the one before it. */
  async commit(
    session: string = newSessionId(),
    segments: string[] = [],
    made: FinishedCatalog = NO_CATALOG,
  ): Promise<void> {
    const { label, name, keyId } = this.#tenant;
    const at = new Date(1_700_000_000_000 + this.#count++ * DAY_MS).toISOString();
    const { sha256, length, height } = made.top;
    const record: Omit<SnapshotRecord, 'manifestSha256'> = {
      id: session,
      tenant: { id: label, name },
      kind: 'incremental',
      trigger: 'scheduled',
      startedAt: at,
      finishedAt: at,
      durationMs: 1000,
      createdBy: 'bench',
      host: 'bench',
      versions: { tool: '0.0.0', format: 0, platform: 'synthetic', schema: 1 },
      status: 'ok',
      bytes: { total: 0, read: 0, new: 0, stored: 0 },
      files: { total: made.entries, new: 0, changed: 0, unchanged: 0 },
      compression: 'balanced',
      encryption: { algorithm: 'none', keyId },
      tags: [],
      parent: this.#last?.id,
      sources: [
        {
          kind: 'directory',
          root: '/data',
          path: 'data',
          status: 'ok',
          problems: 0,
          entries: made.entries,
          files: made.entries,
          bytes: 0,
          catalog: { sha256: Buffer.from(sha256).toString('hex'), length, height },
          treeSha256: made.treeSha256.toString('hex'),
        },
      ],
      follows:
        this.#last === undefined
          ? []
          : [
              {
                id: this.#last.id,
                manifestSha256: this.#last.manifestSha256,
                madeMs: Date.parse(this.#last.startedAt),
              },
            ],
    };
    this.#last = { ...record, manifestSha256: manifestDigest(record) };
    const content = encodeCommit({
      type: 'snapshot',
      token: randomBytes(16).toString('hex'),
      record: this.#last,
      segments,
    });
    await this.#sealed.create(commitName(label, 0, session), commitSeal(this.#tenant), content);
  }
}
