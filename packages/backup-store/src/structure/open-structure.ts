import { join } from 'node:path';
import { explain, planRetention, type RetentionPolicy } from '@x/retention';
import { BackupError, isBackupError } from '../errors.ts';
import type {
  BackupOptions,
  Repository,
  RestoreOptions,
  RestorePlan,
  RestoreResult,
  SafeRestoreResult,
} from '../repository/contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type {
  SharedStructure,
  StructureBackup,
  StructureBackupOptions,
  StructureChange,
  StructureForget,
  StructureInventory,
  StructureRestoreOptions,
  StructureVersion,
} from './contract.ts';
import { diffInventories } from './diff-inventories.ts';
import { compareVersions, isMajor, planStructureVersion } from './plan-version.ts';
import { inventorySource, readInventory } from './stored-inventory.ts';
import { TAG, versionOf } from './snapshot-version.ts';
import { PARTS, checkParts, takeInventory } from './take-inventory.ts';

const DEFAULT_TENANT = 'shared-structure';
const DEFAULT_POLICY: RetentionPolicy = { monthly: 12 };

/**
 * Opens the structure that tenants share, as it is kept in a repository.
 *
 * @param options `tenant`: where it is kept; a tenant that nothing else uses. Default `shared-structure`.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { openStructure } from '@x/backup-store/structure';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const structure = openStructure(repository);
 * const { version, reasons } = await structure.backup({
 *   root: '/srv/app',
 *   parts: { components: ['src/components'], i18n: ['locales'], migrations: ['migrations'] },
 * });
 * console.log(`${version}: ${reasons.join(', ')}`);
 * ```
 */
export function openStructure(
  repository: Repository,
  options: { readonly tenant?: string | undefined; readonly clock?: (() => number) | undefined } = {},
): SharedStructure {
  return new StoredStructure(repository, options.tenant ?? DEFAULT_TENANT, options.clock ?? Date.now);
}

class StoredStructure implements SharedStructure {
  readonly #repository: Repository;
  readonly #tenant: string;
  readonly #clock: () => number;

  constructor(repository: Repository, tenant: string, clock: () => number) {
    this.#repository = repository;
    this.#tenant = tenant;
    this.#clock = clock;
  }

