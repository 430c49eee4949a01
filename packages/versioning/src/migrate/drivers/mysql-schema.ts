import type { DatabaseConnection } from '../driver.ts';
import { isOwnTable } from '../state/tables.ts';

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/**
 * A line for each thing in a database of MariaDB or MySQL, as the server itself writes it. Each column and key of a table has a line of its own there
 * already.
 */
export async function describeMysql(connection: DatabaseConnection): Promise<readonly string[]> {
  const lines = [...(await tableLines(connection)), ...(await otherLines(connection))];
  return lines.toSorted();
}

async function tableLines(connection: DatabaseConnection): Promise<string[]> {
  const tables = await connection.query(
    'SELECT table_name AS name, table_type AS kind FROM information_schema.tables WHERE table_schema = database()',
  );
  const lines: string[] = [];
  for (const { name, kind } of tables) {
    if (isOwnTable(String(name))) continue;
    const isView = String(kind).endsWith('VIEW');
    const [row] = await connection.query(`SHOW CREATE ${isView ? 'VIEW' : 'TABLE'} ${quoted(String(name))}`);
    const text = String(row?.[isView ? 'Create View' : 'Create Table'] ?? Object.values(row ?? {})[1]);
    // The next number of a column that counts is no part of the schema.
    const parts = text.split('\n').map((part) => oneLine(part.replace(/ AUTO_INCREMENT=\d+/, '').replace(/,$/, '')));
    lines.push(...parts.map((part) => `${isView ? 'view' : 'table'} ${String(name)}: ${part}`));
  }
  return lines;
}

async function otherLines(connection: DatabaseConnection): Promise<string[]> {
  const triggers = await connection.query(
    `SELECT concat_ws(' ', 'trigger', trigger_name, action_timing, event_manipulation, 'on', event_object_table, action_statement) AS line
     FROM information_schema.triggers WHERE trigger_schema = database()`,
  );
  const events = await connection.query(
    `SELECT concat_ws(' ', 'event', event_name, status, interval_value, interval_field, event_definition) AS line
     FROM information_schema.events WHERE event_schema = database()`,
  );
  const routines = await connection.query(
    `SELECT concat_ws(' ', r.routine_type, r.routine_name, (SELECT group_concat(concat_ws(' ', p.parameter_mode, p.parameter_name, p.dtd_identifier)
       ORDER BY p.ordinal_position SEPARATOR ', ') FROM information_schema.parameters p WHERE p.specific_schema = r.routine_schema
       AND p.specific_name = r.specific_name AND p.routine_type = r.routine_type), r.is_deterministic, r.security_type, r.routine_definition) AS line
     FROM information_schema.routines r WHERE r.routine_schema = database()`,
  );
  return [...triggers, ...events, ...routines].map(({ line }) => oneLine(String(line)));
}
