import type { ObjectStore } from '@x/storage';
import { type DeployNote, noteLedger, type NoteLedger } from './note-ledger.ts';
import type { HandVerb } from './hand-verb.ts';

/** What somebody has done to a machine beside deploys, and when. */
export type HandAction =
  | (DeployNote & { readonly kind: 'service'; readonly verb: HandVerb })
  | (DeployNote & { readonly kind: 'maintenance'; readonly state: 'on' | 'off' })
  | (DeployNote & {
      readonly kind: 'clean';
      /** Releases that are gone. */
      readonly versions: readonly string[];
      /** Folders of evidence that are gone. */
      readonly evidence: readonly string[];
    });

/** All of them. */
export type HandActions = NoteLedger<HandAction>;

/** Opens those of a machine. */
export const handActions = (store: ObjectStore): HandActions =>
  noteLedger(store, {
    name: 'actions',
    format: 'holdfast-deploy-action',
    member: 'action',
    what: 'what was done by hand',
  });
