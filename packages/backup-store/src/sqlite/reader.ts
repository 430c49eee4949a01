/**
 * What a process of its own reads from a database of SQLite, as text, for the reasons that `program.ts` has. A file that nobody has open is
 * opened as immutable; a live one as whoever only reads it does.
 *
 * - `describe`: tables and views, and what each is made of.
 * - `references`: rows that refer to rows that are not there, by table.
 * - `rows`: the rows of a table, one a line: the texts of the key's columns, and all columns as JSON, with tabs between them. Its output
 *   waits for whoever reads it.
 */
export const READER = `
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DatabaseSync } from 'node:sqlite';

const READONLY = 8, CANTOPEN = 14, EAGAIN_MS = 5;
const [task, options] = JSON.parse(process.argv[1]);
const quoted = (name) => '"' + name.replaceAll('"', '""') + '"';

/** As ids of records are. */
const textSql = (name) => "CASE typeof(" + name + ") WHEN 'blob' THEN 'x''' || hex(" + name + ") || '''' WHEN 'null' THEN 'NULL' ELSE CAST(" + name + " AS TEXT) END";

function opened(search) {
  const url = pathToFileURL(options.path);
  url.search = search;
  const database = new DatabaseSync(url, { readOnly: search.endsWith('mode=ro'), allowExtension: false, timeout: options.waitMs ?? 0 });
  try {
    database.exec('BEGIN');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A killed writer may have left what has to be rolled back first: that takes a connection that may write. */
function open() {
  if (options.isLive !== true) return opened('immutable=1&mode=ro');
  try {
    return opened('mode=ro');
  } catch (error) {
    if (![READONLY, CANTOPEN].includes(error.errcode & 255)) throw error;
    return opened('mode=rw');
  }
}

function print(text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, EAGAIN_MS);
    }
  }
}

/** With its type: 1 and 1.0 are not the same, nor are text and bytes. */
function plain(value) {
  if (typeof value === 'bigint') return { i: String(value) };
  if (typeof value === 'number') return { r: Object.is(value, -0) ? '-0' : String(value) };
  if (value instanceof Uint8Array) return { b: Buffer.from(value).toString('base64') };
  return value;
}

const ESCAPES = { '\\\\': '\\\\\\\\', '\\t': '\\\\t', '\\n': '\\\\n' };
const escaped = (text) => text.replaceAll(/[\\\\\\t\\n]/g, (char) => ESCAPES[char]);

const tasks = {
  describe() {
    const database = open();
    const all = (sql, ...values) => database.prepare(sql).all(...values);
    const found = all("SELECT type, name, tbl_name AS at, sql FROM main.sqlite_schema WHERE name NOT GLOB 'sqlite_*' ORDER BY name");
    const columnsOf = (name) => all('SELECT name, type, "notnull" AS isSet, dflt_value AS value, pk, hidden FROM pragma_table_xinfo(?)', name);
    return {
      encoding: database.prepare('PRAGMA encoding').get().encoding,
      items: found.map((item) => (item.type === 'table' || item.type === 'view' ? { ...item, columns: columnsOf(item.name) } : item)),
    };
  },
  references() {
    const rows = open().prepare('SELECT "table" AS name, parent, count(*) AS count FROM pragma_foreign_key_check GROUP BY 1, 2').all();
    return { broken: rows };
  },
  rows({ table, columns, key }) {
    const keys = key.map((name, i) => textSql(quoted(name)) + ' AS k' + i);
    const fields = [...keys, ...columns.map((name, i) => quoted(name) + ' AS c' + i)];
    const order = key.length === 0 ? '' : ' ORDER BY ' + key.map((_, i) => 'k' + i).join(', ');
    const statement = open().prepare('SELECT ' + (fields.join(', ') || '1') + ' FROM main.' + quoted(table) + order);
    statement.setReadBigInts(true);
    let text = '';
    for (const row of statement.iterate()) {
      for (let i = 0; i < key.length; i++) text += escaped(row['k' + i]) + '\\t';
      text += JSON.stringify(columns.map((_, i) => plain(row['c' + i]))) + '\\n';
      if (text.length < 65536) continue;
      print(text);
      text = '';
    }
    print(text);
  },
};

try {
  const answer = tasks[task](options);
  if (answer !== undefined) print(JSON.stringify({ answer }));
} catch (error) {
  const { code, errcode, message } = error;
  const failure = JSON.stringify({ failure: { code, errcode, message } });
  if (task !== 'rows') print(failure);
  else {
    writeSync(2, failure);
    process.exitCode = 1;
  }
}`;