  async backup(options: StructureBackupOptions): Promise<StructureBackup> {
    const { root, parts, signal, onProgress } = options;
    const inventory = await takeInventory(root, parts, signal);
    const latest = (await this.catalog()).at(-1);
    const before = latest && (await this.#inventoryOf(latest));
    const changes = before === undefined ? [] : diffInventories(before, inventory);
    const plan = planStructureVersion(latest?.version, changes, options.version);
    if (options.dryRun === true || plan.bump === 'none') return { ...plan, inventory };
    const snapshot = await this.#store({
      tenant: this.#tenant,
      base: root,
      paths: PARTS.flatMap((part) => parts[part] ?? []),
      sources: [inventorySource({ parts, inventory })],
      tags: [`${TAG}=${plan.version}`, 'kept-by=structure'],
      name: `structure ${plan.version}`,
      note: options.note,
      // A version that lacks something is none.
      atomic: true,
      signal,
      onProgress,
    });
    return { ...plan, inventory, snapshot };
  }

  async #store(options: BackupOptions): Promise<SnapshotRecord | undefined> {
    try {
      return (await this.#repository.backup(options)).snapshot;
    } catch (error) {
      // Where tenants are added by hand, so that no typing error makes one: nobody has typed this name.
      if (this.#tenant !== DEFAULT_TENANT || !isBackupError(error, 'TENANT_NOT_FOUND')) throw error;
      await this.#repository.tenants.add(this.#tenant);
      return (await this.#repository.backup(options)).snapshot;
    }
  }

  async catalog(): Promise<readonly StructureVersion[]> {
    const snapshots = await this.#repository.snapshots({ tenant: this.#tenant });
    return snapshots
      .flatMap((snapshot) => {
        const version = versionOf(snapshot);
        return version === undefined ? [] : [{ version, immutable: isMajor(version), snapshot }];
      })
      .toSorted((a, b) => compareVersions(a.version, b.version));
  }

  async #find(version: string): Promise<StructureVersion> {
    const versions = await this.catalog();
    const found = version === 'latest' ? versions.at(-1) : versions.find((each) => each.version === version);
    if (found !== undefined) return found;
    throw new BackupError('SNAPSHOT_NOT_FOUND', `Expected a version of the structure, got ${version}`, {
      hint:
        versions.length === 0 ? 'There is none yet.' : `There are ${versions.map((each) => each.version).join(', ')}.`,
    });
  }

  async #inventoryOf({ snapshot }: StructureVersion): Promise<StructureInventory> {
    return (await readInventory(this.#repository, snapshot.id)).inventory;
  }

  async inventory(version: string): Promise<StructureInventory> {
    return await this.#inventoryOf(await this.#find(version));
  }

  async diff(before: string, after: string): Promise<readonly StructureChange[]> {
    const [a, b] = [await this.#find(before), await this.#find(after)];
    return diffInventories(await this.#inventoryOf(a), await this.#inventoryOf(b));
  }

  async planRestore(options: StructureRestoreOptions): Promise<readonly RestorePlan[]> {
    const wanted = await this.#wanted(options);
    return wanted.paths.length === 0 ? [] : [await this.#repository.planRestore(wanted)];
  }

  async restore(options: StructureRestoreOptions): Promise<readonly RestoreResult[]> {
    const { overwrite = 'never', safetyBackup } = options;
    const wanted = await this.#wanted(options);
    if (wanted.paths.length === 0) return [];
    if (overwrite === 'never') return [await this.#repository.restore(wanted)];
    return [demandRestored(await this.#repository.restoreSafely({ ...wanted, safetyBackup }))];
  }

  /** The paths of the parts, as one restore: the inventory beside them is no part of the structure. */
  async #wanted(options: StructureRestoreOptions): Promise<RestoreOptions & { readonly paths: readonly string[] }> {
    const { version, to, overwrite, signal, onProgress, parts: wanted = PARTS } = options;
    const { snapshot } = await this.#find(version);
    const { parts } = await readInventory(this.#repository, snapshot.id);
    checkParts(parts);
    const paths = wanted.flatMap((part) => parts[part] ?? []);
    return { snapshot: snapshot.id, paths, to: join(to), overwrite, signal, onProgress };
  }

  async forget({
    policy = DEFAULT_POLICY,
    dryRun = false,
  }: { policy?: RetentionPolicy | undefined; dryRun?: boolean | undefined } = {}): Promise<StructureForget> {
    const versions = await this.catalog();
    const items = versions.map(({ version, snapshot }) => ({ id: snapshot.id, time: snapshot.startedAt, version }));
    const decisions = planRetention(items, { ...policy, immutable: 'majors' }, { now: this.#clock(), timeZone: 'UTC' });
    const of = (id: string): string => versions.find(({ snapshot }) => snapshot.id === id)?.version ?? id;
    const gone = decisions.filter(({ keep }) => !keep);
    if (gone.length > 0 && !dryRun) await this.#forget(gone.map(({ id }) => id));
    return {
      kept: decisions
        .filter(({ keep }) => keep)
        .map((decision) => ({ version: of(decision.id), reason: explain(decision) })),
      forgotten: gone.map(({ id }) => of(id)),
    };
  }

  async #forget(snapshots: readonly string[]): Promise<void> {
    try {
      await this.#repository.forget({ snapshots, filter: { tenant: this.#tenant } });
    } catch (error) {
      // Somebody else has forgotten one meanwhile: the next run decides anew.
      if (!isBackupError(error, 'SNAPSHOT_NOT_FOUND')) throw error;
    }
  }
}

/** @throws {BackupError} `RESTORE_ROLLED_BACK`, `RESTORE_INVALID`, `ROLLBACK_FAILED`. */
function demandRestored({ status, result, validation, rollback, safetySnapshot }: SafeRestoreResult): RestoreResult {
  if (status === 'restored' || status === 'partial') return result;
  const code =
    status === 'rolled-back' ? 'RESTORE_ROLLED_BACK' : rollback === undefined ? 'RESTORE_INVALID' : 'ROLLBACK_FAILED';
  const problems = [...validation.problems, ...(rollback?.problems ?? [])];
  throw new BackupError(
    code,
    `Expected ${result.target} as the version has it, got ${problems[0]?.message ?? status}`,
    {
      details: problems.map(({ path, message }) => `${path}: ${message}`),
      hint: safetySnapshot && `What was there before is in the safety snapshot ${safetySnapshot}.`,
    },
  );
}
