import { RetentionError, shown } from '../errors.ts';
import { EARLIEST, LATEST } from '../time.ts';
import { DAY, HOUR } from './civil.ts';

/** A time zone with its changes of clocks. "Local" times are milliseconds that read as UTC what clocks on the wall say. */
export interface Zone {
  /** What the clocks are ahead of UTC at an instant, in ms. */
  offsetAt(instant: number): number;
  /** The first instant at which the clocks have reached a local time: of a repeated time the first, of a skipped one the change. */
  toInstant(local: number): number;
  /** The instant at which the clocks are changed between two that are less than four days apart and differ in their offset. */
  changeBetween(from: number, to: number): number;
}

/** A stretch of time with at most one change of clocks in it. */
interface Block {
  readonly before: number;
  readonly changeAt: number;
  readonly after: number;
}

/** No zone has changed its clocks and changed them back within four days. */
const BLOCK = 4 * DAY;
/** Further than any offset from UTC. */
const FAR = 16 * HOUR;

/**
 * Opens an IANA time zone. `Intl` is asked twice for each four days that are looked at, and never again for the same
 * ones, as it takes microseconds each time.
 *
 * @throws RetentionError `UNKNOWN_TIME_ZONE`
 */
export function openZone(timeZone: unknown): Zone {
  const probe = openProbe(timeZone);
  const blocks = new Map<number, Block>();
  let current: Block = { before: 0, changeAt: Infinity, after: 0 };
  let currentIndex = Number.NaN;

  const blockOf = (instant: number): Block => {
    const index = Math.floor(Math.min(Math.max(instant, EARLIEST), LATEST) / BLOCK);
    if (index === currentIndex) return current;
    const known = blocks.get(index);
    current = known ?? readBlock(probe, index);
    if (known === undefined) blocks.set(index, current);
    currentIndex = index;
    return current;
  };
  const offsetAt = (instant: number): number => {
    const { before, changeAt, after } = blockOf(instant);
    return instant < changeAt ? before : after;
  };
  const changeBetween = (from: number, to: number): number => {
    const { changeAt } = blockOf(from);
    return changeAt > from && changeAt <= to ? changeAt : blockOf(to).changeAt;
  };
  const toInstant = (local: number): number => {
    const [before, after] = [offsetAt(local - FAR), offsetAt(local + FAR)];
    if (before === after) return local - before;
    const change = changeBetween(local - FAR, local + FAR);
    if (local - before < change) return local - before;
    return Math.max(local - after, change);
  };
  return { offsetAt, toInstant, changeBetween };
}

function readBlock(probe: (instant: number) => number, index: number): Block {
  const [from, to] = [index * BLOCK, (index + 1) * BLOCK];
  const [before, after] = [probe(from), probe(to)];
  if (before === after) return { before, changeAt: Infinity, after };
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (probe(middle) === before) low = middle;
    else high = middle;
  }
  return { before, changeAt: high, after };
}

/** A function that asks `Intl` for the offset at an instant. */
function openProbe(timeZone: unknown): (instant: number) => number {
  const format = openFormat(timeZone);
  const first = EARLIEST + DAY;
  const last = LATEST - DAY;
  return (instant) => {
    const at = Math.floor(Math.min(Math.max(instant, first), last) / 1000) * 1000;
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = format.format(at).split(/\D+/).map(Number);
    // Date.UTC takes the years 0 to 99 for those of the 20th century.
    const local = new Date(0).setUTCFullYear(year, month - 1, day);
    return local + ((hour * 60 + minute) * 60 + second) * 1000 - at;
  };
}

function openFormat(timeZone: unknown): Intl.DateTimeFormat {
  const hint = 'Give a name of the IANA time zone database, such as Europe/Lisbon or UTC.';
  const message = `Expected an IANA time zone, got ${shown(timeZone)}`;
  if (typeof timeZone !== 'string') throw new RetentionError('UNKNOWN_TIME_ZONE', message, { hint });
  try {
    return new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  } catch (cause) {
    throw new RetentionError('UNKNOWN_TIME_ZONE', message, { hint, cause });
  }
}
