import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import { syncFolder } from '../../files/replace-file.ts';
import type { DeployLayout } from '../layout/model.ts';
import { folderName, releaseFolder } from '../layout/release-name.ts';
import { removeStaged } from '../stage/staged-record.ts';

/** What was kept of a deploy that failed. */
export interface KeptEvidence {
  /** A folder. */
  readonly path: string;
  /** `report`: what happened, and the last lines of the service. `files`: those of a release that were changed before it was deployed again. */
  readonly kind: 'report' | 'files';
  /** ISO 8601, UTC. */
  readonly keptAt: string;
}

/** What becomes of it. */
export interface EvidenceDecision extends KeptEvidence {
  readonly keep: boolean;
}

const ASIDE = /^\..+\.failed-(?<at>\d{1,15})$/;
const DAY_MS = 86_400_000;

/** The folder that has a folder of evidence for each run that failed. */
export const evidenceRoot = (layout: DeployLayout): string => join(layout.state, 'evidence');

/**
 * Moves the files of a release that failed aside, so that it can be built anew and they can still be looked at. Beside the others, as only there it is one step.
 *
 * @param now Milliseconds since 1970.
 * @returns Where they are now; `undefined` where there are none.
 * @throws {VersioningError} `WRITE_FAILED`.
 */
export async function putAside(layout: DeployLayout, version: string, now: number): Promise<string | undefined> {
  const folder = releaseFolder(layout, version);
  const aside = join(layout.releases, `.${folderName(version)}.failed-${Math.max(0, Math.floor(now))}`);
  try {
    await rename(folder, aside);
    await syncFolder(layout.releases);
    await removeStaged(layout, version);
    return aside;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw fileFailure('WRITE_FAILED', 'a release that can be moved aside', { path: folder, cause });
  }
}

/** All evidence of a machine, in the order of its paths. */
export async function listEvidence(layout: DeployLayout): Promise<readonly KeptEvidence[]> {
  const found: KeptEvidence[] = [];
  for (const name of await namesIn(evidenceRoot(layout))) {
    const path = join(evidenceRoot(layout), name);
    const known = await stat(path).catch(() => undefined);
    if (known?.isDirectory() === true) found.push({ path, kind: 'report', keptAt: known.mtime.toISOString() });
  }
  for (const name of await namesIn(layout.releases)) {
    const { at } = ASIDE.exec(name)?.groups ?? {};
    if (at === undefined) continue;
    found.push({ path: join(layout.releases, name), kind: 'files', keptAt: new Date(Number(at)).toISOString() });
  }
  return found;
}

const namesIn = async (folder: string): Promise<readonly string[]> =>
  [...(await readdir(folder).catch((): string[] => []))].toSorted();

/** Decides which evidence is old enough to go. Pure. */
export function planEvidence(
  found: readonly KeptEvidence[],
  { now, days }: { readonly now: number; readonly days: number },
): readonly EvidenceDecision[] {
  return found.map((each) => ({ ...each, keep: now - Date.parse(each.keptAt) <= days * DAY_MS }));
}

/** Removes what a plan says; may be called again after a kill. @returns The folders that are gone. @throws {VersioningError} `WRITE_FAILED`. */
export async function removeEvidence(
  decisions: readonly EvidenceDecision[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const { path, keep } of decisions) {
    if (keep) continue;
    signal?.throwIfAborted();
    await rm(path, { recursive: true, force: true }).catch((cause: unknown) => {
      throw fileFailure('WRITE_FAILED', 'evidence that can be removed', { path, cause });
    });
    removed.push(path);
  }
  return removed;
}
