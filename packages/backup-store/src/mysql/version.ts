/** MariaDB and MySQL: alike, but for numbers of versions and some options. */
export type MysqlFamily = 'mariadb' | 'mysql';

/** A version of a server or program. */
export interface MysqlVersion {
  /** Such as `10.11.6-MariaDB`, `8.0.36`. */
  readonly version: string;
  readonly major: number;
  readonly family: MysqlFamily;
}

/** Where `--version` has it: behind `Distrib` or `from` when `Ver` is that of the program itself. */
const SAID = [/\bDistrib (\d+)\.\d[^\s,]*/, /\bfrom (\d+)\.\d[^\s,]*/, /\bVer (\d+)\.\d[^\s,]*/];

/** What a program says with `--version`; `undefined` when it is none of theirs. */
export function programVersionOf(text: string): MysqlVersion | undefined {
  const found = SAID.map((pattern) => pattern.exec(text)).find((match) => match !== null);
  if (found === undefined) return undefined;
  const [said, major] = found;
  return { version: said.split(' ')[1] ?? '', major: Number(major), family: familyOf(text) };
}

/** What a server says with `SELECT VERSION()`. Old ones of MariaDB put `5.5.5-` in front, for programs of MySQL. */
export function serverVersionOf(text: string): MysqlVersion {
  const version = text.replace(/^5\.5\.5-(?=\d)/, '');
  return { version, major: Number.parseInt(version, 10), family: familyOf(text) };
}

const familyOf = (text: string): MysqlFamily => (/MariaDB/i.test(text) ? 'mariadb' : 'mysql');
