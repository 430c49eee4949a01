import type { StructureInventory } from '@x/backup-store/structure';
import { formatBytes, formatNumberOf } from './bytes.ts';
import { tableLines } from './table.ts';
import { displayText } from './text.ts';

/** What a version is made of, in a line. */
export function inventorySummary({ components, styles, i18n, migrations }: StructureInventory): string {
  return [
    formatNumberOf(components.length, 'component'),
    formatNumberOf(styles.length, 'style'),
    formatNumberOf(i18n.length, 'language'),
    formatNumberOf(migrations.length, 'migration'),
  ].join(', ');
}

/** Lines of tables, one for each part that has anything. */
export function inventoryLines({ components, styles, i18n, migrations }: StructureInventory): readonly string[] {
  const tables: (readonly string[])[] = [];
  if (components.length > 0) {
    const rows = components.map(({ name, version = '', bytes, dependencies, packages, path }) => [
      displayText(name),
      version,
      formatBytes(bytes),
      displayText([...dependencies, ...Object.keys(packages)].join(', ')),
      displayText(path),
    ]);
    tables.push(tableLines(columns('COMPONENT', 'VERSION', '>SIZE', 'NEEDS', 'PATH'), rows));
  }
  if (i18n.length > 0) {
    const rows = i18n.map(({ locale, keys, missing, path }) => [
      displayText(locale),
      String(keys),
      String(missing.length),
      displayText(path),
    ]);
    tables.push(tableLines(columns('LANGUAGE', '>TEXTS', '>MISSING', 'PATH'), rows));
  }
  for (const [title, files] of [['STYLE', styles] as const, ['MIGRATION', migrations] as const]) {
    if (files.length === 0) continue;
    const rows = files.map(({ path, bytes, sha256 }) => [displayText(path), formatBytes(bytes), sha256.slice(0, 16)]);
    tables.push(tableLines(columns(title, '>SIZE', 'SHA-256'), rows));
  }
  return tables.flatMap((lines, nth) => (nth === 0 ? lines : ['', ...lines]));
}

const columns = (...titles: readonly string[]): { title: string; align?: 'right' }[] =>
  titles.map((title) => (title.startsWith('>') ? { title: title.slice(1), align: 'right' } : { title }));
