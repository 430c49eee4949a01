import { shortDayText } from './dates.ts';
import { addDays, type Zone } from './zone.ts';

/** From values to places. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** Steps that people count in, from 0 to a round number above all values, about so many. */
export function scaleFromZero(most: number, steps = 4, units: readonly number[] = [1, 2, 5]): Scale {
  if (!(most > 0) || !Number.isFinite(most)) return { low: 0, high: 1, ticks: [0, 1] };
  const rough = most / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (units.find((unit) => unit * power >= rough * 0.999) ?? 10) * power;
  const count = Math.max(1, Math.ceil((most / step) * 0.9999));
  return { low: 0, high: count * step, ticks: Array.from({ length: count + 1 }, (_, at) => at * step) };
}

/** The same for things that are counted one by one. */
export function countScale(most: number): Scale {
  if (most <= 4) {
    const high = Math.max(1, Math.ceil(most));
    return { low: 0, high, ticks: Array.from({ length: high + 1 }, (_, at) => at) };
  }
  return scaleFromZero(most);
}

/** The same for milliseconds, in seconds, minutes or hours. */
export function durationScale(mostMs: number): Scale {
  const unit = [1, 1000, 60_000, 3_600_000].findLast((each) => mostMs >= each * 2) ?? 1;
  const { low, high, ticks } = scaleFromZero(mostMs / unit, 4, [1, 1.5, 2, 3, 5]);
  return { low, high: high * unit, ticks: ticks.map((tick) => tick * unit) };
}

/** A tick of time. */
export interface TimeTick {
  readonly ms: number;
  readonly label: string;
}

/** Moments of a time that are worth a label, at most so many: hours of a day, days, first days of months. */
export function timeTicks(fromMs: number, toMs: number, zone: Zone, most = 6): readonly TimeTick[] {
  const days = (toMs - fromMs) / 86_400_000;
  if (days <= 2) {
    const step = [1, 2, 3, 6, 12, 24].find((hours) => (days * 24) / hours <= most) ?? 24;
    return hourTicks(fromMs, toMs, zone, step);
  }
  const first = zone.dateOf(fromMs + 86_399_999);
  const dates: string[] = [];
  const step = [1, 2, 7, 14].find((each) => days / each <= most);
  if (step !== undefined) for (let date = first; dates.length <= most; date = addDays(date, step)) dates.push(date);
  else {
    const months = [1, 2, 3, 6, 12, 24].find((each) => days / 30.4 / each <= most) ?? 60;
    const [year, month] = [Number(first.slice(0, 4)), Number(first.slice(5, 7)) - 1];
    for (let at = first.endsWith('-01') ? 0 : 1; at <= months * (most + 1); at++)
      if ((month + at) % months === 0) dates.push(new Date(Date.UTC(year, month + at, 1)).toISOString().slice(0, 10));
  }
  return dates
    .map((date) => ({ ms: zone.startOf(date), label: shortDayText(date) }))
    .filter(({ ms }) => ms >= fromMs && ms <= toMs);
}

function hourTicks(fromMs: number, toMs: number, zone: Zone, step: number): readonly TimeTick[] {
  const ticks: TimeTick[] = [];
  for (let ms = Math.ceil(fromMs / 3_600_000) * 3_600_000; ms <= toMs; ms += 3_600_000) {
    const time = zone.timeOf(ms).slice(11);
    if (time.endsWith(':00') && Number(time.slice(0, 2)) % step === 0) ticks.push({ ms, label: time });
  }
  return ticks;
}
