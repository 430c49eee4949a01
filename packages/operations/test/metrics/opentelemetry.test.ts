import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { dashboard, metricFamilies, registerMetrics } from '../../src/metrics/index.ts';
import { HOUR, NOW, snapshot } from '../fixtures/drill-facts.ts';

it('a real meter gets all numbers, with units of its own, and reads none after they were taken away', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const asked = { events: [], snapshots: [snapshot()], releases: [], deploys: [], storage: [], nowMs: NOW };
  let reads = 0;
  const remove = registerMetrics(provider.getMeter('holdfast'), async () => {
    reads++;
    return await Promise.resolve(metricFamilies({ dashboard: dashboard(asked) }));
  });
  const exported = async () => {
    exporter.reset();
    await reader.forceFlush();
    return exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics)
      .filter(({ dataPoints }) => dataPoints.length > 0);
  };
  const metrics = new Map((await exported()).map((metric) => [metric.descriptor.name, metric]));
  const success = metrics.get('holdfast.backup_last_success_timestamp');
  expect(success?.descriptor).toMatchObject({ unit: 's' });
  expect(success?.dataPoints).toMatchObject([{ value: (NOW - HOUR) / 1000, attributes: { tenant: 'shop' } }]);
  expect(metrics.get('holdfast.backup_average_size')?.descriptor.unit).toBe('By');
  expect(metrics.get('holdfast.backups')?.dataPoints).toHaveLength(2);
  expect(metrics.has('holdfast.backup_last_failure_timestamp')).toBe(false);
  remove();
  await exported();
  expect(reads).toBe(1);
  await provider.shutdown();
});
