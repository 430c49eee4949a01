import type { FileCheck } from './plan.ts';

/** What a deploy may be told. */
export interface DeployRunOptions {
  /** Makes no safety backup. Refused for a release with migrations, unless `acceptNoBackup` is said, too. */
  readonly skipBackup?: boolean | undefined;
  /** Says that there need not be a backup, although the release has migrations. It is written down with who has said so, and told as an event. */
  readonly acceptNoBackup?: boolean | undefined;
  /** Why something is done that would be refused otherwise: written down with it. */
  readonly reason?: string | undefined;
  /** Default: `true`. */
  readonly runPreChecks?: boolean | undefined;
  /** Default: `true`. */
  readonly runPostChecks?: boolean | undefined;
  /** Whether the flag of maintenance is up meanwhile. Default: `false` for deploys, `true` for rollbacks. */
  readonly maintenanceMode?: boolean | undefined;
  /**
   * By what way the release came here, for the history. Default: `local`. With `local-restart`, only the service of the current release is restarted. Others are carried out
   * by `Strategy`s, which end in a deploy like this one.
   */
  readonly strategy?: string | undefined;
}

/** What a rollback may be told. */
export interface RollbackRunOptions extends Omit<DeployRunOptions, 'strategy'> {
  /**
   * The backup to restore instead of taking migrations back: its name, or `'newest'` for the safety backup of the deploy that came after the
   * target. What was written since is dropped. `false`: none, so that migrations are taken back also where they drop data and `restoreData` is `automatic`.
   */
  readonly restore?: string | false | undefined;
  /**
   * How the files of the target are looked at. `quick` (default) compares sizes, times, rights and links, and reads what differs, so that going back takes less than a second whatever
   * the size; `full` reads every byte, for a disk or a colleague that is not trusted.
   */
  readonly fileCheck?: FileCheck | undefined;
}

/** How a run is started. */
export interface DeployCallOptions {
  /**
   * Stops after the step that is under way. Before the switch everything is taken back; from the switch on the run stays as it is, and `resume` or `undo`
   * ends it.
   */
  readonly signal?: AbortSignal | undefined;
  /** Takes the lock of the deployment although somebody may have it. It is written down with who has done so, and told as an event. */
  readonly force?: boolean | undefined;
  /** Why something is done that would be refused otherwise: written down with it. */
  readonly reason?: string | undefined;
}
