import type { Inspection } from '../contract.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { ListedMember } from './list-members.ts';

const INDEX = 'variables/variables.index';
const SHARD = /^variables\/variables\.data-(\d{5})-of-(\d{5})$/;
const ASSETS = /^assets(?:\.extra)?\//;
/** The last eight bytes of a table (LevelDB's format of tables): its magic number. */
const TABLE = Buffer.from('57fb808b247547db', 'hex');
/** A footer has two places and the magic number. */
const FOOTER = 48;
/** A few numbers that tell one save from another. */
const FINGERPRINT = 'fingerprint.pb';
const MOST_FINGERPRINT = 4096;

/** What a file beside `saved_model.pb` is, by its path. */
export type SavedModelFile = 'index' | 'numbers' | 'asset' | 'fingerprint' | 'metadata' | 'other';

/** What a file beside `saved_model.pb` is, by its path. */
export function savedModelFile(path: string): SavedModelFile {
  if (path === INDEX) return 'index';
  if (SHARD.test(path)) return 'numbers';
  if (ASSETS.test(path)) return 'asset';
  if (path === FINGERPRINT) return 'fingerprint';
  return path === 'keras_metadata.pb' ? 'metadata' : 'other';
}

/** Each shard of the variables has to be there: the name of each says how many there are. */
export function checkShards(members: readonly ListedMember[], find: (message: string, part: string) => void): void {
  const paths = members.map(({ path }) => path);
  const shards = paths.flatMap((path) => {
    const [, number, count] = SHARD.exec(path) ?? [];
    return number === undefined ? [] : [{ number: Number(number), count: Number(count) }];
  });
  const [first] = shards;
  if (first === undefined) {
    if (paths.includes(INDEX)) find('Expected the numbers that the index names, got no file with them', INDEX);
    return;
  }
  if (!paths.includes(INDEX)) find('Expected an index of the numbers of variables, got none', INDEX);
  const numbers = new Set(shards.filter(({ count }) => count === first.count).map(({ number }) => number));
  const others = shards.length - numbers.size;
  const missing = first.count - [...numbers].filter((number) => number < first.count).length;
  if (missing > 0 || others > 0)
    find(
      `Expected all of ${first.count} files of numbers once, got ${missing} missing, ${others} of others`,
      'variables',
    );
}

/** An index is a table with a footer; the numbers that it leads to are numbers, and nothing of them runs. */
export async function checkIndex(source: ByteSource, inspection: Inspection): Promise<void> {
  const end = source.size < FOOTER ? new Uint8Array(0) : await source.read(source.size - TABLE.length, TABLE.length);
  if (Buffer.compare(end, TABLE) !== 0)
    inspection.find(
      'TRUNCATED',
      'Expected a table with its footer as the index of variables, got another end',
      source.size,
    );
}

/** Whether a fingerprint is as small as one is. */
export function checkFingerprint(source: ByteSource, inspection: Inspection): void {
  if (source.size > MOST_FINGERPRINT)
    inspection.find('FOLDER_OTHER_FILE', `Expected a fingerprint of at most ${MOST_FINGERPRINT} bytes`, 0);
}
