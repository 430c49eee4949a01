import { type FlagDefinitions, type FlagdFlag, isFlagdFlag, type ShortFlag } from '../definition/model.ts';
import { spanOf } from '../definition/moment.ts';
import type { Constant, StaleCause } from './constant.ts';
import { resultsOf } from './rule-results.ts';
import { shareOf } from './share.ts';

/** Says of a flag what it gives to everybody from a moment on, as long as nobody changes it; `undefined` if that differs or is not known. */
export function constantsOf(definitions: FlagDefinitions, nowMs: number): (key: string) => Constant | undefined {
  const known = new Map<string, Constant | undefined>();
  const constantOf = (key: string): Constant | undefined => {
    if (known.has(key)) return known.get(key);
    const flag = definitions.flags[key];
    const constant =
      flag === undefined
        ? undefined
        : isFlagdFlag(flag)
          ? flagdConstant(flag, definitions)
          : readableConstant(flag, { definitions, nowMs, constantOf });
    known.set(key, constant);
    return constant;
  };
  return constantOf;
}

const NO_DETAILS = { sinceMs: undefined, unit: undefined, requires: undefined };

function flagdConstant(flag: FlagdFlag, { $evaluators = {} }: FlagDefinitions): Constant | undefined {
  const { state, variants, defaultVariant, targeting } = flag;
  const gives = (name: string | null | undefined, cause: StaleCause): Constant => {
    const variant = name !== null && name !== undefined && Object.hasOwn(variants, name) ? name : undefined;
    const value = variant === undefined ? undefined : variants[variant];
    return { ...NO_DETAILS, variant, value, isOn: variant !== undefined && value !== false, cause };
  };
  if (state === 'DISABLED') return gives(undefined, 'state');
  const hasRules = typeof targeting === 'object' && targeting !== null && Object.keys(targeting).length > 0;
  if (!hasRules) return gives(defaultVariant, 'static');
  const results = resultsOf(targeting, $evaluators);
  if (results === undefined) return undefined;
  const constants = [...results].map((name) => gives(name ?? defaultVariant, 'targeting'));
  const [first] = constants;
  return constants.every(({ variant }) => variant === first?.variant) ? first : undefined;
}

interface Scope {
  readonly definitions: FlagDefinitions;
  readonly nowMs: number;
  readonly constantOf: (key: string) => Constant | undefined;
}

function readableConstant(flag: ShortFlag, scope: Scope): Constant | undefined {
  const off = flag.variants === undefined ? 'off' : (flag.default as string);
  const variants = flag.variants ?? { on: true, off: false };
  const gives = (variant: string, details: Partial<Constant> & Pick<Constant, 'cause'>): Constant => {
    const value = variants[variant];
    return { ...NO_DETAILS, variant, value, isOn: value !== false && variant !== off, ...details };
  };
  const stop = stopOf(flag, scope);
  if (stop !== undefined) return gives(off, stop);
  const share = shareOf(flag, scope.nowMs);
  if (share === undefined) return undefined;
  const [variant = off, ...others] = share.variants;
  if (others.length > 0) return undefined;
  // Whoever is stopped, and whoever has no unit, gets the same.
  if (variant === off) return gives(off, { cause: share.cause, sinceMs: share.sinceMs });
  if (hasConditions(flag, scope)) return undefined;
  const sinceMs = Math.max(spanOf(flag.schedule).startMs, share.sinceMs ?? -Infinity);
  return gives(variant, {
    cause: share.cause,
    sinceMs: sinceMs === -Infinity ? undefined : sinceMs,
    unit: share.unit,
  });
}

/** What keeps everybody out, from now on. */
function stopOf(
  { enabled = true, killSwitch, schedule, requires = [], targetTenants, segments }: ShortFlag,
  { definitions, nowMs, constantOf }: Scope,
): (Partial<Constant> & Pick<Constant, 'cause'>) | undefined {
  if (killSwitch === true) return { cause: 'killSwitch' };
  if (!enabled) return { cause: 'enabled' };
  const { endMs } = spanOf(schedule);
  if (endMs <= nowMs) return { cause: 'schedule', sinceMs: endMs };
  const missing = requires.find((key) => constantOf(key)?.isOn === false);
  if (missing !== undefined) return { cause: 'requires', requires: missing, sinceMs: constantOf(missing)?.sinceMs };
  if (targetTenants?.length === 0) return { cause: 'targetTenants' };
  const isEmpty = (name: string): boolean => {
    const { tenants = [], users = [], rule } = definitions.segments?.[name] ?? {};
    return tenants.length + users.length === 0 && rule === undefined;
  };
  return segments?.every(isEmpty) === true ? { cause: 'segments' } : undefined;
}

/** Whether anything may stop somebody, now or later. */
function hasConditions(flag: ShortFlag, { nowMs, constantOf }: Scope): boolean {
  const { killSwitch, schedule, requires = [], excludeTenants = [], targetTenants, segments } = flag;
  const { startMs, endMs } = spanOf(schedule);
  const isSure = (key: string): boolean => {
    const required = constantOf(key);
    return required?.isOn === true && required.unit === undefined;
  };
  return (
    (typeof killSwitch === 'object' && killSwitch.tenants.length > 0) ||
    startMs > nowMs ||
    endMs < Infinity ||
    !requires.every(isSure) ||
    excludeTenants.length > 0 ||
    targetTenants !== undefined ||
    segments !== undefined
  );
}
