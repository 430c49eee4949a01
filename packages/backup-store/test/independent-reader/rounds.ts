// Rounds of garbage collection: what counts of the time before the newest one that was decided.
import { constants, zstdDecompressSync } from 'node:zlib';
import { demand, openSealed, type SealedName } from './sealed.ts';
import { listKeys, readObject } from './store.ts';

type Json = Record<string, unknown>;

const objectLimit = 2 ** 28;
const recordLimit = 2 ** 29;

/** An index segment that a history names, `session/segment`, and the packs in it, `session/pack`. */
export interface NamedSegment {
  readonly id: string;
  readonly packs: readonly string[];
}

/** What counts of the time before a round. */
export interface History {
  /** The newest round that was decided; 0 when none was. Commits of earlier epochs are not read. */
  readonly decided: number;
  readonly snapshots: readonly { readonly epoch: number; readonly record: Json }[];
  readonly forgotten: readonly string[];
  readonly segments: readonly NamedSegment[];
}

/** Whose rounds are read. */
export interface RoundsOf {
  readonly folder: string;
  readonly repositoryId: Buffer;
  readonly label: string;
  /** Newest first. */
  readonly keeperKeys: readonly Buffer[];
  readonly problems: string[];
}

const none: History = { decided: 0, snapshots: [], forgotten: [], segments: [] };
const eight = (epoch: number): string => String(epoch).padStart(8, '0');

/** The name a record of garbage collection is sealed with. */
export function roundName({ repositoryId, label, keeperKeys }: RoundsOf, key: string): SealedName {
  return { repositoryId, kind: key.startsWith('gc/') ? 8 : 10, subkey: keeperKeys, label, key };
}

/** The JSON of an opened record. */
export function parseRecord(content: Buffer): Json {
  const [form] = content;
  demand(form === 0 || form === 1, 'A record has an unknown form');
  const params = { [constants.ZSTD_d_windowLogMax]: 27 };
  const body = content.subarray(1);
  const text = form === 0 ? body : zstdDecompressSync(body, { maxOutputLength: recordLimit, params });
  return JSON.parse(text.toString('utf8')) as Json;
}

/** Reads an object, or else its copy. `undefined`: neither is there. One of them that is there proves that both were. */
function readRecord(of: RoundsOf, keys: readonly [string, string]): Json | undefined {
  const failures: unknown[] = [];
  for (const key of keys) {
    try {
      const record = parseRecord(openSealed(roundName(of, key), readObject(of.folder, key, { limit: objectLimit })));
      if (failures.length > 0) of.problems.push(`${keys[0]}: read from its copy: ${String(failures[0])}`);
      return record;
    } catch (error) {
      failures.push(error);
    }
  }
  const damage = failures.find((error) => (error as NodeJS.ErrnoException).code !== 'ENOENT');
  if (damage === undefined) return undefined;
  throw new Error(`${keys[0]}: can’t be read, nor its copy`, { cause: damage });
}

function ids(value: unknown, pattern: RegExp): string[] {
  const fits = Array.isArray(value) && value.every((each) => typeof each === 'string' && pattern.test(each));
  demand(fits, `Expected a list of ids like ${pattern}`);
  return value as string[];
}

const pair = /^[0-9a-f]{32}\/[0-9a-f]{16}$/;

function readDecision(of: RoundsOf, epoch: number): string | undefined {
  const below = `gc/${of.label}/${eight(epoch)}`;
  const decision = readRecord(of, [`${below}/decision`, `${below}/decision-copy`]);
  if (decision === undefined) return undefined;
  ids(decision['packs'], pair);
  ids(decision['segments'], pair);
  ids(decision['sessions'], /^\d{8}\/[0-9a-f]{32}$/);
  return ids([decision['history']], /^[0-9a-f]{16}$/)[0];
}

/** Reads what the newest decision says. */
export function readHistory(of: RoundsOf): History {
  const pattern = /^gc\/[^/]+\/(\d{8})\/(?:open|decision|decision-copy|closed)$/;
  const numbers = listKeys(of.folder, `gc/${of.label}`).map((key) => Number(pattern.exec(key)?.[1] ?? 0));
  const opened = Math.max(0, ...numbers);
  if (opened === 0) return none;
  const last = readDecision(of, opened);
  const decided = last === undefined ? opened - 1 : opened;
  if (decided === 0) return none;
  const id = last ?? readDecision(of, decided);
  demand(id !== undefined, `gc/${of.label}/${eight(decided)}/decision: is gone, and so is its copy`);
  const key = `history/${of.label}/${eight(decided)}/${id}`;
  const history = readRecord(of, [key, `${key}-copy`]);
  demand(history !== undefined, `${key}: is gone, and so is its copy`);
  const { snapshots, segments } = history as { snapshots: { epoch: number; record: Json }[]; segments: NamedSegment[] };
  demand(Array.isArray(snapshots) && Array.isArray(segments), `${key}: is no history`);
  ids(
    segments.map((segment) => segment.id),
    pair,
  );
  for (const { packs } of segments) ids(packs, pair);
  for (const { epoch } of snapshots) demand(epoch >= 0 && epoch < decided, `${key}: has a snapshot of a later round`);
  return { decided, snapshots, forgotten: ids(history['forgotten'], /^[0-9a-f]{32}$/), segments };
}
