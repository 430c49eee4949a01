/** A name in SQL (PostgreSQL manual, 4.1.1). */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text in SQL, whatever `standard_conforming_strings` says (4.1.2.2). */
export const literal = (text: string): string =>
  `${text.includes('\\') ? 'E' : ''}'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
