import type { MigrationKind } from '../../migrations/model.ts';
import { numberOf } from '../source/script.ts';

/** A migration by its place among the others. */
export interface Placed {
  readonly id: string;
  readonly kind: MigrationKind;
}

/** The order of phases in a deploy. */
const PHASE: Readonly<Record<MigrationKind, number>> = { expand: 0, data: 1, contract: 2 };

/**
 * Whether `first` has to be applied before `second`. A deploy runs what expands before what fills, and that before what takes away, so a later number alone
 * does not say it: an `expand` may well be there before a `data` with a lower one.
 */
export function mustPrecede(first: Placed, second: Placed): boolean {
  return numberOf(first.id) < numberOf(second.id) && PHASE[first.kind] <= PHASE[second.kind];
}

/** By number, then by id. */
export function byNumber(a: { readonly id: string }, b: { readonly id: string }): number {
  const [first, second] = [numberOf(a.id), numberOf(b.id)];
  if (first !== second) return first < second ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
