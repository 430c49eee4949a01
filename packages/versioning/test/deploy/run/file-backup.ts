import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SafetyBackup } from '../../../src/deploy/index.ts';

/** Copies of the database of a root, and what has been ordered since. */
export function fileBackup(root: string): SafetyBackup {
  const database = join(root, 'shared', 'db', 'app.sqlite');
  const place = (id: string): string => join(root, 'backups', `${id}.sqlite`);
  const orders = (path: string): number => {
    const opened = new DatabaseSync(path, { readOnly: true });
    try {
      return Number(opened.prepare('select count(*) as n from orders').get()?.['n']);
    } finally {
      opened.close();
    }
  };
  return {
    async create({ deployment, kind }) {
      const id = `${kind}-${deployment}`;
      await mkdir(join(root, 'backups'), { recursive: true });
      await copyFile(database, place(id));
      return { id, detail: 'one database' };
    },
    preview: async (id) => {
      const since = orders(database) - orders(place(id));
      return since > 0 ? [`${since} orders`] : [];
    },
    restore: async (id) => copyFile(place(id), database),
  };
}
