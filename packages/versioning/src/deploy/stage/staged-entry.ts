import { hash } from 'node:crypto';
import { canonicalJson } from '@x/integrity';
import { inPathOrder } from '../../artifact/path-order.ts';
import { VersioningError } from '../../errors.ts';

/** A file or link of a release as it was staged. What is installed in it has names and links that no artefact could have. */
export interface StagedEntry {
  /** From the folder down, `/` between names. */
  readonly path: string;
  readonly kind: 'file' | 'link';
  /** Bytes; 0 for a link. */
  readonly size: number;
  /** Whether its owner may run it. */
  readonly executable: boolean;
  /** SHA-256 of a file as `sha256:<hex>`. */
  readonly digest?: string | undefined;
  /** Where a link leads, as it says. */
  readonly target?: string | undefined;
  /** When a file was written last, in nanoseconds since 1970, in decimal. It says nothing of the content, and is in no digest. */
  readonly mtimeNs?: string | undefined;
}

const FORMAT = 'holdfast-staged';

/** The list as text: a line that says what it is, then one for each entry, in bytewise order of paths. */
export function formatStaged(entries: readonly StagedEntry[]): string {
  const lines = inPathOrder(entries).map((entry) => canonicalJson({ ...entry }));
  return [canonicalJson({ format: FORMAT, version: 0, entries: lines.length }), ...lines, ''].join('\n');
}

/** @throws {VersioningError} `INVALID_DEPLOY_RECORD`. */
export function parseStaged(text: string, path: string): readonly StagedEntry[] {
  try {
    const [first = '', ...lines] = text.trimEnd().split('\n');
    const { format, version, entries } = Object(JSON.parse(first)) as Record<string, unknown>;
    if (format === FORMAT && version === 0 && entries === lines.length)
      return lines.map((line) => JSON.parse(line) as StagedEntry);
  } catch {
    // Not JSON: refused below.
  }
  throw new VersioningError(
    'INVALID_DEPLOY_RECORD',
    `Expected the list of a staged release at ${path}, got something else`,
    {
      hint: 'It was changed outside of Holdfast, or a newer version wrote it. Remove the release and stage it again.',
    },
  );
}

/** The digest that stands for the files of a release: of their list without times. */
export function digestOfStaged(entries: readonly StagedEntry[]): string {
  const timeless = entries.map(({ mtimeNs: _time, ...entry }) => entry);
  return `sha256:${hash('sha256', formatStaged(timeless))}`;
}
