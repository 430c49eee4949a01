import { demandSound } from '../definition/demand-sound.ts';
import { demandNoWorse } from '../definition/no-worse.ts';
import { editDefinitions, touchedBy } from '../history/edit-definitions.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import type { ChangeableFlags } from './changeable.ts';

/** Flags in memory that can be changed and replaced: for tests, and for those who get them some other way. */
export interface MemoryFlags extends ChangeableFlags {
  /** Replaces all flags. Whoever reads them sees it at once. */
  replace(definitions: FlagDefinitions): void;
}

/**
 * A store in memory.
 *
 * @example
 * ```ts
 * import { createFlags, memoryFlags } from '@x/feature-flags';
 *
 * const store = memoryFlags({ flags: { new_ui: { enabled: false } } });
 * const flags = createFlags({ store });
 * await flags.ready();
 * store.replace({ flags: { new_ui: {} } });
 * ```
 */
export function memoryFlags(definitions: FlagDefinitions): MemoryFlags {
  const listeners = new Set<() => void>();
  let current = definitions;
  let version = 1;
  const replace = (next: FlagDefinitions): void => {
    current = next;
    version++;
    for (const listener of listeners) listener();
  };
  return {
    load: (known) =>
      Promise.resolve(known === String(version) ? undefined : { definitions: current, version: String(version) }),
    watch(onChange) {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
    replace,
    async change(edits) {
      const list = typeof edits === 'function' ? edits(current) : edits;
      const next = editDefinitions(current, list);
      const touched = touchedBy(list);
      if (touched === undefined) demandSound(next);
      else demandNoWorse(current, next, touched);
      replace(next);
    },
  };
}
