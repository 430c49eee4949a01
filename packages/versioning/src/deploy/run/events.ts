import type { Deployment, DeployRunStep, StepReport } from './contract.ts';
import type { HandVerb } from './hand-verb.ts';

/** Something that happened to a machine, for logs and audits. */
export type DeployEvent =
  | {
      readonly kind:
        | 'deploy.started'
        | 'deploy.succeeded'
        | 'deploy.failed'
        | 'deploy.rolledBack'
        | 'deploy.undone'
        | 'deploy.resumed'
        | 'rollback.started'
        | 'rollback.succeeded'
        | 'rollback.failed'
        | 'rollback.undone'
        | 'rollback.resumed';
      readonly version: string;
      readonly by: string;
      readonly deployment: Deployment;
    }
  /** Somebody has said that there need not be a backup. */
  | {
      readonly kind: 'backup.skipped';
      readonly version: string;
      readonly by: string;
      readonly migrations: number;
      readonly reason?: string | undefined;
    }
  | {
      readonly kind: 'backup.created' | 'backup.restored';
      readonly version: string;
      readonly by: string;
      readonly backup: string;
      /** Of a restore: what did not come back, and why. */
      readonly partial?: readonly string[] | undefined;
    }
  /** Somebody has said that a step may stay as it is: neither done nor taken back. */
  | {
      readonly kind: 'step.accepted';
      readonly version: string;
      readonly by: string;
      readonly step: DeployRunStep;
      readonly direction: 'forward' | 'back';
      /** What was in the way. */
      readonly found: string;
      readonly reason?: string | undefined;
    }
  | {
      readonly kind: 'lock.forced';
      readonly by: string;
      readonly from: string;
      readonly reason?: string | undefined;
    }
  | {
      readonly kind: 'maintenance.switchedOn' | 'maintenance.switchedOff';
      readonly by: string;
      readonly reason?: string | undefined;
    }
  /** Somebody has started, stopped or set it up by hand. */
  | { readonly kind: 'service.changed'; readonly by: string; readonly verb: HandVerb }
  | { readonly kind: 'release.cleaned'; readonly by: string; readonly versions: readonly string[] }
  | { readonly kind: 'evidence.cleaned'; readonly by: string; readonly paths: readonly string[] }
  /** A step begins, for progress. */
  | { readonly kind: 'step.begun' | 'step.undoing'; readonly version: string; readonly step: DeployRunStep }
  | { readonly kind: 'step.ended'; readonly version: string; readonly report: StepReport }
  /** What the service said last, beside a check that failed. */
  | { readonly kind: 'service.logged'; readonly version: string; readonly lines: readonly string[] };

/** Hears what happens. What it throws ends the run, so it should not. */
export type DeployListener = (event: DeployEvent) => void;
