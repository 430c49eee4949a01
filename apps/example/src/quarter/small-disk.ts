import { type FaultyStore, type ObjectStore, StorageError, withFaults } from '@x/storage';

const WRITES: ReadonlySet<string> = new Set(['createIfAbsent', 'put', 'replace']);

/** A store on a disk that can be full. */
export interface SmallDisk {
  readonly store: FaultyStore;
  /** What the operating system says of it. */
  readonly room: () => { readonly freeBytes: number; readonly totalBytes: number };
  /** Somebody fills it with something else, up to so many bytes that are free. */
  fill(freeBytes: number): void;
  /** Somebody makes room. */
  empty(): void;
}

const TOTAL_BYTES = 64_000_000_000;
const USUAL_FREE_BYTES = 40_000_000_000;
/** Less than the smallest object that is worth anything. */
const TOO_LITTLE = 4096;

/** Puts a store on a disk whose room is told, and not used up: a quarter need not write gigabytes to run out of them. */
export function smallDisk(store: ObjectStore): SmallDisk {
  let freeBytes = USUAL_FREE_BYTES;
  const faulty = withFaults(store, {
    decide: ({ call, key }) =>
      freeBytes < TOO_LITTLE && WRITES.has(call)
        ? { kind: 'error-before', error: new StorageError('NO_SPACE', 'Expected room on the disk, got none', { key }) }
        : undefined,
  });
  return {
    store: faulty,
    room: () => ({ freeBytes, totalBytes: TOTAL_BYTES }),
    fill: (bytes) => {
      freeBytes = bytes;
    },
    empty: () => {
      freeBytes = USUAL_FREE_BYTES;
    },
  };
}
