import { createHash } from 'node:crypto';

import { canonicalJson } from '../bytes/canonical-json.ts';
import type { SourceDetail } from '../source/contract.ts';

type Members = Readonly<Record<string, SourceDetail>>;

/** What a record holds, as 22 characters: of an object with these members alone, if names are given. */
export function digestOf(data: SourceDetail, members?: readonly string[]): string {
  const object = members === undefined || typeof data !== 'object' || Array.isArray(data) ? undefined : data;
  const kept = object
    ? Object.fromEntries((members ?? []).map((name) => [name, (object as Members)[name] ?? null]))
    : data;
  return createHash('sha256').update(canonicalJson(kept)).digest('base64').slice(0, 22);
}

/** Names of members, in order; `undefined` of what is no object. */
export function membersOf(data: SourceDetail): readonly string[] | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  return Object.keys(data).toSorted();
}
