import type { KeepRules } from '../policy/policy.ts';

type CountName = 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'quarterly' | 'halfYearly' | 'yearly';

/** The letters of counts in a policy's text. */
export const COUNT_UNITS: readonly (readonly [CountName, string])[] = [
  ['last', 'last'],
  ['hourly', 'h'],
  ['daily', 'd'],
  ['weekly', 'w'],
  ['monthly', 'm'],
  ['quarterly', 'q'],
  ['halfYearly', 'hy'],
  ['yearly', 'y'],
];

/** The words before `=` of the other rules. */
export const VALUE_WORDS: readonly (readonly [Exclude<keyof KeepRules, CountName | 'windows' | 'lastGood'>, string])[] =
  [
    ['within', 'within'],
    ['withinHourly', 'within.hourly'],
    ['withinDaily', 'within.daily'],
    ['withinWeekly', 'within.weekly'],
    ['withinMonthly', 'within.monthly'],
    ['withinQuarterly', 'within.quarterly'],
    ['withinHalfYearly', 'within.halfYearly'],
    ['withinYearly', 'within.yearly'],
    ['grid', 'grid'],
    ['pick', 'pick'],
  ];
