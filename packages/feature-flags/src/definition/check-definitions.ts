import type { FlagProblem } from '../errors.ts';
import { checkExtents, type PlacedRule } from '../logic/check-extents.ts';
import { checkLogic } from '../logic/check-logic.ts';
import { checkFlagdFlag, checkShortFlag, type FlagScope, isBucketing } from './check-flag.ts';
import {
  checkFields,
  checkNames,
  eachOf,
  type FieldCheck,
  isMetadata,
  isObject,
  isSoundName,
  isText,
  isTexts,
  newReport,
  partOf,
  type Report,
} from './report.ts';
import { checkRequires } from './check-requires.ts';
import { inside, type Path, pointerOf } from './path.ts';
import { withPlaces } from './remembered.ts';

/** More flags than this are no flags any more. */
const MOST_FLAGS = 100_000;

/**
 * Says what is wrong with definitions, wherever they come from: each mistake with its JSON Pointer, and with its line and column where they come from
 * `parseFlags`. Pure, and never throws.
 */
export function checkDefinitions(value: unknown): readonly FlagProblem[] {
  return withPlaces(value, problemsIn(value));
}

/** The same without places. */
export function problemsIn(value: unknown): readonly FlagProblem[] {
  const report = newReport();
  if (!isObject(value)) {
    report.expected([], 'an object with "flags"', value);
    return report.problems;
  }
  const scope = scopeOf(value);
  const fields: Record<string, FieldCheck> = {
    $schema: isText,
    flags: (flags, path) => checkFlags(flags, path, { scope, report }),
    $evaluators: eachOf((rule, path) => checkLogic(rule, path, { evaluators: scope.evaluators, report })),
    segments: eachOf((segment, path) => checkSegment(segment, path, { scope, report })),
    bucketing: isBucketing,
    metadata: isMetadata,
  };
  checkFields(value, fields, { path: [], report });
  if (value['flags'] === undefined) report.expected(['flags'], 'flags by name', undefined);
  checkRequires(scope.flags, report);
  checkAllExtents(scope, report);
  return report.problems;
}

function scopeOf(value: Readonly<Record<string, unknown>>): FlagScope {
  const named = (name: string): Readonly<Record<string, unknown>> => {
    const field = value[name];
    return isObject(field) ? field : {};
  };
  return { evaluators: named('$evaluators'), segments: named('segments'), flags: named('flags') };
}

/** Of what has no mistake of its own: that is nested at most so deep. */
function checkAllExtents({ evaluators, flags, segments }: FlagScope, report: Report): void {
  const wrong = new Set(report.problems.map(({ path }) => partOf(path)));
  const isSound = (path: Path): boolean => wrong.size === 0 || !wrong.has(pointerOf(path));
  const rules: PlacedRule[] = [];
  const gather = (place: string, field: string, all: Readonly<Record<string, unknown>>): void => {
    for (const name of Object.keys(all)) {
      const each = all[name];
      const rule = isObject(each) ? each[field] : undefined;
      if (rule !== undefined && isSound([place, name])) rules.push({ rule, path: [place, name, field] });
    }
  };
  gather('flags', 'targeting', flags);
  gather('segments', 'rule', segments);
  const sound = Object.entries(evaluators).filter(([name]) => isSound(['$evaluators', name]));
  checkExtents(rules, { evaluators: new Map(sound), report });
}

interface Part {
  readonly scope: FlagScope;
  readonly report: Report;
}

function checkFlags(flags: unknown, path: Path, { scope, report }: Part): void {
  if (!isObject(flags)) return report.expected(path, 'flags by name', flags);
  const names = Object.keys(flags);
  if (names.length > MOST_FLAGS)
    return report.note(path, `Expected at most ${MOST_FLAGS} flags, got ${names.length}`, 'TOO_LARGE');
  checkNames(flags, path, report);
  for (const name of names) {
    if (!isSoundName(name)) continue;
    const flag = flags[name];
    const part = { path: inside(path, name), scope, report };
    if (!name.isWellFormed()) report.expected(part.path, 'a name in Unicode', name, 'FORBIDDEN_NAME');
    if (!isObject(flag)) report.expected(part.path, 'a flag', flag);
    else if (Object.hasOwn(flag, 'state')) checkFlagdFlag(flag, part);
    else checkShortFlag(flag, part);
  }
}

function checkSegment(segment: unknown, path: Path, { scope, report }: Part): void {
  if (!isObject(segment)) return report.expected(path, 'a segment { tenants, users, rule }', segment);
  const rule: FieldCheck = (value, at) => checkLogic(value, at, { evaluators: scope.evaluators, report });
  checkFields(segment, { description: isText, tenants: isTexts, users: isTexts, rule }, { path, report });
}
