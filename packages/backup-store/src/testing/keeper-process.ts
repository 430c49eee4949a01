import { decodeFrame } from '../codec/codec.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import { BLOB, type BlobType } from '../pack/directory.ts';
import type { Keeper, PackAccess } from '../prune/keeper.ts';
import { pruneTenant } from '../prune/prune-tenant.ts';
import { forgetSnapshot } from '../session/forget-snapshot.ts';
import { TenantView } from '../session/tenant-view.ts';
import type { SimulationCodec } from './codec.ts';
import { persistent, type SimulatedProcess } from './process.ts';

const HOUR = 3_600_000;

/** Reads a blob the way a restore does: by the index, from its pack. */
export async function readBlob(
  from: { readonly codec: SimulationCodec; readonly sealed: SealedStore; readonly view: TenantView },
  type: BlobType,
  sha256: Uint8Array,
): Promise<Uint8Array> {
  const { codec, sealed, view } = from;
  const number = view.index.find(codec.idOf(type, sha256));
  if (number < 0) throw new BackupError('BLOB_MISSING', 'Expected the index to name a place for a blob, got none');
  const { frame, offset, length } = view.index.place(number);
  const raw = decodeFrame(frame, await codec.readFrame(sealed, frame), `pack ${frame.pack.id}`);
  return raw.subarray(offset, offset + length);
}

/** A keeper of the real garbage collection. */
export function keeperOf(
  codec: SimulationCodec,
  sealed: SealedStore,
  process: Pick<SimulatedProcess, 'clock' | 'sleep' | 'newId'>,
): Keeper {
  const view = new TenantView(sealed, codec.tenant);
  const packs: PackAccess = {
    idOf: (type, sha256) => codec.idOf(type, sha256),
    readPage: async ({ sha256 }) => await readBlob({ codec, sealed, view }, BLOB.catalog, sha256),
    readFrame: async (frame) => await codec.readFrame(sealed, frame),
    newPack: (session, id) => codec.newPack(sealed, session, id),
  };
  const { clock, sleep, newId } = process;
  return { sealed, tenant: codec.tenant, view, packs, clock, sleep, newId, seen: [], onStep: () => undefined };
}

/** One prune, more or less patient. */
export async function runKeeper(process: SimulatedProcess): Promise<void> {
  const { codec, choices } = process;
  const sealed = codec.sealed(persistent(process.store));
  const waitMs = choices.chance(1, 2) ? HOUR / 6 : 0;
  const fenceAfterMs = choices.chance(1, 2) ? 0 : HOUR;
  await pruneTenant(keeperOf(codec, sealed, process), { waitMs, fenceAfterMs, maxUnusedPercent: 0 });
}

/** Forgets one of the snapshots there are. */
export async function runForgetter(process: SimulatedProcess): Promise<void> {
  const { codec, choices, clock, newId } = process;
  const sealed = codec.sealed(persistent(process.store));
  const view = new TenantView(sealed, codec.tenant);
  await view.loadSnapshots();
  const { snapshots } = view;
  if (snapshots.length === 0) return;
  const snapshot = (snapshots[choices.below(snapshots.length)] as (typeof snapshots)[number]).record.id;
  process.release(snapshot);
  await forgetSnapshot(sealed, codec.tenant, { snapshot, at: new Date(clock()).toISOString(), token: newId(16) });
}
