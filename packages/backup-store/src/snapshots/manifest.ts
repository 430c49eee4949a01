import { createHash } from 'node:crypto';

import { canonicalJson } from '../bytes/canonical-json.ts';
import type { SnapshotRecord } from './record.ts';

/** SHA-256 of a record without its own digest: hex. */
export function manifestDigest(record: Omit<SnapshotRecord, 'manifestSha256'>): string {
  const { manifestSha256: _, ...rest } = record as SnapshotRecord;
  return createHash('sha256').update(canonicalJson(rest)).digest('hex');
}
