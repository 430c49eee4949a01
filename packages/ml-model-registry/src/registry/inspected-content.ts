import { tensorCuts } from '../content/cuts.ts';
import type { SeenFile } from '../content/file-cache.ts';
import { FolderSource } from '../content/folder-source.ts';
import type { ModelFile } from '../content/model-source.ts';
import { folderInspection } from '../inspect/folder/inspect-folder.ts';
import { walkFolder } from '../inspect/folder/walk-folder.ts';
import { inspectOpened } from '../inspect/inspect-model.ts';
import type { ModelInspection } from '../inspect/inspection.ts';
import { defaultLimits } from '../inspect/limits.ts';
import type { OpenFile } from '../inspect/source/file-source.ts';
import type { AddOptions } from './contract.ts';
import type { RegistryParts } from './parts.ts';
import { demandSize, demandWhole } from './refusal.ts';

/** A file or folder that somebody wants to add. */
export interface AddedFile {
  readonly model: string;
  readonly path: string;
  readonly options: AddOptions;
}

/** What was inspected, and is stored from where it was. */
export interface InspectedContent {
  readonly inspection: ModelInspection;
  readonly source: ModelFile;
  /** Whether what was stored, by its digest, is what was inspected. */
  isSame(stored: string): Promise<boolean>;
  /** Next time it need not be read. */
  remember(digest: string): Promise<void>;
}

/** Inspects a file that is open, and is stored from there. @throws {ModelError} `MODEL_REFUSED`, `ABORTED`, `FILE_CHANGED`. */
export async function inspectedFile(
  of: { readonly path: string; readonly opened: OpenFile; readonly file: SeenFile; readonly isLikely: boolean },
  { addition, parts }: { readonly addition: AddedFile; readonly parts: RegistryParts },
): Promise<InspectedContent> {
  const { path, opened, file, isLikely } = of;
  const { model, options } = addition;
  await demandSize(opened.source.size, model, parts);
  const isSettled = file.isSettled && (await opened.mark()) === file.mark;
  // Reading all of it before it is stored is for files that may be the newest version, and for those whose times would not tell of a change.
  const digest = !isSettled || isLikely;
  const inspection = await inspectOpened(opened, path, { digest, limits: parts.limits, signal: options.signal });
  return {
    inspection,
    source: { source: opened.source, cuts: tensorCuts(inspection) },
    isSame: async (stored) =>
      inspection.digest === undefined ? (await opened.mark()) === file.mark : stored === inspection.digest,
    remember: async (stored) => {
      if (isSettled) await file.remember(stored);
    },
  };
}

/** The same for a folder, which is read twice: for its digest, and when it is stored. */
export async function inspectedFolder(
  path: string,
  { model, options }: AddedFile,
  parts: RegistryParts,
): Promise<InspectedContent & AsyncDisposable> {
  const limits = { ...defaultLimits, ...parts.limits };
  const walked = await walkFolder(path, {
    limits,
    digest: true,
    signal: options.signal,
    demandSize: async (bytes) => await demandSize(bytes, model, parts),
  });
  const inspection = folderInspection(walked, limits);
  await demandWhole(walked, model, parts);
  const source = new FolderSource(path, walked.members);
  return {
    inspection,
    source: { source, cuts: source.cuts, members: walked.members },
    isSame: (stored) => Promise.resolve(stored === inspection.digest),
    remember: () => Promise.resolve(),
    [Symbol.asyncDispose]: async () => await source[Symbol.asyncDispose](),
  };
}
