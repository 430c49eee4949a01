import { invalidFlags } from '../definition/invalid-flags.ts';
import { type FlagdFlag, isFlagdFlag, type ShortFlag } from '../definition/model.ts';
import { pointerOf } from '../definition/path.ts';
import type { FlagError } from '../errors.ts';
import type { FlagEdit } from '../store/editable.ts';

/** What {@link LegacyFlags.setFeatureFlag} can say beside on and off. What is left out stays as it is. */
export interface SetFeatureFlagOptions {
  readonly description?: string | undefined;
  /**
   * From 0 to 100 with at most four decimals, and among the target tenants if there are any. Of tenants, unless the flag has a rollout already that
   * goes by another unit than `targetingKey`: that stays, and whoever is known by tenant alone is in only at 100 then. A new flag is for all.
   */
  readonly rolloutPercentage?: number | undefined;
  /** Only these tenants; `null` or an empty list for everybody. */
  readonly targetTenants?: readonly string[] | null | undefined;
  /** Who changes it, for stores that keep a history. Default: `setFeatureFlag`. */
  readonly by?: string | undefined;
  /** And why. Default: what was set. */
  readonly why?: string | undefined;
}

/** What a flag should be. */
export interface Wanted {
  readonly enabled: boolean;
  readonly options: SetFeatureFlagOptions;
}

/**
 * The change that sets a flag: what is named is new, everything else that the flag says stays.
 *
 * @throws {FlagError} `INVALID_FLAGS` for a flag of which a percentage or tenants can't be set.
 */
export function legacyEdit(key: string, flag: FlagdFlag | ShortFlag | undefined, wanted: Wanted): FlagEdit {
  const current = flag ?? {};
  const definition = isFlagdFlag(current) ? flagdFlag(key, current, wanted) : shortFlag(key, current, wanted);
  return { kind: 'set', key, definition };
}

function shortFlag(key: string, flag: ShortFlag, { enabled, options }: Wanted): ShortFlag {
  const { description, rolloutPercentage: percentage, targetTenants } = options;
  // It would change nothing, and nobody would know why.
  if (percentage !== undefined && flag.schedule?.ramp !== undefined)
    throw refused([key, 'schedule', 'ramp'], 'Expected a flag without a ramp, as that says the percentage');
  const { targetTenants: before, ...rest } = flag;
  const tenants = targetTenants === undefined ? before : (targetTenants ?? []);
  return {
    ...rest,
    enabled,
    ...(description === undefined ? {} : { description }),
    ...(percentage === undefined ? {} : { rollout: { ...(flag.rollout ?? { unit: 'tenant' }), percentage } }),
    ...(tenants === undefined || (targetTenants !== undefined && tenants.length === 0)
      ? {}
      : { targetTenants: tenants }),
  };
}

/** A flag in flagd's format has rules; only whether it is on can be said beside them. */
function flagdFlag(key: string, flag: FlagdFlag, { enabled, options }: Wanted): FlagdFlag {
  const { description, rolloutPercentage, targetTenants } = options;
  if (rolloutPercentage !== undefined || targetTenants !== undefined)
    throw refused([key], 'Expected a flag in the readable form, got one in flagd’s format, whose rules choose');
  return {
    ...flag,
    state: enabled ? 'ENABLED' : 'DISABLED',
    ...(description === undefined ? {} : { metadata: { ...flag.metadata, description } }),
  };
}

function refused(path: readonly string[], message: string): FlagError {
  return invalidFlags([{ path: pointerOf(['flags', ...path]), message }]);
}
