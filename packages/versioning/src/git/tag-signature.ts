import { allSaid, firstSaid } from './git-failure.ts';
import type { GitAnswer } from './run-git.ts';

/** What is known of a signature. */
export interface TagSignature {
  readonly status: 'valid' | 'invalid' | 'absent' | 'unchecked';
  /** Why it is so, in one sentence. */
  readonly reason: string;
  /** Who has signed, as the keyring or the file of allowed signers calls them. */
  readonly signer?: string | undefined;
  /** The key's fingerprint. */
  readonly key?: string | undefined;
}

/** Reads what `git verify-tag --raw` says: lines of gpg's status protocol, or the words of ssh-keygen. */
export function readSignatureAnswer(answer: GitAnswer): TagSignature {
  const { complaints } = answer;
  if (/cannot run |No such file or directory.*(?:gpg|ssh-keygen)/.test(complaints)) {
    return { status: 'unchecked', reason: `The program that checks signatures is absent: ${firstSaid(complaints)}` };
  }
  return complaints.includes('[GNUPG:] ') ? readGnupg(answer) : readSsh(answer);
}

/** What words of gpg mean, worst first; of several signatures the worst counts. */
const MEANINGS: readonly (readonly [word: string, status: TagSignature['status'], reason: string])[] = [
  ['BADSIG', 'invalid', 'The tag was changed after it was signed.'],
  ['REVKEYSIG', 'invalid', 'The key was revoked.'],
  ['EXPSIG', 'invalid', 'The signature has expired.'],
  ['EXPKEYSIG', 'unchecked', 'The key has expired.'],
  ['NO_PUBKEY', 'unchecked', 'The key is not in the keyring.'],
  ['ERRSIG', 'unchecked', 'The signature is of a kind that gpg can not check.'],
  ['GOODSIG', 'valid', 'The signature is good.'],
];

/** The words stand in DETAILS of the GnuPG manual, "General status codes": `[GNUPG:] GOODSIG <long key id> <user id>`. */
function readGnupg({ code, complaints }: GitAnswer): TagSignature {
  const said = new Map<string, string>();
  for (const [, word = '', rest = ''] of complaints.matchAll(/^\[GNUPG:\] (\w+) ?(.*)$/gm)) said.set(word, rest);
  const [word, status, reason] = MEANINGS.find(([each]) => said.has(each)) ?? [];
  if (word === undefined || status === undefined || reason === undefined) {
    return { status: 'invalid', reason: 'What stands below the message can not be read as a signature.' };
  }
  const [id, ...user] = (said.get(word) ?? '').split(' ');
  const isNamed = word !== 'NO_PUBKEY' && word !== 'ERRSIG';
  const found = { signer: isNamed ? user.join(' ') : undefined, key: said.get('VALIDSIG')?.split(' ')[0] ?? id };
  if (status === 'valid' && code !== 0) {
    return { status: 'unchecked', reason: 'The key is trusted less than `gpg.minTrustLevel` asks for.', ...found };
  }
  return { status, reason, ...found };
}

function readSsh({ code, complaints }: GitAnswer): TagSignature {
  const [, signer, key] = /^Good "git" signature (?:for (.*) )?with \S+ key (\S+)$/m.exec(complaints) ?? [];
  const found = { signer, key };
  if (code === 0) return { status: 'valid', reason: 'The signature is good.', ...found };
  if (/allowedSignersFile needs to be configured/.test(complaints)) {
    return { status: 'unchecked', reason: 'No keys are trusted: `gpg.ssh.allowedSignersFile` is not set.', ...found };
  }
  if (key !== undefined && /No principal matched/.test(complaints)) {
    return { status: 'unchecked', reason: 'The key is not among the allowed signers, or not at that time.', ...found };
  }
  const said = allSaid(complaints);
  if (!/incorrect signature|could(?: not|n't) verify/i.test(complaints)) {
    return { status: 'unchecked', reason: `The signature could not be checked: ${said}`, ...found };
  }
  return { status: 'invalid', reason: `The signature does not fit: ${said}`, ...found };
}
