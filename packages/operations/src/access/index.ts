/**
 * Who may do what, for which tenant, and what was asked for and denied.
 *
 * @module
 */
export { ACTIONS, isAction } from './actions.ts';
export type { Action, ActionKind, Resource } from './actions.ts';
export { createAccess } from './create-access.ts';
export type {
  Access,
  AccessOptions,
  AccessReason,
  Decision,
  Explanation,
  Grant,
  Permission,
  Principal,
  Roles,
  Users,
} from './contract.ts';
export { whyDenied } from './denied.ts';
export type { GuardOptions } from './guard.ts';
export { guardFlags } from './guard-flags.ts';
export { guardRepository } from './guard-repository.ts';
export { guardMigrator, guardReleases } from './guard-versions.ts';
export { authorizeDeploys, authorizeModels } from './intents.ts';
export type { IntentOptions } from './intents.ts';
export type { EventBook, EventLevel, EventQuery, OperationEvent } from '../events/contract.ts';
