import type { DataRecord } from '../records/contract.ts';
import type { SourceDetail } from '../source/contract.ts';

/** Whether two records hold the same; times are not compared, as they say when and not what. */
export function isSame(a: DataRecord | undefined, b: DataRecord | undefined): boolean {
  return a === undefined || b === undefined ? a === b : isSameData(a.data, b.data);
}

/** Whether two values are the same as JSON. The order of members means nothing. */
export function isSameData(a: SourceDetail, b: SourceDetail): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) return isSameList(a, b);
  const [left, right] = [a as Members, b as Members];
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isSameData(member(left, name), member(right, name)))
  );
}

type Members = Readonly<Record<string, SourceDetail>>;

const member = (value: Members, name: string): SourceDetail => value[name] as SourceDetail;

function isSameList(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item: SourceDetail, at) => isSameData(item, b[at] as SourceDetail));
}
