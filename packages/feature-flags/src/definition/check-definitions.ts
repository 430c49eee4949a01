import type { FlagProblem } from '../errors.ts';
import { checkExtents, checkLogic } from '../logic/check-logic.ts';
import { checkFlagdFlag, checkShortFlag, type FlagScope, isBucketing } from './check-flag.ts';
import {
  checkFields,
  checkNames,
  eachOf,
  type FieldCheck,
  isMetadata,
  isObject,
  isText,
  isTexts,
  newReport,
  type Report,
} from './report.ts';
import { inside, type Path } from './path.ts';

/** More flags than this are no flags any more. */
const MOST_FLAGS = 100_000;

/** Says all that is wrong with definitions that came from somewhere. Pure, and never throws. */
export function checkDefinitions(value: unknown): readonly FlagProblem[] {
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
  else if (report.problems.length === 0) {
    checkCircles(scope.flags, report);
    checkExtents(rulesIn(scope), { evaluators: scope.evaluators, report });
  }
  return report.problems;
}

function scopeOf(value: Readonly<Record<string, unknown>>): FlagScope {
  const named = (name: string): Readonly<Record<string, unknown>> => {
    const field = value[name];
    return isObject(field) ? field : {};
  };
  return { evaluators: named('$evaluators'), segments: named('segments'), flags: named('flags') };
}

/** All rules, with their places. */
function rulesIn({ evaluators, flags, segments }: FlagScope): { readonly rule: unknown; readonly path: Path }[] {
  const rules = Object.entries(evaluators).map(([name, rule]) => ({ rule, path: ['$evaluators', name] }));
  const gather = (place: string, field: string, all: Readonly<Record<string, unknown>>): void => {
    for (const name of Object.keys(all)) {
      const each = all[name];
      const rule = isObject(each) ? each[field] : undefined;
      if (rule !== undefined) rules.push({ rule, path: [place, name, field] });
    }
  };
  gather('flags', 'targeting', flags);
  gather('segments', 'rule', segments);
  return rules;
}

interface Part {
  readonly scope: FlagScope;
  readonly report: Report;
}

function checkFlags(flags: unknown, path: Path, { scope, report }: Part): void {
  if (!isObject(flags)) return report.expected(path, 'flags by name', flags);
  const names = Object.keys(flags);
  if (names.length > MOST_FLAGS) return report.note(path, `Expected at most ${MOST_FLAGS} flags, got ${names.length}`);
  if (!checkNames(flags, path, report)) return;
  for (const name of names) {
    const flag = flags[name];
    const part = { path: inside(path, name), scope, report };
    if (!name.isWellFormed()) report.expected(part.path, 'a name in Unicode', name);
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

/** A flag asks those that it requires, and these ask on: what takes long to evaluate is refused. */
const DEEPEST = 64;
const MOST_ASKED = 1000;
const NONE: readonly string[] = [];

/** Flags that require each other could never be decided. */
function checkCircles(flags: Readonly<Record<string, unknown>>, report: Report): void {
  const done = new Map<string, { readonly depth: number; readonly asks: number }>();
  const requiredBy = (name: string): readonly string[] => {
    const { requires } = flags[name] as { readonly requires?: readonly string[] | undefined };
    return requires === undefined ? NONE : [...new Set(requires)];
  };
  const finish = (name: string): void => {
    const below = requiredBy(name).flatMap((each) => done.get(each) ?? []);
    const depth = 1 + below.reduce((most, each) => Math.max(most, each.depth), 0);
    const asks = 1 + below.reduce((sum, each) => sum + each.asks, 0);
    done.set(name, { depth, asks });
    if (depth > DEEPEST || asks > MOST_ASKED)
      report.note(
        ['flags', name, 'requires'],
        `Expected flags that ask for at most ${MOST_ASKED} others, at most ${DEEPEST} deep, got ${asks}, ${depth} deep`,
      );
  };
  for (const start of Object.keys(flags)) {
    if (requiredBy(start).length === 0) continue;
    // Without recursion: a chain may be as long as there are flags.
    const open: { readonly name: string; next: number }[] = [{ name: start, next: 0 }];
    const names = new Set([start]);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const name = done.has(top.name) ? undefined : requiredBy(top.name)[top.next++];
      if (name === undefined) {
        if (!done.has(top.name)) finish(top.name);
        names.delete(top.name);
        open.pop();
      } else if (names.has(name)) {
        const circle = [...[...names].slice([...names].indexOf(name)), name].join(' → ');
        report.note(['flags', top.name, 'requires'], `Expected flags that don't require themselves, got ${circle}`);
      } else if (!done.has(name)) {
        names.add(name);
        open.push({ name, next: 0 });
      }
    }
  }
}
