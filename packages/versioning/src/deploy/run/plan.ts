import type { DeployRunStep } from './contract.ts';

/** A step that a plan has, in words for people. */
export interface PlannedDeployStep {
  readonly step: DeployRunStep;
  readonly what: string;
  /** What takes it back; none where there is nothing to take back. */
  readonly undo?: string | undefined;
}

/** Migrations of a plan, by their ids, in the order in which they are run. */
export interface PlannedDeployMigrations {
  /** Run before the switch. */
  readonly expand: readonly string[];
  /** Run after the checks. */
  readonly data: readonly string[];
  /** Run last: from then on there is no way back but a backup. */
  readonly contract: readonly string[];
  /** Taken back by a rollback, the last one first. */
  readonly back: readonly string[];
  /** Those of `expand` that take something away all the same: the release before may not work with what is left. */
  readonly destructive?: readonly string[] | undefined;
}

/**
 * All that a deploy or a rollback will do, as data: what `--dry-run` shows, what the run writes down first, and what a resumed run goes by.
 * It has no secrets.
 */
export interface DeployPlan {
  readonly format: 'holdfast-deploy-plan';
  readonly formatVersion: 0;
  readonly kind: 'deploy' | 'rollback' | 'restart';
  /** What will be current. */
  readonly version: string;
  /** What is current. */
  readonly from?: string | undefined;
  readonly channel: string;
  readonly strategy: string;
  /** In their order. */
  readonly steps: readonly PlannedDeployStep[];
  readonly migrations: PlannedDeployMigrations;
  /** The backup that a rollback restores instead of taking migrations back. */
  readonly restores?: string | undefined;
  /** How a rollback looks at the files of its target. Default: `quick`. */
  readonly fileCheck?: FileCheck | undefined;
  /** What goes back by itself when a step fails, in words. */
  readonly wayBack: readonly string[];
  /** What deserves a second look. */
  readonly warnings: readonly string[];
  /** What was agreed to: written down with who carries it out, and told as an event. */
  readonly agreements: readonly DeployAgreement[];
  /** Why, for what was agreed to. */
  readonly reason?: string | undefined;
  /** When the commits of the release were made, the median. ISO 8601, UTC. */
  readonly committedAt?: string | undefined;
}

/** Something that is refused unless somebody says that it is wanted. */
export type DeployAgreement = 'no-backup';

/** `quick` reads the files whose size or time has changed, and no others; `full` reads every byte. */
export type FileCheck = 'quick' | 'full';

/** A plan with nothing to migrate. */
export const NO_MIGRATIONS: PlannedDeployMigrations = { expand: [], data: [], contract: [], back: [] };

/** How many migrations are run, forward or back. */
export const countOf = ({ expand, data, contract, back }: PlannedDeployMigrations): number =>
  expand.length + data.length + contract.length + back.length;
