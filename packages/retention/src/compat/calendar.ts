import { civilDate, DAY, HOUR } from '../periods/civil.ts';

/** The periods that other tools count. */
export type CompatPeriod = 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';

/** In the order in which both tools apply them. */
export const COMPAT_PERIODS: readonly CompatPeriod[] = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'];

/** 1969-12-29, the Monday before the epoch, is day -3. */
const MONDAY = 3;

/**
 * A number for the period that clocks on the wall show, `local` in ms. An hour that clocks repeat is one here: these tools
 * compare what a clock says, not instants.
 */
export function periodOf(period: Exclude<CompatPeriod, 'last'>, local: number): number {
  if (period === 'hourly') return Math.floor(local / HOUR);
  const day = Math.floor(local / DAY);
  if (period === 'daily') return day;
  if (period === 'weekly') return Math.floor((day + MONDAY) / 7);
  const { year, month } = civilDate(day);
  return period === 'monthly' ? year * 12 + month : year;
}
