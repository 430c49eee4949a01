/**
 * What a process of its own does with SQLite, as text, since a bundler that moves this file would lose one of its own.
 *
 * A process, not a thread: a service may have the same database open in this process by another copy of SQLite (`better-sqlite3`).
 * Locks of POSIX belong to processes, and the one that closes its file first would take the locks of the other away ("How To Corrupt
 * An SQLite Database File", 2.2.1). And SQLite may wait for a lock without making others wait.
 *
 * - `copy`: a read transaction is held over the whole copy. Without it, the online backup begins again whenever somebody else has
 *   written between two of its steps, and never ends where writers never stop.
 * - `check`: reads a file that nobody has open. Nothing is made beside what is opened as immutable.
 * - `facts`: opens a database as a service does. The last one to close it leaves nothing beside it.
 * - `tables`: lists the tables of a file that nobody has open.
 * - `names`: lists those of a database that others may have open.
 * - `put`: puts tables of a file that nobody has open into a database that others may have open, and drops others, in one transaction.
 * - `probe`: gets the database for itself, and gives it back. In WAL mode that takes the end of all other connections, idle ones too.
 *
 * It answers with one line of JSON, and ends when whoever started it does.
 */
export const PROGRAM = `
import { closeSync, openSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DatabaseSync, backup } from 'node:sqlite';

const READONLY = 8, CANTOPEN = 14;
const parent = process.ppid;
const [task, options] = JSON.parse(process.argv[1]);
const valueOf = (database, sql) => Object.values(database.prepare(sql).get() ?? {})[0];
const pragma = (database, name) => valueOf(database, 'PRAGMA ' + name);

/** Never makes a database. */
function toWrite(path) {
  const url = pathToFileURL(path);
  url.search = 'mode=rw';
  return url;
}

function open(path, more) {
  const database = new DatabaseSync(path, { allowExtension: false, timeout: options.waitMs ?? 0, ...more });
  try {
    database.exec('BEGIN');
    valueOf(database, 'SELECT count(*) FROM sqlite_schema');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A killed writer may have left what has to be rolled back first: that takes a connection that may write. */
function openToRead(path) {
  try {
    return open(path, { readOnly: true });
  } catch (error) {
    if (![READONLY, CANTOPEN].includes(error.errcode & 255)) throw error;
    return open(toWrite(path), {});
  }
}

function factsOf(database) {
  const number = (name) => Number(pragma(database, name));
  return {
    sqlite: valueOf(database, 'SELECT sqlite_version()'),
    journalMode: pragma(database, 'journal_mode'),
    encoding: pragma(database, 'encoding'),
    pageSize: number('page_size'),
    pageCount: number('page_count'),
    freePages: number('freelist_count'),
    schemaVersion: number('schema_version'),
    userVersion: number('user_version'),
    applicationId: number('application_id'),
  };
}

const TABLES = "SELECT name, sql LIKE 'CREATE VIRTUAL %' AS isVirtual FROM main.sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name";
const quoted = (name) => '"' + name.replaceAll('"', '""') + '"';

/** A table with rows, indexes and triggers. Row ids stay: other tables (of full-text search, say) may go by them. */
function putTable(database, name) {
  const all = (sql, ...values) => database.prepare(sql).all(...values);
  database.exec('DROP TABLE IF EXISTS main.' + quoted(name));
  const parts = all('SELECT type, sql FROM restored.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL', name);
  for (const { type, sql } of parts) if (type === 'table') database.exec(sql);
  const columns = all('SELECT name FROM pragma_table_xinfo(?, ?) WHERE hidden = 0', name, 'restored').map((row) => row.name);
  const { wr } = all('SELECT wr FROM pragma_table_list WHERE schema = ? AND name = ? COLLATE NOCASE', 'restored', name)[0];
  const hasRowid = wr === 0 && !columns.some((column) => column.toLowerCase() === 'rowid');
  const list = [...(hasRowid ? ['rowid'] : []), ...columns.map(quoted)].join(', ');
  database.exec('INSERT INTO main.' + quoted(name) + ' (' + list + ') SELECT ' + list + ' FROM restored.' + quoted(name));
  for (const { type, sql } of parts) if (type !== 'table') database.exec(sql);
  const counts = (schema) => all('SELECT 1 FROM ' + schema + ".sqlite_schema WHERE name = 'sqlite_sequence'").length > 0;
  if (!counts('main') || !counts('restored')) return;
  database.prepare('DELETE FROM main.sqlite_sequence WHERE name = ?').run(name);
  database.prepare('INSERT INTO main.sqlite_sequence SELECT * FROM restored.sqlite_sequence WHERE name = ?').run(name);
}

const tasks = {
  async copy({ from, to }) {
    closeSync(openSync(to, 'wx', 0o600));
    const source = openToRead(from);
    try {
      const facts = factsOf(source);
      const began = performance.now();
      const progress = () => {
        if (process.ppid !== parent) process.exit(1);
      };
      await backup(source, to, { rate: 4096, progress });
      return { ...facts, copyMs: Math.round(performance.now() - began) };
    } finally {
      source.close();
    }
  },
  check({ path, check }) {
    const url = pathToFileURL(path);
    url.search = 'immutable=1&mode=ro';
    const database = open(url, { readOnly: true });
    // To look each entry of an index up in its table goes all over the file.
    database.exec('PRAGMA mmap_size = ' + 2 ** 31);
    const rows = database.prepare('PRAGMA ' + (check === 'quick' ? 'quick_check(10)' : 'integrity_check(10)')).all();
    return { ...factsOf(database), problems: rows.map((row) => String(Object.values(row)[0])).filter((text) => text !== 'ok') };
  },
  facts({ path }) {
    const database = open(toWrite(path), {});
    try {
      return factsOf(database);
    } finally {
      database.close();
    }
  },
  tables({ path }) {
    const url = pathToFileURL(path);
    url.search = 'immutable=1&mode=ro';
    const rows = open(url, { readOnly: true }).prepare(TABLES).all();
    return { tables: rows.map(({ name, isVirtual }) => ({ name, isVirtual: isVirtual === 1 })) };
  },
  names({ path }) {
    const database = openToRead(path);
    try {
      return { names: database.prepare(TABLES).all().map(({ name }) => name) };
    } finally {
      database.close();
    }
  },
  put({ from, path, names, replaces, drops }) {
    const database = new DatabaseSync(toWrite(path), {
      allowExtension: false,
      timeout: options.waitMs ?? 0,
      enableForeignKeyConstraints: false,
    });
    try {
      database.prepare('ATTACH ? AS restored').run(from);
      database.exec('BEGIN IMMEDIATE');
      const known = new Set(database.prepare(TABLES).all().map(({ name }) => name.toLowerCase()));
      const replaced = names.filter((name) => known.has(name.toLowerCase()));
      if (replaced.length > 0 && !replaces) return { replaced, isDone: false, broken: [] };
      const broken = () => database.prepare('PRAGMA main.foreign_key_check').all().map((row) => row.table + ' -> ' + row.parent);
      const before = broken().length;
      const works = (view) => {
        try {
          return database.prepare('SELECT * FROM main.' + quoted(view)) !== undefined;
        } catch {
          return false;
        }
      };
      // Of what goes, others may have made views.
      const views = drops.length === 0 ? [] : database.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'view'").all().map(({ name }) => name).filter(works);
      for (const name of drops) database.exec('DROP TABLE IF EXISTS main.' + quoted(name));
      for (const name of names) putTable(database, name);
      const after = broken();
      const lost = views.filter((view) => !works(view)).map((view) => 'the view ' + view);
      if (after.length > before || lost.length > 0) return { replaced, isDone: false, broken: [...new Set(after.length > before ? after : []), ...lost] };
      database.exec('COMMIT');
      return { replaced, isDone: true, broken: [] };
    } finally {
      // What is not committed by now is taken back.
      database.close();
    }
  },
  probe({ path }) {
    const database = new DatabaseSync(toWrite(path), { allowExtension: false, timeout: options.waitMs ?? 0 });
    try {
      database.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; ROLLBACK');
      return {};
    } finally {
      database.close();
    }
  },
};

try {
  process.stdout.write(JSON.stringify({ answer: await tasks[task](options) }));
} catch (error) {
  const { code, errcode, message } = error;
  process.stdout.write(JSON.stringify({ failure: { code, errcode, message } }));
}`;
