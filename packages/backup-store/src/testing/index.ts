export { MUTANTS } from './mutants.ts';
export type { Mutant } from './mutants.ts';
export { replay, shrink, simulate } from './simulate.ts';
export type { FailedSchedule, Replay, SimulateOptions, SimulationReport } from './simulate.ts';
