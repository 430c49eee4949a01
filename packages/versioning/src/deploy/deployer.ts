import { fsStore } from '@x/storage';
import { systemClock } from '../clock.ts';
import { currentUser } from '../release/owner.ts';
import { deployLayout } from './layout/deploy-layout.ts';
import type { DeployedRelease, DeployLayout } from './layout/model.ts';
import { demandLayout } from './layout/plan-layout.ts';
import { type MaintenanceByHand, maintenanceByHand } from './run/maintenance-by-hand.ts';
import { type CleanOutcome, cleanReleases, initialise, type InitialisedLayout } from './run/housekeeping.ts';
import type { Deployment } from './run/contract.ts';
import { requiredPrograms } from './run/dependency-checks.ts';
import type { DeployerOptions } from './run/deployer-options.ts';
import { carryOut, type DeployingTools, resume, type ResumeOptions, undo, type UndoOptions } from './run/deploying.ts';
import { type Ask, type Locked, lockOf, refuseOutdated, refuseUnfinished } from './run/held.ts';
import { DeployHistory, type DeployHistoryOptions } from './run/history.ts';
import { layoutPlace } from './run/layout-place.ts';
import type { DeployCallOptions, DeployRunOptions, RollbackRunOptions } from './run/options.ts';
import { type HandAction, handActions } from './run/hand-actions.ts';
import { type DeployOverride, deployOverrides } from './run/overrides.ts';
import type { DeployPlan } from './run/plan.ts';
import { planDeploy } from './run/plan-deploy.ts';
import { planRollback } from './run/plan-rollback.ts';
import { type ServiceByHand, serviceByHand } from './run/service-by-hand.ts';
import { type DeployStanding, readStanding } from './run/standing.ts';

/** Deploys releases to one machine, and goes back. */
export interface Deployer {
  readonly layout: DeployLayout;
  /** Makes the folders of the layout that are missing, and sets the service up where that is permitted; or only says what it would do. */
  init(options?: { readonly dryRun?: boolean | undefined }): Promise<InitialisedLayout>;
  /**
   * Decides everything about a deploy, and does nothing. The plan is data: it can be shown, and carried out by `deployRelease`.
   *
   * @throws {VersioningError} `DEPLOY_REFUSED`, `BACKUP_REQUIRED`, `RELEASE_NOT_FOUND`, `LAYOUT_MISSING`, those of migrations.
   */
  planDeploy(
    version: string,
    options?: DeployRunOptions & { readonly signal?: AbortSignal | undefined },
  ): Promise<DeployPlan>;
  /**
   * Carries a plan out, or plans and does. Each step is written down before and after it. When one fails, everything is taken back at once, as far as there is a way back;
   * when the process is killed, `resume` goes on and `undo` takes it back.
   *
   * @throws {VersioningError} those of `planDeploy`; `DEPLOY_UNFINISHED`, `DEPLOY_LOCKED`; `PLAN_OUTDATED`; `CHECKS_FAILED` and whatever else stops a step, with what was done
   * about it in the hint.
   */
  deployRelease(
    planOrVersion: DeployPlan | string,
    options?: DeployRunOptions & DeployCallOptions,
  ): Promise<Deployment>;
  /**
   * Decides everything about the way back to a release, and does nothing.
   *
   * @param target Default: the good release before the current one.
   * @throws {VersioningError} `DEPLOY_REFUSED`; `ROLLBACK_REFUSED` where the database has no way back, with the backup that has one; `BACKUP_REQUIRED`.
   */
  planRollback(
    target?: string,
    options?: RollbackRunOptions & { readonly signal?: AbortSignal | undefined },
  ): Promise<DeployPlan>;
  /** Carries a rollback out. A step that fails takes everything back. @throws {VersioningError} as `deployRelease` and `planRollback`. */
  rollbackRelease(
    planOrTarget?: DeployPlan | string,
    options?: RollbackRunOptions & DeployCallOptions,
  ): Promise<Deployment>;
  /**
   * Goes on with a run that was killed, in the direction in which it went. With `accept`, what can't be done or taken back is left as it is, so that the run ends.
   *
   * @throws {VersioningError} `DEPLOY_NOT_FOUND`, `DEPLOY_LOCKED`; those of steps.
   */
  resume(options?: DeployCallOptions & ResumeOptions): Promise<Deployment>;
  /** Takes a run that was killed back; with `accept`, all but what can't be. @throws {VersioningError} `DEPLOY_NOT_FOUND`, `DEPLOY_LOCKED`, `ROLLBACK_REFUSED`. */
  undo(options?: DeployCallOptions & UndoOptions): Promise<Deployment>;
  /** The releases on this machine; one of them is current. */
  list(): Promise<readonly DeployedRelease[]>;
  /** How everything stands: layout, releases, service, disk, maintenance, last deploys. */
  status(options?: { readonly signal?: AbortSignal | undefined }): Promise<DeployStanding>;
  /** Deploys and rollbacks, newest first. */
  history(options?: DeployHistoryOptions): Promise<readonly Deployment[]>;
  /** What somebody took upon themselves: deploys without a backup, what was left as it is, locks that were forced; with who, when and why, newest first. */
  overrides(options?: DeployHistoryOptions): Promise<readonly DeployOverride[]>;
  /** What somebody has done by hand: to the service, to maintenance, and what was cleaned up; newest first. */
  actions(options?: DeployHistoryOptions): Promise<readonly HandAction[]>;
  /**
   * Removes releases that nobody needs: all but the current one, the good one before it, those that run, and the last good ones; and evidence of failures after a week.
   *
   * @throws {VersioningError} `DEPLOY_UNFINISHED`, unless it only says what it would do: a way back may need what is there.
   */
  clean(options?: DeployCallOptions & { readonly dryRun?: boolean | undefined }): Promise<CleanOutcome>;
  /** The service by hand. */
  readonly service: ServiceByHand;
  /** The flag of maintenance by hand: what somebody has switched on, no deploy switches off. */
  readonly maintenance: MaintenanceByHand;
}

