import { createHash, randomBytes } from 'node:crypto';
import { listAll, type ObjectStore } from '@x/storage';
import { writtenOnce } from '../objects/written-once.ts';
import { slotName, slotOfName } from '../slots/slot-name.ts';
import type { StorageSample } from './contract.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
const MAX_SAMPLE_BYTES = 4096;

/** How many samples stay of each age: the first one of every `everyMs`, up to an age of `untilMs`. Each interval is a multiple of the one before. */
const STAYS: readonly { readonly untilMs: number; readonly everyMs: number }[] = [
  { untilMs: 14 * DAY_MS, everyMs: HOUR_MS },
  { untilMs: 180 * DAY_MS, everyMs: DAY_MS },
  { untilMs: 5 * 365 * DAY_MS, everyMs: WEEK_MS },
];

/** Samples of how much is stored, in a store that machines may share. */
export interface SampleBook {
  /** Adds a sample, unless the destination has one of the same hour. @returns Whether it was added. */
  add(destination: string, sample: StorageSample): Promise<boolean>;
  /** Those of a destination, oldest first. What can't be read is passed over. */
  read(destination: string): Promise<readonly StorageSample[]>;
  /** Forgets what {@link planThinning} says. @returns How many were forgotten. */
  thin(destination: string, nowMs: number): Promise<number>;
}

/**
 * Which samples are forgotten: those of two weeks stay by the hour, those of half a year by the day, those of five years by the week. Thinned
 * again, nothing more goes than if it had been thinned once.
 *
 * @param hoursMs Moments of samples, milliseconds since 1970, sorted.
 */
export function planThinning(hoursMs: readonly number[], nowMs: number): readonly number[] {
  const taken = new Set<string>();
  return hoursMs.filter((ms) => {
    // All of a week are of one age, so that the first of a week is the first of its day as long as it stays.
    const ageMs = nowMs - (Math.floor(ms / WEEK_MS) + 1) * WEEK_MS;
    const stay = STAYS.find(({ untilMs }) => ageMs <= untilMs);
    if (stay === undefined) return true;
    const place = `${stay.everyMs} ${Math.floor(ms / stay.everyMs)}`;
    if (taken.has(place)) return true;
    taken.add(place);
    return false;
  });
}

/** Opens the samples that are kept in a store, as `samples/DESTINATION/HOUR`. Nothing is read yet. */
export function sampleBook(store: ObjectStore): SampleBook {
  const objects = writtenOnce(store, { maxBytes: MAX_SAMPLE_BYTES });
  return {
    async add(destination, sample) {
      const hourMs = Math.floor(sample.atMs / HOUR_MS) * HOUR_MS;
      const body = JSON.stringify({ token: randomBytes(16).toString('hex'), destination, ...sample });
      const key = folderOf(destination) + slotName(hourMs);
      return (await store.createIfAbsent(key, new TextEncoder().encode(body))).created;
    },
    async read(destination) {
      const samples: StorageSample[] = [];
      for await (const { body } of objects.read(keysOf(store, destination))) {
        const sample = decode(body);
        if (sample !== undefined) samples.push(sample);
      }
      return samples;
    },
    async thin(destination, nowMs) {
      const all: { readonly key: string; readonly ms: number }[] = [];
      for await (const key of keysOf(store, destination)) all.push({ key, ms: hourOf(key) ?? 0 });
      const hours = all.map(({ ms }) => ms);
      const gone = new Set(planThinning(hours, nowMs));
      for (const { key, ms } of all) if (gone.has(ms)) await store.delete(key);
      return gone.size;
    },
  };
}

function folderOf(destination: string): string {
  return `samples/${createHash('sha256').update(destination).digest('hex').slice(0, 16)}/`;
}

const hourOf = (key: string): number | undefined => slotOfName(key.slice(key.lastIndexOf('/') + 1));

/** Oldest first: names are in the order of time. */
async function* keysOf(store: ObjectStore, destination: string): AsyncGenerator<string> {
  for await (const { key } of listAll(store, folderOf(destination))) if (hourOf(key) !== undefined) yield key;
}

function decode(bytes: Uint8Array | undefined): StorageSample | undefined {
  if (bytes === undefined) return undefined;
  let value: Partial<StorageSample> | null;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as typeof value;
  } catch {
    return undefined;
  }
  const { atMs, storedBytes, freeBytes } = value ?? {};
  const isAmount = (each: unknown): each is number => Number.isSafeInteger(each) && (each as number) >= 0;
  if (!isAmount(atMs) || !isAmount(storedBytes) || !(freeBytes === null || isAmount(freeBytes))) return undefined;
  return { atMs, storedBytes, freeBytes };
}
