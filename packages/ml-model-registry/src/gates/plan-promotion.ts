import type { ModelTrust } from '@x/integrity';
import { ModelError } from '../errors.ts';
import { verifyVersion } from '../trust/verify-version.ts';
import type { GateFacts, GateResult, OwnGate, PromotionGates, PromotionPlan } from './gates.ts';
import { judgeGates } from './judge-gates.ts';

/** What a plan is made of. */
export interface PlannedPromotion extends GateFacts {
  readonly gates?: PromotionGates | undefined;
  /** Whose signatures count. */
  readonly signers?: ModelTrust | undefined;
  /** What a scrub has found wrong with the content: no alias should point to what can't be brought back. */
  readonly damage?: string | undefined;
}

/** Lists each gate with its limit and what was found. Changes nothing. */
export async function planPromotion(planned: PlannedPromotion): Promise<PromotionPlan> {
  const { gates = {}, signers, damage, model, alias, version, current, last, trust } = planned;
  const facts: GateFacts = { model, alias, version, current, last, trust };
  const verification =
    gates.signed === true && signers !== undefined ? verifyVersion(version, trust, signers) : undefined;
  const whole = damage === undefined ? [] : [contentGate(damage)];
  const results = [...whole, ...judgeGates(gates, { ...facts, verification })];
  for (const gate of gates.own ?? []) results.push(await ownResult(gate, facts));
  const allowed = results.every(({ status }) => status === 'passed');
  return { model, alias, from: current?.version, to: version.version, gates: results, allowed };
}

/** The gate of every alias: what can't be brought back goes nowhere. */
export function contentGate(damage: string): GateResult {
  return { gate: 'content', status: 'failed', limit: 'what was added', found: damage };
}

async function ownResult(gate: OwnGate, facts: GateFacts): Promise<GateResult> {
  const result = (problem: string | undefined): GateResult => ({
    gate: gate.name,
    status: problem === undefined ? 'passed' : 'failed',
    limit: 'passed',
    found: problem ?? 'passed',
  });
  try {
    return result(await gate.check(facts));
  } catch (error) {
    // Who can't tell does not say yes.
    return result(error instanceof Error ? error.message : String(error));
  }
}

/** @throws {ModelError} `GATE_FAILED` with all gates that are not passed. */
export function demandAllowed({ model, alias, to, gates, allowed }: PromotionPlan): void {
  if (allowed) return;
  const failed = gates.filter(({ status }) => status === 'failed');
  const names = failed.map(({ gate }) => gate).join(', ');
  throw new ModelError(
    'GATE_FAILED',
    `Expected ${model} ${to} to pass all gates of ${alias}, got ${failed.length} failed: ${names}`,
    {
      hint: 'Set right what is listed. Whoever may can force it, with a reason that the history keeps.',
      details: failed.map(({ gate, limit, found }) => `${gate}: expected ${limit}, got ${found}`),
    },
  );
}
