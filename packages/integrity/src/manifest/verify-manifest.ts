import type { LegacyOptions } from '../algorithm.ts';
import { checkManifest } from './check-manifest.ts';
import { findingsOf, type Ignored, renameCandidates } from './compare.ts';
import { reportOf, type VerifyReport } from './findings.ts';
import type { Manifest, TreeOptions } from './model.ts';
import { type Contents, readContents } from './read-contents.ts';
import { type Survey, surveyTree } from './survey.ts';

/** Options of {@link verifyManifest}. */
export interface VerifyOptions extends TreeOptions, LegacyOptions {
  /** What is not compared, say where a copy has other times. Default: nothing, all that the manifest says is compared. */
  readonly ignore?: Ignored | undefined;
}

/**
 * Compares a directory with its manifest, bit by bit, and reports what is missing, changed, extra, unreadable or
 * renamed. A file whose size is not the expected one is changed without being read.
 *
 * Nothing outside the directory is ever read, whatever the manifest and the links in the directory say: paths are
 * looked up in a listing that follows no link. A file is renamed if one file with its content is missing and exactly one
 * is extra; empty files never are. With the manifest of a `SHA256SUMS` (`scope: 'listed'`) nothing is extra or renamed.
 *
 * @throws {IntegrityError} Before anything is read: `INVALID_MANIFEST`; `UNSAFE_PATH`; `LEGACY_ALGORITHM` for one made
 * with MD5 or SHA-1 without `legacy: true`; `INVALID_OPTION`. `READ_FAILED` when the directory itself can't be listed.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { parseManifest, reportText, verifyManifest } from '@x/integrity';
 *
 * const manifest = parseManifest(await readFile('dist.manifest.json', 'utf8'));
 * const report = await verifyManifest('dist', manifest, { ignore: ['mtime'] });
 * if (!report.ok) console.error(reportText(report));
 * ```
 */
export async function verifyManifest(
  directory: string | URL,
  manifest: Manifest,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const survey = await surveyTree(directory, checkManifest(manifest), options);
  const files = [...survey.comparable, ...renameCandidates(survey)];
  const contents = await readContents(survey.tree, files, { ...options, algorithm: survey.manifest.algorithm });
  return reportOf(findingsOf(survey, contents, options.ignore ?? []), countsOf(survey, contents));
}

/** The figures that do not follow from the findings. */
export function countsOf(
  { expected, manifest }: Survey,
  { read }: Contents,
): { entries: number; files: number; bytes: number; unproven: number } {
  let bytes = 0;
  for (const { found } of read.values()) bytes += Number(found.state.size);
  return { entries: expected.size, files: read.size, bytes, unproven: manifest.problems.length };
}
