import type { AnyAlgorithm } from '../algorithm.ts';

/** How BSD's tools, coreutils with `--tag` and `b3sum --tag` name the algorithms. */
export const SUM_TAGS: Readonly<Record<AnyAlgorithm, string>> = {
  sha256: 'SHA256',
  sha512: 'SHA512',
  blake2b: 'BLAKE2b',
  blake3: 'BLAKE3',
  'xxh3-128': 'XXH128',
  crc32: 'CRC32',
  sha1: 'SHA1',
  md5: 'MD5',
};

/** What a line without a tag was made with, by the number of its digits. Where two have as many, the more common one. */
export const BY_DIGITS: ReadonlyMap<number, AnyAlgorithm> = new Map<number, AnyAlgorithm>([
  [32, 'md5'],
  [40, 'sha1'],
  [64, 'sha256'],
  [128, 'sha512'],
]);
