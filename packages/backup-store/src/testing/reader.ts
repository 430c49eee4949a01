import { readLeafPage } from '../catalog/leaf-page.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import { BLOB, type BlobType } from '../pack/directory.ts';
import { TenantView } from '../session/tenant-view.ts';
import type { SimulationCodec } from './codec.ts';
import { readBlob } from './keeper-process.ts';
import { persistent, type SimulatedProcess } from './process.ts';

/** More often than this no schedule moves what a reader is about to read. */
const MAX_MOVES = 12;

interface Reading {
  readonly codec: SimulationCodec;
  readonly sealed: SealedStore;
  readonly view: TenantView;
}

/** Restores one snapshot while everybody else goes on, as restores do: what is gone is looked for again in the newest index. */
export async function runReader(process: SimulatedProcess): Promise<void> {
  const { codec, choices, forgotten } = process;
  const sealed = codec.sealed(persistent(process.store));
  const view = new TenantView(sealed, codec.tenant);
  const before = new Set(forgotten);
  await view.reload();
  const back = view.snapshots.find(({ record }) => before.has(record.id));
  if (back !== undefined) throw new Error(`snapshot ${back.record.id} was forgotten and is there again`);
  if (view.snapshots.length === 0) return;
  const { record } = view.snapshots[choices.below(view.snapshots.length)] as (typeof view.snapshots)[number];
  const sha256 = Buffer.from(record.sources[0]?.catalog.sha256 ?? '', 'hex');
  try {
    const page = await readMoving({ codec, sealed, view }, BLOB.catalog, sha256);
    for (const { content } of readLeafPage(page, 'a catalog'))
      for (const blob of content) await readMoving({ codec, sealed, view }, BLOB.data, blob.sha256);
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    if (!process.isReleased(record.id))
      throw new Error(`a reader of snapshot ${record.id} finds damage: ${error.message}`, { cause: error });
  }
}

async function readMoving(from: Reading, type: BlobType, sha256: Uint8Array): Promise<Uint8Array> {
  for (let moves = 0; ; moves++) {
    try {
      return await readBlob(from, type, sha256);
    } catch (error) {
      if (!(error instanceof BackupError) || moves >= MAX_MOVES) throw error;
      const { index } = from.view;
      await from.view.reload();
      if (from.view.index === index) throw error;
    }
  }
}
