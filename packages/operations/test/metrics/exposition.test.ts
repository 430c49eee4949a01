import * as fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { judgeObjectives, restorability } from '../../src/drills/index.ts';
import { acceptedFormat } from '../../src/metrics/exposition.ts';
import { dashboard, type MetricFamily, metricFamilies, metricsText } from '../../src/metrics/index.ts';
import { DAY, drill, HOUR, idOf, iso, NOW, snapshot } from '../fixtures/drill-facts.ts';
import { readExposition } from '../fixtures/read-exposition.ts';

const hard = 'a "quoted" \\ back\\nslash\nand {more}, =1 é';

function families(tenants = ['shop', hard], maxTenants?: number): readonly MetricFamily[] {
  const snapshots = tenants.map((tenant, n) => snapshot({ tenant, id: idOf(n + 1) }));
  const drills = tenants.map((tenant, n) => drill({ tenant, snapshot: idOf(n + 1) }));
  const samples = Array.from({ length: 9 }, (_, n) => ({
    atMs: NOW - n * DAY,
    storedBytes: 100 - n,
    freeBytes: 10 + n,
  }));
  const storage = [{ destination: 's3://backups', samples }];
  const deploys = [
    { id: 'a', kind: 'deploy', version: '1.0.0', outcome: 'succeeded', startedAt: iso(NOW - HOUR) },
  ] as const;
  const asked = { events: [], snapshots, releases: [{ version: '1.0.0' }], deploys, storage, nowMs: NOW };
  const judged = tenants.map((name) => ({ name, critical: false }));
  return metricFamilies(
    {
      dashboard: dashboard(asked),
      judgements: judgeObjectives({ tenants: judged, snapshots, drills, rollbacks: [], nowMs: NOW }),
      drills,
      proofs: restorability({ snapshots, drills }),
    },
    { maxTenants },
  );
}

test.each(['prometheus', 'openmetrics'] as const)(
  '%s: what is written is what a reader of the format finds',
  (format) => {
    const given = families().filter(({ samples }) => samples.length > 0);
    const read = readExposition(metricsText(given, format), format === 'openmetrics');
    expect(read.map(({ name, help, samples }) => ({ name, help, samples }))).toEqual(
      given.map(({ name, help, samples }) => ({ name, help, samples })),
    );
    expect(new Set(read.map(({ type }) => type))).toEqual(new Set(['gauge']));
    expect(given.length).toBeGreaterThan(15);
  },
);

it('law: any text survives as a label or help, and any number as a value', () => {
  const anyText = fc.string({ unit: 'binary' }).filter((each) => each.isWellFormed());
  fc.assert(
    fc.property(
      anyText,
      anyText,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      (label, help, value, open) => {
        const family = { name: 'a', help, unit: null, samples: [{ labels: { label }, value }] };
        const text = metricsText([family], open ? 'openmetrics' : 'prometheus');
        const [read] = readExposition(text, open);
        expect(read).toMatchObject({ help, samples: [{ labels: { label } }] });
        expect(read?.samples[0]?.value === value).toBe(true);
      },
    ),
  );
});

it('what is not known has no sample, and units are those of the base', () => {
  const text = metricsText(families(['shop']));
  expect(text).toContain(`holdfast_backup_last_success_timestamp_seconds{tenant="shop"} ${(NOW - HOUR) / 1000}\n`);
  expect(text).toContain('holdfast_backup_average_duration_seconds{tenant="shop"} 2\n');
  expect(text).toContain('holdfast_objective_met{tenant="shop",objective="restore"} 1\n');
  expect(text).toContain('holdfast_objective_limit_seconds{objective="rollback"} 900\n');
  expect(text).not.toContain('holdfast_objective_met{objective="rollback"}');
  expect(text).not.toContain('holdfast_backup_last_failure');
  expect(text).toContain('holdfast_snapshots{tenant="shop",restorability="proven"} 1\n');
  expect(text).toContain(`holdfast_stored_growth_bytes_per_second{destination="s3://backups"} ${1 / 86_400}\n`);
});

it('labels are bounded: tenants beyond a number are left out, and that is told', () => {
  const names = Array.from({ length: 30 }, (_, n) => `t${String(n).padStart(2, '0')}`);
  const text = metricsText(families(names, 10));
  expect(new Set(text.match(/tenant="[^"]+"/g)).size).toBe(10);
  expect(text).toContain('holdfast_tenants_left_out 20\n');
});

test.each([
  [undefined, 'prometheus'],
  ['*/*', 'prometheus'],
  ['text/plain', 'prometheus'],
  ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3', 'openmetrics'],
  ['application/openmetrics-text;q=0.1, text/plain;q=0.9', 'prometheus'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text;q=0', 'prometheus'],
])('who accepts %s gets %s', (accept, format) => {
  expect(acceptedFormat(accept)).toBe(format);
});
