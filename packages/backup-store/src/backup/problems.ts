import type { EntryProblem } from '../repository/contract.ts';
import { displayPath } from '../run/display-path.ts';

/** Problems kept in full; beyond that they are only counted. */
const MAX_PROBLEMS = 10_000;

/** What a run could not do, entry by entry. */
export class Problems {
  readonly list: EntryProblem[] = [];
  count = 0;

  add(path: Uint8Array, problem: Omit<EntryProblem, 'path' | 'pathBase64'>): void {
    this.count++;
    if (this.list.length < MAX_PROBLEMS) this.list.push({ ...displayPath(path), ...problem });
  }
}
