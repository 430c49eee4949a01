import { type PrivateKey, type PublicKey, signEnvelope, type TrustedKey, verifyEnvelope } from '@x/integrity';
import { type Clock, systemClock } from '../clock.ts';
import { FlagError } from '../errors.ts';
import type { FlagSeal } from '../history/seal.ts';

/** Options of {@link signedFlags}. */
export interface SignedFlagsOptions {
  /** Who may change flags: keys, with their limits. */
  readonly trusted: readonly (PublicKey | TrustedKey)[];
  /** How many of them must have signed. Default 1. */
  readonly threshold?: number | undefined;
  /** Signs what is written. Without one, flags can only be read. */
  readonly privateKey?: PrivateKey | readonly PrivateKey[] | undefined;
  /** Whose flags these are, as `production`: what was signed for others is refused. Needed where one key signs for several. Default: nobody in particular. */
  readonly audience?: string | undefined;
  /** Milliseconds since 1970, to judge keys by. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** The type in the envelope: a signature for something else is none for flags. */
const PAYLOAD_TYPE = 'application/vnd.holdfast.flags';

/**
 * Flags in DSSE envelopes: nothing is parsed, and nothing evaluated, before enough trusted keys vouch for it. Whoever can write to
 * the store or to the file can then take flags away or bring back old ones, but can't make any, unless the same key signs for another place without an `audience`; readers never go back to
 * an older version while they run.
 *
 * @example
 * ```ts
 * import { readFile, writeFile } from 'node:fs/promises';
 * import { createFlags } from '@x/feature-flags';
 * import { fileFlags } from '@x/feature-flags/file';
 * import { signedFlags } from '@x/feature-flags/signed';
 * import { generateKeyPair } from '@x/integrity';
 *
 * const { privateKey, publicKey } = generateKeyPair();
 * await writeFile('flags.signed', signedFlags({ trusted: [publicKey], privateKey }).close(await readFile('flags.yaml')));
 * const flags = createFlags({ store: fileFlags('flags.signed', { seal: signedFlags({ trusted: [publicKey] }) }) });
 * await flags.ready();
 * ```
 */
export function signedFlags(options: SignedFlagsOptions): FlagSeal {
  const { trusted, threshold, privateKey, audience, clock = systemClock } = options;
  // A part of the type, so it is signed as well.
  const payloadType =
    audience === undefined ? PAYLOAD_TYPE : `${PAYLOAD_TYPE};audience=${encodeURIComponent(audience)}`;
  return {
    close(content) {
      if (privateKey === undefined) {
        throw new FlagError('UNTRUSTED_FLAGS', 'Expected a private key to sign flags with, got none', {
          hint: 'Flags can be read with public keys; to change them, give `privateKey`.',
        });
      }
      const envelope = signEnvelope(content, { payloadType, privateKey });
      return new TextEncoder().encode(`${JSON.stringify(envelope)}\n`);
    },
    open(content) {
      const found = verified(content, { payloadType, keys: trusted, threshold, now: new Date(clock()) });
      if (found.verified) return found.payload;
      const why =
        found.problem === 'other-payload-type'
          ? 'something else that was signed, or flags for somebody else'
          : `${found.counted} of ${found.threshold}: ${found.signatures.map(({ message }) => message).join(' ') || 'none at all'}`;
      throw new FlagError('UNTRUSTED_FLAGS', `Expected flags with signatures that are trusted, got ${why}`, {
        hint: 'Have them signed by a key that is trusted, or trust the key.',
      });
    },
  };
}

function verified(
  content: Uint8Array,
  trust: {
    readonly payloadType: string;
    readonly keys: SignedFlagsOptions['trusted'];
    readonly threshold: number | undefined;
    readonly now: Date;
  },
): ReturnType<typeof verifyEnvelope> {
  try {
    return verifyEnvelope(content, trust);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'INVALID_ENVELOPE') throw cause;
    throw new FlagError('UNTRUSTED_FLAGS', 'Expected signed flags, got something else', {
      cause,
      hint: 'Sign the file, or read it without `seal`.',
    });
  }
}
