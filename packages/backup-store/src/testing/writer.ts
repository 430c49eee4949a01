import { listAll } from '@x/storage';

import { BlobIndex } from '../blob-index/blob-index.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { isBackupError } from '../errors.ts';
import { indexPrefix, newPackId, packName } from '../layout/names.ts';
import { indexSeal } from '../session/commit.ts';
import { ID_BYTES } from '../pack/directory.ts';
import { reliableIds } from '../session/reliable-ids.ts';
import { Session } from '../session/session.ts';
import { TenantView } from '../session/tenant-view.ts';
import { makePack, type SimulatedBlob } from './codec.ts';
import { persistent, type SimulatedProcess } from './process.ts';
import { CONTENTS, simulatedRecord, treeOf, treeWith } from './universe.ts';

const MAX_TRIES = 3;
const hex = (id: Uint8Array): string => Buffer.from(id).toString('hex');

/** The ids that stand one after the other in `words`. */
function idsIn(words: Int32Array): string[] {
  const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
  return Array.from({ length: bytes.length / ID_BYTES }, (_, i) =>
    hex(bytes.subarray(i * ID_BYTES, (i + 1) * ID_BYTES)),
  );
}

/** One backup, with the real sessions and the real index. One that was ended by a keeper begins again. */
export async function runWriter(process: SimulatedProcess): Promise<void> {
  const files = Array.from({ length: CONTENTS }, (_, n) => n).filter(() => process.choices.chance(1, 2));
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    try {
      await backUp(process, files);
      return;
    } catch (error) {
      if (!isBackupError(error, 'SESSION_FENCED')) throw error;
    }
  }
}

async function backUp(process: SimulatedProcess, files: readonly number[]): Promise<void> {
  const { codec, mutant } = process;
  const sealed = codec.sealed(persistent(process.store));
  const { tenant } = codec;
  const view = new TenantView(sealed, tenant);
  if (mutant === 'session-after-index') await view.reload();
  const session = await Session.begin({
    sealed,
    tenant,
    open: process.memory,
    host: process.name,
    clock: process.clock,
    every: process.every,
    newId: process.newId,
  });
  try {
    if (mutant !== 'session-after-index') await view.reload();
    const own = new BlobIndex();
    await session.addOwnPacks(own);
    const stored = new Set([...reliableIds(view, own)].flatMap(idsIn));
    await believeMore(process, { sealed, view, stored });
    const tree = treeOf(files);
    const missing = tree.blobs.filter(({ type, sha256 }) => !stored.has(hex(codec.idOf(type, sha256))));
    await storePacks(process, { sealed, session, missing });
    const record = simulatedRecord(codec, { id: session.id, host: process.name, at: process.clock(), tree });
    await session.commit(record);
  } finally {
    await session.stop();
  }
}

/** New blobs go to one pack or to two. */
async function storePacks(
  process: SimulatedProcess,
  what: { readonly sealed: SealedStore; readonly session: Session; readonly missing: readonly SimulatedBlob[] },
): Promise<void> {
  const { sealed, session, missing } = what;
  const middle = process.choices.chance(1, 2) ? missing.length >> 1 : 0;
  for (const blobs of [missing.slice(0, middle), missing.slice(middle)]) {
    if (blobs.length === 0) continue;
    const id = newPackId(process.newId);
    const { pack, stored } = makePack(process.codec, sealed, { session: session.id, id, blobs });
    await sealed.store.createIfAbsent(packName(process.codec.tenant.label, session.id, id), stored);
    session.addPack(pack);
    if (process.choices.chance(1, 2)) await session.writeSegment();
  }
}

/** What mutants take for stored although the rules forbid it. */
async function believeMore(
  { codec, mutant }: SimulatedProcess,
  { sealed, view, stored }: { sealed: SealedStore; view: TenantView; stored: Set<string> },
): Promise<void> {
  const { tenant } = codec;
  if (mutant === 'tombstones-ignored') {
    for (let number = 0; number < view.index.blobs; number++) stored.add(hex(view.index.id(number)));
  }
  const parent = view.snapshots.at(-1)?.record;
  if (mutant === 'unchanged-without-lookup' && parent !== undefined) {
    for (const { type, sha256 } of treeWith(parent.sources[0]?.catalog.sha256).blobs)
      stored.add(hex(codec.idOf(type, sha256)));
  }
  if (mutant === 'late-segments-believed') {
    const index = new BlobIndex();
    for await (const { key } of listAll(sealed.store, indexPrefix(tenant.label)))
      index.addSegment(await sealed.read(key, indexSeal(tenant)), key);
    for (let number = 0; number < index.blobs; number++) stored.add(hex(index.id(number)));
  }
}
