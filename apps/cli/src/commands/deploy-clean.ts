import { DEPLOY_OPTIONS, openDeploys } from '../compose/deploys.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';
import { FORCE_OPTION, REASON_OPTION } from './deploy-flags.ts';

interface CleanFlags {
  readonly dryRun?: true | undefined;
  readonly force?: true | undefined;
  readonly reason?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { dryRun = false, force, reason } = input.options as CleanFlags;
  const { deployer } = await openDeploys(context);
  const { signal, output } = context;
  const cleaned = await deployer.clean({ dryRun, force, reason, signal });
  if (context.json) {
    await emitObject(output, 'DeployCleaned', { dryRun, ...cleaned });
    return EXIT.ok;
  }
  const { decisions, removed, evidence, removedEvidence, warnings } = cleaned;
  const word = (keep: boolean): string => (keep ? 'keep' : dryRun ? 'would go' : 'gone');
  const rows = [
    ...decisions.map(({ version, keep, reason: why }) => [word(keep), displayText(version), displayText(why)]),
    ...evidence.map(({ path, keep, keptAt }) => [word(keep), displayText(path), `evidence of ${formatTime(keptAt)}`]),
  ];
  if (rows.length > 0)
    await output.write(`${tableLines([{ title: '' }, { title: 'WHAT' }, { title: 'WHY' }], rows).join('\n')}\n`);
  for (const warning of warnings) context.messages.warn(warning);
  if (!dryRun) context.messages.note(`${removed.length + removedEvidence.length} removed.`);
  return EXIT.ok;
}

/** `holdfast deploy clean`. */
export const deployClean: CommandDefinition = {
  path: ['deploy', 'clean'],
  action: 'deploy.clean',
  summary: 'Remove the releases that nobody needs, and old evidence of failures',
  description:
    'What stays: the current one, the good one before it, whatever a process runs from, the last good ones (--keep), and failed ones for seven days, as what was kept of failures. ' +
    'Processes of other users are not seen, nor any where there is no /proc: it is told when something goes. Refused while a deploy has not ended.',
  options: [
    { flags: '--dry-run', description: 'only say what would go, and why' },
    FORCE_OPTION,
    REASON_OPTION,
    ...DEPLOY_OPTIONS,
  ],
  examples: [
    { call: 'holdfast deploy clean --dry-run', does: 'What would go?' },
    { call: 'holdfast deploy clean --keep 3', does: 'The last three good ones stay' },
  ],
  output: { shape: 'DeployCleaned' },
  run,
};
