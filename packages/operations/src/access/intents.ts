import type { ModelIntent } from '@x/ml-model-registry';
import type { DeployIntent } from '@x/versioning/deploy';
import type { Action } from './actions.ts';
import type { GuardOptions } from './guard.ts';

const DEPLOYS: Readonly<Record<DeployIntent['action'], Action>> = {
  init: 'deploy.init',
  deploy: 'deploy.run',
  resume: 'deploy.run',
  undo: 'deploy.rollback',
  rollback: 'deploy.rollback',
  clean: 'deploy.clean',
  service: 'deploy.service',
  maintenance: 'deploy.service',
  'force-lock': 'deploy.run',
};

const MODELS: Readonly<Record<ModelIntent['action'], Action>> = {
  add: 'models.add',
  restore: 'models.restore',
  promote: 'models.promote',
  delete: 'models.delete',
  sign: 'models.sign',
  test: 'models.verify',
  approve: 'models.approve',
  override: 'models.override',
  compare: 'models.restore',
  scrub: 'models.verify',
};

/** Who is asked. Without a principal it is the one whom the deployer or the registry names: then whoever calls it is to be trusted with names. */
export interface IntentOptions extends Pick<GuardOptions, 'access'> {
  readonly principal?: GuardOptions['principal'] | undefined;
}

/**
 * For `authorize` of `createDeployer`.
 *
 * @example
 * ```ts
 * import { authorizeDeploys, createAccess } from '@x/operations/access';
 *
 * const access = createAccess({ users: { ann: 'operator' } });
 * export const authorize = authorizeDeploys({ access, principal: 'ann' });
 * ```
 */
export function authorizeDeploys({ access, principal }: IntentOptions): (intent: DeployIntent) => Promise<void> {
  return async ({ action, version, by }) =>
    access.authorize(principal ?? by, known(DEPLOYS, action), { name: version });
}

/** For `authorize` of `createModelRegistry`. Models belong to the tenant of the repository that has them. */
export function authorizeModels({
  access,
  principal,
  tenant = 'models',
}: IntentOptions & { readonly tenant?: string | undefined }): (intent: ModelIntent) => Promise<void> {
  return async ({ action, model, version, by }) => {
    const name = version === undefined ? model : `${model}@${version}`;
    await access.authorize(principal ?? by, known(MODELS, action), { tenant, name });
  };
}

/** What a newer version of a package asks for, and nobody knows here, is nobody's to do. */
function known(table: Readonly<Record<string, Action>>, action: string): Action {
  return table[action] ?? (`unknown.${action}` as Action);
}
