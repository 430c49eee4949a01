import type { ListedMember } from './list-members.ts';

/** What a folder is, by the names of its files. */
export type FolderKind =
  | { readonly kind: 'savedmodel'; readonly main: string }
  | { readonly kind: 'indexed'; readonly main: string }
  | { readonly kind: 'shards'; readonly shards: readonly string[]; readonly missing: readonly string[] }
  /** One model file, and what is beside it. */
  | { readonly kind: 'single' };

const SAVED_MODEL = 'saved_model.pb';
const INDEX = /\.safetensors\.index\.json$/;
const SHARD = /^(.+)-\d{5}-of-(\d{5})\.gguf$/;

/** Most shards that are expected: their numbers come from a name. */
const MOST_SHARDS = 4096;

/** What a folder is, by the names of its files. What is in them is looked at afterwards. */
export function folderKind(members: readonly ListedMember[]): FolderKind {
  const names = members.map(({ path }) => path).filter((path) => !path.includes('/'));
  if (names.includes(SAVED_MODEL)) return { kind: 'savedmodel', main: SAVED_MODEL };
  const index = names.find((name) => INDEX.test(name));
  if (index !== undefined) return { kind: 'indexed', main: index };
  const shard = names.map((name) => SHARD.exec(name)).find((found) => found !== null);
  const [, base = '', count = ''] = shard ?? [];
  if (shard === undefined || Number(count) > MOST_SHARDS) return { kind: 'single' };
  const there = new Set(names);
  const expected = Array.from(
    { length: Number(count) },
    (_, part) => `${base}-${String(part + 1).padStart(5, '0')}-of-${count}.gguf`,
  );
  return {
    kind: 'shards',
    shards: expected.filter((name) => there.has(name)),
    missing: expected.filter((name) => !there.has(name)),
  };
}
