import { ask, type RedisPrograms } from './programs.ts';

/** A server as it was when it was asked. */
export interface RedisServer {
  /** Of Redis, or the one that a relative says to be compatible with. */
  readonly version: string;
  /** Set by servers of Valkey. */
  readonly valkey: string | undefined;
  /** `standalone`, `cluster`, `sentinel`. */
  readonly mode: string;
  /** `master` or `slave`, and whose. */
  readonly role: string;
  readonly master: string | undefined;
  /** Of a replica: whether it is connected to its master. */
  readonly isLinked: boolean;
  /** Keys of each database that has some, by `db0`, `db1`, ... */
  readonly keys: Readonly<Record<string, number>>;
  readonly modules: readonly string[];
}

/** Asks a server what it is. @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
export async function askServer(programs: RedisPrograms, signal?: AbortSignal): Promise<RedisServer> {
  return serverOf(await ask(programs, ['INFO'], { expected: /^redis_version:/m, signal }));
}

/** What `INFO` says. Pure. */
function serverOf(info: string): RedisServer {
  const lines = info.split(/\r?\n/).map((line) => /^([\w]+):(.*)$/.exec(line));
  const facts = new Map(lines.flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const])));
  const fact = (name: string): string | undefined => facts.get(name);
  const keys = [...facts].flatMap(([name, value]) => {
    const [, count] = /^keys=(\d+)/.exec(value) ?? [];
    return /^db\d+$/.test(name) && count !== undefined ? [[name, Number(count)] as const] : [];
  });
  const host = fact('master_host');
  return {
    version: fact('redis_version') ?? '',
    valkey: fact('valkey_version'),
    mode: fact('redis_mode') ?? 'standalone',
    role: fact('role') ?? 'master',
    master: host === undefined ? undefined : `${host}:${fact('master_port') ?? ''}`,
    isLinked: fact('master_link_status') === 'up',
    keys: Object.fromEntries(keys),
    modules: lines.flatMap((match) =>
      match?.[1] === 'module' ? [/name=([^,]+)/.exec(match[2] ?? '')?.[1] ?? ''] : [],
    ),
  };
}

/** Keys in all databases. */
export const keysOf = ({ keys }: RedisServer): number => Object.values(keys).reduce((sum, count) => sum + count, 0);
