import { checkFields, eachOf, type FieldCheck, isObject, newReport } from '../definition/report.ts';
import { FlagError, type FlagProblem } from '../errors.ts';
import { type FlagCounts, mergeCounts } from './counts.ts';

/**
 * Reads counts of one or several processes, and adds them up: JSON, or JSON Lines with those of one process a line.
 *
 * @throws {FlagError} `INVALID_COUNTS`.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { parseCounts } from '@x/feature-flags';
 *
 * console.log(Object.keys(parseCounts(await readFile('counts.jsonl', 'utf8')).flags));
 * ```
 */
export function parseCounts(text: string): FlagCounts {
  const plain = text.replace(/^\uFEFF/, '').trim();
  const whole = jsonOf(plain);
  if (whole !== undefined) return checked(whole, undefined);
  const [first, ...others] = plain
    .split('\n')
    .map((line, index) => [line, index + 1] as const)
    .filter(([line]) => line.trim() !== '')
    .map(([line, number]) => checked(jsonOf(line), number));
  return mergeCounts(first ?? checked(undefined, undefined), ...others);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isCount: FieldCheck = (value, path, report) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) report.expected(path, 'a whole number', value);
};

/** The end of time, as dates have it. */
const LATEST = 8_640_000_000_000_000;

const isMs: FieldCheck = (value, path, report) => {
  if (typeof value !== 'number' || !(value >= 0 && value <= LATEST))
    report.expected(path, 'milliseconds since 1970', value);
};

/** An object that has all of these fields, and no others. */
function isOf(fields: Readonly<Record<string, FieldCheck>>, what: string): FieldCheck {
  return (value, path, report) => {
    if (!isObject(value)) return report.expected(path, what, value);
    checkFields(value, fields, { path, report });
    for (const [name, check] of Object.entries(fields))
      if (value[name] === undefined) check(undefined, [...path, name], report);
  };
}

const FLAG: Readonly<Record<string, FieldCheck>> = { variants: eachOf(isCount), fallbacks: isCount, lastAtMs: isMs };
const isCounts = isOf(
  { sinceMs: isMs, untilMs: isMs, flags: eachOf(isOf(FLAG, 'the counts of a flag')) },
  'counts of flags',
);

function checked(value: unknown, line: number | undefined): FlagCounts {
  const report = newReport();
  isCounts(value, [], report);
  const problems: readonly FlagProblem[] = report.problems.map((problem) => ({ ...problem, line }));
  const [first] = problems;
  if (first === undefined) return value as FlagCounts;
  const place = first.path === '' ? '' : ` at ${first.path}`;
  const more = problems.length > 1 ? `; and ${problems.length - 1} more` : '';
  throw new FlagError(
    'INVALID_COUNTS',
    `${first.message}${place}${line === undefined ? '' : `, line ${line}`}${more}`,
    {
      problems,
      hint: 'Write what `flags.counts()` or `mergeCounts` gives as JSON, or as JSON Lines with one process a line.',
    },
  );
}
