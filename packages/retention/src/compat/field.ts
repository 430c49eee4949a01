import type { Columns } from '../items/columns.ts';
import type { Zone } from '../periods/zone.ts';
import type { Ledger } from '../plan/ledger.ts';

/** What a tool decides by. */
export interface CompatField {
  readonly columns: Columns;
  readonly ledger: Ledger;
  readonly zone: Zone;
  readonly now: number;
  /** Name of the policy, for reasons. */
  readonly policy: string;
}
