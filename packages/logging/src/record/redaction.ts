/** What is hidden before anything is written. */
export interface RedactOptions {
  /** Names of members, at any depth, beside the usual ones. Case, `-` and `_` do not matter. */
  readonly names?: readonly string[] | undefined;
  /** Paths such as `user.email`, `headers.*` or `items.*.card`; `*` is one step. */
  readonly paths?: readonly string[] | undefined;
  /** Usual names that are written all the same. */
  readonly except?: readonly string[] | undefined;
}

/** Says what of a record must not be written. */
export interface Redaction {
  /** Whether a member is hidden, by its own name. */
  hidesName(name: string): boolean;
  /** Whether a member is hidden, by where it stands. */
  hidesPath(path: readonly string[]): boolean;
  /** Whether there are paths at all. */
  readonly hasPaths: boolean;
  /** The text without what gives access: passwords of URLs and connection strings, tokens of queries and of `Authorization`. */
  text(value: string): string;
}

/** What stands in the place of what is hidden. */
export const HIDDEN = '[hidden]';

/** A member with such a name, or one whose name ends so, is hidden: `newPassword`, `x-api-key`, `set-cookie`. */
const USUAL: readonly string[] = [
  'password',
  'passwords',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'secrets',
  'token',
  'apikey',
  'authorization',
  'cookie',
  'cookies',
  'credentials',
  'privatekey',
  'signingkey',
  'encryptionkey',
  'sessionid',
  'otp',
  'pin',
  'cvv',
  'cvc',
];

/** Short ones would hide what merely ends so (`spin`, `desktop`). */
const WHOLE_ONLY: ReadonlySet<string> = new Set(['pwd', 'otp', 'pin', 'cvv', 'cvc']);
const MOST_KNOWN = 10_000;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_\s.]/g, '');

/** Makes the rules ready. */
export function redaction({ names = [], paths = [], except = [] }: RedactOptions = {}): Redaction {
  const spared = new Set(except.map(plain));
  const own = new Set(names.map(plain));
  const whole = new Set([...USUAL.filter((name) => !spared.has(name)), ...own]);
  const endings = USUAL.filter((name) => !spared.has(name) && !WHOLE_ONLY.has(name));
  const patterns = paths.map((path) => path.split('.'));
  const known = new Map<string, boolean>();
  const decide = (name: string): boolean => {
    const short = plain(name);
    return !spared.has(short) && (whole.has(short) || endings.some((ending) => short.endsWith(ending)));
  };
  return {
    hidesName(name) {
      let answer = known.get(name);
      if (answer === undefined) {
        answer = decide(name);
        if (known.size < MOST_KNOWN) known.set(name, answer);
      }
      return answer;
    },
    hidesPath: (path) => patterns.some((pattern) => fits(pattern, path)),
    hasPaths: patterns.length > 0,
    text: withoutSecrets,
  };
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((step, index) => step === '*' || step === path[index]);
}

const URL_PASSWORD = /:\/\/([^\s/?#@:]*):([^\s/?#]*)@/g;
const QUERY_SECRET = /([?&](?:[\w-]{0,40}(?:token|password|secret|api_?key|signature))=)[^&#\s"']+/gi;
/** As connection strings and command lines have them: `password=…`, `PGPASSWORD=…`, `password='…'`. */
const ASSIGNED_SECRET =
  /((?:^|[\s;,"'([{])[\w-]{0,40}(?:token|passw(?:or)?d|passphrase|secret|api_?key)=)(?:"[^"]*"|'[^']*'|[^\s"';,&)\]}]+)/gi;
const AUTHORIZATION = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;

function withoutSecrets(value: string): string {
  let text = value;
  // Most texts have none of these, and looking for them is much cheaper than an expression.
  if (text.includes('://')) text = text.replaceAll(URL_PASSWORD, `://$1:${HIDDEN}@`);
  if (text.includes('=') && /[?&]/.test(text)) text = text.replaceAll(QUERY_SECRET, `$1${HIDDEN}`);
  if (text.includes('=')) text = text.replaceAll(ASSIGNED_SECRET, `$1${HIDDEN}`);
  if (/\b(?:bearer|basic)\s/i.test(text)) text = text.replaceAll(AUTHORIZATION, `$1 ${HIDDEN}`);
  return text;
}
