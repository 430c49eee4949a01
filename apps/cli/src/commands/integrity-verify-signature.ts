import { stat } from 'node:fs/promises';
import { readInput } from '../compose/files.ts';
import { integrity, pathOf, publicKeysIn } from '../compose/integrity.ts';
import { FILES_PREDICATE, filesOf, signatureOf, WHOLE_FOLDER } from '../compose/signed-files.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface VerifyFlags {
  readonly key: readonly string[];
  readonly signature?: string | undefined;
  readonly threshold?: number | undefined;
}

type Verified = ShapeOf<'SignatureVerification'>;

interface Request {
  /** File of the signature. */
  readonly place: string;
  readonly flags: VerifyFlags;
}

/** Where no file differs, a link does, an empty folder, or a file whose name is not UTF-8. */
const WHOLE = '. (the folder as a whole, with links and empty folders)';

const HINT = 'Name its file with --signature.';

const isoOf = (time: Date | undefined): string | undefined => time?.toISOString();

async function verifyFile(context: Context, path: string, { place, flags }: Request): Promise<Verified> {
  const signature = await readInput(place, 'a signature', HINT);
  const { verify } = await integrity(context);
  const keys = await publicKeysIn(context, flags.key);
  const found = await verify({ path }, signature, { keys, threshold: flags.threshold, signal: context.signal });
  const signatures = found.signatures.map(({ signedAt, expiresAt, ...rest }) => ({
    ...rest,
    signedAt: isoOf(signedAt),
    expiresAt: isoOf(expiresAt),
  }));
  return { path, ...found, signatures, differences: [] };
}

async function verifyFolder(context: Context, path: string, { place, flags }: Request): Promise<Verified> {
  const signature = await readInput(place, 'a signature', HINT);
  const { verifyStatement } = await integrity(context);
  const { subject } = await filesOf(context, path, place);
  const { verified, threshold, counted, signatures, differences } = verifyStatement(signature, {
    subject,
    predicateType: FILES_PREDICATE,
    keys: await publicKeysIn(context, flags.key),
    threshold: flags.threshold,
  });
  return { path, verified, threshold, counted, signatures, differences };
}

async function render(
  { output, messages }: Context,
  { verified, threshold, counted, signatures, differences }: Verified,
): Promise<void> {
  const { green, red } = output.colors;
  for (const { name, kind } of differences)
    await output.line(`${kind} ${name === WHOLE_FOLDER ? WHOLE : displayText(name)}`);
  for (const { keyId, verdict, message, signedAt } of signatures) {
    if (verdict !== 'counts' || messages.verbose)
      await output.line(`${keyId.slice(0, 16)} ${message}${signedAt === undefined ? '' : ` (${signedAt})`}`);
  }
  if (messages.quiet) return;
  const word = verified ? green('verified') : red('not verified');
  await output.line(
    `${word}: ${counted} of ${threshold} needed keys${differences.length > 0 ? `, ${differences.length} differences` : ''}`,
  );
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as VerifyFlags;
  const path = pathOf(context, input.arguments[0] ?? '');
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  const place = flags.signature === undefined ? signatureOf(path, isFolder) : pathOf(context, flags.signature);
  const facts = await (isFolder ? verifyFolder : verifyFile)(context, path, { place, flags });
  if (context.json) await emitObject(context.output, 'SignatureVerification', facts);
  else await render(context, facts);
  return facts.verified ? EXIT.ok : EXIT.damaged;
}

function keysNeeded(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw usageError(`Expected a number of keys, got ${JSON.stringify(text)}`, 'Write a whole number from 1 on.');
}

/** `holdfast integrity verify-signature`. */
export const integrityVerifySignature: CommandDefinition = {
  path: ['integrity', 'verify-signature'],
  action: 'integrity.verify',
  summary: 'Verify the signature of a file or folder',
  description:
    'Exits with 6 when too few of the keys have signed what is there. Of a folder, modes and times are not signed.',
  arguments: [{ name: '<path>', description: 'the file or folder' }],
  options: [
    {
      flags: '--key <file>',
      description: 'public key that is trusted; may be repeated',
      repeatable: true,
      required: true,
    },
    { flags: '--signature <file>', description: 'default: FILE.sig.json, FOLDER.intoto.json' },
    { flags: '--threshold <n>', description: 'how many of the keys must have signed; 1 by default', parse: keysNeeded },
  ],
  examples: [
    { call: 'holdfast integrity verify-signature release.tar.gz --key release.pem.pub', does: 'One key' },
    {
      call: 'holdfast integrity verify-signature dist --key alice.pub --key bob.pub --threshold 2',
      does: 'Both must have signed',
    },
  ],
  output: { shape: 'SignatureVerification' },
  run,
};
