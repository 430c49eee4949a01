import { manifestDigest } from '../snapshots/manifest.ts';
import { isModuleName, isSoftware } from '../snapshots/modules.ts';
import type { SnapshotRecord, SnapshotSource } from '../snapshots/record.ts';
import { sourcePath } from '../snapshots/locate.ts';

const KIND = /^[a-z][a-z0-9-]{0,31}$/;
const MAX_SOURCES = 100_000;

/** A value as the record of a snapshot, as far as an import goes by it; or what is wrong with it. */
export function flawOfRecord(value: unknown): SnapshotRecord | string {
  if (value === null || typeof value !== 'object') return 'none';
  const record = value as SnapshotRecord;
  const { id, name, note, startedAt, tags, sources, software, manifestSha256 } = record;
  const texts: readonly unknown[] = [name ?? '', note ?? '', startedAt, manifestSha256];
  if (typeof id !== 'string' || !/^[0-9a-f]{32}$/.test(id)) return 'one without an id';
  if (texts.some((text) => typeof text !== 'string') || Number.isNaN(Date.parse(startedAt)))
    return 'fields of other types';
  if (software !== undefined && !isSoftware(software)) return 'software without a version';
  if (!Array.isArray(tags) || tags.some((tag) => typeof tag !== 'string')) return 'tags that are no texts';
  if (!Array.isArray(sources) || sources.length === 0 || sources.length > MAX_SOURCES) return 'no sources, or too many';
  if (!sources.every((source: unknown) => isSource(source))) return 'a source that is none';
  // Said by the record of itself: another one was put together from pieces.
  return manifestDigest(record) === manifestSha256 ? record : 'another digest than it says';
}

function isSource(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  const source = value as SnapshotSource;
  const { kind, module, root, path, rootBase64, pathBase64, status, problems } = source;
  if (module !== undefined && !isModuleName(module)) return false;
  const isText = [root, path, rootBase64 ?? '', pathBase64 ?? ''].every((each: unknown) => typeof each === 'string');
  if (!isText || typeof kind !== 'string' || !KIND.test(kind)) return false;
  const names = sourcePath(source).toString('latin1').split('/');
  const isPlain = path === '' || names.every((name) => !['', '.', '..'].includes(name) && !name.includes('\0'));
  return isPlain && ['ok', 'partial', 'failed'].includes(status) && Number.isSafeInteger(problems);
}
