import type { BackupOptions, BackupResult, Repository } from '@x/backup-store';
import { OperationsError, shown } from '../errors.ts';
import type { Job, RunContext, RunReport } from '../scheduler/job.ts';
import type { Timing } from '../timing/timing.ts';
import type { HoldfastTenant } from './contract.ts';
import { forgetByPolicy } from './forgetting.ts';
import type { Settings } from './settings.ts';

/** What backups of tenants work with. */
export interface TenantBackupParts {
  readonly settings: Settings;
  readonly repository: () => Promise<Repository>;
  /** Looks for signs of ransomware, before anything is forgotten. */
  readonly suspects: (tenant: string) => Promise<boolean>;
}

/** Which backup is made. */
export type WantedBackup = Pick<BackupOptions, 'kind' | 'trigger' | 'signal' | 'note'>;

/** Backs tenants of a configuration up. */
export class TenantBackups {
  readonly #parts: TenantBackupParts;

  constructor(parts: TenantBackupParts) {
    this.#parts = parts;
  }

  /** @throws {OperationsError} `NOT_CONFIGURED`; {BackupError} */
  async backUp(tenant: string, { kind, trigger, signal, note }: WantedBackup = {}): Promise<BackupResult> {
    const { settings, repository } = this.#parts;
    const { backup } = this.#tenant(tenant);
    const opened = await repository();
    await this.#add(opened, tenant);
    const what = typeof backup === 'function' ? await backup() : backup;
    const every = kind === undefined && trigger === 'scheduled' ? settings.fullEveryMs : undefined;
    const how = { kind, trigger, signal, fullEveryMs: every, createdBy: what.createdBy ?? settings.principal };
    return opened.backup({ ...what, ...how, tenant, ...(note === undefined ? {} : { note }) });
  }

  /** The job of a tenant: hooks, backup, a look for ransomware, and what its policy does not keep is forgotten. */
  job(tenant: string, timing: Timing | undefined): Job {
    const { before, after } = this.#tenant(tenant);
    return {
      name: `backup/${tenant}`,
      timing,
      jitterMs: timing === undefined || 'everyMs' in timing ? 0 : 600_000,
      run: async (run) => {
        await before?.(run);
        let result: BackupResult | undefined;
        try {
          result = await this.backUp(tenant, { trigger: 'scheduled', signal: run.signal });
        } finally {
          await after?.(run, result);
        }
        return this.#settle(tenant, result, run);
      },
    };
  }

  /** Forgets what the policy of a tenant does not keep; of one that was never backed up there is nothing. @returns `undefined` when nothing may go. */
  async forget(
    tenant: string,
    options: { readonly dryRun?: boolean | undefined } = {},
  ): Promise<readonly string[] | undefined> {
    const { settings, repository, suspects } = this.#parts;
    const opened = await repository();
    if (!(await isThere(opened, tenant))) return [];
    // A look places holds; one who only asks changes nothing.
    if (options.dryRun !== true && (await suspects(tenant))) return undefined;
    return forgetByPolicy(opened, {
      tenant,
      policy: this.#tenant(tenant).retention ?? settings.policy,
      timeZone: settings.timeZone,
      nowMs: settings.clock.now(),
      dryRun: options.dryRun,
    });
  }

  async #settle(
    tenant: string,
    { status, snapshot, problems }: BackupResult,
    { signal }: RunContext,
  ): Promise<RunReport> {
    const details = { snapshot: snapshot?.id, kind: snapshot?.kind, bytesStored: snapshot?.bytes.stored };
    if (status !== 'ok')
      return {
        outcome: status,
        error: {
          code: problems[0]?.code ?? 'SOURCE_FAILED',
          message: problems[0]?.message ?? 'a source could not be read',
        },
        details,
      };
    signal.throwIfAborted();
    const forgotten = await this.forget(tenant);
    return { details: { ...details, forgotten: forgotten?.length ?? 'held' } };
  }

  async #add(repository: Repository, tenant: string): Promise<void> {
    if (!(await isThere(repository, tenant))) await repository.tenants.add(tenant);
  }

  #tenant(name: string): HoldfastTenant {
    const tenant = this.#parts.settings.tenants.get(name);
    if (tenant !== undefined) return tenant;
    throw new OperationsError('NOT_CONFIGURED', `Expected a tenant of the configuration, got ${shown(name)}`, {
      hint: 'Give createHoldfast what is backed up of it, in "tenants".',
    });
  }
}

async function isThere({ tenants }: Repository, tenant: string): Promise<boolean> {
  return (await tenants.list()).some(({ name }) => name === tenant);
}
