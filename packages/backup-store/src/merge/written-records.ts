import { createHash } from 'node:crypto';

import { canonicalJson } from '../bytes/canonical-json.ts';
import type { DataRecord, RecordChange, RecordReader } from '../records/contract.ts';
import type { PlaceCheck } from '../repository/contract.ts';
import type { SourceDetail } from '../source/contract.ts';

/** Problems that are told one by one. */
const TOLD = 20;

/** What became of a record. `undefined`: it was deleted. */
type Written = { readonly digest: string; readonly members: readonly string[] | undefined } | undefined;

/**
 * Remembers what a restore of records has written, as digests: about 150 bytes of memory for each change. What a target adds to
 * a record by itself, such as a default of a column that the backup does not know, is not looked at.
 */
export class WrittenRecords {
  readonly #modules: Map<string, Map<string, Written>> = new Map();
  readonly #lists: Map<string, readonly string[]> = new Map();

  /** What was noted before was not done: the transaction begins anew. */
  begin(): void {
    this.#modules.clear();
  }

  /** Remembers what was written to a record, or that it was removed. */
  note(change: RecordChange): void {
    const records = this.#modules.get(change.module) ?? new Map<string, Written>();
    this.#modules.set(change.module, records);
    if (change.type === 'delete') return void records.set(change.id, undefined);
    const { id, data } = change.record;
    const members = this.#membersOf(data);
    records.set(id, { digest: digestOf(data, members), members });
  }

  /** Reads it back. @throws What the target throws. */
  async check(target: RecordReader, signal: AbortSignal = new AbortController().signal): Promise<PlaceCheck> {
    const problems: string[] = [];
    let checked = 0;
    for (const [module, records] of this.#modules) {
      const lost = new Set([...records].flatMap(([id, written]) => (written === undefined ? [] : [id])));
      for await (const record of target.read(module, { signal })) {
        if (!records.has(record.id)) continue;
        lost.delete(record.id);
        const problem = problemOf(record, records.get(record.id));
        if (problem !== undefined) problems.push(`Expected ${module}/${record.id} ${problem}`);
      }
      for (const id of lost) problems.push(`Expected ${module}/${id} to be there, got no such record`);
      checked += records.size;
    }
    const more = problems.length - TOLD;
    return { checked, problems: more > 0 ? [...problems.slice(0, TOLD), `and ${more} more`] : problems };
  }

  /** Names of members: most records of a module have the same, which are kept once. */
  #membersOf(data: SourceDetail): readonly string[] | undefined {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
    const names = Object.keys(data).toSorted();
    const key = JSON.stringify(names);
    const known = this.#lists.get(key) ?? names;
    this.#lists.set(key, known);
    return known;
  }
}

function problemOf({ data }: DataRecord, written: Written): string | undefined {
  if (written === undefined) return 'to be deleted, got a record';
  return digestOf(data, written.members) === written.digest
    ? undefined
    : 'as it was written, got other values: a trigger, or somebody else, has changed them';
}

function digestOf(data: SourceDetail, members: readonly string[] | undefined): string {
  const object = members === undefined || typeof data !== 'object' || Array.isArray(data) ? undefined : data;
  const kept = object
    ? Object.fromEntries((members ?? []).map((name) => [name, (object as Members)[name] ?? null]))
    : data;
  return createHash('sha256').update(canonicalJson(kept)).digest('base64').slice(0, 22);
}

type Members = Readonly<Record<string, SourceDetail>>;
