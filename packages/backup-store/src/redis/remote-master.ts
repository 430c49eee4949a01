import { randomBytes, randomInt } from 'node:crypto';
import type { CommandOptions } from '../command/command-options.ts';
import { Program } from '../command/program.ts';
import { runCommand } from '../command/run-command.ts';
import { Tail } from '../command/tail.ts';
import { BackupError } from '../errors.ts';
import { ask, type RedisPrograms } from './programs.ts';
import { infoOf, until } from './server-info.ts';
import type { RedisServer } from './server.ts';

/** Ports that few services have, and few systems give away by themselves. */
const PORTS = [20_000, 32_000] as const;
const PORT_ATTEMPTS = 5;
/** Milliseconds that a server may take to call. */
const CALL_MS = 30_000;
const FIRST_WITH_ACL = 6;
const LOOPBACK = '127.0.0.1';
/** More than any server has. */
const DATABASES = 4096;
const SETTINGS = [
  'dbfilename dump.rdb',
  `databases ${DATABASES}`,
  'save ""',
  'appendonly no',
  'logfile ""',
  'daemonize no',
  'repl-diskless-sync yes',
  'repl-diskless-sync-delay 0',
];
/** Of a server's log, for an error. */
const LOG_BYTES = 4096;
const SHOWN = 5;

/** Makes a folder of its own for the file on the standard input; what others have left for more than a day goes. */
const KEEP = `umask 077
find "\${TMPDIR:-/tmp}" -maxdepth 1 -name 'holdfast-redis-*' -mtime +0 -exec rm -rf {} + 2>/dev/null
mkdir "\${TMPDIR:-/tmp}/$1" && cat > "\${TMPDIR:-/tmp}/$1/dump.rdb"`;

/**
 * Serves the file. Where this process is gone, so is the folder. Where memory runs out, it is this server that goes, and not the one that
 * is restored to. Its last setting comes by the environment, as it may be a password.
 */
const SERVE = `folder="\${TMPDIR:-/tmp}/$1"; server=$2; shift 2
umask 077
trap 'gone=1; kill "$pid" 2>/dev/null' TERM INT HUP
{ echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null
printf '%s\\n' "dir \\"$folder\\"" "$@" "$HOLDFAST_ACCESS" > "$folder/redis.conf"
"$server" "$folder/redis.conf" & pid=$!
wait "$pid"; code=$?
[ -z "$gone" ] || { wait "$pid"; rm -rf "$folder"; }
exit "$code"`;

