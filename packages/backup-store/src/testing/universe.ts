import { createHash } from 'node:crypto';

import { CatalogWriter } from '../catalog/catalog-writer.ts';
import { FORMAT_VERSION } from '../envelope/header.ts';
import { BLOB } from '../pack/directory.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { SimulatedBlob, SimulationCodec } from './codec.ts';

/** Different contents that files of a simulation may have. */
export const CONTENTS = 5;

const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Content number `n`. */
export const contents: readonly SimulatedBlob[] = Array.from({ length: CONTENTS }, (_, n) => {
  const bytes = Buffer.from(`content ${n} `.repeat(2));
  return { type: BLOB.data, bytes, sha256: digest(bytes) };
});

/** What a snapshot of files with these contents is made of. */
export interface SimulatedTree {
  readonly files: readonly number[];
  /** All its blobs: contents, then catalog pages. */
  readonly blobs: readonly SimulatedBlob[];
  readonly catalog: SnapshotRecord['sources'][number]['catalog'];
}

const trees = new Map<string, SimulatedTree>();

/** A tree with one file for each of these contents. The same ones give the same catalog pages. */
export function treeOf(files: readonly number[]): SimulatedTree {
  const key = files.join();
  let tree = trees.get(key);
  if (tree === undefined) trees.set(key, (tree = makeTree(files)));
  return tree;
}

/** The tree whose catalog has this digest, in hex. */
export function treeWith(catalog: string | undefined): SimulatedTree {
  for (let mask = trees.size < 2 ** CONTENTS ? 0 : 2 ** CONTENTS; mask < 2 ** CONTENTS; mask++)
    treeOf(Array.from({ length: CONTENTS }, (_, n) => n).filter((n) => (mask >> n) & 1));
  const found = [...trees.values()].find((tree) => tree.catalog.sha256 === catalog);
  if (found === undefined) throw new Error(`Expected a catalog of this simulation, got ${catalog}`);
  return found;
}

function makeTree(files: readonly number[]): SimulatedTree {
  const pages: SimulatedBlob[] = [];
  const writer = new CatalogWriter((page, sha256) =>
    pages.push({ type: BLOB.catalog, bytes: Buffer.from(page), sha256: Buffer.from(sha256) }),
  );
  for (const n of files) {
    const { bytes, sha256 } = contents[n] as SimulatedBlob;
    const path = Buffer.from(`file ${n}`);
    const entry = { path, kind: 'file' as const, mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, size: bytes.length };
    writer.add({ ...entry, content: [{ sha256, length: bytes.length }] });
  }
  const { top } = writer.finish();
  const catalog = { sha256: Buffer.from(top.sha256).toString('hex'), length: top.length, height: top.height };
  return { files, blobs: [...files.map((n) => contents[n] as SimulatedBlob), ...pages], catalog };
}

/** The record of a simulated snapshot. */
export function simulatedRecord(
  codec: SimulationCodec,
  what: { readonly id: string; readonly host: string; readonly at: number; readonly tree: SimulatedTree },
): SnapshotRecord {
  const { id, host, at, tree } = what;
  const time = new Date(at).toISOString();
  const { label, name, keyId } = { label: codec.tenant.label, name: codec.tenant.name, keyId: '00'.repeat(8) };
  const bytes = tree.files.reduce((sum, n) => sum + (contents[n] as SimulatedBlob).bytes.length, 0);
  const files = tree.files.length;
  return {
    id,
    tenant: { id: label, name },
    kind: 'incremental',
    trigger: 'manual',
    startedAt: time,
    finishedAt: time,
    durationMs: 0,
    createdBy: 'simulation',
    host,
    versions: { tool: '0.0.0', format: FORMAT_VERSION, platform: 'simulation', schema: 1 },
    status: 'ok',
    bytes: { total: bytes, read: bytes, new: 0, stored: 0 },
    files: { total: files, new: 0, changed: 0, unchanged: files },
    compression: 'balanced',
    encryption: { algorithm: 'AES-256-GCM', keyId },
    tags: [],
    sources: [
      {
        kind: 'directory',
        root: '/simulated',
        path: 'simulated',
        status: 'ok',
        problems: 0,
        entries: files,
        files,
        bytes,
        catalog: tree.catalog,
        treeSha256: tree.catalog.sha256,
      },
    ],
    follows: [],
    manifestSha256: '00'.repeat(32),
  };
}
