import { bucketsOf } from '../bucketing/bucket.ts';
import { BUCKETINGS } from '../bucketing/bucketing.ts';
import { checkLogic } from '../logic/check-logic.ts';
import { isPercentage, isRamp } from './check-ramp.ts';
import {
  checkFields,
  eachOf,
  type FieldCheck,
  isDay,
  isFlag,
  isJson,
  isMetadata,
  isMoment,
  isNestedBeyond,
  isObject,
  isSoundName,
  isText,
  isTexts,
  type Report,
} from './report.ts';
import { inside, type Path } from './path.ts';

/** What a flag may refer to. */
export interface FlagScope {
  readonly evaluators: Readonly<Record<string, unknown>>;
  readonly segments: Readonly<Record<string, unknown>>;
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Values nested deeper than this are refused: what copies and compares them goes as deep. */
const DEEPEST = 64;

const isVariants: FieldCheck = (value, path, report) => {
  if (!isObject(value) || Object.keys(value).length === 0) return report.expected(path, 'variants by name', value);
  eachOf(() => undefined)(value, path, report);
  if (isNestedBeyond(DEEPEST, value))
    return report.note(path, `Expected values nested at most ${DEEPEST} deep, got deeper ones`, 'TOO_LARGE');
  for (const [name, each] of Object.entries(value)) {
    // A member that is `undefined` is not there.
    if (each !== undefined && !isJson(each)) report.expected(inside(path, name), 'a value that JSON can say', each);
  }
  const kinds = new Set(Object.values(value).map((each) => (each === null ? 'null' : typeof each)));
  if (kinds.size > 1) report.note(path, `Expected variants of one type, got ${[...kinds].join(' and ')}`);
};

/** A dot would be a path in flagd's rules, and a part of the name here. */
const isUnit: FieldCheck = (value, path, report) => {
  if (typeof value !== 'string' || !/^[^.]+$/.test(value))
    report.expected(path, 'a field of the context, without dots', value);
};

const isRange: FieldCheck = (value, path, report) => {
  const [from, to] = Array.isArray(value) ? (value as unknown[]) : [];
  const isSound =
    typeof from === 'number' && typeof to === 'number' && bucketsOf(from) !== undefined && bucketsOf(to) !== undefined;
  if (!isSound || from > to || (value as unknown[]).length !== 2)
    report.expected(path, 'a range of percentages, as [10, 20]', value);
};

/** Whose buckets. */
export const isBucketing: FieldCheck = (value, path, report) => {
  if (!BUCKETINGS.some((each) => each === value)) report.expected(path, `one of ${BUCKETINGS.join(', ')}`, value);
};

const isHashVersion: FieldCheck = (value, path, report) => {
  if (value !== 1 && value !== 2) report.expected(path, '1 or 2', value);
};

const ROLLOUT: Readonly<Record<string, FieldCheck>> = {
  percentage: isPercentage,
  unit: isUnit,
  ranges: eachOf(isRange),
  salt: isText,
  bucketing: isBucketing,
  hashVersion: isHashVersion,
};

const isRollout: FieldCheck = (value, path, report) => {
  if (!isObject(value)) return report.expected(path, 'a rollout { percentage, unit }', value);
  checkFields(value, ROLLOUT, { path, report });
  if (value['percentage'] !== undefined && value['ranges'] !== undefined)
    report.note(path, 'Expected either a percentage or ranges, got both');
};

const isSchedule: FieldCheck = (value, path, report) => {
  if (!isObject(value)) return report.expected(path, 'a schedule { start, end, ramp }', value);
  checkFields(value, { start: isMoment, end: isMoment, ramp: isRamp }, { path, report });
  const [start, end] = [Date.parse(String(value['start'])), Date.parse(String(value['end']))];
  if (start >= end) report.note(path, 'Expected an end after the start');
};

const isKillSwitch: FieldCheck = (value, path, report) => {
  if (typeof value === 'boolean') return;
  if (!isObject(value) || value['tenants'] === undefined)
    return report.expected(path, 'true, false or { tenants }', value);
  checkFields(value, { tenants: isTexts }, { path, report });
};

const SHORT: Readonly<Record<string, FieldCheck>> = {
  enabled: isFlag,
  description: isText,
  owner: isText,
  expires: isDay,
  variants: isVariants,
  default: isText,
  rollout: isRollout,
  targetTenants: isTexts,
  excludeTenants: isTexts,
  segments: isTexts,
  schedule: isSchedule,
  requires: isTexts,
  killSwitch: isKillSwitch,
  metadata: isMetadata,
};

/** Checks a flag in the readable form. */
export function checkShortFlag(
  flag: Readonly<Record<string, unknown>>,
  { path, scope, report }: { path: Path; scope: FlagScope; report: Report },
): void {
  checkFields(flag, SHORT, { path, report });
  const { segments, requires } = flag;
  checkReferences(segments, inside(path, 'segments'), { known: scope.segments, what: 'segment', report });
  checkReferences(requires, inside(path, 'requires'), { known: scope.flags, what: 'flag', report });
  checkShares(flag, path, report);
  checkOutcomes(flag, path, report);
}

/** What a flag names has to be there. */
function checkReferences(
  names: unknown,
  path: Path,
  { known, what, report }: { known: Readonly<Record<string, unknown>>; what: string; report: Report },
): void {
  if (!Array.isArray(names)) return;
  for (const [index, name] of (names as unknown[]).entries()) {
    if (typeof name === 'string' && !(Object.hasOwn(known, name) && isSoundName(name)))
      report.expected(inside(path, index), `the name of a ${what}`, name, 'UNKNOWN_REFERENCE');
  }
}

/** Something has to say how many are in, and only one thing. */
function checkShares(flag: Readonly<Record<string, unknown>>, path: Path, report: Report): void {
  const { variants, rollout, schedule } = flag;
  const hasRamp = isObject(schedule) && schedule['ramp'] !== undefined;
  if (isObject(rollout) && rollout['percentage'] === undefined && rollout['ranges'] === undefined && !hasRamp)
    report.note([...path, 'rollout'], 'Expected a percentage or ranges, or a ramp in the schedule');
  if (hasRamp && (isObject(variants) || (isObject(rollout) && rollout['ranges'] !== undefined)))
    report.note([...path, 'schedule', 'ramp'], 'Expected no ramp beside variants or ranges');
}

/** Variants, their default and the ranges have to go together. */
function checkOutcomes(flag: Readonly<Record<string, unknown>>, path: Path, report: Report): void {
  const { variants, default: fallback, rollout } = flag;
  if (isObject(variants)) {
    if (typeof fallback !== 'string' || !Object.hasOwn(variants, fallback))
      report.expected(
        [...path, 'default'],
        'the variant that applies where nothing else does',
        fallback,
        'UNKNOWN_REFERENCE',
      );
    if (isObject(rollout) && rollout['ranges'] === undefined)
      report.note([...path, 'rollout'], 'Expected ranges, as the variants are not just on and off');
  } else if (fallback !== undefined) {
    report.note([...path, 'default'], 'Expected variants beside a default');
  }
  const known = isObject(variants) ? variants : ON_OFF;
  if (isObject(rollout) && isObject(rollout['ranges']))
    checkRanges(rollout['ranges'], [...path, 'rollout', 'ranges'], { known, report });
}

const ON_OFF: Readonly<Record<string, unknown>> = { on: true, off: false };

/** Ranges have to be of variants that there are, and apart. */
function checkRanges(
  ranges: Readonly<Record<string, unknown>>,
  path: Path,
  { known, report }: { readonly known: Readonly<Record<string, unknown>>; readonly report: Report },
): void {
  const spans: [number, number][] = [];
  for (const [name, range] of Object.entries(ranges)) {
    if (!Object.hasOwn(known, name))
      report.expected(inside(path, name), 'the name of a variant', name, 'UNKNOWN_REFERENCE');
    if (Array.isArray(range)) spans.push(range as unknown as [number, number]);
  }
  spans.sort((a, b) => a[0] - b[0]);
  if (spans.some(([from], index) => index > 0 && from < (spans[index - 1] as [number, number])[1]))
    report.note(path, 'Expected ranges that don’t overlap');
}

/** Checks a flag in flagd's format. */
export function checkFlagdFlag(
  flag: Readonly<Record<string, unknown>>,
  { path, scope, report }: { path: Path; scope: FlagScope; report: Report },
): void {
  const { variants } = flag;
  const fields: Record<string, FieldCheck> = {
    state: (value, at) => {
      if (value !== 'ENABLED' && value !== 'DISABLED') report.expected(at, 'ENABLED or DISABLED', value);
    },
    variants: isVariants,
    defaultVariant: (value, at) => {
      const isKnown =
        value === null || (typeof value === 'string' && isObject(variants) && Object.hasOwn(variants, value));
      if (!isKnown) report.expected(at, 'the name of a variant', value, 'UNKNOWN_REFERENCE');
    },
    targeting: (value, at) => {
      if (!isObject(value)) return report.expected(at, 'a rule', value);
      checkLogic(value, at, { evaluators: scope.evaluators, report });
    },
    metadata: isMetadata,
  };
  checkFields(flag, fields, { path, report });
  if (variants === undefined) report.note([...path], 'Expected "variants" of a flag with "state"');
}