const HEALTH_MS = 30_000;
/** A quarter of an hour. */
const OBJECTIVE_MS = 900_000;

/**
 * Makes the deployer of a machine. Nothing is read or written yet.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a layout that can't be; `INVALID_CHECK` for a range of `requires` that is none.
 * @example
 * ```ts
 * import { fsStore } from '@x/storage';
 * import { createReleaseManager } from '@x/versioning';
 * import { createDeployer, httpCheck } from '@x/versioning/deploy';
 *
 * const deployer = createDeployer({
 *   layout: '/srv/shop',
 *   releases: createReleaseManager({ storage: fsStore('/srv/releases'), workspace: '.' }),
 *   postChecks: [httpCheck({ url: 'http://127.0.0.1:8080/health' })],
 * });
 * await deployer.init();
 * const plan = await deployer.planDeploy('1.0.5');
 * for (const { step, what, undo } of plan.steps) console.log(step, what, undo);
 * const { outcome, ms } = await deployer.deployRelease(plan);
 * console.log(outcome, ms);
 * ```
 */
export function createDeployer(options: DeployerOptions): Deployer {
  const layout = deployLayout(typeof options.layout === 'string' ? { root: options.layout } : options.layout);
  const tools = toolsOf(layout, options);
  const { history, place, by, channel } = tools;
  const ask: Ask = async (action, version) => options.authorize?.({ action, version, by, channel });
  const locked = lockOf(layout, tools, ask);
  const planned = async <T>(plan: () => Promise<T>): Promise<T> => {
    await demandLayout(layout);
    return plan();
  };
  const started = startOf(locked, ask);
  return {
    layout,
    init: async ({ dryRun = false } = {}) => {
      if (!dryRun) await ask('init');
      return initialise(layout, { service: options.service, dryRun });
    },
    planDeploy: async (version, call) => planned(async () => planDeploy(tools, version, call)),
    planRollback: async (target, call) => planned(async () => planRollback(tools, target, call)),
    deployRelease: async (what, call = {}) =>
      started(
        'deploy',
        { what, plan: async (held, signal) => planDeploy(held, what as string, { ...call, signal }) },
        call,
      ),
    rollbackRelease: async (what, call = {}) =>
      started(
        'rollback',
        { what, plan: async (held, signal) => planRollback(held, what as string | undefined, { ...call, signal }) },
        call,
      ),
    resume: async (call = {}) => {
      await ask('resume');
      const { accept, reason } = call;
      return locked({ ...call, action: 'resume' }, async (held, signal) => resume(held, { accept, reason, signal }));
    },
    undo: async (call = {}) => {
      await ask('undo');
      return locked({ ...call, action: 'undo' }, async (held, signal) =>
        undo(held, { mayRestore: call.mayRestore, accept: call.accept, reason: call.reason, signal }),
      );
    },
    list: async () => planned(async () => place.releases()),
    status: async (call) => readStanding(tools, call?.signal),
    history: async (call) => history.list(call),
    overrides: async (call) => tools.overrides.list(call),
    actions: async (call) => tools.actions.list(call),
    clean: async ({ dryRun = false, ...call } = {}) => {
      await ask('clean');
      const how = { keep: options.keep, dryRun };
      // A look holds nobody up, and needs nobody's leave.
      if (dryRun) return planned(async () => cleanReleases(tools, { ...how, signal: call.signal }));
      return locked({ ...call, action: 'clean' }, async (held, signal) => {
        await refuseUnfinished(held.history);
        return cleanReleases(held, { ...how, signal });
      });
    },
    service: serviceByHand(tools, ask, locked),
    maintenance: maintenanceByHand(tools, ask),
  };
}

