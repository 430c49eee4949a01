import { openConfiguredStructure } from '../compose/structure.ts';
import { readPolicy } from '../compose/written-policy.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface ForgetFlags {
  readonly policy?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { policy, dryRun = false } = input.options as ForgetFlags;
  const rules = policy === undefined ? undefined : await readPolicy(policy, 'options');
  const { repository, structure } = await openConfiguredStructure(context);
  await using _ = repository;
  const { kept, forgotten } = await structure.forget({ policy: rules, dryRun });
  if (context.json) {
    await emitObject(context.output, 'StructureForget', { dryRun, kept, forgotten });
    return EXIT.ok;
  }
  for (const each of kept) await context.output.line(`  ${each.version}  ${displayText(each.reason)}`);
  for (const version of forgotten) await context.output.line(`- ${version}  ${dryRun ? 'would be' : 'is'} forgotten`);
  if (dryRun) context.messages.note('Nothing was changed.');
  return EXIT.ok;
}

/** `holdfast structure forget`. */
export const structureForget: CommandDefinition = {
  path: ['structure', 'forget'],
  action: 'structure.forget',
  summary: 'Forget versions of the shared structure that a policy does not keep',
  description:
    'Without --policy one version of each month stays, for 12 months. Major versions and the latest one stay whatever the policy says.',
  options: [
    { flags: '--policy <text>', description: 'what stays, as text: `12m 3y`' },
    { flags: '--dry-run', description: 'show what would be forgotten' },
  ],
  examples: [{ call: 'holdfast structure forget --dry-run', does: 'Which versions would go?' }],
  output: { shape: 'StructureForget' },
  run,
};
