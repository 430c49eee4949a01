import { createHash, type Hash } from 'node:crypto';

import { canonicalJson } from '../bytes/canonical-json.ts';
import type { MergeDecision, MergeReason } from './contract.ts';
import type { MergeCounts, ModulePlan, PlannedConflict, SchemaChange } from './restore-contract.ts';

type Counts = { -readonly [Name in keyof MergeCounts]: number };

const none = (): Counts => ({ added: 0, replaced: 0, deleted: 0, kept: 0, skipped: 0, erased: 0, conflicts: 0 });

/** Counts decisions as they pass, and takes a fingerprint of those that change something. */
export class Tally {
  readonly modules: ModulePlan[] = [];
  readonly conflictList: PlannedConflict[] = [];
  readonly #maxConflicts: number;
  readonly #hash: Hash = createHash('sha256');
  #counts = none();
  #reasons: Partial<Record<MergeReason, number>> = {};

  constructor(maxConflicts: number) {
    this.#maxConflicts = maxConflicts;
  }

  add(decision: MergeDecision): void {
    const { action, reason, isConflict, view } = decision;
    this.#reasons[reason] = (this.#reasons[reason] ?? 0) + 1;
    this.#counts[countOf(decision)] += 1;
    if (reason === 'erased') this.#counts.erased += 1;
    if (action === 'put' || action === 'delete') this.#seal(decision);
    if (!isConflict) return;
    this.#counts.conflicts += 1;
    if (this.conflictList.length >= this.#maxConflicts) return;
    this.conflictList.push({
      module: decision.module,
      id: decision.id,
      action,
      reason,
      backupUpdatedAt: view.backup?.updatedAt,
      currentUpdatedAt: view.current?.updatedAt,
      deletedAt: view.deletedAt,
    });
  }

  /** What is done, and to what: as long as both are the same, it is the same plan. */
  #seal({ module, id, action, record, view }: MergeDecision): void {
    this.#hash.update(canonicalJson([module, id, action, record?.data, view.current?.data]));
  }

  endModule(module: string, schemaChanges: readonly SchemaChange[]): void {
    this.modules.push({ module, ...this.#counts, reasons: this.#reasons, schemaChanges });
    this.#counts = none();
    this.#reasons = {};
  }

  /** Of all modules. */
  get totals(): MergeCounts {
    const totals = none();
    for (const module of this.modules)
      for (const name of Object.keys(totals) as (keyof MergeCounts)[]) totals[name] += module[name];
    return totals;
  }

  /** To be asked for once, at the end. */
  fingerprint(): string {
    return this.#hash.digest('hex');
  }
}

function countOf({ action, view }: MergeDecision): 'added' | 'replaced' | 'deleted' | 'kept' | 'skipped' {
  if (action === 'put') return view.current === undefined ? 'added' : 'replaced';
  if (action === 'delete') return 'deleted';
  return action === 'skip' || view.current === undefined ? 'skipped' : 'kept';
}
