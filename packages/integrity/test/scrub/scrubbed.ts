import { lutimes, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createManifest, type Manifest, scrub, type ScrubOptions, type ScrubReport } from '../../src/index.ts';
import { makeTree, tempFolder, type Tree } from '../tree-builder.ts';

export const DAY = 86_400_000;

/** Ten files of a thousand bytes each, f0 to f9. */
const ten = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`f${index}`, `${index}`.repeat(1000)]));

/** Findings as short text: `missing f2`. */
export const inShort = ({ findings }: ScrubReport): string[] => findings.map(({ type, path }) => `${type} ${path}`);

/** A tree, its manifest, and a folder for a state. */
export interface Scrubbed extends AsyncDisposable {
  /** Path of the tree. */
  readonly data: string;
  readonly folder: string;
  readonly manifest: Manifest;
  /** Path of the state. */
  readonly state: string;
  readonly run: (day: number, options?: Partial<ScrubOptions>) => Promise<ScrubReport>;
}

/** A folder with a tree, its manifest and a state beside it, scrubbed day by day. */
export async function setUp(tree: Tree = ten): Promise<Scrubbed> {
  const data = await makeTree(tree);
  const folder = await tempFolder();
  const manifest = await createManifest(data.path);
  const state = join(folder.path, 'state.json');
  return {
    data: data.path,
    folder: folder.path,
    manifest,
    state,
    run: (day, options = {}) =>
      scrub(data.path, { manifest, state, clock: () => day * DAY, concurrency: 1, ...options }),
    async [Symbol.asyncDispose]() {
      await data[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Flips a bit and puts the time back. */
export async function damage(path: string): Promise<void> {
  const { atimeMs, mtimeMs } = await stat(path);
  const bytes = await readFile(path);
  bytes[0] = (bytes[0] as number) ^ 1;
  await writeFile(path, bytes);
  await lutimes(path, atimeMs / 1000, mtimeMs / 1000);
}

/** What a state says, to look at and to alter. */
export interface StateText {
  files: { path: string; digest: string; checkedAtMs: number; result: string; ctimeNs?: string }[];
}

export const stateIn = async (path: string): Promise<StateText> =>
  JSON.parse(await readFile(path, 'utf8')) as StateText;
