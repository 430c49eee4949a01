import type { EditableFlags } from '@x/feature-flags';
import { askFor, guarded, type GuardOptions, type GuardRules } from './guard.ts';

/** All calls of a store of flags that can be changed. */
export const flagsRules: GuardRules<EditableFlags> = {
  load: { action: 'flags.read' },
  watch: 'free',
  history: { action: 'flags.read', gives: 'sequence' },
  at: { action: 'flags.read' },
  change: { action: (_edits, _note, options) => (options?.dryRun === true ? 'flags.read' : 'flags.change') },
  rollback: { action: (_version, _note, options) => (options?.dryRun === true ? 'flags.read' : 'flags.change') },
};

/** A store of flags of which each call asks first. What evaluates flags for everybody takes the store itself. */
export function guardFlags(store: EditableFlags, options: GuardOptions): EditableFlags {
  return guarded(store, flagsRules, askFor(options));
}
