import { VersioningError } from '../../errors.ts';
import type { DatabaseConnection } from '../driver.ts';
import { uniqueWord } from '../random.ts';
import { reasonOf } from './database-failure.ts';

/** Where a database is made that is dropped again. */
export interface ScratchServer {
  /** The server, for people; without a password. */
  readonly place: string;
  /** What the user needs for it, as a hint says it. */
  readonly right: string;
  readonly connect: () => Promise<DatabaseConnection>;
}

/** A database that was made. */
export interface MadeScratch {
  readonly name: string;
  /** Runs a statement on the server, with a connection of its own. */
  readonly once: (sql: string) => Promise<void>;
}

/** Makes a database with a name that no other has. @throws {VersioningError} `SCRATCH_REFUSED`; those of connecting. */
export async function makeScratch({ place, right, connect }: ScratchServer): Promise<MadeScratch> {
  const name = `holdfast_verify_${uniqueWord()}`;
  const once = async (sql: string): Promise<void> => {
    const connection = await connect();
    try {
      await connection.query(sql);
    } finally {
      await connection.close();
    }
  };
  try {
    await once(`CREATE DATABASE ${name}`);
  } catch (cause) {
    if (cause instanceof VersioningError) throw cause;
    throw new VersioningError('SCRATCH_REFUSED', `Expected to make a database at ${place}, got ${reasonOf(cause)}`, {
      cause,
      hint: `Give the user ${right}, or name another server for it.`,
    });
  }
  return { name, once };
}
