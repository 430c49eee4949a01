import type { ReleaseCheck, ReleaseVerification } from '@x/versioning';
import { openReleases, RELEASE_OPTIONS, trustedKeys } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { shortKey } from '../render/release.ts';
import { displayText } from '../render/text.ts';

interface VerifyFlags {
  readonly key?: readonly string[] | undefined;
  /** `false` with `--no-tag`. */
  readonly tag: boolean;
  readonly allowUnsigned?: true | undefined;
}

/** What the verdict is called, where it isn't as the program has it. */
function verdictText({ verdict, signedBy }: ReleaseVerification): string {
  if (verdict === 'verified') return `verified, signed by ${signedBy.map(shortKey).join(', ')}`;
  return verdict === 'unsigned'
    ? 'not verified: nobody vouches for it who is trusted here (--key, --allow-unsigned)'
    : 'not verified';
}

async function render({ output, messages }: Context, found: ReleaseVerification, isGood: boolean): Promise<void> {
  const { green, red, yellow } = output.colors;
  const color = { passed: green, failed: red, unchecked: yellow } satisfies Record<ReleaseCheck['status'], unknown>;
  for (const { name, status, detail } of found.checks) {
    if (messages.quiet && status !== 'failed') continue;
    await output.line(`${color[status](status.padEnd(9))}  ${name.padEnd(9)}  ${displayText(detail)}`);
  }
  if (found.isYanked) messages.warn(`${found.version} was yanked: nobody should use it.`);
  if (!messages.quiet) await output.line(`${found.version}: ${(isGood ? green : red)(verdictText(found))}`);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { key, tag, allowUnsigned = false } = input.options as VerifyFlags;
  const { manager } = await openReleases(context);
  const keys = await trustedKeys(context, key);
  const checkout = tag ? undefined : false;
  const found = await context.timed('verify', () =>
    manager.verifyRelease(input.arguments[0] ?? '', { keys, checkout, signal: context.signal }),
  );
  const isGood = found.verdict === 'verified' || (found.verdict === 'unsigned' && allowUnsigned);
  if (context.json) await emitObject(context.output, 'ReleaseVerification', found);
  else await render(context, found, isGood);
  return isGood ? EXIT.ok : EXIT.damaged;
}

/** `holdfast release verify`. */
export const releaseVerify: CommandDefinition = {
  path: ['release', 'verify'],
  action: 'release.verify',
  summary: 'Check that a release is what was signed and stored',
  description:
    'Signature, digests of manifest, artefact and SBOM, and the tag. What could not be checked is said, with the reason. ' +
    'Without `--key`: the keys of `release.trustKeys`, or the public half of `release.signKey`. ' +
    'Exits with 6 unless everything holds and a trusted key has signed it. A yanked release can be verified; nobody should use it.',
  arguments: [{ name: '<version>', description: 'the version, as 1.2.0' }],
  options: [
    { flags: '--key <file>', description: 'public key that is trusted; may be repeated', repeatable: true },
    { flags: '--no-tag', description: 'do not compare the tag of the checkout' },
    { flags: '--allow-unsigned', description: 'content with everything as it was stored, whoever signed it' },
    ...RELEASE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast release verify 1.2.0 --key release.pem.pub', does: 'May it be deployed?' },
    { call: 'holdfast release verify 1.2.0 --allow-unsigned', does: 'Is it as it was stored?' },
  ],
  output: { shape: 'ReleaseVerification' },
  run,
};
