import { join } from 'node:path';
import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { streamOfFile } from '../source/stream-of.ts';
import type { Bundle, BundledTensor } from '../tensorflow/bundle.ts';
import type { FoundTensor, TensorValues } from '../tensor-values.ts';
import type { ListedMember } from './list-members.ts';

/** Where the index of variables is. */
export const VARIABLES_INDEX = 'variables/variables.index';
const SHARD = /^variables\/variables\.data-\d{5}-of-\d{5}$/;
const ASSETS = /^assets(?:\.extra)?\//;
/** A few numbers that tell one save from another. */
const FINGERPRINT = 'fingerprint.pb';
const MOST_FINGERPRINT = 4096;
/** Files of numbers. */
const MOST_SHARDS = 4096;

/** What a file beside `saved_model.pb` is, by its path. */
export type SavedModelFile = 'index' | 'numbers' | 'asset' | 'fingerprint' | 'metadata' | 'other';

/** What a file beside `saved_model.pb` is, by its path. */
export function savedModelFile(path: string): SavedModelFile {
  if (path === VARIABLES_INDEX) return 'index';
  if (SHARD.test(path)) return 'numbers';
  if (ASSETS.test(path)) return 'asset';
  if (path === FINGERPRINT) return 'fingerprint';
  return path === 'keras_metadata.pb' ? 'metadata' : 'other';
}

/** Whether a fingerprint is as small as one is. */
export function checkFingerprint(source: ByteSource, inspection: Inspection): void {
  if (source.size > MOST_FINGERPRINT)
    inspection.find('FOLDER_OTHER_FILE', `Expected a fingerprint of at most ${MOST_FINGERPRINT} bytes`, 0);
}

function shardPath(shard: number, count: number): string {
  const digits = (number: number): string => String(number).padStart(5, '0');
  return `variables/variables.data-${digits(shard)}-of-${digits(count)}`;
}

/** Where what is found of the variables is told. */
export interface BundlePlace {
  readonly members: readonly ListedMember[];
  readonly find: (
    code: 'FOLDER_SHARD_MISSING' | 'FOLDER_OTHER_FILE' | 'LIMIT_EXCEEDED' | 'MALFORMED',
    message: string,
    part: string,
  ) => void;
}

/** Holds the index of variables against the files of numbers: each that it counts is there, as long as it says, and no other. */
export function checkBundle({ shards, tensors }: Bundle, { members, find }: BundlePlace): void {
  if (shards > MOST_SHARDS)
    return find('LIMIT_EXCEEDED', `Expected at most ${MOST_SHARDS} files of numbers, got ${shards}`, VARIABLES_INDEX);
  const sizes = new Map(members.filter(({ path }) => SHARD.test(path)).map(({ path, size }) => [path, size]));
  const byShard = Map.groupBy(tensors, ({ shard }) => shard);
  for (let shard = 0; shard < shards; shard += 1) {
    const path = shardPath(shard, shards);
    const size = sizes.get(path);
    if (size === undefined)
      find('FOLDER_SHARD_MISSING', 'Expected numbers that the index names, got no such file', path);
    else checkShard(byShard.get(shard) ?? [], { path, size, find });
    sizes.delete(path);
  }
  for (const path of sizes.keys())
    find('FOLDER_OTHER_FILE', 'Expected numbers that the index names, got another file', path);
  const other = tensors.find(({ shard }) => shard >= shards);
  if (other !== undefined)
    find(
      'MALFORMED',
      `Expected ${quoted(other.name)} in one of ${shards} files, got number ${other.shard}`,
      VARIABLES_INDEX,
    );
}

/** The numbers of variables lie one after the other, and nothing is between or behind them. */
function checkShard(
  tensors: readonly BundledTensor[],
  shard: { readonly path: string; readonly size: number; readonly find: BundlePlace['find'] },
): void {
  const { path, size, find } = shard;
  let covered = 0;
  for (const { name, offset, bytes } of tensors.toSorted((a, b) => a.offset - b.offset || a.bytes - b.bytes)) {
    if (offset !== covered) find('MALFORMED', `Expected ${quoted(name)} at ${covered}, got it at ${offset}`, path);
    covered = offset + bytes;
  }
  if (covered !== size) find('MALFORMED', `Expected ${covered} bytes by the index, got ${size}`, path);
}

/** The variables as tensors whose numbers can be read. */
export function bundledTensors({ shards, tensors }: Bundle, root: string): readonly FoundTensor[] {
  return tensors
    .filter(({ isPlain }) => isPlain)
    .map((tensor) => {
      const { name, type, shape, bytes, shard } = tensor;
      return { name, type, shape, bytes, values: valuesOf(tensor, join(root, shardPath(shard, shards))) };
    });
}

function valuesOf({ offset, bytes, isBigEndian }: BundledTensor, path: string): TensorValues {
  return { bytes, read: () => streamOfFile(path, offset, bytes), isBigEndian };
}
