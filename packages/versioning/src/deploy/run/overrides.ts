import type { ObjectStore } from '@x/storage';
import type { DeployRunStep } from './contract.ts';
import type { DeployIntent } from './intent.ts';
import { type DeployNote, noteLedger, type NoteLedger } from './note-ledger.ts';

/** Something that is refused unless somebody takes it upon themselves, and who did, when and why. */
export type DeployOverride =
  /** There was to be no safety backup. */
  | (DeployNote & {
      readonly kind: 'no-backup';
      readonly version: string;
      /** The deployment. */
      readonly run: string;
      /** How many migrations it was to run, forward or back. */
      readonly migrations: number;
    })
  /** A run was ended although something was neither done nor taken back. */
  | (DeployNote & {
      readonly kind: 'left';
      readonly version: string;
      /** The deployment. */
      readonly run: string;
      readonly step: DeployRunStep;
      readonly direction: 'forward' | 'back';
      /** What was in the way. */
      readonly found: string;
    })
  /** The lock was taken from somebody who may have been at work. */
  | (DeployNote & {
      readonly kind: 'forced-lock';
      readonly action: DeployIntent['action'];
      /** From whom, in words: `bea on web-1, process 4711`. */
      readonly from: string;
    });

/** All overrides of a machine. */
export type DeployOverrides = NoteLedger<DeployOverride>;

/** Opens those of a machine. */
export const deployOverrides = (store: ObjectStore): DeployOverrides =>
  noteLedger(store, {
    name: 'overrides',
    format: 'holdfast-deploy-override',
    member: 'override',
    what: 'the overrides of deploys',
  });
