import type { DeployPlan, DeployRunOptions } from '@x/versioning/deploy';
import { CliError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { planLines } from '../render/deployment.ts';

/** What deploys and rollbacks may be told. */
export interface RunFlags {
  readonly skipBackup?: true | undefined;
  readonly iAcceptNoBackup?: true | undefined;
  /** `false` with `--no-pre-checks`. */
  readonly preChecks: boolean;
  /** `false` with `--no-post-checks`. */
  readonly postChecks: boolean;
  /** `false` with `--no-maintenance`. */
  readonly maintenance?: boolean | undefined;
  readonly force?: true | undefined;
  readonly reason?: string | undefined;
  readonly dryRun?: true | undefined;
  readonly yes?: true | undefined;
}

/** Takes the lock. */
export const FORCE_OPTION: OptionDefinition = {
  flags: '--force',
  description: 'take the lock of the deployment from whoever has it; it is written down',
};

/** Why. */
export const REASON_OPTION: OptionDefinition = {
  flags: '--reason <text>',
  description:
    'why there is no backup, the lock is taken, or something is left as it is: written down with it, and shown by `deploy history`',
};

/** The same, for the argument parser. */
export const RUN_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--skip-backup', description: 'no safety backup; with migrations only with --i-accept-no-backup' },
  {
    flags: '--i-accept-no-backup',
    description: 'migrations may run without a backup; it is written down who has said so',
  },
  { flags: '--no-pre-checks', description: 'without the checks before' },
  { flags: '--no-post-checks', description: 'without the checks after the switch' },
  FORCE_OPTION,
  REASON_OPTION,
  { flags: '--dry-run', description: 'only show the plan' },
];

/** The flags as options of a plan. */
export const runOptions = (flags: RunFlags): DeployRunOptions => ({
  skipBackup: flags.skipBackup,
  acceptNoBackup: flags.iAcceptNoBackup,
  runPreChecks: flags.preChecks,
  runPostChecks: flags.postChecks,
  maintenanceMode: flags.maintenance,
  reason: flags.reason,
});

/** Shows what would be done. */
export async function showDeployPlan(context: Context, plan: DeployPlan): Promise<ExitCode> {
  if (context.json) await emitObject(context.output, 'DeployPlan', plan);
  else await context.output.write(`${planLines(plan).join('\n')}\n`);
  return EXIT.ok;
}

/** Asks before something that drops data. @throws {CliError} `NOT_CONFIRMED`. */
export async function confirmPlan(context: Context, plan: DeployPlan, yes: boolean): Promise<void> {
  const { messages, prompt } = context;
  if (yes) return;
  for (const line of planLines(plan)) messages.warn(line);
  if (!prompt.available) {
    throw new CliError('NOT_CONFIRMED', `Expected a confirmation of the ${plan.kind}, got none`, {
      hint: 'Look at the plan with --dry-run, then confirm it with --yes.',
    });
  }
  if (await prompt.confirm('Go on?')) return;
  throw new CliError('NOT_CONFIRMED', `The ${plan.kind} was not confirmed; nothing was changed`);
}
