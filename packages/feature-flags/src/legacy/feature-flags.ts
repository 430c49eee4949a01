import type { FlagDefinitions } from '../definition/model.ts';
import { FlagError } from '../errors.ts';
import { createFlags, type Flags, type FlagsOptions } from '../flags.ts';
import { isChangeable } from '../store/changeable.ts';
import { memoryFlags } from '../store/memory-flags.ts';
import type { FlagEdit } from '../store/editable.ts';
import type { FlagStore } from '../store/store.ts';
import { demandClear } from '../history/plan-change.ts';
import { legacyEdit, type SetFeatureFlagOptions, type Wanted } from './legacy-edit.ts';

/** Flags for code that knows names and tenants, and nothing else. */
export interface LegacyFlags extends AsyncDisposable {
  /** Whether a flag is on for a tenant, who is the targeting key as well; `false` if there is no such flag. Synchronous, and never throws. */
  isFeatureEnabled(this: void, name: string, tenantId?: string): boolean;
  /**
   * Turns a flag on or off, and sets what the options name; what else the flag says - owner, expiry, metadata - stays. Of flags that are given as a
   * definition, only these here change. Calls come one after another; those of several processes, as the store has it.
   *
   * @throws {FlagError} `READ_ONLY_FLAGS` if the store can’t be changed; `INVALID_FLAGS` if the flag would be wrong.
   */
  setFeatureFlag(this: void, name: string, enabled: boolean, options?: SetFeatureFlagOptions): Promise<void>;
  /** Resolves when the flags of a store were read; until then every flag is off. */
  ready(): Promise<void>;
}

/**
 * The face of older systems: `isFeatureEnabled(name, tenantId)` and `setFeatureFlag(name, enabled, { description, rolloutPercentage, targetTenants })`.
 * Target tenants restrict a flag, and the percentage, of tenants, applies among them. Files of such systems are read by `importFlags` with
 * `from: 'legacy'`.
 *
 * @throws {FlagError} `INVALID_FLAGS` with all that is wrong in definitions.
 * @example
 * ```ts
 * import { memoryFlags } from '@x/feature-flags';
 * import { featureFlags } from '@x/feature-flags/legacy';
 *
 * const { isFeatureEnabled, setFeatureFlag } = featureFlags({ store: memoryFlags({ flags: {} }) });
 * await setFeatureFlag('new_ui', true, { rolloutPercentage: 25, targetTenants: ['acme', 'globex'] });
 * console.log(isFeatureEnabled('new_ui', 'acme'));
 * ```
 */
export function featureFlags(options: FlagsOptions & { readonly counts?: undefined }): LegacyFlags {
  const source = options.store === undefined ? inMemory(options.definition, options) : inStore(options.store, options);
  let last: Promise<unknown> = Promise.resolve();
  return {
    isFeatureEnabled: (name, tenantId) => source.flags().isEnabled(name, { tenant: tenantId, targetingKey: tenantId }),
    setFeatureFlag(name, enabled, changes = {}) {
      // Each reads what the one before it has written.
      const done = last.then(() => set(source, name, { enabled, options: changes }));
      last = done.catch(() => undefined);
      return done;
    },
    ready: () => source.flags().ready(),
    async [Symbol.asyncDispose]() {
      await last;
      await source.flags()[Symbol.asyncDispose]();
    },
  };
}

/** Where the flags are, and what to do when they were changed. */
interface Source {
  readonly store: FlagStore;
  flags(): Flags;
  refresh(this: void): Promise<void>;
}

function inStore(store: FlagStore, { clock, strict }: FlagsOptions): Source {
  const flags = createFlags({ store, clock, strict });
  return { store, flags: () => flags, refresh: () => flags.refresh() };
}

/** Flags that are there from the first moment, as those of a store are not. */
function inMemory(definition: FlagDefinitions, { clock, strict }: FlagsOptions): Source {
  const store = memoryFlags(definition);
  let flags = createFlags({ definition, clock, strict });
  return {
    store,
    flags: () => flags,
    async refresh() {
      flags = createFlags({ definition: await definitionsOf(store), clock, strict });
    },
  };
}

async function definitionsOf(store: FlagStore): Promise<FlagDefinitions> {
  return (await store.load(undefined))?.definitions ?? { flags: {} };
}

async function set({ store, refresh }: Source, name: string, { enabled, options }: Wanted): Promise<void> {
  if (!isChangeable(store)) {
    throw new FlagError('READ_ONLY_FLAGS', `Expected a store that can be changed, to set ${JSON.stringify(name)}`, {
      hint: 'Change the flags where the store reads them, or use a store that has `change`.',
    });
  }
  const { by = 'setFeatureFlag', why = `${name} is set to ${enabled}` } = options;
  // Of the newest flags, so that what another process has changed meanwhile stays.
  const edits = (definitions: FlagDefinitions): readonly FlagEdit[] => {
    const { flags } = definitions;
    demandClear(definitions, name);
    return [legacyEdit(name, Object.hasOwn(flags, name) ? flags[name] : undefined, { enabled, options })];
  };
  await store.change(edits, { by, why });
  await refresh();
}
