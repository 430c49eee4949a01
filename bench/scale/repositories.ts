// Makes one of the repositories that are measured. Usage: node --conditions=source repositories.ts NAME FOLDER
import { filesOf } from './files.ts';
import { type BlobPlan, SyntheticRepository } from './synthetic.ts';

const MIB = 1024 * 1024;
const MILLION = 1_000_000;

const blobs = (plan: Omit<BlobPlan, 'blobs' | 'packBytes'>) => async (repository: SyntheticRepository) =>
  await repository.addBlobs({ blobs: MILLION, packBytes: 64 * MIB, ...plan });

/** What the repositories hold, by name. */
const CONTENTS: Readonly<Record<string, (repository: SyntheticRepository) => Promise<void>>> = {
  nothing: async (repository) => await repository.commit(),
  'small-blobs': blobs({ perFrame: 320, bytes: 13_000 }),
  'large-blobs': blobs({ perFrame: 1, bytes: MIB }),
  catalog: async (repository) => {
    const stored = new Set<string>();
    await repository.addCatalog(filesOf(MILLION), stored);
    await repository.addCatalog(
      filesOf(MILLION, (file) => file === 333_333),
      stored,
    );
  },
  snapshots: async (repository) => {
    for (let i = 0; i < 10_000; i++) await repository.commit();
  },
  objects: async (repository) => await repository.addObjects(MILLION),
  history: async (repository) => {
    // Each snapshot has 1 % of its files changed, in folders of their own.
    const stored = new Set<string>();
    const files = 100_000;
    for (let i = 0; i < 100; i++) {
      await repository.addCatalog(
        filesOf(files, (file) => i > 0 && Math.floor(file / 1000) === i),
        stored,
      );
    }
  },
};

const [name = '', folder = ''] = process.argv.slice(2);
await CONTENTS[name]?.(await SyntheticRepository.create(folder));
