// Starts the booking service. Settings: PORT (3000), DATA_FOLDER (./data), DATABASE_URL (PostgreSQL for all hotels; SQLite without),
// BACKUP_FOLDER (hotels are backed up there, if it is set) and BACKUP_MINUTES (15).
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hotels } from './hotels.ts';
import { createApp } from './http/app.ts';
import { keepProtected } from './protection/keep-protected.ts';
import { openProtection } from './protection/open-protection.ts';

const { PORT = '3000', DATA_FOLDER = 'data', DATABASE_URL, HOTELS = 'seaside,mountain,station' } = process.env;
const { BACKUP_FOLDER, BACKUP_MINUTES = '15' } = process.env;
const hotels = new Hotels({ folder: DATA_FOLDER, postgres: DATABASE_URL });
for (const id of HOTELS.split(',')) await hotels.open(id, DATABASE_URL === undefined ? 'sqlite' : 'postgres');

const server = serve({ fetch: createApp(hotels).fetch, port: Number(PORT) }, ({ port }) => {
  console.log(`Hotels ${hotels.ids.join(', ')} at http://localhost:${port}/hotels`);
});

const ended = new AbortController();
const backups = (BACKUP_FOLDER === undefined ? Promise.resolve() : protect(BACKUP_FOLDER)).catch((error: unknown) => {
  console.error(`There are no backups: ${(error as Error).message}`);
});

async function protect(folder: string): Promise<void> {
  const places = { store: join(folder, 'backups'), keyStore: join(folder, 'keys'), keyFile: join(folder, 'key') };
  const { repository, recoveryCode } = await openProtection(places);
  await using _ = repository;
  if (recoveryCode !== undefined) console.log(`Keep this in a safe place: ${recoveryCode}`);
  await keepProtected(repository, hotels, {
    everyMs: Number(BACKUP_MINUTES) * 60_000,
    signal: ended.signal,
    onDone: (id, { snapshot, error }) => console.log(`${id}: ${error?.message ?? `backed up as ${snapshot}`}`),
  });
}

async function close(): Promise<void> {
  await backups;
  await hotels[Symbol.asyncDispose]();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    ended.abort();
    server.close(() => void close());
  });
}
