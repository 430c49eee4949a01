import type { AuditReport, RememberedHead } from '@x/logging';
import { tellOfDamagedLog } from '../compose/alerts.ts';
import { readInput } from '../compose/files.ts';
import { pathOf } from '../compose/integrity.ts';
import { logging, logKeys, withLogs } from '../compose/logs.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';
import { LOGS_OPTIONS, SIGN_OPTIONS } from './logs-options.ts';

interface VerifyFlags {
  readonly publicKey?: readonly string[] | undefined;
  readonly checkpoint?: readonly string[] | undefined;
  readonly remembered?: readonly string[] | undefined;
}

const KEY_OPTION = {
  flags: '--public-key <file>',
  description: 'Ed25519 key whose signatures count (default: logs.trustKeys); may be repeated',
  repeatable: true,
} as const;

const CHECKPOINT_HINT = 'logs checkpoint prints one.';

const given = (files: readonly string[] | undefined): readonly string[] | undefined =>
  files === undefined || files.length === 0 ? undefined : files;

/** Where a log ended: what `logs verify --json` has printed, or its `head`. @throws {CliError} `USAGE`. */
async function rememberedHead(path: string): Promise<RememberedHead> {
  const text = String(await readInput(path, 'where the log ended', 'Keep what logs verify --json prints.'));
  try {
    const value = JSON.parse(text) as { readonly head?: unknown };
    const { origin, size, root } = (value.head ?? value) as Partial<RememberedHead>;
    if (typeof origin === 'string' && Number.isSafeInteger(size) && /^[0-9a-f]{64}$/.test(root ?? '')) {
      return { origin, size: size ?? 0, root: root ?? '' };
    }
  } catch {
    // Told below.
  }
  throw usageError(`Expected where a log ended in ${path}, got something else`, 'Keep what logs verify --json prints.');
}

async function render(context: Context, report: AuditReport, keys: number): Promise<void> {
  const { output, messages } = context;
  const { ok, findings, records, covered, checkpoints, tornBytes } = report;
  for (const finding of findings) {
    const file = 'file' in finding && finding.file !== undefined ? `${displayText(finding.file)}: ` : '';
    await output.line(`${file}${displayText(finding.message)}`);
  }
  if (tornBytes > 0) messages.note(`A last line of ${tornBytes} bytes was never acknowledged: it is no record.`);
  const word = ok ? output.colors.green('untouched') : output.colors.red('not as it was written');
  await output.line(
    `${word}: ${formatNumberOf(records, 'record')}, ${covered} of them covered by ${formatNumberOf(checkpoints, 'checkpoint')}`,
  );
  if (keys === 0 && ok)
    messages.note('Without a key nobody sees whether the whole log was written anew: see --public-key.');
}

async function verify(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as VerifyFlags;
  const publicKeys = await logKeys(context, given(flags.publicKey));
  const notes = await Promise.all(
    (flags.checkpoint ?? []).map(async (file) =>
      String(await readInput(pathOf(context, file), 'a checkpoint', CHECKPOINT_HINT)),
    ),
  );
  const remembered = await Promise.all(
    (flags.remembered ?? []).map(async (file) => rememberedHead(pathOf(context, file))),
  );
  const options = { publicKeys, notes, remembered, signal: context.signal };
  const report = await withLogs(context, {}, async (logs) => logs.audit.verify(options));
  if (context.json) {
    const findings = report.findings.map((finding) => ({
      kind: finding.kind,
      message: finding.message,
      number: 'number' in finding ? finding.number : undefined,
      file: 'file' in finding ? finding.file : undefined,
    }));
    await emitObject(context.output, 'LogsVerification', { ...report, findings });
  } else await render(context, report, publicKeys.length);
  if (!report.ok)
    await tellOfDamagedLog(
      context,
      report.findings.map(({ message }) => message),
    );
  return report.ok ? EXIT.ok : EXIT.damaged;
}

