import type { EntryProblem } from '../repository/contract.ts';
import { displayPath, joinPath } from '../run/display-path.ts';
import type { ProgressMeter } from '../run/progress-meter.ts';
import { entryFailure } from './entry-failure.ts';
import type { InternalPlan, RestoreItem } from './restore-item.ts';

/** What was done. */
export interface Applied {
  filesWritten: number;
  entriesKept: number;
  entriesDeleted: number;
  bytesWritten: number;
  bytesFetched: number;
  readonly problems: EntryProblem[];
}

/** Counts what a restore has done, and notes what failed: an item fails once. */
export class RestoreOutcome {
  readonly applied: Applied = {
    filesWritten: 0,
    entriesKept: 0,
    entriesDeleted: 0,
    bytesWritten: 0,
    bytesFetched: 0,
    problems: [],
  };
  readonly #plan: InternalPlan;
  readonly #meter: ProgressMeter;
  readonly #failed = new Set<number>();

  constructor(plan: InternalPlan, meter: ProgressMeter) {
    this.#plan = plan;
    this.#meter = meter;
  }

  hasFailed(item: number): boolean {
    return this.#failed.has(item);
  }

  /** @param object Names the stored object that is to blame. */
  fail(item: number, error: unknown, object?: string): void {
    if (this.#failed.has(item)) return;
    const failure = entryFailure(error);
    this.#failed.add(item);
    const { tree, path } = this.#plan.items[item] as RestoreItem;
    const shown = displayPath(joinPath(this.#plan.trees[tree]?.root as Buffer, path));
    this.applied.problems.push({ ...shown, ...failure, ...(object === undefined ? {} : { object }) });
  }

  /** A file is in place. */
  written(bytes: number): void {
    this.applied.filesWritten++;
    this.applied.bytesWritten += bytes;
    this.#meter.counts.filesDone++;
    this.#meter.counts.bytesDone += bytes;
  }

  /** Stored bytes were read. */
  fetched(bytes: number): void {
    this.applied.bytesFetched += bytes;
    this.#meter.counts.bytesStored += bytes;
    this.#meter.tick();
  }
}
