import { BUCKETS, bucketsOf } from '../bucketing/bucket.ts';
import { demandSound } from './demand-sound.ts';
import { invalidFlags } from './invalid-flags.ts';
import type { FlagDefinitions, FlagdFlag, Json, Logic, Rollout, Segment, ShortFlag } from './model.ts';
import { isFlagdFlag } from './model.ts';
import { secondsOf } from './moment.ts';
import { openSteps } from './ramp.ts';
import { pointerOf } from './path.ts';
import { refuseForeign } from './refuse-foreign.ts';

/**
 * The same flags in flagd's format alone, for flagd itself and everything that reads its files. Its `fractional` puts units into the same
 * buckets, so everybody keeps what they have got. What flagd has no words for stands in the metadata: owner, description, expiry.
 * Buckets of other systems flagd doesn't have, nor the operators with which imported rules use them. Of a ramp with guards it gets the steps that
 * have passed: after a guard has written, write the file out again. Times of schedules are whole seconds in both forms: parts of one are rounded up.
 *
 * @throws {FlagError} `INVALID_FLAGS` for flags with mistakes, or that flagd can't decide in the same way, with all of them: a file without some flags would be another one.
 * @example
 * ```ts
 * import { toFlagd } from '@x/feature-flags';
 *
 * console.log(JSON.stringify(toFlagd({ flags: { new_ui: { rollout: { percentage: 25, unit: 'tenant' } } } })));
 * ```
 */
export function toFlagd(definitions: FlagDefinitions): FlagDefinitions {
  demandSound(definitions);
  refuseForeign(definitions);
  // In flagd's format nothing says whose buckets: they are its own.
  const { flags, segments = {}, bucketing: _, ...rest } = definitions;
  const scope: Scope = { flags, segments };
  const converted = Object.entries(flags).map(([key, flag]) => [
    key,
    isFlagdFlag(flag) ? flag : converting(key, flag, scope),
  ]);
  return { ...rest, flags: Object.fromEntries(converted) as FlagDefinitions['flags'] };
}

interface Scope {
  readonly flags: FlagDefinitions['flags'];
  readonly segments: Readonly<Record<string, Segment>>;
}

