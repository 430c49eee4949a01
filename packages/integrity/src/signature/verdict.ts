/** Why a signature counts or does not. */
export type Verdict =
  | 'counts'
  | 'repeated-key'
  | 'unknown-key'
  | 'bad-signature'
  | 'revoked-key'
  | 'key-not-yet-valid'
  | 'key-no-longer-valid'
  | 'malformed-statement'
  | 'signed-in-the-future'
  | 'expired'
  | 'other-content';

/** What became of one signature. */
export interface SignatureVerdict {
  /** The id of the trusted key that made it; for `unknown-key` and `bad-signature`, what the signature claims. */
  readonly keyId: string;
  readonly verdict: Verdict;
  /** The verdict in a sentence. */
  readonly message: string;
}

const MESSAGES: Readonly<Record<Verdict, string>> = {
  counts: 'The signature is valid and its key is trusted.',
  'repeated-key': 'The signature is valid, but another one of the same key has been counted.',
  'unknown-key': 'No trusted key has made this signature.',
  'bad-signature': 'The key it names has not made this signature over these bytes.',
  'revoked-key': 'The key was revoked.',
  'key-not-yet-valid': 'Its key was not valid yet.',
  'key-no-longer-valid': 'Its key was no longer valid.',
  'malformed-statement': 'The key has signed something that is not a statement about content.',
  'signed-in-the-future': 'The signature says that it is made later than now.',
  expired: 'The signature has expired.',
  'other-content': 'The signature is valid, but for other content.',
};

/** A verdict with its sentence. */
export function verdictOf(keyId: string, verdict: Verdict): SignatureVerdict {
  return { keyId, verdict, message: MESSAGES[verdict] };
}

/** Counts each key once: later signatures of a key that counts already become `repeated-key`. */
export function countOnce<V extends SignatureVerdict>(verdicts: readonly V[]): { signatures: V[]; counted: number } {
  const counted = new Set<string>();
  const signatures = verdicts.map((each) => {
    if (each.verdict !== 'counts') return each;
    if (counted.has(each.keyId)) return { ...each, ...verdictOf(each.keyId, 'repeated-key') };
    counted.add(each.keyId);
    return each;
  });
  return { signatures, counted: counted.size };
}