async function verifyBundle(context: Context, input: CommandInput): Promise<ExitCode> {
  const [folder = ''] = input.arguments;
  const publicKeys = await logKeys(context, given((input.options as VerifyFlags).publicKey));
  if (publicKeys.length === 0) throw usageError('Expected a public key, got none', 'Name its file with --public-key.');
  const { verifyBundle: look } = await logging(context);
  const { ok, problems, manifest } = await look(pathOf(context, folder), publicKeys);
  const { records, query, made, host } = manifest;
  const { output } = context;
  if (context.json) await emitObject(output, 'LogsBundle', { ok, problems: [...problems], records, query, made, host });
  else {
    for (const problem of problems) await output.line(displayText(problem));
    const word = ok ? output.colors.green('verified') : output.colors.red('not verified');
    const what = displayText(query === '' ? 'everything' : query);
    await output.line(
      `${word}: ${formatNumberOf(records, 'record')} (${what}), made ${displayText(made)} on ${displayText(host)}`,
    );
  }
  return ok ? EXIT.ok : EXIT.damaged;
}

async function checkpoint(context: Context): Promise<ExitCode> {
  return withLogs(context, { signs: true }, async ({ audit }) => {
    const note = await audit.checkpoint();
    if (context.json) await emitObject(context.output, 'LogsCheckpoint', { head: await audit.head(), note });
    else await context.output.write(note);
    return EXIT.ok;
  });
}

/** `holdfast logs verify`. */
export const logsVerify: CommandDefinition = {
  path: ['logs', 'verify'],
  action: 'logs.verify',
  summary: 'Prove that the audit log is as it was written',
  description:
    'Names the first record that was changed, removed, moved or put in. What can not be seen from the log alone, a cut end and a log written anew as a whole, ' +
    'is seen with signed checkpoints (--public-key), or by where it ended earlier (--remembered). Exits with 6 when something is wrong, and tells people where there are alerts.',
  options: [
    KEY_OPTION,
    {
      flags: '--checkpoint <file>',
      description: 'a signed checkpoint that was kept elsewhere; may be repeated',
      repeatable: true,
    },
    {
      flags: '--remembered <file>',
      description: 'what logs verify --json printed earlier; may be repeated',
      repeatable: true,
    },
    ...LOGS_OPTIONS,
  ],
  examples: [
    { call: 'holdfast logs verify --public-key audit.pub', does: 'Is it what was written, all of it?' },
    { call: 'holdfast logs verify --remembered monday.json', does: 'Is what was there on Monday still there?' },
  ],
  output: { shape: 'LogsVerification' },
  run: verify,
};

/** `holdfast logs verify-bundle`. */
export const logsVerifyBundle: CommandDefinition = {
  path: ['logs', 'verify-bundle'],
  action: 'logs.verify',
  summary: 'Verify a sealed export, anywhere, with the public key alone',
  arguments: [{ name: '<folder>', description: 'what logs export --format bundle has made' }],
  options: [KEY_OPTION],
  examples: [
    {
      call: 'holdfast logs verify-bundle audit-2026 --public-key audit.pub',
      does: 'Are these the records that were handed over?',
    },
  ],
  output: { shape: 'LogsBundle' },
  run: verifyBundle,
};

/** `holdfast logs checkpoint`. */
export const logsCheckpointCommand: CommandDefinition = {
  path: ['logs', 'checkpoint'],
  action: 'logs.write',
  summary: 'Sign where the audit log ends',
  description: 'The text is kept beside the log, and printed: store it where nobody who writes the log can change it.',
  options: [...SIGN_OPTIONS, ...LOGS_OPTIONS],
  examples: [
    {
      call: 'holdfast logs checkpoint --sign-key audit.key > /mnt/elsewhere/monday.note',
      does: 'Keep it on another machine',
    },
  ],
  output: { shape: 'LogsCheckpoint' },
  run: checkpoint,
};
