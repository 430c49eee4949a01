import { parseFlags } from '../definition/parse-flags.ts';
import type { FlagsState } from '../history/document.ts';
import type { ChangeNote } from '../store/editable.ts';
import { documentOf, type FilePlace, isWritten, markWritten, textOf } from './file-place.ts';
import { prepareFile } from './replace-file.ts';

const BY_HAND: ChangeNote = { by: 'unknown', why: 'Found in the file' };

/** What a change begins with. */
export interface FileState extends FlagsState {
  /** As it stands in the file, once both agree; `undefined` when there is none. */
  readonly text: string | undefined;
  /** Number of the newest version; 0 before the first one. */
  readonly version: number;
}

/** How file and history come to agree. */
export interface Settlement {
  readonly state: FileState;
  /**
   * `write`: a program recorded the newest version and was killed before it was in the file. `record`: somebody has written by hand.
   * `keep`: what is in there can't be read, and is kept aside.
   */
  readonly action: 'none' | 'write' | 'record' | 'keep';
}

/**
 * Compares a file with its history; changes neither.
 *
 * @param isBroken Whether it does not matter what the file says, as all of it is replaced.
 * @throws {FlagError} `INVALID_FLAGS` and others, of what is in the file.
 */
export async function planSettlement(
  place: FilePlace,
  { isBroken, signal }: { readonly isBroken: boolean; readonly signal?: AbortSignal | undefined },
): Promise<Settlement> {
  const { journal } = place;
  const { version, revision } = await journal.latest(signal);
  const text = await textOf(place);
  if (revision !== undefined) {
    const { document } = revision.record;
    // Most of the time nobody has touched the file, and what it says is known.
    const isNewest = document.text === text;
    const before =
      version > 1 && !isNewest ? (await journal.readable(version - 1, signal))?.record.document.text : undefined;
    const isPending = !isNewest && text === before && !(await isWritten(place, version));
    if (isNewest || isPending) {
      const state = { document, definitions: revision.definitions, text: document.text, version };
      return { state, action: isPending ? 'write' : 'none' };
    }
  }
  const document = documentOf(place, text);
  try {
    const definitions = await parseFlags(document.text, { format: document.format });
    return { state: { document, definitions, text, version }, action: text === undefined ? 'none' : 'record' };
  } catch (error) {
    if (!isBroken || text === undefined) throw error;
    return { state: { document, definitions: { flags: {} }, text, version }, action: 'keep' };
  }
}

/** Makes file and history agree. Only for who has the lock. */
export async function settle(place: FilePlace, { state, action }: Settlement, nowMs: number): Promise<FileState> {
  const { version, text } = state;
  if (action === 'write') await (await prepareFile(place.path, state.document.text)).commit();
  if (action === 'keep')
    await place.store.put(`unreadable/${String(nowMs).padStart(16, '0')}`, new TextEncoder().encode(text));
  // Whatever was in the file or comes now: the newest version has had its turn.
  if (action !== 'none' && version > 0) await markWritten(place, version);
  if (action !== 'record') return state;
  const recorded = await place.journal.append(version, { note: BY_HAND, nowMs, ...state });
  if (recorded !== undefined) await markWritten(place, recorded.version);
  return { ...state, version: recorded?.version ?? version };
}