/** Options of {@link handThere}. */
export interface RemoteHand extends RedisPrograms {
  /** Name or path of the server's program where `redis-cli` runs. Default `redis-server`. */
  readonly server?: string | undefined;
  /** Called right before the server that is restored to may drop what it has. */
  readonly onReplace?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has a server take an RDB file where this process can't be called from: the file is written to a private folder where `redis-cli` runs, in a
 * container or on another machine, and a second server there serves it on the loopback interface as a master, for the moment that the
 * restore takes. It lets others do nothing but replicate. The machine needs room for the file and memory for its data once more.
 *
 * @throws {BackupError} `DATABASE_...`, `COMMAND_...`, `DUMP_INCOMPLETE`, `ABORTED`.
 */
export async function handThere(
  options: RemoteHand,
  target: RedisServer,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const name = `holdfast-redis-${randomBytes(8).toString('hex')}`;
  const { executor, signal } = options;
  try {
    const write = { command: 'sh', args: ['-c', KEEP, 'sh', name], executor, signal };
    await runCommand({ ...write, stdin: () => content });
    await using master = await startMaster(options, target, name);
    options.onReplace?.();
    await replicate(options, master);
  } finally {
    const remove = `rm -rf "\${TMPDIR:-/tmp}/$1"`;
    await runCommand({ command: 'sh', args: ['-c', remove, 'sh', name], executor }).catch(() => undefined);
  }
}

/** The second server. */
interface Master extends AsyncDisposable {
  readonly port: number;
  readonly programs: RedisPrograms;
  /** What it has said when it has ended. */
  readonly ended: () => string | undefined;
}

async function startMaster(options: RemoteHand, target: RedisServer, name: string): Promise<Master> {
  const access = await accessOf(options);
  for (let attempt = 1; ; attempt++) {
    const master = startAt(randomInt(...PORTS), { options, access, hasAcl: hasAcl(target), name });
    try {
      await loaded(master, options.signal);
      return master;
    } catch (error) {
      await master[Symbol.asyncDispose]();
      options.signal?.throwIfAborted();
      const isTaken = /address already in use|failed listening/i.test(master.ended() ?? '');
      if (!isTaken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

const hasAcl = ({ version }: RedisServer): boolean => Number.parseInt(version, 10) >= FIRST_WITH_ACL;

/** Who a replica says it is: some have a password for a usual master, and call no other one without it. */
interface Access {
  readonly user: string;
  readonly password: string;
}

async function accessOf(options: RemoteHand): Promise<Access> {
  const setting = async (name: string): Promise<string> => {
    const expected = new RegExp(`^${name}`);
    // Who may not ask has none, as far as can be told.
    const answer = await ask(options, ['CONFIG', 'GET', name], { expected, signal: options.signal }).catch(() => '');
    return answer.split(/\r?\n/)[1] ?? '';
  };
  const password = await setting('masterauth');
  return { password, user: password === '' ? '' : await setting('masteruser') };
}

/** The setting that says who may do what: nobody more than a replica does. */
function accessLine({ user, password }: Access, isListed: boolean): string {
  const quoted = (text: string): string =>
    `"${[...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}"`;
  if (!isListed) return password === '' ? '' : `requirepass ${quoted(password)}`;
  const secret = password === '' ? 'nopass' : quoted(`>${password}`);
  return `user ${user === '' ? 'default' : quoted(user)} on ${secret} -@all +psync +sync +replconf +ping +info`;
}

function startAt(
  port: number,
  at: {
    readonly options: RemoteHand;
    readonly access: Access;
    readonly hasAcl: boolean;
    readonly name: string;
  },
): Master {
  const { options, access, name } = at;
  const { executor, client, answerTimeoutMs, server = 'redis-server', signal } = options;
  const settings = [`port ${port}`, `bind ${LOOPBACK}`, ...SETTINGS];
  const command: CommandOptions = {
    command: 'sh',
    args: ['-c', SERVE, 'sh', name, server, ...settings],
    secrets: { HOLDFAST_ACCESS: accessLine(access, at.hasAcl) },
    executor,
  };
  const program = new Program(command, signal);
  const log = new Tail(LOG_BYTES);
  program.stdout.on('data', (piece: Buffer) => log.add(piece));
  let end: string | undefined;
  void program.ended.then(() => (end = `${program.stderr}\n${log.bytes.toString('utf8')}`.trim()));
  const { user, password } = access;
  const secret = password === '' ? {} : { password, user: user === '' ? undefined : user };
  return {
    port,
    programs: { host: LOOPBACK, port, ...secret, executor, client, answerTimeoutMs },
    ended: () => end,
    [Symbol.asyncDispose]: async () => await program[Symbol.asyncDispose](),
  };
}

function checkRuns({ ended }: Master, server = 'redis-server'): void {
  const said = ended();
  if (said === undefined) return;
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  throw new BackupError('DUMP_INCOMPLETE', `Expected ${server} to serve the file, it ended: ${lines.at(-1) ?? ''}`, {
    details: lines.slice(-SHOWN),
    hint: `Nothing was changed. ${server} has to be installed where redis-cli runs, with memory for the data, and any module that the file needs. Or name the address that the server finds this machine by as reachedAt.`,
  });
}

/** It answers before it has read the file. */
async function loaded(master: Master, signal: AbortSignal | undefined): Promise<void> {
  await until(signal, async () => {
    checkRuns(master);
    return (await infoOf(master.programs, 'persistence', signal))?.get('loading') === '0';
  });
}

/** Makes the server a replica of the other one until it has its data. */
async function replicate(options: RemoteHand, master: Master): Promise<void> {
  const { signal } = options;
  const late = AbortSignal.timeout(CALL_MS);
  try {
    await ask(options, ['REPLICAOF', LOOPBACK, String(master.port)], { expected: /^OK/, signal });
    await until(signal, async () => {
      checkRuns(master);
      const calls = Number((await infoOf(master.programs, 'stats', signal))?.get('sync_full') ?? 0);
      const link = (await infoOf(options, 'replication', signal))?.get('master_link_status');
      if (link === 'up' && calls > 0) return true;
      if (calls > 1)
        throw notTaken('got another call for it', 'It may have no room for the file, on its disk or in its memory.');
      if (calls === 0 && late.aborted)
        throw notTaken('it did not call', 'It may run elsewhere than redis-cli does, or call by TLS.');
      return false;
    });
  } finally {
    // Whatever has become of it, and though the signal was given: it must not stay a replica of nobody.
    await ask(options, ['REPLICAOF', 'NO', 'ONE'], { expected: /^OK/ });
  }
}

const notTaken = (got: string, why: string): BackupError =>
  new BackupError('DATABASE_UNREACHABLE', `Expected the server to load the data, ${got}`, {
    hint: `Look at its log. ${why}`,
  });
