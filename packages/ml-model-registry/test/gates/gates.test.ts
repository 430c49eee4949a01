import { describe, expect, it } from 'vitest';
import { checkGates } from '../../src/gates/check-gates.ts';
import type { GateResult, PromotionGates, PromotionPlan } from '../../src/gates/gates.ts';
import { planPromotion } from '../../src/gates/plan-promotion.ts';
import type { LoadTestReport } from '../../src/load-test/contract.ts';
import type { VersionTrust } from '../../src/trust/trust-state.ts';
import type { ModelVersion } from '../../src/versions/version.ts';
import { versionWith } from '../support/model-version.ts';

const own = versionWith({}).digest;
const none: VersionTrust = { signatures: [], approvals: [] };
const planned = async (
  gates: PromotionGates,
  facts: { readonly version?: ModelVersion; readonly current?: ModelVersion; readonly trust?: VersionTrust } = {},
): Promise<PromotionPlan> => {
  const { version = versionWith({}), current, trust = none } = facts;
  return await planPromotion({ model: 'price', alias: 'prod', version, current, last: current, trust, gates });
};
const statuses = ({ gates }: PromotionPlan): readonly GateResult['status'][] => gates.map(({ status }) => status);

describe('a plan', () => {
  it('tells the limit of a figure and what was found', async () => {
    const gates = {
      metrics: [
        { metric: 'hits', min: 0.5 },
        { metric: 'rmse', min: 0, max: 0.3 },
        { metric: 'toString', min: 0 },
      ],
    };
    const plan = await planned(gates, { version: versionWith({ hits: 0.49, rmse: 0.3 }) });
    expect(plan).toEqual({
      model: 'price',
      alias: 'prod',
      from: undefined,
      to: '1.1.0',
      allowed: false,
      gates: [
        { gate: 'metric hits', status: 'failed', limit: 'at least 0.5', found: '0.49' },
        { gate: 'metric rmse', status: 'passed', limit: 'at least 0, at most 0.3', found: '0.3' },
        { gate: 'metric toString', status: 'failed', limit: 'at least 0', found: 'not measured' },
      ],
    });
    expect((await planned({})).allowed).toBe(true);
  });

  it.each([
    ['higher', undefined, 0.8, 'passed'],
    ['higher', undefined, 0.79, 'failed'],
    ['higher', 0.05, 0.75, 'passed'],
    ['higher', '5%', 0.77, 'passed'],
    ['higher', '5%', 0.75, 'failed'],
    ['lower', undefined, 0.81, 'failed'],
    ['lower', '2.5%', 0.81, 'passed'],
  ] as const)(
    'where %s is better, with a tolerance of %s, says that %d after 0.8 has %4$s',
    async (better, tolerance, value, status) => {
      const gates = { noRegression: [{ metric: 'm', better, tolerance }] };
      const current = versionWith({ m: 0.8 }, { version: '1.0.0' });
      expect(statuses(await planned(gates, { version: versionWith({ m: value }), current }))).toEqual([status]);
    },
  );

  it('says of a figure that nothing is there to be worse than, but wants it measured', async () => {
    const gates = { noRegression: [{ metric: 'm', better: 'higher' }] } as const;
    const version = versionWith({ m: 1 });
    expect((await planned(gates, { version })).gates[0]).toMatchObject({
      status: 'passed',
      limit: 'nothing is there yet',
    });
    const current = versionWith({}, { version: '1.0.0' });
    expect((await planned(gates, { version, current })).gates[0]).toMatchObject({ limit: '1.0.0 was not measured' });
    expect(statuses(await planned(gates, { version: current, current: version }))).toEqual(['failed']);
  });

  it('wants the verdict, a signature, a load test and approvals of this very content', async () => {
    const gates: PromotionGates = { inspection: 'clean', signed: true, loadTest: true, approvals: 2 };
    expect((await planned(gates)).gates.map(({ gate, status }) => `${gate} ${status}`)).toEqual([
      'inspection passed',
      'signed failed',
      'load test failed',
      'approvals failed',
    ]);
    const report: LoadTestReport = {
      status: 'passed',
      detail: 'ok',
      samples: 1,
      compared: 1,
      differences: [],
      ms: 1,
      memoryLimited: true,
    };
    const test = (digest: string, status: LoadTestReport['status']): VersionTrust['test'] => ({
      digest,
      report: { ...report, status },
      at: 0,
      by: 'ci',
    });
    const says = async (trust: Partial<VersionTrust>, wanted: PromotionGates): Promise<unknown> =>
      statuses(await planned(wanted, { trust: { ...none, ...trust } }));
    expect(await says({ test: test(own, 'passed') }, { loadTest: true })).toEqual(['passed']);
    expect(await says({ test: test('sha256:bb', 'passed') }, { loadTest: true })).toEqual(['failed']);
    expect(await says({ test: test(own, 'failed') }, { loadTest: true })).toEqual(['failed']);
    const approved = (...by: readonly string[]): Partial<VersionTrust> => ({
      approvals: by.map((each) => ({ by: each, at: 0, digest: each === 'old' ? 'sha256:bb' : own, reason: 'ok' })),
    });
    expect(await says(approved('eva', 'rui'), { approvals: 2 })).toEqual(['passed']);
    // The same one twice, whoever has added it, and one of other content do not count.
    expect(await says(approved('eva', 'eva', 'ana', 'old'), { approvals: 2 })).toEqual(['failed']);
    const suspicious = versionWith(
      {},
      { inspection: { format: 'pickle', verdict: 'suspicious', inputs: [], outputs: [], findings: ['UNKNOWN_NAME'] } },
    );
    expect((await planned({ inspection: 'unknown' }, { version: suspicious })).gates).toEqual([
      { gate: 'inspection', status: 'failed', limit: 'unknown at worst', found: 'suspicious, UNKNOWN_NAME' },
    ]);
  });

  it('asks gates of others, and takes what they throw for no', async () => {
    const mine = [
      {
        name: 'size',
        check: ({ version }: { readonly version: ModelVersion }) => (version.size > 0 ? undefined : 'empty'),
      },
      { name: 'weather', check: async () => await Promise.reject(new Error('no answer')) },
    ];
    expect((await planned({ own: mine })).gates).toEqual([
      { gate: 'size', status: 'passed', limit: 'passed', found: 'passed' },
      { gate: 'weather', status: 'failed', limit: 'passed', found: 'no answer' },
    ]);
  });
});

it.each([
  { prod: { metric: [] } },
  { prod: { metrics: [{ metric: 'm' }] } },
  { prod: { metrics: [{ metric: 'm', min: Number.NaN }] } },
  { prod: { noRegression: [{ metric: 'm', better: 'more' }] } },
  { prod: { noRegression: [{ metric: 'm', better: 'lower', tolerance: '5 %' }] } },
  { prod: { noRegression: [{ metric: 'm', better: 'lower', tolerance: -1 }] } },
  { prod: { approvals: 1.5 } },
  { prod: { inspection: 'malicious' } },
])('gates that are none are refused: %j', (gates) => {
  expect(() => checkGates(gates as never)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});
