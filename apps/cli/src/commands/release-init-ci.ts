import type { CiChange, CiPlan, ReadCiProjectOptions } from '@x/versioning';
import { versioning } from '../compose/versioning.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

interface InitCiFlags {
  readonly node?: readonly string[] | undefined;
  readonly packageManager?: ReadCiProjectOptions['packageManager'];
  readonly branch?: string | undefined;
  /** `false` with `--no-publish`. */
  readonly publish: boolean;
  /** `false` with `--no-backup`. */
  readonly backup: boolean;
  readonly dryRun?: boolean | undefined;
  readonly force?: boolean | undefined;
}

interface Written {
  readonly plan: CiPlan;
  readonly changes: readonly CiChange[];
  readonly dryRun: boolean;
}

const textOf = (plan: CiPlan, path: string): string => plan.files.find((file) => file.path === path)?.text ?? '';

async function render({ output, messages }: Context, { plan, changes, dryRun }: Written): Promise<void> {
  for (const { path, change } of changes) {
    await output.write(`${change.padEnd('unchanged'.length)}  ${path}\n`);
    if (dryRun && messages.verbose) await output.write(`\n${textOf(plan, path)}\n`);
  }
  if (dryRun) messages.note('Nothing was written; --verbose shows the files.');
  messages.note(`To do:\n${plan.notes.map((note) => `- ${note}`).join('\n')}`);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { node, packageManager, branch, publish, backup, dryRun = false, force } = input.options as InitCiFlags;
  const { applyCi, compareCi, planCi, readCiProject } = await versioning(context);
  const { root, project } = await readCiProject(context.workingDirectory, { packageManager });
  const plan = planCi({
    ...project,
    branch: branch ?? project.branch,
    nodeVersions: node,
    // Without the option, what is private is not published either.
    publish: publish ? undefined : false,
    backup,
  });
  const changes = await (dryRun ? compareCi : applyCi)(plan, { folder: root, force });
  if (context.json) {
    const files = changes.map((change) => (dryRun ? { ...change, text: textOf(plan, change.path) } : change));
    await emitObject(context.output, 'CiWritten', { folder: root, dryRun, files, notes: plan.notes });
  } else {
    await render(context, { plan, changes, dryRun });
  }
  return EXIT.ok;
}

/** `holdfast release init-ci`. */
export const releaseInitCi: CommandDefinition = {
  path: ['release', 'init-ci'],
  action: 'release.create',
  summary: 'Write a workflow for GitHub that tests and releases',
  description:
    'A workflow that tests on several versions of Node, shows what a release would be, and makes one by hand: backed up, signed, put on ' +
    'GitHub with artefact, SBOM and notes, and published to npm; and the action with its steps, for a workflow of your own. ' +
    'They go to .github at the top of the checkout. A file that was changed is not replaced without --force. ' +
    'docs/guides/ci.md says which secrets to set.',
  options: [
    {
      flags: '--node <versions>',
      description: 'versions of Node that tests run on (default: 22,24,26)',
      parse: (text) => text.split(',').map((version) => version.trim()),
    },
    {
      flags: '--package-manager <name>',
      description: 'what installs packages (default: as package.json or the lockfile says)',
      choices: ['npm', 'pnpm', 'yarn'],
    },
    { flags: '--branch <name>', description: 'the branch to release from (default: the main one of the remote)' },
    { flags: '--no-publish', description: 'do not publish to npm (default where package.json is private)' },
    { flags: '--no-backup', description: 'no backup before a release' },
    { flags: '--dry-run', description: 'only say what would be written; with --verbose, show it' },
    { flags: '--force', description: 'replace files that were changed' },
  ],
  examples: [
    { call: 'holdfast release init-ci', does: 'For the project of this checkout' },
    { call: 'holdfast release init-ci --node 22,24 --no-publish', does: 'Two versions of Node, nothing to npm' },
    { call: 'holdfast release init-ci --dry-run --verbose', does: 'Look at the files first' },
    { call: 'holdfast release init-ci --force', does: 'After an upgrade of holdfast: make them again' },
  ],
  output: { shape: 'CiWritten' },
  run,
};
