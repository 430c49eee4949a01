import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileFailure } from '../artifact/file-failure.ts';
import { PathSet } from '@x/integrity/archive';
import { shown, VersioningError } from '../errors.ts';
import type { FileChange } from './file-change.ts';
import { partOf, removeFile, replaceFile } from './replace-file.ts';
import {
  checkWorkspace,
  checkWorkspacePath,
  MAX_BYTES,
  readWorkspaceFile,
  unsuitable,
  type WorkspaceFile,
} from './workspace-file.ts';

/**
 * Makes the files of a workspace what they were planned to be, one after the other and each whole or not at all.
 *
 * What is done already is left as it is: after a crash, call it again, or {@link undoFileChanges}. All files are looked at before the first is
 * written, and each once more when it is its turn. One that comes anew, or comes back, gets the mode that new files have; what is rewritten keeps its own.
 *
 * @throws {VersioningError} `FILE_CHANGED` when a file is neither what it was nor what it will be; `UNSUITABLE_FILE` as `readFileChanges`; `INVALID_OPTION` for
 * changes that nobody has planned: a file twice, or text that is not Unicode; `READ_FAILED`, `WRITE_FAILED`.
 */
export async function applyFileChanges(workspace: string, changes: readonly FileChange[]): Promise<void> {
  checkChanges(changes);
  const folder = resolve(workspace);
  await checkWorkspace(folder);
  const open: FileChange[] = [];
  for (const change of changes) {
    if ((await currentFile(folder, change)).text !== change.after) open.push(change);
  }
  for (const change of changes) await removeParts(folder, change);
  for (const change of open) await carryOut(folder, change);
}

/**
 * Takes back what {@link applyFileChanges} has done, wholly or in part, the last file first.
 *
 * @throws {VersioningError} the same.
 */
export async function undoFileChanges(workspace: string, changes: readonly FileChange[]): Promise<void> {
  const back = changes.map(({ path, before, after }): FileChange => ({ path, before: after, after: before }));
  await applyFileChanges(workspace, back.toReversed());
}

/** Plans may come from a file: they are not trusted more than paths of a user. */
function checkChanges(changes: readonly FileChange[]): void {
  const paths = new PathSet();
  for (const { path, before, after } of changes) {
    checkWorkspacePath(path);
    const flaw = paths.add(path, 'file');
    if (flaw !== undefined)
      throw new VersioningError('INVALID_OPTION', `Expected each file once, got ${shown(path)}, which ${flaw}`);
    for (const text of [before ?? '', after ?? '']) {
      if (!text.isWellFormed()) {
        throw new VersioningError(
          'INVALID_OPTION',
          `Expected Unicode for ${shown(path)}, got text with half a surrogate pair`,
        );
      }
      if (Buffer.byteLength(text) > MAX_BYTES) throw unsuitable(path, `has more than ${MAX_BYTES} bytes`);
    }
  }
}

/** The file, which is what the change leaves or what it begins with. */
async function currentFile(workspace: string, { path, before, after }: FileChange): Promise<WorkspaceFile> {
  const file = await readWorkspaceFile(workspace, path);
  if (file.text === before || file.text === after) return file;
  const got = file.text === undefined ? 'no file' : 'another text';
  throw new VersioningError('FILE_CHANGED', `Expected ${shown(path)} as it was planned, got ${got}`, {
    // A hook that formats what is committed is the usual reason.
    hint: 'Bring it back to what it was, as with `git restore --staged --worktree`, and go on; or plan the release again.',
  });
}

/** What a process that was killed has left. */
async function removeParts(workspace: string, { path, before, after }: FileChange): Promise<void> {
  for (const text of [before, after]) {
    if (text !== undefined) await writing(workspace, path, rm(partOf(join(workspace, path), text), { force: true }));
  }
}

async function carryOut(workspace: string, change: FileChange): Promise<void> {
  const { path, after } = change;
  const target = join(workspace, path);
  const { text, stats } = await currentFile(workspace, change);
  if (text === after) return;
  if (after === undefined) return writing(workspace, path, removeFile(target));
  const check = async (): Promise<void> => void (await currentFile(workspace, change));
  return writing(workspace, path, replaceFile(target, after, { like: stats, check }));
}

async function writing(workspace: string, path: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    throw fileFailure('WRITE_FAILED', 'a file that can be written', { path: join(workspace, path), cause });
  }
}
