import type { Level } from '../record/levels.ts';
import type { Clock } from '../clock.ts';
import type { MeasureFields, Meter, Span } from './contract.ts';

/** Takes a measurement. */
export type MeasureSink = (level: Level, fields: Readonly<Record<string, unknown>>) => void;

/** Makes a meter. */
export function createMeter(sink: MeasureSink, clock: Clock): Meter {
  const span = (name: string, fields: MeasureFields = {}): Span => {
    const startedMs = clock.monotonic();
    let lengthMs: number | undefined;
    const end = (level: Level, outcome: object, more: MeasureFields): number => {
      if (lengthMs === undefined) {
        lengthMs = Math.round((clock.monotonic() - startedMs) * 1000) / 1000;
        sink(level, { ...fields, ...more, name, durationMs: lengthMs, ...outcome });
      }
      return lengthMs;
    };
    return {
      end: (more = {}) => end('info', { outcome: 'ok' }, more),
      fail: (err, more = {}) => end('error', { outcome: 'failed', err }, more),
    };
  };
  return {
    span,
    async time(name, run, fields) {
      const taken = span(name, fields);
      try {
        const result = await run();
        taken.end();
        return result;
      } catch (error) {
        taken.fail(error);
        throw error;
      }
    },
    count(name, by = 1, fields = {}) {
      sink('info', { ...fields, name, count: by });
    },
  };
}
