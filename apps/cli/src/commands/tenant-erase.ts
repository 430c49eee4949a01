import type { DeclaredDestinations, Repository, TenantErasure, TenantErasurePlan } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { checkFolderOf, writeOutput } from '../compose/files.ts';
import { pathOf, privateKeyIn } from '../compose/integrity.ts';
import { destinationsOf } from '../compose/tenants.ts';
import { userName } from '../compose/user.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { remainLines } from '../render/tenant.ts';
import { displayText } from '../render/text.ts';
import { demandConfirmation } from '../terminal/confirmation.ts';
import type { Prompt } from '../terminal/prompt.ts';

interface EraseFlags {
  readonly reason: string;
  readonly certificate?: string | undefined;
  readonly yes?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly signKey?: string | undefined;
  readonly keyPassphraseFile?: string | undefined;
}

function planLines(plan: TenantErasurePlan): readonly string[] {
  const { tenant, begun, snapshots, sessions, left } = plan;
  const what = begun
    ? `erasure of ${displayText(tenant)}: begun before, would be gone on with`
    : `erasure of ${displayText(tenant)}: ${formatNumberOf(snapshots, 'snapshot')} could never be read again, ` +
      `${formatNumberOf(sessions, 'backup')} that did not end would`;
  return [what, `  ${formatBytes(left.bytes)} would be freed by the next prune`, ...remainLines(plan)];
}

async function render(context: Context, erasure: TenantErasure, files: Files): Promise<void> {
  const { statement, sessionsFenced, left } = erasure;
  if (context.json) {
    await emitObject(context.output, 'TenantErasure', { dryRun: false, statement, ...files, sessionsFenced, left });
    return;
  }
  if (context.messages.quiet) return context.output.line(files.certificate);
  const lines = [
    `tenant ${displayText(statement.tenant.name)} is erased, its keys are destroyed`,
    ...remainLines(statement),
    `certificate: ${files.certificate}`,
    `public key:  ${files.publicKey}`,
  ];
  await context.output.write(`${lines.join('\n')}\n`);
  if (left.bytes > 0) context.messages.note(`${formatBytes(left.bytes)} come back with \`holdfast backup prune\`.`);
}

interface Files {
  readonly certificate: string;
  readonly publicKey: string;
}

async function dryRunOf(
  context: Context,
  repository: Repository,
  request: { readonly name: string; readonly destinations: DeclaredDestinations | undefined },
): Promise<ExitCode> {
  const plan = await repository.tenants.planErase(request.name, request);
  if (context.json) await emitObject(context.output, 'TenantErasure', { dryRun: true, plan });
  else await context.output.write(`${planLines(plan).join('\n')}\n`);
  if (!context.json) context.messages.note('Nothing was changed.');
  return EXIT.ok;
}

/** Where the certificate goes. @throws {CliError} `USAGE`, `UNWRITABLE`. */
async function filesOf(context: Context, { certificate }: EraseFlags): Promise<Files> {
  if (certificate === undefined)
    throw usageError('Expected --certificate FILE with an erasure, got none', 'Only --dry-run needs none.');
  const path = pathOf(context, certificate);
  await checkFolderOf(path);
  return { certificate: path, publicKey: `${path}.pub` };
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [name = ''] = input.arguments;
  const flags = input.options as EraseFlags;
  const destinations = destinationsOf(input.options);
  if (flags.dryRun === true) {
    await using repository = await openConfigured(context);
    return await dryRunOf(context, repository, { name, destinations });
  }
  const files = await filesOf(context, flags);
  const signWith =
    flags.signKey === undefined
      ? undefined
      : await privateKeyIn(context, flags.signKey, { passphraseFile: flags.keyPassphraseFile });
  await using repository = await openConfigured(context);
  const plan = await repository.tenants.planErase(name, { destinations });
  const ask = async (prompt: Prompt): Promise<boolean> =>
    (await prompt.ask('This can not be undone. Type the name of the tenant')).normalize('NFC') === plan.tenant;
  await demandConfirmation(context, { what: 'erasure', lines: planLines(plan), yes: flags.yes === true, ask });
  const options = { by: userName(), reason: flags.reason, destinations, signWith };
  const erasure = await context.timed('erase the tenant', () => repository.tenants.erase(name, options));
  await writeOutput(files.certificate, `${JSON.stringify(erasure.certificate)}\n`);
  await writeOutput(files.publicKey, erasure.publicKey);
  await render(context, erasure, files);
  return EXIT.ok;
}

/** `holdfast tenant erase`. */
export const tenantErase: CommandDefinition = {
  path: ['tenant', 'erase'],
  action: 'tenant.erase',
  whose: 'argument',
  summary: 'Erase a tenant: destroy its keys, and certify what may be left where',
  description:
    'Backups of it that are under way are ended. Its keys are destroyed in all records of the keyring, so that nobody can read what is stored of it; ' +
    'the next `backup prune` frees the space. Holdfast can not see older versions, locks, snapshots of disks and copies that others have made: say what you ' +
    'know of them, and the certificate says until when they may be read. A call that was interrupted is gone on with by the next; for a ' +
    'tenant that was erased, the certificate is written again. Refused under a legal hold (exit 7).',
  arguments: [{ name: '<name>', description: 'the tenant' }],
  options: [
    { flags: '--reason <text>', description: 'why; it stands in the certificate', required: true },
    {
      flags: '--certificate <file>',
      description: 'where the certificate goes; its public key goes to FILE.pub; needed unless --dry-run',
    },
    { flags: '--yes', description: 'do not ask' },
    { flags: '--dry-run', description: 'show what would be erased, and what would be left where' },
    { flags: '--store-copies <date>', description: 'until when older versions of the store remain; none, or unknown' },
    { flags: '--key-store-copies <date>', description: 'the same of the key store' },
    {
      flags: '--mirror <place=date>',
      description: 'a copy of the repository elsewhere, and until when it remains; may be repeated',
      repeatable: true,
    },
    {
      flags: '--key-mirror <place=date>',
      description: 'the same of a copy of the key store; may be repeated',
      repeatable: true,
    },
    { flags: '--sign-key <file>', description: 'sign with this key (default: one that follows from the root key)' },
    { flags: '--key-passphrase-file <file>', description: 'file with the passphrase of that key' },
  ],
  examples: [
    {
      call: 'holdfast tenant erase property1 --reason "contract ended" --dry-run',
      does: 'What would be left, and where?',
    },
    {
      call: 'holdfast tenant erase property1 --reason "contract ended" --certificate property1.erased.json --mirror s3://copies=2027-01-31',
      does: 'Erased here; the copy elsewhere is deleted at the end of January',
    },
  ],
  output: { shape: 'TenantErasure' },
  run,
};
