import type { FileChange } from './file-change.ts';
import { type FileChangesOptions, pathsOf, planFileChanges } from './plan-file-changes.ts';
import { checkWorkspace, readWorkspaceFile } from './workspace-file.ts';

/** Options of {@link readFileChanges}. */
export interface ReadFileChangesOptions extends FileChangesOptions {
  /** The folder that paths are relative to. */
  readonly workspace: string;
}

/**
 * Reads the files that a release changes, and plans how. Nothing is written.
 *
 * @returns By path, without those that stay as they are.
 * @throws {VersioningError} `UNSUITABLE_FILE` for links, folders, what is not UTF-8 or longer than 16 MiB, and paths that lead elsewhere; `READ_FAILED`;
 * those of `planChangelogFile` and `planVersionFile`; `INVALID_OPTION` for a file that is named twice, and for notes of another version.
 */
export async function readFileChanges(options: ReadFileChangesOptions): Promise<FileChange[]> {
  const { workspace } = options;
  const paths = pathsOf(options);
  await checkWorkspace(workspace);
  const texts = await Promise.all(
    paths.map(async (path) => [path, (await readWorkspaceFile(workspace, path)).text] as const),
  );
  return planFileChanges(new Map(texts), options);
}
