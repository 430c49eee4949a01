import { type FlagProblem, type FlagProblemCode, shown } from '../errors.ts';
import { headOf, inside, type Path, pointerOf } from './path.ts';

/** Gathers what is wrong, with its place. */
export interface Report {
  readonly problems: FlagProblem[];
  /** Notes that something else was expected; what takes long to say is only asked for where it is kept. */
  expected(path: Path, what: string | (() => string), found: unknown, code?: FlagProblemCode): void;
  /** Notes something that is wrong in another way. */
  note(path: Path, message: string, code?: FlagProblemCode): void;
}

/** After so many of one flag there is no use in going on. */
export const MOST_OF_ONE = 100;
/** After so many in all, the first one of each flag is enough. */
export const MOST_IN_ALL = 10_000;

/**
 * Says how much of what is wrong is kept: of each flag something, as whatever nothing is said of is in force. It is asked by the part, before the place is written
 * out: there may be as many mistakes as a file has bytes.
 */
export function newQuota(): (part: string) => boolean {
  const counts = new Map<string, number>();
  let all = 0;
  return (part) => {
    const count = counts.get(part) ?? 0;
    if (count >= MOST_OF_ONE || (all >= MOST_IN_ALL && count > 0)) return false;
    counts.set(part, count + 1);
    all++;
    return true;
  };
}

/** The flag, segment or evaluator that a pointer leads into: its first two parts. */
export function partOf(pointer: string): string {
  return /^(?:\/[^/]*){0,2}/.exec(pointer)?.[0] ?? '';
}

/** A report without problems. */
export function newReport(): Report {
  const problems: FlagProblem[] = [];
  const isKept = newQuota();
  return {
    problems,
    note(path, message, code = 'CONFLICT') {
      if (isKept(headOf(path).join('/'))) problems.push({ path: pointerOf(path), message, code });
    },
    expected(path, what, found, code = 'WRONG_VALUE') {
      if (!isKept(headOf(path).join('/'))) return;
      const expected = typeof what === 'string' ? what : what();
      problems.push({ path: pointerOf(path), message: `Expected ${expected}, got ${shown(found)}`, code });
    },
  };
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether lists and objects are in each other more than so many times. */
export function isNestedBeyond(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isNestedBeyond(levels - 1, each));
}

/** Whether a value is one that JSON can say: YAML can also say infinity. To be asked of what is not nested deep. */
export function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return ['string', 'boolean', 'object'].includes(typeof value);
  return Object.values(value).every(isJson);
}

/** Names that reach into what all objects have in common. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether an entry may have this name. */
export function isSoundName(name: string): boolean {
  return name !== '' && !FORBIDDEN.has(name);
}

/** Notes names that no entry may have. */
export function checkNames(value: Readonly<Record<string, unknown>>, path: Path, report: Report): void {
  for (const name of Object.keys(value)) {
    if (!isSoundName(name))
      report.expected(inside(path, name), 'a name that objects don’t have already', name, 'FORBIDDEN_NAME');
  }
}

/** What a field must be. */
export type FieldCheck = (value: unknown, path: Path, report: Report) => void;

/** Checks an object with known fields. */
export function checkFields(
  value: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, FieldCheck>>,
  { path, report }: { readonly path: Path; readonly report: Report },
): void {
  for (const name of Object.keys(value)) {
    const field = value[name];
    const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (check === undefined) {
      report.expected(inside(path, name), () => `one of ${Object.keys(fields).join(', ')}`, name, 'UNKNOWN_FIELD');
    } else if (field !== undefined) check(field, inside(path, name), report);
  }
}

export const isText: FieldCheck = (value, path, report) => {
  if (!isSoundText(value)) report.expected(path, 'a text', value);
};

const isSoundText = (value: unknown): boolean => typeof value === 'string' && value !== '' && value.isWellFormed();

export const isFlag: FieldCheck = (value, path, report) => {
  if (typeof value !== 'boolean') report.expected(path, 'true or false', value);
};

export const isTexts: FieldCheck = (value, path, report) => {
  if (!Array.isArray(value)) return report.expected(path, 'a list of texts', value);
  let wrong = 0;
  for (const [index, each] of value.entries()) {
    if (isSoundText(each)) continue;
    report.expected(inside(path, index), 'a text', each);
    // No more would be kept, and a list may have millions.
    if (++wrong === MOST_OF_ONE) return;
  }
};

export const isMetadata: FieldCheck = (value, path, report) => {
  if (!isObject(value)) return report.expected(path, 'an object of texts, numbers, true and false', value);
  checkNames(value, path, report);
  for (const [name, each] of Object.entries(value)) {
    if (!['string', 'number', 'boolean'].includes(typeof each) || !isJson(each))
      report.expected(inside(path, name), 'a text, a number, true or false', each);
  }
};

/** An object whose entries have names of their own, each checked the same way. */
export function eachOf(check: FieldCheck): FieldCheck {
  return (value, path, report) => {
    if (!isObject(value)) return report.expected(path, 'an object', value);
    checkNames(value, path, report);
    for (const [name, each] of Object.entries(value)) if (isSoundName(name)) check(each, inside(path, name), report);
  };
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** A moment: ISO 8601 with an offset, as text without one would mean another moment on every machine. */
export const isMoment: FieldCheck = (value, path, report) => {
  // `Date` takes 30 February for 2 March.
  if (
    typeof value === 'string' &&
    TIME.test(value) &&
    !Number.isNaN(Date.parse(value)) &&
    isRealDay(value.slice(0, 10))
  )
    return;
  report.expected(path, 'a time with an offset, as 2027-03-01T08:00:00Z', value);
};

function isRealDay(day: string): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === day;
}

/** A day of the calendar. */
export const isDay: FieldCheck = (value, path, report) => {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value) || !isRealDay(value))
    report.expected(path, 'a day, as 2027-03-01', value);
};
