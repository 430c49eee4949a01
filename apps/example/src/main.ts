// Starts the booking service. Settings: PORT (3000), DATA_FOLDER (./data), DATABASE_URL (PostgreSQL for all hotels; SQLite without).
import { serve } from '@hono/node-server';
import { Hotels } from './hotels.ts';
import { createApp } from './http/app.ts';

const { PORT = '3000', DATA_FOLDER = 'data', DATABASE_URL, HOTELS = 'seaside,mountain,station' } = process.env;
const hotels = new Hotels({ folder: DATA_FOLDER, postgres: DATABASE_URL });
for (const id of HOTELS.split(',')) await hotels.open(id, DATABASE_URL === undefined ? 'sqlite' : 'postgres');

const server = serve({ fetch: createApp(hotels).fetch, port: Number(PORT) }, ({ port }) => {
  console.log(`Hotels ${hotels.ids.join(', ')} at http://localhost:${port}/hotels`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => void hotels[Symbol.asyncDispose]());
  });
}