function converting(key: string, flag: ShortFlag, scope: Scope): FlagdFlag {
  const { enabled = true, killSwitch, description, owner, expires } = flag;
  const off = offOf(flag);
  const isOff = !enabled || killSwitch === true;
  const rule = isOff ? off : ruleOf(key, flag, scope);
  const metadata = { ...definedOf({ description, owner, expires }), ...flag.metadata };
  return {
    state: 'ENABLED',
    variants: flag.variants ?? { on: true, off: false },
    defaultVariant: typeof rule === 'string' ? rule : off,
    ...(typeof rule === 'string' ? {} : { targeting: rule }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

const offOf = ({ variants, default: name }: ShortFlag): string => (variants === undefined ? 'off' : (name as string));

function definedOf(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** A rule that gives the name of a variant, or that name where it is the same for all. */
function ruleOf(key: string, flag: ShortFlag, scope: Scope): Logic {
  const off = offOf(flag);
  const stops = stopsOf(flag, scope);
  const share = shareOf(key, flag);
  const rule = stops.length === 0 ? share : { if: [...stops.flatMap((stop) => [stop, off]), share] };
  return rule;
}

const field = (name: string): Logic => ({ var: name });
const timestamp = field('$flagd.timestamp');

/** Conditions under which somebody does not have the flag, in the order in which they are looked at. */
function stopsOf(flag: ShortFlag, scope: Scope): Logic[] {
  const { killSwitch, schedule, requires = [], excludeTenants, targetTenants, segments } = flag;
  const stops: Logic[] = [];
  if (typeof killSwitch === 'object') stops.push({ in: [field('tenant'), killSwitch.tenants] });
  if (schedule?.start !== undefined) stops.push({ '<': [timestamp, secondsOf(schedule.start)] });
  if (schedule?.end !== undefined) stops.push({ '>=': [timestamp, secondsOf(schedule.end)] });
  for (const required of requires) stops.push({ '!': [isOn(required, scope)] });
  if (excludeTenants !== undefined) stops.push({ in: [field('tenant'), excludeTenants] });
  if (targetTenants !== undefined) stops.push({ '!': [{ in: [field('tenant'), targetTenants] }] });
  if (segments !== undefined)
    stops.push({ '!': [{ or: segments.map((name) => isMember(scope.segments[name] as Segment)) }] });
  return stops;
}

/** Whether another flag is on, written out: flagd's rules can't ask for flags. */
function isOn(key: string, scope: Scope): Logic {
  const flag = scope.flags[key] as FlagDefinitions['flags'][string];
  const isFlagd = isFlagdFlag(flag);
  const converted = isFlagd ? flag : converting(key, flag, scope);
  if (converted.state === 'DISABLED') return false;
  const off = isFlagd ? undefined : offOf(flag);
  const names = Object.keys(converted.variants).filter((name) => converted.variants[name] !== false && name !== off);
  const { targeting, defaultVariant = null } = converted;
  if (targeting === undefined) return defaultVariant !== null && names.includes(defaultVariant);
  // A readable flag always names a variant. Another one may choose nothing, or say true and false.
  if (!isFlagd) return { in: [targeting, names] };
  refuseOwnName(key, targeting);
  return { in: [{ if: [{ '===': [targeting, null] }, defaultVariant, { cat: [targeting] }] }, names] };
}

/** Whether a rule may give something else where it stands in another flag. */
function goesByItsName(rule: Logic): boolean {
  const text = JSON.stringify(rule);
  return ['"fractional"', '$flagd.flagKey', '"$ref"'].some((part) => text.includes(part));
}

/** In another flag, such a rule would be about that flag. */
function refuseOwnName(key: string, rule: Logic): void {
  if (!goesByItsName(rule)) return;
  const message = 'Expected a rule that can stand in another flag, got one that goes by the name of its flag';
  throw invalidFlags([{ path: pointerOf(['flags', key, 'targeting']), message }]);
}

/** A segment's rule goes by the name of the segment here, and by that of the flag there. */
function refuseSegment(rule: Logic): void {
  if (!goesByItsName(rule)) return;
  const message = 'Expected segments whose rules can stand in flags, got one that goes by its own name';
  throw invalidFlags([{ path: '/segments', message }]);
}

function isMember({ tenants = [], users = [], rule }: Segment): Logic {
  const ways: Logic[] = [{ in: [field('tenant'), tenants] }, { in: [field('user'), users] }];
  if (rule !== undefined) {
    refuseSegment(rule);
    ways.push(rule);
  }
  return { or: ways };
}

/** Who of those that are left has which variant. */
function shareOf(key: string, flag: ShortFlag): Logic {
  const { rollout, schedule } = flag;
  const off = offOf(flag);
  if (rollout?.ranges !== undefined) return rangesOf(key, { rollout, ranges: rollout.ranges, off });
  if (schedule?.ramp !== undefined) {
    const steps = openSteps(schedule).toReversed();
    if (steps.length === 0) return 'off';
    const parts = steps.flatMap(({ at, percentage }) => [
      { '>=': [timestamp, secondsOf(at)] },
      percentageOf(key, rollout, percentage),
    ]);
    return { if: [...parts, 'off'] };
  }
  if (rollout?.percentage !== undefined) return percentageOf(key, rollout, rollout.percentage);
  return flag.variants === undefined ? 'on' : off;
}

function percentageOf(key: string, rollout: Rollout | undefined, percentage: number): Logic {
  const buckets = bucketsOf(percentage) as number;
  if (buckets === 0) return 'off';
  if (buckets === BUCKETS) return 'on';
  return distribution(key, rollout, {
    shares: [
      ['on', buckets],
      ['off', BUCKETS - buckets],
    ],
    off: 'off',
  });
}

function rangesOf(
  key: string,
  { rollout, ranges, off }: { rollout: Rollout; ranges: NonNullable<Rollout['ranges']>; off: string },
): Logic {
  const spans = Object.entries(ranges)
    .map(([variant, [from, to]]) => ({ variant, from: bucketsOf(from) as number, to: bucketsOf(to) as number }))
    .toSorted((a, b) => a.from - b.from);
  const shares: [string, number][] = [];
  let end = 0;
  for (const { variant, from, to } of spans) {
    if (from > end) shares.push([off, from - end]);
    shares.push([variant, to - from]);
    end = to;
  }
  if (end < BUCKETS) shares.push([off, BUCKETS - end]);
  return distribution(key, rollout, { shares, off });
}

/** Without a unit nobody is in: an empty text would be a unit like any other. */
function distribution(
  key: string,
  { unit = 'targetingKey', salt = key }: Rollout = {},
  { shares, off }: { readonly shares: readonly (readonly [string, number])[]; readonly off: string },
): Logic {
  const isMissing: Json = { in: [{ cat: [{ var: unit }] }, ['']] };
  return { if: [isMissing, off, { fractional: [{ cat: [salt, { var: unit }] }, ...shares] }] };
}
