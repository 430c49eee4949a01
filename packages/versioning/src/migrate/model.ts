import type { Migration, MigrationKind } from '../migrations/model.ts';

/** The databases that migrations run on. */
export type Dialect = 'sqlite' | 'postgres' | 'mysql';

/** `up` leads forward, `down` back. */
export type Direction = 'up' | 'down';

/** A migration as a plan has it: what is run, and why. */
export interface MigrationStep {
  readonly id: string;
  readonly kind: MigrationKind;
  readonly direction: Direction;
  readonly description: string;
  /** `sha256:` and 64 hexadecimal digits, of the whole text that is run. */
  readonly checksum: string;
  /** The statements, in their order; none for a module, which does what it does. */
  readonly statements: readonly string[];
  /** Whether all of it is one transaction. Otherwise each statement is written down before and after, and a killed run goes on after the last. */
  readonly isTransactional: boolean;
  /** An expand after which an older version lacks something, be it meant or not. */
  readonly takesAway?: true | undefined;
}

/** What a run of the migrator would do, as data. */
export interface MigrationPlan {
  readonly dialect: Dialect;
  readonly direction: Direction;
  readonly steps: readonly MigrationStep[];
  /** What deserves a second look: destructive statements, long locks. */
  readonly warnings: readonly MigrationWarning[];
  /** What {@link MigrateOptions.backup} named, where a `contract` is taken back. */
  readonly backup?: string | undefined;
}

/** What is odd about a migration without being wrong. */
export interface MigrationWarning {
  readonly id: string;
  /** In which of its two texts. */
  readonly direction: Direction;
  /** From 1 on, in the migration's text. */
  readonly line: number;
  /** A word for it, as `drops-column`. */
  readonly rule: string;
  readonly message: string;
}

/** What is known of one migration, there or applied. */
export interface MigrationStatus {
  readonly id: string;
  readonly kind: MigrationKind;
  readonly description: string;
  /**
   * `edited`: its text, or that of its way back, is another than when it was applied. `missing`: applied, but no longer among the migrations. `interrupted`: begun and
   * neither ended nor undone. `out-of-order`: pending although a later one is applied.
   */
  readonly state: 'applied' | 'pending' | 'edited' | 'missing' | 'interrupted' | 'out-of-order';
  /** Of one that is `edited`: which of its texts. */
  readonly edited?: readonly Direction[] | undefined;
  /** Whether there is a way back. */
  readonly isReversible: boolean;
  /** A way back that drops data, as lint sees it: a table, a column, all rows. `-- lint: allow RULE` in it says that this is meant. */
  readonly losesData?: true | undefined;
  /** ISO 8601, UTC. */
  readonly appliedAt?: string | undefined;
  /** Who applied it. */
  readonly by?: string | undefined;
  /** How long it took, in milliseconds. */
  readonly ms?: number | undefined;
}

/** Which migrations are meant. */
export interface MigrateOptions {
  /** Only of these kinds: one phase of a deploy. Default: all. */
  readonly phases?: readonly MigrationKind[] | undefined;
  /** The id to stop at: `up` runs it, too; `down` leaves it. `down` without it takes back the last one only; `''` takes back all. */
  readonly to?: string | undefined;
  /** A backup from before the `contract` steps that `down` takes back. Without one, it refuses to. */
  readonly backup?: NamedBackup | undefined;
  /** Whether `up` may run a migration although a later one is applied, as after a merge of branches. Default: no. */
  readonly outOfOrder?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A backup that somebody can restore. The migrator does not look at it. */
export interface NamedBackup {
  /** Its name, as events have it. */
  readonly id: string;
  /** ISO 8601, UTC. Where it is given, it has to be before the `contract` was applied. */
  readonly createdAt?: string | undefined;
}

/** What has become of one step. */
export interface AppliedMigration {
  readonly id: string;
  readonly direction: Direction;
  readonly ms: number;
  /** Statements that were run now: fewer than all when an earlier run had come some way. */
  readonly statements: number;
}

/** What a migrator tells of its work. */
export type MigratorEvent =
  /** Somebody else runs migrations; it asks again until the time is over. */
  | { readonly type: 'waiting'; readonly place: string }
  /** `done` statements were finished by an earlier run. */
  | {
      readonly type: 'begun';
      readonly id: string;
      readonly direction: Direction;
      readonly statements: number;
      readonly done: number;
      /** The backup that was named for a way back past a `contract`. */
      readonly backup?: string | undefined;
    }
  | { readonly type: 'statement'; readonly id: string; readonly direction: Direction; readonly statement: number }
  /** A statement that an interrupted run had begun turned out to be finished. */
  | { readonly type: 'settled'; readonly id: string; readonly direction: Direction; readonly statement: number }
  | { readonly type: 'ended'; readonly id: string; readonly direction: Direction; readonly ms: number }
  /** For the audit: what was accepted, and by whom. */
  | {
      readonly type: 'repaired';
      readonly id: string;
      readonly by: string;
      readonly from: Repaired;
      readonly to: Repaired;
    };

/** What the table of migrations says of one, before and after a repair. */
export interface Repaired {
  readonly state: 'applied' | 'interrupted' | 'pending';
  readonly checksum: string;
  /** Of what leads back; empty where nothing does, none where that is not known. */
  readonly backChecksum?: string | undefined;
}

/** Runs migrations on one database. What `/deploy` needs of `/migrate`. */
export interface Migrator {
  readonly dialect: Dialect;
  /** @throws {VersioningError} `MIGRATION_EDITED`, `MIGRATION_MISSING`, `MIGRATION_OUT_OF_ORDER`, `MIGRATION_INTERRUPTED`, `MIGRATION_NOT_FOUND`, `IRREVERSIBLE_MIGRATION`, `BACKUP_NEEDED`. */
  plan(direction: Direction, options?: MigrateOptions): Promise<MigrationPlan>;
  /** Carries a plan out under the lock of the database. @throws {VersioningError} those of `plan`; `PLAN_OUTDATED`, `MIGRATION_LOCKED`, `MIGRATION_FAILED`. */
  apply(plan: MigrationPlan, options?: Pick<MigrateOptions, 'signal'>): Promise<readonly AppliedMigration[]>;
  /** What is known of each migration, by number. Nothing is changed, and nothing is made. */
  status(options?: Pick<MigrateOptions, 'signal'>): Promise<readonly MigrationStatus[]>;
  /** Migrations that are applied, in the order of their application. */
  applied(options?: Pick<MigrateOptions, 'signal'>): Promise<readonly Pick<Migration, 'id' | 'kind'>[]>;
  /** To be called in the end; it may be called again. */
  close(): Promise<void>;
}
