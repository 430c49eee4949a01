import type { ListedMember } from './list-members.ts';

/** What a folder is, by the names of its files. */
export type FolderKind =
  | { readonly kind: 'savedmodel'; readonly main: string }
  | { readonly kind: 'indexed'; readonly main: string }
  | {
      readonly kind: 'shards';
      readonly main: string;
      readonly shards: readonly string[];
      readonly missing: readonly string[];
    }
  /** One model file, and what is beside it. */
  | { readonly kind: 'single' };

const SAVED_MODEL = 'saved_model.pb';
const INDEX = /\.safetensors\.index\.json$/;
const SHARD = /^(.+)-(\d{5})-of-(\d{5})(\.gguf)$/;

/** Most shards that are expected: their numbers come from a name. */
const MOST_SHARDS = 4096;

/** What a folder is, by the names of its files. What is in them is looked at afterwards. */
export function folderKind(members: readonly ListedMember[]): FolderKind {
  const names = members.map(({ path }) => path).filter((path) => !path.includes('/'));
  if (names.includes(SAVED_MODEL)) return { kind: 'savedmodel', main: SAVED_MODEL };
  const index = names.find((name) => INDEX.test(name));
  if (index !== undefined) return { kind: 'indexed', main: index };
  const first = names.find((name) => SHARD.test(name));
  const [, base = '', , count = '', ending = ''] = SHARD.exec(first ?? '') ?? [];
  if (first === undefined || Number(count) > MOST_SHARDS) return { kind: 'single' };
  const expected = shardNames({ base, ending }, Number(count), count);
  const shards = expected.filter((name) => names.includes(name));
  return { kind: 'shards', main: first, shards, missing: expected.filter((name) => !names.includes(name)) };
}

function shardNames(name: { readonly base: string; readonly ending: string }, count: number, of: string): string[] {
  return Array.from(
    { length: count },
    (_, index) => `${name.base}-${String(index + 1).padStart(5, '0')}-of-${of}${name.ending}`,
  );
}
