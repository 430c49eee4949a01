import { createConfigured, type CreatedConfigured } from '../compose/compose.ts';
import { publicLocation } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context, GlobalOptions } from '../program/context.ts';
import { factLines } from '../render/table.ts';

interface InitFlags extends GlobalOptions {
  /** `false` with `--no-passphrase`. */
  readonly passphrase: boolean;
}

async function render(context: Context, created: CreatedConfigured): Promise<void> {
  const { output } = context;
  const { bold, yellow } = output.colors;
  const facts: (readonly [string, string])[] = [
    ['repository', publicLocation(created.location)],
    ['id', created.repository.id],
    ['encrypted', created.repository.encrypted ? 'yes' : 'NO: whoever reads the place can read the data'],
  ];
  if (created.keyFile !== undefined) facts.push(['key file', created.keyFile]);
  if (created.passphrase) facts.push(['passphrase', 'opens it, too']);
  await output.write(`${factLines(facts).join('\n')}\n`);
  if (created.recoveryCode === undefined) return;
  await output.write(
    `\n${yellow('Recovery code, shown this once:')}\n\n    ${bold(created.recoveryCode)}\n\n` +
      'Keep it and a copy of the key file away from this machine. Without one of them\n' +
      `${created.passphrase ? 'or the passphrase ' : ''}nobody can read the backups.\n`,
  );
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as InitFlags;
  if (!flags.passphrase && flags.passphraseFile !== undefined) {
    throw usageError('Expected one of --passphrase-file and --no-passphrase, got both', 'Leave one of them out.');
  }
  const created = await createConfigured(context, flags.passphrase);
  await using repository = created.repository;
  if (context.json) {
    const { keyFile, passphrase, recoveryCode } = created;
    const location = publicLocation(created.location);
    const { id, encrypted } = repository;
    await emitObject(context.output, 'Created', {
      id,
      repository: location,
      encrypted,
      keyFile,
      passphrase,
      recoveryCode,
    });
    return EXIT.ok;
  }
  await render(context, created);
  const { origins } = await context.effective();
  if (origins.repository.kind === 'flag') {
    context.messages.note(
      '\nNext calls find it through --repo, HOLDFAST_REPO or "repository" in holdfast.config.json.',
    );
  }
  return EXIT.ok;
}

/** `holdfast init`. */
export const init: CommandDefinition = {
  path: ['init'],
  action: 'repository.create',
  summary: 'Make a repository, its key file and its recovery code',
  description:
    'The key file (mode 0600) goes to --key-file or, by default, to the keys folder of your settings. ' +
    'A passphrase opens the repository, too, when one is given: --passphrase-file, HOLDFAST_PASSPHRASE.',
  options: [{ flags: '--no-passphrase', description: 'no encryption at all: reported as "encrypted: false"' }],
  examples: [
    { call: 'holdfast init --repo /backups/work', does: 'A key file in your settings, a recovery code on the screen' },
    {
      call: 'holdfast init --repo /backups/work --passphrase-file -',
      does: 'The same, and a passphrase that is asked for',
    },
    { call: 'holdfast init --repo /backups/public --no-passphrase', does: 'Not encrypted' },
  ],
  output: { shape: 'Created' },
  run,
};
