import { firstMeaning, type Meaning, withMeaning } from '../databases/failures.ts';

/** What `redis-cli` and the server say; the first that fits counts. */
const SAID: readonly (readonly [RegExp, ...Meaning])[] = [
  [
    /Fail to fsync|ftruncate failed/,
    'VERSION_MISMATCH',
    'redis-cli 6.2.0 to 6.2.4 can not write to its standard output. Use an earlier or later one.',
  ],
  [
    /NOMASTERLINK|MASTERDOWN|LOADING /,
    'DATABASE_UNREACHABLE',
    'The server is not ready: it loads its data, or waits for its master. Try again when it has it.',
  ],
  [
    /NOAUTH|WRONGPASS|NOPERM|AUTH failed|invalid password|SYNC with master failed|unknown command|not allowed|READONLY|PROTECTED|DENIED/i,
    'DATABASE_REFUSED',
    'Check user, password and rights: a backup needs +info, +sync, +psync and +replconf. Hosted servers often refuse SYNC; use their own backups there.',
  ],
  [
    /Could not connect|Connection refused|Connection reset|I\/O error|Server closed|Error (?:reading|writing)|timed? ?out|Name or service not known|SSL_connect|TLS/i,
    'DATABASE_UNREACHABLE',
    'Check that the server runs and can be reached from where redis-cli runs. The next run begins anew.',
  ],
];

/** An error with the code of what Redis has said, if that is known; otherwise the same one. */
export const redisFailure = (error: unknown): unknown => withMeaning(error, firstMeaning(SAID));
