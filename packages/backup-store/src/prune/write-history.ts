import { encodeSegment, type IndexedPack, type PackInfo, readSegment } from '../blob-index/segment.ts';
import { readNamedPacks, readSessionPacks } from '../pack/pack-directories.ts';
import { historyName, newSegmentId, segmentName } from '../layout/names.ts';
import { indexSeal } from '../session/commit.ts';
import {
  type CountingSegment,
  encodeRecord,
  type History,
  historySeal,
  type PackId,
  type SegmentId,
} from '../session/epoch-records.ts';
import { stillRemembered } from '../session/remembered.ts';
import type { ForgottenSnapshot } from '../snapshots/facts.ts';
import type { Keeper } from './keeper.ts';
import { packIdOf } from './pack-use.ts';

/** A segment that a keeper writes names at most this many packs, and this many bytes of directories, about. */
const PACKS_PER_SEGMENT = 256;
const SEGMENT_BYTES: number = 8 * 1024 * 1024;
/** Segments of fewer packs are joined, once there are so many of them. */
const SMALL_PACKS = 16;
const MAX_SMALL = 32;

/** What the time before a round comes to. */
export interface HistoryInput {
  readonly epoch: number;
  /** Packs that the round deletes. */
  readonly dead: ReadonlySet<PackId>;
  /** Packs that were written by this keeper. */
  readonly added: readonly IndexedPack[];
  /** Snapshots that lack something, and are put up with. */
  readonly incomplete: ReadonlySet<string>;
  /** Session id under which this keeper writes. */
  readonly session: string;
}

/** Writes index segments without what is dead, and the history that names them. @returns Its id, and what it says. */
export async function writeHistory(keeper: Keeper, input: HistoryInput): Promise<{ id: string; history: History }> {
  const { sealed, tenant, view, newId, signal } = keeper;
  const { epoch } = input;
  const current = new Set(view.commits.filter((commit) => commit.epoch >= epoch).map(({ session }) => session));
  const history: History = {
    snapshots: view.snapshots
      .filter((snapshot) => snapshot.epoch < epoch)
      .map((snapshot) => ({ epoch: snapshot.epoch, record: snapshot.record })),
    forgotten: [...view.forgotten].filter((id) => !current.has(id)).toSorted(),
    remembered: remembered(keeper).filter(({ facts }) => !current.has(facts.id)),
    segments: await writeSegments(keeper, input),
    incomplete: [...input.incomplete].toSorted(),
  };
  const id = newId(8);
  const name = historyName(tenant.label, epoch, id);
  const content = encodeRecord(history);
  await sealed.create(name, historySeal(tenant), content, { signal });
  await sealed.create(`${name}-copy`, historySeal(tenant), content, { signal });
  return { id, history };
}

function remembered({ view, clock }: Keeper): ForgottenSnapshot[] {
  const made = [...view.snapshots.map(({ madeMs }) => madeMs), ...view.remembered.map(({ facts }) => facts.madeMs)];
  const newestMs = made.reduce((newest, each) => Math.max(newest, each), -Infinity);
  return stillRemembered(view.remembered, { nowMs: clock(), newestMs });
}

/** Keeps segments that are well, and writes anew what remains of those with dead packs and of many small ones. */
async function writeSegments(keeper: Keeper, input: HistoryInput): Promise<CountingSegment[]> {
  const { view } = keeper;
  const { epoch, dead, added } = input;
  const all = view.segmentsBefore(epoch);
  const before = all.flatMap(({ id }) => {
    const packs = view.packsOf(id);
    return packs === undefined ? [] : [{ id, packs }];
  });
  const isWhole = ({ packs }: { packs: readonly PackInfo[] }): boolean =>
    packs.length > 0 && !packs.some((pack) => dead.has(packIdOf(pack)));
  const small = before.filter(({ packs }) => packs.length < SMALL_PACKS);
  const isFolded = small.length > MAX_SMALL ? new Set(small.map(({ id }) => id)) : new Set<SegmentId>();
  const kept = before.filter((segment) => isWhole(segment) && !isFolded.has(segment.id));
  const keptIds = new Set(kept.map(({ id }) => id));
  const writer = new SegmentWriter(keeper, input.session);
  for (const { id, packs } of before) {
    if (keptIds.has(id) || packs.every((pack) => dead.has(packIdOf(pack)))) continue;
    for (const pack of await readPacks(keeper, id)) if (!dead.has(packIdOf(pack))) await writer.add(pack);
  }
  for (const pack of await unnamedPacks(keeper, all)) if (!dead.has(packIdOf(pack))) await writer.add(pack);
  for (const pack of added) await writer.add(pack);
  const written = await writer.finish();
  return [...kept.map(({ id, packs }) => ({ id, packs: packs.map(packIdOf) })), ...written];
}

/** Packs of segments that can't be read: they are looked for in the packs themselves, or they would be garbage from now on. */
async function unnamedPacks(
  { sealed, tenant, view, signal }: Keeper,
  segments: readonly CountingSegment[],
): Promise<IndexedPack[]> {
  const lost = segments.filter(({ id }) => view.packsOf(id) === undefined);
  if (lost.length === 0) return [];
  const skip = new Set(segments.flatMap(({ id }) => view.packsOf(id) ?? []).map(({ id }) => id));
  const named = lost.flatMap(({ packs }) => packs ?? []);
  const { packs } = await readNamedPacks(sealed, tenant, named, { skip, signal });
  const sessions = lost.flatMap(({ id, packs: known }) => (known === undefined ? [id.slice(0, id.indexOf('/'))] : []));
  for (const session of new Set(sessions)) {
    for (const pack of packs) skip.add(pack.id);
    packs.push(...(await readSessionPacks(sealed, tenant, session, { skip, signal })).packs);
  }
  return packs;
}

async function readPacks({ sealed, tenant, signal }: Keeper, id: SegmentId): Promise<IndexedPack[]> {
  const [session, segment] = id.split('/') as [string, string];
  const name = segmentName(tenant.label, session, segment);
  return readSegment(await sealed.read(name, indexSeal(tenant), { signal }), name);
}

/** Gathers packs in segments. */
class SegmentWriter {
  readonly #keeper: Keeper;
  readonly #session: string;
  readonly #written: CountingSegment[] = [];
  #packs: IndexedPack[] = [];
  #bytes = 0;

  constructor(keeper: Keeper, session: string) {
    this.#keeper = keeper;
    this.#session = session;
  }

  async add(pack: IndexedPack): Promise<void> {
    this.#packs.push(pack);
    this.#bytes += pack.directory.length;
    if (this.#packs.length >= PACKS_PER_SEGMENT || this.#bytes >= SEGMENT_BYTES) await this.#end();
  }

  async #end(): Promise<void> {
    if (this.#packs.length === 0) return;
    const { sealed, tenant, newId, signal } = this.#keeper;
    const segment = newSegmentId(newId);
    const name = segmentName(tenant.label, this.#session, segment);
    await sealed.create(name, indexSeal(tenant), encodeSegment(this.#packs), { signal });
    this.#written.push({ id: `${this.#session}/${segment}`, packs: this.#packs.map(packIdOf) });
    this.#packs = [];
    this.#bytes = 0;
  }

  async finish(): Promise<CountingSegment[]> {
    await this.#end();
    return this.#written;
  }
}
