import { setFlagsFromString } from 'node:v8';

import { openRepository, type Repository } from '@x/backup-store';

/** What a case takes. */
export interface Figures {
  readonly ms: number;
  /** Of all threads, in milliseconds: on a busy machine it says more than the time does. */
  readonly processorMs: number;
  /** Peak resident memory of the whole process. */
  readonly mib: number;
  /** How many of what was asked for came. */
  readonly found: string;
}

interface Case {
  readonly label: string;
  readonly repository: string;
  /** Not measured. */
  readonly before?: (repository: Repository) => Promise<unknown>;
  /** @returns What came of it. */
  readonly run: (repository: Repository) => Promise<string>;
}

async function count(items: AsyncIterable<unknown>): Promise<string> {
  let counted = 0;
  for await (const _ of items) counted++;
  return counted.toLocaleString('en');
}

/** Two snapshots that are one have no difference: what it takes is to load the index. */
const loadIndex = async (repository: Repository): Promise<string> => {
  await count(repository.diff('latest', 'latest'));
  return '';
};
const list = async (repository: Repository): Promise<string> =>
  (await repository.snapshots()).length.toLocaleString('en');

/** What is measured, by name. */
export const CASES = {
  nothing: { label: 'open a repository with next to nothing in it', repository: 'nothing', run: list },
  smallBlobs: { label: 'load the index of 1,000,000 small blobs', repository: 'small-blobs', run: loadIndex },
  largeBlobs: { label: 'load the index of 1,000,000 chunks (1 TiB)', repository: 'large-blobs', run: loadIndex },
  entries: {
    label: 'list 1,000,000 files of a snapshot',
    repository: 'catalog',
    run: async (repository) => await count(repository.entries('latest')),
  },
  findOne: {
    label: 'find among 1,000,000 files',
    repository: 'catalog',
    run: async (repository) => await count(repository.find({ glob: 'file-77.txt', snapshot: 'latest' })),
  },
  findPath: {
    label: 'find in one folder of 1,000,000 files',
    repository: 'catalog',
    run: async (repository) => await count(repository.find({ glob: 'data/folder-007777/*7.txt', snapshot: 'latest' })),
  },
  diff: {
    label: 'diff of two snapshots of 1,000,000 files, one changed',
    repository: 'catalog',
    before: loadIndex,
    run: async (repository) => {
      const [before, after] = await repository.snapshots();
      return await count(repository.diff(before?.id ?? '', after?.id ?? ''));
    },
  },
  firstList: { label: 'open, and list 10,000 snapshots', repository: 'snapshots', run: list },
  list: { label: 'list 10,000 snapshots again', repository: 'snapshots', before: list, run: list },
  findAll: {
    label: 'find in 100 snapshots of 100,000 files, 1 % changed each',
    repository: 'history',
    before: loadIndex,
    run: async (repository) => await count(repository.find({ glob: 'file-77.txt' })),
  },
  stats: {
    label: 'statistics of a repository with 1,000,000 objects in one folder',
    repository: 'objects',
    run: async (repository) => (await repository.stats()).objects.toLocaleString('en'),
  },
} satisfies Record<string, Case>;

/** A key of {@link CASES}. */
export type CaseName = keyof typeof CASES;

/** Measures one case, in this process. */
export async function measureCase(name: CaseName, folder: string): Promise<Figures> {
  const { run, before }: Case = CASES[name];
  // As the command line program does: V8 would let the part of the heap for young objects grow to 128 MiB.
  setFlagsFromString('--semi-space-growth-factor=1');
  const repository = await openRepository({ store: folder, cacheDirectory: `${folder}.cache` });
  await before?.(repository);
  const start = performance.now();
  const processor = process.cpuUsage();
  const found = await run(repository);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(processor);
  await repository.close();
  return { ms, processorMs: (user + system) / 1000, mib: process.resourceUsage().maxRSS / 1024, found };
}
