import type { FlagDefinitions } from '../definition/model.ts';
import { FlagError } from '../errors.ts';
import type { ChangeNote, ChangeOptions, EditableFlags, FlagVersion } from '../store/editable.ts';
import { type Journal, type Revision, versionOf } from './journal.ts';
import type { FlagsState } from './document.ts';
import { checkNote, planChange, planRollback } from './plan-change.ts';

/** Lost races before a change is given up. */
const ATTEMPTS = 100;

/** Decides what flags become; `undefined` if they stay as they are. */
export type Plan = (state: FlagsState) => Promise<FlagsState | undefined>;

/** What came of an attempt. */
export interface Attempted {
  /** `undefined`: there was nothing to change. */
  readonly made: Revision | undefined;
  readonly before: FlagDefinitions;
}

/** What a change is about. */
export interface ChangeSubject {
  readonly note: ChangeNote;
  readonly rollbackTo?: number | undefined;
  /** Whether everything is replaced. */
  readonly isWhole?: boolean | undefined;
}

/** Reads, plans and records once. `undefined`: somebody was faster, and everything has to be looked at again. */
export type ChangeStep = (plan: Plan, about: ChangeSubject, call: ChangeOptions) => Promise<Attempted | undefined>;

/** What all stores with a history do in the same way. */
export function changing(journal: Journal, step: ChangeStep): Omit<EditableFlags, 'load' | 'watch'> {
  const change = async (...[plan, about, call]: Parameters<ChangeStep>): Promise<FlagVersion | undefined> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      call.signal?.throwIfAborted();
      const attempted = await step(plan, about, call);
      if (attempted !== undefined) return attempted.made && versionOf(attempted.made, attempted.before);
    }
    throw new FlagError('FLAGS_CONFLICT', `Expected to change the flags, got ${ATTEMPTS} lost races`, {
      hint: 'Try again, with fewer writers at a time.',
    });
  };
  return {
    change: async (edits, note, call = {}) =>
      change((state) => planChange(state, edits), { note: checkNote(note) }, call),
    history: (call) => journal.history(call),
    at: async (version) => (await journal.read(version)).definitions,
    async rollback(version, note, call = {}) {
      const { definitions, record } = await journal.read(version, call.signal);
      const earlier = { definitions, document: record.document };
      const plan: Plan = (state) => planRollback(state, earlier, call.keys);
      return change(plan, { note: checkNote(note), rollbackTo: version, isWhole: call.keys === undefined }, call);
    },
  };
}
