import { isAtWorst } from '../inspect/verdict.ts';
import { countedApprovals } from '../trust/approve-version.ts';
import type { VersionVerification } from '../trust/verify-version.ts';
import { toleranceOf } from './check-gates.ts';
import type { GateFacts, GateResult, MetricGate, PromotionGates, RegressionGate } from './gates.ts';

/** Facts, and who has signed the version; `undefined` where nobody is trusted. */
export interface JudgedFacts extends GateFacts {
  readonly verification?: VersionVerification | undefined;
}

/** Whether a version passes gates, one's own left out. Decides by what it is given, and nothing else. */
export function judgeGates(gates: PromotionGates, facts: JudgedFacts): readonly GateResult[] {
  const { metrics = [], noRegression = [], inspection, signed, loadTest, approvals } = gates;
  return [
    ...metrics.map((gate) => metricResult(gate, facts)),
    ...noRegression.map((gate) => regressionResult(gate, facts)),
    ...(inspection === undefined ? [] : [inspectionResult(inspection, facts)]),
    ...(signed === true ? [signedResult(facts)] : []),
    ...(loadTest === true ? [loadTestResult(facts)] : []),
    ...(approvals === undefined || approvals === 0 ? [] : [approvalsResult(approvals, facts)]),
  ];
}

const result = (gate: string, passed: boolean, [limit, found]: readonly [string, string]): GateResult => ({
  gate,
  status: passed ? 'passed' : 'failed',
  limit,
  found,
});

const figure = ({ metrics }: GateFacts['version'], name: string): number | undefined =>
  Object.hasOwn(metrics, name) ? metrics[name] : undefined;

function metricResult({ metric, min, max }: MetricGate, { version }: JudgedFacts): GateResult {
  const value = figure(version, metric);
  const limit = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ].join(', ');
  const passed = value !== undefined && (min === undefined || value >= min) && (max === undefined || value <= max);
  return result(`metric ${metric}`, passed, [limit, String(value ?? 'not measured')]);
}

function regressionResult(gate: RegressionGate, { version, last }: JudgedFacts): GateResult {
  const { metric, better, tolerance = 0 } = gate;
  const name = `no regression of ${metric}`;
  const value = figure(version, metric);
  if (value === undefined) return result(name, false, ['measured', 'not measured']);
  if (last === undefined) return result(name, true, ['nothing is there yet', String(value)]);
  const old = figure(last, metric);
  // It has not become worse than anything that is known.
  if (old === undefined) return result(name, true, [`${last.version} was not measured`, String(value)]);
  const slack = toleranceOf(tolerance, old);
  const limit = better === 'higher' ? old - slack : old + slack;
  const passed = better === 'higher' ? value >= limit : value <= limit;
  const bound = `at ${better === 'higher' ? 'least' : 'most'} ${limit}`;
  const why = tolerance === 0 ? `as ${last.version}` : `${old} of ${last.version} and ${tolerance} tolerance`;
  return result(name, passed, [`${bound} (${why})`, String(value)]);
}

function inspectionResult(worst: NonNullable<PromotionGates['inspection']>, { version }: JudgedFacts): GateResult {
  const { verdict, findings } = version.inspection;
  const limit = worst === 'clean' ? worst : `${worst} at worst`;
  const found = verdict === 'clean' ? verdict : [verdict, ...findings].join(', ');
  return result('inspection', isAtWorst(verdict, worst), [limit, found]);
}

function signedResult({ verification }: JudgedFacts): GateResult {
  const limit = 'signed by somebody who is trusted';
  if (verification === undefined) return result('signed', false, [limit, 'nobody is trusted: give the registry keys']);
  const { verified, signer = '', problem = '' } = verification;
  return result('signed', verified, [limit, verified ? `signed by ${signer.slice(0, 16)}` : problem]);
}

function loadTestResult({ version, trust }: JudgedFacts): GateResult {
  const { test } = trust;
  if (test === undefined) return result('load test', false, ['passed', 'not tested']);
  const isOfThis = test.digest === version.digest;
  const { status, detail } = test.report;
  return result('load test', isOfThis && status === 'passed', ['passed', `${status}: ${detail}`]);
}

function approvalsResult(count: number, { version, trust }: JudgedFacts): GateResult {
  const people = countedApprovals(version, trust).map(({ by }) => by);
  const limit = `${count} of others than ${version.addedBy}`;
  return result('approvals', people.length >= count, [limit, people.length === 0 ? 'none' : people.join(', ')]);
}
