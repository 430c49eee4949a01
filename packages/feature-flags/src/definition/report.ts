import { type FlagProblem, shown } from '../errors.ts';
import { inside, type Path, pointerOf } from './path.ts';

/** Gathers what is wrong, with its place. */
export interface Report {
  readonly problems: FlagProblem[];
  /** Notes that something else was expected. */
  expected(path: Path, what: string, found: unknown): void;
  /** Notes something that is wrong in another way. */
  note(path: Path, message: string): void;
}

/** After so many there is no use in going on. */
const MOST = 100;

/** A report without problems. */
export function newReport(): Report {
  const problems: FlagProblem[] = [];
  const note = (path: Path, message: string): void => {
    if (problems.length < MOST) problems.push({ path: pointerOf(path), message });
  };
  return {
    problems,
    note,
    expected: (path, what, found) => note(path, `Expected ${what}, got ${shown(found)}`),
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

/** Names that reach into what all objects have in common. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Notes names that no entry may have. Returns whether all are sound. */
export function checkNames(value: Readonly<Record<string, unknown>>, path: Path, report: Report): boolean {
  const wrong = Object.keys(value).filter((name) => FORBIDDEN.has(name) || name === '');
  for (const name of wrong) report.expected([...path, name], 'a name that objects don’t have already', name);
  return wrong.length === 0;
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
    if (check === undefined) report.expected([...path, name], `one of ${Object.keys(fields).join(', ')}`, name);
    else if (field !== undefined) check(field, inside(path, name), report);
  }
}

export const isText: FieldCheck = (value, path, report) => {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) report.expected(path, 'a text', value);
};

export const isFlag: FieldCheck = (value, path, report) => {
  if (typeof value !== 'boolean') report.expected(path, 'true or false', value);
};

export const isTexts: FieldCheck = (value, path, report) => {
  if (!Array.isArray(value)) return report.expected(path, 'a list of texts', value);
  for (const [index, each] of value.entries()) isText(each, inside(path, index), report);
};

export const isMetadata: FieldCheck = (value, path, report) => {
  if (!isObject(value)) return report.expected(path, 'an object of texts, numbers, true and false', value);
  checkNames(value, path, report);
  for (const [name, each] of Object.entries(value)) {
    if (!['string', 'number', 'boolean'].includes(typeof each))
      report.expected([...path, name], 'a text, a number, true or false', each);
  }
};

/** An object whose entries have names of their own, each checked the same way. */
export function eachOf(check: FieldCheck): FieldCheck {
  return (value, path, report) => {
    if (!isObject(value)) return report.expected(path, 'an object', value);
    if (!checkNames(value, path, report)) return;
    for (const [name, each] of Object.entries(value)) check(each, inside(path, name), report);
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
