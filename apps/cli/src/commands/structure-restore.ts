import type { OverwriteMode, RestorePlan } from '@x/backup-store';
import type { StructurePart, StructureRestoreOptions } from '@x/backup-store/structure';
import { openConfiguredStructure } from '../compose/structure.ts';
import { resolvePath } from '../config/locations.ts';
import { emitObject } from '../output/emit.ts';
import { exitCodeOfRun, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { sayProblems } from '../render/problems.ts';
import { displayText } from '../render/text.ts';

interface RestoreFlags {
  readonly to: string;
  readonly part?: readonly StructurePart[] | undefined;
  readonly overwrite?: OverwriteMode | undefined;
  readonly dryRun?: boolean | undefined;
  /** `false` with `--no-safety-backup`. */
  readonly safetyBackup: boolean;
}

type Status = 'ok' | 'partial' | 'failed';
const RANK: readonly Status[] = ['ok', 'partial', 'failed'];

const countOf = (plans: readonly RestorePlan[]): { filesWritten: number; entriesKept: number } => ({
  filesWritten: plans
    .flatMap(({ actions }) => actions)
    .filter(({ action, kind }) => kind === 'file' && (action === 'create' || action === 'overwrite')).length,
  entriesKept: plans.reduce((sum, { counts }) => sum + counts.keep, 0),
});

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [version = ''] = input.arguments;
  const { to, part: parts, overwrite, dryRun = false, safetyBackup } = input.options as unknown as RestoreFlags;
  const target = resolvePath(to, context.workingDirectory);
  const { repository, structure } = await openConfiguredStructure(context);
  await using _ = repository;
  const { signal } = context;
  const options: StructureRestoreOptions = { version, to: target, parts, overwrite, safetyBackup, signal };
  const results = dryRun ? [] : await structure.restore(options);
  const problems = results.flatMap((each) => each.problems);
  const status = RANK[Math.max(0, ...results.map((each) => RANK.indexOf(each.status)))] ?? 'ok';
  const counts = dryRun
    ? countOf(await structure.planRestore(options))
    : {
        filesWritten: results.reduce((sum, each) => sum + each.filesWritten, 0),
        entriesKept: results.reduce((sum, each) => sum + each.entriesKept, 0),
      };
  if (context.json) {
    const said = problems.map(({ path, code, message }) => ({ path, code, message }));
    await emitObject(context.output, 'StructureRestore', {
      version,
      target,
      dryRun,
      status,
      ...counts,
      problems: said,
    });
    return exitCodeOfRun(status, problems);
  }
  sayProblems(context.messages, problems);
  if (!context.messages.quiet) {
    await context.output.line(
      `structure ${version} ${dryRun ? 'would come' : 'came'} back to ${displayText(target)}: ${status}; ` +
        `${formatNumberOf(counts.filesWritten, 'file')} written, ${formatNumberOf(counts.entriesKept, 'entry', 'entries')} kept`,
    );
  }
  return exitCodeOfRun(status, problems);
}

/** `holdfast structure restore`. */
export const structureRestore: CommandDefinition = {
  path: ['structure', 'restore'],
  action: 'structure.restore',
  summary: 'Bring a version of the shared structure back',
  description:
    'Only files of its parts are written; what tenants have, and what lies beside the parts, stays as it is. With --overwrite, what would be ' +
    'replaced is saved in a safety snapshot first, what was written is compared with the version, and all is made what it was when that fails.',
  arguments: [{ name: '<version>', description: 'a version, such as 1.4.0, or latest' }],
  options: [
    { flags: '--to <folder>', description: 'root to restore below', required: true },
    {
      flags: '--part <name>',
      description: 'only this part; may be repeated',
      repeatable: true,
      choices: ['components', 'styles', 'i18n', 'migrations'],
    },
    {
      flags: '--overwrite <mode>',
      description: 'what happens to files that are there: never (default), if-newer, if-changed, always',
      choices: ['never', 'if-newer', 'if-changed', 'always'],
    },
    { flags: '--dry-run', description: 'show what would be written' },
    {
      flags: '--no-safety-backup',
      description: 'no snapshot of what is there before it is overwritten, so nothing can be rolled back',
    },
  ],
  examples: [
    { call: 'holdfast structure restore 1.4.0 --to /srv/app --overwrite if-changed', does: 'Back to version 1.4.0' },
    { call: 'holdfast structure restore latest --to /tmp/look --part i18n', does: 'Only the languages, elsewhere' },
  ],
  output: { shape: 'StructureRestore' },
  run,
};
