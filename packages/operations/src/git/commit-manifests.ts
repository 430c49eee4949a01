import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SnapshotRecord } from '@x/backup-store';
import { OperationsError, shown } from '../errors.ts';
import { git, type GitPlace } from './git-call.ts';

/** Where manifests of snapshots are kept in git. */
export interface ManifestBranch {
  /** A folder of the checkout, or a bare repository. Neither its files nor its index are touched. */
  readonly directory: string;
  /** Default `backups`. It is made when it is not there, and shares no history with others. */
  readonly branch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One manifest as it lies in the branch. */
export interface ManifestFile {
  /** `TENANT/YEAR/ID.json`. */
  readonly path: string;
  readonly snapshot: SnapshotRecord;
}

/** What is to be committed. */
export interface ManifestPlan {
  /** In the order in which the snapshots were made. */
  readonly files: readonly ManifestFile[];
  readonly message: string;
}

/** What was committed. */
export interface CommittedManifests {
  readonly branch: string;
  /** Absent when nothing was missing. */
  readonly commit?: string | undefined;
  readonly paths: readonly string[];
}

const BRANCH = 'backups';
/** So often another process may be first. */
const MAX_TRIES = 10;

/** Which manifests a branch lacks, and what is said of them; pure. What was forgotten stays in the branch. */
export function planManifests(there: ReadonlySet<string>, snapshots: readonly SnapshotRecord[]): ManifestPlan {
  const files = snapshots
    .map((snapshot) => ({ path: pathOf(snapshot), snapshot }))
    .filter(({ path }) => !there.has(path))
    .toSorted((a, b) => Date.parse(a.snapshot.finishedAt) - Date.parse(b.snapshot.finishedAt));
  return { files, message: messageOf(files.map(({ snapshot }) => snapshot)) };
}

/**
 * Commits the manifests of snapshots that a branch of git lacks: who was backed up when, how much, and the digest of it all; no content. It has those
 * that were missed before, too. Several processes may do it at a time.
 *
 * @throws {OperationsError} `GIT_NOT_FOUND`, `GIT_FAILED`, `INVALID_OPTION`
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { commitManifests } from '@x/operations';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const { commit, paths } = await commitManifests(await repository.snapshots(), { directory: '/srv/shop' });
 * console.log(commit, paths.length);
 * ```
 */
export async function commitManifests(
  snapshots: readonly SnapshotRecord[],
  { directory, branch = BRANCH, signal }: ManifestBranch,
): Promise<CommittedManifests> {
  const place = { directory, signal };
  const ref = await refOf(branch, place);
  for (let attempt = 1; ; attempt++) {
    const tip = await tipOf(ref, place);
    const { files, message } = planManifests(await pathsAt(tip, place), snapshots);
    if (files.length === 0) return { branch, paths: [] };
    const commit = await write(files, { message, tip, place });
    try {
      // Only while the branch is where it was: somebody else's commit is never lost.
      await git(
        ['update-ref', '-m', message.split('\n')[0] ?? '', ref, commit, tip ?? '0'.repeat(commit.length)],
        place,
      );
      return { branch, commit, paths: files.map(({ path }) => path) };
    } catch (error) {
      const isMoved = (error as OperationsError).code === 'GIT_FAILED' && (await tipOf(ref, place)) !== tip;
      if (!isMoved || attempt >= MAX_TRIES) throw error;
    }
  }
}

async function refOf(branch: string, place: GitPlace): Promise<string> {
  const ref = `refs/heads/${branch}`;
  // Which also says whether there is a repository at all.
  await git(['rev-parse', '--git-dir'], place);
  if ((await checkedOut(place)).has(ref))
    throw new OperationsError(
      'INVALID_OPTION',
      `Expected a branch for manifests that is not checked out, got ${shown(branch)}`,
      {
        hint: 'Its files would seem to be deleted. Name another branch.',
      },
    );
  try {
    // Git itself takes a name that reads like an option, or is that of something else, for a ref, but not for a branch.
    if (branch.startsWith('-') || branch === 'HEAD') throw new Error('it is no name of a branch');
    await git(['check-ref-format', ref], place);
  } catch (cause) {
    throw new OperationsError('INVALID_OPTION', `Expected the name of a branch, got ${shown(branch)}`, { cause });
  }
  return ref;
}

/** Refs of the branches that are checked out, here and in other work trees. A bare repository has none. */
async function checkedOut(place: GitPlace): Promise<ReadonlySet<string>> {
  const lines = (await git(['worktree', 'list', '--porcelain'], place)).split('\n');
  return new Set(lines.flatMap((line) => (line.startsWith('branch ') ? [line.slice('branch '.length)] : [])));
}

async function tipOf(ref: string, place: GitPlace): Promise<string | undefined> {
  const found = await git(['for-each-ref', '--format=%(objectname)', ref], place);
  return found === '' ? undefined : found;
}

async function pathsAt(tip: string | undefined, place: GitPlace): Promise<ReadonlySet<string>> {
  if (tip === undefined) return new Set();
  return new Set((await git(['ls-tree', '-r', '-z', '--name-only', tip], place)).split('\0'));
}

interface Written {
  readonly message: string;
  readonly tip: string | undefined;
  readonly place: GitPlace;
}

/** A commit on top of the tip, to which no branch leads yet. Made in a work tree and an index of its own. */
async function write(files: readonly ManifestFile[], { message, tip, place }: Written): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-manifests-'));
  try {
    const tree = join(folder, 'tree');
    await mkdir(tree);
    for (const { path, snapshot } of files) {
      await mkdir(dirname(join(tree, path)), { recursive: true });
      await writeFile(join(tree, path), `${JSON.stringify(snapshot, undefined, 2)}\n`);
    }
    const environment = {
      GIT_INDEX_FILE: join(folder, 'index'),
      GIT_DIR: await git(['rev-parse', '--absolute-git-dir'], place),
      GIT_WORK_TREE: tree,
      ...(await identity(place)),
    };
    const own = { ...place, directory: tree, environment };
    if (tip !== undefined) await git(['read-tree', tip], own);
    // A checkout that has a part of its files only would keep these out.
    const plain = ['-c', 'core.autocrlf=false', '-c', 'core.sparseCheckout=false'];
    await git([...plain, 'add', '--force', '--ignore-removal', '--', '.'], own);
    const root = await git(['write-tree'], own);
    return await git(['commit-tree', root, ...(tip === undefined ? [] : ['-p', tip]), '-m', message], own);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Who commits, where git itself does not know anybody. */
async function identity(place: GitPlace): Promise<Readonly<Record<string, string>>> {
  try {
    await git(['var', 'GIT_COMMITTER_IDENT'], place);
    await git(['var', 'GIT_AUTHOR_IDENT'], place);
    return {};
  } catch {
    const [name, email] = ['holdfast', 'holdfast@localhost'];
    return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
  }
}

function pathOf({ id, tenant, finishedAt }: SnapshotRecord): string {
  // Names of tenants may have what paths may not.
  return `${encodeURIComponent(tenant.name).replace(/^\./, '%2E')}/${finishedAt.slice(0, 4)}/${id}.json`;
}

function messageOf(snapshots: readonly SnapshotRecord[]): string {
  const [only] = snapshots;
  if (snapshots.length !== 1 || only === undefined) {
    const tenants = [...new Set(snapshots.map(({ tenant }) => tenant.name))].toSorted();
    return `backup: ${snapshots.length} snapshots of ${tenants.slice(0, 5).join(', ')}${tenants.length > 5 ? ', …' : ''}`;
  }
  const { tenant, id, kind, status, manifestSha256, name } = only;
  const subject = `backup: ${tenant.name} ${id.slice(0, 8)}, ${kind}${status === 'ok' ? '' : `, ${status}`}`;
  return `${subject}\n\n${name === undefined ? '' : `Name: ${name}\n`}Snapshot: ${id}\nManifest-SHA256: ${manifestSha256}`;
}
