import { bucketsOf } from '../bucketing/bucket.ts';
import { inside, type Path } from './path.ts';
import { A_DURATION, durationOf } from './duration.ts';
import { checkFields, type FieldCheck, isMoment, isObject, isText, type Report } from './report.ts';

export const isPercentage: FieldCheck = (value, path, report) => {
  if (typeof value !== 'number' || bucketsOf(value) === undefined)
    report.expected(path, 'a percentage from 0 to 100 with at most four decimals', value);
};

const isDuration: FieldCheck = (value, path, report) => {
  if (typeof value !== 'string' || durationOf(value) === undefined) report.expected(path, A_DURATION, value);
};

const isNumber: FieldCheck = (value, path, report) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) report.expected(path, 'a number', value);
};

const isGuard: FieldCheck = (value, path, report) => {
  if (!isObject(value) || value['metric'] === undefined)
    return report.expected(path, 'a guard { metric, below, above, for }', value);
  checkFields(value, { metric: isText, below: isNumber, above: isNumber, for: isDuration }, { path, report });
  const { above, below } = value;
  if (above === undefined && below === undefined) report.note(path, 'Expected "below" or "above", got neither');
  // What can never hold would keep a ramp where it is for good.
  if (typeof above === 'number' && typeof below === 'number' && above >= below)
    report.note([...path, 'below'], `Expected more than "above", which is ${above}, got ${below}`);
};

const isGuards: FieldCheck = (value, path, report) => {
  if (!Array.isArray(value)) return isGuard(value, path, report);
  if (value.length === 0) report.expected(path, 'at least one guard', value);
  for (const [index, each] of value.entries()) isGuard(each, inside(path, index), report);
};

const isFailure: FieldCheck = (value, path, report) => {
  if (!isObject(value) || value['at'] === undefined || value['metric'] === undefined || value['value'] === undefined)
    return report.expected(path, 'a failure { at, metric, value }', value);
  checkFields(value, { at: isMoment, metric: isText, value: isNumber }, { path, report });
};

const STEP: Readonly<Record<string, FieldCheck>> = {
  at: isMoment,
  percentage: isPercentage,
  guard: isGuards,
  retryAfter: isDuration,
  passed: isMoment,
  failed: isFailure,
};

const isStep: FieldCheck = (value, path, report) => {
  if (!isObject(value) || value['at'] === undefined || value['percentage'] === undefined)
    return report.expected(path, 'a step { at, percentage }', value);
  checkFields(value, STEP, { path, report });
  if (value['guard'] !== undefined) return;
  for (const name of ['retryAfter', 'passed', 'failed'])
    if (value[name] !== undefined) report.note([...path, name], `Expected a guard beside "${name}", got none`);
};

/** A list of steps, one after the other. */
export const isRamp: FieldCheck = (value, path, report) => {
  if (!Array.isArray(value) || value.length === 0) return report.expected(path, 'a list of steps', value);
  for (const [index, each] of value.entries()) isStep(each, inside(path, index), report);
  const times = value.map((each: unknown) => (isObject(each) ? Date.parse(String(each['at'])) : Number.NaN));
  if (times.some((time, index) => index > 0 && time <= (times[index - 1] as number)))
    report.note(path, 'Expected each step later than the one before');
  checkRise(value, path, report);
};

/** A step that fails goes back to the one before, and one that waits keeps those after it: neither may mean that more are in. */
function checkRise(ramp: readonly unknown[], path: Path, report: Report): void {
  const steps = ramp.filter(isObject);
  if (!steps.some(({ guard }) => guard !== undefined)) return;
  for (const [index, { percentage }] of steps.entries()) {
    const before = steps[index - 1]?.['percentage'];
    if (typeof before === 'number' && typeof percentage === 'number' && percentage < before)
      report.note(
        [...path, index, 'percentage'],
        `Expected at least ${before} in a ramp with guards, got ${percentage}`,
      );
  }
}
