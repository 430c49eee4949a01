/**
 * Restores that are tried by themselves, what they took, and the objectives they are held against.
 *
 * @module
 */
export type { EventBook, EventLevel, EventQuery, OperationEvent } from '../events/contract.ts';
export type { Clock } from '../clock.ts';
export { DRILL_KINDS } from './contract.ts';
export type { DrillCheck, DrillKind, DrillProblem, DrillResult, DrillSnapshot, ProvenShare } from './contract.ts';
export { planDrills } from './plan.ts';
export type { DrillPlan, DrillQuestion, LaterDrill, PlannedDrill } from './plan.ts';
export { checkDrillPolicy, USUAL_EVERY_MS } from './policy.ts';
export type { DrillIntervals, DrillPolicy } from './policy.ts';
export { DRILL_EVENTS, drillEvent, drillHistory, drillResultOf } from './results.ts';
export { runDrill } from './run-drill.ts';
export type { DrillOrder, RunDrillOptions } from './run-drill.ts';
export { drillSnapshots } from './snapshots.ts';
export type { DrilledRepository, DrillPlaces } from './try-restore.ts';
export { noteObjectives, OBJECTIVE_EVENTS, objectiveChanges } from '../objectives/changes.ts';
export { OBJECTIVES } from '../objectives/contract.ts';
export type {
  JudgedTenant,
  ObjectiveJudgement,
  ObjectiveLimits,
  ObjectiveName,
  ObjectivesPolicy,
  RestoreFact,
  RollbackFact,
} from '../objectives/contract.ts';
export { RESTORE_EVENTS, restoresOf, rollbacksOf } from '../objectives/facts.ts';
export type { DeployFact } from '../objectives/facts.ts';
export { judgeObjectives } from '../objectives/judge.ts';
export type { ObjectivesQuestion } from '../objectives/judge.ts';
export { checkObjectives, USUAL_LIMITS } from '../objectives/limits.ts';
export { percentText, restorability } from '../objectives/proof.ts';
export type { RestorabilityProof } from '../objectives/proof.ts';
export { judgedTenants } from '../objectives/tenants.ts';
