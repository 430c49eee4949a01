import { join, posix } from 'node:path';
import { parseCommit } from '../../commits/parse-commit.ts';
import { readCommits } from '../../git/read-commits.ts';
import { askGit, type GitOptions, runGit } from '../../git/run-git.ts';
import { readMigrations } from '../../migrations/read-migrations.ts';
import { changedSettings } from './changed-settings.ts';
import type { AdviceContext, AdviceDiff } from './context.ts';

/** Migrations that are modules. Nobody knows what kind they are without running them. */
const MODULES = /^\d+_[A-Za-z0-9][A-Za-z0-9_-]*\.(?:ts|js|mjs)$/;
/** Formats of trained models, by the end of their names. */
const MODELS = /\.(?:onnx|pt|pth|safetensors|gguf|ggml|h5|keras|tflite|pkl|joblib|mlmodel|mlpackage|model)$/i;

/** Which files tell what. Paths are relative to the folder, with `/`. */
export interface DiffFiles {
  /** Folder of migrations. */
  readonly migrations: string;
  /** A file that names the settings, as `.env.example`. */
  readonly settings: string;
}

/**
 * What the folder of a checkout would change against a commit: that of the release that is live.
 *
 * @throws {VersioningError} `INVALID_MIGRATION`, `READ_FAILED`; `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function readCheckoutDiff(live: string, files: DiffFiles, options: GitOptions): Promise<AdviceDiff> {
  const args = ['diff-tree', '-r', '-z', '--name-status', '--no-renames', '--relative', live, 'HEAD'];
  const [text, before, after] = await Promise.all([
    runGit(args, options),
    committedText(live, files.settings, options),
    committedText('HEAD', files.settings, options),
  ]);
  const changes = changesIn(text);
  const added = changes.filter(({ status }) => status === 'A').map(({ path }) => path);
  const settings = changedSettings(before, after);
  return {
    files: changes.length,
    ...(await countMigrations(added, files, options)),
    configKeys: settings.keys,
    ports: settings.ports,
    modelFiles: changes.flatMap(({ status, path }) => (status !== 'D' && MODELS.test(path) ? [path] : [])),
  };
}

function changesIn(text: string): readonly { readonly status: string; readonly path: string }[] {
  const fields = text.split('\0').filter((each) => each !== '');
  return fields.flatMap((status, index) => (index % 2 === 0 ? [{ status, path: fields[index + 1] ?? '' }] : []));
}

/** The text of a file in a commit; nothing where it has none. */
async function committedText(commit: string, path: string, options: GitOptions): Promise<string> {
  const { code, output } = await askGit(['show', '--end-of-options', `${commit}:./${path}`], options);
  return code === 0 ? output : '';
}

async function countMigrations(
  added: readonly string[],
  { migrations: folder }: DiffFiles,
  { folder: top, signal }: GitOptions,
): Promise<Pick<AdviceDiff, 'migrations' | 'contractMigrations'>> {
  const names = new Set(
    added.filter((path) => posix.dirname(path) === posix.normalize(folder)).map((path) => posix.basename(path)),
  );
  if (names.size === 0) return { migrations: 0, contractMigrations: 0 };
  const { forward } = await readMigrations(join(top, folder), { signal });
  const fresh = forward.filter(({ id }) => names.has(`${id}.up.sql`) || names.has(`${id}.sql`));
  return {
    migrations: fresh.length + [...names].filter((name) => MODULES.test(name)).length,
    contractMigrations: fresh.filter(({ kind }) => kind === 'contract').length,
  };
}

/**
 * Counts the commits since another one by their type.
 *
 * @throws {VersioningError} `SHALLOW_CLONE`; `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function readCommitTypes(
  live: string,
  options: GitOptions,
): Promise<Pick<AdviceContext, 'commitTypes' | 'breakingCommits'>> {
  const counts = new Map<string, number>();
  let breakingCommits = 0;
  for await (const { text, parents } of readCommits({ ...options, from: [live], paths: ['.'] })) {
    // A merge only brings what other commits say.
    if (parents > 1) continue;
    const { type = 'other', isBreaking } = parseCommit(text);
    counts.set(type, (counts.get(type) ?? 0) + 1);
    if (isBreaking) breakingCommits += 1;
  }
  return { commitTypes: Object.fromEntries(counts), breakingCommits };
}
