import { BackupError } from '../errors.ts';

/** The first statement that does something to a database: settings come before it. */
const FIRST = /^(?:CREATE|ALTER|DROP|COPY|INSERT|COMMENT|GRANT|REVOKE) .*$/m;
const CLUSTER = /^-- PostgreSQL database cluster dump/m;

/**
 * Whether a plain dump drops what is there before it makes it anew, by how it begins: those that were made with `--clean` drop all of
 * it first.
 *
 * @throws {BackupError} `INVALID_OPTION` for one of a whole server.
 */
export function cleansItself(start: Uint8Array): boolean {
  const text = Buffer.from(start).toString('latin1');
  if (CLUSTER.test(text)) {
    throw new BackupError(
      'INVALID_OPTION',
      'Expected a dump of one database to replace what is there, got one of a server',
      {
        hint: 'Roles and tablespaces are those of all databases: restore them without clean.',
      },
    );
  }
  const [first = ''] = FIRST.exec(text) ?? [];
  return /^(?:DROP|ALTER .* DROP) /.test(first);
}
