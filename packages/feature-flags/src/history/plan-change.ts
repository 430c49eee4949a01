import { checkDefinitions } from '../definition/check-definitions.ts';
import { demandSound } from '../definition/demand-sound.ts';
import { invalidFlags } from '../definition/invalid-flags.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import { demandNoWorse } from '../definition/no-worse.ts';
import { pointerOf } from '../definition/path.ts';
import { isObject } from '../definition/report.ts';
import { repeatsIn } from '../definition/remembered.ts';
import { FlagError, shown } from '../errors.ts';
import type { ChangeNote, FlagEdit, FlagEdits } from '../store/editable.ts';
import { isSame } from './changes.ts';
import { type FlagsState, rewritten } from './document.ts';
import { editDefinitions, touchedBy } from './edit-definitions.ts';

/**
 * What edits make of flags; `undefined` if nothing. Edits of single flags leave alone what is wrong elsewhere; what replaces all has to be good altogether.
 *
 * @throws {FlagError} `FLAG_NOT_FOUND`, `INVALID_FLAGS`, `FLAGS_TOO_LARGE`.
 */
export async function planChange(state: FlagsState, edits: FlagEdits): Promise<FlagsState | undefined> {
  const { definitions: before, document } = state;
  const list = typeof edits === 'function' ? edits(before) : edits;
  const after = editDefinitions(before, list);
  const touched = touchedBy(list);
  if (touched === undefined) demandClear(after);
  else demandNoWorse(before, after, touched);
  // A flag that stands twice may say the same and be mended.
  const isMended = touched !== undefined && repeatsIn(before).length !== repeatsIn(after).length;
  if (isSame(before, after) && !isMended) return undefined;
  return rewritten(document, before, { after, touched });
}

/**
 * What brings back flags of an earlier version: all of them as they were written, or some.
 *
 * @throws {FlagError} `FLAG_NOT_FOUND` for a flag that neither has; `INVALID_FLAGS` where a flag of that version is wrong.
 */
export async function planRollback(
  state: FlagsState,
  earlier: FlagsState,
  keys: readonly string[] | undefined,
): Promise<FlagsState | undefined> {
  if (keys === undefined) {
    demandSound(earlier.definitions);
    return isSame(state.definitions, earlier.definitions) ? undefined : earlier;
  }
  const then = earlier.definitions.flags;
  const edits = keys.map((key): FlagEdit => {
    const definition = Object.hasOwn(then, key) ? then[key] : undefined;
    demandClear(earlier.definitions, key);
    return definition === undefined ? { kind: 'remove', key } : { kind: 'set', key, definition };
  });
  return planChange(state, edits);
}

/** Refuses to take over a flag, or any, in which a name stands twice, as nobody knows which was meant, or that is none. @throws {FlagError} `INVALID_FLAGS`. */
export function demandClear(definitions: FlagDefinitions, key?: string): void {
  const part = key === undefined ? '' : pointerOf(['flags', key]);
  const isNone = key !== undefined && Object.hasOwn(definitions.flags, key) && !isObject(definitions.flags[key]);
  const problems = isNone
    ? checkDefinitions(definitions).filter(({ path }) => path === part)
    : repeatsIn(definitions, part);
  if (problems.length > 0) throw invalidFlags(problems);
}

/** @throws {FlagError} `INVALID_CHANGE`. */
export function checkNote(note: ChangeNote | undefined): ChangeNote {
  const { by, why } = note ?? ({} as Partial<ChangeNote>);
  for (const [name, text] of Object.entries({ by, why })) {
    if (typeof text !== 'string' || text.trim() === '' || text.length > 2000) {
      throw new FlagError('INVALID_CHANGE', `Expected "${name}" of 1 to 2000 characters, got ${shown(text)}`, {
        hint: 'Say who changes the flags, and why: the history keeps it.',
      });
    }
  }
  return { by, why } as ChangeNote;
}

/** @throws {FlagError} `FLAGS_CONFLICT`. */
export function checkVersion(found: number, expected: number | undefined): void {
  if (expected === undefined || expected === found) return;
  throw new FlagError('FLAGS_CONFLICT', `Expected version ${expected} of the flags to be the newest, got ${found}`, {
    hint: 'Somebody has changed them meanwhile. Look at the history, and change them again.',
  });
}
