import { parse } from 'yaml';
import type { CiPlan } from '../../src/index.ts';

/** A step, as far as tests look at it. */
export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly shell?: string;
  readonly run?: string;
}

/** A job, as far as tests look at it. */
export interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly environment?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly node: readonly (string | number)[] } };
  readonly steps: readonly Step[];
}

/** The workflow of a plan. */
export interface Workflow {
  readonly on: {
    readonly push: { readonly branches: readonly string[] };
    readonly pull_request: null;
    readonly workflow_dispatch: { readonly inputs: Readonly<Record<string, { readonly default?: unknown }>> };
  };
  readonly concurrency: { readonly group: string; readonly 'cancel-in-progress': string };
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** The composite action of a plan. */
export interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

const textOf = (plan: CiPlan, end: string): string => plan.files.find(({ path }) => path.endsWith(end))?.text ?? '';

export const workflowOf = (plan: CiPlan): Workflow => parse(textOf(plan, 'holdfast-release.yml')) as Workflow;
export const actionOf = (plan: CiPlan): Action => parse(textOf(plan, 'action.yml')) as Action;

/** All steps of both files. */
export const stepsOf = (plan: CiPlan): readonly Step[] => [
  ...Object.values(workflowOf(plan).jobs).flatMap(({ steps }) => steps),
  ...actionOf(plan).runs.steps,
];
