import { join, relative, resolve, sep } from 'node:path';
import { wouldBeChosen } from '../artifact/chosen-files.ts';
import type { ArtifactEntry, ArtifactPlan } from '../artifact/model.ts';
import { choiceOf, orderedEntries, planArtifact, type PlanArtifactOptions } from '../artifact/plan-artifact.ts';
import type { FileChange } from '../files/file-change.ts';
import type { PlannedArtifact } from './plan.ts';
import { fileNameOf, type KnownWorkspace } from './workspace.ts';

/** What an artefact is planned for. */
export interface ArtifactQuestion {
  readonly version: string;
  /** What the release will change before it packs, relative to the workspace. */
  readonly files: readonly FileChange[];
  readonly buildId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The artefact of a release: the files of the workspace, as they will be when the release has changed what it changes.
 *
 * @throws {VersioningError} `UNSUITABLE_FILE`, `READ_FAILED`.
 */
export async function plannedArtifact(
  { artifact = {}, folder, title }: KnownWorkspace,
  { version, files, buildId, signal }: ArtifactQuestion,
): Promise<PlannedArtifact | undefined> {
  if (artifact === false) return undefined;
  const { folder: inner = '.', ...rules } = artifact;
  const options = { ...rules, signal };
  const now = await planArtifact(resolve(folder, inner), options);
  const plan = await withChanges(
    now,
    files.map(({ path, ...change }) => ({ ...change, path: inside(now.folder, join(folder, path)) })),
    options,
  );
  return { name: `${fileNameOf(title)}-${version}.zip`, files: plan, buildId };
}

const inside = (folder: string, path: string): string => relative(folder, path).split(sep).join('/');

async function withChanges(
  plan: ArtifactPlan,
  changes: readonly FileChange[],
  options: PlanArtifactOptions,
): Promise<ArtifactPlan> {
  const byPath = new Map(plan.entries.map((entry) => [entry.path, entry]));
  for (const { path, before, after } of changes) {
    if (path.startsWith('../')) continue;
    const old = byPath.get(path);
    const isIn =
      old !== undefined || (before === undefined && (await wouldBeChosen(plan.folder, path, choiceOf(options))));
    if (!isIn) continue;
    if (after === undefined) byPath.delete(path);
    else addFile(byPath, { path, kind: 'file', size: Buffer.byteLength(after), executable: old?.executable ?? false });
  }
  const entries = orderedEntries([...byPath.values()]);
  return { ...plan, entries, size: entries.reduce((sum, { size }) => sum + size, 0) };
}

/** A folder that gets its first file is no entry any more. */
function addFile(entries: Map<string, ArtifactEntry>, entry: ArtifactEntry): void {
  const names = entry.path.split('/');
  for (const depth of names.keys()) {
    const above = names.slice(0, depth).join('/');
    if (entries.get(above)?.kind === 'directory') entries.delete(above);
  }
  entries.set(entry.path, entry);
}
