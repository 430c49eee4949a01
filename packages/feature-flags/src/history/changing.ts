import type { FlagDefinitions } from '../definition/model.ts';
import { FlagError } from '../errors.ts';
import type { ChangeNote, ChangeOptions, EditableFlags, FlagVersion } from '../store/editable.ts';
import { type Journal, type Revision, versionOf } from './journal.ts';
import { checkNote, type FlagsState, planChange, planRollback } from './plan-change.ts';

/** Lost races before a change is given up. */
const ATTEMPTS = 100;

/** Decides what flags become; `undefined` if they stay as they are. */
export type Plan = (state: FlagsState) => Promise<FlagsState | undefined>;

/** What came of an attempt: the newest version, and the flags before it where it is a new one. */
export interface Attempted {
  readonly made: Revision | undefined;
  readonly before: FlagDefinitions | undefined;
}

/** Reads, plans and records once. `undefined`: somebody was faster, and everything has to be looked at again. */
export type ChangeStep = (
  plan: Plan,
  about: { readonly note: ChangeNote; readonly rollbackTo?: number | undefined },
  call: ChangeOptions,
) => Promise<Attempted | undefined>;

/** What all stores with a history do in the same way. */
export function changing(journal: Journal, step: ChangeStep): Omit<EditableFlags, 'load' | 'watch'> {
  const change = async (...[plan, about, call]: Parameters<ChangeStep>): Promise<FlagVersion | undefined> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      call.signal?.throwIfAborted();
      const attempted = await step(plan, about, call);
      if (attempted === undefined) continue;
      const { made, before } = attempted;
      if (made === undefined || before !== undefined) return made && versionOf(made, before);
      return lastVersion(journal, made, call);
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
      return change(plan, { note: checkNote(note), rollbackTo: version }, call);
    },
  };
}

/** The version that is there already, when there was nothing to change. */
async function lastVersion(journal: Journal, found: Revision, { signal }: ChangeOptions): Promise<FlagVersion> {
  const before = found.version > 1 ? await journal.read(found.version - 1, signal) : undefined;
  return versionOf(found, before?.definitions);
}
