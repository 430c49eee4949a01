import { FAMILIES, type MetricFamily } from './family-list.ts';

/** What of a gauge of `@opentelemetry/api` is needed: nothing but itself. */
export type GaugeLike = object;

/** What of an observation of `@opentelemetry/api` is needed. */
export interface ObservationsLike<Gauge extends GaugeLike> {
  /** One number of a gauge. */
  observe(gauge: Gauge, value: number, attributes?: Record<string, string>): void;
}

/** What of a `Meter` of `@opentelemetry/api` is needed: the real one fits. */
export interface MeterLike<Gauge extends GaugeLike> {
  /** Makes a gauge that is asked for its numbers. */
  createObservableGauge(name: string, options: { description: string; unit: string }): Gauge;
  /** Asks a function for the numbers of several. */
  addBatchObservableCallback(callback: (observations: ObservationsLike<Gauge>) => Promise<void>, gauges: Gauge[]): void;
  /** Asks it no more. */
  removeBatchObservableCallback(
    callback: (observations: ObservationsLike<Gauge>) => Promise<void>,
    gauges: Gauge[],
  ): void;
}

/** Units of the UCUM, as OpenTelemetry has them. */
const UNITS = { seconds: 's', bytes: 'By', bytes_per_second: 'By/s' } as const;

/**
 * Gives the numbers to OpenTelemetry, whenever its reader asks for them. Gauges are called `holdfast.backups` and the like: the names of Prometheus,
 * without the unit, which stands beside; an exporter for Prometheus makes the same names of them.
 *
 * @param read Reads the numbers, as {@link metricFamilies} gives them.
 * @returns What takes them away again.
 *
 * @example
 * ```ts
 * import { dashboard, metricFamilies, registerMetrics, type MeterLike } from '@x/operations/metrics';
 *
 * // metrics.getMeter('holdfast') of @opentelemetry/api
 * export function register(meter: MeterLike<object>): () => void {
 *   return registerMetrics(meter, async () => {
 *     const nothing = { events: [], snapshots: [], releases: [], deploys: [], storage: [] };
 *     return metricFamilies({ dashboard: dashboard({ ...nothing, nowMs: Date.now() }) });
 *   });
 * }
 * ```
 */
export function registerMetrics<Gauge extends GaugeLike>(
  meter: MeterLike<Gauge>,
  read: () => Promise<readonly MetricFamily[]>,
): () => void {
  const gauges = new Map<string, Gauge>();
  for (const family of Object.values(FAMILIES)) {
    const { name, help: description, unit } = family;
    gauges.set(
      name,
      meter.createObservableGauge(otelName(family), { description, unit: unit === null ? '1' : UNITS[unit] }),
    );
  }
  const observe = async (observations: ObservationsLike<Gauge>): Promise<void> => {
    for (const { name, samples } of await read()) {
      const gauge = gauges.get(name);
      if (gauge === undefined) continue;
      for (const { labels, value } of samples) observations.observe(gauge, value, { ...labels });
    }
  };
  const all = [...gauges.values()];
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}

function otelName({ name, unit }: Pick<MetricFamily, 'name' | 'unit'>): string {
  const short = unit === null ? name : name.slice(0, -`_${unit}`.length);
  return short.replace('_', '.');
}
