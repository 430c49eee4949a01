import type { ObjectStore } from '@x/storage';
import { type Clock, systemClock } from '../clock.ts';
import { EMPTY_DOCUMENT, type FlagsState } from '../history/document.ts';
import { Journal } from '../history/journal.ts';
import { changing, type ChangeStep, type ChangeSubject } from '../history/changing.ts';
import { checkVersion } from '../history/plan-change.ts';
import { type FlagSeal, NO_SEAL } from '../history/seal.ts';
import type { EditableFlags } from '../store/editable.ts';
import type { FlagSignal } from './signal.ts';

/** Options of {@link storedFlags}. */
export interface StoredFlagsOptions {
  /** Where in the store: a key, below which a row of versions is kept. Default `flags`. */
  readonly name?: string | undefined;
  /** Look for changes of others after so many milliseconds; 0 for never. One request without an answer to read. Default 5000. */
  readonly pollMs?: number | undefined;
  /** Tells others at once, and is told by them: {@link localSignal}, or one of your own over what you have. */
  readonly signal?: FlagSignal | undefined;
  /** Signs versions and believes only signed ones: `signedFlags` of `@x/feature-flags/signed`. */
  readonly seal?: FlagSeal | undefined;
  /** Milliseconds since 1970. Default: the system's. */
  readonly clock?: Clock | undefined;
}

const POLL_MS = 5000;
const NOTHING: FlagsState = { definitions: { flags: {} }, document: EMPTY_DOCUMENT };

/**
 * Flags in a store, with all their versions: who changed them, when, why, and how. Any number of processes read and change them;
 * no edit is lost, as each version has one winner and the others follow it.
 *
 * @example
 * ```ts
 * import { createFlags } from '@x/feature-flags';
 * import { storedFlags } from '@x/feature-flags/stored';
 * import { openStore } from '@x/storage';
 *
 * const store = storedFlags(await openStore('file:///srv/flags'));
 * await store.change([{ kind: 'set', key: 'new_ui', definition: { rollout: { percentage: 10, unit: 'tenant' } } }], {
 *   by: 'ann@example.com',
 *   why: 'Ten tenants have asked for it',
 * });
 * await using flags = createFlags({ store });
 * await flags.ready();
 * for await (const { version, by, why } of store.history({ key: 'new_ui' })) console.log(version, by, why);
 * ```
 */
export function storedFlags(store: ObjectStore, options: StoredFlagsOptions = {}): EditableFlags {
  const { name = 'flags', pollMs = POLL_MS, signal: told, seal = NO_SEAL, clock = systemClock } = options;
  const journal = new Journal({ store, name, seal });
  const readers = new Set<() => void>();

  const newest = async (about: ChangeSubject, signal?: AbortSignal): ReturnType<Journal['latest']> => {
    try {
      const found = await journal.newest(signal);
      return { version: found?.version ?? 0, revision: found };
    } catch (error) {
      const isReplaced = about.rollbackTo !== undefined && about.isWhole === true;
      // What is replaced as a whole need not say anything.
      if (isReplaced && (error as { readonly code?: unknown }).code === 'INVALID_FLAGS') return journal.latest(signal);
      throw error;
    }
  };

  const step: ChangeStep = async (plan, about, call) => {
    const { version, revision: found } = await newest(about, call.signal);
    checkVersion(version, call.ifVersion);
    const state = found === undefined ? NOTHING : { definitions: found.definitions, document: found.record.document };
    const planned = await plan(state);
    if (planned === undefined) return { made: undefined, before: state.definitions };
    const input = { note: about.note, rollbackTo: about.rollbackTo, nowMs: clock(), ...planned };
    if (call.dryRun === true) return { made: journal.preview(version, input), before: state.definitions };
    const made = await journal.append(version, input, call.signal);
    if (made === undefined) return undefined;
    for (const onChange of readers) onChange();
    told?.publish();
    return { made, before: state.definitions };
  };

  return {
    ...changing(journal, step),
    async load(known) {
      if (known !== undefined && !(await journal.hasAfter(Number(known)))) return undefined;
      const found = await journal.newest();
      if (found === undefined) return { definitions: NOTHING.definitions, version: '0' };
      return { definitions: found.definitions, version: String(found.version) };
    },
    watch(onChange) {
      readers.add(onChange);
      const untold = told?.subscribe(onChange);
      const timer = pollMs > 0 ? setInterval(onChange, pollMs) : undefined;
      timer?.unref();
      return () => {
        readers.delete(onChange);
        untold?.();
        clearInterval(timer);
      };
    },
  };
}
