import { DAY, HOUR } from '../periods/civil.ts';

/** Ages along a line: the last hours take as much room as the last years, or nothing recent could be told apart. */
export interface Scale {
  /** Where an age in ms stands, from 0 (the oldest) to 1 (now). */
  placeOf(age: number): number;
  readonly ticks: readonly Tick[];
}

/** A labelled age. */
export interface Tick {
  readonly label: string;
  readonly place: number;
}

const AGES: readonly (readonly [string, number])[] = [
  ['1 hour', HOUR],
  ['6 hours', 6 * HOUR],
  ['1 day', DAY],
  ['1 week', 7 * DAY],
  ['1 month', 30.4 * DAY],
  ['3 months', 91.3 * DAY],
  ['1 year', 365.25 * DAY],
  ['3 years', 3 * 365.25 * DAY],
  ['10 years', 10 * 365.25 * DAY],
  ['30 years', 30 * 365.25 * DAY],
  ['100 years', 100 * 365.25 * DAY],
];

/** A logarithmic scale from now back to the oldest age, in ms; with ticks that are at least `apart` of its length from each other. */
export function scaleTo(oldest: number, apart: number): Scale {
  const length = Math.log1p(Math.max(oldest, HOUR) / HOUR);
  const placeOf = (age: number): number => 1 - Math.min(Math.log1p(Math.max(age, 0) / HOUR) / length, 1);
  const ticks: Tick[] = [{ label: 'now', place: 1 }];
  for (const [label, age] of AGES) {
    const place = placeOf(age);
    if (age <= oldest && (ticks.at(-1) as Tick).place - place >= apart) ticks.push({ label, place });
  }
  return { placeOf, ticks };
}
