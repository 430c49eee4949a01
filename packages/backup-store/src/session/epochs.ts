import { listAll } from '@x/storage';

import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { epochName, epochsPrefix, historyName, nameParts } from '../layout/names.ts';
import {
  decodeDecision,
  decodeHistory,
  decodeOpening,
  type EpochDecision,
  epochSeal,
  type History,
  historySeal,
  NO_HISTORY,
  type PackId,
} from './epoch-records.ts';

/** Where garbage collection of a tenant stands. */
export interface EpochState {
  /** The newest round that was opened; 0 when there was none. */
  readonly opened: number;
  /** The newest round that was decided: `opened`, or the one before. */
  readonly decided: number;
  /** Packs that the open round may delete: nobody relies on them who begins now. Empty when no round is open. */
  readonly tombstones: ReadonlySet<PackId>;
  /**
   * Why it is not known which packs the open round may delete: its first record is damaged. What is stored can be read all the same,
   * and a round that deletes nothing ends it; but nobody may rely on any pack who begins now.
   */
  readonly damage?: BackupError | undefined;
  /** What counts of the time before the newest decision. */
  readonly history: History;
  /** The newest decision, if there is one. */
  readonly decision: EpochDecision | undefined;
}

/** The state of a tenant that has seen no round. */
export const NO_EPOCHS: EpochState = {
  opened: 0,
  decided: 0,
  tombstones: new Set(),
  history: NO_HISTORY,
  decision: undefined,
};

/** Whose epochs are looked at, and where. */
export interface EpochPlace {
  readonly sealed: SealedStore;
  readonly tenant: Tenant;
  readonly signal?: AbortSignal | undefined;
}

/** Number of the newest round that was opened before this call; 0: none. */
export async function newestEpoch({ sealed, tenant, signal }: EpochPlace): Promise<number> {
  const prefix = epochsPrefix(tenant.label);
  let newest = 0;
  for await (const { key } of listAll(sealed.store, prefix, { signal })) {
    newest = Math.max(newest, Number(nameParts(key, prefix)[0]) || 0);
  }
  return newest;
}

/**
 * Reads where garbage collection stands.
 *
 * A listing need not be of one instant, so only the newest number is taken from it: it was opened, and the round before
 * must then be decided. Everything else is read by name.
 *
 * @param known What was read before: a history is not read twice.
 * @throws {BackupError} `OBJECT_MISSING`, `OBJECT_DAMAGED`, ... when a record that counts can't be read.
 */
export async function readEpochs(place: EpochPlace, known: EpochState = NO_EPOCHS): Promise<EpochState> {
  for (;;) {
    const opened = await newestEpoch(place);
    if (opened === 0) return NO_EPOCHS;
    try {
      const last = await readDecision(place, opened);
      const decided = last === undefined ? opened - 1 : opened;
      const decision = last ?? (decided === 0 ? undefined : await requireDecision(place, decided));
      const opening = decided === opened ? NO_OPENING : await readOpening(place, opened);
      const isKnown = decided === known.decided;
      const history =
        decision === undefined ? NO_HISTORY : isKnown ? known.history : await readHistory(place, decided, decision);
      return { opened, decided, ...opening, history, decision };
    } catch (error) {
      // A round that ended meanwhile takes the records of those before it away.
      if (!isBackupError(error, 'OBJECT_MISSING') || (await newestEpoch(place)) === opened) throw error;
    }
  }
}

/** The decision of a round; `undefined` when there is none yet. A damaged one is read from its copy. */
export async function readDecision(place: EpochPlace, epoch: number): Promise<EpochDecision | undefined> {
  const { sealed, tenant, signal } = place;
  const read = async (what: 'decision' | 'decision-copy'): Promise<EpochDecision> => {
    const name = epochName(tenant.label, epoch, what);
    return decodeDecision(await sealed.read(name, epochSeal(tenant), { signal }), name);
  };
  try {
    return await read('decision');
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    return await readCopy(async () => await read('decision-copy'), error);
  }
}

/** Of two copies that can't be read, one that is there proves that both were: only when both are missing there was none. */
async function readCopy(read: () => Promise<EpochDecision>, first: BackupError): Promise<EpochDecision | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    if (first.code !== 'OBJECT_MISSING') throw first;
    if (error.code !== 'OBJECT_MISSING') throw error;
    return undefined;
  }
}

async function requireDecision(place: EpochPlace, epoch: number): Promise<EpochDecision> {
  const decision = await readDecision(place, epoch);
  if (decision !== undefined) return decision;
  const object = epochName(place.tenant.label, epoch, 'decision');
  throw new BackupError('OBJECT_MISSING', `Expected ${object} in the store, got nothing`, {
    object,
    hint: 'A record of garbage collection was taken away, and its copy. Bring either back, from a copy of the store or its older versions.',
  });
}

const NO_OPENING: Pick<EpochState, 'tombstones' | 'damage'> = { tombstones: new Set() };

/** Packs that an open round may delete. */
async function readOpening({ sealed, tenant, signal }: EpochPlace, epoch: number): Promise<typeof NO_OPENING> {
  const name = epochName(tenant.label, epoch, 'open');
  try {
    return {
      tombstones: new Set(decodeOpening(await sealed.read(name, epochSeal(tenant), { signal }), name).tombstones),
    };
  } catch (error) {
    if (!(error instanceof BackupError) || error.code === 'OBJECT_MISSING') throw error;
    return { ...NO_OPENING, damage: error };
  }
}

async function readHistory(place: EpochPlace, epoch: number, { history }: EpochDecision): Promise<History> {
  const { sealed, tenant, signal } = place;
  const name = historyName(tenant.label, epoch, history);
  const read = async (each: string): Promise<History> =>
    decodeHistory(await sealed.read(each, historySeal(tenant), { signal }), each);
  try {
    return await read(name);
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    return await read(`${name}-copy`).catch(() => {
      throw error;
    });
  }
}