/** What is to be carried out: a plan, or what makes one of a version. */
interface Wanted {
  readonly what: DeployPlan | string | undefined;
  plan(held: DeployingTools, signal: AbortSignal): Promise<DeployPlan>;
}

type Start = (action: 'deploy' | 'rollback', wanted: Wanted, call: DeployCallOptions) => Promise<Deployment>;

/** Plans under the lock, unless somebody has a plan already, and carries it out. */
function startOf(locked: Locked, ask: Ask): Start {
  return async (action, wanted, call) => {
    const { what } = wanted;
    await ask(action, typeof what === 'object' ? what.version : what);
    return locked({ ...call, action }, async (held, signal) => {
      await refuseUnfinished(held.history);
      const plan = typeof what === 'object' ? what : await wanted.plan(held, signal);
      await refuseOutdated(held, plan, action);
      return carryOut(held, plan, signal);
    });
  };
}

function toolsOf(layout: DeployLayout, options: DeployerOptions): DeployingTools {
  const { releases, service, migrator, backup, clock = systemClock, by = currentUser(), channel = 'prod' } = options;
  const { preChecks = [], postChecks = [], install, requires = {}, maintenanceHook } = options;
  const store = fsStore(layout.state);
  return {
    place: layoutPlace(layout, { by, clock, install, maintenanceHook }),
    releases,
    history: new DeployHistory(store),
    overrides: deployOverrides(store),
    actions: handActions(store),
    store,
    service,
    migrator,
    backup,
    preChecks,
    postChecks,
    install,
    requires: requiredPrograms(requires, layout.root),
    settings: {
      restoreData: options.restoreData ?? 'offer',
      expandMigrations: options.expandMigrations ?? 'keep',
      healthTimeoutMs: options.healthTimeoutMs ?? HEALTH_MS,
      objectiveMs: options.objectiveMs ?? OBJECTIVE_MS,
    },
    channel,
    by,
    clock,
    tell: (event) => options.onEvent?.(event),
  };
}
